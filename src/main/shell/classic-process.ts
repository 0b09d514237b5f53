import { utilityProcess } from 'electron';
import { fileURLToPath } from 'node:url';
import type { StartEngine } from '../connection/contract.ts';

/** What it reads is small, and pictures go through it undecoded. Node's own way of saying this is not heard by a utility process. */
const MOST_HEAP_MB = 192;

/** Starts the classic engine's process (connection/classic-process.ts). `url` is its bundle. */
export function createClassicProcess(url: URL): StartEngine {
  return () => {
    const child = utilityProcess.fork(fileURLToPath(url), [], {
      stdio: 'ignore',
      serviceName: 'Ringback classic engine',
      execArgv: [`--js-flags=--max-old-space-size=${MOST_HEAP_MB}`],
    });
    let over = false;
    child.once('exit', () => {
      over = true;
    });
    return {
      post: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', listener),
      onGone: (listener) => void child.once('exit', (code) => listener(`exit ${code}`)),
      kill: () => {
        if (over) return;
        child.kill();
        // One that hangs takes no notice of being asked.
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
      },
    };
  };
}
