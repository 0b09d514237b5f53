import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newAccount } from '../../../src/main/messenger/msnp-server/account-store.ts';
import { SqliteAccountStore } from '../../../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { HostedMessenger } from '../../../src/main/messenger/msnp-server/hosted-messenger.ts';
import type { ServerLimits } from '../../../src/main/messenger/msnp-server/limits.ts';
import { MsnpServer } from '../../../src/main/messenger/msnp-server/server.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { md5Hex, RawClient, until } from './raw-client.ts';

let directory: string;
let store: SqliteAccountStore;
let server: MsnpServer;
let port: number;
const clients: RawClient[] = [];
const storeErrors: unknown[] = [];
const tokens = new Map<string, string>();

const start = async (limits: Partial<ServerLimits> = {}): Promise<void> => {
  server = await MsnpServer.start({ hosts: ['127.0.0.1'], port: 0, store, limits, onStoreError: (error) => void storeErrors.push(error) });
  port = server.addresses[0]?.port ?? 0;
};
const client = async (): Promise<RawClient> => {
  const one = await RawClient.open(port);
  clients.push(one);
  return one;
};
const user = async (address: string, dialect = 7): Promise<RawClient> => {
  const one = await client();
  const answer = await one.signIn(dialect, address, tokens.get(address) ?? '');
  if (!answer.startsWith('USR 4 OK')) throw new Error(answer);
  return one;
};
/** Signed in and online: CHG answered, and the CHL of MSNP6 and later read. */
const online = async (address: string, dialect = 5): Promise<RawClient> => {
  const one = await user(address, dialect);
  one.send('CHG 9 NLN');
  expect(await one.line()).toBe('CHG 9 NLN');
  return one;
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ringback-'));
  store = new SqliteAccountStore(directory);
  await store.open();
  for (const [address, name] of [
    ['ann@home', 'Ann A'],
    ['bob@home', 'Bob'],
    ['cy@home', 'Cy'],
  ] as const) {
    const account = newAccount(address, name);
    tokens.set(address, account.accessToken);
    await store.create(account);
  }
});
afterEach(async () => {
  for (const one of clients.splice(0)) one.close();
  await server.stop();
  store.close();
  storeErrors.length = 0;
  await rm(directory, { recursive: true, force: true });
});

