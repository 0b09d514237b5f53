import { afterEach, describe, expect, it } from 'vitest';
import type { MessengerEvent } from '../../../src/main/messenger/contract.ts';
import type { XmppStream } from '../../../src/main/messenger/xmpp/stream-contract.ts';
import { XmppMessenger } from '../../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { NS } from '../../../src/protocol/xmpp/namespaces.ts';
import { childOf, element, type Stanza } from '../../../src/protocol/xmpp/stanza.ts';
import { MemoryXmpp } from '../../support/memory-xmpp.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { Person, REMOTE_ASSISTANCE, Side } from './people.ts';

const JINGLE_MESSAGE = 'urn:xmpp:jingle-message:0';

describe('several devices of one account', () => {
  const clock = new VirtualClock();
  let server: MemoryXmpp;
  const persons: Person[] = [];
  afterEach(async () => {
    await Promise.all(persons.splice(0).map(({ messenger }) => messenger.signOut()));
  });

  /** Everything that is under way arrives; no time passes. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 400; turn += 1) await Promise.resolve();
  };
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await settle();
  };
  async function device(address: string, name: string, options: { readonly applications?: readonly string[] } = {}): Promise<Person> {
    const account = { transport: 'xmpp', address, friendlyName: address, password: 'p' };
    const applications = options.applications ?? [REMOTE_ASSISTANCE.guid];
    const messenger = new XmppMessenger('xmpp', { clock, random: () => 0.5, applications }, { open: server.openStream, device: name });
    const person = new Person(account, messenger);
    persons.push(person);
    messenger.signIn(account);
    await settle();
    expect(messenger.state.tag).toBe('signedIn');
    return person;
  }
  async function people(): Promise<[Person, Person, Person, Person]> {
    server = new MemoryXmpp(clock);
    server.register('nora@home', 'p');
    server.register('eric@home', 'p');
    const nora = await device('nora@home', 'pc');
    const desk = await device('eric@home', 'desk');
    const laptop = await device('eric@home', 'laptop');
    const attic = await device('eric@home', 'attic');
    void nora.messenger.addContact('eric@home');
    await settle();
    // He is there, and nobody has told her: she is not told that he is away.
    expect(nora.messenger.contacts).toMatchObject([{ address: 'eric@home', presence: 'offline', unanswered: true }]);
    void desk.messenger.addContact('nora@home');
    await settle();
    expect(nora.messenger.contacts).toMatchObject([{ address: 'eric@home', presence: 'online' }]);
    expect(nora.messenger.contacts[0]).not.toHaveProperty('unanswered');
    return [nora, desk, laptop, attic];
  }
  const rung = (person: Person): Side[] =>
    person.record.events.flatMap((event) => (event.tag === 'invitation' ? [new Side(event.session)] : []));
  const one = (person: Person): Side => {
    const [side] = rung(person);
    if (side === undefined) throw new Error('nothing rings');
    return side;
  };
  /** A stream beside our messengers, as any other program has it. */
  async function other(address: string): Promise<XmppStream> {
    if (server.userAt(address) === undefined) server.register(address, 'p');
    const stream = await server.openStream({ identity: { tag: 'account', address, password: 'p' }, resource: 'other', clock });
    stream.send(element('presence', NS.client));
    await settle();
    return stream;
  }
  const propose = (id: string, to: string, ...more: readonly Stanza[]): Stanza =>
    element(
      'message',
      NS.client,
      { to, type: 'chat' },
      element(
        'propose',
        JINGLE_MESSAGE,
        { id },
        element('description', 'urn:ringback:assistance:1', { application: REMOTE_ASSISTANCE.guid, name: 'Help', expires: '120' }),
      ),
      ...more,
    );

  it('ring all; one takes it, and the others are told where', async () => {
    const [nora, desk, laptop, attic] = await people();
    const asked = nora.invite(desk);
    await settle();
    const sides = [desk, laptop, attic].map(one);
    sides[1]?.session.accept();
    await settle();
    expect(asked.tags).toEqual(['accepted', 'readyToLaunch']);
    expect(sides.map(({ tags }) => tags)).toEqual([['answeredElsewhere'], ['readyToLaunch'], ['answeredElsewhere']]);
    expect(sides[0]?.record.events).toEqual([{ tag: 'answeredElsewhere', device: 'laptop', answer: 'accepted' }]);
  });

  it('stop ringing where another one declines', async () => {
    const [nora, desk, laptop] = await people();
    const asked = nora.invite(desk);
    await settle();
    const [first, second] = [one(desk), one(laptop)];
    first.session.decline();
    await settle();
    expect(asked.tags).toEqual(['declined']);
    expect(second.record.events).toEqual([{ tag: 'answeredElsewhere', device: 'desk', answer: 'declined' }]);
  });

  it('that take it at the same moment: the first one has it, the other one alone is told', async () => {
    const [nora, desk, laptop, attic] = await people();
    const asked = nora.invite(desk);
    await settle();
    const sides = [desk, laptop, attic].map(one);
    sides[0]?.session.accept();
    sides[1]?.session.accept();
    await settle();
    expect(asked.tags).toEqual(['accepted', 'readyToLaunch']);
    const winners = sides.filter(({ tags }) => tags.includes('readyToLaunch'));
    expect(winners).toHaveLength(1);
    expect(sides.flatMap(({ tags }) => tags).filter((tag) => tag === 'answeredElsewhere')).toHaveLength(2);
    winners[0]?.session.sendContextData('a ticket');
    await settle();
    expect(await asked.data(1)).toEqual(['a ticket']);
  });

  it('stop ringing when it is taken back', async () => {
    const [nora, desk, laptop, attic] = await people();
    const asked = nora.invite(desk);
    await settle();
    const sides = [desk, laptop, attic].map(one);
    asked.session.cancel('TIMEOUT');
    await settle();
    for (const side of sides) expect(side.record.events).toEqual([{ tag: 'cancelled', code: 'TIMEOUT' }]);
  });

  it('of which one has not got the application: the others ring on', async () => {
    const [nora, desk] = await people();
    const plain = await device('eric@home', 'plain', { applications: [] });
    const asked = nora.invite(desk);
    await settle();
    await pass(2_000);
    expect(plain.record.events.some(({ tag }) => tag === 'invitationRefused')).toBe(true);
    expect(asked.tags).toEqual([]);
    one(desk).session.accept();
    await settle();
    expect(asked.tags).toEqual(['accepted', 'readyToLaunch']);
  });

  it('that die while they ring: whoever comes back in time is rung again', async () => {
    const [nora, desk, laptop, attic] = await people();
    const asked = nora.invite(desk);
    await settle();
    const sides = [desk, laptop, attic].map(one);
    server.cutOff('eric@home');
    await settle();
    for (const side of sides) expect(side.tags).toEqual(['terminated']);
    expect(asked.session.state).toBe('INVITATION');
    server.restore('eric@home');
    await pass(1_500);
    expect(rung(desk)).toHaveLength(2);
    rung(desk)[1]?.session.accept();
    await settle();
    expect(asked.tags).toEqual(['accepted', 'readyToLaunch']);
  });

  it('that die while they ring: when nobody comes back, the inviter is told', async () => {
    const [nora, desk] = await people();
    const asked = nora.invite(desk);
    await settle();
    server.cutOff('eric@home');
    await pass(11_000);
    expect(asked.record.events).toEqual([{ tag: 'terminated', reason: 'peerLeft' }]);
  });

  /** What a server says that gives up a program whose line broke, with a proposal that it had for it. */
  async function givesUp(stream: XmppStream, asked: Side): Promise<void> {
    const error = element('error', NS.client, { type: 'cancel' }, element('recipient-unavailable', 'urn:ietf:params:xml:ns:xmpp-stanzas'));
    const from = { from: 'eric@home', to: 'nora@home/pc', type: 'error', id: asked.session.id };
    server.streamOf('nora@home/pc')?.receive(element('message', NS.client, from, error));
    await settle();
    await stream.close();
    await settle();
  }

  it.each([
    { applications: [REMOTE_ASSISTANCE.guid], what: 'rings on' },
    { applications: [], what: 'has not got the application' },
  ])('of which one is gone without a word: the proposal that comes back from there says nothing of the one that $what', async (one) => {
    const { applications } = one;
    server = new MemoryXmpp(clock);
    server.register('nora@home', 'p');
    server.register('eric@home', 'p');
    const nora = await device('nora@home', 'pc');
    const ghost = await other('eric@home');
    const desk = await device('eric@home', 'desk', { applications });
    void nora.messenger.addContact('eric@home');
    void desk.messenger.addContact('nora@home');
    await settle();
    server.fate = (to, { name }) => (to === ghost.jid && name === 'message' ? 'drop' : 'deliver');
    const asked = nora.invite(desk);
    // Comes before any word of the other one.
    await givesUp(ghost, asked);
    await pass(2_000);
    expect(asked.record.events).toEqual(applications.length > 0 ? [] : [{ tag: 'appNotPresent' }]);
    expect(rung(desk)).toHaveLength(applications.length);
  });

  it('of which the only one is gone without a word: nobody is there, as soon as the server says so', async () => {
    server = new MemoryXmpp(clock);
    server.register('nora@home', 'p');
    const ghost = await other('eric@home');
    // It does not answer what it can: that it has not got the application is not known.
    const capabilities = element('c', 'http://jabber.org/protocol/caps', {
      hash: 'sha-1',
      node: 'https://ghost.example',
      ver: 'bm90aGluZw==',
    });
    ghost.send(element('presence', NS.client, {}, capabilities));
    const nora = await device('nora@home', 'pc');
    void nora.messenger.addContact('eric@home');
    await settle();
    ghost.send(element('presence', NS.client, { to: 'nora@home', type: 'subscribed' }));
    await settle();
    expect(nora.messenger.contacts).toMatchObject([{ presence: 'online' }]);
    const asked = new Side(nora.messenger.invite('eric@home', REMOTE_ASSISTANCE));
    await settle();
    expect(asked.tags).toEqual([]);
    await givesUp(ghost, asked);
    expect(asked.record.events).toMatchObject([{ tag: 'sendError', error: { code: 'CONTACT_OFFLINE' } }]);
  });

  /** A server that dies tells nobody who is gone with it, when others of its cluster go on. */
  function diesInSilence(address: string): void {
    server.fate = (_, { name, attributes }) => (name === 'presence' && attributes['type'] === 'unavailable' ? 'drop' : 'deliver');
    server.cutOff(address);
    server.restore(address);
  }

  it('that are all away: nobody is there at once, though one is told of once more as gone', async () => {
    const [nora, desk, laptop, attic] = await people();
    const ghost = await other('eric@home');
    for (const { messenger } of [desk, laptop, attic]) await messenger.signOut();
    ghost.send(element('presence', NS.client, { type: 'unavailable' }));
    await settle();
    expect(nora.messenger.contacts).toMatchObject([{ address: 'eric@home', presence: 'offline' }]);
    const asked = nora.invite(desk);
    ghost.send(element('presence', NS.client, { to: 'nora@home', type: 'unavailable' }));
    await settle();
    await pass(1);
    expect(asked.record.events).toMatchObject([{ tag: 'sendError', error: { code: 'CONTACT_OFFLINE' } }]);
  });

  it('whose server dies while they ring: they ring again, though nobody has been told that they were gone', async () => {
    const [nora, desk] = await people();
    const asked = nora.invite(desk);
    await settle();
    diesInSilence('eric@home');
    await pass(1_500);
    expect(rung(desk)).toHaveLength(2);
    rung(desk)[1]?.session.accept();
    await settle();
    expect(asked.tags).toEqual(['accepted', 'readyToLaunch']);
  });

  it.each(['rings', 'has been taken'])(
    'stop when the server of whoever asked dies while it %s, once they are signed in again',
    async (when) => {
      const [nora, desk, laptop] = await people();
      const asked = nora.invite(desk);
      await settle();
      const sides = [one(desk), one(laptop)];
      // Their word is lost with the server.
      if (when === 'has been taken') server.fate = (to) => (to.startsWith('nora@') ? 'drop' : 'deliver');
      if (when === 'has been taken') sides[0]?.session.accept();
      await settle();
      diesInSilence('nora@home');
      await pass(1_500);
      expect(asked.record.events).toEqual([{ tag: 'terminated', reason: 'connectionLost' }]);
      const [first, second] = sides.map(({ record }) => record.events);
      expect(first).toEqual([{ tag: 'terminated', reason: 'peerLeft' }]);
      if (when === 'rings') expect(second).toEqual([{ tag: 'terminated', reason: 'peerLeft' }]);
    },
  );

  it('hear what the server has kept of a stream that was taken up again, though it comes late', async () => {
    const [nora, desk] = await people();
    const device = server.streamOf('eric@home/desk');
    // As a server does that sends again what was not acknowledged.
    const resent = (id: string): void => {
      const delay = element('delay', 'urn:xmpp:delay', { stamp: new Date(clock.now() - 4_000).toISOString() });
      const late = propose(id, 'eric@home', delay);
      device?.receive({ ...late, attributes: { ...late.attributes, from: 'nora@home/pc' } });
    };
    resent('before');
    await settle();
    expect(rung(desk)).toEqual([]);
    device?.breaks.emit();
    device?.resumptions.emit();
    resent('after');
    await settle();
    expect(rung(desk)).toHaveLength(1);
    expect(nora.messenger.state.tag).toBe('signedIn');
  });

  it('ring once, whatever presence says meanwhile', async () => {
    const [nora, desk, laptop] = await people();
    const asked = nora.invite(desk);
    await settle();
    for (const person of [desk, laptop, nora]) {
      void person.messenger.setPresence('away');
      await settle();
    }
    expect([desk, laptop].map((person) => rung(person).length)).toEqual([1, 1]);
    expect([asked.session.state, ...[desk, laptop].map((person) => one(person).session.state)]).toEqual(Array(3).fill('INVITATION'));
  });

  it('show what another one of them has said', async () => {
    const [nora, desk, laptop] = await people();
    void laptop.messenger.sendMessage('nora@home', 'from the laptop');
    await settle();
    const said = (person: Person): MessengerEvent[] => person.record.events.filter(({ tag }) => tag === 'saidElsewhere' || tag === 'chat');
    expect(said(desk)).toMatchObject([{ tag: 'saidElsewhere', peer: { address: 'nora@home' }, text: 'from the laptop' }]);
    expect(said(nora)).toMatchObject([{ tag: 'chat', content: { tag: 'text', text: 'from the laptop' } }]);
  });

  it('believe no copy that anybody but their own server has made', async () => {
    const [, desk] = await people();
    const liar = await other('liar@home');
    const inner = { ...propose('stolen', 'eric@home'), attributes: { from: 'nora@home/pc', to: 'eric@home', type: 'chat' } };
    const forwarded = element('forwarded', 'urn:xmpp:forward:0', {}, inner);
    liar.send(element('message', NS.client, { to: 'eric@home/desk' }, element('received', 'urn:xmpp:carbons:2', {}, forwarded)));
    await settle();
    expect(rung(desk)).toEqual([]);
  });

  it('drop what strangers say and ask, without a sound', async () => {
    const [, desk] = await people();
    const stranger = await other('stranger@home');
    const heard: Stanza[] = [];
    stranger.onStanza((stanza) => void heard.push(stanza));
    stranger.send(propose('strange', 'eric@home'));
    const info = element('query', 'http://jabber.org/protocol/disco#info');
    const asked = stranger.request({ type: 'get', to: 'eric@home/desk', payload: info }, 3_000);
    const refused = expect(asked).rejects.toMatchObject({ code: 'TIMEOUT' });
    await pass(4_000);
    await refused;
    expect(heard.filter(({ name }) => name === 'message')).toEqual([]);
    expect(desk.record.events.filter(({ tag }) => tag === 'invitation' || tag === 'chat')).toEqual([]);
  });

  it('tell of a request that came while nobody was there, once, and ring for none', async () => {
    const [nora, desk, laptop, attic] = await people();
    await Promise.all([desk, laptop, attic].map(({ messenger }) => messenger.signOut()));
    await settle();
    const atMs = clock.now();
    const asked = nora.invite(desk);
    await pass(60_000);
    expect(asked.record.events).toMatchObject([{ tag: 'sendError', error: { code: 'CONTACT_OFFLINE' } }]);
    const back = await device('eric@home', 'desk');
    const missed = back.record.events.filter(({ tag }) => tag === 'missed');
    expect(missed).toMatchObject([{ peer: { address: 'nora@home' }, application: { guid: REMOTE_ASSISTANCE.guid }, atMs }]);
    expect(rung(back)).toEqual([]);
  });

  it('answer Jingle only for a session they have said yes to', async () => {
    const [nora, desk] = await people();
    const asked = nora.invite(desk);
    await settle();
    const jingle = element(
      'jingle',
      'urn:xmpp:jingle:1',
      { action: 'session-initiate', sid: asked.session.id },
      element('content', 'urn:xmpp:jingle:1', {}, element('description', 'urn:ringback:assistance:1')),
    );
    const mine = server.streamOf('nora@home/pc');
    const answer = mine?.request({ type: 'set', to: 'eric@home/desk', payload: jingle });
    await expect(answer).rejects.toMatchObject({ condition: 'item-not-found' });
    expect(one(desk).session.state).toBe('INVITATION');
  });

  it('say that nobody has it where no program of theirs rings within five seconds', async () => {
    server = new MemoryXmpp(clock);
    server.register('nora@home', 'p');
    const eric = await other('eric@home');
    const nora = await device('nora@home', 'pc');
    void nora.messenger.addContact('eric@home');
    await settle();
    eric.send(element('presence', NS.client, { to: 'nora@home', type: 'subscribed' }));
    await settle();
    eric.send(element('presence', NS.client, {}, element('c', NS.capabilities, { hash: 'sha-1', node: 'x', ver: 'y' })));
    await settle();
    const asked = new Side(nora.messenger.invite('eric@home', REMOTE_ASSISTANCE));
    await pass(4_900);
    expect(asked.tags).toEqual([]);
    await pass(200);
    expect(asked.tags).toEqual(['appNotPresent']);
    // What comes late must not ring.
    expect(server.sent.some(({ stanza }) => childOf(stanza, 'retract') !== undefined)).toBe(true);
  });
});
