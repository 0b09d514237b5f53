import type { DesktopLayout } from '../desktop-layout.ts';
import type { Rect } from '../geometry.ts';
import type { SharedState } from '../shared-part.ts';
import type { PointerShape } from '../pointer-shape.ts';
import type { EncodedPicture, FrameShare, GraphicsSettings } from './contract.ts';

/*
 * What the main process and whoever captures (a process or a thread on X11, a hidden page elsewhere) say to each other over a message port.
 * A picture is asked for with `next` and owed until `frame` answers it, so a slow socket skips pictures instead of queueing them.
 */

/** Most frames a second any capture makes, so that a video does not take the whole processor. */
export const MAX_FRAMES_PER_SECOND = 60;

/** Largest desktop side we take, in pixels ([MS-RDPBCGR] 2.2.7.1.2 desktopWidth is 16 bits, clients stop at 8192 or 16384). */
export const MAX_DESKTOP_SIDE = 16_384;

export type ToCapture =
  /** `generation` goes up with every `configure` and comes back in each frame, so that a frame made for older settings is recognised. */
  | { readonly tag: 'configure'; readonly settings: GraphicsSettings; readonly generation: number }
  /** `share`: what the line has for it. */
  | { readonly tag: 'next'; readonly share?: FrameShare | undefined }
  | { readonly tag: 'refresh'; readonly areas: readonly Rect[] }
  | { readonly tag: 'close' };

/** To a hidden page, which captures one screen. */
export type ToCapturePage =
  | ToCapture
  /**
   * First message. `framesBefore`: number of the last frame that the client was sent before, by another capture. `comesBack`: where the screen goes that
   * is shown, the picture is blank until it is looked at again; else the capture has failed.
   */
  | { readonly tag: 'begin'; readonly framesBefore: number; readonly comesBack: boolean }
  /** The screen is to be looked at, anew where it was already: of what was captured before nothing is shown any more. */
  | { readonly tag: 'look' }
  /** The screen is not there: nothing is shown. */
  | { readonly tag: 'leave' };

export type CaptureFailureCode = 'NO_DISPLAY' | 'NOT_PERMITTED' | 'UNSUPPORTED' | 'LOST';

/** One frame, encoded off the main thread. */
export interface EncodedFrame extends EncodedPicture {
  readonly frameId: number;
  /** Time it took to have the picture, and to encode it, in milliseconds. */
  readonly captureMs: number;
  readonly encodeMs: number;
}

export type FromCapture =
  /** First message: the capture runs. `way` names how pictures are taken, for logs and tests. */
  | { readonly tag: 'opened'; readonly size: DesktopLayout; readonly way: string }
  | { readonly tag: 'frame'; readonly generation: number; readonly frame: EncodedFrame }
  /** Its size, or its monitors. */
  | { readonly tag: 'resized'; readonly size: DesktopLayout }
  /** Whether what is shared is to be seen. While it is gone the picture is blank. */
  | { readonly tag: 'shared'; readonly state: SharedState }
  /** What the window that is shared is called by now; another program's text. */
  | { readonly tag: 'titled'; readonly title: string }
  | { readonly tag: 'pointerShape'; readonly shape: PointerShape | null }
  | { readonly tag: 'pointerMoved'; readonly x: number; readonly y: number }
  /** It would encode film in a hidden page: one is opened and handed over, and the one before ended. The answer goes by the way of each capture. */
  | { readonly tag: 'filmPageWanted' }
  /** A sign of life, where one is asked for. */
  | { readonly tag: 'alive' }
  /** Last message. */
  | { readonly tag: 'failed'; readonly code: CaptureFailureCode; readonly message: string }
  /** Last message, the answer to `close`: everything is given back. */
  | { readonly tag: 'closed' };
