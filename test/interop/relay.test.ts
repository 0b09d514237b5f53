/* Whole sessions through the proxies of the servers that people have. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/clock.ts';
import { WAYS } from '../../src/main/connection/ways/ways.ts';
import { xmppStreams } from '../../src/main/messenger/xmpp/open-stream.ts';
import { XmppReach } from '../../src/main/messenger/xmpp/reach.ts';
import type { XmppIdentity, XmppStream } from '../../src/main/messenger/xmpp/stream-contract.ts';
import type { ReachServices } from '../../src/main/reach-services.ts';
import { loopback, shown } from '../support/loopback.ts';
import { EXPERT, NOVICE } from '../support/pair.ts';
import { until } from '../support/programs.ts';
import { needsServers, startEjabberd, startProsody, type XmppServer } from '../support/xmpp-servers.ts';

const programs = needsServers();
const PASSWORD = 'pässword';
const relay = WAYS.filter(({ id }) => id === 'relay').map((way) => ({ ...way, afterMs: 0 }));

describe.skipIf(programs.skip).each([
  ['ejabberd', startEjabberd],
  ['Prosody', startProsody],
])(programs.title('A relay of %s'), (_, start) => {
  const open = xmppStreams();
  const opened: XmppStream[] = [];
  let server: XmppServer;

  beforeAll(async () => {
    server = await start({ coturn: false });
    for (const user of ['nora', 'erik']) await server.register(user, PASSWORD);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((stream) => stream.close()));
  });
  afterAll(async () => {
    await server?.close();
  });

  async function reachOf(identity: XmppIdentity): Promise<ReachServices> {
    const made = await open({
      identity,
      server: { host: server.host, port: server.ports.clients, tls: 'starttls' },
      ca: server.ca,
      clock: systemClock,
    });
    opened.push(made);
    return new XmppReach(made, systemClock, server.domain);
  }

  const account = (user: string): XmppIdentity => ({ tag: 'account', address: `${user}@${server.domain}`, password: PASSWORD });

  it.each<[string, string, () => XmppIdentity]>([
    ['the novice’s, with an account', NOVICE, () => account('nora')],
    ['the novice’s, as a guest', NOVICE, () => ({ tag: 'guest', domain: server.guestDomain })],
    ['the expert’s, where the novice has none', EXPERT, () => account('erik')],
  ])('%s', async (_whose, owner, identity) => {
    const reach = await reachOf(identity());
    expect((await reach.relays()).length).toBeGreaterThan(0);
    const session = await loopback({ ways: relay, reach: (address) => (address === owner ? reach : undefined) });
    const { novice, expert, viewer, close } = session;
    await until(() => shown(viewer), 'the picture');
    for (const { status } of [novice, expert])
      expect(status?.connection).toMatchObject({ by: 'relay', address: server.host, relayed: true });
    await novice.endSession();
    await until(() => expert.status?.phase.tag === 'ended', 'the end');
    expect(expert.status?.phase).toMatchObject({ reason: 'stoppedByNovice' });
    await close();
  });

  it('is told from the expert’s server that it has gone: there is none, and both sides know', async () => {
    const reach = await reachOf(account('nora'));
    const [first] = await reach.relays();
    const elsewhere = {
      ...reach,
      ownAddress: reach.ownAddress,
      relays: async () => [{ ...first, jid: first?.jid ?? '', host: server.host, port: 9 }],
    };
    const { novice, close } = await loopback({
      ways: [...relay, ...WAYS.filter(({ id }) => id === 'forward')],
      reach: (address) => (address === NOVICE ? elsewhere : undefined),
    });
    expect(novice.status?.connection?.by).toBe('forward');
    expect(novice.status?.steps.find(({ step }) => step === 5)?.failures).toEqual([{ way: 'relay', failure: 'unreachable' }]);
    await close();
  });
});
