import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../src/main/clock.ts';
import { Backoff } from '../../../src/main/messenger/backoff.ts';
import type { Account, Messenger, MessengerState, RendezvousEvent, RendezvousSession } from '../../../src/main/messenger/contract.ts';
import { newAccount } from '../../../src/main/messenger/msnp-server/account-store.ts';
import { SqliteAccountStore } from '../../../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { MsnpServer } from '../../../src/main/messenger/msnp-server/server.ts';
import { createMessenger } from '../../../src/main/messenger/transports.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { REMOTE_ASSISTANCE } from './compliance.ts';
import { Proxy } from './proxy.ts';
import { RawClient, until } from './raw-client.ts';

let directory: string;
let server: MsnpServer;
let port: number;
let annToken: string;
let bobToken: string;
let cyToken: string;
let messenger: Messenger;
let invitations: RendezvousSession[];
const raws: RawClient[] = [];

const newMessenger = (clock: Clock = systemClock): Messenger =>
  createMessenger('msnp', { clock, random: () => 0.5, applications: [REMOTE_ASSISTANCE.guid] });
const ann = (at = port): Account => ({ server: `127.0.0.1:${at}`, address: 'ann@home', accessToken: annToken, friendlyName: 'Ann' });
const signIn = async (one: Messenger, at = port): Promise<void> => {
  one.signIn(ann(at));
  await until(
    () => one.state.tag === 'signedIn',
    () => `signed in, is ${JSON.stringify(one.state)}`,
  );
};
const raw = async (): Promise<RawClient> => {
  const one = await RawClient.open(port);
  raws.push(one);
  return one;
};
/** A user without any of our client code, online, MSNP5. */
const online = async (address: string, token: string): Promise<RawClient> => {
  const one = await raw();
  expect(await one.signIn(5, address, token)).toMatch(/^USR 4 OK/);
  one.send('CHG 9 NLN');
  expect(await one.line()).toBe('CHG 9 NLN');
  return one;
};
/** Answers the next ring; gives the connection in the switchboard. */
const answer = async (one: RawClient, address: string): Promise<RawClient> => {
  const [, sessionId, , , cookie] = (await one.line()).split(' ');
  const place = await raw();
  place.send(`ANS 1 ${address} ${cookie} ${sessionId}`);
  while ((await place.line()) !== 'ANS 1 OK');
  return place;
};
/** Opens a switchboard and calls somebody who answers by themselves. */
const open = async (one: RawClient, address: string, callee: string): Promise<RawClient> => {
  one.send('XFR 20 SB');
  const cookie = (await one.line()).split(' ')[5];
  const room = await raw();
  room.send(`USR 1 ${address} ${cookie}`, `CAL 2 ${callee}`);
  expect(await room.lines(3)).toEqual([
    expect.stringMatching(/^USR 1 OK/),
    expect.stringMatching(/^CAL 2 RINGING/),
    expect.stringMatching(/^JOI /),
  ]);
  return room;
};
const say = (room: RawClient, fields: string): void => {
  const payload = `MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n${fields.replaceAll('\n', '\r\n')}\r\n\r\n`;
  room.write(`MSG 5 N ${Buffer.byteLength(payload)}\r\n${payload}`);
};
/** The next message's body. */
const hear = async (room: RawClient): Promise<string> => {
  let line = await room.line();
  while (!line.startsWith('MSG ')) line = await room.line();
  return room.payload(Number(line.split(' ')[3]));
};
const fieldOf = (text: string, name: string): string => new RegExp(`^${name}: (.*)\r$`, 'm').exec(text)?.[1] ?? '';
const record = (session: RendezvousSession): RendezvousEvent[] => {
  const events: RendezvousEvent[] = [];
  session.onEvent((event) => events.push(event));
  return events;
};
const invite = (cookie: string): string =>
  `Application-Name: Remote Assistance\nApplication-GUID: ${REMOTE_ASSISTANCE.guid}\nSession-Protocol: SM1\nInvitation-Command: INVITE\nInvitation-Cookie: ${cookie}\nSession-ID: {11111111-2222-3333-4444-555555555555}`;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ringback-'));
  const store = new SqliteAccountStore(directory);
  await store.open();
  [annToken, bobToken, cyToken] = (await Promise.all(
    ['ann@home', 'bob@home', 'cy@home'].map(async (address) => {
      const account = newAccount(address, '');
      await store.create(account);
      return account.accessToken;
    }),
  )) as [string, string, string];
  server = await MsnpServer.start({ hosts: ['127.0.0.1'], port: 0, store });
  port = server.addresses[0]?.port ?? 0;
  messenger = newMessenger();
  invitations = [];
  messenger.onEvent((event) => void (event.tag === 'invitation' && invitations.push(event.session)));
});
afterEach(async () => {
  await messenger.signOut();
  for (const one of raws.splice(0)) one.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('MSNP client', () => {
  it('backs off from 1 s to 60 s, with jitter', () => {
    const low = new Backoff(() => 0);
    const high = new Backoff(() => 0.999);
    expect(Array.from({ length: 8 }, () => low.next())).toEqual([1000, 1500, 3000, 6000, 12000, 24000, 45000, 45000]);
    expect(Array.from({ length: 8 }, () => high.next())).toEqual([1250, 2499, 4998, 9996, 19992, 39984, 60000, 60000]);
    low.reset();
    expect(low.next()).toBe(1000);
  });

  it('keeps trying a server that is not there, later and later, until it is', async () => {
    const clock = new VirtualClock();
    const patient = newMessenger(clock);
    const states: MessengerState[] = [];
    patient.onEvent((event) => void (event.tag === 'state' && states.push(event.state)));
    await server.stop();
    patient.signIn(ann());
    for (const delay of [1000, 2000, 4000, 8000]) {
      await until(
        () => patient.state.tag === 'waiting',
        () => 'waiting',
      );
      expect(patient.state).toEqual({ tag: 'waiting', retryAtMs: clock.now() + delay, reason: 'UNREACHABLE' });
      await clock.advance(delay);
      expect(patient.state.tag).toBe('connecting');
    }
    await until(
      () => patient.state.tag === 'waiting',
      () => 'waiting',
    );
    await patient.signOut();
    expect(clock.pendingTimers).toBe(0);
    expect(states.at(-1)).toEqual({ tag: 'signedOut' });
  });

  it('notices within five seconds that the server is dead although the connection is not', async () => {
    const proxy = await Proxy.open(port);
    try {
      await signIn(messenger, proxy.port);
      await new Promise((resolve) => void setTimeout(resolve, 100));
      proxy.silence();
      const since = Date.now();
      await until(
        () => messenger.state.tag === 'waiting',
        () => 'waiting',
      );
      expect(Date.now() - since).toBeLessThan(5_200);
      expect(messenger.state).toMatchObject({ reason: 'CONNECTION_LOST' });
    } finally {
      await proxy.close();
    }
  });

  it('dials once although a listener signs in again when it hears that the contacts are gone', async () => {
    await signIn(messenger);
    await messenger.addContact('bob@home');
    let again = 0;
    messenger.onEvent((event) => {
      if (event.tag !== 'contacts' || event.contacts.length > 0 || again > 0) return;
      again += 1;
      messenger.signIn(ann());
    });
    await signIn(messenger);
    expect(again).toBe(1);
    await until(
      () => server.connectionCount === 1,
      () => `one connection, not ${server.connectionCount}`,
    );
    await until(
      () => messenger.state.tag === 'signedIn' && messenger.contacts.length === 1,
      () => `still signed in, is ${JSON.stringify(messenger.state)}`,
    );
  });

  it.each(['connecting', 'signedIn', 'waiting'] as const)('stays signed out when a listener signs out at %s', async (tag) => {
    const clock = new VirtualClock();
    const shy = newMessenger(clock);
    const heard: string[] = [];
    shy.onEvent((event) => void (event.tag === 'state' && event.state.tag === tag && shy.signOut()));
    shy.onEvent((event) => void (event.tag === 'state' && heard.push(event.state.tag)));
    if (tag === 'waiting') await server.stop();
    shy.signIn(ann());
    await until(
      () => shy.state.tag === 'signedOut',
      () => `signed out, is ${JSON.stringify(shy.state)}`,
    );
    // The other listener hears both, in this order.
    expect(heard.slice(-2)).toEqual([tag, 'signedOut']);
    await shy.signOut();
    await until(
      () => server.connectionCount === 0,
      () => 'no connection',
    );
    expect([clock.pendingTimers, shy.state]).toEqual([0, { tag: 'signedOut' }]);
  });

  it('follows a referral to another server', async () => {
    const door = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        const [name, id] = bytes.toString().split(' ');
        if (name === 'VER') socket.write(`VER ${id} MSNP7 CVR0\r\n`);
        if (name === 'INF') socket.write(`INF ${Number(id)} MD5\r\n`);
        if (name === 'USR') socket.write(`XFR ${id} NS 127.0.0.1:${port} 0 127.0.0.1\r\n`);
      });
    });
    await new Promise<void>((resolve) => void door.listen(0, '127.0.0.1', resolve));
    try {
      await signIn(messenger, (door.address() as AddressInfo).port);
      expect(server.directory.isOnline('ann@home')).toBe(true);
    } finally {
      await new Promise((resolve) => void door.close(resolve));
    }
  });

  it('is not signed in any more when a server sends it on in the middle of a session', async () => {
    const door = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        for (const line of bytes.toString().split('\r\n')) {
          const [name, id, , step] = line.split(' ');
          if (name === 'VER') socket.write(`VER ${id} MSNP7 CVR0\r\n`);
          if (name === 'INF') socket.write(`INF ${id} MD5\r\n`);
          if (name === 'USR') socket.write(step === 'I' ? `USR ${id} MD5 S 1\r\n` : `USR ${id} OK ann@home Ann 1\r\n`);
          if (name === 'SYN') socket.write(`SYN ${id} 0\r\n`);
          if (name === 'CHG') socket.write(`CHG ${id} NLN\r\nADD 0 FL 2 cy@home Cy 0\r\nXFR 0 NS 127.0.0.1:${port} 0 127.0.0.1\r\n`);
        }
      });
    });
    await new Promise<void>((resolve) => void door.listen(0, '127.0.0.1', resolve));
    const states: string[] = [];
    messenger.onEvent((event) => void (event.tag === 'state' && states.push(event.state.tag)));
    try {
      messenger.signIn(ann((door.address() as AddressInfo).port));
      await until(
        () => server.directory.isOnline('ann@home') && messenger.state.tag === 'signedIn',
        () => `signed in, is ${JSON.stringify(messenger.state)}`,
      );
      // The name is told once more when the server has it.
      expect(states.slice(0, 4)).toEqual(['connecting', 'signedIn', 'connecting', 'signedIn']);
      expect(messenger.contacts).toEqual([]);
    } finally {
      await messenger.signOut();
      await new Promise((resolve) => void door.close(resolve));
    }
  });

  it('gives up on a server that speaks something else, and tries again later', async () => {
    const web = createServer((socket) => {
      socket.on('error', () => {});
      socket.resume();
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => void web.listen(0, '127.0.0.1', resolve));
    try {
      messenger.signIn({
        server: `127.0.0.1:${(web.address() as AddressInfo).port}`,
        address: 'ann@home',
        accessToken: annToken,
        friendlyName: '',
      });
      await until(
        () => messenger.state.tag === 'waiting',
        () => 'waiting',
      );
      expect(messenger.state).toMatchObject({ reason: 'PROTOCOL' });
    } finally {
      await messenger.signOut();
      await new Promise((resolve) => void web.close(resolve));
    }
  });

  it('takes a reply that comes in another switchboard, and goes on there', async () => {
    await signIn(messenger);
    const bob = await online('bob@home', bobToken);
    const session = messenger.invite('bob@home', REMOTE_ASSISTANCE);
    const events = record(session);
    const place = await answer(bob, 'bob@home');
    const text = await hear(place);
    expect([fieldOf(text, 'Invitation-Command'), fieldOf(text, 'Application-GUID'), fieldOf(text, 'Session-Protocol')]).toEqual([
      'INVITE',
      REMOTE_ASSISTANCE.guid,
      'SM1',
    ]);
    const room = await open(bob, 'bob@home', 'ann@home');
    say(
      room,
      `invitation-COMMAND: accept\nInvitation-Cookie: ${fieldOf(text, 'Invitation-Cookie')}\nSession-ID: ${fieldOf(text, 'Session-ID').toLowerCase()}\nLaunch-Application: TRUE\nRequest-Data: IP-Address:\nIP-Address: 192.0.2.1`,
    );
    expect(fieldOf(await hear(room), 'Invitation-Command')).toBe('ACCEPT');
    expect(events.map(({ tag }) => tag)).toEqual(['accepted', 'readyToLaunch']);
    say(room, `Invitation-Command: CONTEXT\nInvitation-Cookie: ${fieldOf(text, 'Invitation-Cookie')}\nContext-Data: 65538,1`);
    await until(
      () => events.length === 3,
      () => 'context data',
    );
    expect(events[2]).toEqual({ tag: 'contextData', data: '65538,1' });
    room.send('OUT');
    await until(
      () => events.length === 4,
      () => 'the end',
    );
    expect(events[3]).toEqual({ tag: 'terminated', reason: 'peerLeft' });
  });

  it('does not take a reply from anybody else, nor for another session', async () => {
    await signIn(messenger);
    const [bob, cy] = [await online('bob@home', bobToken), await online('cy@home', cyToken)];
    const session = messenger.invite('bob@home', REMOTE_ASSISTANCE);
    const events = record(session);
    const place = await answer(bob, 'bob@home');
    const cookie = fieldOf(await hear(place), 'Invitation-Cookie');
    const room = await open(cy, 'cy@home', 'ann@home');
    say(room, `Invitation-Command: ACCEPT\nInvitation-Cookie: ${cookie}\nLaunch-Application: TRUE`);
    say(place, `Invitation-Command: ACCEPT\nInvitation-Cookie: ${Number(cookie) + 1}\nLaunch-Application: TRUE`);
    say(place, `Invitation-Command: ACCEPT\nInvitation-Cookie: ${cookie}\nSession-ID: {0}\nLaunch-Application: TRUE`);
    say(place, `Invitation-Command: CANCEL\nInvitation-Cookie: ${cookie}\nCancel-Code: REJECT`);
    await until(
      () => events.length > 0,
      () => 'the answer',
    );
    expect(events).toEqual([{ tag: 'declined' }]);
  });

  it('tries an invitation again that was not delivered', async () => {
    await signIn(messenger);
    const bob = await online('bob@home', bobToken);
    const session = messenger.invite('bob@home', REMOTE_ASSISTANCE);
    // Comes and is gone before anything can be said.
    const [, sessionId, , , cookie] = (await bob.line()).split(' ');
    (await raw()).send(`ANS 1 bob@home ${cookie} ${sessionId}`, 'OUT');
    const second = await answer(bob, 'bob@home');
    expect(fieldOf(await hear(second), 'Invitation-Command')).toBe('INVITE');
    session.cancel('TIMEOUT');
    session.cancel('TIMEOUT');
    const text = await hear(second);
    expect([fieldOf(text, 'Invitation-Command'), fieldOf(text, 'Cancel-Code')]).toEqual(['CANCEL', 'TIMEOUT']);
    await second.line().then((line) => expect(line).toBe('BYE ann@home'));
  });

  it('rings once for a repeated invitation, and not at all with three in the room', async () => {
    await signIn(messenger);
    const [bob, cy] = [await online('bob@home', bobToken), await online('cy@home', cyToken)];
    const room = await open(bob, 'bob@home', 'ann@home');
    room.send('CAL 3 cy@home');
    const third = await answer(cy, 'cy@home');
    await room.lines(2);
    say(room, invite('77'));
    await hear(third);
    third.send('OUT');
    expect(await room.line()).toBe('BYE cy@home');
    expect(invitations).toHaveLength(0);
    say(room, invite('78'));
    say(room, invite('78'));
    await until(
      () => invitations.length > 0,
      () => 'the invitation',
    );
    invitations[0]?.decline();
    expect(fieldOf(await hear(room), 'Cancel-Code')).toBe('REJECT');
    const again = await open(bob, 'bob@home', 'ann@home');
    say(again, invite('78'));
    say(again, `${invite('79').replace(REMOTE_ASSISTANCE.guid, '{1DF57D09-637A-4ca5-91B9-2C3EDAAF62FE}')}\nContext-Data: 192.0.2.1:10869`);
    expect(fieldOf(await hear(again), 'Cancel-Code')).toBe('REJECT_NOT_INSTALLED');
    expect(invitations).toHaveLength(1);
  });

  it('tells nothing that is for one to a third who was called in, nor to who is left, but calls the one again', async () => {
    await signIn(messenger);
    const [bob, cy] = [await online('bob@home', bobToken), await online('cy@home', cyToken)];
    const session = messenger.invite('bob@home', REMOTE_ASSISTANCE);
    const first = await answer(bob, 'bob@home');
    const cookie = fieldOf(await hear(first), 'Invitation-Cookie');
    say(first, `Invitation-Command: ACCEPT\nInvitation-Cookie: ${cookie}\nLaunch-Application: TRUE`);
    expect(fieldOf(await hear(first), 'Invitation-Command')).toBe('ACCEPT');
    first.send('CAL 7 cy@home');
    expect(await first.line()).toMatch(/^CAL 7 RINGING/);
    const third = await answer(cy, 'cy@home');
    expect(await first.line()).toMatch(/^JOI cy@home/);
    await until(
      () => session.state === 'CONNECTED',
      () => 'the session',
    );
    // All of this runs in one process: ours has heard of the third before bob hears two answers.
    first.write('MSG 8 A 2\r\nhi');
    expect(await first.line()).toBe('ACK 8');
    await hear(third);
    session.sendContextData('a ticket');
    const second = await answer(bob, 'bob@home');
    expect(fieldOf(await hear(second), 'Context-Data')).toBe('a ticket');
    expect(third.text).not.toContain('a ticket');
    expect(first.text).not.toContain('a ticket');
  });

  it('says it where the other has come meanwhile when both call each other anew', async () => {
    await signIn(messenger);
    const [bob, cy] = [await online('bob@home', bobToken), await online('cy@home', cyToken)];
    const session = messenger.invite('bob@home', REMOTE_ASSISTANCE);
    const events = record(session);
    const first = await answer(bob, 'bob@home');
    const cookie = fieldOf(await hear(first), 'Invitation-Cookie');
    say(first, `Invitation-Command: ACCEPT\nInvitation-Cookie: ${cookie}\nLaunch-Application: TRUE`);
    await hear(first);
    // With a third in it the switchboard is of no use to either.
    first.send('CAL 7 cy@home');
    await first.line();
    await answer(cy, 'cy@home');
    expect(await first.line()).toMatch(/^JOI cy@home/);
    first.send('PNG');
    expect(await first.line()).toBe('QNG');
    session.sendContextData('ours');
    expect(await bob.line()).toMatch(/^RNG/);
    const room = await open(bob, 'bob@home', 'ann@home');
    say(room, `Invitation-Command: CONTEXT\nInvitation-Cookie: ${cookie}\nContext-Data: theirs`);
    expect(fieldOf(await hear(room), 'Context-Data')).toBe('ours');
    expect(events.map(({ tag }) => tag)).toEqual(['accepted', 'readyToLaunch', 'contextData']);
  });

  it('can call although somebody has called it into as many switchboards as they may', async () => {
    await signIn(messenger);
    const [bob, cy] = [await online('bob@home', bobToken), await online('cy@home', cyToken)];
    for (let room = 0; room < 32; room += 1) {
      bob.send('XFR 20 SB');
      const cookie = (await bob.line()).split(' ')[5];
      const place = await raw();
      place.send(`USR 1 bob@home ${cookie}`, 'CAL 2 ann@home');
      expect((await place.lines(2))[1]).toMatch(/^CAL 2 RINGING/);
    }
    const session = messenger.invite('cy@home', REMOTE_ASSISTANCE);
    const events = record(session);
    expect(fieldOf(await hear(await answer(cy, 'cy@home')), 'Invitation-Command')).toBe('INVITE');
    expect(events).toEqual([]);
  });

  it('survives chat, typing notices and nonsense in a switchboard', async () => {
    await signIn(messenger);
    const bob = await online('bob@home', bobToken);
    const room = await open(bob, 'bob@home', 'ann@home');
    for (const payload of [
      'MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhi',
      '',
      '\u0000\u0001',
      'Content-Type: text/x-msmsgsinvite\r\n\r\nInvitation-Command: INVITE',
      Array.from({ length: 70 }, (_, index) => `X-${index}: y\r\n`).join(''),
    ]) {
      room.write(`MSG 4 U ${payload.length}\r\n${payload}`);
    }
    say(room, invite('5'));
    await until(
      () => invitations.length === 1,
      () => 'the invitation',
    );
    expect(invitations[0]?.peer.address).toBe('bob@home');
  });

  it('lets in who adds us, and lists them, but not whom we blocked or took off', async () => {
    await signIn(messenger);
    const bob = await online('bob@home', bobToken);
    bob.send('ADD 1 FL ann@home x');
    await until(
      () => messenger.contacts.length === 1,
      () => 'the contact',
    );
    expect(messenger.contacts[0]).toEqual({ address: 'bob@home', friendlyName: 'bob@home', presence: 'online' });
    await messenger.removeContact('bob@home');
    await messenger.signOut();
    await signIn(messenger);
    await new Promise((resolve) => void setTimeout(resolve, 100));
    expect(messenger.contacts).toEqual([]);
  });
});
