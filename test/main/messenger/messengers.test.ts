import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import type {
  Account,
  Messenger,
  MessengerEvent,
  Messengers,
  MessengersEvent,
  MessengerState,
  RendezvousSession,
} from '../../../src/main/messenger/contract.ts';
import { createMessengers, inOrder, overall } from '../../../src/main/messenger/messengers.ts';
import { newAccount } from '../../../src/main/messenger/msnp-server/account-store.ts';
import { MsnpServer } from '../../../src/main/messenger/msnp-server/server.ts';
import { SqliteAccountStore } from '../../../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { msnp as msnpTransport } from '../../../src/main/messenger/msnp/transport.ts';
import { createTransports } from '../../../src/main/messenger/transports.ts';
import { createInMemoryNetwork, type InMemoryNetwork } from '../../support/in-memory-messenger.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { REMOTE_ASSISTANCE } from './people.ts';
import { until } from './raw-client.ts';

const on = (transport: string, address: string) => ({ transport, address });

describe('two transports, signed in at once', () => {
  let clock: VirtualClock;
  let crows: InMemoryNetwork;
  let doves: InMemoryNetwork;
  let anna: Messengers;
  let told: MessengersEvent[];
  /** Bob, on each; the same address is two people. */
  let crow: Messenger;
  let dove: Messenger;
  const tags = (): string[] => told.map((event) => ('transport' in event ? `${event.transport} ${event.tag}` : event.tag));
  const sessions = (): RendezvousSession[] => told.flatMap((event) => (event.tag === 'invitation' ? [event.session] : []));

  beforeEach(async () => {
    clock = new VirtualClock();
    crows = createInMemoryNetwork({ clock, transport: 'crows' });
    doves = createInMemoryNetwork({ clock, transport: 'doves' });
    anna = createMessengers(
      new Map([
        ['crows', crows.messenger()],
        ['doves', doves.messenger()],
      ]),
    );
    told = [];
    anna.onEvent((event) => told.push(event));
    [crow, dove] = [crows.messenger(), doves.messenger()];
    crow.signIn(crows.account('bob@home', 'Bob Crow'));
    dove.signIn(doves.account('bob@home', 'Bob Dove'));
    anna.signIn(crows.account('anna@home', 'Anna'));
    anna.signIn(doves.account('anna@home', 'Anna'));
    await clock.advance(10);
    for (const transport of anna.transports) await anna.addContact(on(transport, 'bob@home'));
    await clock.advance(10);
  });
  afterEach(async () => {
    await Promise.all([anna.close(), crow.signOut(), dove.signOut()]);
    await clock.advance(10);
    expect([crows.open, doves.open, clock.pendingTimers]).toEqual([0, 0, 0]);
  });

  it('each by itself: signing in to one says nothing of the other', async () => {
    expect(anna.transports.map((name) => anna.stateOf(name).tag)).toEqual(['signedIn', 'signedIn']);
    told.length = 0;
    await anna.signOut('doves');
    expect(anna.transports.map((name) => anna.stateOf(name).tag)).toEqual(['signedIn', 'signedOut']);
    expect(new Set(tags().map((tag) => tag.split(' ')[0]))).toEqual(new Set(['doves']));
    told.length = 0;
    anna.signIn({ ...doves.account('anna@home', 'Anna'), accessToken: 'wrong' });
    await clock.advance(10);
    expect(anna.stateOf('doves')).toEqual({ tag: 'signedOut', reason: 'WRONG_CREDENTIALS' });
    expect(anna.stateOf('crows').tag).toBe('signedIn');
  });

  it('the same address on both is two people, in the order of the transports', async () => {
    expect(anna.contacts).toEqual([
      { ...on('crows', 'bob@home'), friendlyName: 'Bob Crow', presence: 'online' },
      { ...on('doves', 'bob@home'), friendlyName: 'Bob Dove', presence: 'online' },
    ]);
    await dove.setPresence('away');
    await clock.advance(10);
    expect(anna.contacts.map(({ presence }) => presence)).toEqual(['online', 'away']);
    expect(told.at(-1)).toMatchObject({ tag: 'contacts', transport: 'doves', contacts: [{ presence: 'away' }] });
    await anna.removeContact(on('crows', 'bob@home'));
    expect(anna.contacts).toMatchObject([on('doves', 'bob@home')]);
  });

  it('chat comes from whom it is, and goes to whom it is for', async () => {
    const heard: string[] = [];
    crow.onEvent((event) => void (event.tag === 'chat' && heard.push(`crow ${event.content.tag}`)));
    dove.onEvent((event) => void (event.tag === 'chat' && heard.push(`dove ${event.content.tag}`)));
    await anna.sendMessage(on('doves', 'bob@home'), 'Hello');
    anna.sendTyping(on('crows', 'bob@home'));
    await crow.sendMessage('anna@home', 'Caw');
    await clock.advance(10);
    expect(heard).toEqual(['dove text', 'crow typing']);
    expect(told.at(-1)).toEqual({
      tag: 'chat',
      peer: { ...on('crows', 'bob@home'), friendlyName: 'Bob Crow' },
      content: { tag: 'text', text: 'Caw' },
    });
  });

  it('invitations go to one of two Bobs, and theirs say which of them asks', async () => {
    const asked = anna.invite(on('doves', 'bob@home'), REMOTE_ASSISTANCE);
    await clock.advance(10);
    expect([crows.sent, doves.sent.map(({ kind }) => kind)]).toEqual([[], ['INVITE']]);
    expect(asked.peer).toEqual({ ...on('doves', 'bob@home'), friendlyName: 'Bob Dove' });
    asked.cancel();
    crow.invite('anna@home', REMOTE_ASSISTANCE);
    dove.invite('anna@home', REMOTE_ASSISTANCE);
    await clock.advance(10);
    expect(sessions().map(({ peer }) => peer.transport)).toEqual(['crows', 'doves']);
    dove.invite('anna@home', { guid: '{0}', name: 'Chess' });
    await clock.advance(10);
    expect(told.at(-1)).toMatchObject({ tag: 'invitationRefused', peer: on('doves', 'bob@home'), what: 'Chess' });
  });

  it('a cancellation and a loss end what is of one transport, and leave the other’s sessions alone', async () => {
    crow.invite('anna@home', REMOTE_ASSISTANCE);
    dove.invite('anna@home', REMOTE_ASSISTANCE);
    await clock.advance(10);
    const [ofCrow, ofDove] = sessions();
    ofCrow?.accept();
    ofDove?.accept();
    await clock.advance(10);
    expect([ofCrow?.state, ofDove?.state]).toEqual(['CONNECTED', 'CONNECTED']);
    doves.cutOff('anna@home');
    expect([ofCrow?.state, ofDove?.state]).toEqual(['CONNECTED', 'TERMINATED']);
    expect([anna.stateOf('crows').tag, anna.stateOf('doves').tag]).toEqual(['signedIn', 'waiting']);
    expect(anna.contacts).toMatchObject([on('crows', 'bob@home')]);
    doves.restore('anna@home');
    await clock.advance(2_000);
    expect(anna.stateOf('doves').tag).toBe('signedIn');
    ofCrow?.cancel();
    expect(ofCrow?.state).toBe('CANCELLED');
  });

  it('presence and name are the person’s: everywhere, also where they sign in later', async () => {
    await anna.signOut('doves');
    await anna.setPresence('busy');
    await anna.setFriendlyName('Änne');
    anna.signIn(doves.account('anna@home', 'Anna'));
    doves.account('bob@home', 'Bob Dove');
    await clock.advance(10);
    await crow.addContact('anna@home');
    expect(crow.contacts).toMatchObject([{ presence: 'busy', friendlyName: 'Änne' }]);
    const shown = doves.messenger();
    shown.signIn(doves.account('cy@home'));
    await clock.advance(10);
    await shown.addContact('anna@home');
    expect(shown.contacts).toMatchObject([{ presence: 'busy' }]);
    await shown.signOut();
  });

  it.each<[string, (refusal: Error) => Promise<void>]>([
    ['rejects', (refusal) => Promise.reject(refusal)],
    [
      'throws',
      (refusal) => {
        throw refusal;
      },
    ],
  ])('one that %s does not keep the other from it; the refusal is told', async (_, refuse) => {
    const done: string[] = [];
    let hear: (event: MessengerEvent) => void = () => undefined;
    const signedIn: MessengerState = { tag: 'signedIn', address: 'a', friendlyName: 'A' };
    const stub = (act: (what: string) => Promise<void>): Messenger =>
      ({
        state: signedIn,
        contacts: [],
        onEvent: (listener: typeof hear) => {
          hear = listener;
          return () => {};
        },
        setFriendlyName: (name: string) => act(name),
        setPresence: (presence: string) => act(presence),
        signOut: () => act('signOut'),
      }) as unknown as Messenger;
    const refusal = new Error('not here');
    const both = createMessengers(
      new Map([
        ['yes', stub(async (what) => void done.push(what))],
        ['no', stub(() => refuse(refusal))],
        ['also', stub(async (what) => void (await new Promise(setImmediate), done.push(what)))],
      ]),
    );
    await expect(both.setFriendlyName('B')).rejects.toBe(refusal);
    await expect(both.setPresence('busy')).rejects.toBe(refusal);
    await expect(both.close()).rejects.toBe(refusal);
    expect(done).toEqual(['B', 'B', 'busy', 'busy', 'signOut', 'signOut']);
    hear({ tag: 'state', state: signedIn });
  });

  it('a transport that is not here counts as signed out', async () => {
    const gone = on('owls', 'bob@home');
    expect(anna.stateOf('owls')).toEqual({ tag: 'signedOut' });
    await expect(anna.addContact(gone)).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    await expect(anna.sendMessage(gone, 'x')).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    expect(() => anna.invite(gone, REMOTE_ASSISTANCE)).toThrow(expect.objectContaining({ code: 'NOT_SIGNED_IN' }));
    expect(() => anna.signIn({ ...gone, friendlyName: 'x' })).toThrow(expect.objectContaining({ code: 'NOT_SIGNED_IN' }));
    anna.sendTyping(gone);
    await anna.close();
    await expect(anna.setFriendlyName('x')).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    await anna.setPresence('away');
  });
});

