/* The one typed contract between main and renderer. Types and channel names only; main parses every argument at run time. */
import type { SessionStatus, Role, ConnectedBy, EndReason } from '../protocol/assistance/status.ts';
import type { ActivityKind } from '../protocol/applications/applications.ts';
import type { InputEvent } from '../protocol/rdp/input/events.ts';
import type { PointerShape, Size } from '../protocol/rdp/graphics/contract.ts';
import type { ViewerGraphics } from '../protocol/rdp/client/contract.ts';

export type Presence = 'online' | 'busy' | 'away' | 'offline';

export interface ContactView {
  readonly address: string;
  readonly friendlyName: string;
  readonly presence: Presence;
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

/** The account without its secret. */
export interface AccountView {
  readonly server: string;
  readonly address: string;
  readonly friendlyName: string;
}

/** "Use this computer as the messenger". The access token of an account is shown once, in the answer of `createHostedAccount`. */
export type HostingView =
  | { readonly tag: 'off' }
  | {
      readonly tag: 'on';
      readonly addresses: readonly string[];
      readonly reach: 'loopback' | 'lan';
      readonly accounts: readonly HostedAccountView[];
    }
  | { readonly tag: 'failed'; readonly message: string };

export interface HostedAccountView {
  readonly address: string;
  readonly friendlyName: string;
  readonly online: boolean;
}

export interface InvitationView {
  readonly id: string;
  readonly from: { readonly address: string; readonly friendlyName: string };
  readonly receivedAtMs: number;
  /** They offer to help; otherwise they ask for help. */
  readonly offer?: true;
}

/** Another application's invitation that waits or is being negotiated. */
export interface ActivityView {
  readonly id: string;
  readonly kind: ActivityKind;
  readonly role: 'inviter' | 'invitee';
  readonly peer: { readonly address: string; readonly friendlyName: string };
  readonly startedAtMs: number;
  readonly phase: 'waiting' | 'negotiating';
  /** What a yes would run. */
  readonly line: string;
}

export type ProgramChoiceView = { readonly use: 'default' } | { readonly use: 'none' } | { readonly use: 'own'; readonly line: string };

/** What is run for an activity. */
export interface ProgramView {
  readonly kind: ActivityKind;
  readonly choice: ProgramChoiceView;
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
export interface ConversationView {
  readonly address: string;
  readonly lines: readonly ChatLineView[];
  readonly unread: number;
  /** They are typing. */
  readonly typing: boolean;
}

/** An invitation of ours that was saved to a file. Its password is nowhere in the state. */
export interface FileInvitationView {
  readonly id: string;
  readonly state: 'waiting' | 'used' | 'expired' | 'cancelled' | 'burnt';
  readonly expiresAtMs: number;
  readonly wrongPasswords: number;
}

/** The one answer that has the password in it. */
export interface SavedInvitationView {
  readonly fileName: string;
  readonly password: string;
  readonly expiresAtMs: number;
}

/** An invitation file that was opened here, dropped or double-clicked. `past`: too old by its own word. */
export interface OfferedInvitationView {
  readonly fileName: string;
  /** Who asks, as the file says; may be empty. */
  readonly from: string;
  readonly needsPassword: boolean;
  readonly past: boolean;
}

export interface HistoryEntryView {
  readonly id: string;
  readonly role: Role;
  readonly peer: { readonly address: string; readonly friendlyName: string };
  readonly startedAtMs: number;
  readonly connectedAtMs?: number;
  readonly endedAtMs: number;
  readonly connectedBy?: ConnectedBy;
  readonly address?: string;
  readonly viewed: boolean;
  readonly controlled: boolean;
  readonly reason: EndReason;
}

export interface SettingsView {
  readonly engine: 'ringback' | 'classic';
  readonly viewerScaling: 'fit' | 'actual';
  /** Accelerator of the global Stop shortcut. */
  readonly stopShortcut: string;
  readonly playSound: boolean;
  readonly startHidden: boolean;
  /** Contacts may offer to help this person. */
  readonly allowOffers: boolean;
  /** On an invitation file, a program without `remdesk` may come in without the password. */
  readonly allowPlainExperts: boolean;
  readonly hosting: { readonly enabled: boolean; readonly reach: 'loopback' | 'lan'; readonly port: number };
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
  readonly messenger: MessengerStatus;
  readonly account?: AccountView;
  readonly contacts: readonly ContactView[];
  readonly hosting: HostingView;
  readonly invitations: readonly InvitationView[];
  readonly conversations: readonly ConversationView[];
  readonly activities: readonly ActivityView[];
  readonly programs: readonly ProgramView[];
  readonly session?: SessionStatus;
  readonly fileInvitation?: FileInvitationView;
  readonly offeredInvitation?: OfferedInvitationView;
  readonly history: readonly HistoryEntryView[];
  readonly settings: SettingsView;
  readonly notices: readonly NoticeView[];
  /** What this computer can do as a novice. `reason` is a word-list key. */
  readonly desktop: { readonly capture: boolean; readonly input: boolean; readonly reason?: string };
}

/** Answer of every command: a refusal has a code the renderer has words for, and the offending field. */
export type CommandResult<T = undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly field?: string; readonly message: string };

/** One method, one IPC channel (`ringback:<name>`), one run-time schema in main/shell. No generic `send`. */
export interface Commands {
  getState(): Promise<CommandResult<AppState>>;
  saveAccount(account: { server: string; address: string; friendlyName: string; accessToken: string }): Promise<CommandResult>;
  signIn(): Promise<CommandResult>;
  signOut(): Promise<CommandResult>;
  forgetAccount(): Promise<CommandResult>;
  setPresence(presence: 'online' | 'busy' | 'away'): Promise<CommandResult>;
  setFriendlyName(name: string): Promise<CommandResult>;
  addContact(address: string): Promise<CommandResult>;
  removeContact(address: string): Promise<CommandResult>;
  /** Answered once it is with them. */
  sendMessage(message: { address: string; text: string }): Promise<CommandResult>;
  /** Every few seconds while the person types. */
  sendTyping(address: string): Promise<CommandResult>;
  /** The person has seen what was written. */
  readConversation(address: string): Promise<CommandResult>;
  /** Novice: step 1. */
  askForHelp(address: string): Promise<CommandResult>;
  /** Expert: asks whether help is wanted. */
  offerHelp(address: string): Promise<CommandResult>;
  startActivity(activity: { address: string; kind: ActivityKind }): Promise<CommandResult>;
  acceptActivity(id: string): Promise<CommandResult>;
  /** Incoming: no. Outgoing: takes it back. */
  cancelActivity(id: string): Promise<CommandResult>;
  setProgram(program: { kind: ActivityKind; choice: ProgramChoiceView }): Promise<CommandResult>;
  /** What a line would run, with example values; nothing is started. */
  testProgram(program: {
    kind: ActivityKind;
    line: string;
  }): Promise<CommandResult<{ readonly words: readonly string[]; readonly known: boolean }>>;
  /** Step 2: the expert takes an invitation, or the novice an offer. */
  acceptInvitation(id: string): Promise<CommandResult>;
  declineInvitation(id: string): Promise<CommandResult>;
  /** Novice, without a messenger: asks where, saves, listens. Null when the person does not choose a place. Type 1 is for Windows XP. */
  saveInvitation(type: 1 | 2): Promise<CommandResult<SavedInvitationView | null>>;
  /** Takes the saved one back, or puts away one that is over. */
  removeInvitation(): Promise<CommandResult>;
  /** Expert: the system's dialog; what is chosen appears as `offeredInvitation`. */
  chooseInvitation(): Promise<CommandResult>;
  /** Expert: a file dropped on the window. */
  offerInvitation(file: { fileName: string; bytes: Uint8Array }): Promise<CommandResult>;
  /** Expert: connects by the offered one. */
  useInvitation(password: string): Promise<CommandResult>;
  putInvitationAway(): Promise<CommandResult>;
  /** Either side, at any time: ends the session or the attempt. */
  endSession(): Promise<CommandResult>;
  /** Novice: opens the main process's own question; the answer is given there, never here. */
  offerControl(): Promise<CommandResult>;
  /** Novice: at once, without a question. */
  takeBackControl(): Promise<CommandResult>;
  /** Expert. */
  requestControl(): Promise<CommandResult>;
  releaseControl(): Promise<CommandResult>;
  /** Puts the ended session away. */
  dismissSession(): Promise<CommandResult>;
  dismissNotice(id: string): Promise<CommandResult>;
  setHosting(hosting: { enabled: boolean; reach: 'loopback' | 'lan'; port: number }): Promise<CommandResult>;
  createHostedAccount(account: { address: string; friendlyName: string }): Promise<CommandResult<{ server: string; accessToken: string }>>;
  removeHostedAccount(address: string): Promise<CommandResult>;
  saveSettings(settings: Partial<Omit<SettingsView, 'hosting'>>): Promise<CommandResult>;
  clearHistory(): Promise<CommandResult>;
  /** Expert's session window. */
  setFullScreen(on: boolean): Promise<CommandResult>;
  copyText(text: string): Promise<CommandResult>;
}

/** `window.ringback`. */
export interface RingbackBridge extends Commands {
  onState(listener: (state: AppState) => void): () => void;
  /** Expert's session window: main hands over a MessagePort for the picture. The port arrives as a window `message` event (data `ViewerPortHello`), since ports cannot cross the bridge. */
  openViewer(): Promise<CommandResult>;
}

export interface ViewerPortHello {
  readonly tag: 'ringback:viewer-port';
}

/** main → viewer, over the MessagePort (main transfers nothing; bytes are copied once by the structured clone). */
export type ToViewer =
  | { readonly tag: 'size'; readonly size: Size }
  | { readonly tag: 'graphics'; readonly graphics: ViewerGraphics }
  | { readonly tag: 'pointerShape'; readonly shape: PointerShape | null | 'default' }
  | { readonly tag: 'pointerPosition'; readonly x: number; readonly y: number }
  /** Input is worth sending only while granted. */
  | { readonly tag: 'control'; readonly granted: boolean };

/** In one `input` message; a message with more is dropped. */
export const MAX_VIEWER_INPUT_EVENTS = 256;

/** viewer → main. `painted` follows each Frame Marker END once it is on the canvas. */
export type FromViewer =
  | { readonly tag: 'painted'; readonly frameId: number }
  | { readonly tag: 'input'; readonly events: readonly InputEvent[] }
  | { readonly tag: 'displayWanted'; readonly wanted: boolean };