describe('MSNP server, as any client sees it', () => {
  it.each([
    [4, 'USR 4 OK ann@home Ann%20A'],
    [5, 'USR 4 OK ann@home Ann%20A'],
    [6, 'USR 4 OK ann@home Ann%20A 1'],
    [7, 'USR 4 OK ann@home Ann%20A 1'],
  ])('logs in by MD5 and sends the lists in the shape of MSNP%i', async (dialect, signedIn) => {
    await start();
    const bob = await user('bob@home', dialect);
    bob.send('ADD 5 FL ann@home ann@home', 'ADD 6 AL ann@home ann@home', 'ADD 7 BL cy@home cy@home');
    expect(await bob.lines(3)).toEqual([
      dialect === 7 ? 'ADD 5 FL 2 ann@home Ann%20A 0' : 'ADD 5 FL 2 ann@home Ann%20A',
      'ADD 6 AL 3 ann@home Ann%20A',
      'ADD 7 BL 4 cy@home Cy',
    ]);

    const ann = await client();
    ann.send(`VER 0 MSNP9 MSNP${dialect} MSNP4 CVR0`);
    expect(await ann.line()).toBe(dialect === 4 ? 'VER 0 MSNP4 CVR0' : `VER 0 MSNP${dialect} MSNP4 CVR0`);
    ann.send('INF 1');
    expect(await ann.line()).toBe('INF 1 MD5');
    ann.send('USR 2 MD5 I ANN@home');
    const challenge = /^USR 2 MD5 S (\S+)$/.exec(await ann.line())?.[1] ?? '';
    ann.send(`USR 4 MD5 S ${md5Hex(challenge + (tokens.get('ann@home') ?? ''))}`);
    expect(await ann.line()).toBe(signedIn);

    bob.send('SYN 8 0');
    const group = dialect === 7 ? ['LSG 8 4 1 1 0 Contacts 0'] : [];
    expect(await bob.lines(7 + group.length)).toEqual([
      'SYN 8 4',
      'GTC 8 4 A',
      'BLP 8 4 AL',
      ...group,
      dialect === 7 ? 'LST 8 FL 4 1 1 ann@home Ann%20A 0' : 'LST 8 FL 4 1 1 ann@home Ann%20A',
      'LST 8 AL 4 1 1 ann@home Ann%20A',
      'LST 8 BL 4 1 1 cy@home Cy',
      'LST 8 RL 4 0 0',
    ]);
    bob.send('SYN 9 4', 'PNG', 'CVR 10 0x0409 winnt 5.1 i386 MSMSGS 4.6.0073 MSMSGS', 'URL 11 INBOX');
    expect(await bob.lines(4)).toEqual([
      'SYN 9 4',
      'QNG',
      'CVR 10 4.6.0073 4.6.0073 4.6.0073 http://localhost/ http://localhost/',
      '502 11',
    ]);

    ann.send('CHG 5 NLN');
    expect(await ann.line()).toBe('CHG 5 NLN');
    if (dialect >= 6) {
      const salt = /^CHL 0 (\S+)$/.exec(await ann.line())?.[1] ?? '';
      ann.write(`QRY 6 msmsgs@msnmsgr.com 32\r\n${md5Hex(`${salt}Q1P7W2E4J9R8U3S5`)}`);
      expect(await ann.line()).toBe('QRY 6');
    }
    bob.send('CHG 12 BSY 0');
    expect(await bob.lines(2)).toEqual(['CHG 12 BSY 0', 'ILN 12 NLN ann@home Ann%20A']);
    if (dialect >= 6) expect(await bob.line()).toMatch(/^CHL 0 \S+$/);
    ann.send('CHG 7 AWY', 'REA 8 ann@home Ann%20%C3%89', 'CHG 9 HDN', 'CHG 10 NLN', 'OUT');
    expect(await ann.lines(4)).toEqual(['CHG 7 AWY', 'REA 8 3 ann@home Ann%20%C3%89', 'CHG 9 HDN', 'CHG 10 NLN']);
    expect(await bob.lines(5)).toEqual([
      'NLN AWY ann@home Ann%20A',
      'NLN AWY ann@home Ann%20%C3%89',
      'FLN ann@home',
      'NLN NLN ann@home Ann%20%C3%89',
      'FLN ann@home',
    ]);
    await ann.closed();
  });

  it('tells who is on the reverse list, and refuses what lists do not allow', async () => {
    await start();
    const ann = await online('ann@home');
    const bob = await online('bob@home');
    ann.send(
      'ADD 1 FL bob@home x',
      'ADD 2 FL bob@home x',
      'ADD 3 FL nobody@home x',
      'ADD 4 RL bob@home x',
      'ADD 5 BL bob@home x',
      'ADD 6 AL bob@home x',
    );
    expect(await ann.lines(7)).toEqual([
      'ADD 1 FL 2 bob@home Bob',
      'ILN 1 NLN bob@home Bob',
      '215 2',
      '205 3',
      '201 4',
      'ADD 5 BL 3 bob@home Bob',
      '219 6',
    ]);
    expect(await bob.line()).toBe('ADD 0 RL 2 ann@home Ann%20A');
    ann.send('REM 7 AL bob@home', 'REM 8 FL bob@home', 'BLP 9 XX', 'GTC 10 N', 'BLP 11 BL', 'LST 12 FL');
    expect(await ann.lines(6)).toEqual(['216 7', 'REM 8 FL 4 bob@home', '201 9', 'GTC 10 5 N', 'BLP 11 6 BL', 'LST 12 FL 6 0 0']);
    expect(await bob.line()).toBe('REM 0 RL 3 ann@home');
  });

  it('hides whoever blocks, and whoever lets only the allowed through', async () => {
    await start();
    const ann = await online('ann@home');
    const bob = await online('bob@home');
    ann.send('ADD 1 FL bob@home x');
    await ann.lines(2);
    await bob.line();
    bob.send('ADD 2 BL ann@home x', 'REM 3 BL ann@home', 'BLP 4 BL', 'ADD 5 AL ann@home x');
    await bob.lines(4);
    expect(await ann.lines(4)).toEqual(['FLN bob@home', 'NLN NLN bob@home Bob', 'FLN bob@home', 'NLN NLN bob@home Bob']);
  });

  it('keeps groups for MSNP7', async () => {
    await start();
    const ann = await user('ann@home', 7);
    ann.send(
      'ADG 1 Family%20A 0',
      'ADD 2 FL bob@home x 1',
      'ADD 3 FL cy@home x 9',
      'RMG 4 1',
      'REG 5 1 Kin 0',
      'REM 6 FL bob@home 1',
      'RMG 7 1',
      'RMG 8 0',
    );
    expect(await ann.lines(8)).toEqual([
      'ADG 1 2 Family%20A 1 0',
      'ADD 2 FL 3 bob@home Bob 1',
      '224 3',
      '226 4',
      'REG 5 4 1 Kin 0',
      'REM 6 FL 5 bob@home 1',
      'RMG 7 6 1',
      '230 8',
    ]);
  });

  it('gives a new group an id that can be read from the disk again, however many there have been', async () => {
    const account = store.find('ann@home');
    if (account === undefined) throw new Error('no account');
    store.put({ ...account, groups: [...account.groups, { id: 1, name: 'Kin' }, { id: 1000, name: 'Friends' }] });
    await start();
    const ann = await user('ann@home', 7);
    ann.send('ADG 1 Family 0');
    expect(await ann.line()).toBe('ADG 1 2 Family 2 0');
    store.close();
    expect(await store.open()).toEqual([]);
    expect(store.find('ann@home')?.groups.map(({ id }) => id)).toEqual([0, 1, 1000, 2]);
  });

  it('opens a switchboard, rings, carries messages and says goodbye', async () => {
    await start();
    const [ann, bob] = [await online('ann@home'), await online('bob@home')];
    ann.send('XFR 1 SB');
    const [, cookie = ''] = new RegExp(`^XFR 1 SB 127\\.0\\.0\\.1:${port} CKI (\\S+)$`).exec(await ann.line()) ?? [];
    const room = await client();
    room.write(`USR 1 ann@home ${cookie}\r\nMSG 2 A 2\r\nhi`);
    expect(await room.line()).toBe('USR 1 OK ann@home Ann%20A');
    expect(await room.line()).toBe('NAK 2');
    room.send('CAL 4 cy@home', 'CAL 5 bob@home', 'CAL 6 ann@home');
    const [offline, ringing, already] = await room.lines(3);
    expect([offline, already]).toEqual(['217 4', '215 6']);
    const sessionId = /^CAL 5 RINGING (\d+)$/.exec(ringing ?? '')?.[1] ?? '';
    const [, ring = ''] = new RegExp(`^RNG ${sessionId} 127\\.0\\.0\\.1:${port} CKI (\\S+) ann@home Ann%20A$`).exec(await bob.line()) ?? [];
    const place = await client();
    place.send(`ANS 1 bob@home ${ring} ${sessionId}`);
    expect(await place.lines(2)).toEqual(['IRO 1 1 1 ann@home Ann%20A', 'ANS 1 OK']);
    expect(await room.line()).toBe('JOI bob@home Bob');
    for (const [wish, answer] of [
      ['A', 'ACK 7'],
      ['N', undefined],
      ['U', undefined],
      ['S', undefined],
    ] as const) {
      room.write(`MSG 7 ${wish} 7\r\nhe\r\nllo`);
      expect(await place.line()).toBe('MSG ann@home Ann%20A 7');
      expect(await place.payload(7)).toBe('he\r\nllo');
      if (answer !== undefined) expect(await room.line()).toBe(answer);
    }
    place.send('OUT');
    expect(await room.line()).toBe('BYE bob@home');

    const again = await client();
    again.send(`ANS 1 bob@home ${ring} ${sessionId}`);
    expect(await again.line()).toBe('911 1');
    await again.closed();
    ann.send('OUT');
    await room.closed();
    await until(
      () => server.directory.switchboards.count === 0,
      () => 'the switchboard to go',
    );
  });

  it('gives switchboards to nobody who hides, and to nobody with another one’s or an old cookie', async () => {
    await start({ cookieLifetimeMs: 30 });
    const ann = await user('ann@home', 5);
    ann.send('XFR 1 SB', 'CHG 2 HDN', 'XFR 3 SB', 'CHG 4 NLN', 'XFR 5 SB', 'XFR 6 SB');
    const lines = await ann.lines(6);
    expect(lines.slice(0, 4)).toEqual(['913 1', 'CHG 2 HDN', '913 3', 'CHG 4 NLN']);
    const [mine = '', late = ''] = lines.slice(4).map((line) => line.split(' ')[5] ?? '');
    const thief = await client();
    thief.send(`USR 1 bob@home ${mine}`);
    expect(await thief.line()).toBe('911 1');
    await new Promise((resolve) => void setTimeout(resolve, 60));
    const slow = await client();
    slow.send(`USR 1 ann@home ${late}`);
    expect(await slow.line()).toBe('911 1');
  });

  it('signs the older connection out when an account signs in twice', async () => {
    await start();
    const first = await online('ann@home');
    const second = await online('ann@home');
    expect(await first.line()).toBe('OUT OTH');
    await first.closed();
    second.send('PNG');
    expect(await second.line()).toBe('QNG');
  });

  it('refuses a wrong challenge answer, an unknown user, and a second log-in', async () => {
    await start();
    const ann = await user('ann@home', 7);
    ann.send('CHG 1 NLN');
    await ann.lines(2);
    ann.write(`QRY 2 msmsgs@msnmsgr.com 32\r\n${'0'.repeat(32)}`);
    expect(await ann.line()).toBe('540 2');
    await ann.closed();
    expect(await (await client()).signIn(7, 'nobody@home', 'x')).toBe('911 4');
    const early = await client();
    early.send('VER 1 MSNP7', 'CHG 2 NLN');
    expect(await early.lines(2)).toEqual(['VER 1 MSNP7', '302 2']);
    const old = await client();
    old.send('VER 1 MSNP99');
    expect(await old.line()).toBe('VER 1 0');
    await old.closed();
  });
});