describe('merging', () => {
  const IN: MessengerState = { tag: 'signedIn', address: 'a', friendlyName: 'A' };
  const waiting = (retryAtMs: number): MessengerState => ({ tag: 'waiting', retryAtMs, reason: 'UNREACHABLE' });
  const OUT: MessengerState = { tag: 'signedOut' };
  const REFUSED: MessengerState = { tag: 'signedOut', reason: 'WRONG_CREDENTIALS' };

  it.each<[readonly MessengerState[], MessengerState]>([
    [[], OUT],
    [[OUT, IN, waiting(1)], IN],
    [[waiting(1), { tag: 'connecting' }], { tag: 'connecting' }],
    [[REFUSED, waiting(9), waiting(5)], waiting(5)],
    [[OUT, REFUSED], REFUSED],
  ])('%j is %j as a whole', (states, whole) => expect(overall(states)).toEqual(whole));

  it('puts lists one after the other, and leaves out what no transport is there for', () => {
    const lists = new Map([
      ['doves', [3]],
      ['owls', [9]],
      ['crows', [1, 2]],
    ]);
    expect(inOrder(['crows', 'doves', 'none'], lists)).toEqual([1, 2, 3]);
  });
});

describe('MSNP beside another transport', () => {
  let folder: string;
  let server: MsnpServer;
  let store: SqliteAccountStore;
  const open: Messengers[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-'));
    store = new SqliteAccountStore(folder);
    await store.open();
    server = await MsnpServer.start({ hosts: ['127.0.0.1'], port: 0, store });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((messengers) => messengers.close()));
    await server.stop();
    store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('asks for help on one while the other is lost, and the loss of MSNP leaves the other’s session alone', async () => {
    const network = createInMemoryNetwork({ clock: systemClock });
    const person = async (address: string): Promise<Messengers> => {
      const dependencies = { clock: systemClock, random: () => 0.5, applications: [REMOTE_ASSISTANCE.guid] };
      const messengers = createMessengers(new Map([...createTransports(dependencies, [msnpTransport]), ['memory', network.messenger()]]));
      open.push(messengers);
      const hosted = newAccount(address, address);
      await store.create(hosted);
      const account: Account = {
        ...on('msnp', address),
        server: `127.0.0.1:${server.addresses[0]?.port}`,
        accessToken: hosted.accessToken,
        friendlyName: address,
      };
      for (const one of [account, network.account(address)]) messengers.signIn(one);
      const states = () => messengers.transports.map((name) => messengers.stateOf(name).tag);
      await until(
        () => states().every((tag) => tag === 'signedIn'),
        () => `${address}: ${states().join()}`,
      );
      return messengers;
    };
    const [nora, eric] = [await person('nora@home'), await person('eric@home')];
    const rung: RendezvousSession[] = [];
    eric.onEvent((event) => void (event.tag === 'invitation' && rung.push(event.session)));
    const asked = nora.transports.map((transport) => nora.invite(on(transport, 'eric@home'), REMOTE_ASSISTANCE));
    await until(
      () => rung.length === 2,
      () => `two invitations, not ${rung.length}`,
    );
    expect(new Set(rung.map(({ peer }) => peer.transport))).toEqual(new Set(['msnp', 'memory']));
    for (const session of rung) session.accept();
    await until(
      () => asked.every(({ state }) => state === 'CONNECTED'),
      () => 'both to be connected',
    );
    await server.stop();
    const [msnp, memory] = asked;
    await until(
      () => msnp?.state === 'TERMINATED',
      () => 'the loss of the server',
    );
    expect(memory?.state).toBe('CONNECTED');
    expect([nora.stateOf('msnp').tag, nora.stateOf('memory').tag]).toEqual(['waiting', 'signedIn']);
  });
});
