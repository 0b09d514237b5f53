import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { OFFER_REMOTE_ASSISTANCE } from '../../src/protocol/assistance/application.ts';
import { AssistanceError } from '../../src/main/assistance/contract.ts';
import type { SessionStatus } from '../../src/protocol/assistance/status.ts';
import { inMemory } from '../support/in-memory-messenger.ts';
import { createPair, EXPERT, NOVICE, stepStates } from '../support/pair.ts';
import { identityOf, MemoryTrust } from '../support/trust.ts';

type Pair = Awaited<ReturnType<typeof createPair>>;

/** Asked and accepted; nobody has met anybody. */
async function strangers(options: Parameters<typeof createPair>[0] = {}): Promise<Pair> {
  const pair = await createPair({ met: false, ...options });
  await pair.connect();
  return pair;
}

const digitsOf = (status: SessionStatus | undefined): string => (status?.code?.tag === 'tell' ? status.code.code : '');
const wrongOf = (code: string): string => `${(Number(code[0]) + 1) % 10}${code.slice(1)}`;
const tagOf = (status: SessionStatus | undefined): string | undefined => status?.code?.tag;

async function end(pair: Pair): Promise<void> {
  await pair.novice.assistance.endSession();
  await pair.clock.advance(100);
  await pair.expectNothingLeft();
}