describe('what a hostile or broken peer can do', () => {
  it.each([
    ['noise', randomBytes(4000)],
    ['a browser', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['TLS', Buffer.concat([Buffer.from('1603010100010000fc0303', 'hex'), randomBytes(252)])],
    ['a line without an end', 'x'.repeat(5000)],
    ['a payload too long', 'USR 1 ann@home x\r\nMSG 1 N 1665\r\n'],
    ['a negative length', 'QRY 1 x -1\r\n'],
    ['RDP', Buffer.from('030000130ee000000000000100080003000000', 'hex')],
  ])('ends that connection only: %s', async (_, bytes) => {
    await start();
    const ann = await online('ann@home');
    const bad = await client();
    bad.write(bytes);
    if (bytes.length < 30) bad.write('\r\n');
    await bad.closed();
    ann.send('PNG');
    expect(await ann.line()).toBe('QNG');
  });

  it('survives garbage in every command of a signed-in user', async () => {
    await start();
    const ann = await online('ann@home');
    for (const name of ['SYN', 'LST', 'CHG', 'ADD', 'REM', 'REA', 'BLP', 'GTC', 'XFR', 'CVR', 'URL', 'ADG']) {
      for (const rest of ['', ' 1', ' 1 %', ' 1 FL', ' 1 FL %%%', ' 1 AL -1 x NaN', ' x y z w v u t']) ann.send(`${name}${rest}`);
    }
    ann.send('PNG');
    await until(
      () => ann.text.endsWith('QNG\r\n'),
      () => `QNG; ${ann.text.slice(-200)}`,
    );
    const bob = await online('bob@home');
    bob.send('PNG');
    expect(await bob.line()).toBe('QNG');
  });

  it('limits commands: 800 and the end', async () => {
    await start({ commands: { burst: 10, perSecond: 0 } });
    const ann = await client();
    ann.send('VER 1 MSNP7', ...Array.from({ length: 20 }, () => 'PNG'));
    await ann.closed();
    expect(ann.text).toBe(`VER 1 MSNP7\r\n${'QNG\r\n'.repeat(9)}800 0\r\n`);
  });

  it('lets who floods wait before they come again, and nobody else', async () => {
    await start({ commands: { burst: 10, perSecond: 0 }, connecting: { burst: 8, perSecond: 0 }, floodPenalty: 3 });
    for (let flood = 0; flood < 2; flood += 1) {
      const one = await client();
      one.send('VER 1 MSNP7', ...Array.from({ length: 20 }, () => 'PNG'));
      await one.closed();
      expect(one.text.endsWith('800 0\r\n')).toBe(true);
    }
    // Eight at once, two of them used, three each lost: none is left.
    await (await client()).closed();
    const other = await RawClient.open(port, '127.0.0.2');
    clients.push(other);
    other.send('VER 1 MSNP7');
    expect(await other.line()).toBe('VER 1 MSNP7');
  });

  it('reads no more from a connection that it has ended for flooding', async () => {
    await start({ commands: { burst: 10, perSecond: 0 } });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const noise = Buffer.from('PNG\r\n'.repeat(100_000));
    let taken = 0;
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.write('VER 1 MSNP7\r\n');
      for (let round = 0; round < 60; round += 1)
        socket.write(noise, (error) => {
          if (error === null || error === undefined) taken += 1;
        });
    });
    // 30 MB are more than all buffers on the way hold.
    expect(taken).toBeLessThan(40);
    const ann = await online('ann@home');
    ann.send('PNG');
    expect(await ann.line()).toBe('QNG');
  });

  it('limits wrong log-ins for one account, and not for another', async () => {
    await start({ failedSignIns: { burst: 3, perSecond: 0 } });
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await (await client()).signIn(7, 'ann@home', 'wrong')).toBe('911 4');
    expect(await (await client()).signIn(7, 'ann@home', tokens.get('ann@home') ?? '')).toBe('911 4');
    expect(await (await client()).signIn(7, 'bob@home', tokens.get('bob@home') ?? '')).toBe('USR 4 OK bob@home Bob 1');
  });

  it('limits connections, at once and over time', async () => {
    await start({ connectionsPerHost: 2 });
    const [first] = [await client(), await client()];
    await (await client()).closed();
    first.close();
    await until(
      () => server.connectionCount === 1,
      () => 'one connection',
    );
    const next = await client();
    next.send('VER 1 MSNP7');
    expect(await next.line()).toBe('VER 1 MSNP7');
    await server.stop();
    await start({ connecting: { burst: 1, perSecond: 0 } });
    const only = await client();
    await (await client()).closed();
    only.send('VER 1 MSNP7');
    expect(await only.line()).toBe('VER 1 MSNP7');
  });

  it('lets no more people into a switchboard than it has seats, however many were called', async () => {
    await start({ peoplePerSwitchboard: 2 });
    const [ann, bob, cy] = [await online('ann@home'), await online('bob@home'), await online('cy@home')];
    ann.send('XFR 1 SB');
    const room = await client();
    room.send(`USR 1 ann@home ${(await ann.line()).split(' ')[5]}`, 'CAL 2 bob@home', 'CAL 3 cy@home');
    await room.lines(3);
    const answers: string[] = [];
    for (const [one, address] of [
      [bob, 'bob@home'],
      [cy, 'cy@home'],
    ] as const) {
      const [, sessionId, , , cookie] = (await one.line()).split(' ');
      const seat = await client();
      seat.send(`ANS 1 ${address} ${cookie} ${sessionId}`);
      answers.push(await seat.line());
    }
    expect(answers).toEqual(['IRO 1 1 1 ann@home Ann%20A', '911 1']);
  });

  it('ends who used to ping and is silent, and not who pings now and then, or twice in a row', async () => {
    const clock = new VirtualClock();
    server = await MsnpServer.start({ hosts: ['127.0.0.1'], port: 0, store, clock });
    port = server.addresses[0]?.port ?? 0;
    const [steady, rare, silent] = [await online('ann@home'), await online('bob@home'), await online('cy@home')];
    const ping = async (one: RawClient): Promise<void> => {
      one.send('PNG');
      expect(await one.line()).toBe('QNG');
    };
    await ping(rare);
    await ping(rare);
    for (let second = 0; second < 30; second += 2) {
      await clock.advance(2_000);
      await ping(steady);
    }
    await ping(rare);
    expect(server.directory.isOnline('ann@home')).toBe(true);
    await clock.advance(9_000);
    await ping(rare);
    await clock.advance(3_000);
    await steady.closed();
    await ping(rare);
    await ping(silent);
    await server.stop();
  });

  it('does not wait for ever for a log-in', async () => {
    await start({ signInDeadlineMs: 100 });
    const idle = await client();
    idle.send('VER 1 MSNP7');
    await idle.closed();
    const ann = await online('ann@home');
    await new Promise((resolve) => void setTimeout(resolve, 1_200));
    ann.send('PNG');
    expect(await ann.line()).toBe('QNG');
  });
});

