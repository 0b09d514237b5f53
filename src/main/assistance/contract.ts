import type { PictureQuality } from '../../protocol/rdp/picture-quality.ts';
import type { FileInvitation, GuestCode, Invitation } from '../../facts/invitations.ts';
import type { EngineName } from '../../facts/preferences.ts';
import type { InvitationDocument } from '../../protocol/assistance/invitation.ts';
import type { InvitationFileType } from '../../protocol/assistance/invitation-file.ts';
import type { KnownContact } from '../../protocol/assistance/session-trust.ts';
import type { HistoryEntry, SessionPeer, SessionStatus } from '../../protocol/assistance/status.ts';
import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import type { FromViewer, ToViewer } from '../../protocol/rdp/graphics/viewer-messages.ts';
import type { DeviceKey, Identity } from '../../protocol/trust/hello.ts';
import type { Clock } from '../clock.ts';
import type { Interruptions } from '../interruptions.ts';
import type { ConnectionRoom } from '../connection/contract.ts';
import type { Desktop } from '../desktop/contract.ts';
import type { Messengers, PeerAddress } from '../messenger/contract.ts';

export type AssistanceErrorCode =
  | 'BUSY'
  | 'NOT_SIGNED_IN'
  | 'UNKNOWN_INVITATION'
  | 'NO_SESSION'
  | 'WRONG_ROLE'
  | 'DESKTOP_UNAVAILABLE'
  /** It was cancelled meanwhile. */
  | 'ENDED'
  /** An invitation file with another password. */
  | 'WRONG_PASSWORD'
  /** It cannot be read, or names no address anyone could dial. */
  | 'BAD_INVITATION'
  /** The invitation does not say what the novice's key is: whoever answers could not be told from a stranger. */
  | 'NO_KEY_HASH'
  /** Anybody could have made this invitation, and this person does not let such sessions begin. */
  | 'UNBOUND_INVITATION'
  /** A password was told, and the invitation has none: it is not the one. */
  | 'NO_PASSWORD_IN_FILE'
  /** Not six digits. */
  | 'BAD_CODE'
  /** Not eight characters of a guest's code. */
  | 'BAD_GUEST_CODE'
  /** The expert has given out another code; or this one, and its time is over. */
  | 'GUEST_CODE_WRONG'
  | 'GUEST_CODE_EXPIRED'
  /** No program of the expert's answers, or none that has a code open. */
  | 'GUEST_NOBODY'
  /** The run with the code came to nothing for another reason: the messenger, or a program that cannot do this. */
  | 'GUEST_FAILED'
  /** The other side or the engine cannot negotiate control (no `encomsp` channel). */
  | 'NO_CHANNEL';

