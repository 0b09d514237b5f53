import { describe, expect, test } from 'vitest';
import type { Fate, InMemoryMessage } from '../support/in-memory-messenger.ts';
import { createPair } from '../support/pair.ts';

const ORDER = ['INVITE', 'ACCEPT', 'LAUNCH', 'expert ticket', 'novice ticket'] as const;

/** Runs a whole attempt; `fate` sees the messages in order of sending. Ends it by the novice's Stop when it works. */
async function attempt(fate: (index: number, message: InMemoryMessage) => Fate) {
  const pair = await createPair();
  let index = 0;
  pair.messages.intercept((message) => {
    index += 1;
    return fate(index - 1, message);
  });
  await pair.novice.assistance.askForHelp('edgar@example.test');
  await pair.clock.advance(1_000);
  for (const { id } of pair.expert.assistance.invitations) pair.expert.assistance.acceptInvitation(id);
  await pair.clock.advance(200_000);
  const connected = pair.novice.assistance.status?.phase.tag === 'connected' && pair.expert.assistance.status?.phase.tag === 'connected';
  if (connected) {
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
  }
  const reasons = pair.reasons();
  const sessions = pair.internet.sessions;
  await pair.expectNothingLeft();
  return { connected, reasons, sessions, order: pair.messages.sent.map(({ kind }) => kind) };
}

describe('messages lost, doubled and out of order', () => {
  test('the order of KB 306298', async () => {
    const { order, connected } = await attempt(() => 'deliver');
    expect(connected).toBe(true);
    expect(order.slice(0, 5)).toEqual(['INVITE', 'ACCEPT', 'LAUNCH', 'CONTEXT', 'CONTEXT']);
  });

  test.each(ORDER.map((name, at) => [name, at] as const))('lost: %s', async (name, at) => {
    const { connected, reasons, sessions } = await attempt((index) => (index === at ? 'drop' : 'deliver'));
    expect(connected).toBe(false);
    expect(sessions).toBe(0);
    expect(reasons).toEqual(['timedOut', name === 'INVITE' ? undefined : 'timedOut']);
  });

  test.each(ORDER.map((name, at) => [name, at] as const))('doubled: %s', async (_name, at) => {
    const { connected, sessions } = await attempt((index) => (index === at ? 'duplicate' : 'deliver'));
    expect(connected).toBe(true);
    expect(sessions).toBe(1);
  });

  test.each(ORDER.map((name, at) => [name, at] as const))('late by half a minute: %s', async (name, at) => {
    const { reasons, sessions } = await attempt((index) => (index === at ? { delayMs: 30_000 } : 'deliver'));
    expect(sessions).toBe(0);
    expect(reasons).toEqual(['timedOut', name === 'INVITE' ? undefined : 'timedOut']);
  });

  test.each(ORDER.map((name, at) => [name, at] as const))('late by some seconds: %s', async (_name, at) => {
    const { connected, sessions } = await attempt((index) => (index === at ? { delayMs: 900 } : 'deliver'));
    expect(connected).toBe(true);
    expect(sessions).toBe(1);
  });
});

describe('tickets nobody asked for or that are wrong', () => {
  const badTickets: readonly (readonly [string, string])[] = [
    ['malformed', 'hello'],
    ['unspecified address', `65538,1,0.0.0.0:5000,*,${'A'.repeat(43)}=,*,*,${'A'.repeat(43)}=`],
    ['multicast address', `65538,1,224.0.0.1:5000,*,${'A'.repeat(43)}=,*,*,${'A'.repeat(43)}=`],
    ['port 0', `65538,1,10.0.0.1:0,*,${'A'.repeat(43)}=,*,*,${'A'.repeat(43)}=`],
    ['nine addresses', `65538,1,${Array.from({ length: 9 }, (_, n) => `10.0.0.${n + 1}:5000`).join(';')},*,${'A'.repeat(43)}=,*,*,*`],
  ];
  test.each(badTickets)('expert ticket: %s', async (_name, data) => {
    const pair = await createPair();
    await pair.invite();
    tamper(pair, 0, data);
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    expect(pair.reasons()).toEqual(['ticketRefused', 'ticketRefused']);
    expect(pair.internet.noviceEndpoints).toEqual([]);
    await pair.expectNothingLeft();
  });

  test.each(badTickets)('novice ticket: %s', async (_name, data) => {
    const pair = await createPair();
    await pair.invite();
    tamper(pair, 1, data);
    pair.internet.reachable = () => false;
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    expect(pair.reasons()).toEqual(['ticketRefused', 'ticketRefused']);
    await pair.expectNothingLeft();
  });

  test('an expert ticket of an earlier session is a replay', async () => {
    const pair = await createPair();
    await pair.connect();
    const old = pair.messages.sent.find((message) => message.kind === 'CONTEXT');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(1_000);
    await pair.invite();
    tamper(pair, 0, old?.kind === 'CONTEXT' ? old.data : '');
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    expect(pair.reasons()).toEqual(['ticketRefused', 'ticketRefused']);
    expect(pair.novice.log.some((line) => line.includes('REFUSED'))).toBe(true);
    await pair.expectNothingLeft();
  });
});

/** The `nth` ticket from now arrives as `data`. */
function tamper(pair: Awaited<ReturnType<typeof createPair>>, nth: number, data: string): void {
  let seen = 0;
  pair.messages.intercept((message) => {
    if (message.kind !== 'CONTEXT') return 'deliver';
    seen += 1;
    if (seen - 1 === nth) Object.assign(message, { data });
    return 'deliver';
  });
}
