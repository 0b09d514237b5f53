import type { DesktopLayout } from '../desktop-layout.ts';
import type { Size } from '../geometry.ts';
import type { InputEvent } from '../input/events.ts';
import type { PointerShape } from '../pointer-shape.ts';
import type { ViewerSound } from '../viewer-sound.ts';
import type { ViewerGraphics } from './contract.ts';

/*
 * What the main process and whoever shows the novice's desktop say to each other: in a window over two message ports, so that nothing that a
 * person does waits behind decoding; any other viewer gets all of it in one place.
 */

/** In one `input` message; a message with more is dropped. */
export const MAX_VIEWER_INPUT_EVENTS = 256;

/** So many blocks of sound may be on their way to a window: what it has not taken by then it would play too late. */
export const MAX_SOUND_ON_THE_WAY = 25;

/** In one `taken` message. */
export const MAX_TAKEN_AT_ONCE = 0xffff;

/** The port to a worker carries lists in both directions: a message between two processes costs more than most of what it says. No longer ones come back. */
export const MAX_FROM_PICTURE_AT_ONCE = 256;

/** To where pictures are decoded. Each is answered by being counted in a `taken`. */
export type ToPicture =
  /** A picture begins. */
  | { readonly tag: 'size'; readonly size: DesktopLayout }
  /** The same picture is that of other monitors. */
  | { readonly tag: 'layout'; readonly layout: DesktopLayout }
  | { readonly tag: 'graphics'; readonly graphics: ViewerGraphics };

export type FromPicture =
  /** The picture itself has said that it has this size now (the graphics channel does). */
  | { readonly tag: 'resized'; readonly size: Size }
  /** Something that is referred to is missing, so that a part of the picture is wrong until a key frame comes. */
  | { readonly tag: 'lost' }
  /** Follows each Frame Marker END once it is on the canvas. */
  | { readonly tag: 'painted'; readonly frameId: number }
  /** So many of the oldest messages have been decoded. */
  | { readonly tag: 'taken'; readonly count: number };

/** To where the person is. */
export type ToSteering =
  | { readonly tag: 'pointerShape'; readonly shape: PointerShape | null | 'default' }
  | { readonly tag: 'pointerPosition'; readonly x: number; readonly y: number }
  /** Input is worth sending only while granted. */
  | { readonly tag: 'control'; readonly granted: boolean }
  /** A block of sound, to be played with those before it. Each is answered by `soundTaken`. */
  | { readonly tag: 'sound'; readonly sound: ViewerSound }
  /** Sound pauses. */
  | { readonly tag: 'soundPaused' };

export type FromSteering =
  | { readonly tag: 'input'; readonly events: readonly InputEvent[] }
  | { readonly tag: 'displayWanted'; readonly wanted: boolean }
  /** A shape or position has been drawn; the next may come. */
  | { readonly tag: 'pointerShown' }
  /** The oldest block of sound has arrived; the next may come. */
  | { readonly tag: 'soundTaken' };

/** What the session tells each of its viewers. */
export type ToViewer =
  | ToPicture
  | ToSteering
  /** It was too slow: what comes next is missing, until `size` and a whole picture follow. They do once it has taken all it was sent. */
  | { readonly tag: 'behind' };

/** What the session hears from a viewer. */
export type FromViewer = FromPicture | Exclude<FromSteering, { tag: 'pointerShown' | 'soundTaken' }>;
