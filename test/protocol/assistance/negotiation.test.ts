import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ExpertEffect, ExpertEvent } from '../../../src/protocol/assistance/expert-negotiation.ts';
import { ExpertNegotiation } from '../../../src/protocol/assistance/expert-negotiation.ts';
import type { NoviceEffect, NoviceEvent } from '../../../src/protocol/assistance/novice-negotiation.ts';
import { NoviceNegotiation } from '../../../src/protocol/assistance/novice-negotiation.ts';
import { formatExpertTicket, formatNoviceTicket } from '../../../src/protocol/assistance/ticket.ts';
import { parseFeatures } from '../../../src/protocol/rendezvous/features.ts';
import { WAYS } from '../../../src/main/connection/ways/ways.ts';
import { unverified } from '../../support/trust.ts';

const START = 1_000_000;
const addresses = [{ host: '10.0.0.1', port: 5_000 }];
const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const expertTicket = formatExpertTicket({ addresses, id: bytes(1) });
const noviceTicket = formatNoviceTicket({ addresses, sessionId: bytes(2), pin: bytes(3) });
const reverse = { by: 'reverse', address: '10.0.0.1:5000' } as const;
const tags = (effects: readonly { readonly tag: string }[]): string => effects.map(({ tag }) => tag).join(' ');

test.each(['novice', 'expert'] as const)('%s: the end names the device that has answered instead, where it has a name', (role) => {
  for (const device of ['laptop', '']) {
    const machine =
      role === 'novice'
        ? new NoviceNegotiation(WAYS, unverified(role), START, true)
        : new ExpertNegotiation(bytes(7), WAYS, unverified(role), START);
    machine.handle({ tag: 'answeredElsewhere', device }, START + 1);
    const named = device === '' ? {} : { answeredOn: device };
    expect(machine.phase).toEqual({ tag: 'ended', reason: 'answeredElsewhere', atMs: START + 1, ...named });
  }
});

describe('novice', () => {
  test('the way through, effect by effect', () => {
    const machine = new NoviceNegotiation(WAYS, unverified('novice'), START);
    const at = (event: NoviceEvent): string => tags(machine.handle(event, START + 1));
    expect(machine.nextDeadlineMs).toBe(START + 120_000);
    expect(at({ tag: 'accepted' })).toBe('');
    expect(machine.nextDeadlineMs).toBe(START + 20_001);
    expect(at({ tag: 'contextData', data: expertTicket, seen: [] })).toBe('rememberTicket openEndpoint');
    // The novice listens before its ticket is on its way, and dials after.
    expect(at({ tag: 'endpointOpened', addresses, sessionId: bytes(2), pin: bytes(3) })).toBe('sendContextData expect reach');
    expect(machine.nextDeadlineMs).toBe(START + 30_001);
    expect(at({ tag: 'presented', connection: reverse })).toBe('askViewConsent');
    expect(machine.nextDeadlineMs).toBe(START + 120_001);
    expect(at({ tag: 'viewAllowed' })).toBe('admit');
    expect(at({ tag: 'active' })).toBe('');
    expect(machine.nextDeadlineMs).toBeUndefined();
    expect(machine.phase).toEqual({ tag: 'connected', sinceMs: START + 1 });
    expect(machine.handle({ tag: 'stop' }, START + 2)).toEqual([
      { tag: 'closeLink', reason: 'userRequested' },
      { tag: 'cancelRendezvous', code: 'OUTBANDCANCEL' },
      { tag: 'ended', reason: 'stoppedByNovice' },
    ]);
    expect(at({ tag: 'linkEnded', end: 'lost' })).toBe('');
    expect(machine.phase).toEqual({ tag: 'ended', reason: 'stoppedByNovice', atMs: START + 2, sinceMs: START + 1 });
  });

  test('a ticket before the acceptance is unsolicited', () => {
    const machine = new NoviceNegotiation(WAYS, unverified('novice'), START);
    const effects = machine.handle({ tag: 'contextData', data: expertTicket, seen: [] }, START);
    expect(effects[0]).toMatchObject({ tag: 'refused', error: { code: 'ILLEGAL_TRANSITION' } });
    expect(machine.phase).toMatchObject({ tag: 'ended', reason: 'ticketRefused' });
  });

  test('another ticket in place of the first ends it, the same one again does not', () => {
    const machine = new NoviceNegotiation(WAYS, unverified('novice'), START);
    machine.handle({ tag: 'accepted' }, START);
    machine.handle({ tag: 'contextData', data: expertTicket, seen: [] }, START);
    expect(
      tags(machine.handle({ tag: 'contextData', data: expertTicket, seen: ['AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE='] }, START)),
    ).toBe('refused');
    expect(machine.phase.tag).toBe('tickets');
    machine.handle({ tag: 'contextData', data: formatExpertTicket({ addresses, id: bytes(9) }), seen: [] }, START);
    expect(machine.phase).toMatchObject({ tag: 'ended', reason: 'ticketRefused' });
  });

  test('a ticket after its time is expired even when the timer is late', () => {
    const machine = new NoviceNegotiation(WAYS, unverified('novice'), START);
    machine.handle({ tag: 'accepted' }, START);
    machine.handle({ tag: 'contextData', data: expertTicket, seen: [] }, START + 20_001);
    expect(machine.phase).toMatchObject({ tag: 'ended', reason: 'ticketRefused' });
  });

  test('a deadline that comes early does nothing', () => {
    const machine = new NoviceNegotiation(WAYS, unverified('novice'), START);
    expect(machine.handle({ tag: 'deadline' }, START + 119_999)).toEqual([]);
    expect(tags(machine.handle({ tag: 'deadline' }, START + 120_000))).toBe('cancelRendezvous ended');
  });
});

