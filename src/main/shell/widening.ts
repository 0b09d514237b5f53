/*
 * What a page can bring about only with the person's own word: it lets others do more, or runs something, or is lost for good. Main asks, with the
 * finished facts, since a page of ours may be taken over. Knows no Electron.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ActivityKind } from '../../protocol/applications/applications.ts';
import { t } from '../../words/words.ts';
import type { Clock } from '../clock.ts';
import { askPerson } from '../assistance/prompt.ts';
import type { Question, Questions } from './questions.ts';
import { CommandError } from './refusal.ts';
import { safeText } from './safe-text.ts';

/** The settings that let others do more once they are on. */
export type WideningSetting = 'allowOffers' | 'allowPlainExperts' | 'allowUnverified' | 'openRouter';

export type Widening =
  /** The argument vector as it will be run, with example values. */
  | { readonly tag: 'program'; readonly activity: ActivityKind; readonly words: readonly string[] }
  /** The messenger of this computer, for the network. */
  | { readonly tag: 'hosting' }
  /** Where the messenger is and by which key it is known, field by field of the account, and as whom it is signed in to. */
  | { readonly tag: 'messenger'; readonly place: Readonly<Record<string, string>>; readonly address: string }
  | { readonly tag: 'setting'; readonly setting: WideningSetting }
  /** Where people whom this person helps are sent: a server, a page, as what they are. */
  | { readonly tag: 'guestPlaces'; readonly places: readonly string[] }
  /** Where others reach this computer through a router that was set up by hand: its address, the port here. */
  | { readonly tag: 'forwarding'; readonly address: string; readonly port: number }
  /** A server that learns where both computers are, and may carry what they send. */
  | { readonly tag: 'relayServer'; readonly url: string }
  | { readonly tag: 'clearHistory' }
  /** Whoever uses this address is made sure anew, by a code. */
  | { readonly tag: 'forgetMet'; readonly address: string }
  /** Of this installation: another in its place, a copy under a password, that of another installation. */
  | { readonly tag: 'renewKey' | 'saveKey' | 'takeKey' };

/** Longest word of an argument vector that is shown; a whole line has no more. */
const MAX_WORD_CHARACTERS = 1_000;
/** A question that nobody answers goes away with a no. */
const ANSWER_DEADLINE_MS = 120_000;
/** After a yes whose command failed (a port was taken), the same wish is not asked about again for so long. */
const RETRY_MS = 60_000;

/** The question as plain data. */
export function wideningQuestion(widening: Widening): Question {
  const no = t('widening.no');
  const warning = { title: t('widening.yourself.title'), text: t('widening.yourself.text') };
  switch (widening.tag) {
    case 'program':
      return {
        heading: t('widening.program.heading', { activity: t(`activity.name.${widening.activity}`) }),
        text: [t('widening.program.text'), t('widening.program.examples')],
        words: widening.words.map((word) => safeText(word, MAX_WORD_CHARACTERS)),
        warning,
        no,
        yes: t('widening.program.yes'),
      };
    case 'messenger':
      return {
        heading: t('widening.messenger.heading'),
        text: [t('widening.messenger.text', { address: safeText(widening.address, 129) })],
        // A key is compared by programs.
        words: Object.entries(widening.place).flatMap(([name, word]) => (name === 'key' ? [] : [safeText(word, 255)])),
        warning,
        no,
        yes: t('widening.messenger.yes'),
      };
    case 'guestPlaces':
      return {
        heading: t('widening.guestPlaces.heading'),
        text: [t('widening.guestPlaces.text')],
        words: widening.places.map((place) => safeText(place, 255)),
        warning,
        no,
        yes: t('widening.guestPlaces.yes'),
      };
    case 'forwarding':
      return {
        heading: t('widening.forwarding.heading'),
        text: [t('widening.forwarding.text')],
        words: [
          ...(widening.address === '' ? [] : [safeText(widening.address, 255)]),
          ...(widening.port === 0 ? [] : [t('widening.forwarding.port', { port: `${widening.port}` })]),
        ],
        warning,
        no,
        yes: t('widening.forwarding.yes'),
      };
    case 'relayServer':
      return {
        heading: t('widening.relayServer.heading'),
        text: [t('widening.relayServer.text')],
        words: [safeText(widening.url, 300)],
        warning,
        no,
        yes: t('widening.relayServer.yes'),
      };
    case 'hosting':
      return {
        heading: t('widening.hosting.heading'),
        text: [t('widening.hosting.text')],
        warning,
        no,
        yes: t('widening.hosting.yes'),
      };
    case 'setting':
      return {
        heading: t(`widening.${widening.setting}.heading`),
        text: [t(`widening.${widening.setting}.text`)],
        warning,
        no,
        yes: t(`widening.${widening.setting}.yes`),
      };
    case 'forgetMet':
      return {
        heading: t('widening.forgetMet.heading', { address: safeText(widening.address, 129) }),
        text: [t('widening.forgetMet.text')],
        warning,
        no,
        yes: t('widening.forgetMet.yes'),
      };
    case 'renewKey':
    case 'saveKey':
    case 'takeKey':
      return {
        heading: t(`widening.${widening.tag}.heading`),
        text: [t(`widening.${widening.tag}.text`)],
        warning,
        no,
        yes: t(`widening.${widening.tag}.yes`),
      };
    case 'clearHistory':
      return {
        heading: t('widening.clearHistory.heading'),
        text: [t('widening.clearHistory.text')],
        no,
        yes: t('widening.clearHistory.yes'),
      };
  }
}

/** Shows a question to the person; see {@link askPerson} for what counts as a yes. */
export type AskQuestion = Questions['ask'];

export interface WideningGate {
  /**
   * Carries `act` out after a yes to everything that it would widen, when it still widens no more than that. Rejects with CommandError
   * NOT_CONFIRMED after a no, QUESTION_OPEN while another question of a page stands: a page cannot cover the screen with them.
   */
  pass<T>(widens: () => readonly Widening[] | Promise<readonly Widening[]>, act: () => T | Promise<T>): Promise<T>;
}

export function createWideningGate(ask: AskQuestion, clock: Clock): WideningGate {
  let open = false;
  let failed: { readonly widenings: readonly Widening[]; readonly untilMs: number } | undefined;

  async function agreed(widening: Widening): Promise<boolean> {
    const deadline = new AbortController();
    const cancel = clock.after(ANSWER_DEADLINE_MS, () => deadline.abort());
    try {
      return await askPerson((signal) => ask(wideningQuestion(widening), signal), deadline.signal);
    } finally {
      cancel();
    }
  }

  return {
    async pass(widens, act) {
      const widenings = await widens();
      if (widenings.length === 0) return act();
      if (open) throw new CommandError('QUESTION_OPEN', 'another question waits for its answer');
      const again = failed !== undefined && clock.monotonicMs() < failed.untilMs && isDeepStrictEqual(failed.widenings, widenings);
      failed = undefined;
      if (!again) {
        open = true;
        try {
          for (const widening of widenings)
            if (!(await agreed(widening))) throw new CommandError('NOT_CONFIRMED', 'the person has not agreed');
        } finally {
          open = false;
        }
        // The page may have gone on meanwhile.
        const still = await widens();
        if (!still.every((now) => widenings.some((asked) => isDeepStrictEqual(asked, now))))
          throw new CommandError('NOT_CONFIRMED', 'it is not what was asked about any more');
      }
      try {
        return await act();
      } catch (error) {
        failed = { widenings, untilMs: clock.monotonicMs() + RETRY_MS };
        throw error;
      }
    },
  };
}
