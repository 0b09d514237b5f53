import type { Channel, Urgency } from '../channels/contract.ts';
import type { ConnectionChannels } from '../channels/static-channels.ts';
import type { DesktopLayout } from '../desktop-layout.ts';
import type { Rect } from '../geometry.ts';
import type { GraphicsSettings, GraphicsUpdate } from '../graphics/contract.ts';
import type { PointerShape } from '../pointer-shape.ts';
import type { InputEvent } from '../input/events.ts';
import type { DisconnectReason } from '../pdu/disconnect-reasons.ts';
import type { SilenceLimits } from '../silence.ts';

/**
 * The RDP server (the novice) as a machine without I/O: bytes and time in, outputs out, in order.
 * `RdpServer` (rdp-server.ts) implements it; main/connection drives it over a socket.
 *
 * TLS: after `startTls` the driver finishes writing what came before, wraps the socket as TLS *server* and goes on with
 * decrypted bytes. Plain RDP security is refused with RDP_NEG_FAILURE SSL_REQUIRED_BY_SERVER and `closed`.
 */
export interface RdpServerMachine {
  receive(bytes: Uint8Array, nowMs: number): RdpServerOutput[];
  /**
   * Called several times a second; sends RTT Measure Requests, notices silence. `owedMs`: for so long the peer's system has owed an
   * acknowledgement, which is what a client without round trips is judged by; 0 when it owes none.
   */
  tick(nowMs: number, owedMs?: number): RdpServerOutput[];
  /** What stands before our question is still arriving: the peer cannot have answered yet. */
  moving(nowMs: number): void;
  /** The driver's TLS handshake is complete. */
  tlsEstablished(nowMs: number): RdpServerOutput[];
  /**
   * After `clientInfo`: go on with licensing, Demand Active … Nothing is sent to the peer between `clientInfo` and this, but round-trip requests
   * and their results. Of `channels` those come to life that the client has joined (`drdynvc`, for dynamic ones, among them).
   */
  admit(desktop: DesktopLayout, channels?: ConnectionChannels): RdpServerOutput[];
  /** Ends the connection with a reason the peer can show (Set Error Info when possible, then MCS Disconnect Provider Ultimatum). */
  disconnect(reason: DisconnectReason): RdpServerOutput[];
  /** Only in the active session; else ProtocolError ILLEGAL_TRANSITION. */
  sendGraphics(updates: readonly GraphicsUpdate[]): RdpServerOutput[];
  /** `onlyKnown`: nothing where the client would have to be sent its pixels. */
  sendPointerShape(shape: PointerShape | null, onlyKnown?: boolean): RdpServerOutput[];
  sendPointerPosition(x: number, y: number): RdpServerOutput[];
  /**
   * The desktop is another: Deactivate-All and a new Demand Active ([MS-RDPBCGR] 1.3.1.3), where the picture does not say it itself. `active` comes
   * again.
   */
  resize(desktop: DesktopLayout): RdpServerOutput[];
  /** What a static channel says unasked, in chunks ([MS-RDPBCGR] 2.2.6.1). A channel that is not open: ProtocolError ILLEGAL_TRANSITION. */
  sendChannel(channel: Channel, messages: readonly Uint8Array[], urgency: Urgency): RdpServerOutput[];
  /** This side hears and says nothing more on a static channel. */
  closeChannel(channel: Channel): void;
  /** The socket is gone: every channel that was started is closed. */
  gone(): void;
}

export interface RdpServerConfig {
  /** When `line` comes, and `closed` peerGone. */
  readonly silence: SilenceLimits;
}

export type RdpServerOutput =
  /** Whole PDUs. With an `urgency` they may wait for what is more urgent; without one they go at once. Each kind keeps its order. */
  | { readonly tag: 'send'; readonly bytes: Uint8Array; readonly urgency?: Urgency }
  /** A reactivation begins: graphics that still wait go before it, channel data wait until `active`. */
  | { readonly tag: 'suspended' }
  | { readonly tag: 'startTls' }
  /** TS_INFO_PACKET ([MS-RDPBCGR] 2.2.1.11.1.1): the machine now waits for `admit` or `disconnect`. */
  | { readonly tag: 'clientInfo'; readonly info: ClientInfoFacts }
  /** The connection is active: graphics may be sent. Comes again after a resize. */
  | { readonly tag: 'active'; readonly graphics: GraphicsSettings; readonly desktop: DesktopLayout }
  | { readonly tag: 'input'; readonly events: readonly InputEvent[] }
  | { readonly tag: 'refresh'; readonly areas: readonly Rect[] }
  /** Suppress Output: `false` means the client's window is hidden and nothing needs sending. */
  | { readonly tag: 'display'; readonly wanted: boolean }
  /** `suspended`: the client acknowledges no frame after this one until it says otherwise, so none is to be waited for. */
  | { readonly tag: 'frameAcknowledged'; readonly frameId: number; readonly suspended?: boolean }
  | { readonly tag: 'roundTrip'; readonly ms: number }
  /** The peer has not been heard for too long, or is heard again. */
  | { readonly tag: 'line'; readonly silent: boolean }
  /** Nothing more comes. The driver closes the socket after writing what is pending. */
  | { readonly tag: 'closed'; readonly reason: 'peerDisconnected' | 'peerGone' | 'disconnected' | RefusedSecurity };

/** What a client insists on in place of TLS: RDP's own encryption, or Network Level Authentication, which takes an account. */
export type RefusedSecurity = 'plainRdp' | 'nla';

/** The parts of Client Info that are decided on. Secrets: never logged. */
export interface ClientInfoFacts {
  readonly domain: string;
  readonly userName: string;
  readonly password: string;
  readonly alternateShell: string;
  readonly workingDir: string;
  readonly clientName: string;
  readonly clientBuild: number;
}