describe('expert', () => {
  const prepared = (): ExpertNegotiation => {
    const machine = new ExpertNegotiation(bytes(7), WAYS, unverified('expert'), START);
    machine.handle({ tag: 'accept' }, START);
    return machine;
  };

  test.each([
    ['the listener first', ['endpointOpened', 'readyToLaunch']],
    ['the messenger first', ['readyToLaunch', 'endpointOpened']],
  ] as const)('%s: the ticket goes out when both are there', (_name, order) => {
    const machine = prepared();
    const events: Record<string, ExpertEvent> = {
      endpointOpened: { tag: 'endpointOpened', addresses },
      readyToLaunch: { tag: 'readyToLaunch' },
    };
    const [first, second] = order.map((tag) => events[tag] as ExpertEvent);
    expect(machine.handle(first as ExpertEvent, START)).toEqual([]);
    expect(machine.handle(second as ExpertEvent, START)).toEqual([
      { tag: 'sendContextData', data: formatExpertTicket({ addresses, id: bytes(7) }) },
    ]);
  });

  test('step 7 exactly five seconds after the novice ticket, attempts or not', () => {
    const machine = prepared();
    machine.handle({ tag: 'readyToLaunch' }, START);
    machine.handle({ tag: 'endpointOpened', addresses }, START);
    expect(tags(machine.handle({ tag: 'contextData', data: noviceTicket, seen: [] }, START + 100))).toBe('rememberTicket expect');
    expect(machine.nextDeadlineMs).toBe(START + 5_100);
    machine.handle({ tag: 'attempt', way: 'reverse' }, START + 200);
    expect(machine.handle({ tag: 'deadline' }, START + 5_099)).toEqual([]);
    expect(tags(machine.handle({ tag: 'deadline' }, START + 5_100))).toBe('reach');
    expect(machine.handle({ tag: 'deadline' }, START + 5_100)).toEqual([]);
  });

  test('a replayed novice ticket', () => {
    const machine = prepared();
    machine.handle({ tag: 'readyToLaunch' }, START);
    machine.handle({ tag: 'endpointOpened', addresses }, START);
    machine.handle({ tag: 'contextData', data: noviceTicket, seen: ['AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI='] }, START);
    expect(machine.phase).toMatchObject({ tag: 'ended', reason: 'ticketRefused' });
  });
});

