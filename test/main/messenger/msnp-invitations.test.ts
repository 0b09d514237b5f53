import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import type { Messenger, RendezvousEvent, RendezvousSession } from '../../../src/main/messenger/contract.ts';
import { msnp } from '../../../src/main/messenger/msnp/transport.ts';
import { REMOTE_ASSISTANCE } from './people.ts';
import { until, type RawClient } from './raw-client.ts';
import { RawNetwork } from './raw-network.ts';

/* Our client as Ann, and others in switchboards who have none of its code. */

let net: RawNetwork;
let messenger: Messenger;
let invitations: RendezvousSession[];

/** Answers the next ring; gives the connection in the switchboard. */
const answer = async (one: RawClient, address: string): Promise<RawClient> => (await net.answer(one, address))[0];
/** Opens a switchboard and calls somebody who answers by themselves. */
const open = async (one: RawClient, address: string, callee: string): Promise<RawClient> => {
  const room = await net.switchboard(one, address);
  room.send(`CAL 2 ${callee}`);
  expect(await room.lines(2)).toEqual([expect.stringMatching(/^CAL 2 RINGING/), expect.stringMatching(/^JOI /)]);
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
  net = await RawNetwork.open();
  await net.start();
  invitations = [];
  messenger = msnp.create({ clock: systemClock, random: () => 0.5, applications: [REMOTE_ASSISTANCE.guid] });
  messenger.onEvent((event) => void (event.tag === 'invitation' && invitations.push(event.session)));
  messenger.signIn({
    transport: 'msnp',
    server: `127.0.0.1:${net.port}`,
    address: 'ann@home',
    accessToken: net.token('ann@home'),
    friendlyName: 'Ann',
  });
  await until(
    () => messenger.state.tag === 'signedIn',
    () => `signed in, is ${JSON.stringify(messenger.state)}`,
  );
});
afterEach(async () => {
  await messenger.signOut();
  await net.close();
});

