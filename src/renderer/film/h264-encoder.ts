/*
 * H.264 by WebCodecs. Hardware is used where there is some for this size and as long as its results say that it is better; the software encoder
 * of Chromium is there in any case.
 */

export interface H264Options {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSecond: number;
  readonly framesPerSecond: number;
}

export interface H264Picture {
  readonly i420: Uint8Array;
  /** Nobody wants the picture's memory afterwards: it is handed on instead of being copied. */
  readonly handedOn?: boolean;
  readonly key: boolean;
  readonly bitsPerSecond: number;
}

export interface H264Unit {
  readonly bytes: Uint8Array;
  readonly key: boolean;
  readonly hardware: boolean;
}

/** Below this the software encoder takes 2 ms, and some hardware refuses. */
const LEAST_HARDWARE_AREA = 640 * 360;
/** Hardware that has not answered a picture by then is given up. */
const LONGEST_HARDWARE_MS = 250;
/** Pictures by whose median hardware is judged: within a second of film. */
const TRIAL_PICTURES = 15;
/** What hardware may take for one, as a share of the time between two: beyond that it holds pictures back. */
const LONGEST_SHARE = 0.6;

/** Hardware that has failed once in this page is not tried again. */
let hardwareFailed = false;

/** As the planes were made; the encoder writes it into the stream, and decoders believe that. */
const COLOUR_SPACE: VideoColorSpaceInit = { matrix: 'bt709', primaries: 'bt709', transfer: 'bt709', fullRange: true };

/** WebCodecs, 9.2.1 VideoFrameBufferInit; TypeScript does not know its last member yet. */
type VideoFrameInitWithTransfer = VideoFrameBufferInit & { readonly transfer: readonly ArrayBufferLike[] };

export class H264Encoder {
  private readonly options: H264Options;
  private readonly nowMs: () => number;
  private encoder: VideoEncoder;
  private hardware: boolean;
  private bitsPerSecond: number;
  private timestamp = 0;
  private waiting: { readonly resolve: (unit: H264Unit) => void; readonly reject: (error: unknown) => void } | undefined;
  private tookMs: number[] = [];

  private constructor(options: H264Options, nowMs: () => number, hardware: boolean) {
    this.options = options;
    this.nowMs = nowMs;
    this.hardware = hardware;
    this.bitsPerSecond = options.bitsPerSecond;
    this.encoder = this.start();
  }

  /** Rejects with NotSupportedError when H.264 of this size cannot be encoded here. */
  static async open(options: H264Options, nowMs: () => number): Promise<H264Encoder> {
    const inHardware = !hardwareFailed && options.width * options.height >= LEAST_HARDWARE_AREA && (await isSupported(options, true));
    if (!inHardware && !(await isSupported(options, false)))
      throw new DOMException(`no encoder of H.264 for ${options.width}×${options.height}`, 'NotSupportedError');
    return new H264Encoder(options, nowMs, inHardware);
  }

  /** One at a time. */
  async encode(picture: H264Picture): Promise<H264Unit> {
    if (picture.bitsPerSecond !== this.bitsPerSecond) {
      this.bitsPerSecond = picture.bitsPerSecond;
      // A new bitrate alone makes no key frame.
      this.encoder.configure(configOf(this.options, this.bitsPerSecond, this.hardware));
    }
    const startMs = this.nowMs();
    try {
      const unit = await this.encodeOne(picture, this.timestamp === 0 || picture.key);
      if (this.hardware) this.judge(this.nowMs() - startMs);
      return unit;
    } catch (error) {
      if (!this.hardware) throw error;
      return this.inSoftware().encodeOne(picture, true);
    }
  }

  close(): void {
    if (this.encoder.state !== 'closed') this.encoder.close();
    this.waiting?.reject(new DOMException('the encoder was closed', 'AbortError'));
    this.waiting = undefined;
  }

  private start(): VideoEncoder {
    const encoder: VideoEncoder = new VideoEncoder({
      output: (chunk) => {
        if (encoder !== this.encoder) return;
        const bytes = new Uint8Array(chunk.byteLength);
        chunk.copyTo(bytes);
        this.settle()?.resolve({ bytes, key: chunk.type === 'key', hardware: this.hardware });
      },
      error: (error) => {
        if (encoder === this.encoder) this.settle()?.reject(error);
      },
    });
    encoder.configure(configOf(this.options, this.bitsPerSecond, this.hardware));
    this.timestamp = 0;
    return encoder;
  }

  private settle(): typeof this.waiting {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting;
  }

  private encodeOne({ i420, handedOn = false }: H264Picture, keyFrame: boolean): Promise<H264Unit> {
    const { width, height, framesPerSecond } = this.options;
    return new Promise((resolve, reject) => {
      const late = this.hardware ? setTimeout(() => reject(new Error('the hardware holds pictures back')), LONGEST_HARDWARE_MS) : undefined;
      const done = <Args extends unknown[]>(then: (...args: Args) => void) => {
        return (...args: Args): void => {
          clearTimeout(late);
          then(...args);
        };
      };
      this.waiting = { resolve: done(resolve), reject: done(reject) };
      let frame: VideoFrame | undefined;
      try {
        const about: VideoFrameInitWithTransfer = {
          format: 'I420',
          codedWidth: width,
          codedHeight: height,
          timestamp: this.timestamp,
          colorSpace: COLOUR_SPACE,
          // Hardware may fail, and the picture is encoded once more then.
          transfer: handedOn && !this.hardware ? [i420.buffer] : [],
        };
        frame = new VideoFrame(i420, about);
        this.timestamp += Math.round(1_000_000 / framesPerSecond);
        this.encoder.encode(frame, { keyFrame });
      } catch (error) {
        this.settle()?.reject(error);
      } finally {
        frame?.close();
      }
    });
  }

  /** From the next picture on, which is a key frame, in software. */
  private inSoftware(): this {
    hardwareFailed = true;
    this.waiting = undefined;
    if (this.encoder.state !== 'closed') this.encoder.close();
    this.hardware = false;
    this.encoder = this.start();
    return this;
  }

  private judge(tookMs: number): void {
    if (this.tookMs.length >= TRIAL_PICTURES) return;
    this.tookMs.push(tookMs);
    if (this.tookMs.length < TRIAL_PICTURES) return;
    const median = this.tookMs.toSorted((a, b) => a - b)[TRIAL_PICTURES >> 1] ?? 0;
    if (median > (LONGEST_SHARE * 1_000) / this.options.framesPerSecond) this.inSoftware();
  }
}

async function isSupported(options: H264Options, hardware: boolean): Promise<boolean> {
  const { supported } = await VideoEncoder.isConfigSupported(configOf(options, options.bitsPerSecond, hardware));
  return supported === true;
}

function configOf({ width, height, framesPerSecond }: H264Options, bitrate: number, hardware: boolean): VideoEncoderConfig {
  return {
    codec: `avc1.42e0${levelFor(width, height).toString(16)}`,
    width,
    height,
    bitrate,
    framerate: framesPerSecond,
    bitrateMode: 'constant',
    latencyMode: 'realtime',
    hardwareAcceleration: hardware ? 'prefer-hardware' : 'prefer-software',
    avc: { format: 'annexb' },
  };
}

/** The smallest level of H.264 (times ten) that holds such pictures at sixty a second. */
function levelFor(width: number, height: number): number {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  if (blocks <= 3_600) return 32;
  if (blocks <= 8_192) return 42;
  return blocks <= 22_080 ? 51 : 52;
}
