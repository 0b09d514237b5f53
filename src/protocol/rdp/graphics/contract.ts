import type { Rect, Size } from '../geometry.ts';
import type { ScreenCopy } from '../pdu/drawing-orders.ts';

/** A picture in memory: 32-bit BGRX, rows top down, `stride` bytes from row to row (>= 4 × width). */
export interface PixelFrame extends Size {
  readonly stride: number;
  readonly pixels: Uint8Array;
}

/**
 * What the capability exchange settled, as plain data: it crosses threads and processes, so that whoever captures can also encode.
 * A further codec is a further member of this union, one folder in this room, and one line in `chooseGraphics`.
 */
export type GraphicsSettings = {
  readonly codec: 'planar';
  /** The client set DRAW_ALLOW_SKIP_ALPHA ([MS-RDPBCGR] 2.2.7.1.2): the alpha plane may be left out. */
  readonly skipAlpha: boolean;
  /** Both sides have the Frame Acknowledge capability ([MS-RDPRFX] 2.2.1.3): frames carry Frame Markers and are acknowledged. */
  readonly frameMarkers: boolean;
  /** The client has the ScrBlt order ([MS-RDPBCGR] 2.2.7.1.3 TS_NEG_SCRBLT_INDEX): what has scrolled is copied on its side. */
  readonly scrollCopies: boolean;
  /** Largest fast-path PDU to make, in bytes. Fragments are not used: classic clients cannot join them. */
  readonly maxPduBytes: number;
};

/** Encoded graphics, complete and ready to be written by the active session. */
export type GraphicsUpdate =
  /** One or more whole fast-path PDUs ([MS-RDPBCGR] 2.2.9.1.2), written to the socket as they are. */
  | { readonly route: 'fastPath'; readonly bytes: Uint8Array }
  /** Payload for a dynamic virtual channel (EGFX and later). */
  | { readonly route: 'dynamicChannel'; readonly channel: string; readonly bytes: Uint8Array };

/** What turns the picture that the client has into the next one: first the copies, in order, then these areas of the frame. */
export interface PictureChanges {
  readonly copies: readonly ScreenCopy[];
  readonly areas: readonly Rect[];
}

/** Turns changed parts of a frame into updates: first the copies, in order, then the areas. Keeps whatever state its codec needs; one instance a session. */
export interface FrameEncoder {
  encode(frame: PixelFrame, changed: readonly Rect[], frameId: number, copies?: readonly ScreenCopy[]): GraphicsUpdate[];
}

/** A cursor picture ([MS-RDPBCGR] 2.2.9.1.1.4.5), 32-bit BGRA not premultiplied, rows top down. `null` hides the pointer. */
export interface PointerShape extends Size {
  readonly hotX: number;
  readonly hotY: number;
  readonly pixels: Uint8Array;
}
