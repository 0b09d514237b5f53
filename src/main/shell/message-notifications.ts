import type { AppState } from '../../preload/contract.ts';
import { peerKey, samePeer, type PeerAddress } from '../../protocol/applications/peer.ts';
import { t } from '../../words/words.ts';
import { createNotifications, type NotificationsDeps } from './notifications.ts';

export interface MessageNotificationsDeps extends Pick<NotificationsDeps<never>, 'create' | 'open'> {
  /** The person has the main window before them, which shows by itself who has written. */
  readonly looking: () => boolean;
}

export interface MessageNotifications {
  /** The contact has written. */
  heard(peer: PeerAddress, state: Written): void;
  update(state: Written): void;
}

type Written = Pick<AppState, 'conversations' | 'contacts'>;

/** One notification a person who has written while nobody looked, until it is read. What was written stays in the window: screens are shared here. */
export function createMessageNotifications({ create, open, looking }: MessageNotificationsDeps): MessageNotifications {
  const waiting = new Map<string, PeerAddress>();
  const notifications = createNotifications({
    words: ({ name }) => ({ title: t('shell.notification.messageTitle', { name }), body: t('shell.notification.messageBody') }),
    create,
    open,
    onUnseen: () => undefined,
  });

  function update({ conversations, contacts }: Written): void {
    for (const [key, peer] of waiting)
      if (!conversations.some((conversation) => samePeer(conversation, peer) && conversation.unread > 0)) waiting.delete(key);
    notifications.update(
      Array.from(waiting, ([id, peer]) => ({
        id,
        from: contacts.find((contact) => samePeer(contact, peer)) ?? { ...peer, friendlyName: '' },
      })),
    );
  }

  return {
    heard({ transport, address }, state) {
      const peer = { transport, address };
      if (!looking()) waiting.set(peerKey(peer), peer);
      update(state);
    },
    update,
  };
}
