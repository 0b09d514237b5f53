import { beforeEach, describe, expect, it } from 'vitest';
import type { Messenger } from '../../../src/main/messenger/contract.ts';
import { createAppModel, type AppModel } from '../../../src/main/shell/app-model.ts';
import {
  CONVERSATION_LIMIT,
  createConversations,
  LINE_LIMIT,
  TYPING_SHOWN_MS,
  type Conversations,
} from '../../../src/main/shell/conversations.ts';
import { createInMemoryNetwork, inMemory, onlyMessenger, type InMemoryNetwork } from '../../support/in-memory-messenger.ts';
import { QUIET_FACTS } from '../../support/quiet-facts.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let network: InMemoryNetwork;
let anna: Messenger;
let tom: Messenger;
let model: AppModel;
let conversations: Conversations;
let heard: number;
let looking: boolean;

const texts = (address = 'tom@home'): string[] =>
  model.state.conversations
    .find((conversation) => conversation.address === address)
    ?.lines.map((line) => `${line.from}: ${line.text}${line.delivery ?? ''}`) ?? [];

beforeEach(async () => {
  clock = new VirtualClock();
  network = createInMemoryNetwork({ clock });
  [anna, tom] = [network.messenger(), network.messenger()];
  model = createAppModel({
    ...QUIET_FACTS,
    accounts: [{ ...inMemory('anna@home'), friendlyName: 'Anna', values: {}, state: anna.state }],
  });
  heard = 0;
  looking = true;
  conversations = createConversations({
    messengers: onlyMessenger(anna),
    model,
    clock,
    onHeard: () => void (heard += 1),
    looking: () => looking,
  });
  anna.signIn(network.account('anna@home', 'Anna'));
  tom.signIn(network.account('tom@home', 'Tom'));
  await clock.advance(10);
  await anna.addContact('tom@home');
  await clock.advance(10);
});

describe('conversations', () => {
  it('show what both wrote, count what was not read, and forget the count once it is', async () => {
    await conversations.send(inMemory('tom@home'), 'Hello');
    await tom.sendMessage('anna@home', 'Hi Anna');
    await tom.sendMessage('anna@home', 'All well?');
    await clock.advance(10);
    expect(texts()).toEqual(['me: Hello', 'them: Hi Anna', 'them: All well?']);
    expect([model.state.conversations[0]?.unread, heard]).toEqual([2, 2]);
    conversations.read(inMemory('tom@home'));
    expect(model.state.conversations[0]?.unread).toBe(0);
    expect(new Set(model.state.conversations[0]?.lines.map(({ id }) => id)).size).toBe(3);
  });

  it('are not read by a window that nobody looks at, until somebody does', async () => {
    const unread = () => model.state.conversations[0]?.unread;
    looking = false;
    await tom.sendMessage('anna@home', 'Hi Anna');
    await clock.advance(10);
    conversations.read(inMemory('tom@home'));
    expect(unread()).toBe(1);
    conversations.looked();
    expect(unread()).toBe(0);
    await tom.sendMessage('anna@home', 'All well?');
    await clock.advance(10);
    conversations.looked();
    expect(unread()).toBe(1);
  });

  it('say that a line is on its way, and that it did not get there', async () => {
    const sent = conversations.send(inMemory('tom@home'), 'Hello');
    expect(texts()).toEqual(['me: Hellosending']);
    await sent;
    await tom.signOut();
    await clock.advance(10);
    await expect(conversations.send(inMemory('tom@home'), 'gone?')).rejects.toMatchObject({ code: 'CONTACT_OFFLINE' });
    expect(texts()).toEqual(['me: Hello', 'me: gone?failed']);
    await anna.signOut();
    await expect(conversations.send(inMemory('tom@home'), 'x')).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    expect(texts()).toHaveLength(2);
  });

  it('show typing until something comes or nothing does', async () => {
    const typing = (): boolean | undefined => model.state.conversations[0]?.typing;
    tom.sendTyping('anna@home');
    await clock.advance(10);
    expect([typing(), heard]).toEqual([true, 0]);
    await clock.advance(TYPING_SHOWN_MS - 100);
    tom.sendTyping('anna@home');
    await clock.advance(TYPING_SHOWN_MS - 100);
    expect(typing()).toBe(true);
    await clock.advance(200);
    expect(typing()).toBe(false);
    tom.sendTyping('anna@home');
    await tom.sendMessage('anna@home', 'there');
    await clock.advance(10);
    expect([typing(), texts()]).toEqual([false, ['them: there']]);
  });

  it('keep so many lines and conversations and no more', async () => {
    for (let line = 0; line < LINE_LIMIT + 5; line += 1) await conversations.send(inMemory('tom@home'), `${line}`);
    expect([texts().length, texts()[0]]).toEqual([LINE_LIMIT, 'me: 5']);
    for (let person = 0; person < CONVERSATION_LIMIT + 3; person += 1) {
      network.account(`p${person}@home`);
      await conversations.send(inMemory(`p${person}@home`), 'x').catch(() => {});
    }
    expect(model.state.conversations.map(({ address }) => address)).toEqual(
      Array.from({ length: CONVERSATION_LIMIT }, (_, index) => `p${index + 3}@home`),
    );
  });

  it('hear only who is on the contact list', async () => {
    const stranger = network.messenger();
    stranger.signIn(network.account('eve@home', 'Eve'));
    await clock.advance(10);
    await stranger.sendMessage('anna@home', 'Click here');
    stranger.sendTyping('anna@home');
    await clock.advance(10);
    expect([model.state.conversations, heard]).toEqual([[], 0]);
  });

  it('are gone for the next account on this computer', async () => {
    await conversations.send(inMemory('tom@home'), 'Hello');
    model.update({ presence: 'busy' });
    expect(model.state.conversations).toHaveLength(1);
    model.update({ accounts: [] });
    expect(model.state.conversations).toEqual([]);
  });
});
