/**
 * What a window shows: the newest snapshot from main, and a small slice of its own (which page, what is being sent, what was refused).
 * Nothing here calls the bridge; actions.ts does.
 */
import type { Preferences } from '../../facts/preferences.ts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AppState, SavedInvitationView } from '../../preload/contract.ts';
import type { PeerAddress } from '../../protocol/applications/peer.ts';
import type { SessionTraffic } from '../../protocol/assistance/status.ts';
import { newInvitation } from './invitations.ts';
import type { Problem } from './problem.ts';
import type { ServerInvitation } from './server-invitation.ts';

export type Page = 'home' | 'history' | 'settings';
/** `elsewhere`: an account to help somebody in another network with. */
export type WelcomeStep = 'choose' | 'need' | 'account' | 'host' | 'elsewhere' | 'hostReady';

/** Where on the screen a command belongs, and so where its refusal is shown. */
export type Place =
  | 'account'
  | 'offeredAccount'
  | 'offeredHelp'
  | 'offeredContact'
  | 'contactLink'
  | 'guest'
  | 'guestPlaces'
  | 'forwarding'
  | 'relayServer'
  | 'server'
  | 'newcomer'
  | 'stranger'
  | 'file'
  | 'friendlyName'
  | 'presence'
  | 'messenger'
  | 'contacts'
  | 'chat'
  | 'ask'
  | 'invitation'
  | 'session'
  | 'control'
  | 'sound'
  | 'code'
  | 'trust'
  | 'activity'
  | 'programs'
  | 'hosting'
  | 'hostedAccounts'
  | 'settings'
  | 'stopShortcut'
  | 'history'
  | 'viewer'
  | 'sharing'
  | 'copy';

/** The secret of a new account, kept only until the person has passed it on. */
export interface IssuedAccount {
  readonly friendlyName: string;
  readonly address: string;
  readonly server: string;
  readonly accessToken: string;
  /** Of the messenger. */
  readonly key?: string;
  /** The account of this computer's person, which the new one begins with as a contact. */
  readonly contact?: string;
  readonly contactName?: string;
}

export interface UiState {
  readonly page: Page;
  readonly welcome: WelcomeStep;
  /** The transport of the first account, while it signs in for the first time: the form it was typed into stays until it has. */
  readonly trying?: string;
  /** A server's, opened or pasted; the form of an account begins with it. */
  readonly serverInvitation?: ServerInvitation;
  readonly picking: boolean;
  /** The contact whose conversation is open. */
  readonly talkingTo?: PeerAddress;
  readonly issued?: IssuedAccount;
  /** The password of the saved invitation, as long as this window lives. */
  readonly savedInvitation?: SavedInvitationView;
  /** Settings that the person has chosen and main has not shown yet: a switch must not jump back meanwhile. */
  readonly chosen: Partial<Preferences>;
  readonly pending: readonly Place[];
  readonly problems: Readonly<Partial<Record<Place, Problem>>>;
}

export interface WindowState {
  /** As main has told it last, but for the figures of its session; the same object while only these are others. */
  readonly app: AppState | undefined;
  /** They are others each second: only what shows them is to be drawn anew for that. */
  readonly traffic?: SessionTraffic | undefined;
  readonly loadFailed: boolean;
  readonly ui: UiState;
}

export type WindowStore = StoreApi<WindowState>;

export const INITIAL_UI: UiState = { page: 'home', welcome: 'choose', picking: false, chosen: {}, pending: [], problems: {} };

export function createWindowStore({ app, ...initial }: Partial<WindowState> = {}): WindowStore {
  return createStore<WindowState>(() => ({ loadFailed: false, ui: INITIAL_UI, ...initial, ...withTrafficApart(app) }));
}

function withTrafficApart(told: AppState | undefined): Pick<WindowState, 'app' | 'traffic'> {
  if (told?.session === undefined) return { app: told, traffic: undefined };
  const { traffic, ...session } = told.session;
  return { app: { ...told, session }, traffic };
}

/* ---------- reducers: a state in, a state out ---------- */

export function withApp(state: WindowState, told: AppState): WindowState {
  const { app = told, traffic } = withTrafficApart(told);
  const next = withNews(state, app);
  // Without figures that all is as it was may be news: what has come of a command.
  const onlyFigures = traffic !== undefined && saysTheSame(state, next);
  return { ...(onlyFigures ? state : next), traffic };
}

/** Both are made in the same way: even their names stand in the same order. */
function saysTheSame(before: WindowState, now: WindowState): boolean {
  const plain = ({ app, loadFailed, ui }: WindowState): string => JSON.stringify([app, loadFailed, ui]);
  return plain(before) === plain(now);
}

function withNews(state: WindowState, app: AppState): WindowState {
  const next = withFacts(state, app);
  const { wantedTalk } = app;
  // Asked for in the session's window.
  if (wantedTalk === undefined || wantedTalk.wish === state.app?.wantedTalk?.wish) return next;
  const { transport, address } = wantedTalk;
  return withTalk(withPage(next, 'home'), { transport, address });
}

