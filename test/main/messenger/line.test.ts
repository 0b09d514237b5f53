import dns from 'node:dns';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { usableAddresses } from '../../../src/main/connection/addresses/interfaces.ts';
import type { Account, Messenger } from '../../../src/main/messenger/contract.ts';
import { lookupFor, referred, type Line } from '../../../src/main/messenger/msnp/line.ts';
import { msnp } from '../../../src/main/messenger/msnp/transport.ts';
import {
  createPageIdentity,
  keyOfIdentity,
  openPageIdentity,
  type PageIdentity,
} from '../../../src/main/messenger/msnp-server/page-identity.ts';
import { MsnpServer } from '../../../src/main/messenger/msnp-server/server.ts';
import { Person, REMOTE_ASSISTANCE } from './people.ts';
import { RawClient, until } from './raw-client.ts';
import { RawNetwork } from './raw-network.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 12);
/** No loopback address to us, so that TLS is wanted; the system leads it to this computer. */
const ELSEWHERE = '0.0.0.0';

let net: RawNetwork;
let identity: PageIdentity;

beforeEach(async () => {
  net = await RawNetwork.open();
  identity = await createPageIdentity(NOW_MS);
  await net.start({}, { identity });
});
afterEach(() => net.close());

const account = (address: string, more: Readonly<Record<string, string>> = {}): Account => ({
  transport: 'msnp',
  server: `127.0.0.1:${net.port}`,
  address,
  accessToken: net.token(address),
  friendlyName: address.slice(0, 3),
  ...more,
});
const newMessenger = (): Messenger => {
  const messenger = msnp.create({ clock: systemClock, random: () => 0, applications: [REMOTE_ASSISTANCE.guid] });
  net.later(() => messenger.signOut());
  return messenger;
};
const reason = (messenger: Messenger): string | undefined => {
  const { state } = messenger;
  return state.tag === 'waiting' || state.tag === 'signedOut' ? state.reason : undefined;
};
/** How the first try ended. */
async function outcome(of: Account): Promise<string> {
  const messenger = newMessenger();
  messenger.signIn(of);
  await until(
    () => messenger.state.tag === 'signedIn' || reason(messenger) !== undefined,
    () => `an outcome, not ${JSON.stringify(messenger.state)}`,
  );
  const told = reason(messenger) ?? messenger.state.tag;
  await messenger.signOut();
  return told;
}
/** A server of a test's own that notes what clients say inside TLS. */
async function fake(
  options: PageIdentity,
  answer: (line: string, socket: Socket) => void,
): Promise<{ readonly port: number; readonly said: string[] }> {
  const said: string[] = [];
  const server = createTlsServer(options, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const line of bytes.toString().split('\r\n').filter(Boolean)) {
        said.push(line);
        answer(line, socket);
      }
    });
  });
  return { port: await net.listen(server), said };
}

/** Passes a connection on, unless its first bytes are of no interest to whoever stands there. */
function pass(client: Socket, port: number, wanted: (first: Buffer) => boolean = () => true, host = '127.0.0.1'): void {
  client.on('error', () => {});
  client.once('data', (first) => {
    if (!wanted(first)) return void client.destroy();
    const onward = connect(port, host);
    onward.on('error', () => {});
    onward.write(first);
    client.pipe(onward).pipe(client);
    client.once('close', () => onward.destroy());
  });
}

