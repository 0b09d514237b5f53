/* What main shows in the windows, and what goes over the viewer's port. What the windows ask for is in commands.ts. */
import type { Contact, Presence } from '../facts/contacts.ts';
import type { RecordState } from '../facts/record.ts';
import type { Activity } from '../facts/activities.ts';
import type { AccountForm } from '../facts/accounts.ts';
import type { DesktopSupport } from '../facts/desktop.ts';
import type { StopKeys } from '../facts/stop-keys.ts';
import type { HostedAccount, Reach } from '../facts/hosting.ts';
import type { FileInvitation, GuestCode, Invitation } from '../facts/invitations.ts';
import type { Preferences } from '../facts/preferences.ts';
import type { TrustView } from '../facts/trust.ts';
import type { ProgramChoice } from '../facts/programs.ts';
import type { HistoryEntry, SessionStatus } from '../protocol/assistance/status.ts';
import type { ActivityKind } from '../protocol/applications/applications.ts';
import type { Peer, PeerAddress } from '../protocol/applications/peer.ts';

export interface ContactView extends Contact {
  /** Unix ms of the last session with this person, if any. */
  readonly lastHelpedAtMs?: number;
}

/** `code` is a MessengerErrorCode; the word list has a sentence for each. */
export type MessengerStatus =
  | { readonly tag: 'noAccount' }
  | { readonly tag: 'signedOut'; readonly code?: string }
  | { readonly tag: 'connecting' }
  | { readonly tag: 'signedIn'; readonly presence: Presence }
  | { readonly tag: 'waiting'; readonly retryAtMs: number; readonly code: string };

/** A messenger that one can have an account on. */
export interface TransportView extends AccountForm {
  readonly name: string;
}

/** What a person has typed into the form of a transport: its name, and a text for each field. */
export interface TypedAccount extends Peer {
  readonly [field: string]: string;
}

/** An account without its secrets. */
export interface AccountView extends Peer {
  /** Every field but the secret ones, `address` and `friendlyName` among them. */
  readonly values: Readonly<Record<string, string>>;
  readonly status: MessengerStatus;
}

/** "Use this computer as the messenger". The access token of an account is shown once, in the answer of `createHostedAccount`. */
export type HostingView =
  | { readonly tag: 'off' }
  | {
      readonly tag: 'on';
      readonly addresses: readonly string[];
      readonly reach: Reach;
      readonly accounts: readonly HostedAccount[];
    }
  /** `code` has a sentence in the word list, as that of a refused command. */
  | { readonly tag: 'failed'; readonly code: string };

/** What is run for an activity. */
export interface ProgramView {
  readonly kind: ActivityKind;
  readonly choice: ProgramChoice;
  /** What works without registration. */
  readonly defaultLine?: string;
  /** Something can be run. */
  readonly ready: boolean;
}

/** One thing that was written. `delivery` is there until it has been delivered, and stays where it was not. */
export interface ChatLineView {
  readonly id: string;
  readonly from: 'me' | 'them';
  readonly text: string;
  readonly atMs: number;
  readonly delivery?: 'sending' | 'failed';
}

/** What was written to and by one contact since the app was started. */
export interface ConversationView extends PeerAddress {
  readonly lines: readonly ChatLineView[];
  readonly unread: number;
  /** They are typing. */
  readonly typing: boolean;
}

/** The one answer that has the password in it. */
export interface SavedInvitationView {
  readonly fileName: string;
  readonly password: string;
  readonly expiresAtMs: number;
}

/** This installation's key has been saved; the one answer that has the password in it. */
export interface SavedKeyView {
  readonly fileName: string;
  readonly password: string;
}

/** An invitation file that was opened here, dropped or double-clicked. `past`: too old by its own word. */
export interface OfferedInvitationView {
  readonly fileName: string;
  /** Who asks, as the file says; may be empty. */
  readonly from: string;
  readonly needsPassword: boolean;
  /** Nobody can have made it who does not know its password; of every other one `from` proves nothing. */
  readonly bound: boolean;
  readonly past: boolean;
}

/** What somebody who is not on the list wants: help, to help, another activity, to be answered, to be listed too. */
export type StrangerWish = 'help' | 'offer' | 'activity' | 'message' | 'list';

/** Somebody who is not on the person's list, as one quiet line. */
export interface StrangerView extends PeerAddress {
  /** What they say they are called, safe to show in quotation marks; may be empty. */
  readonly claim: string;
  /** Of letters of several alphabets. */
  readonly mixed: boolean;
  /** The contact whose name it is taken for. */
  readonly like?: string;
  readonly wishes: readonly StrangerWish[];
  /** What they wrote, once the person has looked. */
  readonly texts: readonly string[];
  readonly looked: boolean;
}

