import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer, connect as connectTcp } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import type { Reached } from '../../../src/main/messenger/msnp/line.ts';
import { requestTicket } from '../../../src/main/messenger/msnp/ticket.ts';
import { createPageIdentity } from '../../../src/main/messenger/msnp-server/page-identity.ts';
import { ticketProof } from '../../../src/main/messenger/ticket-proof.ts';
import { msnp } from '../../../src/main/messenger/msnp/transport.ts';
import { ShiftedClock } from '../../support/shifted-clock.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { until, type RawClient } from './raw-client.ts';
import { RawNetwork } from './raw-network.ts';

let net: RawNetwork;

const page = (secure: boolean, path: string, headers: Record<string, string> = {}, to = net.port): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: to, path, headers, agent: false, rejectUnauthorized: false };
    const asked = secure ? httpsRequest(options) : httpRequest(options);
    asked.once('error', reject);
    asked.once('response', (response) => {
      response.resume();
      resolve(response);
    });
    asked.end();
  });
const authorization = (address: string, password: string): Record<string, string> => ({
  Authorization: `Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,sign-in=${encodeURIComponent(address)},pwd=${password},lc=1033,id=507,tw=40`,
});
/** As a client of the time: the whole of `from-PP`. */
const ticketFor = async (address: string, secure = true): Promise<string> => {
  const answer = await page(secure, '/login2.srf', authorization(address, net.token(address)));
  return /^Passport1\.4 da-status=success,tname=MSPAuth,tname=MSPProf,tname=MSPSec,from-PP='(t=[^']+&p=[^']*)',ru=http:\/\/messenger\.msn\.com$/.exec(
    String(answer.headers['authentication-info']),
  )?.[1] as string;
};
const signIn = async (address: string, ticket: string): Promise<[RawClient, string]> => {
  const one = await net.client();
  one.send('VER 1 MSNP8 CVR0', `CVR 2 0x0409 winnt 5.1 i386 MSMSGS 4.7.2009 MSMSGS ${address}`, `USR 3 TWN I ${address}`);
  expect(await one.lines(3)).toEqual([
    'VER 1 MSNP8 CVR0',
    'CVR 2 4.7.2009 4.7.2009 4.7.2009 http://localhost/ http://localhost/',
    expect.stringMatching(/^USR 3 TWN S lc=1033,id=507,tw=40,\S+$/),
  ]);
  one.send(`USR 4 TWN S ${ticket}`);
  return [one, await one.line()];
};

beforeEach(async () => {
  net = await RawNetwork.open();
});
afterEach(() => net.close());

