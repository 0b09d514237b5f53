import type { DesktopLayout, Monitor } from '../desktop-layout.ts';
import type { FilmMaker } from '../film-maker.ts';
import type { Rect, Size } from '../geometry.ts';
import type { PictureQuality } from '../picture-quality.ts';
import type { ClientGraphicsCapabilities } from './client-capabilities.ts';
import type { PictureKernels } from './kernels/picture-kernels.ts';
import type { BitmapTarget } from './surface.ts';

/** A picture in memory: 32-bit BGRX, rows top down, `stride` bytes from row to row (>= 4 × width). */
export interface PixelFrame extends Size {
  readonly stride: number;
  readonly pixels: Uint8Array;
  /** Those in whose memory `pixels` lie, rows without gaps: whoever encodes may work there. */
  readonly kernels?: PictureKernels;
}

/**
 * One picture of the screen as it was captured. Nothing overwrites its memory until it is closed, and whoever is handed one closes it; closing
 * twice does nothing.
 */
export interface CapturedPicture extends Size {
  /** Only here may it differ from the picture before. Rectangles may overlap or leave the picture. */
  readonly damage: readonly Rect[];
  /** What the system says has moved about as a whole since pictures before. Hints: what is not to be seen in the pixels has not moved. */
  readonly moves?: readonly PictureMove[];
  /** For so many milliseconds nothing had changed when this did, although it was looked for; left out where nobody knows. */
  readonly stillMs?: number;
  /** The system's own frame where there is one (a page's VideoFrame), for an encoder that takes it as it is. */
  readonly video?: object;
  /** Its pixels, read out only when they are asked for; they are valid until `close`. */
  pixels(): PixelFrame | Promise<PixelFrame>;
  close(): void;
}

/** A window that has gone from one place to another one, frame and all. Where the sizes differ it keeps its top left part. Both may leave the picture. */
export interface PictureMove {
  readonly from: Rect;
  readonly to: Rect;
}

/* ---------- encoding ---------- */

/** Which encoder, and what it was told: plain data, because it crosses threads and processes to whoever captures. */
export type EncoderSettings = { readonly name: string; readonly [option: string]: string | number | boolean };

/** How the server learns that a frame is on the expert's screen. A fact of the link, whatever encodes. */
export type FrameAcknowledgement =
  /** Frame Markers around each frame, Frame Acknowledge PDUs in return ([MS-RDPRFX] 2.2.1.3): both sides have the capability. */
  | 'marked'
  /** Not at all: the socket alone sets the pace. */
  | 'unmarked'
  /** In the messages of a graphics channel: the frame's number stands in what the encoder makes. */
  | 'channel';

/** What the capability exchange settled. */
export interface GraphicsSettings {
  readonly encoder: EncoderSettings;
  readonly acknowledgement: FrameAcknowledgement;
}

/** Encoded graphics, complete and ready to be written by the active session. */
export type GraphicsUpdate =
  /** Whole fast-path PDUs ([MS-RDPBCGR] 2.2.9.1.2). */
  | { readonly route: 'fastPath'; readonly bytes: Uint8Array }
  /**
   * One message of the graphics channel: RDP_SEGMENTED_DATA ([MS-RDPEGFX] 2.2.5.1). `surfaces`: those the client has once it has read it. `first`:
   * of an encoder that knows of none before; those that the client still has are deleted ahead of it.
   */
  | { readonly route: 'channel'; readonly bytes: Uint8Array; readonly surfaces: readonly number[]; readonly first?: true | undefined };

/** What the line has for one frame. Plain data: it crosses threads and processes. */
export interface FrameShare {
  /** About so many bytes may be in it; what does not fit stays due, and comes with the next ones. At least something is sent. */
  readonly frameBytes: number;
  /** For film, as long as there is one; left out while the line is not known. */
  readonly filmBitsPerSecond?: number;
  /** Where the person looks, as far as anybody knows: the pointer. */
  readonly focus?: Place;
  /** What the expert would rather have; `balanced` where it is left out. */
  readonly quality?: PictureQuality;
}

/** In pixels from the left and from the top. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What is wanted of the next frame. */
export interface FrameRequest {
  readonly frameId: number;
  /** A key frame: everything, with reference to nothing that was sent before. */
  readonly key: boolean;
  /** Parts that the client may have lost. An encoder that cannot repeat a part makes a key frame. */
  readonly areas: readonly Rect[];
  /** Those of the picture, where there are several. */
  readonly monitors?: readonly Monitor[] | undefined;
  /** As much as the line has; without bounds where it is left out. */
  readonly share?: FrameShare | undefined;
}

