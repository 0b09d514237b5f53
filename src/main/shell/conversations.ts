/* What people wrote to each other since the app was started: kept in memory, bounded, never on disk. */
import type { ChatLineView, ConversationView } from '../../preload/contract.ts';
import type { Clock } from '../clock.ts';
import { MessengerError, type Messenger } from '../messenger/contract.ts';
import type { AppModel } from './app-model.ts';

/** Lines kept of one conversation, and conversations kept: the oldest give way. */
export const LINE_LIMIT = 200;
export const CONVERSATION_LIMIT = 50;
/** Others say every few seconds that they are still typing. */
export const TYPING_SHOWN_MS = 6_000;

export interface ConversationsDeps {
  readonly messenger: Messenger;
  readonly model: AppModel;
  readonly clock: Clock;
  /** Somebody on the contact list has written something. */
  readonly onHeard: (address: string) => void;
  /** The person has the main window before them. */
  readonly looking: () => boolean;
}

export interface Conversations {
  /** The line is shown at once, and says so when it did not get there. Rejects as the messenger does. */
  send(address: string, text: string): Promise<void>;
  typing(address: string): void;
  /** The page shows all there is of it: read, as soon as the person has the window before them. */
  read(address: string): void;
  /** The person has come to the window. */
  looked(): void;
}

export function createConversations({ messenger, model, clock, onHeard, looking }: ConversationsDeps): Conversations {
  let lines = 0;
  /** Shown to nobody so far. */
  let shown: string | undefined;
  let owner = model.facts.account?.address;
  const typing = new Map<string, () => void>();

  const find = (address: string): ConversationView | undefined =>
    model.facts.conversations.find((conversation) => conversation.address === address);

  /** The one that changes goes to the end, so that the first is the one to give way. */
  function change(address: string, how: (before: ConversationView) => ConversationView): void {
    const before = find(address) ?? { address, lines: [], unread: 0, typing: false };
    const others = model.facts.conversations.filter((conversation) => conversation !== before);
    model.update({ conversations: [...others, how(before)].slice(-CONVERSATION_LIMIT) });
  }

  function add(address: string, line: Omit<ChatLineView, 'id' | 'atMs'>): string {
    lines += 1;
    const id = `line-${lines}`;
    const unread = line.from === 'them' ? 1 : 0;
    change(address, (before) => ({
      ...before,
      lines: [...before.lines, { ...line, id, atMs: clock.now() }].slice(-LINE_LIMIT),
      unread: before.unread + unread,
    }));
    return id;
  }

  function settle(address: string, id: string, delivery: 'failed' | undefined): void {
    if (find(address)?.lines.some((line) => line.id === id) !== true) return;
    change(address, (before) => ({
      ...before,
      lines: before.lines.map((line) => {
        if (line.id !== id) return line;
        const { delivery: _, ...rest } = line;
        return delivery === undefined ? rest : { ...rest, delivery };
      }),
    }));
  }

  function markRead(address: string): void {
    if ((find(address)?.unread ?? 0) > 0) change(address, (before) => ({ ...before, unread: 0 }));
  }

  function showTyping(address: string, on: boolean): void {
    typing.get(address)?.();
    typing.delete(address);
    if (on)
      typing.set(
        address,
        clock.after(TYPING_SHOWN_MS, () => showTyping(address, false)),
      );
    if ((find(address)?.typing ?? false) !== on) change(address, (before) => ({ ...before, typing: on }));
  }

  messenger.onEvent((event) => {
    if (event.tag !== 'chat') return;
    const { address } = event.peer;
    // Who is not on the list has no row to be shown in; whoever adds us is put on it by the messenger.
    if (!messenger.contacts.some((contact) => contact.address === address)) return;
    showTyping(address, event.content.tag === 'typing');
    if (event.content.tag !== 'text') return;
    add(address, { from: 'them', text: event.content.text });
    onHeard(address);
  });
  // Another person on this computer must not read it.
  model.onChange(() => {
    const address = model.facts.account?.address;
    if (address === owner) return;
    owner = address;
    for (const cancel of typing.values()) cancel();
    typing.clear();
    if (model.facts.conversations.length > 0) model.update({ conversations: [] });
  });

  return {
    async send(address, text) {
      if (messenger.state.tag !== 'signedIn') throw new MessengerError('NOT_SIGNED_IN', 'not signed in');
      const id = add(address, { from: 'me', text, delivery: 'sending' });
      try {
        await messenger.sendMessage(address, text);
        settle(address, id, undefined);
      } catch (error) {
        settle(address, id, 'failed');
        throw error;
      }
    },
    typing: (address) => messenger.sendTyping(address),
    read(address) {
      if (looking()) markRead(address);
      else shown = address;
    },
    looked() {
      if (shown !== undefined) markRead(shown);
      shown = undefined;
    },
  };
}
