import {
  FilmEncoderError,
  i420Bytes,
  type EncodedFilm,
  type FilmEncoder,
  type FilmEncoderOptions,
  type FilmEncoders,
  type FilmPicture,
} from '../../../../protocol/rdp/graphics/film/contract.ts';
import type { NativeEncoder, OpenH264 } from './library.ts';
import { bitrateRecord, FRAME_BYTES, PARAMETERS_BYTES, PICTURE_BYTES, readFrame, setParameters, setPicture } from './records.ts';

/** ENCODER_OPTION of codec_app_def.h. */
const OPTION = { bitrate: 5, traceLevel: 25 } as const;
const QUIET = 0;
/** From so many pixels on a second thread gains time: 2.8 → 1.6 ms at 1280×720, none at 640×360. */
const PIXELS_FOR_TWO_THREADS = 1_280 * 720;

export interface OpenH264Options {
  /** Processors of this computer. */
  readonly processors: number;
  /** Any clock that only goes on. */
  readonly nowMs: () => number;
}

/**
 * Film encoded by libopenh264 in the thread that asks: that must not be the one that Stop runs on. A fault of the library ends the process, so it
 * runs in one that has nothing else to lose.
 */
export class OpenH264FilmEncoders implements FilmEncoders {
  readonly name = 'openh264';
  private readonly library: OpenH264;
  private readonly options: OpenH264Options;
  private readonly films = new Set<OpenH264FilmEncoder>();
  private over = false;

  constructor(library: OpenH264, options: OpenH264Options) {
    this.library = library;
    this.options = options;
  }

  open(options: FilmEncoderOptions): Promise<FilmEncoder> {
    return Promise.resolve().then(() => this.make(options));
  }

  close(): void {
    this.over = true;
    for (const encoder of this.films) encoder.close();
  }

  private make(options: FilmEncoderOptions): FilmEncoder {
    if (this.over) throw new FilmEncoderError('GONE', 'the film was closed');
    const { width, height } = options;
    if (width < 16 || height < 16 || width % 2 !== 0 || height % 2 !== 0)
      throw new FilmEncoderError('UNSUPPORTED', `libopenh264 takes no film of ${width}×${height}`);
    const native = this.library.create();
    if (native === undefined) throw new FilmEncoderError('FAILED', 'libopenh264 gives no encoder');
    const parameters = new Uint8Array(PARAMETERS_BYTES);
    const threads = this.options.processors > 1 && width * height >= PIXELS_FOR_TWO_THREADS ? 2 : 1;
    try {
      // Else it writes to standard error, which belongs to this program.
      native.setOption(OPTION.traceLevel, new Uint8Array(Int32Array.of(QUIET).buffer));
      succeeded(native.defaults(parameters), 'its defaults', 'FAILED');
      setParameters(parameters, options, threads);
      succeeded(native.initialise(parameters), `a film of ${width}×${height}`, 'UNSUPPORTED');
    } catch (error) {
      native.end();
      throw error;
    }
    const encoder = new OpenH264FilmEncoder(this.library, native, options, this.options.nowMs, () => this.films.delete(encoder));
    this.films.add(encoder);
    return encoder;
  }
}

class OpenH264FilmEncoder implements FilmEncoder {
  private readonly library: OpenH264;
  private readonly native: NativeEncoder;
  private readonly size: FilmEncoderOptions;
  private readonly nowMs: () => number;
  private readonly closed: () => void;
  private readonly picture = new Uint8Array(PICTURE_BYTES);
  private readonly frame = new Uint8Array(FRAME_BYTES);
  private bitsPerSecond: number;
  /** What the library has been told. */
  private told: number;
  private over = false;

  constructor(library: OpenH264, native: NativeEncoder, options: FilmEncoderOptions, nowMs: () => number, closed: () => void) {
    this.library = library;
    this.native = native;
    this.size = options;
    this.nowMs = nowMs;
    this.closed = closed;
    this.bitsPerSecond = options.bitsPerSecond;
    this.told = options.bitsPerSecond;
  }

  encode(picture: FilmPicture, key: boolean): Promise<EncodedFilm> {
    return Promise.resolve().then(() => this.encodeNow(picture, key));
  }

  setBitrate(bitsPerSecond: number): void {
    this.bitsPerSecond = bitsPerSecond;
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.closed();
    this.native.end();
  }

  private encodeNow(picture: FilmPicture, key: boolean): EncodedFilm {
    if (this.over) throw new FilmEncoderError('GONE', 'the film was closed');
    const { width, height } = this.size;
    if (picture.width !== width || picture.height !== height || picture.i420.length !== i420Bytes(this.size))
      throw new FilmEncoderError('FAILED', `a picture of ${picture.width}×${picture.height} in a film of ${width}×${height}`);
    if (this.bitsPerSecond !== this.told) {
      this.told = this.bitsPerSecond;
      succeeded(this.native.setOption(OPTION.bitrate, bitrateRecord(this.told)), 'a bitrate', 'FAILED');
    }
    if (key) succeeded(this.native.forceKey(), 'a key frame', 'FAILED');
    setPicture(this.picture, picture, this.library.address(picture.i420), this.nowMs());
    succeeded(this.native.encode(this.picture, this.frame), 'a picture', 'FAILED');
    return readFrame(this.frame, this.size, (into, from) => this.library.copy(into, from));
  }
}

function succeeded(result: number, what: string, code: 'FAILED' | 'UNSUPPORTED'): void {
  if (result !== 0) throw new FilmEncoderError(code, `libopenh264 has refused ${what} (${result})`);
}
