import type { Rect } from '../../geometry.ts';
import type { FilmMaker } from '../../film-maker.ts';
import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import type { CapturedPicture, FrameRequest, PictureMove, PixelFrame } from '../contract.ts';

/** The surface that the exact picture is drawn on, mapped to the output at 0,0 and as large as the picture. */
export const DESKTOP_SURFACE = 1;

/** What a client with the graphics channel was found to take. Plain data: it crosses threads and processes. */
export type ChannelSettings = {
  readonly name: 'channel';
  /** AVC420 may be sent ([MS-RDPEGFX] 2.2.3: the set that was confirmed says so). */
  readonly avc420: boolean;
  /** RemoteFX (CAVIDEO) may be sent. */
  readonly remoteFx: boolean;
};

/** One picture on its way to the client, before anything of it is encoded. */
export interface LayeredPicture {
  readonly picture: CapturedPicture;
  readonly frame: PixelFrame;
  readonly wanted: FrameRequest;
  /** What the client copies on the desktop surface, in this order and before all else. */
  readonly copies: readonly ScreenCopy[];
  /** What is said to have moved about as a whole, to be seen or not. */
  readonly moves: readonly PictureMove[];
  /** What has changed beside the copies, and would be sent exactly. */
  readonly areas: readonly Rect[];
}

/** What a layer makes of one picture. */
export interface LayerFrame {
  /**
   * Whole RDPGFX PDUs (`pdu/rdpgfx`), carried out after the exact tiles and before the frame ends: the layer's own surface (any id but
   * {@link DESKTOP_SURFACE}), its WireToSurface1, and a SurfaceToSurface that puts it on the desktop surface.
   */
  readonly pdus: readonly Uint8Array[];
  /** Nothing in these PDUs repeats: compressing them once more gains nothing. */
  readonly dense?: boolean;
  /** What these PDUs draw on the desktop surface: nothing of it is sent exactly in this frame. */
  readonly covered: readonly Rect[];
  /** To be sent exactly in this frame, changed or not: what has come to rest. */
  readonly exact: readonly Rect[];
  /** Surfaces of the layer's own that the client has once it has read this frame. */
  readonly surfaces: readonly number[];
  /** What makes the film that there is; left out while there is none. */
  readonly filmBy?: FilmMaker | undefined;
}

/**
 * A further layer of the picture on the graphics channel, beside the exact one: it may take areas over and show them another way, a film for
 * example. It lives as long as its encoder, where pictures are captured.
 */
export interface PictureLayer {
  /**
   * One at a time, and once for each picture, also where it has nothing to do. In a key frame (`wanted.key`) everything is drawn exactly anew on
   * surfaces that are made anew: those of the layer have been deleted then. Rejecting ends the capture.
   */
  encode(picture: LayeredPicture): Promise<LayerFrame> | LayerFrame;
  /** The rectangle that it draws itself, as of the last picture; undefined where it draws none. */
  readonly moving: Rect | undefined;
  /** What stands on the desktop surface not exactly as in the picture before: copies from there are drawn exactly where they go. */
  readonly inexact: readonly Rect[];
  /** In so many milliseconds a frame is due although no pixel changes, because something is to be sent exactly; undefined: none is. */
  readonly dueInMs: number | undefined;
  close(): void;
}

/** Makes the layer for one client, or undefined where it takes none. */
export type CreateLayer = (settings: ChannelSettings) => PictureLayer | undefined;
