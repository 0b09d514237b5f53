/** What every messenger transport offers, and what all of them offer together. One folder per transport; the compliance suite in test/messenger runs on each. */
import type { Contact, Presence } from '../../facts/contacts.ts';
import type { ServerFacts } from '../../facts/server.ts';
import type { Peer, PeerAddress } from '../../protocol/applications/peer.ts';
import type { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { Features } from '../../protocol/rendezvous/features.ts';
import type { Clock } from '../clock.ts';
import type { ReachServices } from '../reach-services.ts';

export type { Contact, Peer, PeerAddress, Presence };

/** What every account has. Each transport has a kind of its own, with what else signing in there takes; every field is a text. */
export interface Account extends Peer {
  readonly [field: string]: string;
}

export type MessengerErrorCode =
  | 'UNREACHABLE'
  /** What answers is not the messenger of the account. */
  | 'WRONG_KEY'
  /** The messenger has no protection against whoever is on the way. */
  | 'NOT_PROTECTED'
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

/** Rendezvous API events. After `declined`, `cancelled`, `appNotPresent`, `answeredElsewhere`, `terminated` or `sendError` nothing more comes and the session is over. */
export type RendezvousEvent =
  /** Inviter: the invitee accepted. */
  | { readonly tag: 'accepted' }
  | { readonly tag: 'declined' }
  /** The other side took it back (or its own timeout ran out). */
  | { readonly tag: 'cancelled'; readonly code: CancelCode }
  | { readonly tag: 'appNotPresent' }
  /** Invitee: another device of this account has answered, by the name that it goes by there. */
  | { readonly tag: 'answeredElsewhere'; readonly device: string; readonly answer: 'accepted' | 'declined' }
  /** Both sides have said yes and context data may flow (state CONNECTED). */
  | { readonly tag: 'readyToLaunch' }
  /** One whole message. Without `kind` it came unmarked, as the application's own programs say it. */
  | { readonly tag: 'contextData'; readonly data: string; readonly kind?: string }
  /** Something that the other side said makes no sense, or not all of it came; the session goes on without it. Told eight times at most. */
  | { readonly tag: 'passedOver'; readonly error: ProtocolError }
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
  /** `IP-Address`, with or without a port, as it is said; what the other side says is not checked. The transport's own address where it is left out, none where it is empty. */
  readonly ipAddress?: string;
  readonly contextData?: string;
}

/** The invitee's ACCEPT. */
export interface InviteeAnswer extends RendezvousAnswer {
  /** What the application can do beside what the messenger says by itself: value by name, `''` for none. */
  readonly features?: ReadonlyMap<string, string>;
}

/** What an inviter says beside the application: in the INVITE, and later in its own ACCEPT. */
export interface InvitationDetails {
  readonly contextData?: string;
  /** As in `InviteeAnswer`; said in the INVITE and in the ACCEPT. */
  readonly features?: ReadonlyMap<string, string>;
  /** A function is asked once their ACCEPT has come and `accepted` has been told; when it throws, the session ends with `sendError`. */
  readonly answer?: RendezvousAnswer | ((theirs: RendezvousAnswer, features: Features | undefined) => RendezvousAnswer);
}

/** One invitation, seen from either end (Rendezvous API IMsgrSession). */
export interface RendezvousSession {
  readonly id: string;
  readonly flag: 'INVITER' | 'INVITEE';
  readonly application: Application;
  readonly peer: Peer;
  readonly state: RendezvousState;
  /** Context-Data of the INVITE. */
  readonly contextData: string | undefined;
  /** What the other side's program says of itself, from the INVITE (invitee) or `accepted` (inviter) on; undefined for an older or another program. */
  readonly peerFeatures: Features | undefined;
  /** By which both sides know the session on the wire. */
  readonly wireId: string;
  /** The features lines as this side said its own (an invitee from `accept` on) and as the other's was heard, whether or not it made sense. */
  readonly ownLine: string | undefined;
  readonly peerLine: string | undefined;
  /** How much of what the other side said was passed over. */
  readonly passedOver: number;
  /** The other side's ACCEPT, from `accepted` (inviter) or `readyToLaunch` (invitee) on. */
  readonly peerAnswer: RendezvousAnswer | undefined;
  /** Invitee only, in INVITATION. */
  accept(answer?: InviteeAnswer): void;
  /** Invitee only, in INVITATION. */
  decline(code?: 'REJECT' | 'REJECT_NOT_INSTALLED'): void;
  /** Inviter before ACCEPTED, or either side later; idempotent. */
  cancel(code?: CancelCode): void;
  /**
   * CONNECTED only, one line. With a `kind` (a word like a feature's name) up to 4,096 bytes of UTF-8, to peers whose features name `parts`. Without one at most
   * 300 characters, said as it is. Five messages go to a peer without parts. Throws MessengerError TOO_LARGE / REFUSED.
   */
  sendContextData(data: string, kind?: string): void;
  onEvent(listener: (event: RendezvousEvent) => void): () => void;
}

