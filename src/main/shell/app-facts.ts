/* What main knows, and how it becomes the one state that the windows show. */
import type {
  AccountView,
  ActivityView,
  AppState,
  ContactView,
  ConversationView,
  FileInvitationView,
  HistoryEntryView,
  HostingView,
  InvitationView,
  MessengerStatus,
  NoticeView,
  OfferedInvitationView,
  Presence,
  ProgramView,
} from '../../preload/contract.ts';
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import { ACTIVITY_KINDS } from '../../protocol/applications/applications.ts';
import type { ProgramChoices } from '../activities/contract.ts';
import { lineOf, templateOf } from '../activities/template.ts';
import type { Clock } from '../clock.ts';
import type { DesktopSupport } from '../desktop/contract.ts';
import type { Contact, MessengerState } from '../messenger/contract.ts';
import type { Settings } from '../settings/settings-store.ts';
import { Emitter } from '../emitter.ts';
import type { Storage } from './storage.ts';

export interface AppFacts {
  readonly version: string;
  readonly messenger: MessengerState;
  /** What we show to others while signed in. */
  readonly presence: Exclude<Presence, 'offline'>;
  readonly account: AccountView | undefined;
  /** From the messenger while signed in, from the disk otherwise. */
  readonly contacts: readonly Contact[];
  readonly hosting: HostingView;
  readonly invitations: readonly InvitationView[];
  readonly activities: readonly ActivityView[];
  readonly programs: ProgramChoices;
  readonly conversations: readonly ConversationView[];
  readonly session: SessionStatus | undefined;
  readonly fileInvitation: FileInvitationView | undefined;
  readonly offeredInvitation: OfferedInvitationView | undefined;
  readonly history: readonly HistoryEntryView[];
  readonly settings: Settings;
  readonly notices: readonly NoticeView[];
  readonly desktop: DesktopSupport;
}

/** What is known at the start, before anybody has signed in or anything has begun. */
export function initialFacts(
  version: string,
  messenger: MessengerState,
  { settings, programs, history }: Pick<Storage, 'settings' | 'programs' | 'history'>,
): AppFacts {
  return {
    version,
    messenger,
    settings: settings.value,
    programs: programs.value.programs,
    history: history.entries,
    presence: 'online',
    account: undefined,
    contacts: [],
    hosting: { tag: 'off' },
    invitations: [],
    activities: [],
    conversations: [],
    session: undefined,
    fileInvitation: undefined,
    offeredInvitation: undefined,
    notices: [],
    desktop: { capture: false, input: false },
  };
}

function messengerStatus({ messenger, account, presence }: AppFacts): MessengerStatus {
  switch (messenger.tag) {
    case 'signedOut':
      if (account === undefined) return { tag: 'noAccount' };
      return messenger.reason === undefined ? { tag: 'signedOut' } : { tag: 'signedOut', code: messenger.reason };
    case 'connecting':
      return { tag: 'connecting' };
    case 'signedIn':
      return { tag: 'signedIn', presence };
    case 'waiting':
      return { tag: 'waiting', retryAtMs: messenger.retryAtMs, code: messenger.reason };
  }
}

