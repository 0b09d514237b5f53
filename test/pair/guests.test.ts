import { describe, expect, it } from 'vitest';
import { GUEST_CODE_LIFE_MS, GUEST_RUNS } from '../../src/protocol/assistance/guest-code.ts';
import { PASSWORD_ALPHABET } from '../../src/protocol/assistance/assistance-crypto.ts';
import { inMemory } from '../support/in-memory-messenger.ts';
import { createPair, EXPERT, NOVICE, stepStates } from '../support/pair.ts';

type Pair = Awaited<ReturnType<typeof createPair>>;

const codeOf = ({ expert }: Pair): string => expert.assistance.guestCode?.code ?? '';
/** Another code that is one. */
const wrongOf = (code: string): string => `${code.startsWith('C') ? 'F' : 'C'}${code.slice(1)}`;

async function opened(options: Parameters<typeof createPair>[0] = {}): Promise<Pair> {
  const pair = await createPair({ met: false, ...options });
  pair.expert.assistance.openGuestCode();
  return pair;
}

/** The try with a code, and what came of it: `asked`, or the code of the refusal. */
async function tried(pair: Pair, code: string, ms = 200): Promise<string> {
  let outcome = 'open';
  pair.novice.assistance.askAsGuest(inMemory(EXPERT), code).then(
    () => (outcome = 'asked'),
    (error: unknown) => (outcome = (error as { code?: string }).code ?? String(error)),
  );
  await pair.clock.advance(ms);
  return outcome;
}

/** As somebody without an account would begin, and then says nothing more. */
const inviteOf = (from: string, sessionId: string) =>
  ({
    kind: 'INVITE',
    application: { guid: '{56b994a7-380f-410b-9985-c809d78c1bdc}', name: 'x' },
    features: '1;parts;guest',
    from,
    to: EXPERT,
    sessionId,
  }) as const;

async function end(pair: Pair): Promise<void> {
  pair.expert.assistance.closeGuestCode();
  await pair.clock.advance(100);
  await pair.expectNothingLeft();
}

