import type { FilmMaker, KeptFrom, PictureQuality } from '../rdp/channels/notes.ts';
import type { SharedPart, Sharing } from '../rdp/channels/notes.ts';
import type { SoundState } from '../rdp/channels/notes.ts';

/** What a session looks like to a person, as plain data: main makes it, the renderer shows it. */

export type Role = 'novice' | 'expert';

/** The other person. Without a transport: somebody who came by a file. */
export interface SessionPeer {
  readonly transport?: string;
  readonly address: string;
  readonly friendlyName: string;
  /** What makes sure that it is them, once that is known, which is before the novice is asked. */
  readonly verification?: Verification;
  /** SHA-256 of the key by which their installation is known from now on, in hex; where they are sure by keys or by a code. */
  readonly key?: string;
}

/** The seven steps of KB 306298. */
export type StepNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Names a way to connect: `reverse`, `forward`, or one this version does not know (in the history that a later version wrote). */
export type WayId = string;

/**
 * What went wrong on a way, the least telling first. `silent`: nobody came. `unavailable`: it could not be opened here. `unreachable`: nothing
 * answered. `broken`: the connection broke before it was secure. `otherSecurity`: the program at the other end wants another kind of security than
 * TLS. `stranger`: the other end was somebody else.
 */
export type WayFailure = 'silent' | 'unavailable' | 'unreachable' | 'broken' | 'otherSecurity' | 'stranger';

export interface WayFailed {
  readonly way: WayId;
  readonly failure: WayFailure;
}

/**
 * `notNeeded`: what had not failed by itself when another way connected, and what an invitation file leaves out.
 * `atMs` is Unix time.
 */
export interface StepStatus {
  readonly step: StepNumber;
  readonly state: 'pending' | 'active' | 'done' | 'failed' | 'notNeeded';
  readonly atMs?: number;
  /** What went wrong on the ways of a failed step. */
  readonly failures?: readonly WayFailed[];
  /** Of several ways under one step, the one that connected. */
  readonly way?: WayId;
}

export interface SessionConnection {
  readonly by: WayId;
  /** The other side as the way sees it; `host:port` for a socket, the server's name where one passes the bytes on. */
  readonly address: string;
  /** Somebody else's server passes the bytes on. */
  readonly relayed?: true;
  /** A router has opened a door for it: that of the side which was called. */
  readonly mapped?: true;
  /** Relayed, and nothing direct was to be had: this person keeps the address private, or the other computer has named none. */
  readonly hidden?: 'here' | 'there';
  /** The novice's call (reverse connect) had not come through by then. */
  readonly reverseFailed?: true;
}

/** Why this side's router has opened no door: `doubleNat`, it is itself behind one; `off`, the person does not want it. */
export type NoDoor = 'off' | 'noRouter' | 'refused' | 'doubleNat';

/** Why a session is over. The renderer has one sentence (and one next step) for each and for each role. */
export type EndReason =
  | 'declined'
  | 'cancelledByYou'
  | 'cancelledByPeer'
  /** Another device of this person has taken or declined the request. */
  | 'answeredElsewhere'
  | 'timedOut'
  | 'contactOffline'
  | 'appNotPresent'
  | 'messengerLost'
  | 'peerLeftMessenger'
  | 'ticketRefused'
  /** The other side's program cannot make sure who it is, and never could as far as is known here; or it has been seen to. */
  | 'notVerifiable'
  | 'protectionRemoved'
  /** What came in the place of the other side's word was not theirs. */
  | 'tampered'
  /** Three codes were wrong; nobody typed the right one in time. */
  | 'codeBurnt'
  | 'codeExpired'
  | 'noConnection'
  | 'pinMismatch'
  /** Invitation by file: what the novice's computer said about password and time. */
  | 'wrongPassword'
  | 'invitationExpired'
  | 'versionMismatch'
  /** The other side's program lacks, or insists on, something that this one cannot do without, or has not. */
  | 'incompatible'
  | 'viewRefused'
  | 'consentTimedOut'
  | 'stoppedByNovice'
  | 'closedByExpert'
  /** It has lasted as long as one may. */
  | 'timeUp'
  | 'peerGone'
  | 'connectionLost'
  | 'desktopUnavailable'
  | 'protocolError'
  /** The expert's own viewer engine, which runs in a process of its own, has ended. */
  | 'engineFailed'
  | 'internalError';

export type SessionPhase =
  /** Invitation sent (novice) or shown (expert); not yet answered. */
  | { readonly tag: 'inviting' }
  /** Accepted; tickets are on their way. */
  | { readonly tag: 'tickets' }
  /** `way` is the newest of those being tried, `next` the one that this side tries after it, at a Unix time. */
  | { readonly tag: 'connecting'; readonly way: WayId; readonly next?: { readonly way: WayId; readonly atMs: number } }
  /** Connected and authenticated; the novice is being asked. */
  | { readonly tag: 'awaitingConsent' }
  | { readonly tag: 'connected'; readonly sinceMs: number }
  /** `sinceMs`: when it was connected, if it ever was. `answeredOn`: as the device that has answered calls itself. */
  | {
      readonly tag: 'ended';
      readonly reason: EndReason;
      readonly atMs: number;
      readonly sinceMs?: number;
      readonly detail?: string;
      readonly answeredOn?: string;
    };

/** `asked`: the novice has the expert's question; `offered`: the novice gives it and is asked to confirm, which the expert does not see. */
export type ControlState = 'no' | 'asked' | 'offered' | 'refused' | 'granted';

/** Control is granted, but the novice uses mouse or keyboard: it comes back when they have been quiet for so many seconds. */
export interface ControlPause {
  readonly quietSeconds: number;
}

