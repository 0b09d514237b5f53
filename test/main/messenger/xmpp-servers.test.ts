/* The messenger's suite on the servers that people have, and what only a real server shows. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { xmppStreams } from '../../../src/main/messenger/xmpp/open-stream.ts';
import { XmppMessenger } from '../../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { COMPLIANCE_APPLICATIONS, describeCompliance, type ComplianceNetwork } from './compliance.ts';
import { Proxy } from './proxy.ts';
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
  let authority: string;

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
});
