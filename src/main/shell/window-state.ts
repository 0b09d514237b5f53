/* What the windows see: each slice of the state, how it comes from what main knows, and what each window gets of it. */
import type { Preferences } from '../../facts/preferences.ts';
import type {
  AccountView,
  AppState,
  ContactView,
  InvitationView,
  MessengerStatus,
  ProgramView,
  TransportView,
} from '../../preload/contract.ts';
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import { ACTIVITY_KINDS } from '../../protocol/applications/applications.ts';
import { peerKey, samePeer } from '../../protocol/applications/peer.ts';
import type { ProgramChoices } from '../activities/contract.ts';
import { lineOf, templateOf } from '../activities/template.ts';
import type { MessengerState } from '../messenger/contract.ts';
import { overall } from '../messenger/messengers.ts';
import type { Settings } from '../settings/settings-store.ts';
import { FIRST_TRANSPORT } from '../settings/transport-name.ts';
import type { AppFacts } from './app-facts.ts';
import { isTakenFor } from './claimed-name.ts';
import { safeText } from './safe-text.ts';

/** Windows that show the state. */
export type StateWindow = 'main' | 'session';

/** A row: the value, and for every window what it shows of the value. */
type Slice<V> = { readonly of: (facts: AppFacts) => V } & Readonly<Record<StateWindow, (value: V) => V>>;

const whole = <V>(value: V): V => value;
const none = (): undefined => undefined;
const nobody = (): never[] => [];

/**
 * The session window's page, which draws what the other side sends, has no business with contacts, conversations and history, and all of
 * it would be copied anew with every count of bytes.
 */
const STATE: { readonly [K in keyof AppState]-?: Slice<AppState[K]> } = {
  version: { of: ({ version }) => version, main: whole, session: whole },
  locale: { of: ({ locale }) => locale, main: whole, session: whole },
  messenger: { of: overallStatus, main: whole, session: whole },
  transports: { of: transportViews, main: whole, session: nobody },
  accounts: { of: accountViews, main: whole, session: nobody },
  contacts: { of: contactViews, main: whole, session: nobody },
  hosting: { of: ({ hosting }) => hosting, main: whole, session: () => ({ tag: 'off' }) },
  invitations: { of: invitationViews, main: whole, session: nobody },
  newcomer: { of: ({ newcomer }) => newcomer, main: whole, session: none },
  offeredHelp: { of: ({ offeredHelp }) => offeredHelp, main: whole, session: none },
  offeredContact: { of: ({ offeredContact }) => offeredContact, main: whole, session: none },
  suggestedName: { of: suggestedName, main: whole, session: () => '' },
  guestTriesLeft: { of: ({ guestTriesLeft }) => guestTriesLeft, main: whole, session: none },
  strangers: { of: ({ strangers }) => strangers, main: whole, session: nobody },
  conversations: { of: ({ conversations }) => conversations, main: whole, session: nobody },
  activities: { of: ({ activities }) => activities, main: whole, session: nobody },
  programs: { of: ({ programs }) => programViews(programs), main: whole, session: nobody },
  // Counters are for the session window only.
  session: { of: shownSession, main: (session) => session && withoutTraffic(session), session: whole },
  fileInvitation: { of: ({ fileInvitation }) => fileInvitation, main: whole, session: none },
  offeredInvitation: { of: ({ offeredInvitation }) => offeredInvitation, main: whole, session: none },
  offeredAccount: { of: ({ offeredAccount }) => offeredAccount, main: whole, session: none },
  history: { of: ({ history }) => history.map(named), main: whole, session: nobody },
  record: { of: ({ record }) => record, main: whole, session: () => ({}) },
  settings: { of: ({ settings }) => settingsView(settings), main: whole, session: whole },
  trust: { of: ({ trust }) => trust, main: whole, session: none },
  notices: { of: ({ notices }) => notices, main: whole, session: nobody },
  desktop: { of: ({ desktop }) => desktop, main: whole, session: whole },
  stopKeys: { of: ({ stopKeys }) => stopKeys, main: whole, session: whole },
  asking: { of: ({ asking }) => asking, main: whole, session: whole },
  panelFolded: { of: ({ panelFolded }) => panelFolded, main: whole, session: whole },
  wantedTalk: { of: ({ wantedTalk }) => wantedTalk, main: whole, session: none },
  unreadInSession: { of: unreadInSession, main: whole, session: whole },
};

/** The whole state. */
export const projectState = (facts: AppFacts): AppState => assemble((name) => STATE[name].of(facts));

/** What a window shows of the state, and no more. */
export const stateFor = (window: StateWindow, state: AppState): AppState =>
  assemble((name) => (STATE[name][window] as (value: unknown) => unknown)(state[name]));

/** A slice that is not there is left out. */
function assemble(valueOf: (name: keyof AppState) => unknown): AppState {
  const slices = (Object.keys(STATE) as (keyof AppState)[]).map((name) => [name, valueOf(name)] as const);
  return Object.fromEntries(slices.filter(([, value]) => value !== undefined)) as unknown as AppState;
}

function messengerStatus(messenger: MessengerState, presence: AppFacts['presence']): Exclude<MessengerStatus, { tag: 'noAccount' }> {
  switch (messenger.tag) {
    case 'signedOut':
      return messenger.reason === undefined ? { tag: 'signedOut' } : { tag: 'signedOut', code: messenger.reason };
    case 'connecting':
      return { tag: 'connecting' };
    case 'signedIn':
      return { tag: 'signedIn', presence };
    case 'waiting':
      return { tag: 'waiting', retryAtMs: messenger.retryAtMs, code: messenger.reason };
  }
}

