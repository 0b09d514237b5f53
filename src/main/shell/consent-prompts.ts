/* The two questions of a session, put into words. Nothing a renderer says reaches this file. */
import { GUEST_TRANSPORT } from '../../facts/accounts.ts';
import { t } from '../../words/words.ts';
import type { Peer, ConsentPrompts } from '../assistance/contract.ts';
import type { Question, Questions } from './questions.ts';
import { shownPeer } from './safe-text.ts';

/** `offeredControl`: the novice gives it, the expert has not asked. */
export type ConsentKind = 'view' | 'control' | 'offeredControl';

export function consentQuestion(kind: ConsentKind, peer: Peer): Question {
  const { name, who } = shownPeer(peer);
  const stop = t('question.stop');
  const no = t('shell.consent.deny');
  if (kind === 'view')
    return {
      heading: t('shell.consent.view.message', { name }),
      about: [{ text: t('shell.consent.view.wants', { who }) }, ...trust(peer, name)],
      text: [t('shell.consent.view.detail', { name }), t('shell.consent.view.stop')],
      warning: { title: t('shell.consent.asked'), text: t('shell.consent.view.fraud'), stop },
      no,
      yes: t('shell.consent.view.allow'),
    };
  // Who offered it reads that, and not that somebody wants something.
  const wants = kind === 'offeredControl' ? t('shell.consent.control.offered', { name }) : t('shell.consent.control.wants', { who });
  return {
    heading: t('shell.consent.control.message', { name }),
    about: [{ text: wants }, ...trust(peer, name)],
    text: [t('shell.consent.control.detail'), t('shell.consent.control.back')],
    warning: { title: t('shell.consent.asked'), text: t('shell.consent.control.fraud'), stop },
    no,
    yes: t('shell.consent.control.allow'),
  };
}

/** What is known of them beside what they call themselves. */
function trust({ transport, verification }: Peer, name: string): Question['about'] & {} {
  if (verification === undefined) return [];
  if (verification.tag === 'unverified') return [{ text: t('shell.consent.trust.unverified', { name }), tone: 'warning' }];
  // The code of somebody new came to this person in a link or on the phone: it shows that it is whoever gave it, and not who that is.
  if (transport === GUEST_TRANSPORT && verification.tag === 'code') return [{ text: t('shell.consent.trust.guest', { name }) }];
  const how = { text: t(`shell.consent.trust.${verification.tag}`, { name }), tone: 'good' as const };
  return verification.tag === 'met' ? [how, { text: t('shell.consent.meetings', { name, count: verification.meetings }) }] : [how];
}

/** The questions of a session, in windows of their own. */
export function createConsentPrompts({ ask }: Pick<Questions, 'ask'>): ConsentPrompts {
  return {
    allowView: async (peer, signal) => ((await ask(consentQuestion('view', peer), signal)) ? { tag: 'all' } : undefined),
    allowControl: (peer, signal, offered) => ask(consentQuestion(offered ? 'offeredControl' : 'control', peer), signal),
  };
}
