import { describe, expect, it } from 'vitest';
import { ICE_SERVERS_DEADLINE_MS } from '../../../../src/main/connection/deadlines.ts';
import type { Carrier, WaySide } from '../../../../src/main/connection/ways/contract.ts';
import type { IcePageOptions } from '../../../../src/main/connection/ways/ice/contract.ts';
import { type IceDeps, prepareIce } from '../../../../src/main/connection/ways/ice/ice.ts';
import { waysWith } from '../../../../src/main/connection/ways/ways.ts';
import type { IceServer, ReachServices } from '../../../../src/main/reach-services.ts';
import { FakeIcePage } from '../../../support/ice-pages.ts';
import { loopback, shown } from '../../../support/loopback.ts';
import { until } from '../../../support/programs.ts';
import { turns } from '../../../support/turns.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const TURN: IceServer = { urls: 'turns:turn.example:443?transport=tcp', username: '1:a', credential: 'b' };

function reachOf(iceServers: () => Promise<readonly IceServer[]>): ReachServices {
  return { ownAddress: 'me@server/x', iceServers, relays: () => Promise.resolve([]), activate: () => Promise.resolve() };
}

/** One side of the way, whose other side is the test. */
async function side(offers: boolean, deps: Partial<IceDeps> = {}, reach?: ReachServices) {
  const clock = new VirtualClock();
  const page = new FakeIcePage();
  const asked: IcePageOptions[] = [];
  const said: string[] = [];
  const found: Carrier[] = [];
  const missed: string[] = [];
  let exhausted = 0;
  const stop = new AbortController();
  let hear: (text: string) => void = () => undefined;
  const given: WaySide = {
    offers,
    clock,
    signal: stop.signal,
    listenHosts: () => [],
    addresses: { addressesOf: () => Promise.reject(new Error('not asked')) },
    signals: { send: (text) => said.push(text), onMessage: (listener) => (hear = listener) },
    reach,
    found: (carrier) => found.push(carrier),
    missed: (_address, { code }) => missed.push(code),
    exhausted: () => (exhausted += 1),
  };
  const openPage: IceDeps['openPage'] = (options) => {
    asked.push(options);
    return Promise.resolve(page);
  };
  const way = await prepareIce({ openPage, ...deps })(given);
  return {
    clock,
    page,
    asked,
    said,
    found,
    missed,
    way,
    stop,
    hear: (text: string) => hear(text),
    get exhausted() {
      return exhausted;
    },
  };
}

const OFFER = 'offer,8Do8,ToNqQnVV9i+x80JnkiYfWJSn,q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=';

describe('the way over ICE', () => {
  it('carries a whole session, its words sealed, and the history names it', async () => {
    const pages = [...FakeIcePage.pair()];
    const openPage = (): Promise<FakeIcePage> => Promise.resolve(pages.shift() ?? new FakeIcePage());
    const ways = waysWith({ openPage }).filter(({ id }) => id === 'ice' || id === 'forward');
    const session = await loopback({ ways });
    await until(() => shown(session.viewer), 'the picture');
    expect(session.expert.status?.connection).toMatchObject({ by: 'ice', address: '192.168.1.7:36719' });
    expect(session.said.join('\n')).not.toMatch(/192\.168\.1\.7|offer|ToNqQnVV/);
    await session.novice.endSession();
    await until(() => session.expert.status?.phase.tag === 'ended', 'the end');
    await session.close();
    expect(session.history.map(({ connectedBy }) => connectedBy)).toEqual(['ice', 'ice']);
  });

  it('opens no page before its time, and on the side that is reached none before the first word', async () => {
    const reaches = await side(false);
    await turns();
    expect(reaches.asked).toEqual([]);
    reaches.way.reach({ addresses: [] });
    await turns();
    expect(reaches.asked).toHaveLength(1);
    const reached = await side(true);
    reached.hear('end');
    await turns();
    expect(reached.asked).toEqual([]);
    reached.hear(OFFER);
    reached.hear(OFFER);
    await turns();
    expect(reached.asked).toHaveLength(1);
    await reached.clock.advance(100);
    expect(reached.said[0]).toMatch(/^answer,/);
  });

  it('gives the page the person’s servers and those of the messenger, and trusts no more for it than it must', async () => {
    const own: IceServer = { urls: 'stun:stun.example:3478' };
    const theirs = [
      { ...TURN, ca: 'PEM' },
      { urls: 'turn:turn.example:3478?transport=udp', username: '1:a', credential: 'b' },
    ];
    const made = await side(
      false,
      { ownServers: () => [own] },
      reachOf(() => Promise.resolve(theirs)),
    );
    made.way.reach({ addresses: [] });
    await turns();
    expect(made.asked).toEqual([{ relayOnly: false, trusted: [{ host: 'turn.example', ca: 'PEM' }] }]);
    expect(made.page.told[0]).toEqual({ tag: 'begin', offers: true, relayOnly: false, servers: [own, TURN] });
  });

  it('goes on without servers where the messenger’s does not say', async () => {
    for (const iceServers of [() => new Promise<readonly IceServer[]>(() => undefined), () => Promise.reject(new Error('no'))]) {
      const made = await side(false, {}, reachOf(iceServers));
      made.way.reach({ addresses: [] });
      await turns();
      await made.clock.advance(ICE_SERVERS_DEADLINE_MS);
      await turns();
      expect(made.page.told[0]).toMatchObject({ tag: 'begin', servers: [] });
    }
  });

  it('says that it cannot where there is no page, and has failed on both sides then', async () => {
    const made = await side(false, { openPage: () => Promise.reject(new Error('no page')) });
    made.way.reach({ addresses: [] });
    await turns();
    expect([made.said, made.missed, made.exhausted]).toEqual([['no'], ['SOCKET'], 1]);
    const other = await side(false);
    other.way.reach({ addresses: [] });
    await turns();
    other.hear('no');
    expect([other.missed, other.exhausted]).toEqual([['SOCKET'], 1]);
    await turns();
    await other.clock.advance(1_000);
    expect([other.page.closed, other.clock.pendingTimers]).toEqual([true, 0]);
  });

  it('ends over words that are none, and keeps only so many until its page is open', async () => {
    const made = await side(false);
    made.way.reach({ addresses: [] });
    await turns();
    made.hear('at,host,nowhere,1,1');
    made.hear('answer,x');
    expect([made.missed, made.exhausted]).toEqual([['SOCKET'], 1]);
  });

  it('leaves nothing behind when it is closed, before its page is open and after', async () => {
    const early = await side(false);
    early.way.reach({ addresses: [] });
    await early.way.close();
    await turns();
    expect(early.page.closed).toBe(true);
    const late = await side(false);
    late.way.reach({ addresses: [] });
    await turns();
    await late.way.close();
    await turns();
    await late.clock.advance(1_000);
    expect([late.page.closed, late.clock.pendingTimers, late.missed]).toEqual([true, 0, []]);
    expect(late.said).toEqual([]);
  });

  it('sends nothing past a server where the person wants that', async () => {
    const made = await side(
      false,
      { relayOnly: () => true },
      reachOf(() => Promise.resolve([TURN])),
    );
    made.way.reach({ addresses: [] });
    await turns();
    expect(made.asked).toMatchObject([{ relayOnly: true }]);
    expect(made.page.told[0]).toMatchObject({ relayOnly: true });
  });
});