describe('MSNP8, as any client sees it', () => {
  it('names its log-in page, gives a ticket for the token, and lets in with it, once', async () => {
    await net.start();
    for (const secure of [true, false]) {
      const nexus = await page(secure, '/rdr/pprdr.asp');
      expect([nexus.statusCode, nexus.headers['passporturls']]).toEqual([
        200,
        expect.stringContaining(`,DALogin=127.0.0.1:${net.port}/login2.srf,`),
      ]);
      const ticket = await ticketFor('ann@home', secure);
      const [ann, answer] = await signIn('ann@home', ticket);
      expect(answer).toBe('USR 4 OK ann@home Ann%20A 1 0');
      ann.send('PNG');
      expect(await ann.line()).toBe('QNG');
      expect((await signIn('ann@home', ticket))[1]).toBe('911 4');
    }
  });

  it('refuses a wrong token, nobody, no header, another one’s ticket, an old one, and MD5', async () => {
    const clock = new ShiftedClock();
    await net.start({ cookieLifetimeMs: 150_000 }, { clock });
    for (const headers of [
      authorization('ann@home', 'wrong'),
      authorization('nobody@home', 'nobody'),
      {},
      { Authorization: 'Basic eDp5' },
    ]) {
      const answer = await page(true, '/login2.srf', headers);
      expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, expect.stringContaining('da-status=failed')]);
    }
    expect((await signIn('bob@home', await ticketFor('ann@home')))[1]).toBe('911 4');
    const late = await ticketFor('ann@home');
    clock.sleep(150_001);
    expect((await signIn('ann@home', late))[1]).toBe('911 4');
    expect((await signIn('ann@home', 't=&p='))[1]).toBe('911 4');
    const old = await net.client();
    old.send('VER 1 MSNP8 CVR0', 'INF 2', 'USR 3 MD5 I ann@home');
    expect(await old.lines(3)).toEqual(['VER 1 MSNP8 CVR0', '502 2', '911 3']);
    await old.closed();
  });

  it('counts wrong tokens at the page and in MD5 together', async () => {
    await net.start({ failedSignIns: { burst: 2, perSecond: 0 } });
    expect((await page(true, '/login2.srf', authorization('ann@home', 'wrong'))).statusCode).toBe(401);
    expect(await (await net.client()).signIn(7, 'ann@home', 'wrong')).toBe('911 4');
    expect((await page(true, '/login2.srf', authorization('ann@home', net.token('ann@home')))).statusCode).toBe(401);
    expect(await ticketFor('bob@home')).toMatch(/^t=/);
  });

  it('sends each person once, with bits and groups, and presence with client ids', async () => {
    await net.start();
    const [bob] = await signIn('bob@home', await ticketFor('bob@home'));
    bob.send(
      'ADD 5 FL ann@home ann@home 0',
      'ADD 6 AL ann@home ann@home',
      'ADD 7 BL cy@home cy@home',
      'ADG 8 Kin%20folk 0',
      'ADD 9 FL ann@home ann@home 1',
    );
    expect(await bob.lines(5)).toEqual([
      'ADD 5 FL 2 ann@home Ann%20A 0',
      'ADD 6 AL 3 ann@home Ann%20A',
      'ADD 7 BL 4 cy@home Cy',
      'ADG 8 5 Kin%20folk 1 0',
      'ADD 9 FL 6 ann@home Ann%20A 1',
    ]);
    const [ann] = await signIn('ann@home', await ticketFor('ann@home'));
    ann.send('ADD 5 FL bob@home bob@home 0', 'CHG 6 NLN 268435456');
    expect(await ann.lines(3)).toEqual(['ADD 5 FL 3 bob@home Bob 0', 'CHG 6 NLN 268435456', expect.stringMatching(/^CHL 0 \S+$/)]);
    expect(await bob.line()).toBe('ADD 0 RL 7 ann@home Ann%20A');
    bob.send('SYN 10 0');
    expect(await bob.lines(7)).toEqual([
      'SYN 10 7 2 2',
      'GTC A',
      'BLP AL',
      'LSG 0 Contacts 0',
      'LSG 1 Kin%20folk 0',
      'LST ann@home Ann%20A 11 0,1',
      'LST cy@home Cy 4',
    ]);
    bob.send('SYN 11 7', 'CHG 12 BSY');
    expect(await bob.lines(4)).toEqual([
      'SYN 11 7',
      'CHG 12 BSY',
      'ILN 12 NLN ann@home Ann%20A 268435456',
      expect.stringMatching(/^CHL 0 \S+$/),
    ]);
    expect(await ann.line()).toBe('NLN BSY bob@home Bob 0');
  });
});

describe('the log-in page on the messenger’s port', () => {
  it('answers nothing else, and ends what is not HTTP', async () => {
    const clock = new VirtualClock();
    await net.start({}, { clock });
    expect((await page(true, '/')).statusCode).toBe(404);
    const posted = await net.client();
    posted.write('GET /login2.srf HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello');
    await posted.closed();
    const long = await net.client();
    long.write(`GET / HTTP/1.1\r\nHost: ${'x'.repeat(20_000)}\r\n\r\n`);
    await long.closed();
    // Half a handshake, half a header, and a connection kept for nothing: all of them end.
    const half = [await net.client(), await net.client(), await net.client()];
    half[0]?.write(Buffer.from('1603010100', 'hex'));
    half[1]?.write('GET / HT');
    half[2]?.write('GET /rdr/pprdr.asp HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(
      () => half[2]?.text.includes('PassportURLs') === true,
      () => 'an answer',
    );
    await clock.advance(31_000);
    for (const one of half) await one.closed();
  });
});

