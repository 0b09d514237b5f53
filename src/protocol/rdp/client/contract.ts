import type { Channel, Urgency } from '../channels/contract.ts';
import type { ConnectionChannels } from '../channels/static-channels.ts';
import type { DesktopLayout, Monitor } from '../desktop-layout.ts';
import type { Rect, Size } from '../geometry.ts';
import type { ViewerGraphics } from '../graphics/contract.ts';
import type { PointerShape } from '../pointer-shape.ts';
import type { InputEvent } from '../input/events.ts';
import type { DisconnectReason } from '../pdu/disconnect-reasons.ts';
import type { SilenceLimits } from '../silence.ts';

/**
 * The RDP client (the expert) as a machine without I/O. `RdpClient` (rdp-client.ts) implements it.
 * It offers PROTOCOL_SSL only; any other answer, a server that insists on a licence, or encryption other than NONE ends it with a ProtocolError REFUSED.
 */
export interface RdpClientMachine {
  /** The Connection Request. */
  start(nowMs: number): RdpClientOutput[];
  receive(bytes: Uint8Array, nowMs: number): RdpClientOutput[];
  /** Called several times a second; notices silence. `owedMs`: for so long the server's system has owed an acknowledgement; 0 when it owes none. */
  tick(nowMs: number, owedMs?: number): RdpClientOutput[];
  /** Nothing has been read until now, by our own choice: the server's silence means nothing. */
  unread(nowMs: number): void;
  /** TLS is up **and the pin has been checked**: goes on to MCS Connect-Initial and so to Client Info. */
  tlsEstablished(nowMs: number): RdpClientOutput[];
  /** Encoded as fast-path input when the server has it, else slow path. Ignored before `active`. */
  sendInput(events: readonly InputEvent[]): RdpClientOutput[];
  acknowledgeFrame(frameId: number): RdpClientOutput[];
  /** Suppress Output: our window is hidden (or shown again). */
  setDisplayWanted(wanted: boolean): RdpClientOutput[];
  refresh(areas: readonly Rect[]): RdpClientOutput[];
  /** What a static channel says unasked, in chunks ([MS-RDPBCGR] 2.2.6.1). A channel that is not open: ProtocolError ILLEGAL_TRANSITION. */
  sendChannel(channel: Channel, messages: readonly Uint8Array[], urgency: Urgency): RdpClientOutput[];
  /** This side hears and says nothing more on a static channel. */
  closeChannel(channel: Channel): void;
  /** The socket is gone: every channel that was started is closed. */
  gone(): void;
  /** Shutdown, MCS Disconnect Provider Ultimatum. */
  disconnect(): RdpClientOutput[];
}

export interface RdpClientConfig {
  /** Goes into Client Info WorkingDir: the RASessionID of the novice ticket, base64. */
  readonly workingDir: string;
  readonly userName: string;
  readonly password: string;
  readonly alternateShell: string;
  readonly clientName: string;
  /** Wished for; the server decides. */
  readonly desktop: Size;
  readonly keyboardLayout: number;
  /**
   * To be asked for; those come to life that the server has. `drdynvc` is joined where there are dynamic ones, and the graphics channel announced
   * where it is among them.
   */
  readonly channels: ConnectionChannels;
  /** When `line` comes, and `closed` peerGone. */
  readonly silence: SilenceLimits;
}

export type RdpClientOutput =
  /** Whole PDUs. With an `urgency` they may wait for what is more urgent; without one they go at once. Each kind keeps its order. */
  | { readonly tag: 'send'; readonly bytes: Uint8Array; readonly urgency?: Urgency }
  /** The server reactivates the session: channel data wait until `active`. */
  | { readonly tag: 'suspended' }
  | { readonly tag: 'startTls' }
  /** Client Info is sent: from here the novice is being asked. */
  | { readonly tag: 'presented' }
  | { readonly tag: 'active'; readonly desktop: DesktopLayout }
  /** The same desktop has these monitors now. */
  | { readonly tag: 'monitors'; readonly monitors: readonly Monitor[] }
  | { readonly tag: 'graphics'; readonly graphics: ViewerGraphics }
  | { readonly tag: 'pointerShape'; readonly shape: PointerShape | null | 'default' }
  | { readonly tag: 'pointerPosition'; readonly x: number; readonly y: number }
  | { readonly tag: 'roundTrip'; readonly ms: number }
  /** The server has not been heard for too long, or is heard again. */
  | { readonly tag: 'line'; readonly silent: boolean }
  | { readonly tag: 'closed'; readonly reason: RdpClientClosed };

/** `incompatible`: one side cannot do without what the other has not. */
export type RdpClientClosed = DisconnectReason | 'peerGone' | 'incompatible' | 'disconnected';