/** An account that a link names, which was opened, pasted or dropped here. Its access token stays with main. */
export interface OfferedAccountView {
  readonly server: string;
  readonly address: string;
  readonly friendlyName: string;
  /** Whoever keeps the messenger, as the link says. */
  readonly contact?: { readonly address: string; readonly friendlyName: string };
  /** The account that it would take the place of. */
  readonly instead?: { readonly address: string; readonly friendlyName: string };
  /** A further link waits behind it. */
  readonly another?: true;
}

/** Somebody whom a link makes a contact, which was pasted or dropped here. Its token stays with main. */
export interface OfferedContactView extends PeerAddress {
  readonly another?: true;
}

/** An invitation as it is shown. */
export interface InvitationView extends Invitation {
  /** The contact whose name a guest's is taken for. */
  readonly like?: string;
}

/** The code that was given out to somebody without an account, and what to send them. */
export interface NewcomerView extends GuestCode {
  readonly link: string;
  /** The link leads to a page, which any browser opens. */
  readonly byPage: boolean;
  /** To be typed together with the code; left out where nobody could say it on the phone. */
  readonly address?: string;
  /** `host:port`, to be typed as well where the address does not lead there. */
  readonly server?: string;
  /** Path of the authority's file that the own account names: whoever comes may need it, too. */
  readonly authority?: string;
}

/** Whom a link would ask for help, which was opened, pasted or dropped here. Its code stays with main. */
export interface OfferedHelpView {
  readonly address: string;
  /** What they are called, as the link says, safe to show in quotation marks; may be empty. */
  readonly claim: string;
  readonly another?: true;
}

/** The conversation to open; a further wish has a higher number. */
export interface WantedTalk extends PeerAddress {
  readonly wish: number;
}

/** Something the person should know; `key` names a sentence in the word list, `values` fill its placeholders. */
export interface NoticeView {
  readonly id: string;
  readonly kind: 'info' | 'warning' | 'error';
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
}

/** The whole state the windows show; main sends a new one on every change. Each window gets what it shows, and nothing in the place of the rest. */
export interface AppState {
  readonly version: string;
  /** BCP 47 tag with its hour cycle, for src/words: what is shown is in this locale. */
  readonly locale: string;
  /** All accounts together: signed in as soon as one is. */
  readonly messenger: MessengerStatus;
  /** In the order in which they are shown. */
  readonly transports: readonly TransportView[];
  /** One a transport at most, in the same order. */
  readonly accounts: readonly AccountView[];
  readonly contacts: readonly ContactView[];
  readonly hosting: HostingView;
  readonly invitations: readonly InvitationView[];
  readonly newcomer?: NewcomerView;
  readonly offeredHelp?: OfferedHelpView;
  readonly offeredContact?: OfferedContactView;
  /** What a guest's form begins with as this person's name; empty where nothing is known that would tell anybody who they are. */
  readonly suggestedName: string;
  /** As a guest, after a wrong code: so many more, before a new one is to be asked for. */
  readonly guestTriesLeft?: number;
  readonly strangers: readonly StrangerView[];
  readonly conversations: readonly ConversationView[];
  readonly activities: readonly Activity[];
  readonly programs: readonly ProgramView[];
  readonly session?: SessionStatus;
  readonly fileInvitation?: FileInvitation;
  readonly offeredInvitation?: OfferedInvitationView;
  readonly offeredAccount?: OfferedAccountView;
  readonly history: readonly HistoryEntry[];
  readonly record: RecordState;
  readonly settings: Preferences;
  /** Main window only. */
  readonly trust?: TrustView;
  readonly notices: readonly NoticeView[];
  readonly desktop: DesktopSupport;
  readonly stopKeys: StopKeys;
  /** A question of main's waits for this person's answer, in its own window. */
  readonly asking: boolean;
  readonly panelFolded: boolean;
  readonly wantedTalk?: WantedTalk;
  /** Messages of the other person in the session that have not been read; left out where one cannot write to them. */
  readonly unreadInSession?: number;
}

/** Comes with two ports: pictures (ToPicture, FromPicture), then steering (ToSteering, FromSteering); see protocol/rdp/graphics/viewer-messages.ts. */
export interface ViewerPortsHello {
  readonly tag: 'ringback:viewer-ports';
}
