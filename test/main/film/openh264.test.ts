import { describe, expect, it } from 'vitest';
import { checkVersion, type OpenH264 } from '../../../src/main/desktop/film/openh264/library.ts';
import { OpenH264FilmEncoders } from '../../../src/main/desktop/film/openh264/openh264-film-encoders.ts';
import { FilmEncoderError, i420Bytes, type FilmEncoder } from '../../../src/protocol/rdp/graphics/film/contract.ts';

const SIZE = { width: 64, height: 32 };
const OPTIONS = { ...SIZE, bitsPerSecond: 1_000_000, framesPerSecond: 30 };
const LENGTHS_AT = 0x1000n;
const DATA_AT = 0x2000n;
/** SFrameBSInfo: number of layers, the first layer, type, bytes; in a layer: NAL units, where their lengths are, where they are. */
const INFO = { layers: 0, layer: 8, type: 5_128, bytes: 5_132, nals: 16, lengthsAt: 24, dataAt: 32, layerBytes: 40 };
const ENCODER_OPTION_BITRATE = 5;

interface Layer {
  readonly lengths: readonly number[];
  readonly nals?: number;
  readonly lengthsAt?: bigint;
  readonly dataAt?: bigint;
}

interface Answer {
  readonly layers: readonly Layer[];
  readonly layerCount?: number;
  readonly type?: number;
  readonly bytes?: number;
}

const KEY: Answer = { type: 1, layers: [{ lengths: [6, 5] }, { lengths: [9] }] };
const DELTA: Answer = { type: 3, layers: [{ lengths: [9] }] };

/** A library that answers as it is told, and knows each place of its memory that was read. */
class Library implements OpenH264 {
  readonly parameters: DataView[] = [];
  readonly pictures: DataView[] = [];
  readonly bitrates: (readonly number[])[] = [];
  readonly read: { readonly from: bigint; readonly length: number }[] = [];
  keys = 0;
  ended = 0;
  gives = true;
  initialised = 0;
  encoded = 0;
  answer: Answer = KEY;

  create(): ReturnType<OpenH264['create']> {
    if (!this.gives) return undefined;
    return {
      defaults: (parameters) => {
        parameters.fill(0xee);
        return 0;
      },
      initialise: (parameters) => {
        this.parameters.push(new DataView(parameters.slice().buffer));
        return this.initialised;
      },
      encode: (picture, frame) => {
        this.pictures.push(new DataView(picture.slice().buffer));
        frame.fill(0xee);
        this.write(new DataView(frame.buffer, frame.byteOffset, frame.length));
        return this.encoded;
      },
      forceKey: () => {
        this.keys += 1;
        return 0;
      },
      setOption: (option, value) => {
        if (option === ENCODER_OPTION_BITRATE) this.bitrates.push([...new Int32Array(value.slice().buffer)]);
        return 0;
      },
      end: () => {
        this.ended += 1;
      },
    };
  }

  address(bytes: Uint8Array): bigint {
    return BigInt(0x7000_0000 + bytes.byteOffset);
  }

  copy(into: Uint8Array, from: bigint): void {
    this.read.push({ from, length: into.length });
    const layer = this.answer.layers[Number(from & 0xfn)];
    if (from >= DATA_AT) into.set([0, 0, 0, 1].slice(0, into.length));
    else new Int32Array(into.buffer, into.byteOffset, into.length / 4).set(layer?.lengths ?? []);
  }

  private write(info: DataView): void {
    const { layers, layerCount = layers.length, type = 3 } = this.answer;
    const { bytes = layers.flatMap(({ lengths }) => lengths).reduce((sum, length) => sum + length, 0) } = this.answer;
    info.setInt32(INFO.layers, layerCount, true);
    info.setInt32(INFO.type, type, true);
    info.setInt32(INFO.bytes, bytes, true);
    for (const [index, { lengths, nals = lengths.length, ...at }] of layers.entries()) {
      const from = INFO.layer + index * INFO.layerBytes;
      info.setInt32(from + INFO.nals, nals, true);
      info.setBigUint64(from + INFO.lengthsAt, at.lengthsAt ?? LENGTHS_AT + BigInt(index), true);
      info.setBigUint64(from + INFO.dataAt, at.dataAt ?? DATA_AT + BigInt(index), true);
    }
  }
}

