import type { Clock } from '../clock.ts';
import { ConnectionError } from './contract.ts';
import { CLOSE_DEADLINE_MS } from './deadlines.ts';

/** A resource that was opened for the caller, who closes it. */
interface Closable {
  close(): Promise<void>;
}

export interface InTimeOptions {
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** The opening has been given this too. Once it is aborted, the opening has {@link CLOSE_DEADLINE_MS} left. */
  readonly signal: AbortSignal;
}

/** As `opening`, but rejects with ConnectionError DEADLINE after `deadlineMs`; what is opened later than that is closed. */
export function inTime<T extends Closable>(opening: Promise<T>, { clock, deadlineMs, signal }: InTimeOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    let late = false;
    const wait = (ms: number): (() => void) =>
      clock.after(ms, () => {
        late = true;
        signal.removeEventListener('abort', aborted);
        reject(new ConnectionError('DEADLINE', `not open in ${ms} ms`));
      });
    let cancel = wait(deadlineMs);
    const aborted = (): void => {
      cancel();
      cancel = wait(CLOSE_DEADLINE_MS);
    };
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
    const settle = async (): Promise<void> => {
      try {
        const opened = await opening;
        if (late) await opened.close();
        else resolve(opened);
      } catch (error) {
        reject(error);
      } finally {
        cancel();
        signal.removeEventListener('abort', aborted);
      }
    };
    void settle();
  });
}

/** As `waiting`, but rejects with ConnectionError DEADLINE after `deadlineMs`, and with ABORTED when the signal is. */
export function within<T>(waiting: Promise<T>, { clock, deadlineMs, signal }: InTimeOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (run: () => void): void => {
      cancel();
      signal.removeEventListener('abort', aborted);
      run();
    };
    const aborted = (): void => settle(() => reject(new ConnectionError('ABORTED', 'stopped')));
    const cancel = clock.after(deadlineMs, () => settle(() => reject(new ConnectionError('DEADLINE', `no answer in ${deadlineMs} ms`))));
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
    const wait = async (): Promise<void> => {
      try {
        const value = await waiting;
        settle(() => resolve(value));
      } catch (error) {
        settle(() => reject(error));
      }
    };
    void wait();
  });
}

/** Resolves when it is closed, when it cannot be, and after {@link CLOSE_DEADLINE_MS}: nothing that hangs or fails keeps anybody from an end. */
export function closedInTime(opened: Closable, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(CLOSE_DEADLINE_MS, resolve);
    const close = async (): Promise<void> => {
      try {
        await opened.close();
      } catch {
        // There is nothing left to be done about it.
      } finally {
        cancel();
        resolve();
      }
    };
    void close();
  });
}