export class AssistanceError extends Error {
  override readonly name = 'AssistanceError';
  readonly code: AssistanceErrorCode;
  constructor(code: AssistanceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type Peer = SessionPeer;

/** The main process's own questions. Deny is the default; when the signal aborts the prompt closes; an error counts as no. */
export interface ConsentPrompts {
  /** The yes is what of this computer the expert is shown; undefined is no. */
  allowView(peer: Peer, signal: AbortSignal): Promise<SharedPart | undefined>;
  /** The expert would like to see this in place of what is shown. */
  allowPart(peer: Peer, part: SharedPart, signal: AbortSignal): Promise<boolean>;
  /** `offered`: by the novice, without being asked. */
  allowControl(peer: Peer, signal: AbortSignal, offered: boolean): Promise<boolean>;
  /** The novice has chosen it, the expert has not asked. */
  allowSound(peer: Peer, signal: AbortSignal): Promise<boolean>;
}

/** Where the novice's desktop is shown, or kept: a window, a recorder. */
export interface ViewerSink {
  /** One viewer of a session sets its pace and acknowledges its frames; the others are never waited for, and are told when they fall behind. */
  readonly pace: 'sets' | 'follows';
  /** Takes whatever comes; what of it has been worked off is said by `taken`. */
  send(message: ToViewer): void;
  onEvent(listener: (event: FromViewer) => void): () => void;
}

/** Who this installation is to others, and whom it knows from sessions before. */
export interface Trust {
  readonly identity: Identity;
  known(peer: PeerAddress): KnownContact;
  /** A session came up whose other side was sure: they are known by this key from now on. */
  remember(peer: PeerAddress, device: DeviceKey): void;
  /** This person lets sessions begin whose other side nobody vouches for. */
  allowUnverified(): boolean;
}

/** What the expert has chosen for the picture of each other person, from one session to the next. */
export interface PictureChoices {
  of(peer: Peer): PictureQuality | undefined;
  keep(peer: Peer, quality: PictureQuality): void;
}

/** What this computer's network is. */
export interface NetworkWatch {
  /** Its addresses at this moment. */
  addresses(): readonly string[];
  /** Other addresses than before, or the computer has slept. */
  onChange(listener: () => void): () => void;
}

interface HistorySink {
  add(entry: HistoryEntry): void | Promise<void>;
}

/** A new invitation file and its password; both are handed out once. */
export interface NewFileInvitation {
  /** The `.msrcIncident`, to be written as UTF-8. */
  readonly text: string;
  /** To be told by phone. */
  readonly password: string;
  readonly expiresAtMs: number;
}

/** For the log: what happened, never a secret. */
export type AssistanceLog = (event: string, facts: Readonly<Record<string, string | number>>) => void;

export interface AssistanceParts {
  readonly messengers: Messengers;
  readonly trust: Trust;
  readonly connection: ConnectionRoom;
  readonly desktop: Desktop;
  readonly consent: ConsentPrompts;
  readonly clock: Clock;
  /** Who may interrupt this person how often; of its own when left out. */
  readonly interruptions?: Interruptions;
  readonly history: HistorySink;
  /** Without it a change of network is noticed by the silence that it causes. */
  readonly network?: NetworkWatch;
  readonly engine: () => EngineName;
  /** Whether this contact may offer to help this person; nobody, when left out: then an offer is answered as not installed. */
  readonly allowOffers?: (from: PeerAddress) => boolean;
  /** What the expert calls itself in Client Info. */
  readonly userName: () => string;
  /** Seconds without own mouse and keyboard after which the expert may go on; {@link QUIET_SECONDS} when left out. */
  readonly quietSeconds?: () => number;
  /** On an invitation file, an expert whose program has no `remdesk` may come in without the password. */
  readonly allowPlainExperts: () => boolean;
  /** Nothing is remembered when left out. */
  readonly pictureChoices?: PictureChoices;
  /** Whether what this computer shows as an expert may be film: there is a decoder for it. No, when left out. */
  readonly decodesFilm?: () => boolean;
  /** Cryptographically random bytes; the system's by default. */
  readonly random?: (bytes: number) => Uint8Array;
  readonly log?: AssistanceLog;
}

/** The use cases, one session at a time. Every command throws AssistanceError. */
export interface Assistance {
  /** Newest session, running or ended and not yet dismissed. */
  readonly status: SessionStatus | undefined;
  readonly invitations: readonly Invitation[];
  /** The newest saved invitation, until it is dismissed. */
  readonly fileInvitation: FileInvitation | undefined;
  /** The code given out to somebody without an account, until it is put away. */
  readonly guestCode: GuestCode | undefined;
  /** Guests' invitations are looked at now; all others may be dropped unread. */
  readonly listensForGuests: boolean;
  /** `status`, `invitations`, `fileInvitation` or `guestCode` changed; for the traffic once a second at most, where it differs by what anybody reads. */
  onChange(listener: () => void): () => void;
  /** Step 1, novice. BUSY, NOT_SIGNED_IN, DESKTOP_UNAVAILABLE; what goes wrong later ends the session with its reason. */
  askForHelp(expert: PeerAddress): Promise<void>;
  /**
   * Novice, without a messenger: listens for the one expert who gets the file and its password. BUSY (a saved one still waits),
   * DESKTOP_UNAVAILABLE, ENDED; ConnectionError.
   */
  inviteByFile(type: InvitationFileType): Promise<NewFileInvitation>;
  /** Takes it back, or puts away one that is over. A session that came of it goes on. */
  removeFileInvitation(): Promise<void>;
  /** Expert, with an invitation from a file. BUSY, WRONG_PASSWORD, BAD_INVITATION, NO_KEY_HASH, UNBOUND_INVITATION, NO_PASSWORD_IN_FILE. */
  helpByInvitation(document: InvitationDocument, password: string): void;
  /** Expert: a fresh code for somebody without an account, in the place of the one before. */
  openGuestCode(): void;
  /** Takes it back, or puts away one that is over. A guest who has been let in by it stays. */
  closeGuestCode(): void;
  /**
   * Step 1, novice without an account, with the code that the expert has given out. Resolves once both programs have proved it and the expert is being
   * asked. BUSY, NOT_SIGNED_IN, DESKTOP_UNAVAILABLE, BAD_GUEST_CODE, GUEST_…, ENDED; nothing of the try is open then.
   */
  askAsGuest(expert: PeerAddress, code: string): Promise<void>;
  /** Ends a try that has not come so far. */
  stopAskingAsGuest(): void;
  /** Expert: asks a contact whether help is wanted. BUSY, NOT_SIGNED_IN; what goes wrong later ends the session with its reason. */
  offerHelp(novice: PeerAddress): void;
  /** Step 2, expert; the novice's yes to an offer. BUSY (the invitation stays), UNKNOWN_INVITATION. */
  acceptInvitation(id: string): void;
  /** UNKNOWN_INVITATION. */
  declineInvitation(id: string): void;
  /** Either side, at any time. Resolves when nothing of the session is open. NO_SESSION. */
  endSession(): Promise<void>;
  /** Ends the session that runs, if one does, because of a mistake in this program that nobody has caught: nothing is known to be right any more. */
  failSession(error: unknown): void;
  /** Novice, while connected: asks this person, as if the expert had requested it. NO_SESSION, WRONG_ROLE. */
  offerControl(): void;
  /** Novice: at once, without a question. NO_SESSION, WRONG_ROLE. */
  takeBackControl(): void;
  /**
   * Novice, once the screen is shown: whether the expert hears what this computer plays. On asks this person; off is at once. NO_SESSION, WRONG_ROLE.
   */
  setSound(on: boolean): void;
  /** Novice: still there. NO_SESSION, WRONG_ROLE. */
  present(): void;
  /** Novice: from now on the expert sees this of the computer and nothing else. Only after a question to this person. NO_SESSION, WRONG_ROLE. */
  share(part: SharedPart): void;
  /** Expert. NO_SESSION, WRONG_ROLE, NO_CHANNEL. */
  requestControl(): void;
  /** Expert. NO_SESSION, WRONG_ROLE. */
  releaseControl(): void;
  /** Expert: what the picture is to be made for, where the novice's side lets one choose. NO_SESSION, WRONG_ROLE. */
  choosePicture(quality: PictureQuality): void;
  /** Expert: would like to see this screen, or all, instead; the novice's side says it to the novice, who may do it. NO_SESSION, WRONG_ROLE. */
  wishForPart(part: SharedPart): void;
  /** Either side, while {@link SessionStatus.code} wants one: the six digits as they were typed. NO_SESSION, BAD_CODE. */
  enterCode(typed: string): void;
  /** Puts the ended session away. BUSY while it runs. */
  dismissSession(): void;
  /**
   * Expert: one more place for the picture, until the returned function is called, or another viewer comes that sets the pace as well.
   * NO_SESSION, WRONG_ROLE.
   */
  attachViewer(sink: ViewerSink): () => void;
  /** On quitting: ends the session, forgets the invitations; resolves when nothing is open. */
  close(): Promise<void>;
}
