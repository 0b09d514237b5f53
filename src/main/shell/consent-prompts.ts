/* The questions of a session, put into words. Of what a renderer says only which of the offered parts is meant reaches this file. */
import { GUEST_TRANSPORT } from '../../facts/accounts.ts';
import type { QuestionChoice } from '../../preload/question-contract.ts';
import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import { t } from '../../words/words.ts';
import type { Peer, ConsentPrompts } from '../assistance/contract.ts';
import type { Clock } from '../clock.ts';
import type { Desktop, DesktopParts } from '../desktop/contract.ts';
import { partChoice, plainPart } from './part-choice.ts';
import { wishQuestion } from './part-questions.ts';
import type { Question, Questions } from './questions.ts';
import { shownPeer } from './safe-text.ts';

/** `offeredControl`: the novice gives it, the expert has not asked. */
export type ConsentKind = 'view' | 'control' | 'offeredControl' | 'sound';

/** `choice`: of what is to be seen, where there is one. */
export function consentQuestion(kind: ConsentKind, peer: Peer, choice?: QuestionChoice): Question {
  const { name, who } = shownPeer(peer);
  const stop = t('question.stop');
  const no = t('shell.consent.deny');
  if (kind === 'view') {
    // With one screen it stays the plain question, and one quiet line below it.
    const several = choice !== undefined && choice.options.length > 0;
    return {
      heading: t('shell.consent.view.message', { name }),
      about: [{ text: t('shell.consent.view.wants', { who }) }, ...trust(peer, name)],
      text: [t(several ? 'shell.consent.view.detailChosen' : 'shell.consent.view.detail', { name }), t('shell.consent.view.stop')],
      ...(choice === undefined ? {} : { choice }),
      warning: { title: t('shell.consent.asked'), text: t('shell.consent.view.fraud'), stop },
      no,
      yes: t('shell.consent.view.allow'),
    };
  }
  if (kind === 'sound')
    return {
      heading: t('shell.consent.sound.message', { name }),
      about: [{ text: t('shell.consent.sound.chose', { name }) }, ...trust(peer, name)],
      text: [t('shell.consent.sound.detail', { name }), t('shell.consent.sound.back')],
      warning: { title: t('shell.consent.asked'), text: t('shell.consent.sound.fraud'), stop },
      no,
      yes: t('shell.consent.sound.allow'),
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

/** Nobody waits longer for what there is to choose from: then everything is asked about, as where nothing can be told apart. */
const PARTS_WITHIN_MS = 2_000;

const NOBODY_KNOWS: DesktopParts = { screens: [], windows: [] };

export interface ConsentPromptsParts {
  readonly questions: Pick<Questions, 'ask' | 'choose'>;
  readonly desktop: Pick<Desktop, 'parts'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly onError: (error: unknown) => void;
}

/** The questions of a session, in windows of their own. */
export function createConsentPrompts({ questions, desktop, clock, onError }: ConsentPromptsParts): ConsentPrompts {
  async function parts(): Promise<DesktopParts | undefined> {
    let cancel = (): void => undefined;
    const late = new Promise<undefined>((resolve) => {
      cancel = clock.after(PARTS_WITHIN_MS, () => resolve(undefined));
    });
    try {
      return await Promise.race([desktop.parts(), late]);
    } catch (error) {
      onError(error);
      return undefined;
    } finally {
      cancel();
    }
  }
  return {
    async allowView(peer, signal): Promise<SharedPart | undefined> {
      const there = await parts();
      const offered = there && partChoice(there, shownPeer(peer).name);
      if (offered === undefined) {
        const yes = await questions.ask(consentQuestion('view', peer), signal);
        return yes ? plainPart(there ?? NOBODY_KNOWS) : undefined;
      }
      const { choice } = offered;
      return offered.partOf(await questions.choose({ ...consentQuestion('view', peer, choice), choice }, signal));
    },
    async allowPart(peer, part, signal) {
      const there = await parts();
      return there !== undefined && questions.ask(wishQuestion(peer, there, part), signal);
    },
    allowControl: (peer, signal, wasOffered) => questions.ask(consentQuestion(wasOffered ? 'offeredControl' : 'control', peer), signal),
    allowSound: (peer, signal) => questions.ask(consentQuestion('sound', peer), signal),
  };
}
