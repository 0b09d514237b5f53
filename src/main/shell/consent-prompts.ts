/* The questions that only the person at this computer can answer. Nothing a renderer says reaches this file. */
import { t } from '../../words/words.ts';
import type { Clock } from '../clock.ts';
import { shownPeer } from './safe-text.ts';

export interface ConsentQuestion {
  readonly type: 'warning';
  readonly title: string;
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly [deny: string, allow: string];
  readonly defaultId: 0;
  readonly cancelId: 0;
  readonly noLink: true;
  readonly normalizeAccessKeys: false;
}

/** `offeredControl`: the novice gives it, the expert has not asked. */
export type ConsentKind = 'view' | 'control' | 'offeredControl';

const DENY = 0;
const ALLOW = 1;

/** An answer that comes sooner was meant for the window that had the focus before, and counts as no. */
export const DELIBERATE_AFTER_MS = 400;

/** Whom the question is about. */
export type ConsentPeer = Parameters<typeof shownPeer>[0];

/** The question as plain data: Deny is the default button and what Esc, Enter and the window's close button mean. */
export function consentQuestion(kind: ConsentKind, peer: ConsentPeer): ConsentQuestion {
  const { name, who } = shownPeer(peer);
  const words =
    kind === 'view'
      ? {
          message: t('shell.consent.view.message', { name }),
          wants: t('shell.consent.view.wants', { who }),
          detail: t('shell.consent.view.detail', { name }),
          allow: t('shell.consent.view.allow'),
        }
      : {
          message: t('shell.consent.control.message', { name }),
          // Who offered it reads that, and not that somebody wants something.
          wants: kind === 'offeredControl' ? t('shell.consent.control.offered', { name }) : t('shell.consent.control.wants', { who }),
          detail: t('shell.consent.control.detail', { name }),
          allow: t('shell.consent.control.allow'),
        };
  return {
    type: 'warning',
    title: t('shell.consent.title'),
    message: words.message,
    detail: `${words.wants}\n\n${words.detail}`,
    buttons: [t('shell.consent.deny'), words.allow],
    defaultId: DENY,
    cancelId: DENY,
    noLink: true,
    normalizeAccessKeys: false,
  };
}

/** Shows a native message box; resolves with the index of the button. */
export type ShowQuestion = (question: ConsentQuestion, signal: AbortSignal) => Promise<number>;

/** True only for a deliberate yes. An abort, an error and every other answer are no. */
export async function askConsent(
  kind: ConsentKind,
  peer: ConsentPeer,
  signal: AbortSignal,
  show: ShowQuestion,
  clock: Clock,
): Promise<boolean> {
  const question = consentQuestion(kind, peer);
  for (;;) {
    if (signal.aborted) return false;
    const askedAtMs = clock.monotonicMs();
    let stop = (): void => undefined;
    const aborted = new Promise<number>((resolve) => {
      const deny = (): void => resolve(DENY);
      signal.addEventListener('abort', deny, { once: true });
      stop = () => signal.removeEventListener('abort', deny);
    });
    let answer: number;
    try {
      answer = await Promise.race([show(question, signal), aborted]);
    } catch {
      answer = DENY;
    } finally {
      stop();
    }
    if (signal.aborted || answer !== ALLOW) return false;
    if (clock.monotonicMs() - askedAtMs >= DELIBERATE_AFTER_MS) return true;
  }
}
