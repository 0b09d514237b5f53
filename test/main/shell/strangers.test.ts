import { beforeEach, describe, expect, it } from 'vitest';
import { GOING_ON, OFFER_REMOTE_ASSISTANCE } from '../../../src/protocol/assistance/application.ts';
import { Interruptions } from '../../../src/main/interruptions.ts';
import { Emitter } from '../../../src/main/emitter.ts';
import type { Messenger, Messengers, MessengersEvent, RendezvousSession } from '../../../src/main/messenger/contract.ts';
import type { AppFacts } from '../../../src/main/shell/app-facts.ts';
import { createStrangers, INVITATION_LIMIT, STRANGER_LIMIT, TEXT_LIMIT, type Strangers } from '../../../src/main/shell/strangers.ts';
import { createInMemoryNetwork, inMemory, onlyMessenger, type InMemoryNetwork } from '../../support/in-memory-messenger.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const HELP = { guid: '{56b994a7-380f-410b-9985-c809d78c1bdc}', name: 'Remote Assistance' };
const ACTIVITY = { guid: '{00000000-0000-4000-8000-000000000001}', name: 'Draughts' };
const EVE = inMemory('x8821@home');

let clock: VirtualClock;
let network: InMemoryNetwork;
let anna: Messenger;
let eve: Messenger;
let shown: AppFacts['strangers'];
let strangers: Strangers;
let heard: MessengersEvent[];

const line = () => shown;
const rung = (): readonly string[] => heard.flatMap((event) => (event.tag === 'invitation' ? [event.session.peer.friendlyName] : []));
const texts = (): readonly string[] =>
  heard.flatMap((event) => (event.tag === 'chat' && event.content.tag === 'text' ? [event.content.text] : []));
async function comes(address: string, name: string): Promise<Messenger> {
  const messenger = network.messenger();
  messenger.signIn(network.account(address, name));
  await clock.advance(10);
  return messenger;
}

beforeEach(async () => {
  clock = new VirtualClock();
  network = createInMemoryNetwork({ clock });
  shown = [];
  anna = network.messenger();
  strangers = createStrangers({
    messengers: onlyMessenger(anna),
    model: { update: (change) => void (shown = change.strangers ?? shown) },
    interruptions: new Interruptions(clock),
    isExpected: ({ address }) => address === 'host@home',
  });
  heard = [];
  strangers.messengers.onEvent((event) => void heard.push(event));
  anna.signIn(network.account('anna@home', 'Anna'));
  await comes('peter@home', 'Peter');
  await anna.addContact('peter@home');
  eve = await comes(EVE.address, 'Рeter 🚑');
});

