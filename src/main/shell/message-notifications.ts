import type { AppState } from '../../preload/contract.ts';
import { t } from '../../words/words.ts';
import { createNotifications, type NotificationsDeps } from './notifications.ts';

export interface MessageNotificationsDeps extends Pick<NotificationsDeps<never>, 'create' | 'open'> {
  /** The person has the main window before them, which shows by itself who has written. */
  readonly looking: () => boolean;
}

export interface MessageNotifications {
  /** The contact has written. */
  heard(address: string, state: Written): void;
  update(state: Written): void;
}

type Written = Pick<AppState, 'conversations' | 'contacts'>;

/** One notification a person who has written while nobody looked, until it is read. What was written stays in the window: screens are shared here. */
export function createMessageNotifications({ create, open, looking }: MessageNotificationsDeps): MessageNotifications {
  const waiting = new Set<string>();
  const notifications = createNotifications({
    words: ({ name }) => ({ title: t('shell.notification.messageTitle', { name }), body: t('shell.notification.messageBody') }),
    create,
    open,
    onUnseen: () => undefined,
  });

  function update({ conversations, contacts }: Written): void {
    for (const address of waiting)
      if (!conversations.some((conversation) => conversation.address === address && conversation.unread > 0)) waiting.delete(address);
    notifications.update(
      [...waiting].map((address) => ({
        id: address,
        from: contacts.find((contact) => contact.address === address) ?? { address, friendlyName: '' },
      })),
    );
  }

  return {
    heard(address, state) {
      if (!looking()) waiting.add(address);
      update(state);
    },
    update,
  };
}
