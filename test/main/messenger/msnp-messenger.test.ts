import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../src/main/clock.ts';
import { Backoff } from '../../../src/main/messenger/backoff.ts';
import type { Account, Messenger, MessengerState } from '../../../src/main/messenger/contract.ts';
import { msnp } from '../../../src/main/messenger/msnp/transport.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { Proxy } from './proxy.ts';
import { until } from './raw-client.ts';
import { RawNetwork, scriptedServer } from './raw-network.ts';

let net: RawNetwork;
let messenger: Messenger;

const newMessenger = (clock: Clock = systemClock): Messenger => msnp.create({ clock, random: () => 0.5, applications: [] });
const ann = (at = net.port): Account => ({
  transport: 'msnp',
  server: `127.0.0.1:${at}`,
  address: 'ann@home',
  accessToken: net.token('ann@home'),
  friendlyName: 'Ann',
});
const signIn = async (one: Messenger, at?: number): Promise<void> => {
  one.signIn(ann(at));
  await until(
    () => one.state.tag === 'signedIn',
    () => `signed in, is ${JSON.stringify(one.state)}`,
  );
};

beforeEach(async () => {
  net = await RawNetwork.open();
  await net.start();
  messenger = newMessenger();
});
afterEach(async () => {
  await messenger.signOut();
  await net.close();
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
    await net.server.stop();
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

  it('tries at once when the computer has woken or its network is another one, and waits from one second on again', async () => {
    const clock = new VirtualClock();
    const patient = newMessenger(clock);
    net.later(() => patient.signOut());
    const waits = (delayMs: number): Promise<void> =>
      until(
        () => patient.state.tag === 'waiting' && patient.state.retryAtMs === clock.now() + delayMs,
        () => `waiting for ${delayMs} ms, is ${JSON.stringify(patient.state)}`,
      );
    await net.server.stop();
    patient.signIn(ann());
    for (const delay of [1000, 2000, 4000]) {
      await waits(delay);
      await clock.advance(delay);
    }
    await waits(8000);
    patient.check?.();
    expect(patient.state.tag).toBe('connecting');
    await waits(1000);
    for (const delay of [1000, 2000]) {
      await waits(delay);
      await clock.advance(delay);
    }
    // What is being tried may be lost on the old network: it is not the third failure on the new one.
    expect(patient.state.tag).toBe('connecting');
    patient.check?.();
    await waits(1000);
  });

  it('stays signed in, or out, when the network is another one', async () => {
    messenger.check?.();
    expect(messenger.state).toEqual({ tag: 'signedOut' });
    await signIn(messenger);
    messenger.check?.();
    expect(messenger.state.tag).toBe('signedIn');
  });

  it('notices within five seconds that the server is dead although the connection is not', async () => {
    const clock = new VirtualClock();
    const one = newMessenger(clock);
    const proxy = await Proxy.open(net.port);
    net.later(() => proxy.close());
    net.later(() => one.signOut());
    await signIn(one, proxy.port);
    await until(
      () => proxy.answers.includes('QNG'),
      () => 'the answer to a ping',
    );
    // Its answer comes behind the ping's: then that has been heard, before the clock moves.
    await one.setPresence('busy');
    proxy.silence();
    await clock.advance(4_999);
    expect(one.state.tag).toBe('signedIn');
    await clock.advance(1);
    expect(one.state).toMatchObject({ tag: 'waiting', reason: 'CONNECTION_LOST' });
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
      () => net.server.connectionCount === 1,
      () => `one connection, not ${net.server.connectionCount}`,
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
    if (tag === 'waiting') await net.server.stop();
    shy.signIn(ann());
    await until(
      () => shy.state.tag === 'signedOut',
      () => `signed out, is ${JSON.stringify(shy.state)}`,
    );
    // The other listener hears both, in this order.
    expect(heard.slice(-2)).toEqual([tag, 'signedOut']);
    await shy.signOut();
    await until(
      () => net.server.connectionCount === 0,
      () => 'no connection',
    );
    expect([clock.pendingTimers, shy.state]).toEqual([0, { tag: 'signedOut' }]);
  });

  it('follows a referral to another server', async () => {
    const door = scriptedServer((name, id) => (name === 'USR' ? `XFR ${id} NS 127.0.0.1:${net.port} 0 127.0.0.1` : undefined));
    await signIn(messenger, await net.listen(door));
    expect(net.server.directory.isOnline('ann@home')).toBe(true);
  });

  it('is not signed in any more when a server sends it on in the middle of a session', async () => {
    const door = scriptedServer((name, id) =>
      name === 'CHG' ? `CHG ${id} NLN\r\nADD 0 FL 2 cy@home Cy 0\r\nXFR 0 NS 127.0.0.1:${net.port} 0 127.0.0.1` : undefined,
    );
    const states: string[] = [];
    messenger.onEvent((event) => void (event.tag === 'state' && states.push(event.state.tag)));
    messenger.signIn(ann(await net.listen(door)));
    await until(
      () => net.server.directory.isOnline('ann@home') && messenger.state.tag === 'signedIn',
      () => `signed in, is ${JSON.stringify(messenger.state)}`,
    );
    // The name is told once more when the server has it.
    expect(states.slice(0, 4)).toEqual(['connecting', 'signedIn', 'connecting', 'signedIn']);
    expect(messenger.contacts).toEqual([]);
  });

  it('says at once that the connection was lost when it ends with the answer to half of what was asked', async () => {
    const short = scriptedServer((name, id) => (name === 'ADD' ? `ADD ${id} FL 2 cy@home Cy 0\r\nOUT SSD` : undefined));
    const clock = new VirtualClock();
    const one = newMessenger(clock);
    net.later(() => one.signOut());
    await signIn(one, await net.listen(short));
    await expect(one.addContact('cy@home')).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('gives up on a server that speaks something else, and tries again later', async () => {
    const web = createServer((socket) => {
      socket.on('error', () => {});
      socket.resume();
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    messenger.signIn(ann(await net.listen(web)));
    await until(
      () => messenger.state.tag === 'waiting',
      () => 'waiting',
    );
    expect(messenger.state).toMatchObject({ reason: 'PROTOCOL' });
  });

  it('tells of who adds us at each sign-in until that is answered, and lists nobody for it', async () => {
    await signIn(messenger);
    const listed: string[] = [];
    messenger.onEvent((event) => void (event.tag === 'listed' && listed.push(`${event.peer.address} ${event.peer.friendlyName}`)));
    const bob = await net.online('bob@home');
    bob.send('ADD 1 FL ann@home x');
    await until(
      () => listed.length === 1,
      () => 'being listed',
    );
    expect(messenger.contacts).toEqual([]);
    await messenger.signOut();
    await signIn(messenger);
    await messenger.setPresence('busy');
    expect(listed).toEqual(['bob@home Bob', 'bob@home Bob']);
    await messenger.declineListing('bob@home');
    await messenger.signOut();
    await signIn(messenger);
    // Answers come in order: whatever was to be told at the sign-in has been told before this.
    await messenger.setPresence('busy');
    expect(listed).toHaveLength(2);
  });
});
