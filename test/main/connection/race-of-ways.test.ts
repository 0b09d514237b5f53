import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { AddressSource } from '../../../src/main/connection/addresses/contract.ts';
import { allAddresses, ownAddresses } from '../../../src/main/connection/addresses/sources.ts';
import { ConnectionError, type RaceEvent } from '../../../src/main/connection/contract.ts';
import {
  ADDRESSES_DEADLINE_MS,
  CLOSE_DEADLINE_MS,
  HANDSHAKE_DEADLINE_MS,
  PREPARE_DEADLINE_MS,
} from '../../../src/main/connection/deadlines.ts';
import { MAX_SIGNALS_KEPT } from '../../../src/main/connection/lane-signals.ts';
import type { Candidate, HandshakeError } from '../../../src/main/connection/handshake.ts';
import { Race } from '../../../src/main/connection/race.ts';
import { PROXY_AWAITED_MS, PROXY_LEAD_MS, RELAYED_AFTER_MS } from '../../../src/main/connection/relay-patience.ts';
import type { Carrier, PreparedWay, Way, WaySide } from '../../../src/main/connection/ways/contract.ts';
import type { HostPort } from '../../../src/protocol/host-port.ts';
import { MAX_SIGNAL_BYTES, type TicketPart } from '../../../src/protocol/assistance/ways.ts';
import type { Role } from '../../../src/protocol/assistance/status.ts';
import { MemoryDuplex } from '../../support/memory-duplex.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** A way whose every move a test makes. */
class HandMadeWay implements Way {
  readonly step = 5;
  readonly afterMs = 0;
  readonly id: string;
  readonly offeredBy: Role;
  side: WaySide | undefined;
  reached: TicketPart | undefined;
  closed = 0;
  private readonly preparing: (way: HandMadeWay) => Promise<TicketPart>;

  constructor(id: string, offeredBy: Role, preparing: (way: HandMadeWay) => Promise<TicketPart> = async () => ({ addresses: [] })) {
    this.id = id;
    this.offeredBy = offeredBy;
    this.preparing = preparing;
  }

  async prepare(side: WaySide): Promise<PreparedWay> {
    this.side = side;
    const adds = await this.preparing(this);
    return { adds, reach: (theirs) => this.reach(theirs), close: async () => void (this.closed += 1) };
  }

  reach(theirs: TicketPart): void {
    this.reached = theirs;
  }

  /** A carrier comes. */
  find(more: Partial<Carrier> = {}): MemoryDuplex {
    const [duplex] = MemoryDuplex.pair();
    this.side?.found({ duplex, address: this.id, remote: this.id, traffic: duplex.traffic, ...more });
    return duplex;
  }
}

const clock = new VirtualClock();
const open: Race[] = [];
afterEach(async () => {
  for (const race of open.splice(0)) await race.close();
  expect(clock.pendingTimers).toBe(0);
});

function raceOf(role: Role, own: readonly string[], ...ways: readonly Way[]) {
  const events: RaceEvent[] = [];
  const race = new Race({
    role,
    clock,
    ways,
    addresses: ownAddresses,
    listenHosts: () => own,
    tell: (event) => events.push(event),
  });
  open.push(race);
  const entered: string[] = [];
  const refuse = new Map<string, (error: HandshakeError) => void>();
  /** Handshakes that go on until they are refused. */
  const begin = (): void =>
    race.begin(({ by, carrier }, { refused }): Candidate => {
      entered.push(by);
      refuse.set(by, refused);
      return { stage: 0, gone: Promise.resolve(), abandon: () => carrier.duplex.destroy(), refuse: refused };
    });
  return { race, events, entered, refuse, begin };
}

const signal = (): AbortSignal => new AbortController().signal;

