import type { Size } from '../../geometry.ts';

/*
 * What every encoder of film (H.264) looks like to the layer that uses it, whatever encodes: WebCodecs in a hidden page, or a library in the
 * capture process.
 */

/**
 * One picture, 8 bits a sample, 4:2:0, BT.709 full range (Y = 0.2126 R + 0.7152 G + 0.0722 B without an offset). Width and height are even.
 */
export interface FilmPicture extends Size {
  /**
   * Y (width × height), then U and V (a quarter of that each), rows without gaps. Its memory may be that of a kernel: it holds this picture
   * until `encode` is settled, and an encoder that hands it to another thread or process copies it.
   */
  readonly i420: Uint8Array;
}

export interface EncodedFilm {
  /** One access unit as an Annex B byte stream; a key frame (IDR) has its parameter sets in front. */
  readonly bytes: Uint8Array;
  readonly key: boolean;
}

export interface FilmEncoderOptions extends Size {
  readonly bitsPerSecond: number;
  /** How many pictures a second are to be expected: rate control counts by it. */
  readonly framesPerSecond: number;
}

/** One film of one size. The first picture becomes a key frame; the stream is marked as BT.709 full range. No picture refers to a later one. */
export interface FilmEncoder {
  /** One picture at a time. `key` asks for a key frame. Rejects with a {@link FilmEncoderError}; the encoder is of no use any more then. */
  encode(picture: FilmPicture, key: boolean): Promise<EncodedFilm>;
  /** From the next picture on, without a key frame. */
  setBitrate(bitsPerSecond: number): void;
  /** Gives back what it holds; an `encode` under way rejects. Idempotent. */
  close(): void;
}

/** A way to encode film. Lives as long as the capture, and makes one encoder after another: another size is another encoder. */
export interface FilmEncoders {
  /** Which way it is, for the status and for tests: `webcodecs`, `webcodecs-hardware`, `openh264`. */
  readonly name: string;
  /** Rejects with a {@link FilmEncoderError}. */
  open(options: FilmEncoderOptions): Promise<FilmEncoder>;
  close(): void;
}

export type FilmEncoderErrorCode =
  /** Not on this computer, or not at this size. */
  | 'UNSUPPORTED'
  /** The encoder says that it has failed, or gave something else than was agreed. */
  | 'FAILED'
  /** Its page or process has ended, or it was closed. */
  | 'GONE'
  /** No answer within its time. */
  | 'TOO_SLOW';

export class FilmEncoderError extends Error {
  override readonly name = 'FilmEncoderError';
  readonly code: FilmEncoderErrorCode;
  constructor(code: FilmEncoderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Bytes of one picture of this size. */
export function i420Bytes({ width, height }: Size): number {
  return (width * height * 3) / 2;
}
