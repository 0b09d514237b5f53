import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/main/clock.ts';
import { LaneSignals } from '../../../../src/main/connection/lane-signals.ts';
import type { Carrier, PreparedWay } from '../../../../src/main/connection/ways/contract.ts';
import { prepareRelay } from '../../../../src/main/connection/ways/relay/relay.ts';
import type { ReachServices } from '../../../../src/main/reach-services.ts';
import { until } from '../../../support/programs.ts';
import { SocksProxy } from '../../../support/socks-proxy.ts';

const open: (SocksProxy | PreparedWay)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function proxy(): Promise<SocksProxy> {
  const made = await SocksProxy.open();
  open.push(made);
  return made;
}

interface End {
  readonly way: PreparedWay;
  readonly signals: LaneSignals;
  readonly found: Carrier[];
  readonly missed: string[];
  readonly said: string[];
  exhausted: number;
}

async function end(offers: boolean, reach: ReachServices | undefined, own: readonly string[], hidden = false): Promise<End> {
  const signals = new LaneSignals();
  const state: Omit<End, 'way'> = { signals, found: [], missed: [], said: [], exhausted: 0 };
  const way = await prepareRelay({
    offers,
    clock: systemClock,
    signal: new AbortController().signal,
    listenHosts: () => own,
    addresses: { addressesOf: () => Promise.reject(new Error('not asked')) },
    signals,
    reach,
    hidden,
    found: (carrier) => void state.found.push(carrier),
    missed: (address) => void state.missed.push(address),
    exhausted: () => void (state.exhausted += 1),
  });
  open.push(way);
  return Object.assign(state, { way });
}

/** The novice, who reaches, and the expert. */
async function two(reach: { readonly novice?: ReachServices; readonly expert?: ReachServices }, own: readonly string[] = ['127.0.0.1']) {
  const [novice, expert] = [await end(false, reach.novice, own), await end(true, reach.expert, own)];
  const join = (from: End, to: End): void =>
    from.signals.open((text) => {
      from.said.push(text.split(' ')[0] ?? '');
      setImmediate(() => to.signals.hear(text));
    });
  join(novice, expert);
  join(expert, novice);
  return { novice, expert };
}

/** The bytes go through in both directions. */
async function talk({ duplex: one }: Carrier, { duplex: other }: Carrier): Promise<void> {
  const heard: string[] = [];
  one.on('data', (bytes: Buffer) => heard.push(`one ${bytes.toString()}`));
  other.on('data', (bytes: Buffer) => heard.push(`other ${bytes.toString()}`));
  one.resume();
  other.resume();
  one.write('to the other');
  other.write('to the one');
  await until(() => heard.length === 2, 'both to hear');
  expect(heard.toSorted()).toEqual(['one to the one', 'other to the other']);
  one.end();
  await new Promise((resolve) => other.once('end', resolve));
  one.destroy();
  other.destroy();
}

