import { dialog } from 'electron';
import { t } from '../../words/words.ts';
import type { Clock } from '../clock.ts';
import { DELIBERATE_AFTER_MS } from './consent-prompts.ts';
import type { AskQuestion } from './widening.ts';
import type { Windows } from './windows.ts';

const ALLOW = 1;

/** The questions before a page's command is carried out as the system's own message boxes, which no page can draw, read or answer. */
export function createWideningDialog(windows: Pick<Windows, 'main'>, clock: Clock): AskQuestion {
  return async (question, signal) => {
    const options = {
      type: 'warning' as const,
      title: t('shell.consent.title'),
      message: question.heading,
      detail: [...question.text.slice(0, 1), ...(question.words ?? []).map((word) => `    ${word}`), ...question.text.slice(1)].join(
        '\n\n',
      ),
      buttons: [question.no, question.yes],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      normalizeAccessKeys: false,
      signal,
    };
    for (;;) {
      const askedAtMs = clock.monotonicMs();
      const { main } = windows;
      const { response } = main === undefined ? await dialog.showMessageBox(options) : await dialog.showMessageBox(main, options);
      if (signal.aborted || response !== ALLOW) return false;
      // An answer that comes sooner was meant for the window that had the focus before.
      if (clock.monotonicMs() - askedAtMs >= DELIBERATE_AFTER_MS) return true;
    }
  };
}