describe('opening', () => {
  it('puts together what the offered ways add to the ticket, in the order of the list', async () => {
    const ways = [
      new HandMadeWay('one', 'novice', async () => ({ addresses: [{ host: 'a.example', port: 1 }], note: 'coo' })),
      new HandMadeWay('theirs', 'expert', async () => ({ addresses: [{ host: 'not.mine', port: 1 }] })),
      new HandMadeWay('two', 'novice', async () => ({ addresses: [{ host: 'b.example', port: 2 }] })),
    ];
    const { race } = raceOf('novice', [], ...ways);
    await race.open(signal());
    expect(race.ticket).toEqual({
      addresses: [
        { host: 'a.example', port: 1 },
        { host: 'b.example', port: 2 },
      ],
      notes: { one: 'coo' },
    });
    expect(ways.map(({ side }) => side?.offers)).toEqual([true, false, true]);
  });

  it('a way that cannot be had leaves the others alone', async () => {
    const broken = new HandMadeWay('broken', 'novice', () => Promise.reject(new ConnectionError('NO_PORT', 'none')));
    const sound = new HandMadeWay('sound', 'novice');
    const { race, events } = raceOf(
      'novice',
      [],
      broken,
      sound,
      new HandMadeWay('gone', 'expert', () => Promise.reject(new Error('no page'))),
    );
    await race.open(signal());
    race.expect({ addresses: [] });
    race.reach('gone');
    expect(events).toEqual([{ tag: 'wayFailed', by: 'gone', failure: 'unavailable' }]);
  });

  it('rejects, and closes the rest, when none that this side offers can be had', async () => {
    const theirs = new HandMadeWay('theirs', 'expert');
    const { race } = raceOf(
      'novice',
      [],
      new HandMadeWay('mine', 'novice', () => Promise.reject(new ConnectionError('NO_PORT', 'none'))),
      theirs,
    );
    await expect(race.open(signal())).rejects.toMatchObject({ code: 'NO_PORT' });
    expect(theirs.closed).toBe(1);
  });

  it('a side that offers nothing needs nothing to offer', async () => {
    const { race } = raceOf('expert', [], new HandMadeWay('theirs', 'novice'));
    await race.open(signal());
    expect(race.ticket).toEqual({ addresses: [] });
  });

  it('waits for a way only so long, and closes what comes later', async () => {
    let ready: (part: TicketPart) => void = () => undefined;
    const slow = new HandMadeWay('slow', 'novice', () => new Promise((resolve) => (ready = resolve)));
    const quick = new HandMadeWay('quick', 'novice', async () => ({ addresses: [{ host: 'a.example', port: 1 }] }));
    const { race } = raceOf('novice', [], slow, quick);
    const opening = race.open(signal());
    await clock.advance(PREPARE_DEADLINE_MS);
    await opening;
    expect(slow.side?.signal.aborted).toBe(true);
    ready({ addresses: [{ host: 'late.example', port: 1 }] });
    await clock.advance(1);
    expect(slow.closed).toBe(1);
    expect(race.ticket.addresses).toHaveLength(1);
  });

  it('stopped meanwhile, closes what has been opened and what opens still', async () => {
    let ready: (part: TicketPart) => void = () => undefined;
    const slow = new HandMadeWay('slow', 'novice', () => new Promise((resolve) => (ready = resolve)));
    const quick = new HandMadeWay('quick', 'novice');
    const { race } = raceOf('novice', [], slow, quick);
    const stop = new AbortController();
    const opening = race.open(stop.signal);
    await clock.advance(1);
    stop.abort();
    expect(slow.side?.signal.aborted).toBe(true);
    ready({ addresses: [] });
    await expect(opening).rejects.toMatchObject({ code: 'ABORTED' });
    expect([slow.closed > 0, quick.closed > 0]).toEqual([true, true]);
  });

  it('stopped meanwhile, does not wait for a way that answers nothing', async () => {
    const { race } = raceOf('novice', [], new HandMadeWay('mute', 'novice', () => new Promise(() => undefined)));
    const stop = new AbortController();
    const opening = race.open(stop.signal).catch((error: unknown) => error);
    await clock.advance(1);
    stop.abort();
    await clock.advance(CLOSE_DEADLINE_MS);
    expect(clock.pendingTimers).toBe(0);
    expect(await opening).toMatchObject({ code: 'ABORTED' });
  });
});

describe('a way that does not close', () => {
  it.each<[string, () => Promise<void>]>([
    ['at all', () => new Promise(() => undefined)],
    ['but fails', () => Promise.reject(new Error('the page has crashed'))],
  ])('%s keeps no race from its end', async (_, close) => {
    const stuck: Way = {
      id: 'stuck',
      offeredBy: 'novice',
      step: 5,
      afterMs: 0,
      prepare: async () => ({ adds: { addresses: [] }, reach: () => undefined, close }),
    };
    const sound = new HandMadeWay('sound', 'novice');
    const { race } = raceOf('novice', [], stuck, sound);
    const stop = new AbortController();
    await race.open(stop.signal);
    stop.abort();
    const closed = race.close().then(() => sound.closed);
    await clock.advance(CLOSE_DEADLINE_MS);
    expect(clock.pendingTimers).toBe(0);
    expect(await closed).toBe(1);
  });
});