describe('neighbours swapped', () => {
  const ticket = { tag: 'contextData', data: expertTicket, seen: [] } as const;
  test.each([
    ['accepted, readyToLaunch', [{ tag: 'readyToLaunch' }, { tag: 'accepted' }, ticket], 'tickets'],
    ['readyToLaunch, expert ticket', [{ tag: 'accepted' }, ticket, { tag: 'readyToLaunch' }], 'tickets'],
    ['acceptance, expert ticket', [ticket, { tag: 'accepted' }, { tag: 'readyToLaunch' }], 'ended'],
  ] as const)('novice: %s', (_name, events, phase) => {
    const machine = new NoviceNegotiation(WAYS, unverified('novice'), START);
    for (const event of events) machine.handle(event, START);
    expect(machine.phase.tag).toBe(phase);
  });

  test('expert: the novice ticket before the expert ticket has gone out is unsolicited', () => {
    const machine = new ExpertNegotiation(bytes(7), WAYS, unverified('expert'), START);
    machine.handle({ tag: 'accept' }, START);
    machine.handle({ tag: 'contextData', data: noviceTicket, seen: [] }, START);
    expect(machine.phase).toMatchObject({ tag: 'ended', reason: 'ticketRefused' });
  });
});

describe('what the other side says of itself', () => {
  const features = parseFeatures('1;parts');
  const preparedBy = (readyToLaunch: ExpertEvent): ExpertNegotiation => {
    const machine = new ExpertNegotiation(bytes(7), WAYS, unverified('expert'), START);
    machine.handle({ tag: 'accept' }, START);
    machine.handle(readyToLaunch, START);
    return machine;
  };

  test.each([
    ['a peer that takes parts', features, { kind: 'ticket' }],
    ['a peer without features', undefined, {}],
    ['a peer of a later version without parts', parseFeatures('9;other'), {}],
  ])('%s: how the tickets go out', (_name, said, mark) => {
    const ready = { tag: 'readyToLaunch', ...(said === undefined ? {} : { features: said }) } as const;
    const expert = preparedBy(ready);
    expect(expert.peerFeatures).toBe(said);
    const sent = { tag: 'sendContextData', ...mark };
    expect(expert.handle({ tag: 'endpointOpened', addresses }, START)).toEqual([
      { ...sent, data: formatExpertTicket({ addresses, id: bytes(7) }) },
    ]);
    const novice = new NoviceNegotiation(WAYS, unverified('novice'), START);
    novice.handle({ ...ready, tag: 'accepted' }, START);
    novice.handle({ tag: 'readyToLaunch' }, START);
    expect(novice.peerFeatures).toBe(said);
    novice.handle({ tag: 'contextData', data: expertTicket, kind: 'ticket', seen: [] }, START);
    const [effect] = novice.handle({ tag: 'endpointOpened', addresses, sessionId: bytes(2), pin: bytes(3) }, START);
    expect(effect).toEqual({ ...sent, data: noviceTicket });
  });

  test.each([
    ['a bare text that is no ticket', { data: 'hello' }],
    ['a ticket of another kind', { data: expertTicket, kind: 'other' }],
    ['a later connection string', { data: '65539,1,x' }],
    ['nothing', { data: '' }],
  ])('%s is passed over in every state, told eight times, counted always', (_name, said) => {
    for (const machine of [new NoviceNegotiation(WAYS, unverified('novice'), START), preparedBy({ tag: 'readyToLaunch' })]) {
      for (let count = 1; count <= 20; count += 1) {
        const effects = machine.handle({ tag: 'contextData', ...said, seen: [] }, START);
        expect(tags(effects)).toBe(count <= 8 ? 'refused' : '');
      }
      expect(machine.passedOver).toBe(20);
      expect(machine.phase.tag).not.toBe('ended');
    }
  });

  test.each([
    ['marked', { data: 'hello', kind: 'ticket' }],
    ['bare', { data: '65538,1,hello' }],
  ])('a malformed ticket, %s, is still refused', (_name, said) => {
    const novice = new NoviceNegotiation(WAYS, unverified('novice'), START);
    novice.handle({ tag: 'accepted' }, START);
    const expert = preparedBy({ tag: 'readyToLaunch' });
    expert.handle({ tag: 'endpointOpened', addresses }, START);
    for (const machine of [novice, expert]) {
      machine.handle({ tag: 'contextData', ...said, seen: [] }, START);
      expect(machine.phase).toMatchObject({ tag: 'ended', reason: 'ticketRefused' });
      expect(machine.passedOver).toBe(0);
    }
  });
});