export interface EncodedPicture {
  readonly updates: readonly GraphicsUpdate[];
  /** How much of the picture they change, in pixels. */
  readonly changedPixels: number;
  /** What makes the film in it; left out where nothing of the picture is film now. */
  readonly filmBy?: FilmMaker | undefined;
}

/** Turns captured pictures into what one client must be sent. Keeps the state of its codec and whatever it knows of the picture before. */
export interface PictureEncoder {
  /**
   * Takes the picture over. One at a time: the next one comes when this is settled. Undefined when nothing needs to be sent.
   * A rejection ends the capture.
   */
  encode(picture: CapturedPicture, wanted: FrameRequest): Promise<EncodedPicture | undefined>;
  /** In so many milliseconds a frame is due although no pixel changes, 0 when it is now; undefined: none is. */
  readonly dueInMs?: number | undefined;
  /** Gives back what it holds. An `encode` under way may reject. */
  close(): void;
}

/** One line of the table of encoders. */
export interface EncoderKind<Settings extends EncoderSettings = EncoderSettings> {
  readonly name: Settings['name'];
  /** Where the frame's number stands in what the encoder makes; else it is a fact of the link. */
  readonly acknowledgement?: 'channel';
  /** Undefined when the client cannot show what this encoder makes. */
  settingsFor(client: ClientGraphicsCapabilities): Settings | undefined;
  /** @throws ProtocolError OUT_OF_RANGE for settings that cannot be meant */
  create(settings: Settings): PictureEncoder;
}

/* ---------- decoding ---------- */

/**
 * Graphics as they came, undecoded: a fast-path update, joined from its fragments, or a slow-path one in the same shape. `data` is the updateData
 * of `updateCode` ([MS-RDPBCGR] 2.2.9.1.2.1).
 */
export interface UpdateGraphics {
  readonly tag: 'update';
  readonly updateCode: number;
  readonly data: Uint8Array;
}

/** One message of the graphics channel as it came: RDP_SEGMENTED_DATA ([MS-RDPEGFX] 2.2.5.1). */
export interface ChannelGraphics {
  readonly tag: 'channel';
  readonly data: Uint8Array;
}

export type ViewerGraphics = UpdateGraphics | ChannelGraphics;

/** What one piece of graphics did to the picture. */
export interface AppliedGraphics {
  /** Parts of the picture that were drawn, in order; they may overlap. */
  readonly dirty: readonly Rect[];
  readonly frames: readonly FrameBoundary[];
  /** The picture is laid out like this from now on, as it says itself; where the size is another, so is all of it. */
  readonly layout?: DesktopLayout | undefined;
}

/** How a part of the picture came. */
export type DrawnBy = 'exact' | 'copied' | 'remoteFx' | 'film';
/** Hears of each part that was drawn, in order, and how large the picture is then. */
export type OnDrawn = (rect: Rect, by: DrawnBy, picture: Size) => void;

export interface FrameBoundary {
  readonly action: 'begin' | 'end';
  readonly frameId: number;
}

/** How a bitmap came, which is what its decoder is chosen by. */
export type BitmapFormat =
  /** TS_BITMAP_DATA ([MS-RDPBCGR] 2.2.9.1.1.3.1.2.2). */
  | { readonly carrier: 'bitmapUpdate'; readonly compressed: boolean; readonly bitsPerPixel: number }
  /** TS_BITMAP_DATA_EX (2.2.9.2.1.1): `codecId` is 0 for none, or as it was negotiated. */
  | { readonly carrier: 'surfaceBits'; readonly codecId: number; readonly bitsPerPixel: number }
  /** RDPGFX_WIRE_TO_SURFACE_PDU_1 ([MS-RDPEGFX] 2.2.2.1), 32 bits a pixel; there is a decoder for each surface. */
  | { readonly carrier: 'channel'; readonly codecId: number };

export interface EncodedBitmap extends Size {
  readonly data: Uint8Array;
  readonly bitsPerPixel: number;
  /** 256 RGBA words, for 8 bits a pixel. */
  readonly palette: Int32Array;
}

/** Keeps the state of its codec; one instance a session. */
export interface BitmapDecoder {
  /**
   * Draws the bitmap, or as much of it as the target takes from its top left corner. Whatever came later waits until this is done, so a picture
   * is never shown with its parts in another order.
   * @throws ProtocolError for anything wrong in the data
   */
  decode(bitmap: EncodedBitmap, target: BitmapTarget): undefined | Promise<void>;
  /** Its surface is gone: gives back what it holds of the system's. */
  close?(): void;
}

/** One line of the table of decoders. */
export interface DecoderKind {
  readonly name: string;
  takes(format: BitmapFormat): boolean;
  /** On the channel: `surface`, where the data says itself which parts it draws; its target is the whole surface then, else the rectangle. */
  readonly drawsOn?: 'surface';
  create(): BitmapDecoder;
}