function shownSession({ session }: AppFacts): SessionStatus | undefined {
  if (session?.phase.tag === 'ended') return { ...session, phase: named(session.phase) };
  // A window is called what a program has written, or whoever wrote what it shows.
  const title = session?.sharing?.title;
  return session?.sharing === undefined || title === undefined
    ? session
    : { ...session, sharing: { ...session.sharing, title: safeText(title, 80) } };
}

/** A device is called what its owner, or whoever has got in, has typed there. */
function named<Ended extends { readonly answeredOn?: string }>(ended: Ended): Ended {
  return ended.answeredOn === undefined ? ended : { ...ended, answeredOn: safeText(ended.answeredOn) };
}

/** All accounts together. */
function overallStatus({ accounts, presence }: AppFacts): MessengerStatus {
  if (accounts.length === 0) return { tag: 'noAccount' };
  return messengerStatus(overall(accounts.map(({ state }) => state)), presence);
}

/** Without their secrets. */
function accountViews({ accounts, presence }: AppFacts): AccountView[] {
  return accounts.map(({ state, ...account }) => ({ ...account, status: messengerStatus(state, presence) }));
}

/** As an account says, else as the person has said where they had none, else as the system knows them. */
function suggestedName({ accounts, settings, systemName }: AppFacts): string {
  return [accounts[0]?.friendlyName, settings.ownName, systemName].map((name) => safeText(name ?? '')).find((name) => name !== '') ?? '';
}

/** Whoever comes with a code says their name themselves: it may be a contact's. */
function invitationViews({ invitations, contacts }: AppFacts): InvitationView[] {
  return invitations.map((invitation) => {
    const like = invitation.guest === true ? contacts.find((contact) => isTakenFor(contact, invitation.from)) : undefined;
    return like === undefined ? invitation : { ...invitation, like: safeText(like.friendlyName) };
  });
}

/** What the forms need. */
function transportViews({ transports }: AppFacts): TransportView[] {
  return transports.map((transport) => {
    const { name, title, lead, fields, looksAtServer, invitesContacts } = transport;
    return {
      name,
      title,
      lead,
      fields,
      ...(looksAtServer === true ? { looksAtServer } : {}),
      ...('makeAccount' in transport ? { makesAccounts: true } : {}),
      ...(invitesContacts === true ? { invitesContacts } : {}),
    };
  });
}

/** Only with contacts: to whom came by a file, or has been removed, nothing can be written. */
function unreadInSession({ session, contacts, conversations }: AppFacts): number | undefined {
  const contact = contacts.find(({ transport, address }) => session?.peer.transport === transport && session.peer.address === address);
  if (session === undefined || contact === undefined) return undefined;
  return conversations.find((conversation) => samePeer(conversation, contact))?.unread ?? 0;
}

function contactViews({ contacts, history, accounts }: AppFacts): ContactView[] {
  const here = new Set(accounts.flatMap(({ transport, state }) => (state.tag === 'signedIn' ? [transport] : [])));
  const lastHelped = new Map<string, number>();
  for (const entry of history) {
    if (!entry.viewed) continue;
    const key = peerKey({ transport: FIRST_TRANSPORT, ...entry.peer });
    lastHelped.set(key, Math.max(lastHelped.get(key) ?? 0, entry.endedAtMs));
  }
  return contacts.map((contact) => {
    const { transport, address, friendlyName, presence, unanswered } = contact;
    const lastHelpedAtMs = lastHelped.get(peerKey(contact));
    // Signed out, nothing is known of anybody.
    const known = here.has(transport)
      ? { presence, ...(unanswered === undefined ? {} : { unanswered }) }
      : { presence: 'offline' as const };
    const view = { transport, address, friendlyName, ...known };
    return lastHelpedAtMs === undefined ? view : { ...view, lastHelpedAtMs };
  });
}

function programViews(programs: ProgramChoices): ProgramView[] {
  return ACTIVITY_KINDS.map((kind) => {
    const choice = programs[kind] ?? { use: 'default' };
    const defaultLine = lineOf(kind);
    return { kind, choice, ...(defaultLine === undefined ? {} : { defaultLine }), ready: templateOf(kind, choice) !== undefined };
  });
}

/** Nothing of the settings that no window shows. */
function settingsView(settings: Settings): Preferences {
  const {
    engine,
    viewerScaling,
    stopShortcut,
    home,
    playSound,
    startHidden,
    allowOffers,
    allowPlainExperts,
    allowUnverified,
    relayOnly,
    openRouter,
    ownPort,
    publicAddress,
    relayServer,
    quietSeconds,
    hosting,
    ownName,
    guestServer,
    helpPage,
  } = settings;
  return {
    engine,
    viewerScaling,
    stopShortcut,
    home,
    playSound,
    startHidden,
    allowOffers,
    allowPlainExperts,
    allowUnverified,
    relayOnly,
    openRouter,
    ownPort,
    publicAddress,
    // What is secret does not go back to a window.
    relayServer: { ...relayServer, password: '' },
    quietSeconds,
    hosting: {
      enabled: hosting.enabled,
      reach: hosting.reach,
      port: hosting.port,
      ...(hosting.plain === undefined ? {} : { plain: hosting.plain }),
    },
    ownName,
    guestServer,
    helpPage,
  };
}

export function withoutTraffic(session: SessionStatus): SessionStatus {
  const { traffic: _, ...shown } = session;
  return shown;
}
