/* The messenger's suite on the servers that people have, and what only a real server shows. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { xmppStreams } from '../../../src/main/messenger/xmpp/open-stream.ts';
import { XmppMessenger } from '../../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { COMPLIANCE_APPLICATIONS, describeCompliance, type ComplianceNetwork } from './compliance.ts';
import { Person, REMOTE_ASSISTANCE, type Side } from './people.ts';
import { Proxy } from './proxy.ts';
import { until } from '../../support/programs.ts';
import { forgetEverything } from '../../support/xmpp-accounts.ts';
import { needsServers, startEjabberd, startProsody, type XmppServer } from '../../support/xmpp-servers.ts';

const programs = needsServers();
/** A server's own command line takes its time on a busy machine. */
const HOOK_MS = 120_000;
const USERS = ['nora', 'eric', 'tess'];
const passwordOf = (user: string): string => `secret of ${user}`;

describe.skipIf(programs.skip).each([
  ['ejabberd', startEjabberd],
  ['Prosody', startProsody],
])(programs.title('XMPP on %s'), (name, start) => {
  const open = xmppStreams();
  let server: XmppServer;
  let folder: string | undefined;
  let authority = '';

  beforeAll(async () => {
    // A lost connection is given up soon, so that its end can be waited for.
    server = await start({ coturn: false, domain: 'home', settings: { RESUME_SECONDS: '1' } });
    for (const user of USERS) await server.register(user, passwordOf(user));
    folder = await mkdtemp(join(tmpdir(), 'ringback-authority-'));
    authority = join(folder, 'ca.pem');
    await writeFile(authority, server.ca);
  }, HOOK_MS);
  afterAll(async () => {
    await server?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }, HOOK_MS);

  describeCompliance(name, async (): Promise<ComplianceNetwork> => {
    const proxies = new Map<string, Proxy>();
    return {
      secret: 'password',
      discreet: true,
      async account(address, friendlyName) {
        const proxy = await Proxy.open(server.ports.clients, server.host);
        proxies.set(address, proxy);
        const password = passwordOf(address.split('@')[0] as string);
        return { transport: 'xmpp', address, friendlyName, password, server: `127.0.0.1:${proxy.port}`, authority };
      },
      messenger: () =>
        new XmppMessenger('xmpp', { clock: systemClock, random: Math.random, applications: COMPLIANCE_APPLICATIONS }, { open }),
      cutOff: (address) => proxies.get(address)?.cut(),
      restore: (address) => proxies.get(address)?.restore(),
      open: () => [...proxies.values()].reduce((sum, { connections }) => sum + connections, 0),
      async close() {
        await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
        for (const address of proxies.keys()) await forgetEverything(open, server, address, passwordOf(address.split('@')[0] as string));
      },
    };
  });

  async function signedIn(user: string): Promise<Person> {
    const address = `${user}@${server.domain}`;
    const at = `${server.host}:${server.ports.clients}`;
    const account = { transport: 'xmpp', address, friendlyName: user, password: passwordOf(user), server: at, authority };
    const applications = [REMOTE_ASSISTANCE.guid];
    const messenger = new XmppMessenger('xmpp', { clock: systemClock, random: Math.random, applications }, { open });
    const person = new Person(account, messenger);
    await person.signIn();
    return person;
  }

  it('says of its relay where it is, and of TURN with which credentials', async () => {
    const nora = await signedIn('nora');
    try {
      const [relays, servers] = await Promise.all([nora.messenger.reach?.relays(), nora.messenger.reach?.iceServers()]);
      expect(relays).toEqual([
        { jid: expect.stringContaining(server.proxyDomain) as unknown, host: server.host, port: server.ports.proxy },
      ]);
      const turn = servers?.filter(({ urls }) => urls.startsWith('turn')) ?? [];
      if (name === 'ejabberd') expect(turn).not.toEqual([]);
      for (const { username, credential } of turn) expect([username, credential]).toEqual([expect.any(String), expect.any(String)]);
      // They are good for hours: nobody is asked again.
      expect(nora.messenger.reach?.iceServers()).toBe(nora.messenger.reach?.iceServers());
    } finally {
      await nora.messenger.signOut();
    }
  });

  it.each(['rings', 'has begun'])(
    'is killed while a session %s: it ends on both sides, and the next one works',
    async (when) => {
      const [nora, eric] = [await signedIn('nora'), await signedIn('eric')];
      try {
        await nora.messenger.addContact(eric.account.address);
        await eric.messenger.addContact(nora.account.address);
        await nora.sees(eric, 'online');
        const asked = nora.invite(eric);
        const rung = await eric.invitation();
        if (when === 'has begun') {
          rung.session.accept();
          await Promise.all([asked.event('readyToLaunch'), rung.event('readyToLaunch')]);
        }
        await server.crash();
        const ended = (side: Side): boolean => side.tags.includes('terminated');
        await server.restart();
        await until(
          () => ended(asked) && ended(rung) && [nora, eric].every(({ messenger }) => messenger.state.tag === 'signedIn'),
          () => JSON.stringify([asked.tags, rung.tags, nora.messenger.state, eric.messenger.state]),
          60_000,
        );
        // A killed server may have forgotten what it had not written down yet.
        await nora.messenger.addContact(eric.account.address);
        await eric.messenger.addContact(nora.account.address);
        await nora.sees(eric, 'online');
        const again = nora.invite(eric);
        (await eric.invitation(1)).session.accept();
        await again.event('readyToLaunch');
      } finally {
        await Promise.all([nora.messenger.signOut(), eric.messenger.signOut()]);
      }
    },
    HOOK_MS,
  );
});
