/* Leaving properly: the other side is told, keys are released, listeners close; but nobody waits long for a program that was told to quit. */
import type { Clock } from '../clock.ts';

export const SHUTDOWN_DEADLINE_MS = 2_000;

/** One step that hangs must not keep the others from running. */
const STEP_DEADLINE_MS = 900;

/** The part of Electron's `app` that is used. */
interface QuitEvents {
  on(event: 'before-quit', listener: (event: { preventDefault(): void }) => void): unknown;
}

/**
 * The first wish to quit begins `leave`, which ends the process in the end. Every wish is held back, further ones too: a second click on
 * Quit would end the process before the other side has been told.
 */
export function leaveOnQuit(app: QuitEvents, leave: () => void): void {
  let leaving = false;
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (leaving) return;
    leaving = true;
    leave();
  });
}

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