describe('two people who have not met', () => {
  it('the novice reads six digits out as soon as the expert has accepted, the expert types them, and the session comes', async () => {
    const pair = await strangers();
    const { novice, expert } = pair;
    expect(novice.assistance.status?.code).toMatchObject({ tag: 'tell', triesLeft: 3 });
    expect(digitsOf(novice.assistance.status)).toMatch(/^\d{6}$/);
    expect(expert.assistance.status?.code).toMatchObject({ tag: 'enter', triesLeft: 3 });
    expect(novice.assistance.status?.peer).not.toHaveProperty('verification');
    expect(novice.prompts.asked).toEqual([]);
    const digits = digitsOf(novice.assistance.status);
    expert.assistance.enterCode(`${digits.slice(0, 3)} ${digits.slice(3)} `);
    await pair.clock.advance(1_000);
    for (const { assistance } of [novice, expert])
      expect(assistance.status).toMatchObject({ phase: { tag: 'connected' }, peer: { verification: { tag: 'code' } } });
    expect(novice.assistance.status).not.toHaveProperty('code');
    expect(stepStates(expert.assistance.status)).toBe('done done done done done done notNeeded');
    expect(novice.trust.known(inMemory(EXPERT))).toMatchObject({ meetings: 1, devices: [{ device: identityOf(EXPERT).device }] });
    expect(expert.trust.known(inMemory(NOVICE))).toMatchObject({ meetings: 1, devices: [{ device: identityOf(NOVICE).device }] });
    await end(pair);
    const key = createHash('sha256').update(identityOf(EXPERT).publicKey).digest('hex');
    expect(novice.history).toMatchObject([{ peer: { verification: { tag: 'code' }, key }, viewed: true }]);
  });

  it('who has met is not asked again, and the question knows how often', async () => {
    const pair = await strangers();
    pair.expert.assistance.enterCode(digitsOf(pair.novice.assistance.status));
    await pair.clock.advance(1_000);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.connect();
    for (const { assistance } of [pair.novice, pair.expert])
      expect(assistance.status).toMatchObject({ phase: { tag: 'connected' }, peer: { verification: { tag: 'met', meetings: 1 } } });
    await end(pair);
  });

  it('nobody is known from a session that did not come up', async () => {
    const pair = await createPair({ met: false });
    pair.novice.prompts.view = 'no';
    await pair.connect();
    pair.expert.assistance.enterCode(digitsOf(pair.novice.assistance.status));
    await pair.clock.advance(1_000);
    expect(pair.reasons()).toEqual(['viewRefused', 'viewRefused']);
    expect([pair.novice.trust.known(inMemory(EXPERT)), pair.expert.trust.known(inMemory(NOVICE))]).toEqual([
      { devices: [], meetings: 0 },
      { devices: [], meetings: 0 },
    ]);
    await pair.expectNothingLeft();
  });

  it('a wrong code costs a try on both sides, and the right one is taken after it', async () => {
    const pair = await strangers();
    const digits = digitsOf(pair.novice.assistance.status);
    for (const triesLeft of [2, 1]) {
      pair.expert.assistance.enterCode(wrongOf(digits));
      expect(tagOf(pair.expert.assistance.status)).toBe('checking');
      await pair.clock.advance(100);
      expect(pair.expert.assistance.status?.code).toMatchObject({ tag: 'enter', triesLeft });
      expect(pair.novice.assistance.status?.code).toMatchObject({ tag: 'tell', code: digits, triesLeft });
    }
    pair.expert.assistance.enterCode(digits);
    await pair.clock.advance(1_000);
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    await end(pair);
  });

  it('three wrong ones burn it, and both are told', async () => {
    const pair = await strangers();
    const digits = digitsOf(pair.novice.assistance.status);
    for (let guess = 0; guess < 3; guess += 1) {
      pair.expert.assistance.enterCode(wrongOf(digits));
      await pair.clock.advance(100);
    }
    expect(pair.reasons()).toEqual(['codeBurnt', 'codeBurnt']);
    expect(pair.internet.noviceEndpoints).toEqual([]);
    await pair.expectNothingLeft();
  });

  it('is good for two minutes from the acceptance', async () => {
    const pair = await strangers();
    await pair.clock.advance(118_000);
    expect(tagOf(pair.expert.assistance.status)).toBe('enter');
    await pair.clock.advance(2_000);
    expect(pair.reasons()).toEqual(['codeExpired', 'codeExpired']);
    await pair.expectNothingLeft();
  });

  it('a new invitation has other digits, and the old ones are wrong', async () => {
    const pair = await strangers();
    const old = digitsOf(pair.novice.assistance.status);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.connect();
    expect(digitsOf(pair.novice.assistance.status)).not.toBe(old);
    pair.expert.assistance.enterCode(old);
    await pair.clock.advance(100);
    expect(pair.expert.assistance.status?.code).toMatchObject({ triesLeft: 2 });
    await end(pair);
  });

  it.each(['', '12345', '1234567', 'abcdef'])('%j is no code and costs nothing', async (typed) => {
    const pair = await strangers();
    expect(() => pair.expert.assistance.enterCode(typed)).toThrow(AssistanceError);
    expect(pair.expert.assistance.status?.code).toMatchObject({ triesLeft: 3 });
    await end(pair);
  });

  it('an offer of help goes the same way: the novice reads, the expert types', async () => {
    const pair = await createPair({ met: false, allowOffers: true, noviceApplications: [OFFER_REMOTE_ASSISTANCE.guid] });
    pair.expert.assistance.offerHelp(inMemory(NOVICE));
    await pair.clock.advance(100);
    pair.novice.assistance.acceptInvitation(pair.novice.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(100);
    pair.expert.assistance.enterCode(digitsOf(pair.novice.assistance.status));
    await pair.clock.advance(1_000);
    expect(pair.expert.assistance.status).toMatchObject({ phase: { tag: 'connected' }, peer: { verification: { tag: 'code' } } });
    await end(pair);
  });
});

describe('what is known of only one side, or changed', () => {
  const pairWhere = async (prepare: (pair: Pair) => void): Promise<Pair> => {
    const pair = await createPair({ met: false });
    prepare(pair);
    await pair.connect();
    return pair;
  };

  it.each(['novice', 'expert'] as const)('only the %s knows the other: the code, and no alarm', async (who) => {
    const pair = await pairWhere(({ [who]: side }) => side.trust.meet(who === 'novice' ? EXPERT : NOVICE));
    expect(tagOf(pair.novice.assistance.status)).toBe('tell');
    expect(pair.novice.assistance.status).not.toHaveProperty('device');
    expect(pair.expert.assistance.status).not.toHaveProperty('device');
    pair.expert.assistance.enterCode(digitsOf(pair.novice.assistance.status));
    await pair.clock.advance(1_000);
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    await end(pair);
  });

  it('a further device needs the code once, without alarm, and is known beside the first', async () => {
    const pair = await pairWhere(({ novice, expert }) => {
      novice.trust.remember(inMemory(EXPERT), { device: identityOf('laptop').device, key: identityOf('laptop').publicKey });
      expert.trust.meet(NOVICE);
    });
    expect(pair.novice.assistance.status).toMatchObject({ device: 'further', code: { tag: 'tell' } });
    pair.expert.assistance.enterCode(digitsOf(pair.novice.assistance.status));
    await pair.clock.advance(1_000);
    expect(pair.novice.trust.known(inMemory(EXPERT)).devices).toHaveLength(2);
    await end(pair);
  });

  it('another key of a known device is said, and takes its place only after the code', async () => {
    const pair = await pairWhere(({ novice, expert }) => {
      novice.trust.remember(inMemory(EXPERT), { device: identityOf(EXPERT).device, key: identityOf('old key').publicKey });
      expert.trust.meet(NOVICE);
    });
    expect(pair.novice.assistance.status).toMatchObject({ device: 'replaced', code: { tag: 'tell' } });
    expect(pair.novice.trust.known(inMemory(EXPERT)).devices[0]?.key).toEqual(identityOf('old key').publicKey);
    pair.expert.assistance.enterCode(digitsOf(pair.novice.assistance.status));
    await pair.clock.advance(1_000);
    expect(pair.novice.trust.known(inMemory(EXPERT)).devices).toMatchObject([{ key: identityOf(EXPERT).publicKey }]);
    await end(pair);
  });
});

describe('a program that cannot do this', () => {
  /** Neither hears what the other's program says of itself. */
  const stripped = async (prepare: (pair: Pair) => void = () => {}): Promise<Pair> => {
    const pair = await createPair({ met: false });
    pair.messages.rewrite = (message) => ('features' in message ? { ...message, features: '1;parts' } : message);
    prepare(pair);
    await pair.connect();
    return pair;
  };

  it('is refused on a first meeting, before anything is accepted', async () => {
    const pair = await stripped();
    expect(pair.reasons()).toEqual(['declined', 'notVerifiable']);
    await pair.expectNothingLeft();
  });

  it('is refused by the novice as well', async () => {
    const pair = await createPair({ met: false });
    pair.messages.rewrite = (message) => (message.kind === 'ACCEPT' ? { ...message, features: '1;parts' } : message);
    await pair.connect();
    expect(pair.reasons()[0]).toBe('notVerifiable');
    await pair.clock.advance(30_000);
    await pair.expectNothingLeft();
  });

  it('gets in where this is allowed on both sides, and every status says that nobody vouches for it', async () => {
    const pair = await stripped(({ novice, expert }) => {
      novice.trust.unverified = true;
      expert.trust.unverified = true;
    });
    for (const { assistance } of [pair.novice, pair.expert])
      expect(assistance.status).toMatchObject({ phase: { tag: 'connected' }, peer: { verification: { tag: 'unverified' } } });
    expect(pair.novice.trust.known(inMemory(EXPERT))).toEqual({ devices: [], meetings: 0 });
    await end(pair);
    expect(pair.expert.history).toMatchObject([{ peer: { verification: { tag: 'unverified' } } }]);
    expect(pair.expert.history[0]?.peer).not.toHaveProperty('key');
  });

  it.each([false, true])('never takes the place of somebody who has been seen with it (allowed: %s)', async (allowed) => {
    const pair = await stripped(({ novice, expert }) => {
      for (const { trust } of [novice, expert]) trust.unverified = allowed;
      novice.trust.meet(EXPERT);
      expert.trust.meet(NOVICE);
    });
    expect(pair.reasons()).toEqual(['declined', 'protectionRemoved']);
    await pair.expectNothingLeft();
  });

  it('the novice says so too', async () => {
    const pair = await createPair();
    pair.messages.rewrite = (message) => (message.kind === 'ACCEPT' ? { ...message, features: '1;parts' } : message);
    await pair.connect();
    expect(pair.reasons()[0]).toBe('protectionRemoved');
    await pair.clock.advance(30_000);
    await pair.expectNothingLeft();
  });
});

it('nothing of use is on the wire: no address, no session id, no pin, no digits', async () => {
  const pair = await strangers();
  const digits = digitsOf(pair.novice.assistance.status);
  pair.expert.assistance.enterCode(digits);
  await pair.clock.advance(1_000);
  const wire = JSON.stringify(pair.messages.sent);
  expect(wire).not.toMatch(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/);
  expect(wire).not.toContain(digits);
  expect(wire).not.toContain('65538');
  expect(pair.messages.sent.filter(({ kind }) => kind !== 'CHAT').map(({ kind }) => kind)).toEqual([
    'INVITE',
    'ACCEPT',
    'LAUNCH',
    // The expert's word with its sealed ticket, and the novice's, in parts.
    ...Array.from({ length: pair.messages.sent.length - 3 }, () => 'CONTEXT'),
  ]);
  await end(pair);
});

it('an installation is always the same one', () => {
  expect(new MemoryTrust('a').identity).toEqual(identityOf('a'));
  expect(identityOf('a').publicKey).not.toEqual(identityOf('b').publicKey);
});
