import type { Clock } from '../clock.ts';
import { ConnectionError } from './contract.ts';

/** A resource that was opened for the caller, who closes it. */
interface Closable {
  close(): Promise<void>;
}

/** As `opening`, but rejects with ConnectionError DEADLINE after `deadlineMs`; what is opened later than that is closed. */
export function inTime<T extends Closable>(opening: Promise<T>, clock: Clock, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let late = false;
    const cancel = clock.after(deadlineMs, () => {
      late = true;
      reject(new ConnectionError('DEADLINE', `not open in ${deadlineMs} ms`));
    });
    const settle = async (): Promise<void> => {
      try {
        const opened = await opening;
        if (late) await opened.close();
        else resolve(opened);
      } catch (error) {
        reject(error);
      } finally {
        cancel();
      }
    };
    void settle();
  });
}
