import { describe, expect, test } from 'vitest';
import { WAYS } from '../../../src/main/connection/ways/ways.ts';
import { ExpertNegotiation } from '../../../src/protocol/assistance/expert-negotiation.ts';
import { NegotiationRecord } from '../../../src/protocol/assistance/negotiation-record.ts';
import { NoviceNegotiation } from '../../../src/protocol/assistance/novice-negotiation.ts';
import type { Role, StepStatus } from '../../../src/protocol/assistance/status.ts';
import { formatExpertTicket, formatNoviceTicket } from '../../../src/protocol/assistance/ticket.ts';
import { Ladder, type WayPlan, moreTelling, planOf } from '../../../src/protocol/assistance/ways.ts';
import { SIGNALS_FEATURE } from '../../../src/protocol/rendezvous/features.ts';
import type { SessionTrust } from '../../../src/protocol/assistance/session-trust.ts';
import { unverified } from '../../support/trust.ts';

const START = 1_000_000;
const addresses = [{ host: '10.0.0.1', port: 5_000 }];
const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

/** Those that have no more to say than their tickets. */
const DIALS: readonly WayPlan[] = WAYS.filter(({ signals }) => signals !== true);

/** Between these two a way that the novice reaches and one that the expert does. */
const LONGER: readonly WayPlan[] = [
  ...DIALS,
  { id: 'pigeon', offeredBy: 'expert', step: 5, afterMs: 1_000 },
  { id: 'balloon', offeredBy: 'novice', step: 7, afterMs: 7_500 },
];

/** Both sides can say more to each other than their tickets. */
function sealing(role: Role): SessionTrust {
  return Object.defineProperty(unverified(role), 'sealsMore', { value: true });
}

function novice(ways: readonly WayPlan[]): NoviceNegotiation {
  const machine = new NoviceNegotiation(ways, unverified('novice'), START);
  machine.handle({ tag: 'accepted' }, START);
  machine.handle({ tag: 'contextData', data: formatExpertTicket({ addresses, id: bytes(1) }), seen: [] }, START);
  return machine;
}

const opened = { tag: 'endpointOpened', addresses, sessionId: bytes(2), pin: bytes(3) } as const;

function expert(ways: readonly WayPlan[]): ExpertNegotiation {
  const machine = new ExpertNegotiation(bytes(7), ways, unverified('expert'), START);
  machine.handle({ tag: 'accept' }, START);
  machine.handle({ tag: 'readyToLaunch' }, START);
  machine.handle({ tag: 'endpointOpened', addresses }, START);
  return machine;
}

const ticket = { tag: 'contextData', data: formatNoviceTicket({ addresses, sessionId: bytes(2), pin: bytes(3) }), seen: [] } as const;

/** What is reached and when, in milliseconds from `startMs`, left alone until the end. */
function reached(machine: NoviceNegotiation | ExpertNegotiation, startMs: number): string[] {
  const log: string[] = [];
  for (let due = machine.nextDeadlineMs; due !== undefined; due = machine.nextDeadlineMs) {
    for (const effect of machine.handle({ tag: 'deadline' }, due)) if (effect.tag === 'reach') log.push(`${effect.way} ${due - startMs}`);
  }
  return log;
}

describe('the list', () => {
  test('is KB 306298: the novice dials at once, the expert five seconds after the ticket; a relay is offered in between', () => {
    expect(WAYS.map(planOf)).toEqual([
      { id: 'reverse', offeredBy: 'expert', step: 5, afterMs: 0 },
      { id: 'relay', offeredBy: 'expert', step: 5, afterMs: 2_500, signals: true, proxied: true },
      { id: 'forward', offeredBy: 'novice', step: 7, afterMs: 5_000 },
    ]);
  });

  test('the novice reaches at once and nothing later; the expert nothing at once and one later', () => {
    const [helped, helper] = [novice(WAYS), expert(WAYS)];
    expect(helped.handle(opened, START)).toContainEqual({ tag: 'reach', way: 'reverse' });
    expect(reached(helped, START)).toEqual([]);
    expect(helper.handle(ticket, START + 40).map(({ tag }) => tag)).not.toContain('reach');
    expect(reached(helper, START + 40)).toEqual(['forward 5000']);
  });
});

