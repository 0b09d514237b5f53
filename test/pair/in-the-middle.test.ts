import { describe, expect, it } from 'vitest';
import type { Fate, InMemoryMessage } from '../support/in-memory-messenger.ts';
import type { SessionStatus } from '../../src/protocol/assistance/status.ts';
import { base64Encode } from '../../src/protocol/bytes/text.ts';
import { AnsweringAgreement, BeginningAgreement } from '../../src/protocol/trust/agreement.ts';
import { bindingBytes } from '../../src/protocol/trust/binding.ts';
import { agree } from '../../src/protocol/trust/noise.ts';
import { writeIntroduction } from '../../src/protocol/trust/introduction.ts';
import { createPair, EXPERT, NOVICE } from '../support/pair.ts';
import { identityOf } from '../support/trust.ts';

/* A messenger that may read, swap, drop, repeat, hold back and reword everything, and knows how the programs work. */

type Pair = Awaited<ReturnType<typeof createPair>>;

const MALLORY = identityOf('mallory');
const wait = 200_000;

/** The people: whoever has digits before them reads them out, and whoever has a field types them, as often as they are asked. */
async function act(pair: Pair): Promise<void> {
  for (let step = 0; step < 200; step += 1) {
    const told = pair.novice.assistance.status?.code;
    const asked = pair.expert.assistance.status?.code;
    if (told?.tag === 'tell' && asked?.tag === 'enter') pair.expert.assistance.enterCode(told.code);
    await pair.clock.advance(1_000);
  }
}

interface Outcome {
  readonly together: boolean;
  readonly reasons: readonly (string | undefined)[];
  readonly sessions: number;
  readonly alarms: readonly (SessionStatus['device'] | undefined)[];
}

/** One whole attempt under a messenger that does what `interfere` says. Ends by itself or by the novice's Stop. */
async function attempt(options: { readonly met: boolean }, interfere: (pair: Pair) => void): Promise<Outcome> {
  const pair = await createPair(options);
  interfere(pair);
  await pair.novice.assistance.askForHelp({ transport: 'memory', address: EXPERT });
  await pair.clock.advance(1_000);
  for (const { id } of pair.expert.assistance.invitations) pair.expert.assistance.acceptInvitation(id);
  const alarms: SessionStatus['device'][] = [];
  await pair.clock.advance(100);
  for (const { assistance } of [pair.novice, pair.expert]) alarms.push(assistance.status?.device);
  await act(pair);
  const tags = [pair.novice, pair.expert].map(({ assistance }) => assistance.status?.phase.tag);
  const together = tags.every((tag) => tag === 'connected');
  const sessions = pair.internet.sessions;
  for (const { assistance } of [pair.novice, pair.expert])
    if (assistance.status !== undefined && assistance.status.phase.tag !== 'ended') await assistance.endSession();
  await pair.clock.advance(wait);
  const reasons = pair.reasons();
  pair.messages.intercept(undefined);
  pair.messages.rewrite = undefined;
  await pair.expectNothingLeft();
  return { together, reasons, sessions, alarms };
}

/** Where the message stands in the conversation: the same names for both ways of agreeing. */
const PLACES = ['INVITE', 'ACCEPT', 'LAUNCH', 'expert word', 'novice word'] as const;
type Place = (typeof PLACES)[number];

function placeOf(message: InMemoryMessage): Place | undefined {
  switch (message.kind) {
    case 'INVITE':
    case 'ACCEPT':
    case 'LAUNCH':
      return message.kind;
    case 'CONTEXT':
      return message.from === EXPERT ? 'expert word' : 'novice word';
    default:
      return undefined;
  }
}