describe('reaching', () => {
  it('gives a way the addresses and its own note, and nobody else’s', async () => {
    const way = new HandMadeWay('theirs', 'novice');
    const { race } = raceOf('expert', [], way);
    await race.open(signal());
    race.reach('theirs');
    expect(way.reached).toBeUndefined();
    const addresses = [{ host: 'a.example', port: 1 }];
    race.expect({ addresses, notes: { theirs: 'coo', other: 'secret' } });
    race.reach('theirs');
    expect(way.reached).toEqual({ addresses, note: 'coo' });
  });

  it('a way has failed when it is exhausted and the last of its carriers is refused, and tells the worst', async () => {
    const way = new HandMadeWay('theirs', 'novice');
    const { race, events, begin, refuse } = raceOf('expert', [], way);
    await race.open(signal());
    begin();
    race.expect({ addresses: [] });
    race.reach('theirs');
    way.side?.missed('a.example:1', new ConnectionError('SOCKET', 'nobody'));
    way.find();
    way.side?.exhausted();
    expect(events.map(({ tag }) => tag)).toEqual(['refused', 'attempt']);
    refuse.get('theirs')?.(new ConnectionError('PIN_MISMATCH', 'another'));
    expect(events.slice(2)).toMatchObject([
      { tag: 'refused', failure: 'stranger' },
      { tag: 'wayFailed', by: 'theirs', failure: 'stranger' },
    ]);
  });
});

