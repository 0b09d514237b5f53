/* What main knows. What the windows see of it is in window-state.ts. */
import type { Contact, Presence } from '../../facts/contacts.ts';
import type { RecordState } from '../../facts/record.ts';
import type { Activity } from '../../facts/activities.ts';
import type { DesktopSupport } from '../../facts/desktop.ts';
import type { StopKeys } from '../../facts/stop-keys.ts';
import type { FileInvitation, Invitation } from '../../facts/invitations.ts';
import type { TrustView } from '../../facts/trust.ts';
import type {
  AccountView,
  ConversationView,
  HostingView,
  NewcomerView,
  NoticeView,
  OfferedAccountView,
  OfferedContactView,
  OfferedHelpView,
  OfferedInvitationView,
  StrangerView,
  WantedTalk,
} from '../../preload/contract.ts';
import type { HistoryEntry, SessionStatus } from '../../protocol/assistance/status.ts';
import type { ProgramChoices } from '../activities/contract.ts';
import { localeTag } from '../../words/locale.ts';
import type { MessengerState } from '../messenger/contract.ts';
import type { Transport } from '../messenger/transport.ts';
import type { Settings } from '../settings/settings-store.ts';
import { trustView } from './trust-view.ts';
import type { Storage } from './storage.ts';

/** An account without its secrets, and how it fares. */
export interface AccountFacts extends Omit<AccountView, 'status'> {
  readonly state: MessengerState;
}

export interface AppFacts {
  readonly version: string;
  /** Of src/words in this process. */
  readonly locale: string;
  readonly transports: readonly Transport[];
  /** What we show to others while signed in. */
  readonly presence: Exclude<Presence, 'offline'>;
  /** One a transport at most, in the order of the transports. */
  readonly accounts: readonly AccountFacts[];
  /** Each transport's in turn: from the messenger while signed in, from the disk otherwise. */
  readonly contacts: readonly Contact[];
  readonly hosting: HostingView;
  readonly invitations: readonly Invitation[];
  readonly strangers: readonly StrangerView[];
  readonly activities: readonly Activity[];
  readonly programs: ProgramChoices;
  readonly conversations: readonly ConversationView[];
  readonly session: SessionStatus | undefined;
  readonly fileInvitation: FileInvitation | undefined;
  readonly offeredInvitation: OfferedInvitationView | undefined;
  readonly offeredAccount: OfferedAccountView | undefined;
  readonly offeredHelp: OfferedHelpView | undefined;
  readonly offeredContact: OfferedContactView | undefined;
  /** As the system knows whoever sits here; empty where that tells nothing. */
  readonly systemName: string;
  /** The code that was given out to somebody without an account, and the way there. */
  readonly newcomer: NewcomerView | undefined;
  /** As a guest, after a wrong code. */
  readonly guestTriesLeft: number | undefined;
  readonly history: readonly HistoryEntry[];
  readonly record: RecordState;
  readonly settings: Settings;
  readonly trust: TrustView;
  readonly notices: readonly NoticeView[];
  readonly desktop: DesktopSupport;
  readonly stopKeys: StopKeys;
  /** A question of main's waits for this person's answer. */
  readonly asking: boolean;
  /** The novice's panel is a slim bar. */
  readonly panelFolded: boolean;
  /** The conversation that was asked for outside the main window, and how often one has been. */
  readonly wantedTalk: WantedTalk | undefined;
}

/** What is known at the start, before anybody has signed in or anything has begun. */
export function initialFacts(
  version: string,
  transports: readonly Transport[],
  { settings, programs, history, trust }: Pick<Storage, 'settings' | 'programs' | 'history' | 'trust'>,
  systemName = '',
): AppFacts {
  return {
    version,
    locale: localeTag(),
    transports,
    settings: settings.value,
    trust: trustView(trust),
    programs: programs.value.programs,
    history: history.entries,
    record: history.state,
    presence: 'online',
    accounts: [],
    contacts: [],
    hosting: { tag: 'off' },
    invitations: [],
    strangers: [],
    activities: [],
    conversations: [],
    session: undefined,
    fileInvitation: undefined,
    offeredInvitation: undefined,
    offeredAccount: undefined,
    offeredHelp: undefined,
    offeredContact: undefined,
    systemName,
    newcomer: undefined,
    guestTriesLeft: undefined,
    notices: [],
    desktop: { capture: false, input: false },
    stopKeys: 'none',
    asking: false,
    panelFolded: false,
    wantedTalk: undefined,
  };
}
