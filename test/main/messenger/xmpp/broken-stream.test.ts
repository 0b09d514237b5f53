import { beforeEach, describe, expect, it } from 'vitest';
import type { MessengerEvent } from '../../../../src/main/messenger/contract.ts';
import { createMessengers } from '../../../../src/main/messenger/messengers.ts';
import { XmppMessenger } from '../../../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { createInMemoryNetwork } from '../../../support/in-memory-messenger.ts';
import { MemoryXmpp, type MemoryStream } from '../../../support/memory-xmpp.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

describe('a stream that breaks', () => {
  let clock: VirtualClock;
  let server: MemoryXmpp;
  let anna: XmppMessenger;
  let told: MessengerEvent[];
  let stream: MemoryStream;
  const states = (): string[] => told.flatMap((event) => (event.tag === 'state' ? [event.state.tag] : []));

  beforeEach(async () => {
    clock = new VirtualClock();
    server = new MemoryXmpp(clock);
    server.register('anna@home.example', 'secret');
    server.register('bob@home.example', 'secret');
    anna = new XmppMessenger('xmpp', { clock, random: () => 0, applications: [] }, { open: server.openStream });
    anna.signIn({ transport: 'xmpp', address: 'anna@home.example', friendlyName: 'Anna', password: 'secret' });
    await clock.advance(100);
    await anna.addContact('bob@home.example');
    [stream] = [...(server.userAt('anna@home.example')?.streams ?? [])] as [MemoryStream];
    told = [];
    anna.onEvent((event) => told.push(event));
  });

  it('and is taken up again at once is nobody’s business', async () => {
    stream.breaks.emit();
    await clock.advance(2_900);
    stream.resumptions.emit();
    await clock.advance(10_000);
    expect(told).toEqual([]);
    expect(anna.state.tag).toBe('signedIn');
  });

  it('and is not taken up for seconds is told, and as it was once it is', async () => {
    const before = anna.contacts;
    expect(before).toHaveLength(1);
    stream.breaks.emit();
    await clock.advance(3_000);
    expect(states()).toEqual(['connecting']);
    expect(anna.contacts).toEqual([]);
    // What is begun meanwhile is sent when it can be: searching for each other again does.
    expect(anna.reach).toBeDefined();
    expect(() => anna.invite('bob@home.example', { guid: '{x}', name: 'x' })).not.toThrow();
    stream.resumptions.emit();
    expect(states()).toEqual(['connecting', 'signedIn']);
    expect(anna.state).toEqual({ tag: 'signedIn', address: 'anna@home.example', friendlyName: 'Anna' });
    expect(anna.contacts).toEqual(before);
    await clock.advance(60_000);
    expect(anna.state.tag).toBe('signedIn');
  });

  it('and is given up is signed in anew, or not at all where the person signs out', async () => {
    stream.breaks.emit();
    await clock.advance(3_000);
    stream.finish('CONNECTION_LOST');
    expect(states()).toEqual(['connecting', 'waiting']);
    expect(anna.reach).toBeUndefined();
    await clock.advance(60_000);
    expect(anna.state.tag).toBe('signedIn');
    const [next] = [...(server.userAt('anna@home.example')?.streams ?? [])] as [MemoryStream];
    next.breaks.emit();
    await anna.signOut();
    await clock.advance(60_000);
    expect(anna.state.tag).toBe('signedOut');
  });

  it('is looked for when the computer wakes, and a messenger that waits tries at once', async () => {
    const pigeons = createInMemoryNetwork({ clock, transport: 'pigeons' });
    const all = createMessengers(
      new Map([
        ['xmpp', anna],
        ['pigeons', pigeons.messenger()],
      ]),
    );
    all.check();
    expect(stream.checks).toBe(1);
    server.cutOff('anna@home.example');
    await clock.advance(100);
    expect(anna.state.tag).toBe('waiting');
    server.restore('anna@home.example');
    all.check();
    await clock.advance(10);
    expect(anna.state.tag).toBe('signedIn');
    await anna.signOut();
    all.check();
    expect(anna.state.tag).toBe('signedOut');
  });

  it('is tried again after a second where the network became another one while it was tried', async () => {
    server.cutOff('anna@home.example');
    // It waits for 1, 1.5 and 3 seconds.
    await clock.advance(2_600);
    anna.onEvent((event) => void (event.tag === 'state' && event.state.tag === 'connecting' && anna.check()));
    await clock.advance(3_000);
    expect(anna.state).toMatchObject({ tag: 'waiting', retryAtMs: clock.now() + 900 });
  });
});
