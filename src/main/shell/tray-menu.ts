import type { AppState } from '../../preload/contract.ts';
import { seenBy } from '../../words/sharing.ts';
import { t } from '../../words/words.ts';
import { waitingActivities } from './activity-words.ts';
import { shownPeer } from './safe-text.ts';

export interface TrayActions {
  open(): void;
  /** Brings the question to the front; it is answered nowhere else. */
  showQuestion(): void;
  accept(id: string): void;
  decline(id: string): void;
  acceptActivity(id: string): void;
  declineActivity(id: string): void;
  end(): void;
  quit(): void;
}

/** What the tray shows. */
export type TrayState = Pick<AppState, 'messenger' | 'session' | 'invitations' | 'activities' | 'asking'>;

export type TrayItem =
  | { readonly type: 'separator' }
  | {
      readonly type?: 'normal';
      readonly label: string;
      readonly enabled?: boolean;
      readonly click?: () => void;
      readonly submenu?: TrayItem[];
    };

/** Menus with more invitations than this would not fit on a screen; the window shows all. */
const MAX_INVITATIONS = 8;

/** A menu label as it is: `&` would be taken for an access key. */
const label = (text: string): string => text.replaceAll('&', '&&');

/** One line about where things stand; also the tray's tooltip. */
export function trayStatus(state: TrayState): string {
  const { session } = state;
  if (state.asking) return t('shell.tray.asking');
  if (session !== undefined && session.phase.tag !== 'ended') {
    const { name } = shownPeer(session.peer);
    if (session.phase.tag === 'connected') {
      if (session.role === 'expert') return t('shell.tray.helping', { name });
      if (!session.viewing) return t('shell.tray.notViewing', { name });
      return (session.sharing === undefined ? undefined : seenBy(name, session.sharing)) ?? t('shell.tray.beingHelped', { name });
    }
    return t('shell.tray.connecting', { name });
  }
  if (state.invitations.length > 0) return t('shell.tray.waitingForYou');
  if (waitingActivities(state.activities).length > 0) return t('shell.tray.invitedByOne');
  switch (state.messenger.tag) {
    case 'signedIn':
      return t('shell.tray.signedIn');
    case 'connecting':
    case 'waiting':
      return t('shell.tray.signingIn');
    default:
      return t('shell.tray.signedOut');
  }
}

/** The menu does not say how a window is called, so that it stays as it is under the mouse when that changes. */
function withoutTitle(state: TrayState): TrayState {
  const { session } = state;
  if (session?.sharing?.title === undefined) return state;
  const { title: _said, ...sharing } = session.sharing;
  return { ...state, session: { ...session, sharing } };
}

/** The tray's menu for this state. */
export function trayMenu(state: TrayState, actions: TrayActions): TrayItem[] {
  const items: TrayItem[] = [{ label: label(trayStatus(withoutTitle(state))), enabled: false }, { type: 'separator' }];
  const { invitations } = state;
  if (state.asking) items.push({ label: label(t('shell.tray.showQuestion')), click: () => actions.showQuestion() }, { type: 'separator' });
  for (const invitation of invitations.slice(0, MAX_INVITATIONS)) {
    const peer = shownPeer(invitation.from);
    items.push({
      label: label(invitationWords(invitation, peer)),
      enabled: false,
    });
    items.push({
      label: label(t(invitation.offer ? 'shell.tray.acceptOffer' : 'shell.tray.accept', { name: peer.name })),
      click: () => actions.accept(invitation.id),
    });
    items.push({ label: label(t('shell.tray.decline', { name: peer.name })), click: () => actions.decline(invitation.id) });
    items.push({ type: 'separator' });
  }
  for (const { id, from, activity } of waitingActivities(state.activities).slice(0, Math.max(0, MAX_INVITATIONS - invitations.length))) {
    const { name, address } = shownPeer(from);
    const words = { name, activity: t(`activity.name.${activity.kind}`) };
    items.push({ label: label(t('shell.tray.activity', { ...words, address })), enabled: false });
    items.push({ label: label(t('shell.tray.acceptActivity', words)), click: () => actions.acceptActivity(id) });
    items.push({ label: label(t('shell.tray.declineActivity', words)), click: () => actions.declineActivity(id) });
    items.push({ type: 'separator' });
  }
  if (state.session !== undefined && state.session.phase.tag !== 'ended') {
    items.push({ label: label(t(state.session.role === 'novice' ? 'shell.tray.stop' : 'shell.tray.end')), click: () => actions.end() });
    items.push({ type: 'separator' });
  }
  items.push({ label: label(t('shell.tray.open')), click: () => actions.open() });
  items.push({ label: label(t('shell.tray.quit')), click: () => actions.quit() });
  return items;
}

/** A guest's address is a number of the server's making: nobody could know it again. */
function invitationWords({ offer, guest }: TrayState['invitations'][number], { name, address }: ReturnType<typeof shownPeer>): string {
  if (guest) return t('shell.tray.guest', { name });
  return t(offer ? 'shell.tray.offer' : 'shell.tray.invitation', { name, address });
}