function contactViews({ contacts, history, messenger }: AppFacts): ContactView[] {
  const lastHelped = new Map<string, number>();
  for (const entry of history) {
    if (!entry.viewed) continue;
    lastHelped.set(entry.peer.address, Math.max(lastHelped.get(entry.peer.address) ?? 0, entry.endedAtMs));
  }
  return contacts.map(({ address, friendlyName, presence }) => {
    const lastHelpedAtMs = lastHelped.get(address);
    // Signed out, nothing is known of anybody.
    const view = { address, friendlyName, presence: messenger.tag === 'signedIn' ? presence : ('offline' as const) };
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

/** The state for the windows: no access token, and nothing of `settings` that no window shows. */
export function projectState(facts: AppFacts): AppState {
  const { version, account, hosting, invitations, conversations, session, fileInvitation, offeredInvitation, history, notices, desktop } =
    facts;
  const { engine, viewerScaling, stopShortcut, playSound, startHidden, allowOffers, allowPlainExperts, hosting: hosted } = facts.settings;
  return {
    version,
    messenger: messengerStatus(facts),
    ...(account === undefined ? {} : { account: { server: account.server, address: account.address, friendlyName: account.friendlyName } }),
    contacts: contactViews(facts),
    hosting,
    invitations,
    activities: facts.activities,
    programs: programViews(facts.programs),
    conversations,
    ...(session === undefined ? {} : { session }),
    ...(fileInvitation === undefined ? {} : { fileInvitation }),
    ...(offeredInvitation === undefined ? {} : { offeredInvitation }),
    history,
    settings: {
      engine,
      viewerScaling,
      stopShortcut,
      playSound,
      startHidden,
      allowOffers,
      allowPlainExperts,
      hosting: { enabled: hosted.enabled, reach: hosted.reach, port: hosted.port },
    },
    notices,
    desktop,
  };
}

/** Older notices give way: a person reads none of them after the tenth. */
export const MAX_NOTICES = 10;

export interface AppModel {
  readonly facts: AppFacts;
  /** The projection of the present facts. */
  readonly state: AppState;
  update(change: Partial<AppFacts>): void;
  /** Says something to the person; the same thing twice stands there once. */
  notify(kind: NoticeView['kind'], key: string, values?: Readonly<Record<string, string>>): void;
  /** False when there is no such notice. */
  dismissNotice(id: string): boolean;
  /** Called at every change, at once. */
  onChange(listener: () => void): () => void;
}

export function createAppModel(initial: AppFacts): AppModel {
  let facts = initial;
  let projected: AppState | undefined;
  let notices = 0;
  const changes = new Emitter();

  const model: AppModel = {
    get facts() {
      return facts;
    },
    get state() {
      projected ??= projectState(facts);
      return projected;
    },
    update(change) {
      facts = { ...facts, ...change };
      projected = undefined;
      changes.emit();
    },
    notify(kind, key, values = {}) {
      const same = facts.notices.some((notice) => notice.key === key && JSON.stringify(notice.values) === JSON.stringify(values));
      if (same) return;
      notices += 1;
      const notice: NoticeView = { id: `notice-${notices}`, kind, key, values };
      model.update({ notices: [...facts.notices, notice].slice(-MAX_NOTICES) });
    },
    dismissNotice(id) {
      const left = facts.notices.filter((notice) => notice.id !== id);
      if (left.length === facts.notices.length) return false;
      model.update({ notices: left });
      return true;
    },
    onChange: changes.on,
  };
  return model;
}

/** Windows that show the state. */
export type StateWindow = 'main' | 'session';

/**
 * What a window shows of the state, and no more: the session window's page, which draws what the other side sends, has no business with
 * contacts, conversations and history, and all of it would be copied anew with every count of bytes.
 */
export function stateFor(window: StateWindow, state: AppState): AppState {
  if (window === 'main') return { ...state, ...(state.session === undefined ? {} : { session: withoutTraffic(state.session) }) };
  const { version, messenger, session, settings, desktop } = state;
  return {
    version,
    messenger,
    contacts: [],
    hosting: { tag: 'off' },
    invitations: [],
    activities: [],
    programs: [],
    conversations: [],
    ...(session === undefined ? {} : { session }),
    history: [],
    settings,
    notices: [],
    desktop,
  };
}

/** Only the session window counts. */
function withoutTraffic(session: SessionStatus): SessionStatus {
  const { traffic: _, ...shown } = session;
  return shown;
}

/** Whether nothing differs but counts. */
function looksTheSame(before: AppFacts | undefined, now: AppFacts): boolean {
  if (before === undefined) return false;
  const plain = ({ session, invitations, fileInvitation }: AppFacts): string =>
    JSON.stringify([session && withoutTraffic(session), invitations, fileInvitation]);
  const apart = new Set<string>(['session', 'invitations', 'fileInvitation']);
  const names = Object.keys(now) as (keyof AppFacts)[];
  return names.every((name) => apart.has(name) || before[name] === now[name]) && plain(before) === plain(now);
}

/** At most this often: a screen shows no more, and the session's counters change all the time. */
export const STATE_INTERVAL_MS = 50;

/** Sends each window what it shows soon after a change, coalescing what changes meanwhile. The returned function stops it. */
export function pushState(model: AppModel, clock: Clock, send: (window: StateWindow, state: AppState) => void): () => void {
  let cancel: (() => void) | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  let shownInMain: AppFacts | undefined;
  const stop = model.onChange(() => {
    if (cancel !== undefined) return;
    const waitMs = Math.max(0, Math.min(STATE_INTERVAL_MS, lastMs + STATE_INTERVAL_MS - clock.now()));
    cancel = clock.after(waitMs, () => {
      cancel = undefined;
      lastMs = clock.now();
      const { facts, state } = model;
      send('session', stateFor('session', state));
      if (looksTheSame(shownInMain, facts)) return;
      shownInMain = facts;
      send('main', stateFor('main', state));
    });
  });
  return () => {
    stop();
    cancel?.();
  };
}