/** What people say to each other, and that they are about to. Lines end in LF. */
export type ChatContent = { readonly tag: 'text'; readonly text: string } | { readonly tag: 'typing' };

export type MessengerEvent =
  | { readonly tag: 'state'; readonly state: MessengerState }
  /** All of them. Those of a sign-in go with it, after the `state` that says so: an empty list while signed in is an empty list. */
  | { readonly tag: 'contacts'; readonly contacts: readonly Contact[] }
  /** Only for applications in `registeredApplications`; the transport itself answers all others REJECT_NOT_INSTALLED. */
  | {
      readonly tag: 'invitation';
      readonly session: RendezvousSession;
      /** From somebody without an account, who is on no list; nobody may be asked about it before a code has been proven. */
      readonly guest?: true;
    }
  /** Somebody on the list has invited us while no device of ours was there; it rings nowhere any more. */
  | {
      readonly tag: 'missed';
      /** Of the invitation. */
      readonly id: string;
      readonly peer: Peer;
      readonly application: Application;
      /** Unix ms. */
      readonly atMs: number;
    }
  /** Somebody says something to us alone; those who have been blocked are not heard. */
  | { readonly tag: 'chat'; readonly peer: Peer; readonly content: ChatContent }
  /** Another device of this account has said it to them. */
  | { readonly tag: 'saidElsewhere'; readonly peer: Peer; readonly text: string }
  /** Somebody who is not on our list has put us on theirs. Nothing has been done about it. Told again at each sign-in until it is answered. */
  | { readonly tag: 'listed'; readonly peer: Peer }
  /** One that the transport has answered itself: an application that is not registered, or an INVITE that makes no sense. */
  | {
      readonly tag: 'invitationRefused';
      readonly peer: Peer;
      readonly reason: 'notInstalled' | 'malformed';
      /** The name that the INVITE gave, for `malformed` what is wrong with it. */
      readonly what: string;
    };

/** One transport. Addresses are its own, as strings; whom it tells of has its name beside the address. */
export interface Messenger<A extends Account = Account> {
  readonly state: MessengerState;
  readonly contacts: readonly Contact[];
  /** What its server offers for reaching people; undefined while signed out, and where a transport has no such thing. */
  readonly reach?: ReachServices | undefined;
  /** Asks its server what it is and offers; not there where a transport has no such thing. Rejects with MessengerError NOT_SIGNED_IN, CONNECTION_LOST. */
  lookAtServer?(): Promise<ServerFacts>;
  /** The computer has woken up, or its network is another one: a connection that is dead is found soon, and one that waits to be tried is tried now. */
  check?(): void;
  /** Starts signing in and keeps signed in (back-off, presence restored) until `signOut`. Progress comes as `state` events. */
  signIn(account: A): void;
  /** Ends every session with `terminated`, closes every socket; resolves when nothing is open. */
  signOut(): Promise<void>;
  setPresence(presence: Exclude<Presence, 'offline'>): Promise<void>;
  setFriendlyName(name: string): Promise<void>;
  /** `token`: of the link by which we came to them, where the transport has such. */
  addContact(address: string, token?: string): Promise<void>;
  removeContact(address: string): Promise<void>;
  /** Off the list; nothing of theirs is heard any more, and they see us offline. */
  blockContact(address: string): Promise<void>;
  /** The answer to `listed`, where they are to stay off our list. */
  declineListing(address: string): Promise<void>;
  /** Sends the INVITE. Failure to deliver arrives as `sendError` (CONTACT_OFFLINE …) on the session; details that do not fit throw TOO_LARGE / REFUSED. */
  invite(address: string, application: Application, details?: InvitationDetails): RendezvousSession;
  /** Resolves once it is with them, in the order of the calls. Rejects with CONTACT_OFFLINE, TIMEOUT …, TOO_LARGE above 1,400 bytes of UTF-8, REFUSED when empty. */
  sendMessage(address: string, text: string): Promise<void>;
  /** Shown to them for a few seconds; call it again while it goes on. Never fails: whoever is not there does not see it. */
  sendTyping(address: string): void;
  onEvent(listener: (event: MessengerEvent) => void): () => void;
}

