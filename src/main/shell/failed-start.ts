import { t } from '../../words/words.ts';
import { LaunchError } from './command-line.ts';

/** Why the program cannot start: a sentence for the person, and on a line of its own what was thrown, for whoever mends it. */
export function failedStartText(error: unknown): string {
  const sentence = error instanceof LaunchError ? t(`shell.startFailed.${error.code}`) : t('shell.startFailed.unexpected');
  const detail = error instanceof Error ? error.message : String(error);
  return `${sentence}\n\n${t('common.technical', { detail })}`;
}