function withFacts(state: WindowState, app: AppState): WindowState {
  // A session that has just begun answers the contact picker.
  const began = app.session !== undefined && app.session.id !== state.app?.session?.id;
  const kept = withTried({ ...state.ui, chosen: withoutShown(state.ui.chosen, app.settings) }, app);
  const ui = began
    ? {
        ...withoutTalk(kept),
        picking: false,
        page: 'home' as const,
        problems: withoutKeys(kept.problems, ['ask', 'invitation', 'session', 'control']),
      }
    : newInvitation(state.app, app)
      ? { ...kept, problems: withoutKeys(kept.problems, ['invitation', 'activity']) }
      : kept;
  return { ...state, app, loadFailed: false, ui };
}

/** How the first sign-in went: on to Home, or a reason at the form. A try that goes on by itself takes the reason of the last one not away. */
function withTried(ui: UiState, { accounts }: AppState): UiState {
  const status = accounts.find(({ transport }) => transport === ui.trying)?.status;
  if (status?.tag === 'signedIn') return { ...withoutInvitation(withoutTrying(ui)), welcome: 'choose' };
  const code = status?.tag === 'signedOut' || status?.tag === 'waiting' ? status.code : undefined;
  return code === undefined ? ui : { ...ui, problems: { ...ui.problems, account: { code } } };
}

function withoutTrying(state: UiState): UiState {
  const { trying: _over, ...ui } = state;
  return ui;
}

/** The first account begins to sign in, or the person does not wait for it any longer. */
export function withTrying(state: WindowState, trying: string | undefined): WindowState {
  const ui = withoutTrying(state.ui);
  return { ...state, ui: trying === undefined ? ui : { ...ui, trying } };
}

export function withPage(state: WindowState, page: Page): WindowState {
  return { ...state, ui: { ...withoutInvitation(withoutTalk(state.ui)), page, picking: false, problems: {} } };
}

export function withPicking(state: WindowState, picking: boolean): WindowState {
  return { ...state, ui: { ...state.ui, picking, problems: withoutKeys(state.ui.problems, ['ask', 'contacts']) } };
}

/** Opens the conversation with a contact, or closes it. */
export function withTalk(state: WindowState, talkingTo: PeerAddress | undefined): WindowState {
  const ui = { ...withoutTalk(state.ui), problems: withoutKeys(state.ui.problems, ['ask', 'chat']) };
  return { ...state, ui: talkingTo === undefined ? ui : { ...ui, talkingTo } };
}

function withoutTalk(state: UiState): UiState {
  const { talkingTo: _closed, ...ui } = state;
  return ui;
}

export function withWelcome(state: WindowState, welcome: WelcomeStep): WindowState {
  const ui = welcome === 'account' ? state.ui : withoutInvitation(state.ui);
  return { ...state, ui: { ...ui, welcome, problems: {} } };
}

function withoutInvitation(state: UiState): UiState {
  const { serverInvitation: _used, ...ui } = state;
  return ui;
}

/** Where the form is: at the first start, or in Settings. */
export function withServerInvitation(state: WindowState, invitation: ServerInvitation, isFirst: boolean): WindowState {
  const shown = isFirst ? withWelcome(state, 'account') : withPage(state, 'settings');
  return { ...shown, ui: { ...shown.ui, serverInvitation: invitation } };
}

/** It has been used, or is not wanted. */
export const withoutServerInvitation = (state: WindowState): WindowState => ({ ...state, ui: withoutInvitation(state.ui) });

export function withIssued(state: WindowState, issued: IssuedAccount | undefined): WindowState {
  const { issued: _old, ...rest } = state.ui;
  return { ...state, ui: issued === undefined ? rest : { ...rest, issued } };
}

export function withSavedInvitation(state: WindowState, saved: SavedInvitationView | undefined): WindowState {
  const { savedInvitation: _old, ...rest } = state.ui;
  return { ...state, ui: saved === undefined ? rest : { ...rest, savedInvitation: saved } };
}

export function withPending(state: WindowState, place: Place): WindowState {
  return { ...state, ui: { ...state.ui, pending: [...state.ui.pending, place], problems: withoutKeys(state.ui.problems, [place]) } };
}

/** The command of `place` has been answered. */
export function withAnswer(state: WindowState, place: Place, problem: Problem | undefined): WindowState {
  const at = state.ui.pending.indexOf(place);
  const pending = at < 0 ? state.ui.pending : state.ui.pending.toSpliced(at, 1);
  const problems = problem === undefined ? withoutKeys(state.ui.problems, [place]) : { ...state.ui.problems, [place]: problem };
  return { ...state, ui: { ...state.ui, pending, problems } };
}

/** A person has chosen these settings. */
export function withChosen(state: WindowState, settings: Partial<Preferences>): WindowState {
  return { ...state, ui: { ...state.ui, chosen: { ...state.ui.chosen, ...settings } } };
}

/** Main has refused these settings: what it has is shown again, unless the person has chosen anew meanwhile. */
export function withoutChosen(state: WindowState, settings: Partial<Preferences>): WindowState {
  return { ...state, ui: { ...state.ui, chosen: withoutShown(state.ui.chosen, settings) } };
}

function withoutShown(chosen: Partial<Preferences>, shown: Partial<Preferences>): Partial<Preferences> {
  const left = Object.entries(chosen).filter(([name, value]) => !sameSetting(value, shown[name as keyof Preferences]));
  return Object.fromEntries(left) as Partial<Preferences>;
}

/** Hosting is a record of three; the others are plain values. */
const sameSetting = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

function withoutKeys(problems: UiState['problems'], places: readonly Place[]): UiState['problems'] {
  return Object.fromEntries(Object.entries(problems).filter(([place]) => !places.includes(place as Place)));
}
