import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/main/clock.ts';
import { MD5_DIALECTS, type Dialect } from '../../../src/protocol/msnp/dialect.ts';
import { newAccount } from '../../../src/main/messenger/msnp-server/account-store.ts';
import { SqliteAccountStore } from '../../../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { MsnpServer } from '../../../src/main/messenger/msnp-server/server.ts';
import { msnp } from '../../../src/main/messenger/msnp/transport.ts';
import { COMPLIANCE_APPLICATIONS, describeCompliance, type ComplianceNetwork } from './compliance.ts';
import { Proxy } from './proxy.ts';

/* Real sockets on loopback, the embedded server, and a proxy in front of each user that can be cut. */
const network = (dialects: readonly Dialect[]) => async (): Promise<ComplianceNetwork> => {
  const directory = await mkdtemp(join(tmpdir(), 'ringback-'));
  const store = new SqliteAccountStore(directory);
  await store.open();
  const server = await MsnpServer.start({ hosts: ['127.0.0.1'], port: 0, store, dialects });
  const port = server.addresses[0]?.port ?? 0;
  const proxies = new Map<string, Proxy>();
  return {
    secret: 'accessToken',
    async account(address, friendlyName) {
      const account = newAccount(address, friendlyName);
      await store.create(account);
      const proxy = await Proxy.open(port);
      proxies.set(address, proxy);
      return { transport: 'msnp', server: `127.0.0.1:${proxy.port}`, address, accessToken: account.accessToken, friendlyName };
    },
    messenger: () => msnp.create({ clock: systemClock, random: Math.random, applications: COMPLIANCE_APPLICATIONS }),
    cutOff: (address) => proxies.get(address)?.cut(),
    restore: (address) => proxies.get(address)?.restore(),
    open: () => server.connectionCount + server.directory.switchboards.count,
    async close() {
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
      await server.stop();
      store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

describeCompliance('MSNP7, log-in by MD5', network(MD5_DIALECTS));
describeCompliance('MSNP8, log-in by ticket', network([8]));