describe('invitations of our client', () => {
  it('takes a reply that comes in another switchboard, and goes on there', async () => {
    const bob = await net.online('bob@home');
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
    const [bob, cy] = [await net.online('bob@home'), await net.online('cy@home')];
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
    const bob = await net.online('bob@home');
    const session = messenger.invite('bob@home', REMOTE_ASSISTANCE);
    // Comes and is gone before anything can be said.
    const [, sessionId, , , cookie] = (await bob.line()).split(' ');
    (await net.client()).send(`ANS 1 bob@home ${cookie} ${sessionId}`, 'OUT');
    const second = await answer(bob, 'bob@home');
    expect(fieldOf(await hear(second), 'Invitation-Command')).toBe('INVITE');
    session.cancel('TIMEOUT');
    session.cancel('TIMEOUT');
    const text = await hear(second);
    expect([fieldOf(text, 'Invitation-Command'), fieldOf(text, 'Cancel-Code')]).toEqual(['CANCEL', 'TIMEOUT']);
    await second.line().then((line) => expect(line).toBe('BYE ann@home'));
  });

  it('rings once for a repeated invitation, and not at all with three in the room', async () => {
    const [bob, cy] = [await net.online('bob@home'), await net.online('cy@home')];
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
    const [bob, cy] = [await net.online('bob@home'), await net.online('cy@home')];
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
    const [bob, cy] = [await net.online('bob@home'), await net.online('cy@home')];
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

  it('gives a peer without features five context messages as they are, of no kind', async () => {
    const bob = await net.online('bob@home');
    const session = messenger.invite('bob@home', REMOTE_ASSISTANCE);
    const place = await answer(bob, 'bob@home');
    const text = await hear(place);
    // Our own header field; a program that does not know it reads past it.
    expect(fieldOf(text, 'Ringback')).toBe('1;parts');
    say(place, `Invitation-Command: ACCEPT\nInvitation-Cookie: ${fieldOf(text, 'Invitation-Cookie')}\nLaunch-Application: TRUE`);
    expect(fieldOf(await hear(place), 'Ringback')).toBe('1;parts');
    expect([session.state, session.peerFeatures]).toEqual(['CONNECTED', undefined]);
    const refused = (code: string, ...said: Parameters<RendezvousSession['sendContextData']>): void =>
      expect(() => session.sendContextData(...said)).toThrow(expect.objectContaining({ code }));
    refused('REFUSED', 'a', 'ticket');
    refused('TOO_LARGE', 'x'.repeat(301));
    for (let count = 1; count <= 5; count += 1) session.sendContextData(`${count}`);
    refused('TOO_LARGE', '6');
    for (let count = 1; count <= 5; count += 1) expect(fieldOf(await hear(place), 'Context-Data')).toBe(`${count}`);
    expect(session.state).toBe('CONNECTED');
  });

  it.each(['', 'nonsense', '1;Parts', '9'.repeat(400)])('counts a features field %j as none', async (field) => {
    const bob = await net.online('bob@home');
    const room = await open(bob, 'bob@home', 'ann@home');
    say(room, `${invite('61')}\nRINGBACK: ${field}`);
    await until(
      () => invitations.length === 1,
      () => 'the invitation',
    );
    expect(invitations[0]).toMatchObject({ peerFeatures: undefined, passedOver: 1, state: 'INVITATION' });
  });

  it('reads features, kinds and parts from a program that is not ours, and passes over what is wrong', async () => {
    const bob = await net.online('bob@home');
    const room = await open(bob, 'bob@home', 'ann@home');
    say(room, `${invite('62')}\nringback: 3 ; later=1;parts`);
    await until(
      () => invitations.length === 1,
      () => 'the invitation',
    );
    const session = invitations[0] as RendezvousSession;
    const events = record(session);
    expect(session.peerFeatures).toEqual({
      version: 3,
      named: new Map([
        ['later', '1'],
        ['parts', ''],
      ]),
    });
    session.accept();
    expect(fieldOf(await hear(room), 'Ringback')).toBe('1;parts');
    say(room, 'Invitation-Command: ACCEPT\nInvitation-Cookie: 62\nLaunch-Application: TRUE\nRingback: nonsense');
    for (const data of ['!x;9:2/2  b ', '!x;9:1/2 a', '!', 'bare', '!x;9:1/2 a', '!y c']) {
      say(room, `Invitation-Command: CONTEXT\nInvitation-Cookie: 62\nContext-Data: ${data}`);
    }
    await until(
      () => events.length >= 5,
      () => 'all of it',
    );
    expect(events).toMatchObject([
      { tag: 'readyToLaunch' },
      { tag: 'contextData', data: 'a b ', kind: 'x' },
      { tag: 'passedOver', error: { code: 'MALFORMED', field: 'ContextLine' } },
      { tag: 'contextData', data: 'bare' },
      { tag: 'contextData', data: 'c', kind: 'y' },
    ]);
    expect(session.passedOver).toBe(1);
  });

  it('can call although somebody has called it into as many switchboards as they may', async () => {
    const [bob, cy] = [await net.online('bob@home'), await net.online('cy@home')];
    for (let room = 0; room < 32; room += 1) {
      bob.send('XFR 20 SB');
      const cookie = (await bob.line()).split(' ')[5];
      const place = await net.client();
      place.send(`USR 1 bob@home ${cookie}`, 'CAL 2 ann@home');
      expect((await place.lines(2))[1]).toMatch(/^CAL 2 RINGING/);
    }
    const session = messenger.invite('cy@home', REMOTE_ASSISTANCE);
    const events = record(session);
    expect(fieldOf(await hear(await answer(cy, 'cy@home')), 'Invitation-Command')).toBe('INVITE');
    expect(events).toEqual([]);
  });

  it('survives chat, typing notices and nonsense in a switchboard', async () => {
    const bob = await net.online('bob@home');
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
});
