import type { AppModel } from './app-model.ts';
import { refusal } from './refusal.ts';

/** Runs an action of a person outside the windows. Never throws. */
export type Attempt = (what: string, run: () => void | Promise<void>) => void;

/** Refusals that need no notice, because the window already shows that the invitation or session has gone. */
const GONE: ReadonlySet<string> = new Set(['NO_SESSION', 'UNKNOWN_INVITATION', 'UNKNOWN_ACTIVITY']);

/** For what a person does outside the windows, where no command is answered: a refusal is shown as a notice, anything else is logged too. */
export function createAttempts(model: Pick<AppModel, 'notify'>, log: (what: string, error: unknown) => void): Attempt {
  return (what, run) => {
    const failed = (error: unknown): void => {
      const { code } = refusal(error);
      if (code === 'INTERNAL') log(what, error);
      if (!GONE.has(code)) model.notify('warning', `problem.${code}`);
    };
    try {
      const running = run();
      if (running !== undefined) running.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
