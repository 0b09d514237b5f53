/* Leaving properly: the other side is told, keys are released, listeners close; but nobody waits long for a program that was told to quit. */
import type { Clock } from '../clock.ts';

export const SHUTDOWN_DEADLINE_MS = 2_000;

/** One step that hangs must not keep the others from running. */
const STEP_DEADLINE_MS = 900;

/** Runs the steps in order, all of them even when some fail or hang, within the deadline. Never rejects. */
export async function shutDown(
  steps: readonly { readonly name: string; readonly run: () => void | Promise<void> }[],
  clock: Clock,
  log: (where: string, error: unknown) => void,
): Promise<'done' | 'deadline'> {
  const all = async (): Promise<void> => {
    for (const step of steps) {
      try {
        if ((await within(Promise.resolve(step.run()), STEP_DEADLINE_MS, clock)) === 'deadline')
          log(`shutdown ${step.name}`, 'took too long');
      } catch (error) {
        log(`shutdown ${step.name}`, error);
      }
    }
  };
  return within(all(), SHUTDOWN_DEADLINE_MS, clock);
}

async function within(work: Promise<void>, deadlineMs: number, clock: Clock): Promise<'done' | 'deadline'> {
  let cancel = (): void => undefined;
  const deadline = new Promise<'deadline'>((resolve) => {
    cancel = clock.after(deadlineMs, () => resolve('deadline'));
  });
  try {
    return await Promise.race([work.then((): 'done' => 'done'), deadline]);
  } finally {
    cancel();
  }
}