describe('any order of events', () => {
  const common = fc.oneof(
    fc.constantFrom<NoviceEvent & ExpertEvent>(
      { tag: 'accepted' },
      { tag: 'declined' },
      { tag: 'appNotPresent' },
      { tag: 'readyToLaunch' },
      { tag: 'terminated', reason: 'peerLeft' },
      { tag: 'sendError', code: 'CONTACT_OFFLINE' },
      { tag: 'endpointFailed', detail: 'x' },
      { tag: 'attempt', way: 'reverse' },
      { tag: 'attempt', way: 'forward' },
      { tag: 'wayRefused', way: 'reverse', failure: 'stranger' },
      { tag: 'wayFailed', way: 'reverse', failure: 'unreachable' },
      { tag: 'wayFailed', way: 'pigeon', failure: 'unavailable' },
      { tag: 'active' },
      { tag: 'linkEnded', end: 'lost' },
      { tag: 'stop' },
      { tag: 'failed', detail: 'x' },
      { tag: 'peerBroke', detail: 'x' },
      { tag: 'deadline' },
      { tag: 'contextData', data: expertTicket, seen: [] },
      { tag: 'contextData', data: noviceTicket, seen: [] },
      { tag: 'contextData', data: 'rubbish', seen: [] },
      { tag: 'contextData', data: 'rubbish', kind: 'ticket', seen: [] },
      { tag: 'contextData', data: noviceTicket, kind: 'other', seen: [] },
      { tag: 'readyToLaunch', features: parseFeatures('3;parts;other=1') },
    ),
    fc
      .constantFrom('FAIL', 'FTTIMEOUT', 'OUTBANDCANCEL', 'REJECT', 'REJECT_NOT_INSTALLED', 'TIMEOUT', '?')
      .map((code) => ({ tag: 'cancelled', code }) as const),
  );
  const noviceEvent: fc.Arbitrary<NoviceEvent> = fc.oneof(
    common,
    fc.constantFrom<NoviceEvent>(
      { tag: 'endpointOpened', addresses, sessionId: bytes(2), pin: bytes(3) },
      { tag: 'presented', connection: reverse },
      { tag: 'viewAllowed' },
      { tag: 'viewRefused' },
      { tag: 'desktopFailed', detail: 'x' },
    ),
  );
  const expertEvent: fc.Arbitrary<ExpertEvent> = fc.oneof(
    common,
    fc.constantFrom<ExpertEvent>(
      { tag: 'accept' },
      { tag: 'endpointOpened', addresses },
      { tag: 'verified', connection: reverse },
      { tag: 'presented' },
    ),
  );
  const happyNovice: NoviceEvent[] = [
    { tag: 'accepted' },
    { tag: 'contextData', data: expertTicket, seen: [] },
    { tag: 'endpointOpened', addresses, sessionId: bytes(2), pin: bytes(3) },
    { tag: 'presented', connection: reverse },
    { tag: 'viewAllowed' },
    { tag: 'active' },
  ];
  const happyExpert: ExpertEvent[] = [
    { tag: 'accept' },
    { tag: 'readyToLaunch' },
    { tag: 'endpointOpened', addresses },
    { tag: 'contextData', data: noviceTicket, seen: [] },
    { tag: 'verified', connection: reverse },
    { tag: 'presented' },
    { tag: 'active' },
  ];

  /** A stretch of the way through, then anything. */
  const walk = <E>(happy: readonly E[], any: fc.Arbitrary<E>) =>
    fc
      .tuple(fc.nat(happy.length), fc.array(fc.tuple(any, fc.constantFrom(0, 1, 5_000, 30_000)), { maxLength: 25 }))
      .map(([length, rest]) => [...happy.slice(0, length).map((event) => [event, 0] as const), ...rest]);

  function check<E, F extends NoviceEffect | ExpertEffect>(
    machine: {
      handle(event: E, nowMs: number): F[];
      nextDeadlineMs: number | undefined;
      phase: { tag: string };
      steps: readonly unknown[];
    },
    events: readonly (readonly [E, number])[],
  ): void {
    let now = START;
    let ended: unknown;
    let links = 0;
    for (const [event, wait] of events) {
      now += wait;
      const { tag } = event as { tag: string };
      const effects = machine.handle(event, now);
      if (ended !== undefined) {
        expect(effects).toEqual([]);
        expect(machine.phase).toEqual(ended);
        continue;
      }
      if (tag === 'presented' && machine instanceof NoviceNegotiation) links += 1;
      if (tag === 'verified') links += 1;
      if (tag === 'linkEnded') links = 0;
      expect(machine.steps).toHaveLength(7);
      if (machine.phase.tag !== 'ended') {
        expect(links).toBeLessThanOrEqual(1);
        expect(effects.map((effect) => effect.tag)).not.toContain('ended');
        continue;
      }
      ended = machine.phase;
      const closing = effects.map((effect) => effect.tag);
      expect(closing.at(-1)).toBe('ended');
      expect(closing.filter((effect) => effect === 'ended')).toHaveLength(1);
      expect(closing.includes('closeLink')).toBe(links > 0);
      expect(machine.nextDeadlineMs).toBeUndefined();
    }
  }

  test('novice: no crash, one winner at most, the end is final and closes everything', () => {
    fc.assert(
      fc.property(walk(happyNovice, noviceEvent), (events) => check(new NoviceNegotiation(WAYS, unverified('novice'), START), events)),
      { numRuns: 2_000 },
    );
  });

  test('expert: no crash, one winner at most, the end is final and closes everything', () => {
    fc.assert(
      fc.property(walk(happyExpert, expertEvent), (events) =>
        check(new ExpertNegotiation(bytes(7), WAYS, unverified('expert'), START), events),
      ),
      { numRuns: 2_000 },
    );
  });

  test('left alone, every state but a running session comes to an end', () => {
    const leftAlone = (machine: NoviceNegotiation | ExpertNegotiation): void => {
      for (let guard = 0; machine.nextDeadlineMs !== undefined; guard += 1) {
        expect(guard).toBeLessThan(10);
        machine.handle({ tag: 'deadline' }, machine.nextDeadlineMs);
      }
      expect(['connected', 'ended']).toContain(machine.phase.tag);
    };
    fc.assert(
      fc.property(walk(happyNovice, noviceEvent), (events) => {
        const machine = new NoviceNegotiation(WAYS, unverified('novice'), START);
        for (const [event] of events) machine.handle(event, START);
        leftAlone(machine);
      }),
    );
    fc.assert(
      fc.property(walk(happyExpert, expertEvent), (events) => {
        const machine = new ExpertNegotiation(bytes(7), WAYS, unverified('expert'), START);
        for (const [event] of events) machine.handle(event, START);
        leftAlone(machine);
      }),
    );
  });
});