describe('who is not on the list', () => {
  it('shows nothing by a conversation for a session that runs: whoever runs one is told, and says no', async () => {
    await anna.signOut();
    anna = network.messenger({ applications: [HELP.guid, GOING_ON.guid] });
    const update = (change: Partial<AppFacts>): void => void (shown = change.strangers ?? shown);
    strangers = createStrangers({
      messengers: onlyMessenger(anna),
      model: { update },
      interruptions: new Interruptions(clock),
      isExpected: () => false,
    });
    strangers.messengers.onEvent((event) => void heard.push(event));
    anna.signIn(network.account('anna@home', 'Anna'));
    await clock.advance(10);
    eve.invite('anna@home', GOING_ON);
    await clock.advance(10);
    expect([line(), rung()]).toEqual([[], ['Рeter 🚑']]);
  });

  it('cannot put itself there, ring, or be heard: one quiet line says who it is like', async () => {
    await eve.addContact('anna@home');
    eve.invite('anna@home', HELP);
    await eve.sendMessage('anna@home', 'Hello');
    eve.sendTyping('anna@home');
    await clock.advance(10);
    expect(anna.contacts.map(({ address }) => address)).toEqual(['peter@home']);
    expect([rung(), texts()]).toEqual([[], []]);
    expect(line()).toEqual([
      { ...EVE, claim: 'eter', mixed: true, like: 'Peter', wishes: ['help', 'message', 'list'], texts: [], looked: false },
    ]);
  });

  it('waits like anybody where they say that they have a code and want something else than help', async () => {
    const features = new Map([['guest', '']]);
    await anna.signOut();
    anna = network.messenger({ applications: [HELP.guid, OFFER_REMOTE_ASSISTANCE.guid, ACTIVITY.guid] });
    strangers = createStrangers({
      messengers: onlyMessenger(anna),
      model: { update: (change) => void (shown = change.strangers ?? shown) },
      interruptions: new Interruptions(clock),
      isExpected: () => false,
    });
    strangers.messengers.onEvent((event) => void heard.push(event));
    anna.signIn(network.account('anna@home', 'Anna'));
    await clock.advance(10);
    for (const application of [OFFER_REMOTE_ASSISTANCE, ACTIVITY]) eve.invite('anna@home', application, { features });
    await clock.advance(10);
    expect([rung(), line()]).toMatchObject([[], [{ address: EVE.address, wishes: ['offer', 'activity'] }]]);
    eve.invite('anna@home', HELP, { features });
    await clock.advance(10);
    expect(rung()).toEqual(['“eter”']);
  });

  it('leaves no line where strangers are heard for a code alone and they bring none', () => {
    const events = new Emitter<MessengersEvent>();
    let declined = 0;
    strangers = createStrangers({
      messengers: { contacts: [], onEvent: events.on } as unknown as Messengers,
      model: { update: (change) => void (shown = change.strangers ?? shown) },
      interruptions: new Interruptions(clock),
      isExpected: () => false,
    });
    const peer = { ...EVE, friendlyName: 'Peter' };
    const session = { id: '1', peer, application: HELP, onEvent: () => () => {}, decline: () => (declined += 1) };
    events.emit({ tag: 'invitation', session: session as unknown as RendezvousSession, guest: true });
    expect([line(), declined]).toEqual([[], 1]);
  });

  it.each([
    ['p3ter@home', 'Peter'],
    ['x1@home', 'PETER@HOME'],
    ['pe.ter@home', 'Support'],
    ['peter@h0me', 'peter@h0me'],
  ])('%s, who calls themselves %s, is said to be like a contact', async (address, name) => {
    const like = await comes(address, name);
    await like.sendMessage('anna@home', 'Hello');
    await clock.advance(10);
    expect(line()).toMatchObject([{ address, like: 'Peter' }]);
  });

  it.each([['klaus@home', 'Klaus']])('%s, who calls themselves %s, is like nobody', async (address, name) => {
    await (await comes(address, name)).sendMessage('anna@home', 'Hello');
    await clock.advance(10);
    expect(line()[0]).not.toHaveProperty('like');
  });

  it('is heard once the person looks, under the claimed name in quotation marks', async () => {
    const asked = eve.invite('anna@home', HELP);
    await eve.sendMessage('anna@home', 'Hello');
    await clock.advance(10);
    strangers.look(EVE);
    expect(rung()).toEqual(['“eter”']);
    expect(line()).toMatchObject([{ looked: true, texts: ['Hello'], wishes: ['message'] }]);
    const [session] = heard.flatMap((event) => (event.tag === 'invitation' ? [event.session] : []));
    session?.accept();
    await clock.advance(10);
    expect([asked.state, session?.state]).toEqual(['CONNECTED', 'CONNECTED']);
    // What comes later waits again.
    await eve.sendMessage('anna@home', 'And?');
    await clock.advance(10);
    expect(line()).toMatchObject([{ looked: false, texts: [] }]);
  });

  it('that is declined hears it, and stays silent', async () => {
    const asked = eve.invite('anna@home', HELP);
    await clock.advance(10);
    await strangers.decline(EVE);
    await clock.advance(10);
    expect([asked.state, line()]).toEqual(['DECLINED', []]);
    const again = eve.invite('anna@home', HELP);
    await eve.sendMessage('anna@home', 'Please');
    await clock.advance(10);
    expect([again.state, line(), rung(), texts()]).toEqual(['DECLINED', [], [], []]);
    expect(() => strangers.look(EVE)).toThrow(expect.objectContaining({ code: 'NO_STRANGER' }));
  });

  it('that is blocked is not heard by the messenger either', async () => {
    await eve.sendMessage('anna@home', 'Hello');
    await clock.advance(10);
    await strangers.block(EVE);
    expect(line()).toEqual([]);
    eve.invite('anna@home', HELP);
    await clock.advance(10);
    expect(line()).toEqual([]);
  });

  it('is a contact once the person says so, and what waited is heard', async () => {
    eve.invite('anna@home', HELP);
    await eve.sendMessage('anna@home', 'Hello');
    await clock.advance(10);
    await strangers.messengers.addContact(EVE);
    await clock.advance(10);
    expect([line(), rung(), texts()]).toEqual([[], ['Рeter 🚑'], ['Hello']]);
    await eve.sendMessage('anna@home', 'Thanks');
    await clock.advance(10);
    expect(texts()).toEqual(['Hello', 'Thanks']);
  });

  it('goes when it takes back what it wanted, and with the account', async () => {
    const asked = eve.invite('anna@home', HELP);
    await clock.advance(10);
    asked.cancel();
    await clock.advance(10);
    expect(line()).toEqual([]);
    await eve.sendMessage('anna@home', 'Hello');
    await clock.advance(10);
    expect(line()).toHaveLength(1);
    await anna.signOut();
    expect(line()).toEqual([]);
  });

  it('is no crowd: lines, texts and invitations are bounded, the rest is declined', async () => {
    const asked = Array.from({ length: INVITATION_LIMIT + 1 }, () => eve.invite('anna@home', HELP));
    await clock.advance(10);
    expect(asked.map(({ state }) => state).filter((state) => state === 'DECLINED')).toHaveLength(1);
    for (let count = 0; count < STRANGER_LIMIT + 2; count += 1) {
      const other = await comes(`e${count}@home`, 'Eve');
      for (let text = 0; text < TEXT_LIMIT + 2; text += 1) await other.sendMessage('anna@home', 'Hello');
    }
    await clock.advance(10);
    expect(line()).toHaveLength(STRANGER_LIMIT);
    strangers.look(inMemory('e0@home'));
    expect(line().find(({ address }) => address === 'e0@home')?.texts).toHaveLength(TEXT_LIMIT);
  });

  it('comes a few times in an hour, until the person looks', async () => {
    const states: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const asked = eve.invite('anna@home', HELP);
      await clock.advance(10);
      states.push(asked.state);
      asked.cancel();
      await clock.advance(10);
    }
    expect(states).toEqual(['INVITATION', 'INVITATION', 'INVITATION', 'DECLINED', 'DECLINED']);
    expect(line()).toEqual([]);
    await clock.advance(3_600_000);
    eve.invite('anna@home', HELP);
    await clock.advance(10);
    expect(line()).toHaveLength(1);
  });
});

describe('who is known', () => {
  it('rings and is heard: contacts, and the host that a link has named', async () => {
    const host = await comes('host@home', 'Host');
    await host.addContact('anna@home');
    host.invite('anna@home', HELP);
    await host.sendMessage('anna@home', 'Hello');
    await clock.advance(10);
    expect([line(), rung(), texts()]).toEqual([[], ['Host'], ['Hello']]);
  });
});