describe('a longer list', () => {
  test('each side reaches what the other offers, each at its time', () => {
    const [helped, helper] = [novice(LONGER), expert(LONGER)];
    helped.handle(opened, START);
    expect(reached(helped, START)).toEqual(['pigeon 1000']);
    helper.handle(ticket, START);
    expect(reached(helper, START)).toEqual(['forward 5000', 'balloon 7500']);
  });

  test('the phase names the newest way and the one that this side tries next', () => {
    const machine = expert(LONGER);
    machine.handle(ticket, START);
    expect(machine.phase).toEqual({ tag: 'connecting', way: 'reverse', next: { way: 'forward', atMs: START + 5_000 } });
    machine.handle({ tag: 'attempt', way: 'pigeon' }, START + 1_200);
    expect(machine.phase).toMatchObject({ way: 'pigeon', next: { way: 'forward' } });
    machine.handle({ tag: 'deadline' }, START + 5_000);
    expect(machine.phase).toEqual({ tag: 'connecting', way: 'forward', next: { way: 'balloon', atMs: START + 7_500 } });
    // Heard late: what has gone further stays.
    machine.handle({ tag: 'attempt', way: 'pigeon' }, START + 5_100);
    expect(machine.phase).toMatchObject({ way: 'forward' });
  });

  test('steps before the winner have failed and say why, those after it were not needed', () => {
    const machine = expert(LONGER);
    machine.handle(ticket, START);
    machine.handle({ tag: 'attempt', way: 'pigeon' }, START + 1_000);
    machine.handle({ tag: 'wayRefused', way: 'pigeon', failure: 'stranger' }, START + 1_100);
    machine.handle({ tag: 'wayRefused', way: 'pigeon', failure: 'broken' }, START + 1_200);
    machine.handle({ tag: 'deadline' }, START + 5_000);
    machine.handle({ tag: 'deadline' }, START + 7_500);
    machine.handle({ tag: 'verified', connection: { by: 'balloon', address: 'sky.example' } }, START + 8_000);
    expect(machine.steps.slice(4)).toEqual([
      {
        step: 5,
        state: 'failed',
        atMs: START + 8_000,
        failures: [
          { way: 'reverse', failure: 'silent' },
          { way: 'pigeon', failure: 'stranger' },
        ],
      },
      { step: 6, state: 'done', atMs: START + 8_000 },
      { step: 7, state: 'done', atMs: START + 8_000, way: 'balloon' },
    ]);
    const lucky = expert(LONGER);
    lucky.handle(ticket, START);
    lucky.handle({ tag: 'verified', connection: { by: 'pigeon', address: 'pigeon' } }, START + 10);
    expect(lucky.steps.slice(4).map(({ state }) => state)).toEqual(['done', 'done', 'notNeeded']);
    expect(lucky.steps[4]?.way).toBe('pigeon');
  });

  test.each([
    ['as long as it lasts', START + 30_000, [{ way: 'forward', failure: 'silent' }]],
    ['ended before its time', START + 4_000, undefined],
  ])('the side that waits says that nobody came, %s', (_name, endMs, failures) => {
    const record = new NegotiationRecord(
      DIALS.filter(({ id }) => id === 'forward'),
      'novice',
      unverified('novice'),
      START,
    );
    record.startWays(START);
    record.end('noConnection', 'close', endMs);
    expect(record.steps[6]?.failures).toEqual(failures);
  });

  test.each([
    ['silent', true],
    ['unreachable', true],
    ['unavailable', undefined],
    ['stranger', undefined],
  ] as const)('a forward connect says that the reverse one had failed, when it was %s: %s', (failure, said) => {
    const record = new NegotiationRecord(DIALS, 'novice', unverified('novice'), START);
    record.startWays(START);
    record.refusedOn('reverse', failure);
    record.connected({ by: 'forward', address: 'x:1' }, START + 5_010);
    expect(record.connection?.reverseFailed).toBe(said);
  });

  test('what goes on beside the others until one of them wins has not failed by that', () => {
    const beside = ['quiet', 'cut', 'strange'].map((id): WayPlan => ({ id, offeredBy: 'expert', step: 5, afterMs: 0, signals: true }));
    const lost = (ways: readonly WayPlan[]): StepStatus | undefined => {
      const record = new NegotiationRecord(ways, 'expert', sealing('expert'), START);
      record.met({ version: 1, named: new Map([[SIGNALS_FEATURE, '']]) });
      record.startWays(START);
      record.refusedOn('cut', 'broken');
      record.refusedOn('strange', 'stranger');
      record.reachDue(START + 5_000);
      record.connected({ by: 'forward', address: 'x:1' }, START + 5_010);
      return record.steps[4];
    };
    const told = [
      { way: 'reverse', failure: 'silent' },
      { way: 'strange', failure: 'stranger' },
    ];
    expect(lost([...DIALS, ...beside])).toEqual({ step: 5, state: 'failed', atMs: START + 5_010, failures: told });
    const withoutReverse = DIALS.filter(({ id }) => id === 'forward');
    expect(lost([...withoutReverse, ...beside.slice(0, 2)])).toEqual({ step: 5, state: 'notNeeded', atMs: START + 5_010 });
  });

  test('a side that has nothing left to try waits for the next way of the other', () => {
    const machine = novice(LONGER);
    machine.handle(opened, START);
    machine.handle({ tag: 'wayFailed', way: 'reverse', failure: 'unreachable' }, START + 30);
    expect(machine.phase).toMatchObject({ tag: 'connecting', way: 'reverse', next: { way: 'pigeon' } });
    expect(machine.steps[4]).toMatchObject({ step: 5, state: 'active' });
    machine.handle({ tag: 'deadline' }, START + 1_000);
    machine.handle({ tag: 'wayFailed', way: 'pigeon', failure: 'unavailable' }, START + 1_001);
    expect(machine.phase).toEqual({ tag: 'connecting', way: 'forward' });
    expect(machine.steps[4]).toEqual({
      step: 5,
      state: 'failed',
      atMs: START + 1_001,
      failures: [
        { way: 'reverse', failure: 'unreachable' },
        { way: 'pigeon', failure: 'unavailable' },
      ],
    });
    expect(machine.steps[6]).toMatchObject({ step: 7, state: 'active' });
  });

  test('between two that cannot say more than their tickets, a way that must is left out, and said to be unavailable', () => {
    const ways: readonly WayPlan[] = [...DIALS, { id: 'pigeon', offeredBy: 'expert', step: 5, afterMs: 0, signals: true }];
    const machine = novice(ways);
    const effects = machine.handle(opened, START);
    expect(effects.flatMap((effect) => (effect.tag === 'reach' ? [effect.way] : []))).toEqual(['reverse']);
    expect(machine.handle({ tag: 'signal', way: 'pigeon', text: 'coo' }, START)).toEqual([]);
    machine.handle({ tag: 'presented', connection: { by: 'forward', address: 'x' } }, START + 10);
    expect(machine.steps[4]?.failures).toContainEqual({ way: 'pigeon', failure: 'unavailable' });
  });

  test('without an address and without anything else to say there is no ticket', () => {
    expect(
      novice(WAYS)
        .handle({ ...opened, addresses: [] }, START)
        .at(-1),
    ).toEqual({ tag: 'ended', reason: 'noConnection' });
    const machine = new ExpertNegotiation(bytes(7), WAYS, unverified('expert'), START);
    machine.handle({ tag: 'accept' }, START);
    machine.handle({ tag: 'readyToLaunch' }, START);
    expect(machine.handle({ tag: 'endpointOpened', addresses: [] }, START).at(-1)).toEqual({ tag: 'ended', reason: 'noConnection' });
  });

  test('when no way was left every step says why; a person who gives up is told no such thing', () => {
    const alone = expert(DIALS);
    alone.handle(ticket, START);
    reached(alone, START);
    expect(alone.phase).toMatchObject({ tag: 'ended', reason: 'noConnection' });
    expect(alone.steps[4]?.failures).toEqual([{ way: 'reverse', failure: 'silent' }]);
    expect(alone.steps[6]?.failures).toEqual([{ way: 'forward', failure: 'silent' }]);
    const stopped = expert(WAYS);
    stopped.handle(ticket, START);
    stopped.handle({ tag: 'stop' }, START + 1);
    expect(stopped.steps.flatMap(({ failures = [] }) => failures)).toEqual([]);
  });

  test('a way that is not in the list changes nothing', () => {
    const ladder = new Ladder(WAYS, 'novice');
    ladder.start(START);
    ladder.failed('smoke', 'broken');
    expect(ladder.begin('smoke')).toBeUndefined();
    expect(ladder.trying?.id).toBe('reverse');
  });

  test('the most telling failure is kept', () => {
    expect(moreTelling(undefined, 'silent')).toBe('silent');
    expect(moreTelling('stranger', 'broken')).toBe('stranger');
    expect(moreTelling('unreachable', 'broken')).toBe('broken');
  });
});
