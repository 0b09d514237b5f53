/** What every messenger transport offers. One folder per transport; the compliance suite in test/messenger runs on each. */

export type Presence = 'online' | 'busy' | 'away' | 'offline';

export interface Contact {
  /** The transport's address, lower case (for MSNP an e-mail-like log-in name). */
  readonly address: string;
  readonly friendlyName: string;
  readonly presence: Presence;
}

/** Everything needed to sign in. `server` is `host:port`. */
export interface Account {
  readonly server: string;
  readonly address: string;
  readonly accessToken: string;
  readonly friendlyName: string;
}

export type MessengerErrorCode =
  | 'UNREACHABLE'
  | 'WRONG_CREDENTIALS'
  | 'SIGNED_IN_ELSEWHERE'
  | 'CONNECTION_LOST'
  | 'PROTOCOL'
  | 'NO_SUCH_USER'
  | 'CONTACT_OFFLINE'
  | 'CONTACT_LIST_FULL'
  | 'NOT_SIGNED_IN'
  | 'TOO_LARGE'
  | 'TIMEOUT'
  | 'REFUSED';

export class MessengerError extends Error {
  override readonly name = 'MessengerError';
  readonly code: MessengerErrorCode;
  constructor(code: MessengerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** `waiting` is between two attempts of the back-off; the transport keeps trying until `signOut`. Wrong credentials end in `signedOut`. */
export type MessengerState =
  | { readonly tag: 'signedOut'; readonly reason?: MessengerErrorCode }
  | { readonly tag: 'connecting' }
  | { readonly tag: 'signedIn'; readonly address: string; readonly friendlyName: string }
  | { readonly tag: 'waiting'; readonly retryAtMs: number; readonly reason: MessengerErrorCode };

/** Rendezvous API session states (public Messenger API documentation, SESSION_STATE). */
export type RendezvousState = 'READY' | 'INVITATION' | 'ACCEPTED' | 'CONNECTED' | 'CANCELLED' | 'DECLINED' | 'TERMINATED';

export type CancelCode = 'FAIL' | 'FTTIMEOUT' | 'OUTBANDCANCEL' | 'REJECT' | 'REJECT_NOT_INSTALLED' | 'TIMEOUT';

/** Rendezvous API events. After `declined`, `cancelled`, `appNotPresent`, `terminated` or `sendError` nothing more comes and the session is over. */
export type RendezvousEvent =
  /** Inviter: the invitee accepted. */
  | { readonly tag: 'accepted' }
  | { readonly tag: 'declined' }
  /** The other side took it back (or its own timeout ran out). */
  | { readonly tag: 'cancelled'; readonly code: CancelCode }
  | { readonly tag: 'appNotPresent' }
  /** Both sides have said yes and context data may flow (state CONNECTED). */
  | { readonly tag: 'readyToLaunch' }
  | { readonly tag: 'contextData'; readonly data: string }
  /** The other side left, or the transport lost its server. */
  | { readonly tag: 'terminated'; readonly reason: 'peerLeft' | 'connectionLost' }
  /** Something we sent was not delivered. */
  | { readonly tag: 'sendError'; readonly error: MessengerError };

export interface Application {
  /** As it is written, compared without regard to case and braces. */
  readonly guid: string;
  readonly name: string;
  /** Application-URL. */
  readonly url?: string;
}

/** What an ACCEPT carries. One line each, at most 300 characters. */
export interface RendezvousAnswer {
  /** `IP-Address`, with or without a port, as it is said; what the other side says is not checked. The transport's own address where it is left out. */
  readonly ipAddress?: string;
  readonly contextData?: string;
}

/** What an inviter says beside the application: in the INVITE, and later in its own ACCEPT. */
export interface InvitationDetails {
  readonly contextData?: string;
  readonly answer?: RendezvousAnswer;
}

/** One invitation, seen from either end (Rendezvous API IMsgrSession). */
export interface RendezvousSession {
  readonly id: string;
  readonly flag: 'INVITER' | 'INVITEE';
  readonly application: Application;
  readonly peer: { readonly address: string; readonly friendlyName: string };
  readonly state: RendezvousState;
  /** Context-Data of the INVITE. */
  readonly contextData: string | undefined;
  /** The other side's ACCEPT, from `accepted` (inviter) or `readyToLaunch` (invitee) on. */
  readonly peerAnswer: RendezvousAnswer | undefined;
  /** Invitee only, in INVITATION. */
  accept(answer?: RendezvousAnswer): void;
  /** Invitee only, in INVITATION. */
  decline(code?: 'REJECT' | 'REJECT_NOT_INSTALLED'): void;
  /** Inviter before ACCEPTED, or either side later; idempotent. */
  cancel(code?: CancelCode): void;
  /** CONNECTED only; at most 300 characters, no CR or LF (throws MessengerError TOO_LARGE / REFUSED). */
  sendContextData(data: string): void;
  onEvent(listener: (event: RendezvousEvent) => void): () => void;
}

/** What people say to each other, and that they are about to. Lines end in LF. */
export type ChatContent = { readonly tag: 'text'; readonly text: string } | { readonly tag: 'typing' };

export type MessengerEvent =
  | { readonly tag: 'state'; readonly state: MessengerState }
  /** All of them. Those of a sign-in go with it, after the `state` that says so: an empty list while signed in is an empty list. */
  | { readonly tag: 'contacts'; readonly contacts: readonly Contact[] }
  /** Only for applications in `registeredApplications`; the transport itself answers all others REJECT_NOT_INSTALLED. */
  | { readonly tag: 'invitation'; readonly session: RendezvousSession }
  /** Somebody says something to us alone; those who have been blocked are not heard. */
  | { readonly tag: 'chat'; readonly peer: { readonly address: string; readonly friendlyName: string }; readonly content: ChatContent }
  /** One that the transport has answered itself: an application that is not registered, or an INVITE that makes no sense. */
  | {
      readonly tag: 'invitationRefused';
      readonly peer: { readonly address: string; readonly friendlyName: string };
      readonly reason: 'notInstalled' | 'malformed';
      /** The name that the INVITE gave, for `malformed` what is wrong with it. */
      readonly what: string;
    };

export interface Messenger {
  readonly state: MessengerState;
  readonly contacts: readonly Contact[];
  /** Starts signing in and keeps signed in (back-off, presence restored) until `signOut`. Progress comes as `state` events. */
  signIn(account: Account): void;
  /** Ends every session with `terminated`, closes every socket; resolves when nothing is open. */
  signOut(): Promise<void>;
  setPresence(presence: Exclude<Presence, 'offline'>): Promise<void>;
  setFriendlyName(name: string): Promise<void>;
  addContact(address: string): Promise<void>;
  removeContact(address: string): Promise<void>;
  /** Sends the INVITE. Failure to deliver arrives as `sendError` (CONTACT_OFFLINE …) on the session; details that do not fit throw TOO_LARGE / REFUSED. */
  invite(address: string, application: Application, details?: InvitationDetails): RendezvousSession;
  /** Resolves once it is with them, in the order of the calls. Rejects with CONTACT_OFFLINE, TIMEOUT …, TOO_LARGE above 1,400 bytes of UTF-8, REFUSED when empty. */
  sendMessage(address: string, text: string): Promise<void>;
  /** Shown to them for a few seconds; call it again while it goes on. Never fails: whoever is not there does not see it. */
  sendTyping(address: string): void;
  onEvent(listener: (event: MessengerEvent) => void): () => void;
}