describe('our client and tickets', () => {
  const reachedAt = (port: number): Reached => ({ endpoint: { host: '127.0.0.1', port }, address: '127.0.0.1', line: { tag: 'plain' } });
  const asked = (to: number, accessToken: string): Promise<string> =>
    requestTicket(
      { reached: reachedAt(to), proven: false, address: 'ann@home', accessToken, parameters: 'lc=1033,id=507' },
      systemClock,
      new AbortController().signal,
    );

  it('gets a ticket without sending the token, and knows a wrong one', async () => {
    await net.start();
    expect(await asked(net.port, net.token('ann@home'))).toMatch(/^t=\w+&p=\w+$/);
    await expect(asked(net.port, 'wrong')).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' });
  });

  it('gives somebody in the middle nothing that would be of use', async () => {
    await net.start();
    const token = net.token('ann@home');
    let seen = '';
    // Ends TLS with its own certificate and opens its own to the real page.
    const middle = createTlsServer(await createPageIdentity(Date.UTC(2026, 10, 22, 12)), (socket) => {
      const onward = connectTls({ host: '127.0.0.1', port: net.port, rejectUnauthorized: false });
      for (const one of [socket, onward]) one.on('error', () => {});
      socket.on('data', (bytes) => void (seen += String(bytes)));
      socket.pipe(onward).pipe(socket);
    });
    const middlePort = await net.listen(middle);
    await expect(asked(middlePort, token)).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' });
    expect(seen).toContain('pwd=tls-exporter');
    expect(seen).not.toContain(token);
  });

  it.each([
    ['a server without MSNP8', true],
    ['a server that closes at a version it does not know', false],
  ])('falls back to MD5: %s', async (_, answers) => {
    await net.start({}, { dialects: [7] });
    const offers: string[] = [];
    const front = createServer((socket) => {
      const onward = connectTcp(net.port, '127.0.0.1');
      for (const one of [socket, onward]) one.on('error', () => {});
      socket.once('data', (bytes) => {
        offers.push(String(bytes).trim());
        if (!answers && offers.length === 1) socket.destroy();
        else {
          onward.write(bytes);
          socket.pipe(onward).pipe(socket);
        }
      });
      socket.once('close', () => onward.destroy());
    });
    const frontPort = await net.listen(front);
    const messenger = msnp.create({ clock: systemClock, random: Math.random, applications: [] });
    net.later(() => messenger.signOut());
    messenger.signIn({
      transport: 'msnp',
      server: `127.0.0.1:${frontPort}`,
      address: 'ann@home',
      accessToken: net.token('ann@home'),
      friendlyName: '',
    });
    await until(
      () => messenger.state.tag === 'signedIn',
      () => `being signed in, not ${JSON.stringify(messenger.state)}`,
    );
    expect(offers).toEqual(['VER 0 MSNP8 CVR0', 'VER 0 MSNP7 MSNP6 MSNP5 MSNP4 CVR0']);
  });

  it('comes back to tickets where MD5 was no help: the server was only on its way up', async () => {
    await net.start({}, { dialects: [8] });
    let knocks = 0;
    const front = createServer((socket) => {
      knocks += 1;
      socket.on('error', () => {});
      if (knocks === 1) return void socket.once('data', () => socket.destroy());
      const onward = connectTcp(net.port, '127.0.0.1');
      onward.on('error', () => {});
      socket.pipe(onward).pipe(socket);
      socket.once('close', () => onward.destroy());
    });
    const frontPort = await net.listen(front);
    const messenger = msnp.create({ clock: systemClock, random: () => 0, applications: [] });
    net.later(() => messenger.signOut());
    messenger.signIn({
      transport: 'msnp',
      server: `127.0.0.1:${frontPort}`,
      address: 'ann@home',
      accessToken: net.token('ann@home'),
      friendlyName: '',
    });
    await until(
      () => messenger.state.tag === 'signedIn',
      () => `being signed in, not ${JSON.stringify(messenger.state)}`,
    );
  });

  it('proves with what only this connection has', async () => {
    await net.start();
    const sockets = [
      connectTls({ host: '127.0.0.1', port: net.port, rejectUnauthorized: false }),
      connectTls({ host: '127.0.0.1', port: net.port, rejectUnauthorized: false }),
    ];
    for (const socket of sockets) await new Promise((resolve) => void socket.once('secureConnect', resolve));
    const [one, other] = sockets.map((socket) => ticketProof(socket, 'ann@home', 'token'));
    expect(one).toMatch(/^tls-exporter:[0-9a-f]{64}$/);
    expect(one).not.toBe(other);
    for (const socket of sockets) socket.destroy();
  });
});
