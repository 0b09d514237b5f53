import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { EngineProcess } from '../../src/main/connection/contract.ts';

/** A forked process of Node as an engine's process; Electron's utility processes are for the app. `entry` is a file of this folder. */
export function forkEngine(entry = 'classic-process.ts', started?: (child: ChildProcess) => void): EngineProcess {
  const child = fork(join(import.meta.dirname, entry), {
    serialization: 'advanced',
    stdio: 'ignore',
    env: { ...process.env, log_level: 'fatal' },
    execArgv: ['--max-old-space-size=192'],
  });
  started?.(child);
  const killed = { by: false };
  return {
    post: (message) => void (child.connected && child.send(message as object, () => undefined)),
    onMessage: (listener) => void child.on('message', listener),
    onGone: (listener) => void child.once('exit', (code, signal) => killed.by || listener(`exit ${code ?? signal}`)),
    kill: () => {
      killed.by = true;
      child.kill('SIGKILL');
    },
  };
}