/** What of the expert's input was dropped last because of what it was aimed at; `count` grows with each telling. */
export interface KeptAway {
  readonly what: KeptFrom;
  readonly count: number;
}

/** Totals in bytes on the RDP connection; frames a second over the last two seconds; round trip is the newest, undefined while unknown. */
export interface SessionTraffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly framesPerSecond: number;
  readonly roundTripMs?: number;
  /**
   * How old pictures are when the expert's window has painted them. Measured by the novice's side: from reading the screen until the acknowledgement
   * that follows painting, less half of the shortest round trip.
   */
  readonly pictureAgeMs?: number;
}

/**
 * What makes sure that the other side is who it should be. `met`: their key is known from so many sessions before; `code`: six digits told by
 * voice; `password`: that of an invitation file; `unverified`: nothing does, and this person has allowed that.
 */
export type Verification = { readonly tag: 'met'; readonly meetings: number } | { readonly tag: 'code' | 'password' | 'unverified' };

/** The six digits, on either side, from acceptance until both sides have the same key. `triesLeft` includes the one to come. */
export type CodeDialogue =
  /** This side's person reads them out. */
  | { readonly tag: 'tell'; readonly code: string; readonly triesLeft: number; readonly untilMs: number }
  /** This side's person types what the other one reads out. */
  | { readonly tag: 'enter'; readonly triesLeft: number; readonly untilMs: number }
  /** Typed, and the other side's answer is waited for. */
  | { readonly tag: 'checking' };

export interface SessionStatus {
  readonly id: string;
  readonly role: Role;
  readonly peer: SessionPeer;
  /** The expert offered; the novice had not asked. */
  readonly offered?: true;
  /** Expert: what the keyboard writes may travel as text; without it keys go by their position. */
  readonly takesText?: true;
  readonly startedAtMs: number;
  readonly phase: SessionPhase;
  readonly code?: CodeDialogue;
  /** The contact is known, this device of theirs is not; or it is, with another key. Neither says who it is. */
  readonly device?: 'further' | 'replaced';
  /** Always seven, in order. */
  readonly steps: readonly StepStatus[];
  readonly connection?: SessionConnection;
  /** Only where the two could not reach each other. */
  readonly noDoor?: NoDoor;
  /** Somebody looks: connected, and the expert's window is to be seen. */
  readonly viewing: boolean;
  readonly control: ControlState;
  /** Novice: the expert asks for control again and again; no question is put any more, a line says it. */
  readonly controlWished?: true;
  /** Novice: a line asks whether they still help each other. `away`: nobody has answered for so long that control pauses. */
  readonly attendance?: 'asking' | 'away';
  /** Novice: the session ends by itself then, as Unix time; said only shortly before. */
  readonly endsAtMs?: number;
  readonly controlPause?: ControlPause;
  readonly keptAway?: KeptAway;
  /** Expert: the layout of the novice's keyboard; parts that are not known are ''. */
  readonly keyboard?: { readonly code: string; readonly name: string };
  /** While connected: the line has been silent since then, as Unix time. Nothing is lost yet. */
  readonly silentSinceMs?: number;
  /** While connected: the other side is missing, and looked for by every way until then, as Unix time. Nothing is shown or moved meanwhile. */
  readonly search?: { readonly sinceMs: number; readonly untilMs: number };
  /** So often the two have found each other again. */
  readonly found?: number;
  readonly traffic?: SessionTraffic;
  /** Expert: what the novice's side makes the picture for; absent where there is nothing to choose. */
  readonly quality?: PictureQuality;
  /** While connected: what of the novice's computer is shown, as the novice's side says it; absent at an expert whose novice's program does not. */
  readonly sharing?: Sharing;
  /** Expert: has asked for another part, and what has come of it until another is shown. */
  readonly partWish?: 'asked' | 'refused';
  /** Novice: the expert would like to see this instead, and no question is put about it. */
  readonly wishedPart?: SharedPart;
  /** Expert: what makes the film of the picture now; absent where the novice's program does not say. */
  readonly filmBy?: FilmMaker;
  /** The sound of the novice's computer, while connected; the expert's side has it where the novice's program says it. */
  readonly sound?: SoundState;
  /** Expert: size of what is shown of the novice's desktop. */
  readonly desktop?: { readonly width: number; readonly height: number };
}

/** What is kept of an ended session: who, when, how connected, what was allowed, why it ended. Times are Unix ms. */
export interface HistoryEntry {
  readonly id: string;
  readonly role: Role;
  readonly peer: SessionPeer;
  /** As {@link SessionStatus} has it. */
  readonly offered?: true;
  readonly startedAtMs: number;
  /** When the picture could first be seen; absent where it came to nothing, and where a version wrote it that did not keep this. */
  readonly connectedAtMs?: number;
  readonly endedAtMs: number;
  readonly connectedBy?: WayId;
  /** The other side, as {@link SessionConnection} has it. */
  readonly address?: string;
  readonly viewed: boolean;
  readonly controlled: boolean;
  /** So often the connection was lost and found again. */
  readonly found?: number;
  /** When control of mouse and keyboard was given, and how long it lasted; an entry of an earlier version does not say. */
  readonly grants?: readonly { readonly fromMs: number; readonly toMs?: number }[];
  /** So many requests of the same person came to nothing for the same reason, one soon after the other; this is the newest. */
  readonly times?: number;
  /** An {@link EndReason}, or one of a later version. */
  readonly reason: string;
  /** Answered elsewhere: as that device calls itself. */
  readonly answeredOn?: string;
}
