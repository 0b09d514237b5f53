import type { Invitation } from '../../facts/invitations.ts';
import { t } from '../../words/words.ts';
import { shownPeer } from './safe-text.ts';

/** The part of Electron's Notification that is used; injected so that this can be tested. */
export interface NotificationPort {
  on(event: 'click' | 'close', listener: () => void): unknown;
  on(event: 'failed', listener: () => void): unknown;
  on(event: 'action', listener: (event: { readonly actionIndex?: number }, index?: number) => void): unknown;
  show(): void;
  close(): void;
}

export interface NotificationOptions {
  readonly title: string;
  readonly body: string;
  readonly silent: true;
  readonly urgency: 'critical' | 'normal';
  readonly timeoutType: 'never' | 'default';
  readonly actions: readonly { readonly type: 'button'; readonly text: string }[];
}

/** Somebody asks for help, or offers it. */
export function helpNotificationWords(
  { name, address }: { readonly name: string; readonly address: string },
  { offer, guest }: Invitation,
): { readonly title: string; readonly body: string } {
  // A guest's address is a number of the server's making: nobody could know it again.
  if (guest) return { title: t('shell.notification.title', { name }), body: t('shell.notification.guestBody') };
  return offer
    ? { title: t('shell.notification.offerTitle', { name }), body: t('shell.notification.offerBody', { address }) }
    : { title: t('shell.notification.title', { name }), body: t('shell.notification.body', { address }) };
}

/** What a notification is about. */
interface Notified {
  readonly id: string;
  readonly from: Invitation['from'];
}

export interface NotificationsDeps<I extends Notified> {
  readonly words: (
    peer: { readonly name: string; readonly address: string },
    invitation: I,
  ) => { readonly title: string; readonly body: string };
  /** Undefined where the system has no notifications. */
  readonly create: ((options: NotificationOptions) => NotificationPort) | undefined;
  /** Where it asks for an answer: then it stays until it has one. */
  readonly answer?: { readonly accept: (id: string) => void; readonly decline: (id: string) => void };
  /** Opens the app on it. */
  readonly open: (id: string) => void;
  /** Nobody would see a notification: draw attention in another way. */
  readonly onUnseen: (id: string) => void;
}

export interface Notifications<I extends Notified> {
  update(invitations: readonly I[]): void;
}

/**
 * One notification an invitation (or whatever else it is about), withdrawn with it. Buttons appear where the system has them, and a click on
 * the notification itself opens the app everywhere.
 */
export function createNotifications<I extends Notified>(deps: NotificationsDeps<I>): Notifications<I> {
  // Kept here so that they are not collected while they are on the screen.
  const shown = new Map<string, NotificationPort | undefined>();

  function show(invitation: I): void {
    const { id } = invitation;
    if (deps.create === undefined) {
      shown.set(id, undefined);
      deps.onUnseen(id);
      return;
    }
    const notification = deps.create({
      ...deps.words(shownPeer(invitation.from), invitation),
      // The main window plays our own sound, if the person wants one.
      silent: true,
      urgency: deps.answer ? 'critical' : 'normal',
      timeoutType: deps.answer ? 'never' : 'default',
      actions: deps.answer
        ? [
            { type: 'button', text: t('shell.accept') },
            { type: 'button', text: t('shell.decline') },
          ]
        : [],
    });
    shown.set(id, notification);
    const current = (): boolean => shown.get(id) === notification;
    notification.on('click', () => {
      if (!current()) return;
      // It has done its work. Some servers leave a clicked notification on the screen, and Electron lets go of it after this event.
      shown.set(id, undefined);
      notification.close();
      deps.open(id);
    });
    notification.on('action', (event, index) => {
      if (!current()) return;
      const action = event.actionIndex ?? index;
      if (action === 0) deps.answer?.accept(id);
      else if (action === 1) deps.answer?.decline(id);
    });
    notification.on('failed', () => {
      if (current()) deps.onUnseen(id);
    });
    notification.show();
  }

  return {
    update(invitations) {
      const present = new Set(invitations.map((invitation) => invitation.id));
      for (const [id, notification] of shown) {
        if (present.has(id)) continue;
        shown.delete(id);
        notification?.close();
      }
      for (const invitation of invitations) if (!shown.has(invitation.id)) show(invitation);
    },
  };
}