/** Some other character in the place of the one at `at`, of the same kind. */
function flipped(text: string, at: number): string {
  const old = text.charAt(at);
  return `${text.slice(0, at)}${old === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

/** The message with one thing changed, in each way that is worth trying. */
function rewordings(message: InMemoryMessage): InMemoryMessage[] {
  if (message.kind === 'CONTEXT') {
    const { data } = message;
    const text = data.indexOf(' ') + 1;
    return [
      { ...message, data: flipped(data, text + 12) },
      { ...message, data: flipped(data, data.length - 10) },
      { ...message, data: data.slice(0, -8) },
      { ...message, data: data.replace('!sealed', '!ticket') },
      { ...message, data: `65538,1,203.0.113.9:5000,*,${'A'.repeat(43)}=,*,*,${'A'.repeat(43)}=` },
    ];
  }
  if (!('features' in message)) return [];
  const line = message.features ?? '';
  const changed: InMemoryMessage[] = [
    { ...message, features: '1;parts' },
    { ...message, features: '' },
    { ...message, features: line.replace(/seal=[^;]+/, `seal=${base64Encode(MALLORY.publicKey)}`) },
    { ...message, features: line.replace(/nonce=[^;]+/, `nonce=${'A'.repeat(20)}`) },
    { ...message, features: line.replace(/device=[^;]+/, `device=${MALLORY.device}`) },
    { ...message, features: line.replace(';met', '') },
    { ...message, features: `${line};met` },
    { ...message, features: `${line};later` },
  ];
  if (message.kind === 'LAUNCH' && message.answer.contextData !== undefined) {
    const { contextData } = message.answer;
    changed.push({ ...message, answer: { ...message.answer, contextData: flipped(contextData, contextData.length - 10) } });
    changed.push({ ...message, answer: { ...message.answer, contextData: 'nothing' } });
    changed.push({ ...message, answer: {} });
  }
  return changed;
}

const REWORDINGS = 11;

describe.each([true, false])('a messenger in between (they have met: %s)', (met) => {
  it('that only carries: the two come together', async () => {
    expect(await attempt({ met }, () => {})).toMatchObject({ together: true, sessions: 1 });
  });

  const fates: readonly (readonly [string, Fate])[] = [
    ['drops', 'drop'],
    ['repeats', 'duplicate'],
    ['holds back for a second', { delayMs: 900 }],
    ['holds back for a minute', { delayMs: 60_000 }],
  ];
  it.each(PLACES.flatMap((place) => fates.map(([name, fate]) => [name, place, fate] as const)))('%s %s', async (_name, place, fate) => {
    const { together, sessions, reasons } = await attempt({ met }, (pair) => {
      pair.messages.intercept((message) => (placeOf(message) === place ? fate : 'deliver'));
    });
    // Nobody but the two, or nobody; whoever waited in vain is told.
    expect(sessions).toBe(together ? 1 : 0);
    if (!together) expect(reasons.filter((reason) => reason === 'internalError')).toEqual([]);
  });

  it.each(PLACES.flatMap((place) => Array.from({ length: REWORDINGS }, (_, which) => [place, which] as const)))(
    'rewords %s (%i)',
    async (place, which) => {
      const { together, sessions, reasons, alarms } = await attempt({ met }, (pair) => {
        pair.messages.rewrite = (message) => (placeOf(message) === place ? (rewordings(message)[which] ?? message) : message);
      });
      expect(sessions).toBe(together ? 1 : 0);
      expect(reasons.filter((reason) => reason === 'internalError')).toEqual([]);
      // A key that stands in for a known one is said before anything else.
      if (!together) expect(reasons.some((reason) => reason !== undefined && reason !== 'cancelledByYou')).toBe(true);
      if (met && which === 2 && (place === 'INVITE' || place === 'ACCEPT')) expect(alarms).toContain('replaced');
    },
  );

  it.each(['INVITE', 'ACCEPT'] as const)('that takes the protection out of %s: refused, and said', async (place) => {
    const { together, sessions, reasons } = await attempt({ met }, (pair) => {
      pair.messages.rewrite = (message) => (message.kind === place ? { ...message, features: '1;parts' } : message);
    });
    expect([together, sessions]).toEqual([false, 0]);
    expect(reasons).toContain(met ? 'protectionRemoved' : 'notVerifiable');
  });

  it('that says everything of one session again in the next', async () => {
    const pair = await createPair({ met });
    await pair.connect();
    const code = pair.novice.assistance.status?.code;
    if (code?.tag === 'tell') pair.expert.assistance.enterCode(code.code);
    await pair.clock.advance(1_000);
    const said = pair.messages.sent.filter(({ kind }) => kind === 'CONTEXT');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(1_000);
    const id = await pair.invite();
    const sessionId = pair.messages.sent.findLast(({ kind }) => kind === 'INVITE')?.sessionId ?? '';
    pair.messages.intercept((message) => (message.kind === 'CONTEXT' ? 'drop' : 'deliver'));
    pair.expert.assistance.acceptInvitation(id);
    await pair.clock.advance(500);
    for (const message of said) pair.messages.inject({ ...message, sessionId });
    await pair.clock.advance(wait);
    expect(pair.internet.sessions).toBe(1);
    expect(pair.reasons()).not.toContain(undefined);
    pair.messages.intercept(undefined);
    await pair.expectNothingLeft();
  });
});

describe('a messenger that runs the protocol itself with each of them', () => {
  /** What both sides bind in, as the messenger has it: with its own key in either direction. */
  const swapKeys =
    (key: Uint8Array) =>
    (message: InMemoryMessage): InMemoryMessage =>
      'features' in message && message.features !== undefined
        ? { ...message, features: message.features.replace(/seal=[^;]+/, `seal=${base64Encode(key)}`).replace(';met', '') }
        : message;

  /** Guesses towards the novice as the expert would answer, as often as it is let. */
  async function guessAtNovice(guess: (code: string, run: number) => string, { claimed = MALLORY.publicKey, met = false } = {}) {
    const pair = await createPair({ met });
    pair.messages.rewrite = swapKeys(claimed);
    let answering: AnsweringAgreement | undefined;
    let guesses = 0;
    let opened = false;
    const lines: { said?: string; heard?: string } = {};
    pair.messages.intercept((message) => {
      if (message.kind === 'INVITE') lines.said = message.features ?? '';
      if (message.kind === 'ACCEPT') lines.heard = message.features ?? '';
      return 'deliver';
    });
    const invitation = await pair.invite();
    pair.expert.assistance.acceptInvitation(invitation);
    const novice = () => pair.novice.assistance.status;
    await pair.clock.advance(25);
    // The novice's own line went out with its own key.
    const code = (novice()?.code as { code: string } | undefined)?.code ?? '';
    const sessionId = pair.messages.sent[0]?.sessionId ?? '';
    const binding = bindingBytes({
      inviter: 'novice',
      noviceAddress: NOVICE,
      expertAddress: EXPERT,
      inviterLine: (lines.said ?? '').replace(/seal=[^;]+/, `seal=${base64Encode(identityOf(NOVICE).publicKey)}`),
      inviteeLine: lines.heard ?? '',
      invitation: sessionId,
    });
    const answer = (run: number): void => {
      answering?.enterCode(guess(code, run));
      const payload = writeIntroduction({
        key: claimed,
        device: identityOf(EXPERT).device,
        ticket: `65538,1,203.0.113.9:5000,*,${'A'.repeat(43)}=,*,*,*`,
      });
      const data = answering?.answer(payload) ?? '';
      guesses += 1;
      const half = Math.ceil(data.length / 2);
      for (const [number, text] of [data.slice(0, half), data.slice(half)].entries())
        pair.messages.inject({ kind: 'CONTEXT', from: EXPERT, to: NOVICE, sessionId, data: `!sealed;${run}:${number + 1}/2 ${text}` });
    };
    pair.messages.intercept((message) => {
      if (message.kind === 'CONTEXT' && message.from === NOVICE) {
        const text = message.data.replace(/^!sealed(;\S+)? /, '');
        const heard = answering?.hear(text);
        if (heard?.tag === 'again') answer(guesses + 1);
        else if (heard !== undefined) opened = true;
      }
      return message.kind === 'CONTEXT' ? 'drop' : 'deliver';
    });
    const launch = pair.messages.sent.find(({ kind }) => kind === 'LAUNCH');
    const first = launch?.kind === 'LAUNCH' ? (launch.answer.contextData ?? '').replace('!sealed ', '') : '';
    answering = new AnsweringAgreement({
      binding,
      random: (n) => new Uint8Array(n).fill(7),
      identity: MALLORY,
      theirKey: undefined,
      ofKeys: agree(MALLORY, identityOf(NOVICE).publicKey),
    });
    expect(answering.hearBeginning(first)).toBeUndefined();
    answer(1);
    await pair.clock.advance(wait);
    const [reason] = pair.reasons();
    const { sessions } = pair.internet;
    return { guesses, opened, reason, sessions, endpoints: pair.internet.noviceEndpoints.length };
  }

  it('has three guesses at the novice, and no session', async () => {
    const wrong = (code: string, run: number): string => String((Number(code) + run) % 1_000_000).padStart(6, '0');
    expect(await guessAtNovice(wrong)).toEqual({ guesses: 3, opened: false, reason: 'codeBurnt', sessions: 0, endpoints: 0 });
  });

  it('gets through with the right digits: the guesses above fail for being wrong and for nothing else', async () => {
    const { guesses, endpoints } = await guessAtNovice((code) => code);
    expect([guesses, endpoints]).toEqual([1, 1]);
  });

  it('is not taken for a known device by showing its key, which is no secret, and hearing the digits', async () => {
    const claimed = identityOf(EXPERT).publicKey;
    const { guesses, reason, endpoints } = await guessAtNovice((code) => code, { claimed, met: true });
    expect([guesses, reason, endpoints]).toEqual([1, 'tampered', 0]);
  });

  it.each(['ACCEPT', 'INVITE'] as const)('shows no key with which everybody has the same secret (%s)', async (place) => {
    const pair = await createPair({ met: false });
    const swap = swapKeys(new Uint8Array(32));
    pair.messages.rewrite = (message) => (message.kind === place ? swap(message) : message);
    await pair.connect();
    await pair.clock.advance(wait);
    // The other one hears that something was refused, and nothing of firewalls.
    expect(pair.reasons()).toEqual(place === 'ACCEPT' ? ['tampered', 'ticketRefused'] : ['ticketRefused', 'tampered']);
    await pair.expectNothingLeft();
  });

  it('has three guesses at the expert, whatever it says became of them', async () => {
    const pair = await createPair({ met: false });
    const lines: { said?: string; heard?: string } = {};
    let guesses = 0;
    let right = 0;
    let begins: BeginningAgreement | undefined;
    const begin = (invitation: string): BeginningAgreement =>
      new BeginningAgreement({
        binding: bindingBytes({
          inviter: 'novice',
          noviceAddress: NOVICE,
          expertAddress: EXPERT,
          inviterLine: lines.said ?? '',
          inviteeLine: lines.heard ?? '',
          invitation,
        }),
        random: (n) => new Uint8Array(n).fill(9),
        identity: MALLORY,
        theirKey: undefined,
        ofKeys: agree(MALLORY, identityOf(EXPERT).publicKey),
        code: '000001',
      });
    pair.messages.rewrite = (message) => {
      if (message.kind === 'INVITE') lines.said = message.features ?? '';
      if (message.kind === 'ACCEPT') lines.heard = message.features ?? '';
      if (message.kind !== 'LAUNCH') return message;
      begins = begin(message.sessionId);
      return { ...message, answer: { contextData: `!sealed ${begins.begin()}` } };
    };
    pair.messages.intercept((message) => {
      if (message.kind !== 'CONTEXT' || message.from !== EXPERT) return 'deliver';
      if (!message.data.includes(':2/')) {
        guesses += 1;
        // Whatever came, it says that it was wrong and begins once more.
        const data = `!sealed ${begin(message.sessionId)
          .begin()
          .replace('code 1', `again ${guesses + 1}`)}`;
        pair.messages.inject({ kind: 'CONTEXT', from: NOVICE, to: EXPERT, sessionId: message.sessionId, data });
      }
      if (begins?.hear(message.data.replace(/^!sealed(;\S+)? /, '')).tag === 'opened') right += 1;
      return 'drop';
    });
    pair.expert.assistance.acceptInvitation(await pair.invite());
    await pair.clock.advance(100);
    await act(pair);
    expect([guesses, right]).toEqual([3, 0]);
    expect(pair.reasons()[1]).toBe('codeBurnt');
    expect(pair.internet.sessions).toBe(0);
  });
});
