import { describe, expect, test } from 'vitest';
import type { Fate, InMemoryMessage } from '../support/in-memory-messenger.ts';
import { createPair } from '../support/pair.ts';
import { inMemory } from '../support/in-memory-messenger.ts';

const ORDER = ['INVITE', 'ACCEPT', 'LAUNCH', 'expert ticket', 'novice ticket'] as const;

/** Runs a whole attempt; `fate` sees the messages in order of sending. Ends it by the novice's Stop when it works. */
async function attempt(fate: (index: number, message: InMemoryMessage) => Fate) {
  const pair = await createPair();
  let index = 0;
  pair.messages.intercept((message) => {
    index += 1;
    return fate(index - 1, message);
  });
  await pair.novice.assistance.askForHelp(inMemory('edgar@example.test'));
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

describe('tickets nobody asked for or that are wrong, where nobody vouches for them', () => {
  const badTickets: readonly (readonly [string, string])[] = [
    ['malformed', '65538,1,hello'],
    ['malformed, marked', '!ticket hello'],
    ['unspecified address', `65538,1,0.0.0.0:5000,*,${'A'.repeat(43)}=,*,*,${'A'.repeat(43)}=`],
    ['multicast address', `65538,1,224.0.0.1:5000,*,${'A'.repeat(43)}=,*,*,${'A'.repeat(43)}=`],
    ['port 0', `65538,1,10.0.0.1:0,*,${'A'.repeat(43)}=,*,*,${'A'.repeat(43)}=`],
    ['nine addresses', `65538,1,${Array.from({ length: 9 }, (_, n) => `10.0.0.${n + 1}:5000`).join(';')},*,${'A'.repeat(43)}=,*,*,*`],
  ];
  test.each(badTickets)('expert ticket: %s', async (_name, data) => {
    const pair = await createPair({ unverified: true });
    await pair.invite();
    tamper(pair, 0, data);
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    expect(pair.reasons()).toEqual(['ticketRefused', 'ticketRefused']);
    expect(pair.internet.noviceEndpoints).toEqual([]);
    await pair.expectNothingLeft();
  });

  test.each(badTickets)('novice ticket: %s', async (_name, data) => {
    const pair = await createPair({ unverified: true });
    await pair.invite();
    tamper(pair, 1, data);
    pair.internet.reachable = () => false;
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    expect(pair.reasons()).toEqual(['ticketRefused', 'ticketRefused']);
    await pair.expectNothingLeft();
  });

  test('an expert ticket of an earlier session is a replay', async () => {
    const pair = await createPair({ unverified: true });
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

describe('context data of kinds that nobody knows', () => {
  const UNKNOWN = ['hello', '65539,1,10.0.0.1:5000,*,x,*,*,*', '{"kind":"x"}', '!next-year 1', '!ticket', '!x;1:1/2 half', ''];

  test.each(UNKNOWN)('%j before every message: passed over, and the session comes', async (data) => {
    const pair = await createPair();
    await pair.invite();
    // Said by each side beside its own ticket, before and after it.
    let injecting = false;
    pair.messages.intercept((message) => {
      if (message.kind === 'CONTEXT' && !injecting) {
        injecting = true;
        pair.messages.inject({ ...message, data });
        injecting = false;
      }
      return 'deliver';
    });
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    expect(pair.novice.assistance.status?.phase.tag).toBe('connected');
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    for (const { log } of [pair.novice, pair.expert]) {
      const refused = log.filter((line) => line.startsWith('message refused'));
      // The half message is told when its time is up, which is after the end of this one.
      expect(refused).toHaveLength(data.includes(';1:') ? 0 : 1);
    }
    await pair.clock.advance(20_000);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('a flood of them is counted, told eight times, and ends nothing', async () => {
    const pair = await createPair();
    await pair.invite();
    let injected = 0;
    pair.messages.intercept((message) => {
      if (message.kind !== 'CONTEXT' || injected > 0) return 'deliver';
      for (injected = 1; injected <= 150; injected += 1) {
        pair.messages.inject({ ...message, data: `!flood ${injected}` });
        pair.messages.inject({ ...message, data: `!Flood ${injected}` });
      }
      return { delayMs: 0 };
    });
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    expect(pair.novice.log.filter((line) => line.startsWith('message refused'))).toHaveLength(16);
    // 256 lines are read; the ticket was number 301.
    await pair.clock.advance(20_000);
    expect(pair.reasons()).toEqual(['timedOut', 'timedOut']);
    await pair.expectNothingLeft();
  });
});

describe('tickets in parts', () => {
  /** The first ticket is cut in three on its way; `fates` says what becomes of each part. */
  async function inParts(fates: readonly Fate[]) {
    const pair = await createPair({ unverified: true });
    await pair.invite();
    let cut = false;
    pair.messages.intercept((message) => {
      if (message.kind !== 'CONTEXT' || cut) return 'deliver';
      cut = true;
      const ticket = message.data.replace('!ticket ', '');
      const third = Math.ceil(ticket.length / 3);
      fates.forEach((fate, index) => {
        const data = `!ticket;1:${index + 1}/3 ${ticket.slice(index * third, (index + 1) * third)}`;
        pair.messages.inject({ ...message, data }, fate);
      });
      return 'drop';
    });
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(5_000);
    return pair;
  }

  test.each<readonly [string, readonly Fate[]]>([
    ['in order', ['deliver', 'deliver', 'deliver']],
    ['backwards', [{ delayMs: 200 }, { delayMs: 100 }, 'deliver']],
    ['each twice', ['duplicate', 'duplicate', 'duplicate']],
    ['the first one late and twice', [{ delayMs: 900 }, 'duplicate', 'deliver']],
  ])('%s: the session comes', async (_name, fates) => {
    const pair = await inParts(fates);
    expect(pair.novice.assistance.status?.phase.tag).toBe('connected');
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    await pair.expert.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test.each([0, 1, 2])('part %i lost: that ticket is given up and told, and the one that comes again is taken', async (lost) => {
    const pair = await inParts([0, 1, 2].map((index) => (index === lost ? 'drop' : 'deliver')));
    expect(pair.novice.assistance.status?.phase.tag).toBe('tickets');
    const whole = pair.messages.sent.find(({ kind }) => kind === 'CONTEXT');
    await pair.clock.advance(5_100);
    expect(pair.novice.log).toContain('message refused {"role":"novice","code":"TRUNCATED","field":"Parts.ticket"}');
    if (whole !== undefined) pair.messages.inject(whole);
    await pair.clock.advance(1_000);
    expect(pair.novice.assistance.status?.phase.tag).toBe('connected');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });
});

test('a session that ends while a part is waited for waits for it no longer', async () => {
  const pair = await createPair();
  await pair.connect();
  const ticket = pair.messages.sent.find(({ kind }) => kind === 'CONTEXT');
  if (ticket !== undefined) pair.messages.inject({ ...ticket, data: '!x;1:1/2 half' } as InMemoryMessage);
  await pair.clock.advance(1_000);
  await pair.novice.assistance.endSession();
  await pair.clock.advance(100);
  await pair.expectNothingLeft();
});

describe('a features line that makes no sense', () => {
  test.each(['', 'nonsense', '1;', '0;parts', 'x'.repeat(600)])('%j counts as none, and the session comes', async (features) => {
    const pair = await createPair({ unverified: true });
    pair.messages.intercept((message) => {
      if ('features' in message) Object.assign(message, { features });
      return 'deliver';
    });
    await pair.connect();
    expect(pair.novice.assistance.status?.phase.tag).toBe('connected');
    for (const { log } of [pair.novice, pair.expert])
      expect(log.filter((line) => line.startsWith('message refused') && line.includes('"field":"Features'))).toHaveLength(1);
    expect(pair.messages.sent.filter((message) => message.kind === 'CONTEXT' && message.data.startsWith('65538,'))).toHaveLength(2);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('what a later version says of itself is passed over', async () => {
    const pair = await createPair({ unverified: true });
    pair.messages.intercept((message) => {
      if ('features' in message) Object.assign(message, { features: '7;from-next-year=x;parts' });
      return 'deliver';
    });
    await pair.connect();
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    expect(pair.messages.sent.filter((message) => message.kind === 'CONTEXT' && message.data.startsWith('!ticket '))).toHaveLength(2);
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