async function film(library: Library, processors = 4): Promise<FilmEncoder> {
  return new OpenH264FilmEncoders(library, { processors, nowMs: () => 1_234.4 }).open(OPTIONS);
}

const picture = () => ({ ...SIZE, i420: new Uint8Array(new ArrayBuffer(10_000), 256, i420Bytes(SIZE)) });
const code = async (what: Promise<unknown>): Promise<string> =>
  what.then(
    () => 'went',
    (error: unknown) => (error instanceof FilmEncoderError ? error.code : String(error)),
  );

describe('libopenh264, as its function table is used', () => {
  it('changes what matters in its defaults, at the offsets of ABI 7', async () => {
    const library = new Library();
    await film(library);
    const [parameters] = library.parameters;
    const int = (at: number): number | undefined => parameters?.getInt32(at, true);
    const byte = (at: number): number | undefined => parameters?.getUint8(at);
    expect([int(4), int(8), int(12), parameters?.getFloat32(20, true)]).toEqual([64, 32, 1_000_000, 30]);
    // Camera, one temporal and one spatial layer, no intra period, constant ids, CAVLC, one thread.
    expect([int(0), int(16), int(24), int(28), int(836), int(844), int(856), parameters?.getUint16(892, true)]).toEqual([
      0, 1, 1, 1, 0, 0, 0, 1,
    ]);
    // No skipped pictures, long-term references, denoising, background, or key frames by scene.
    expect([byte(860), byte(880), byte(908), byte(909), byte(912)]).toEqual([0, 0, 0, 0, 0]);
    // The layer: its size, rate, bitrate, one slice.
    expect([int(32), int(36), parameters?.getFloat32(40, true), int(44), int(64), int(68)]).toEqual([64, 32, 30, 1_000_000, 0, 1]);
    // BT.709, full range.
    expect([216, 217, 218, 219, 220, 221, 222].map(byte)).toEqual([1, 5, 1, 1, 1, 1, 1]);
    // As coarse as a film may be, and as fine.
    expect([int(868), int(872)]).toEqual([46, 12]);
    // What it does not know is left as it was.
    expect([int(840), int(876), int(916)]).toEqual([-286_331_154, -286_331_154, -286_331_154]);
  });

  it('takes a second thread, with a slice of its own, for large pictures only', async () => {
    const library = new Library();
    const large = { ...OPTIONS, width: 1_280, height: 720 };
    await new OpenH264FilmEncoders(library, { processors: 2, nowMs: () => 0 }).open(large);
    await new OpenH264FilmEncoders(library, { processors: 1, nowMs: () => 0 }).open(large);
    expect(library.parameters.map((view) => [view.getUint16(892, true), view.getInt32(64, true), view.getInt32(68, true)])).toEqual([
      [2, 1, 2],
      [1, 0, 1],
    ]);
  });

  it('reads the picture where it lies, plane by plane', async () => {
    const library = new Library();
    await (await film(library)).encode(picture(), false);
    const [told] = library.pictures;
    const address = library.address(picture().i420);
    expect([0, 4, 8, 12, 56, 60].map((at) => told?.getInt32(at, true))).toEqual([23, 64, 32, 32, 64, 32]);
    expect([24, 32, 40].map((at) => told?.getBigUint64(at, true))).toEqual([address, address + 2_048n, address + 2_560n]);
    expect(told?.getBigInt64(64, true)).toBe(1_234n);
  });

  it('joins what the layers hold, and says whether it is a key frame', async () => {
    const library = new Library();
    const encoder = await film(library);
    const first = await encoder.encode(picture(), false);
    expect([first.key, first.bytes.length]).toEqual([true, 20]);
    library.answer = DELTA;
    const second = await encoder.encode(picture(), false);
    expect([second.key, second.bytes.length, library.keys]).toEqual([false, 9, 0]);
    await encoder.encode(picture(), true);
    expect(library.keys).toBe(1);
  });

  it('tells a new bitrate before the next picture, once and within its bounds', async () => {
    const library = new Library();
    const encoder = await film(library);
    await encoder.encode(picture(), false);
    encoder.setBitrate(2_000_000.4);
    encoder.setBitrate(3_000_000.6);
    expect(library.bitrates).toEqual([]);
    await encoder.encode(picture(), false);
    await encoder.encode(picture(), false);
    encoder.setBitrate(1e12);
    await encoder.encode(picture(), false);
    expect(library.bitrates).toEqual([
      [4, 3_000_001],
      [4, 1_000_000_000],
    ]);
    expect(library.keys).toBe(0);
  });

  it.each<[string, Answer]>([
    ['no layer', { layers: [] }],
    ['more layers than there are', { ...DELTA, layerCount: 129 }],
    ['a negative number of layers', { ...DELTA, layerCount: -1 }],
    ['no NAL unit', { layers: [{ lengths: [9], nals: 0 }] }],
    ['more NAL units than there are', { layers: [{ lengths: [9], nals: 129 }] }],
    ['a NAL unit without bytes', { layers: [{ lengths: [9, 0] }] }],
    ['a negative length', { layers: [{ lengths: [18, -9] }] }],
    ['a length beyond the picture', { layers: [{ lengths: [2_000_000] }] }],
    ['layers longer than the frame', { ...KEY, bytes: 15 }],
    ['layers shorter than the frame', { ...KEY, bytes: 21 }],
    ['lengths nowhere', { layers: [{ lengths: [9], lengthsAt: 0n }] }],
    ['data nowhere', { layers: [{ lengths: [9], dataAt: 0n }] }],
    ['a skipped picture', { ...DELTA, type: 4 }],
    ['no start code', { layers: [{ lengths: [3] }] }],
  ])('refuses %s, and copies nothing past the frame', async (_what, answer) => {
    const library = new Library();
    const encoder = await film(library);
    library.answer = answer;
    expect(await code(encoder.encode(picture(), false))).toBe('FAILED');
    const most = i420Bytes(SIZE) * 2 + 65_536;
    expect(library.read.every(({ from, length }) => from > 0n && length <= most)).toBe(true);
    expect(library.read.filter(({ from }) => from >= DATA_AT).reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(most);
  });

  it('rejects with what failed, and lets go of an encoder that does not begin', async () => {
    const library = new Library();
    const open = (size: { readonly width: number; readonly height: number }) =>
      code(new OpenH264FilmEncoders(library, { processors: 1, nowMs: () => 0 }).open({ ...OPTIONS, ...size }));
    expect(await open({ width: 63, height: 32 })).toBe('UNSUPPORTED');
    library.initialised = 1;
    expect([await open(SIZE), library.ended]).toEqual(['UNSUPPORTED', 1]);
    library.gives = false;
    expect(await open(SIZE)).toBe('FAILED');
    const other = new Library();
    const encoder = await film(other);
    other.encoded = 2;
    expect(await code(encoder.encode(picture(), false))).toBe('FAILED');
    expect(await code(encoder.encode({ ...picture(), width: 32 }, false))).toBe('FAILED');
    expect(await code(encoder.encode({ ...SIZE, i420: new Uint8Array(9) }, false))).toBe('FAILED');
    expect(other.pictures).toHaveLength(1);
  });

  it('ends each encoder once, also those of a way that is closed', async () => {
    const library = new Library();
    const encoders = new OpenH264FilmEncoders(library, { processors: 1, nowMs: () => 0 });
    const [one, other] = [await encoders.open(OPTIONS), await encoders.open(OPTIONS)];
    one.close();
    one.close();
    encoders.close();
    expect(library.ended).toBe(2);
    expect(await code(other.encode(picture(), false))).toBe('GONE');
    expect(await code(encoders.open(OPTIONS))).toBe('GONE');
  });

  it('takes the versions whose records it knows, and no other', () => {
    for (const known of [
      [2, 3, 1],
      [2, 4, 0],
      [2, 5, 1],
    ])
      expect(() => checkVersion(known)).not.toThrow();
    for (const other of [
      [2, 3, 0],
      [2, 6, 0],
      [1, 9, 9],
      [3, 0, 0],
    ])
      expect(() => checkVersion(other)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });
});
