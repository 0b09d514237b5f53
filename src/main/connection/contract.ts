import type { EngineName } from '../../facts/preferences.ts';
import type { DesktopLayout, Monitor } from '../../protocol/rdp/desktop-layout.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { GraphicsSettings, GraphicsUpdate, ViewerGraphics } from '../../protocol/rdp/graphics/contract.ts';
import type { PointerShape } from '../../protocol/rdp/pointer-shape.ts';
import type { RdpClientClosed } from '../../protocol/rdp/client/contract.ts';
import type { DisconnectReason } from '../../protocol/rdp/pdu/disconnect-reasons.ts';
import type { Channel } from '../../protocol/rdp/channels/contract.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { KeyHash } from '../../protocol/assistance/connection-string-2.ts';
import type { NoDoor, SessionConnection, WayFailure, WayId } from '../../protocol/assistance/status.ts';
import type { WayPlan, WayTicket } from '../../protocol/assistance/ways.ts';
import type { ReachServices } from '../reach-services.ts';

export type ConnectionErrorCode =
  | 'NO_PORT'
  | 'NO_ADDRESS'
  | 'PIN_MISMATCH'
  | 'NOT_TLS'
  | 'OTHER_SECURITY'
  | 'WRONG_SESSION_ID'
  | 'DEADLINE'
  | 'ABORTED'
  | 'TOO_LARGE'
  | 'SOCKET';

