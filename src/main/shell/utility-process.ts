import { type MessagePortMain, utilityProcess } from 'electron';
import { fileURLToPath } from 'node:url';

export interface UtilityProcessOptions {
  /** Its bundle. */
  readonly url: URL;
  /** What the system's list of processes calls it. */
  readonly name: string;
  /** V8's heap; what lies outside of it is not counted. */
  readonly mostHeapMb: number;
}

/** A process of this program that can be ended whatever it is doing. */
export interface StartedProcess {
  /** Messages that are posted before it runs wait for it. */
  post(message: unknown, ports?: readonly MessagePortMain[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Once, when it has ended or could not be started. */
  onGone(listener: (why: string) => void): void;
  /** Ends it at once. */
  kill(): void;
}

/** Starts a process of its own, which ends with this one. */
export function startUtilityProcess({ url, name, mostHeapMb }: UtilityProcessOptions): StartedProcess {
  const child = utilityProcess.fork(fileURLToPath(url), [], {
    stdio: 'ignore',
    serviceName: name,
    // Node's own way of saying this is not heard by a utility process.
    execArgv: [`--js-flags=--max-old-space-size=${mostHeapMb}`],
  });
  let over = false;
  child.once('exit', () => {
    over = true;
  });
  return {
    post: (message, ports = []) => child.postMessage(message, [...ports]),
    onMessage: (listener) => void child.on('message', listener),
    onGone: (listener) => void child.once('exit', (code) => listener(`exit ${code}`)),
    kill: () => {
      if (over) return;
      // One that hangs takes no notice of being asked.
      const end = (): void => {
        child.kill();
        if (child.pid === undefined) return;
        try {
          process.kill(child.pid, 'SIGKILL');
        } catch {
          // It has ended meanwhile.
        }
      };
      if (child.pid === undefined) child.once('spawn', end);
      else end();
    },
  };
}