describe('what a way says', () => {
  it('goes out once both tickets are there, and comes to the way it is meant for, in order', async () => {
    const [one, other] = [new HandMadeWay('one', 'expert'), new HandMadeWay('other', 'expert')];
    const { race, events } = raceOf('novice', [], one, other);
    await race.open(signal());
    one.side?.signals.send('early');
    race.signal('one', 'before there is a listener');
    expect(events).toEqual([]);
    race.expect({ addresses: [] });
    one.side?.signals.send('later');
    expect(events).toEqual([
      { tag: 'signal', by: 'one', text: 'early' },
      { tag: 'signal', by: 'one', text: 'later' },
    ]);
    const heard: string[] = [];
    one.side?.signals.onMessage((text) => heard.push(text));
    race.signal('one', 'second');
    race.signal('none', 'to a way that this version has not');
    race.signal('other', 'kept');
    expect(heard).toEqual(['before there is a listener', 'second']);
    await race.close();
    one.side?.signals.send('after the end');
    race.signal('one', 'after the end');
    expect([events.length, heard.length]).toEqual([2, 2]);
  });

  it('is bounded: in length, and in how much waits', async () => {
    const way = new HandMadeWay('way', 'expert');
    const { race, events } = raceOf('novice', [], way);
    await race.open(signal());
    expect(() => way.side?.signals.send('ü'.repeat(MAX_SIGNAL_BYTES / 2 + 1))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
    for (let n = 0; n < MAX_SIGNALS_KEPT + 5; n += 1) {
      way.side?.signals.send(`${n}`);
      race.signal('way', `${n}`);
    }
    race.expect({ addresses: [] });
    expect(events).toHaveLength(MAX_SIGNALS_KEPT);
    const heard: string[] = [];
    way.side?.signals.onMessage((text) => heard.push(text));
    expect(heard).toHaveLength(MAX_SIGNALS_KEPT);
  });

  it('a way that fails over what it hears costs that way only', async () => {
    const way = new HandMadeWay('way', 'expert');
    const { race, events } = raceOf('novice', [], way);
    await race.open(signal());
    way.side?.signals.onMessage(() => {
      throw new TypeError('what?');
    });
    race.expect({ addresses: [] });
    race.signal('way', 'nonsense');
    expect(events).toMatchObject([{ tag: 'refused', by: 'way', failure: 'broken' }]);
  });
});

describe('a way that throws', () => {
  it('when it is to reach has failed, and the others go on', async () => {
    const broken = new HandMadeWay('broken', 'expert');
    const sound = new HandMadeWay('sound', 'expert');
    const { race, events } = raceOf('novice', [], broken, sound);
    await race.open(signal());
    broken.reach = () => {
      throw new TypeError('no such thing');
    };
    race.expect({ addresses: [] });
    race.reach('broken');
    race.reach('sound');
    expect(events).toEqual([{ tag: 'wayFailed', by: 'broken', failure: 'unavailable' }]);
    expect(sound.reached).toEqual({ addresses: [] });
  });
});

const LAN = [{ host: '192.168.1.5', port: 5_000 }];

describe('patience with what is relayed', () => {
  /** An expert in a private network whose ticket has come: direct ways of both sides, one by the server’s proxy, and one that may find either. */
  async function patient(addresses: readonly HostPort[] = LAN, own = ['10.0.0.7']) {
    const [forward, ice] = [new HandMadeWay('forward', 'novice'), new HandMadeWay('ice', 'expert')];
    const relay = Object.assign(new HandMadeWay('relay', 'expert'), { proxied: true as const });
    const race = raceOf('expert', own, forward, ice, relay);
    await race.race.open(signal());
    const begin = (): void => {
      race.race.expect({ addresses });
      race.begin();
    };
    return { ...race, begin, forward, ice, relay };
  }

  it('lets something direct come first, and is over six seconds after the ticket', async () => {
    const { begin, entered, ice, relay } = await patient();
    begin();
    await clock.advance(2_500);
    relay.find({ relayed: true });
    ice.find();
    await clock.advance(RELAYED_AFTER_MS - 2_501);
    expect(entered).toEqual(['ice']);
    await clock.advance(1);
    expect(entered).toEqual(['ice', 'relay']);
    relay.find({ relayed: true });
    expect(entered).toEqual(['ice', 'relay', 'relay']);
  });

  it('is over when all that this side dials has failed', async () => {
    const { begin, entered, forward, relay, race } = await patient();
    begin();
    relay.find({ relayed: true });
    await clock.advance(5_000);
    race.reach('forward');
    expect(entered).toEqual([]);
    forward.side?.missed('192.168.1.5:5000', new ConnectionError('SOCKET', 'nobody'));
    forward.side?.exhausted();
    expect(entered).toEqual(['relay']);
  });

  it.each<[string, readonly HostPort[], readonly string[]]>([
    ['no address', [], ['10.0.0.7']],
    ['IPv6 alone, and this side has none', [{ host: '2001:db9::5', port: 5_000 }], ['10.0.0.7']],
    ['the other computer’s loopback', [{ host: '127.0.0.1', port: 5_000 }], ['10.0.0.7']],
  ])('there is none where the ticket names %s', async (_, addresses, own) => {
    const { begin, entered, relay } = await patient(addresses, [...own]);
    begin();
    relay.find({ relayed: true });
    expect(entered).toEqual(['relay']);
  });

  it('the proxy of the server comes before other relays, which wait until it can no longer be expected', async () => {
    const { begin, entered, ice, relay } = await patient([]);
    begin();
    ice.find({ relayed: true });
    await clock.advance(PROXY_AWAITED_MS - 1);
    expect(entered).toEqual([]);
    await clock.advance(1);
    expect(entered).toEqual(['ice']);
    relay.find({ relayed: true });
    expect(entered).toEqual(['ice', 'relay']);
  });

  it('both are there: the proxy has a lead, and the other comes after it when nothing comes of it', async () => {
    const { begin, entered, ice, relay } = await patient();
    begin();
    ice.find({ relayed: true });
    relay.find({ relayed: true });
    await clock.advance(RELAYED_AFTER_MS);
    expect(entered).toEqual(['relay']);
    await clock.advance(PROXY_LEAD_MS);
    expect(entered).toEqual(['relay', 'ice']);
  });

  it('nobody waits for a proxy that there is not', async () => {
    const { begin, entered, ice, relay } = await patient([]);
    begin();
    ice.find({ relayed: true });
    relay.side?.exhausted();
    expect(entered).toEqual(['ice']);
  });

  it('runs from the ticket, whatever came before', async () => {
    const { begin, entered, relay } = await patient();
    relay.find({ relayed: true });
    await clock.advance(HANDSHAKE_DEADLINE_MS - RELAYED_AFTER_MS);
    begin();
    await clock.advance(RELAYED_AFTER_MS - 1);
    expect(entered).toEqual([]);
    relay.find({ relayed: true });
    await clock.advance(1);
    expect(entered).toContain('relay');
  });

  it('only the expert has it: the expert decides', async () => {
    const relay = new HandMadeWay('relay', 'expert');
    const { race, begin, entered } = raceOf('novice', [], relay);
    await race.open(signal());
    begin();
    relay.find({ relayed: true });
    expect(entered).toEqual(['relay']);
  });
});

describe('what waits', () => {
  it('a carrier that breaks, or waits too long for a ticket, is refused', async () => {
    const way = new HandMadeWay('way', 'expert');
    const { race, events } = raceOf('expert', [], way);
    await race.open(signal());
    const broken = way.find();
    const gone = once(broken, 'close');
    broken.destroy();
    await gone;
    const waiting = way.find();
    await clock.advance(HANDSHAKE_DEADLINE_MS);
    const codes = events.flatMap((event) => (event.tag === 'refused' ? [event.error.code] : []));
    expect(codes).toEqual(['SOCKET', 'DEADLINE']);
    expect(waiting.destroyed).toBe(true);
  });

  it('a carrier that breaks just when its handshake may begin is refused, and its error is nobody’s surprise', async () => {
    const way = new HandMadeWay('way', 'novice');
    const { race, events, begin, entered } = raceOf('expert', [], way);
    await race.open(signal());
    const carrier = way.find();
    const gone = new Promise<void>((resolve) => void carrier.once('close', () => resolve()));
    carrier.destroy(new Error('reset'));
    begin();
    way.side?.exhausted();
    await gone;
    expect(entered).toEqual([]);
    expect(events.slice(1)).toMatchObject([
      { tag: 'refused', error: { code: 'SOCKET' } },
      { tag: 'wayFailed', by: 'way' },
    ]);
  });
});

it('after the end every way is closed, and what still comes is thrown away', async () => {
  const way = new HandMadeWay('way', 'novice');
  const { race, events, begin } = raceOf('novice', [], way);
  await race.open(signal());
  begin();
  const inside = way.find();
  await race.close();
  const told = events.length;
  const late = way.find();
  way.side?.missed('a.example:1', new ConnectionError('SOCKET', 'nobody'));
  way.side?.exhausted();
  expect([inside.destroyed, late.destroyed, way.closed, events.length]).toEqual([true, true, 1, told]);
});

describe('sources of addresses', () => {
  const source = (hosts: readonly string[], closed: string[], delayMs = 0): AddressSource => ({
    addressesOf: ([listening]) =>
      new Promise((resolve) => {
        const known = {
          addresses: hosts.map((host) => ({ host, port: listening?.port ?? 0, origin: 'mapped' as const })),
          close: async () => void closed.push(...hosts),
        };
        if (delayMs === 0) resolve(known);
        else clock.after(delayMs, () => resolve(known));
      }),
  });
  const listening = [{ host: '10.0.0.1', port: 5_000 }];

  it('are asked at once; each address comes once, in the order of the sources, and all are closed', async () => {
    const closed: string[] = [];
    const failing: AddressSource = { addressesOf: () => Promise.reject(new Error('no router')) };
    const all = allAddresses([source(['203.0.113.7'], closed, 300), failing, source(['10.0.0.1', '203.0.113.7'], closed)], clock);
    const asked = all.addressesOf(listening, signal());
    await clock.advance(300);
    const known = await asked;
    expect(known.addresses.map(({ host, port }) => `${host}:${port}`)).toEqual(['203.0.113.7:5000', '10.0.0.1:5000']);
    await known.close();
    expect(closed).toEqual(['203.0.113.7', '10.0.0.1', '203.0.113.7']);
  });

  it('a slow one is left out, and closed when it comes', async () => {
    const closed: string[] = [];
    const all = allAddresses([source(['203.0.113.7'], closed, ADDRESSES_DEADLINE_MS + 1), source(['10.0.0.1'], closed)], clock);
    const asked = all.addressesOf(listening, signal());
    await clock.advance(ADDRESSES_DEADLINE_MS);
    expect((await asked).addresses.map(({ host }) => host)).toEqual(['10.0.0.1']);
    await clock.advance(1);
    expect(closed).toEqual(['203.0.113.7']);
  });
});