describe('a messenger whose key the link has told', () => {
  // Elsewhere loopback has one address.
  it.skipIf(process.platform !== 'linux')('is spoken to inside TLS and nothing else, switchboards too', async () => {
    const server = await MsnpServer.start({ hosts: ['127.0.0.2'], port: 0, store: net.store, identity });
    net.later(() => server.stop());
    const port = server.addresses[0]?.port ?? 0;
    const firsts: number[] = [];
    // As a router does: the messenger does not know the address under which it is reached.
    const router = createServer((socket) => pass(socket, port, (first) => firsts.push(first[0] ?? -1) > 0, '127.0.0.2'));
    await new Promise<void>((resolve) => void router.listen(port, '127.0.0.1', resolve));
    net.later(() => router.close());
    const at = { server: `127.0.0.1:${port}`, key: keyOfIdentity(identity) };
    const ann = new Person(account('ann@home', at), newMessenger());
    const bob = new Person(account('bob@home', at), newMessenger());
    await ann.signIn();
    await bob.signIn();
    await ann.messenger.addContact('bob@home');
    ann.messenger.invite('bob@home', REMOTE_ASSISTANCE);
    await bob.invitation();
    // Two sign-ins with two requests to the log-in page each, and a switchboard with two seats.
    expect(firsts).toEqual(Array(8).fill(0x16));
  });

  it('is reached once by its name: whoever answers for the name leads nothing elsewhere afterwards', async () => {
    const asked: string[] = [];
    const answering = vi.spyOn(dns, 'lookup').mockImplementation((name: string, ...rest: unknown[]) => {
      asked.push(name);
      const answer = rest.at(-1) as (error: null, found: readonly dns.LookupAddress[]) => void;
      // The second time it is somebody else's computer in our network.
      answer(null, [{ address: asked.length === 1 ? '127.0.0.1' : '192.0.2.1', family: 4 }]);
    });
    try {
      expect(await outcome(account('ann@home', { server: `home.example:${net.port}`, key: keyOfIdentity(identity) }))).toBe('signedIn');
      expect(asked).toEqual(['home.example']);
    } finally {
      answering.mockRestore();
    }
  });

  it('that shows another is told nothing', async () => {
    const { port, said } = await fake(await createPageIdentity(NOW_MS), () => {});
    expect(await outcome(account('ann@home', { server: `127.0.0.1:${port}`, key: keyOfIdentity(identity) }))).toBe('WRONG_KEY');
    expect(said).toEqual([]);
  });

  it('whose log-in page or switchboard shows another is not believed there either', async () => {
    const other = await createPageIdentity(NOW_MS);
    // In front of the real one: the second and every later connection ends at somebody else.
    let count = 0;
    const { port: wrong } = await fake(other, () => {});
    const front = createServer((socket) => {
      count += 1;
      pass(socket, count === 1 ? net.port : wrong);
    });
    const port = await net.listen(front);
    expect(await outcome(account('ann@home', { server: `127.0.0.1:${port}`, key: keyOfIdentity(identity) }))).toBe('WRONG_KEY');
  });

  it('keeps its key across restarts, for its owner only, and says when the file is damaged', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ringback-key-'));
    net.later(() => rm(folder, { recursive: true, force: true }));
    const first = await openPageIdentity(join(folder, 'messenger'), NOW_MS);
    const path = join(folder, 'messenger', 'identity.pem');
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await openPageIdentity(join(folder, 'messenger'), NOW_MS)).toEqual({ identity: first.identity, damaged: [] });
    await writeFile(path, (await readFile(path, 'utf8')).replace('-----BEGIN CERTIFICATE-----', ''));
    const again = await openPageIdentity(join(folder, 'messenger'), NOW_MS);
    expect(again.damaged).toMatchObject([{ path, setAsideAs: expect.stringContaining('damaged') as string }]);
    expect(keyOfIdentity(again.identity)).not.toBe(keyOfIdentity(first.identity));
  });
});

// Elsewhere the system has no such way to this computer.
describe.skipIf(process.platform !== 'linux')('a messenger on another computer whose key nobody has told', () => {
  const away = (port: number, more: Readonly<Record<string, string>> = {}) =>
    account('ann@home', { server: `${ELSEWHERE}:${port}`, ...more });

  it('shows that it has the access token too', async () => {
    expect(await outcome(away(net.port))).toBe('signedIn');
  });

  it('is not believed without that, whatever it answers', async () => {
    const { port, said } = await fake(await createPageIdentity(NOW_MS), (line, socket) => {
      const [name, id] = line.split(' ');
      if (name === 'VER') socket.write(`VER ${id} MSNP8 CVR0\r\n`);
      if (name === 'CVR') socket.write(`CVR ${id} 1 1 1 http://x/ http://x/\r\n`);
      if (name === 'USR') socket.write(`USR ${id} OK ann@home Ann 1 0\r\nUSR ${id} MD5 S 12\r\nUSR ${id} TWN S lc=1\r\n`);
      const headers = `PassportURLs: DALogin=127.0.0.1:${port}/login2.srf\r\nAuthentication-Info: Passport1.4 da-status=success,from-PP='t=1&p=1'\r\n`;
      if (name === 'GET') socket.write(`HTTP/1.1 200 OK\r\n${headers}Content-Length: 0\r\n\r\n`);
    });
    expect(await outcome(away(port))).not.toBe('signedIn');
    expect(said.filter((line) => /^USR \d+ (MD5|TWN S)|SYN/.test(line))).toEqual([]);
    expect(said.join('\n')).not.toContain(net.token('ann@home'));
  });

  it('is refused where it speaks no TLS, unless the person lets it', async () => {
    // The log-in page of one of the time is on a server of its own, which a person's account does not need here.
    const old = createServer((socket) => pass(socket, net.port, (bytes) => bytes[0] !== 0x16));
    const port = await net.listen(old);
    expect(await outcome(away(port))).toBe('NOT_PROTECTED');
    expect(await outcome(away(port, { protection: 'none' }))).toBe('signedIn');
  });
});

