/* What people wrote to each other since the app was started: kept in memory, bounded, never on disk. */
import type { ChatLineView, ConversationView } from '../../preload/contract.ts';
import type { Clock } from '../clock.ts';
import { peerKey, samePeer } from '../../protocol/applications/peer.ts';
import { MessengerError, type Messengers, type PeerAddress } from '../messenger/contract.ts';
import type { AppModel } from './app-model.ts';

/** Lines kept of one conversation, and conversations kept; a further one drops the oldest. */
export const LINE_LIMIT = 200;
export const CONVERSATION_LIMIT = 50;
/** How long a typing notice is shown; peers repeat it every few seconds. */
export const TYPING_SHOWN_MS = 6_000;

export interface ConversationsDeps {
  readonly messengers: Messengers;
  readonly model: AppModel;
  readonly clock: Clock;
  /** Somebody on the contact list has written something. */
  readonly onHeard: (peer: PeerAddress) => void;
  /** The person has the main window before them. */
  readonly looking: () => boolean;
}

export interface Conversations {
  /** The line is shown at once, and says so when it did not get there. Rejects as the messenger does. */
  send(peer: PeerAddress, text: string): Promise<void>;
  typing(peer: PeerAddress): void;
  /** The page shows all there is of it: read, as soon as the person has the window before them. */
  read(peer: PeerAddress): void;
  /** The person has come to the window. */
  looked(): void;
}

export function createConversations({ messengers, model, clock, onHeard, looking }: ConversationsDeps): Conversations {
  let lines = 0;
  /** The contact whose conversation the page shows while the person does not have the window before them; it counts as read once they do. */
  let shown: PeerAddress | undefined;
  let owners = model.facts.accounts;
  const typing = new Map<string, () => void>();

  const find = (peer: PeerAddress): ConversationView | undefined =>
    model.facts.conversations.find((conversation) => samePeer(conversation, peer));

  /** The one that changes goes to the end, so that the first is the one to give way. */
  function change({ transport, address }: PeerAddress, how: (before: ConversationView) => ConversationView): void {
    const before = find({ transport, address }) ?? { transport, address, lines: [], unread: 0, typing: false };
    const others = model.facts.conversations.filter((conversation) => conversation !== before);
    model.update({ conversations: [...others, how(before)].slice(-CONVERSATION_LIMIT) });
  }

  function add(peer: PeerAddress, line: Omit<ChatLineView, 'id' | 'atMs'>): string {
    lines += 1;
    const id = `line-${lines}`;
    const unread = line.from === 'them' ? 1 : 0;
    change(peer, (before) => ({
      ...before,
      lines: [...before.lines, { ...line, id, atMs: clock.now() }].slice(-LINE_LIMIT),
      unread: before.unread + unread,
    }));
    return id;
  }

  function settle(peer: PeerAddress, id: string, delivery: 'failed' | undefined): void {
    if (find(peer)?.lines.some((line) => line.id === id) !== true) return;
    change(peer, (before) => ({
      ...before,
      lines: before.lines.map((line) => {
        if (line.id !== id) return line;
        const { delivery: _, ...rest } = line;
        return delivery === undefined ? rest : { ...rest, delivery };
      }),
    }));
  }

  function markRead(peer: PeerAddress): void {
    if ((find(peer)?.unread ?? 0) > 0) change(peer, (before) => ({ ...before, unread: 0 }));
  }

  function showTyping(peer: PeerAddress, on: boolean): void {
    const key = peerKey(peer);
    typing.get(key)?.();
    typing.delete(key);
    if (on)
      typing.set(
        key,
        clock.after(TYPING_SHOWN_MS, () => showTyping(peer, false)),
      );
    if ((find(peer)?.typing ?? false) !== on) change(peer, (before) => ({ ...before, typing: on }));
  }

  messengers.onEvent((event) => {
    if (event.tag !== 'chat' && event.tag !== 'saidElsewhere') return;
    const { peer } = event;
    // Who is not on the list has no row to be shown in; whoever adds us is put on it by the messenger.
    if (!messengers.contacts.some((contact) => samePeer(contact, peer))) return;
    if (event.tag === 'saidElsewhere') return void add(peer, { from: 'me', text: event.text });
    showTyping(peer, event.content.tag === 'typing');
    if (event.content.tag !== 'text') return;
    add(peer, { from: 'them', text: event.content.text });
    onHeard(peer);
  });
  // Another person on this computer must not read it.
  model.onChange(() => {
    const gone = owners.filter((owner) => !model.facts.accounts.some((account) => samePeer(account, owner)));
    owners = model.facts.accounts;
    if (gone.length === 0) return;
    const theirs = ({ transport }: PeerAddress): boolean => gone.some((owner) => owner.transport === transport);
    for (const conversation of model.facts.conversations.filter(theirs)) {
      typing.get(peerKey(conversation))?.();
      typing.delete(peerKey(conversation));
    }
    if (model.facts.conversations.some(theirs))
      model.update({ conversations: model.facts.conversations.filter((conversation) => !theirs(conversation)) });
  });

  return {
    async send(peer, text) {
      if (messengers.stateOf(peer.transport).tag !== 'signedIn') throw new MessengerError('NOT_SIGNED_IN', 'not signed in');
      const id = add(peer, { from: 'me', text, delivery: 'sending' });
      try {
        await messengers.sendMessage(peer, text);
        settle(peer, id, undefined);
      } catch (error) {
        settle(peer, id, 'failed');
        throw error;
      }
    },
    typing: (peer) => messengers.sendTyping(peer),
    read(peer) {
      if (looking()) markRead(peer);
      else shown = peer;
    },
    looked() {
      if (shown !== undefined) markRead(shown);
      shown = undefined;
    },
  };
}
