/** Named questions to the state. */
import type { Preferences } from '../../facts/preferences.ts';
import type { AccountView, AppState, ContactView, MessengerStatus, TransportView } from '../../preload/contract.ts';
import { cameByFile, samePeer } from '../../protocol/applications/peer.ts';
import type { HistoryEntry, SessionStatus } from '../../protocol/assistance/status.ts';
import { inOrder } from '../../words/locale.ts';
import { t } from '../../words/words.ts';
import type { Place, WindowState } from './store.ts';
import type { ActionState, Problem } from './problem.ts';

const PRESENCE_ORDER = { online: 0, away: 1, busy: 2, offline: 3 } as const;

/** How things stand at `place`; where nothing was refused there, a refusal at one of the places `beside` it is shown with it. */
export function actionAt({ ui }: WindowState, place: Place, ...beside: readonly Place[]): ActionState {
  const refused = [place, ...beside].find((each) => ui.problems[each] !== undefined);
  return { pending: ui.pending.includes(place), problem: refused && ui.problems[refused] };
}

/** The settings as the person has them before them. */
export const shownSettings = (app: AppState, chosen: Partial<Preferences>): Preferences => ({ ...app.settings, ...chosen });

/** Something goes on that needs no messenger. */
const withoutMessenger = (app: AppState | undefined): boolean =>
  app !== undefined && (app.session !== undefined || app.fileInvitation !== undefined || app.offeredInvitation !== undefined);

/** Those on which one can be found now. */
export const transportsIn = ({ transports, accounts }: AppState): readonly TransportView[] =>
  transports.filter(({ name }) => accounts.some(({ transport, status }) => transport === name && isSignedIn(status)));

/** The first start, and the hosting path until its last page is put away. */
export const showsWelcome = (state: WindowState): boolean =>
  ((state.app?.accounts ?? []).length === 0 && !withoutMessenger(state.app)) ||
  state.ui.welcome === 'hostReady' ||
  state.ui.trying !== undefined;

/** Whoever keeps the messenger that an account is on, as they are called here; undefined where no link has said. */
export function carrierOf(account: AccountView, contacts: readonly ContactView[]): string | undefined {
  const { contact: address, contactName } = account.values;
  if (address === undefined) return undefined;
  const known = contacts.find((contact) => samePeer(contact, { transport: account.transport, address }));
  return displayName(known ?? { friendlyName: contactName ?? '', address });
}

/** Why an account is not signed in; undefined while it is, or tries for the first time. */
export function signInProblem(account: AccountView, contacts: readonly ContactView[]): Problem | undefined {
  const { status } = account;
  const code = status.tag === 'signedOut' || status.tag === 'waiting' ? status.code : undefined;
  return code === undefined ? undefined : withCarrier({ code }, carrierOf(account, contacts));
}

export const withCarrier = (problem: Problem, carrier: string | undefined): Problem =>
  carrier === undefined ? problem : { ...problem, carrier };

/** The form of the first account: what was refused there, or how its first sign-in fares. */
export function firstAccountState(state: WindowState): ActionState {
  const asked = actionAt(state, 'account');
  const { app, ui } = state;
  const account = app?.accounts.find(({ transport }) => transport === ui.trying);
  if (app === undefined || ui.trying === undefined || asked.pending) return asked;
  if (asked.problem === undefined) return { pending: true, problem: undefined };
  return { pending: false, problem: account === undefined ? asked.problem : withCarrier(asked.problem, carrierOf(account, app.contacts)) };
}

const isSignedIn = (messenger: MessengerStatus): boolean => messenger.tag === 'signedIn';

/** A session or attempt that is not over. */
export const isRunning = (session: SessionStatus | undefined): session is SessionStatus =>
  session !== undefined && session.phase.tag !== 'ended';

/** Somebody else has this computer's mouse and keyboard: main refuses what outlasts the session. */
export const isFrozen = ({ session }: Pick<AppState, 'session'>): boolean =>
  session?.role === 'novice' && session.phase.tag === 'connected' && session.control === 'granted';

/** Whether they are there, or that nobody can know it yet. */
export const presenceText = ({ presence, unanswered }: ContactView): string =>
  t(unanswered === true && presence === 'offline' ? 'presence.unanswered' : `presence.${presence}`);

/** Reachable people first, then by name. */
export function sortedContacts(contacts: readonly ContactView[]): readonly ContactView[] {
  return contacts.toSorted((a, b) => PRESENCE_ORDER[a.presence] - PRESENCE_ORDER[b.presence] || inOrder(displayName(a), displayName(b)));
}

export const reachable = (contacts: readonly ContactView[]): readonly ContactView[] =>
  sortedContacts(contacts).filter((contact) => contact.presence !== 'offline');
export const unreachable = (contacts: readonly ContactView[]): readonly ContactView[] =>
  sortedContacts(contacts).filter((contact) => contact.presence === 'offline');

const MISSED_FOR_MS = 86_400_000;
const MAX_MISSED = 3;

/** The newest request of each person of the last day that came to nothing before it was taken, and after which they were not helped. */
export function missedRequests(history: readonly HistoryEntry[], nowMs: number): readonly HistoryEntry[] {
  const mine = history.filter(({ role, offered }) => role === 'expert' && offered === undefined);
  const newest = new Map<string, HistoryEntry>();
  for (const entry of mine.toSorted((a, b) => a.startedAtMs - b.startedAtMs))
    newest.set(`${entry.peer.transport} ${entry.peer.address}`, entry);
  return [...newest.values()]
    .filter(({ viewed, reason, endedAtMs }) => !viewed && MISSED_REASONS.includes(reason) && nowMs - endedAtMs < MISSED_FOR_MS)
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs)
    .slice(0, MAX_MISSED);
}

/** What ends a request that nobody answered, or one that was declined. */
const MISSED_REASONS: readonly string[] = ['declined', 'cancelledByPeer', 'timedOut', 'peerLeftMessenger', 'messengerLost'];

/** Longest name shown, in code points: a sentence must not be pushed out of sight by what somebody calls themselves. */
const MAX_NAME = 48;

/**
 * The name people use, on one line and in our reading direction; where there is none the address, which of somebody who came by a file is no
 * person's but a computer's.
 */
export function displayName(person: { readonly transport?: string; readonly friendlyName: string; readonly address: string }): string {
  return shownName(person.friendlyName) || (cameByFile(person) ? t('person.unnamed') : shownName(person.address));
}

function shownName(text: string): string {
  const plain = text
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replace(/\p{Bidi_Control}/gu, '')
    .trim();
  const characters = Array.from(plain);
  return characters.length <= MAX_NAME
    ? plain
    : `${characters
        .slice(0, MAX_NAME - 1)
        .join('')
        .trimEnd()}…`;
}

/** Why the novice cannot ask right now, or undefined. */
export type AskObstacle = 'desktop' | 'messenger' | 'session';
export function askObstacle(app: AppState): AskObstacle | undefined {
  if (!app.desktop.capture) return 'desktop';
  if (!isSignedIn(app.messenger)) return 'messenger';
  return isRunning(app.session) ? 'session' : undefined;
}

/** The keys that stop a session, where they surely do. */
export function stopKeysPromised({ stopKeys, settings }: Pick<AppState, 'stopKeys' | 'settings'>): string | undefined {
  return stopKeys === 'held' ? settings.stopShortcut : undefined;
}