export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code: ConnectionErrorCode;
  constructor(code: ConnectionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface LinkTraffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** Why a link has ended, as this side sees it. `lost`: the socket broke without a disconnect message; `engineFailed`: this side's engine ended by itself. */
export type LinkEnd = RdpClientClosed | 'lost' | 'engineFailed';

/** The other side has not been heard for seconds, or is heard again. A link that stays silent ends after a minute (docs/decisions/0017). */
export interface LineEvent {
  readonly tag: 'line';
  readonly silent: boolean;
}

/** What a connection carries, as it is known at one moment. */
export interface LineState {
  /** So much more may be written now: with that about 100 ms beyond the round trip are on their way. 0 or less when it is enough. */
  readonly roomBytes: number;
  /** What stands in a queue on its way, beyond what a round trip takes. */
  readonly queuedBytes: number;
  /** Of what arrives at the other side; left out while nothing is known. */
  readonly bytesPerSecond?: number;
  /** A queue has shown that rate; without this it carries at least that much. */
  readonly atMost?: true;
  /** The shortest round trip so far, and the usual one at present, where the system tells. */
  readonly minRoundTripMs?: number;
  readonly roundTripMs?: number;
}

/* ---------- the novice's end ---------- */

/** Key and certificate of a session, which nobody outside of this room looks into. */
export interface NoviceIdentity {
  /** SHA-256 of the certificate (DER), 32 bytes. */
  readonly pin: Uint8Array;
}

/** Open from before the novice ticket is sent until one expert has presented the session id, or `close`. */
export interface NoviceEndpoint {
  /** Where and how it can be reached on the ways that it offers. */
  readonly ticket: WayTicket;
  /** Why this side's router lets nobody in, where one is in the way. */
  readonly noDoor?: NoDoor | undefined;
  /** SHA-256 of the fresh certificate (DER), 32 bytes. */
  readonly pin: Uint8Array;
  /** The certificate itself (DER): invitation files also carry older hashes of it. */
  readonly certificate: Uint8Array;
  /** By which a further endpoint of the same session has the same certificate. */
  readonly identity: NoviceIdentity;
  /** RASessionID, 32 bytes: given, or fresh and random. */
  readonly sessionId: Uint8Array;
  /** The expert ticket has come. */
  expect(ticket: WayTicket): void;
  /** The expert is to be found elsewhere: what is reached from now on is there. Only after `expect`. */
  moved(ticket: WayTicket): void;
  /** Reaches the expert on this way, once `expect` has said where; every carrier that it gets goes through the handshake. Again whenever it is asked for. */
  reach(way: WayId): void;
  /** What the other side's way says to this side's. */
  signal(way: WayId, text: string): void;
  onEvent(listener: (event: NoviceEndpointEvent) => void): () => void;
  /** Closes every way and every carrier that is not a presented link. Idempotent. */
  close(): Promise<void>;
}

/** What an endpoint of either role tells before one connection has won. */
export type RaceEvent =
  | { readonly tag: 'attempt'; readonly by: WayId; readonly address: string }
  /** One connection failed or was refused; the others go on. */
  | {
      readonly tag: 'refused';
      readonly by: WayId;
      readonly address: string;
      readonly error: ConnectionError | ProtocolError;
      readonly failure: WayFailure;
    }
  /** All that could be reached on a way has failed, or there is no such way here; those that are offered wait on. */
  | { readonly tag: 'wayFailed'; readonly by: WayId; readonly failure: WayFailure }
  /** What this side's way says to the other's; not before `expect`. */
  | { readonly tag: 'signal'; readonly by: WayId; readonly text: string };

export type NoviceEndpointEvent =
  | RaceEvent
  /**
   * The expert presented the right session id inside TLS. Comes at most once, and everything else is closed by now; from a standing endpoint,
   * whose ways stay open, again after the link before has ended, and from a returning one whenever the expert comes.
   */
  | { readonly tag: 'presented'; readonly link: NoviceLink };

export type NoviceLinkEvent =
  | { readonly tag: 'active'; readonly graphics: GraphicsSettings; readonly desktop: DesktopLayout }
  | { readonly tag: 'input'; readonly events: readonly InputEvent[] }
  | { readonly tag: 'refresh'; readonly areas: readonly Rect[] }
  | { readonly tag: 'display'; readonly wanted: boolean }
  /** `suspended`: none is acknowledged any more until the expert says otherwise. */
  | { readonly tag: 'frameAcknowledged'; readonly frameId: number; readonly suspended?: boolean }
  | { readonly tag: 'roundTrip'; readonly ms: number }
  | LineEvent
  /** Last event. The socket is closed. */
  | { readonly tag: 'ended'; readonly end: LinkEnd; readonly error?: Error };

/** The RDP server on the one connection that presented the session id; it waits at Client Info for `admit`. */
export interface NoviceLink {
  readonly connection: SessionConnection;
  readonly traffic: LinkTraffic;
  /** As it is now: asks the system. */
  readonly line: LineState;
  /** Of `channels` those start, before `active`, that the expert has joined; each belongs to this link alone. */
  admit(desktop: DesktopLayout, channels?: readonly Channel[]): void;
  /** Resolves when the socket has taken it all (drained), which is what paces frames. Rejects when the link has ended. */
  sendGraphics(updates: readonly GraphicsUpdate[]): Promise<void>;
  /** Gives how many bytes that takes. `onlyKnown`: nothing is sent where the expert's side does not have its pixels already. */
  sendPointerShape(shape: PointerShape | null, onlyKnown?: boolean): number;
  sendPointerPosition(x: number, y: number): void;
  resize(desktop: DesktopLayout): void;
  onEvent(listener: (event: NoviceLinkEvent) => void): () => void;
  /** Says goodbye with the reason, closes within a second whatever the peer does; `ended` follows. Idempotent. */
  close(reason: DisconnectReason): Promise<void>;
}

/* ---------- the expert's end ---------- */

/** Open from before the expert ticket is sent until one novice is verified, or `close`. */
export interface ExpertEndpoint {
  /** Where and how it can be reached on the ways that it offers. */
  readonly ticket: WayTicket;
  /** Why this side's router lets nobody in, where one is in the way. */
  readonly noDoor?: NoDoor | undefined;
  /** The novice ticket has come: carriers that are already there are verified now, and later ones as they come. */
  expect(ticket: ExpectedNovice): void;
  /** The novice is to be found elsewhere; who it is does not change. Only after `expect`. */
  moved(ticket: WayTicket): void;
  /** Reaches the novice on this way, once `expect` has said where, while the offered ways stay open. Again whenever it is asked for. */
  reach(way: WayId): void;
  /** What the other side's way says to this side's. */
  signal(way: WayId, text: string): void;
  onEvent(listener: (event: ExpertEndpointEvent) => void): () => void;
  close(): Promise<void>;
}

/** Whom to connect to: our own novice ticket, or what an invitation of any program says. */
export type ExpectedNovice = (WayTicket & { readonly sessionId: Uint8Array; readonly pin: Uint8Array }) | InvitedNovice;

export interface InvitedNovice extends WayTicket {
  /** As it stands in the invitation. */
  readonly raSessionId: string;
  readonly keyHashes: readonly KeyHash[];
  readonly certificate?: Uint8Array;
}

export type ExpertEndpointEvent =
  | RaceEvent
  /** At most once: the pin matched; every other carrier and way is closed. The session id goes out on this one only. */
  | { readonly tag: 'verified'; readonly link: ExpertLink };

export type ExpertLinkEvent =
  | { readonly tag: 'presented' }
  | { readonly tag: 'active'; readonly desktop: DesktopLayout }
  /** The same desktop has these monitors now. */
  | { readonly tag: 'monitors'; readonly monitors: readonly Monitor[] }
  | { readonly tag: 'graphics'; readonly graphics: ViewerGraphics }
  | { readonly tag: 'pointerShape'; readonly shape: PointerShape | null | 'default' }
  | { readonly tag: 'pointerPosition'; readonly x: number; readonly y: number }
  | { readonly tag: 'roundTrip'; readonly ms: number }
  | LineEvent
  | { readonly tag: 'ended'; readonly end: LinkEnd; readonly error?: Error };

/** What an RDP client engine makes of a verified connection. Two engines: our own, and `node-rdpjs` ("classic"). */
export interface ExpertLink {
  readonly connection: SessionConnection;
  readonly traffic: LinkTraffic;
  sendInput(events: readonly InputEvent[]): void;
  acknowledgeFrame(frameId: number): void;
  setDisplayWanted(wanted: boolean): void;
  refresh(areas: readonly Rect[]): void;
  /**
   * False: nothing is read from the socket until true, so that the novice's writing comes to a halt. What is sent goes out all the same, and the
   * novice's silence meanwhile is not held against it. At most for seconds: the novice holds ours against us.
   */
  setReading(reading: boolean): void;
  onEvent(listener: (event: ExpertLinkEvent) => void): () => void;
  close(): Promise<void>;
}

export interface NoviceOptions {
  /** Listens on after a link has been presented, one link at a time, until `close`: an invitation file may be opened with a wrong password first. */
  readonly standing?: boolean;
  /** The RASessionID, where both sides have derived one; else a fresh one. 32 bytes. */
  readonly sessionId?: Uint8Array;
  /** Nothing carries words between the two: only ways that have nothing to say. A standing one is. */
  readonly wordless?: boolean;
  /** What the messenger's server offers for reaching the other side. */
  readonly reach?: ReachServices | undefined;
  /** Of a session that has been admitted: its expert comes again as often as it must, each time in place of the time before. Open until `close`. */
  readonly returning?: boolean;
  /** That of an endpoint before; a fresh one when left out. */
  readonly identity?: NoviceIdentity;
}

export interface ExpertOptions {
  readonly engine: EngineName;
  readonly userName: string;
  /** Asked for on the one connection that is verified, where the engine has channels; those start, before `active`, that the novice has too. */
  readonly channels?: readonly Channel[];
  /** How long a connection to this address of the novice (without port) waits for something better, in milliseconds; far below HANDSHAKE_DEADLINE_MS. */
  readonly patienceMs?: (remote: string) => number;
  /** Nothing direct came before between the two: what is relayed waits for nothing. */
  readonly relayedAtOnce?: boolean;
  /** From an invitation: nothing is offered, since nobody was told where to. */
  readonly invited?: boolean;
  /** Nothing carries words between the two: only ways that have nothing to say. So it is with an invitation. */
  readonly wordless?: boolean;
  /** What the messenger's server offers for reaching the other side. */
  readonly reach?: ReachServices | undefined;
}

/** A process of its own for an engine that reads what a stranger sends. What is thrown in it, and its death, harm nothing else. */
export interface EngineProcess {
  /** Messages that are posted before it runs wait for it. */
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Once, when it has ended by itself or could not be started. */
  onGone(listener: (why: string) => void): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}
export type StartEngine = () => EngineProcess;

export interface ConnectionRoom {
  /** Every way that is tried, as data; in any order. */
  readonly ways: readonly WayPlan[];
  /** An invitation goes out or has come: what takes long before a listener can be reached from elsewhere may begin. */
  prepare(): void;
  openNovice(signal: AbortSignal, options?: NoviceOptions): Promise<NoviceEndpoint>;
  openExpert(options: ExpertOptions, signal: AbortSignal): Promise<ExpertEndpoint>;
}
