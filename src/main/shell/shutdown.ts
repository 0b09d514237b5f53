/* Leaving properly: the other side is told, keys are released, listeners close; but nobody waits long for a program that was told to quit. */
import type { Clock } from '../clock.ts';

export const SHUTDOWN_DEADLINE_MS = 2_000;

/** Runs every step, all of them even when some fail, together within the deadline. Never rejects. */
export async function shutDown(
  steps: readonly { readonly name: string; readonly run: () => void | Promise<void> }[],
  clock: Clock,
  log: (where: string, error: unknown) => void,
): Promise<'done' | 'deadline'> {
  const all = (async (): Promise<'done'> => {
    for (const step of steps) {
      try {
        await step.run();
      } catch (error) {
        log(`shutdown ${step.name}`, error);
      }
    }
    return 'done';
  })();
  let cancel = (): void => undefined;
  const deadline = new Promise<'deadline'>((resolve) => {
    cancel = clock.after(SHUTDOWN_DEADLINE_MS, () => resolve('deadline'));
  });
  const outcome = await Promise.race([all, deadline]);
  cancel();
  return outcome;
}