describe('a relay', () => {
  it('of the novice’s server: the expert comes to it first, and nothing is found before the bytes go through', async () => {
    const server = await proxy();
    const { novice, expert } = await two({ novice: SocksProxy.offering('nora@example/pc', server) });
    novice.way.reach({ addresses: [] });
    await until(() => novice.found.length > 0 && expert.found.length > 0, 'both to be there');
    expect([novice.said, expert.said]).toEqual([['at', 'open'], ['here']]);
    const [one, other] = [novice.found[0], expert.found[0]] as [Carrier, Carrier];
    expect([one.relayed, other.relayed, one.address, other.look]).toEqual([true, true, '127.0.0.1', undefined]);
    expect([novice.exhausted, expert.exhausted]).toEqual([1, 0]);
    await talk(one, other);
  });

  it('of the expert’s server, where the novice’s has none', async () => {
    const server = await proxy();
    const { novice, expert } = await two({ novice: SocksProxy.offering('nora@a'), expert: SocksProxy.offering('erik@b', server) });
    novice.way.reach({ addresses: [] });
    await until(() => novice.found.length > 0 && expert.found.length > 0, 'both to be there');
    expect([novice.said, expert.said]).toEqual([
      ['yours', 'here'],
      ['at', 'open'],
    ]);
    expect(novice.exhausted).toBe(1);
    await talk(novice.found[0] as Carrier, expert.found[0] as Carrier);
  });

  it('what comes before anybody reads it is kept: who is quicker speaks first', async () => {
    const relay = await proxy();
    const { novice, expert } = await two({ novice: SocksProxy.offering('nora@server/pc', relay) });
    novice.way.reach({ addresses: [] });
    await until(() => novice.found.length > 0 && expert.found.length > 0, 'both to be connected');
    const ends = [novice, expert].map(({ found }) => found[0]?.duplex as Socket) as [Socket, Socket];
    for (const [from, to] of [ends, ends.toReversed() as [Socket, Socket]]) {
      const before = to.bytesRead;
      from.write('first word');
      await until(() => to.bytesRead > before, 'it to be there');
      let heard = '';
      to.on('data', (bytes: Buffer) => (heard += bytes.toString()));
      to.resume();
      await until(() => heard === 'first word', 'it to be read');
    }
    for (const one of ends) one.destroy();
  });

  it('the first that both reach is taken', async () => {
    const [gone, refusing, good] = [await proxy(), await proxy(), await proxy()];
    await gone.close();
    refusing.mood = 'refuses';
    const { novice, expert } = await two({ novice: SocksProxy.offering('nora@example/pc', gone, refusing, good) });
    novice.way.reach({ addresses: [] });
    await until(() => novice.found.length > 0 && expert.found.length > 0, 'both to be there');
    expect(good.asked).toHaveLength(2);
    expect(novice.missed).toEqual([gone, refusing].map(({ relay }) => `127.0.0.1:${relay.port}`));
    await talk(novice.found[0] as Carrier, expert.found[0] as Carrier);
  });

  it.each(['none', 'both'] as const)('%s has one and it comes to nothing: both sides know', async (who) => {
    const server = await proxy();
    server.mood = 'hangsUp';
    const reach = who === 'none' ? {} : { novice: SocksProxy.offering('n@a', server), expert: SocksProxy.offering('e@b', server) };
    const { novice, expert } = await two(reach);
    novice.way.reach({ addresses: [] });
    await until(() => novice.exhausted === 1 && expert.exhausted === 1, 'both to know');
    expect([novice.found, expert.found]).toEqual([[], []]);
    expect(novice.missed.length).toBe(who === 'none' ? 0 : 2);
  });

  it('a server that does not let the bytes through: the connection is given up, and the next proxy tried', async () => {
    const [stuck, good] = [await proxy(), await proxy()];
    const reach = SocksProxy.offering('nora@example/pc', stuck, good);
    const refusing = {
      ...reach,
      activate: (relay, sid, target) =>
        relay.jid === stuck.relay.jid ? Promise.reject(new Error('not allowed')) : reach.activate(relay, sid, target),
    } satisfies ReachServices;
    const { novice, expert } = await two({ novice: refusing });
    novice.way.reach({ addresses: [] });
    await until(() => novice.found.length > 0 && expert.found.length > 0, 'both to be there');
    expect(good.asked).toHaveLength(2);
    await until(() => stuck.open === 0, 'nothing to be left at the first');
    await talk(novice.found[0] as Carrier, expert.found[0] as Carrier);
  });

  it('the other side makes this one dial three proxies at most, and none that listens on this computer alone', async () => {
    const server = await proxy();
    const name = (fill: number): string => `${fill}`.repeat(40);
    const { expert } = await two({});
    for (let n = 1; n <= 5; n += 1) {
      expert.signals.hear(`at 127.0.0.1:${server.relay.port} ${name(n)}`);
      await until(() => expert.said.length === n, 'the answer');
    }
    expect(expert.said).toEqual(['here', 'here', 'here', 'no', 'no']);
    expect(server.asked).toEqual([name(1), name(2), name(3)]);
    await until(() => server.open === 0, 'what is not wanted any more to be closed');
    const online = await two({}, ['192.168.1.5']);
    online.expert.signals.hear(`at 127.0.0.1:${server.relay.port} ${name(1)}`);
    await until(() => online.expert.said.length === 1, 'the answer');
    expect(online.expert.said).toEqual(['no']);
    expect(server.asked).toHaveLength(3);
  });

  it('of several proxies named at once, one is waited at and the others are left', async () => {
    const server = await proxy();
    const { expert } = await two({});
    for (const fill of ['1', '2', '3']) expert.signals.hear(`at 127.0.0.1:${server.relay.port} ${fill.repeat(40)}`);
    await until(() => expert.said.length === 3, 'the answers');
    expect(expert.said).toEqual(['here', 'here', 'here']);
    await until(() => server.open === 1, 'only one to be left');
    await expert.way.close();
    await until(() => server.open === 0, 'nothing to be left');
  });

  it.each(['expert', 'novice'] as const)(
    'the %s who keeps the address private comes to no proxy that only the other side knows, and to one that both know',
    async (who) => {
      const [theirs, ours] = [await proxy(), await proxy()];
      const hidden = await end(who === 'expert', SocksProxy.offering('hidden@a', ours), ['127.0.0.1'], true);
      hidden.signals.open((text) => void hidden.said.push(text));
      const at = ({ relay }: SocksProxy, name: string): void => hidden.signals.hear(`at ${relay.host}:${relay.port} ${name}`);
      at(theirs, 'a'.repeat(40));
      await until(() => hidden.said.length === 1, 'the answer');
      at(ours, 'b'.repeat(40));
      await until(() => hidden.said.length === 2, 'the other answer');
      expect(hidden.said).toEqual([`no ${'a'.repeat(40)}`, `here ${'b'.repeat(40)}`]);
      expect([theirs.asked, ours.asked]).toEqual([[], ['b'.repeat(40)]]);
    },
  );

  it('what makes no sense is refused, and what was not asked for changes nothing', async () => {
    const { novice, expert } = await two({});
    expect(() => expert.signals.hear('nonsense')).toThrow(expect.objectContaining({ name: 'ProtocolError' }));
    const name = 'a'.repeat(40);
    for (const word of [`here ${name}`, `no ${name}`, `open ${name}`, 'none']) expert.signals.hear(word);
    novice.signals.hear('yours');
    novice.signals.hear('none');
    await until(() => novice.exhausted === 1, 'the novice to know that there is none');
    expect([expert.found, expert.said, expert.exhausted, novice.said]).toEqual([[], [], 0, []]);
  });

  it('closed in the middle, nothing is left open', async () => {
    const server = await proxy();
    server.mood = 'mute';
    const { novice, expert } = await two({ novice: SocksProxy.offering('nora@example/pc', server) });
    novice.way.reach({ addresses: [] });
    await until(() => server.open === 1, 'the expert to dial');
    await expert.way.close();
    await until(() => server.open === 0, 'the dial to be given up');
    await novice.way.close();
    expect([expert.said, novice.exhausted, expert.missed]).toEqual([[], 0, []]);
  });
});