describe('hosted messenger', () => {
  it('makes, lists and removes accounts, and says when anything changes', async () => {
    await start();
    const hosted = new HostedMessenger();
    let changes = 0;
    hosted.onChange(() => {
      changes += 1;
    });
    const folder = join(directory, 'hosted');
    await hosted.start({ hosts: ['127.0.0.1'], port: 0, store: new SqliteAccountStore(folder) });
    const { accessToken } = await hosted.createAccount('Dee@home', 'Dee');
    expect(accessToken).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    await expect(hosted.createAccount('dee@home', '')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(hosted.createAccount('dee', '')).rejects.toMatchObject({ code: 'INVALID_ADDRESS' });
    expect(hosted.listAccounts()).toEqual([{ address: 'dee@home', friendlyName: 'Dee', online: false }]);
    port = Number(hosted.addresses[0]?.split(':')[1]);
    const dee = await client();
    expect(await dee.signIn(7, 'dee@home', accessToken)).toBe('USR 4 OK dee@home Dee 1');
    expect(hosted.listAccounts()[0]?.online).toBe(true);
    expect(changes).toBe(3);
    await hosted.removeAccount('dee@home');
    expect(await dee.line()).toBe('OUT SSD');
    expect(hosted.listAccounts()).toEqual([]);
    await expect(hosted.removeAccount('dee@home')).rejects.toMatchObject({ code: 'NO_SUCH_ACCOUNT' });
    await hosted.stop();
    await expect(RawClient.open(port)).rejects.toThrow();
    expect(hosted.addresses).toEqual([]);
  });

  it('keeps lists over a restart', async () => {
    await start();
    const ann = await user('ann@home');
    ann.send('ADD 1 FL bob@home x', 'REA 2 ann@home New');
    await ann.lines(2);
    await server.stop();
    store.close();
    store = new SqliteAccountStore(directory);
    expect(await store.open()).toEqual([]);
    expect(store.find('ann@home')).toMatchObject({ friendlyName: 'New', forward: [{ address: 'bob@home', groups: [0] }] });
    await start();
  });

  it('answers 500 to what could not be stored, changes nothing, and goes on', async () => {
    await start();
    const [ann, bob] = [await online('ann@home'), await online('bob@home')];
    store.close();
    ann.send('ADD 1 FL bob@home x', 'REA 2 ann@home New', 'PNG', 'LST 3 FL');
    expect(await ann.lines(4)).toEqual(['500 1', '500 2', 'QNG', 'LST 3 FL 1 0 0']);
    bob.send('LST 4 RL', 'PNG');
    expect(await bob.lines(2)).toEqual(['LST 4 RL 1 0 0', 'QNG']);
    expect(storeErrors.length).toBeGreaterThanOrEqual(2);
  });

  it('signs out at once whose account another process has made anew, and takes the new token', async () => {
    await start();
    const ann = await online('ann@home');
    const other = new SqliteAccountStore(directory);
    await other.open();
    await other.remove('ann@home');
    const renewed = newAccount('ann@home', 'Ann');
    await other.create(renewed);
    other.close();
    expect(await ann.line()).toBe('OUT SSD');
    expect(await (await client()).signIn(7, 'ann@home', tokens.get('ann@home') ?? '')).toBe('911 4');
    expect(await (await client()).signIn(7, 'ann@home', renewed.accessToken)).toBe('USR 4 OK ann@home Ann 1');
  });

  it('sees accounts that another process adds and removes while it runs', async () => {
    await start();
    const other = new SqliteAccountStore(directory);
    await other.open();
    const account = newAccount('eve@home', 'Eve');
    await other.create(account);
    const eve = await client();
    expect(await eve.signIn(7, 'eve@home', account.accessToken)).toBe('USR 4 OK eve@home Eve 1');
    await other.remove('eve@home');
    other.close();
    expect(await eve.line()).toBe('OUT SSD');
    expect(await (await client()).signIn(7, 'eve@home', account.accessToken)).toBe('911 4');
  });
});