/** What every transport is built from. */
export interface MessengerDependencies {
  readonly clock: Clock;
  /** 0 ≤ x < 1, for the jitter of the back-off. */
  readonly random: () => number;
  /** GUIDs, with braces, of the applications whose invitations are ours to answer; all others are answered REJECT_NOT_INSTALLED. */
  readonly applications: readonly string[];
  /** Whether an invitation of somebody without an account is looked at just now; all others are dropped unread. None is, when left out. */
  readonly admitsGuest?: () => boolean;
  /** Whether a link that invites people to be contacts of this own address has this token, which is used up by it. None has, when left out. */
  readonly welcomes?: (own: string, token: string) => boolean;
}

/** What the transports tell, each of itself. */
export type MessengersEvent =
  | { readonly tag: 'state'; readonly transport: string; readonly state: MessengerState }
  /** Those of one transport; see `MessengerEvent`. */
  | { readonly tag: 'contacts'; readonly transport: string; readonly contacts: readonly Contact[] }
  | Exclude<MessengerEvent, { readonly tag: 'state' | 'contacts' }>;

/**
 * Several transports, each signed in or not by itself. What goes to a peer goes to the peer's transport and fails as it does there; one that
 * is not here counts as signed out (MessengerError NOT_SIGNED_IN).
 */
export interface Messengers {
  /** Their names, in the order in which they are shown. */
  readonly transports: readonly string[];
  /** Of all that are signed in, in the order of the transports. */
  readonly contacts: readonly Contact[];
  stateOf(transport: string): MessengerState;
  /** What the transport's server offers for reaching people, as {@link Messenger.reach} has it. */
  reachOf(transport: string): ReachServices | undefined;
  /** As {@link Messenger.lookAtServer} has it; rejects with NOT_SIGNED_IN where the transport has no such thing. */
  lookAtServer(transport: string): Promise<ServerFacts>;
  /** {@link Messenger.check} on all of them. */
  check(): void;
  /** On the account's transport; the others hear nothing of it. */
  signIn(account: Account): void;
  signOut(transport: string): Promise<void>;
  /** Signs out everywhere; resolves when nothing is open. Rejects with the first refusal, once all have answered. */
  close(): Promise<void>;
  /** On all that are signed in, and on each that signs in later. Rejects with the first refusal, once all have answered. */
  setPresence(presence: Exclude<Presence, 'offline'>): Promise<void>;
  /** On all that are signed in; NOT_SIGNED_IN where none is. Rejects with the first refusal, once all have answered. */
  setFriendlyName(name: string): Promise<void>;
  addContact(peer: PeerAddress, token?: string): Promise<void>;
  removeContact(peer: PeerAddress): Promise<void>;
  blockContact(peer: PeerAddress): Promise<void>;
  declineListing(peer: PeerAddress): Promise<void>;
  invite(peer: PeerAddress, application: Application, details?: InvitationDetails): RendezvousSession;
  sendMessage(peer: PeerAddress, text: string): Promise<void>;
  sendTyping(peer: PeerAddress): void;
  onEvent(listener: (event: MessengersEvent) => void): () => void;
}