describe('somebody without an account', () => {
  it('has the code: nobody is asked before it is proved, then the expert is, and no other code is needed', async () => {
    const pair = await opened();
    const { novice, expert } = pair;
    expect(codeOf(pair)).toMatch(new RegExp(`^[${PASSWORD_ALPHABET}]{8}$`));
    let rang: readonly string[] = [];
    // Until the guest's confirmation has come, the expert's room shows nothing.
    pair.messages.intercept((message) => {
      if (message.from === NOVICE) rang = expert.assistance.invitations.map(({ id }) => id);
      return 'deliver';
    });
    expect(await tried(pair, ` ${codeOf(pair).slice(0, 4).toLowerCase()}-${codeOf(pair).slice(4)} `)).toBe('asked');
    expect(rang).toEqual([]);
    pair.messages.intercept(undefined);
    expect(novice.assistance.status).toMatchObject({ phase: { tag: 'inviting' }, peer: { verification: { tag: 'code' } } });
    expect(expert.assistance.invitations).toMatchObject([{ guest: true, from: { address: NOVICE } }]);
    expect(expert.assistance.guestCode).toMatchObject({ state: 'claimed', wrong: 0 });
    // No endpoint is open, no ticket has been sent.
    expect(pair.internet.listeners).toBe(0);
    expert.assistance.acceptInvitation(expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    for (const { assistance } of [novice, expert]) {
      expect(assistance.status).toMatchObject({ phase: { tag: 'connected' }, peer: { verification: { tag: 'code' } } });
      expect(assistance.status).not.toHaveProperty('code');
    }
    expect(stepStates(expert.assistance.status)).toBe('done done done done done done notNeeded');
    expect(expert.assistance.guestCode?.state).toBe('used');
    // A guest is not known from now on: the next one has another address.
    expect([novice.trust.known(inMemory(EXPERT)).meetings, expert.trust.known(inMemory(NOVICE)).meetings]).toEqual([0, 0]);
    await novice.assistance.endSession();
    await end(pair);
  });

  it('no ticket and no address travels in the clear, nor the code', async () => {
    const pair = await opened();
    const code = codeOf(pair);
    await tried(pair, code);
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    const said = JSON.stringify(pair.messages.sent);
    expect(pair.novice.assistance.status?.phase.tag).toBe('connected');
    for (const secret of [code, '192.168.1.10', '192.168.1.20']) expect(said).not.toContain(secret);
    await pair.novice.assistance.endSession();
    await end(pair);
  });

  it('a wrong code rings nowhere, is said to be wrong, and the right one is taken after three of them', async () => {
    const pair = await opened();
    for (let guess = 1; guess <= 3; guess += 1) {
      expect(await tried(pair, wrongOf(codeOf(pair)))).toBe('GUEST_CODE_WRONG');
      expect(pair.expert.assistance.invitations).toEqual([]);
      expect(pair.expert.assistance.guestCode).toMatchObject({ state: 'open', wrong: guess });
    }
    expect(await tried(pair, codeOf(pair))).toBe('asked');
    expect(pair.expert.assistance.guestCode).toMatchObject({ state: 'claimed', wrong: 3 });
    await pair.novice.assistance.endSession();
    await end(pair);
  });

  it('twenty wrong ones end it, over all invitations, and then nothing is answered', async () => {
    const pair = await opened();
    const code = codeOf(pair);
    for (let guess = 0; guess < GUEST_RUNS; guess += 1) {
      expect(await tried(pair, wrongOf(code))).toBe('GUEST_CODE_WRONG');
      await pair.clock.advance(5_000);
    }
    expect(pair.expert.assistance.guestCode?.state).toBe('burnt');
    expect(await tried(pair, code)).toBe('GUEST_NOBODY');
    expect(pair.expert.assistance.listensForGuests).toBe(false);
    await end(pair);
  });

  it('a code lasts fifteen minutes; who proves it later is told so, and a stranger is not', async () => {
    const pair = await opened();
    const code = codeOf(pair);
    await pair.clock.advance(GUEST_CODE_LIFE_MS);
    expect(pair.expert.assistance.guestCode?.state).toBe('expired');
    expect(await tried(pair, code)).toBe('GUEST_CODE_EXPIRED');
    expect(await tried(pair, wrongOf(code))).toBe('GUEST_CODE_WRONG');
    expect(pair.expert.assistance.invitations).toEqual([]);
    await pair.clock.advance(GUEST_CODE_LIFE_MS);
    expect(await tried(pair, code)).toBe('GUEST_NOBODY');
    await end(pair);
  });

  it('is good for one guest: a second one with the same code is told that its time is over', async () => {
    const pair = await opened();
    await tried(pair, codeOf(pair));
    pair.expert.assistance.declineInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(100);
    expect(pair.reasons()[0]).toBe('declined');
    expect(pair.expert.assistance.guestCode?.state).toBe('used');
    expect(await tried(pair, codeOf(pair))).toBe('GUEST_CODE_EXPIRED');
    await end(pair);
  });

  it('a guest who gives up before the answer can come again', async () => {
    const pair = await opened();
    await tried(pair, codeOf(pair));
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    expect(pair.expert.assistance.invitations).toEqual([]);
    expect(pair.expert.assistance.guestCode?.state).toBe('open');
    expect(await tried(pair, codeOf(pair))).toBe('asked');
    await pair.novice.assistance.endSession();
    await end(pair);
  });

  it('an expert who does not answer is said to have been asked in vain', async () => {
    const pair = await opened();
    await tried(pair, codeOf(pair));
    await pair.clock.advance(130_000);
    expect(pair.reasons()[0]).toBe('timedOut');
    expect(pair.expert.assistance.guestCode?.state).toBe('open');
    await end(pair);
  });

  it('without an open code, nobody answers a guest', async () => {
    const pair = await createPair({ met: false });
    expect(await tried(pair, 'CFHKMQRW')).toBe('GUEST_NOBODY');
    expect(await tried(pair, 'CFHKMQR')).toBe('BAD_GUEST_CODE');
    await end(pair);
  });

  it('the try can be given up, and one is tried at a time', async () => {
    const pair = await opened();
    pair.messages.intercept(() => 'drop');
    const first = pair.novice.assistance.askAsGuest(inMemory(EXPERT), codeOf(pair));
    await pair.clock.advance(100);
    expect(await tried(pair, codeOf(pair))).toBe('BUSY');
    pair.novice.assistance.stopAskingAsGuest();
    await expect(first).rejects.toMatchObject({ code: 'ENDED' });
    pair.messages.intercept(undefined);
    await end(pair);
  });

  it('a program that says nothing more costs one run, and its time runs out', async () => {
    const pair = await opened();
    // The guest's confirmation never comes.
    let words = 0;
    pair.messages.intercept((message) => (message.from === NOVICE && message.kind === 'CONTEXT' && (words += 1) > 0 ? 'drop' : 'deliver'));
    expect(await tried(pair, codeOf(pair), 20_000)).toBe('GUEST_NOBODY');
    expect(pair.expert.assistance.guestCode).toMatchObject({ state: 'open', wrong: 1 });
    pair.messages.intercept(undefined);
    await end(pair);
  });

  it('a flood of one address costs that address its own places, and nobody else theirs', async () => {
    const pair = await opened();
    const before = pair.messages.sent.length;
    const flood = pair.messages.join('flood@example.test', () => {});
    for (let at = 0; at < 200; at += 1) flood.send(inviteOf('flood@example.test', `f${at}`));
    await pair.clock.advance(100);
    const answers = pair.messages.sent.slice(before).filter(({ from, kind }) => from === EXPERT && kind === 'ACCEPT');
    expect(answers.length).toBe(15);
    expect(pair.expert.assistance.invitations).toEqual([]);
    expect(await tried(pair, codeOf(pair))).toBe('asked');
    expect(pair.expert.assistance.guestCode?.wrong).toBe(0);
    flood.leave();
    await pair.novice.assistance.endSession();
    await end(pair);
  });

  it('addresses without end that say nothing more hold no place: who has the code is asked about in the middle of it', async () => {
    const pair = await opened();
    const crowd = Array.from({ length: 12 }, (_, at) => `crowd${at}@example.test`);
    const joined = crowd.map((address) => ({ address, line: pair.messages.join(address, () => {}) }));
    for (const { address, line } of joined) line.send(inviteOf(address, `of-${address}`));
    await pair.clock.advance(100);
    expect(await tried(pair, codeOf(pair))).toBe('asked');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    // Nobody else comes: their time is over soon all the same.
    const cancelled = (): number =>
      pair.messages.sent.filter(({ from, to, kind }) => from === EXPERT && kind === 'CANCEL' && crowd.includes(to)).length;
    await pair.clock.advance(5_000);
    expect(cancelled()).toBe(crowd.length);
    for (const { line } of joined) line.leave();
    await end(pair);
  });

  it('beyond what is looked at in a row, an invitation is dropped unread, and a moment later one is looked at again', async () => {
    const pair = await opened();
    const before = pair.messages.sent.length;
    const crowd = Array.from({ length: 60 }, (_, at) => `crowd${at}@example.test`);
    const joined = crowd.map((address) => ({ address, line: pair.messages.join(address, () => {}) }));
    for (const { address, line } of joined) line.send(inviteOf(address, `of-${address}`));
    await pair.clock.advance(10);
    expect(pair.expert.assistance.listensForGuests).toBe(false);
    const answers = pair.messages.sent.slice(before).filter(({ from, kind }) => from === EXPERT && kind === 'ACCEPT');
    expect(answers.length).toBe(30);
    // Eight of them wait for their guest's word; each of the others has made room.
    const gone = pair.messages.sent
      .slice(before)
      .filter((message) => message.from === EXPERT && message.kind === 'CANCEL' && message.code === 'OUTBANDCANCEL');
    expect(gone.length).toBe(22);
    await pair.clock.advance(250);
    expect(await tried(pair, codeOf(pair))).toBe('asked');
    for (const { line } of joined) line.leave();
    await pair.novice.assistance.endSession();
    await end(pair);
  });
});
