import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import { loopback, shown } from '../support/loopback.ts';
import { WAYS } from '../../src/main/connection/ways/ways.ts';
import { createPair, EXPERT, NOVICE, stepStates } from '../support/pair.ts';
import { until } from '../support/programs.ts';
import { SocksProxy } from '../support/socks-proxy.ts';

describe('the ladder, two machines in virtual time', () => {
  it('no call comes through either way: a relay is offered after two seconds and a half', async () => {
    const pair = await createPair();
    pair.internet.reachable = () => false;
    pair.internet.relays = true;
    await pair.connect(2_400);
    expect(pair.novice.assistance.status?.phase).toMatchObject({ tag: 'connecting', way: 'reverse', next: { way: 'relay' } });
    await pair.clock.advance(600);
    expect(pair.novice.assistance.status?.phase.tag).toBe('connected');
    expect(pair.novice.assistance.status?.connection).toMatchObject({ by: 'relay', relayed: true });
    expect(pair.expert.assistance.status?.connection).toMatchObject({ by: 'relay', relayed: true });
    expect(stepStates(pair.expert.assistance.status)).toBe('done done done done done done notNeeded');
    await pair.expert.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  it('nothing works: both sides are told what each way met', async () => {
    const pair = await createPair();
    pair.internet.reachable = () => false;
    await pair.connect(40_000);
    expect(pair.reasons()).toEqual(['noConnection', 'noConnection']);
    const failures = pair.novice.assistance.status?.steps.flatMap((step) => step.failures ?? []);
    expect(failures).toEqual([
      { way: 'reverse', failure: 'unreachable' },
      { way: 'relay', failure: 'unavailable' },
      { way: 'forward', failure: 'silent' },
    ]);
    await pair.expectNothingLeft();
  });

  it('a call comes through before the relay: it is not needed', async () => {
    const pair = await createPair();
    pair.internet.relays = true;
    await pair.connect(1_000);
    expect(pair.expert.assistance.status?.connection?.by).toBe('reverse');
    await pair.clock.advance(5_000);
    expect(pair.internet.sockets).toBe(1);
    expect(pair.messages.sent.filter((message) => message.kind === 'CONTEXT' && message.data.startsWith('!more'))).toEqual([]);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });
});

describe('a whole session through a proxy', () => {
  const relay = WAYS.filter(({ id }) => id === 'relay').map((way) => ({ ...way, afterMs: 0 }));

  it.each(['the novice', 'the expert'])('of the server of %s: pin, session id, picture, end', async (whose) => {
    const proxy = await SocksProxy.open();
    const owner = whose === 'the novice' ? NOVICE : EXPERT;
    const session = await loopback({
      ways: relay,
      reach: (address) => (address === owner ? SocksProxy.offering(`${address}/pc`, proxy) : undefined),
    });
    const { novice, expert, viewer, close } = session;
    await until(() => shown(viewer), 'the picture');
    // There is no other way here, so no ticket has named an address.
    const connection = { by: 'relay', address: '127.0.0.1', relayed: true, hidden: 'there' };
    expect([novice.status?.connection, expert.status?.connection]).toEqual([connection, connection]);
    // Neither the proxy's name of the stream nor where it is can be read on the messenger.
    expect(session.said.join('\n')).not.toMatch(new RegExp(`${proxy.relay.port}|${proxy.asked[0]}`));
    await novice.endSession();
    await until(() => expert.status?.phase.tag === 'ended', 'the end');
    await close();
    await until(() => proxy.open === 0, 'nothing to be left at the proxy');
    await proxy.close();
  });

  it.each([NOVICE, EXPERT])(
    '%s keeps the address private: nothing but the relay is tried, although everything else would work',
    async (private_) => {
      const proxy = await SocksProxy.open();
      const { novice, expert, viewer, close } = await loopback({
        ways: [...relay, ...WAYS.filter(({ id }) => id !== 'relay')],
        reach: SocksProxy.offering('somebody@server/pc', proxy),
        relayOnly: (address) => address === private_,
      });
      await until(() => shown(viewer), 'the picture');
      const connection = { by: 'relay', address: '127.0.0.1', relayed: true };
      const [forNovice, forExpert] = private_ === NOVICE ? ['here', 'there'] : ['there', 'here'];
      expect([novice.status?.connection, expert.status?.connection]).toEqual([
        { ...connection, hidden: forNovice },
        { ...connection, hidden: forExpert },
      ]);
      await novice.endSession();
      await close();
      await proxy.close();
    },
  );

  it.each([NOVICE, EXPERT])(
    '%s keeps the address private, and the other side names a proxy of its own: nobody comes to it',
    async (private_) => {
      const [theirs, ours] = [await SocksProxy.open(), await SocksProxy.open()];
      const { novice, expert, viewer, close } = await loopback({
        ways: relay,
        reach: (address) => SocksProxy.offering(`${address}/pc`, address === private_ ? ours : theirs),
        relayOnly: (address) => address === private_,
      });
      await until(() => shown(viewer), 'the picture');
      expect([theirs.asked, new Set(ours.asked).size, ours.asked.length]).toEqual([[], 1, 2]);
      await novice.endSession();
      await until(() => expert.status?.phase.tag === 'ended', 'the end');
      await close();
      await Promise.all([theirs.close(), ours.close()]);
    },
  );

  it('who keeps the address private makes no invitation file, tells nobody where it is, and asks no router for anything', async () => {
    let prepared = 0;
    const room = createConnectionRoom({
      clock: systemClock,
      listenHost: '127.0.0.1',
      relayOnly: () => true,
      addressSources: [{ prepare: () => void (prepared += 1), addressesOf: () => Promise.reject(new Error('asked')) }],
    });
    room.prepare?.();
    expect([prepared, room.ways.map(({ id }) => id)]).toEqual([0, ['relay']]);
    const { signal } = new AbortController();
    await expect(room.openNovice(signal, { standing: true })).rejects.toMatchObject({ code: 'NO_ADDRESS' });
    // Nor does it say in a session where it could be found again.
    const door = await room.openNovice(signal, { returning: true, wordless: true });
    const expert = await room.openExpert({ engine: 'ringback', userName: 'somebody', wordless: true }, signal);
    expect([door.ticket.addresses, expert.ticket.addresses]).toEqual([[], []]);
    await Promise.all([door.close(), expert.close()]);
  });

  it('the proxy dies in the middle: both say so, and the picture goes on through another one, without a question', async () => {
    const proxy = await SocksProxy.open();
    const other = await SocksProxy.open();
    let asked = 0;
    const answer = async (): Promise<boolean> => {
      asked += 1;
      return true;
    };
    const reach = SocksProxy.offering('somebody@server/pc', proxy, other);
    const { novice, expert, viewer, log, close } = await loopback({ ways: relay, reach, answer });
    await until(() => shown(viewer) && log.includes('may be found again'), 'the picture');
    expect(other.open).toBe(0);
    viewer.messages.length = 0;
    const diedAt = performance.now();
    await proxy.close();
    await until(() => novice.status?.search !== undefined && expert.status?.search !== undefined, 'both to say so');
    await until(() => novice.status?.found === 1 && expert.status?.found === 1, 'both to be connected again');
    await until(() => shown(viewer), 'the picture once more');
    expect(performance.now() - diedAt).toBeLessThan(5_000);
    expect(asked).toBe(1);
    expect(expert.status).toMatchObject({ viewing: true, control: 'no', connection: { by: 'relay', relayed: true } });
    await novice.endSession();
    await until(() => expert.status?.phase.tag === 'ended', 'the end');
    await close();
    await until(() => other.open === 0, 'nothing to be left at the proxy');
    await other.close();
  });

  it('no proxy is left: both look for each other until somebody has enough', async () => {
    const proxy = await SocksProxy.open();
    const { novice, expert, viewer, log, close } = await loopback({ ways: relay, reach: SocksProxy.offering('somebody@server/pc', proxy) });
    await until(() => shown(viewer) && log.includes('may be found again'), 'the picture');
    await proxy.close();
    await until(() => novice.status?.search !== undefined && expert.status?.search !== undefined, 'both to say so');
    await expert.endSession();
    await until(() => novice.status?.phase.tag === 'ended', 'the novice to be told');
    expect(novice.status?.phase).toMatchObject({ reason: 'closedByExpert' });
    await close();
  });
});