const own = usableAddresses().find((address) => !address.includes(':') && !address.startsWith('127.'));
describe.skipIf(own === undefined)(`a hosted messenger, from another computer${own === undefined ? ' (skipped: no network)' : ''}`, () => {
  const from = async (plain: boolean): Promise<RawClient> => {
    const server = await MsnpServer.start({ hosts: [ELSEWHERE], port: 0, store: net.store, identity, plain });
    net.later(() => server.stop());
    const client = await RawClient.open(server.addresses[0]?.port ?? 0, own, own);
    net.later(() => client.close());
    client.send('VER 1 MSNP7 CVR0');
    return client;
  };

  it('does not speak without TLS', async () => {
    await (await from(false)).closed();
  });

  it('does where its owner lets programs of the time in', async () => {
    expect(await (await from(true)).line()).toBe('VER 1 MSNP7 CVR0');
  });
});

describe('where a messenger may send us', () => {
  const PLAIN: Line = { tag: 'plain' };
  const TLS: Line = { tag: 'tls', key: 'k' };
  const to = (named: string, address: string, line: Line, host = address): string | undefined => {
    const endpoint = referred({ host: named, port: 22 }, { endpoint: { host, port: 1863 }, address, line });
    return endpoint && `${endpoint.host}:${endpoint.port}`;
  };

  it.each<[string, string, Line, string | undefined]>([
    ['192.168.1.20', '192.168.1.20', PLAIN, '192.168.1.20:22'],
    ['192.168.1.1', '192.168.1.20', PLAIN, undefined],
    ['192.168.1.1', '9.9.9.9', PLAIN, undefined],
    ['127.0.0.1', '192.168.1.20', PLAIN, undefined],
    ['127.0.0.1', '9.9.9.9', PLAIN, undefined],
    ['::ffff:127.0.0.1', '9.9.9.9', PLAIN, undefined],
    ['0.0.0.0', '9.9.9.9', PLAIN, undefined],
    ['224.0.0.1', '9.9.9.9', PLAIN, undefined],
    ['fe80::1', '9.9.9.9', PLAIN, undefined],
    ['9.9.9.10', '9.9.9.9', PLAIN, '9.9.9.10:22'],
    ['printer.local', '192.168.1.20', PLAIN, undefined],
    ['other.example', '9.9.9.9', PLAIN, 'other.example:22'],
    ['127.0.0.2', '127.0.0.1', PLAIN, '127.0.0.2:22'],
    // Behind a router: it names itself as it sees itself.
    ['192.168.1.20', '9.9.9.9', TLS, '9.9.9.9:1863'],
    ['127.0.0.2', '127.0.0.1', TLS, '127.0.0.1:1863'],
    ['9.9.9.9', '9.9.9.9', TLS, '9.9.9.9:22'],
  ])('%s, from %s %j: %s', (named, address, line, expected) => {
    expect(to(named, address, line)).toBe(expected);
  });

  const found = (name: string, address: string) =>
    new Promise<unknown>((resolve) => {
      const reached = { endpoint: { host: 'home.example', port: 1863 }, address };
      lookupFor(name, reached)(name, { all: true }, (error, answer) => resolve(error === null ? answer : error.code));
    });

  it('its own name leads to where it was reached, others to no address of our network', async () => {
    expect(await found('Home.example', '9.9.9.9')).toEqual([{ address: '9.9.9.9', family: 4 }]);
    expect(await found('home.example', '2620:fe::fe')).toEqual([{ address: '2620:fe::fe', family: 6 }]);
    expect(await found('localhost', '9.9.9.9')).toBe('ENOTFOUND');
    expect(await found('127.1', '9.9.9.9')).toBe('ENOTFOUND');
  });

  it('by the name under which it was dialled, too', () => {
    expect(to('Home.example', '192.168.1.20', PLAIN, 'home.example')).toBe('Home.example:22');
  });
});
