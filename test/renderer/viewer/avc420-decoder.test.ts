import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';
import { encodeAvc420 } from '../../../src/protocol/rdp/graphics/film/avc420.ts';
import { createSurface, type HeldPicture } from '../../../src/protocol/rdp/graphics/surface.ts';
import { avc420Decoders } from '../../../src/renderer/viewer/avc420-decoder.ts';
import { sequence } from '../../protocol/rdp/graphics/film/sequence-bits.ts';

const SIZE = { width: 64, height: 64 };
const LUMA = SIZE.width * SIZE.height;
const PLANES = [
  { offset: 0, stride: SIZE.width },
  { offset: LUMA, stride: SIZE.width / 2 },
  { offset: 1.25 * LUMA, stride: SIZE.width / 2 },
];
const PLAIN = { high: false, order: 2, fields: false, lists: false };
const SMALL = sequence({ width: 4, height: 4, ...PLAIN });
const HUGE = sequence({ width: 1_024, height: 1_024, ...PLAIN });
const IDR = [0, 0, 1, 0x65, 1, 2];

/** What the browser's decoder does with the next picture. */
let behaviour: 'decodes' | 'says nothing' | 'fails' | 'cannot be read';
/** Where pictures lie in memory: all their samples are this. */
let sample: number | undefined;
let decodersClosed = 0;

class FakeDecoder {
  state = 'configured';
  private readonly init: { output(frame: unknown): void; error(error: Error): void };
  constructor(init: { output(frame: unknown): void; error(error: Error): void }) {
    this.init = init;
  }
  configure(): void {
    // whatever it is
  }
  decode(): void {
    if (behaviour === 'fails') queueMicrotask(() => this.init.error(new Error('for a test')));
    if (behaviour === 'decodes' || behaviour === 'cannot be read') queueMicrotask(() => this.init.output(frame()));
  }
  close(): void {
    this.state = 'closed';
    decodersClosed += 1;
  }
}

class FakeChunk {
  readonly type = 'key';
}

function frame(): unknown {
  return {
    visibleRect: { x: 0, y: 0, ...SIZE },
    colorSpace: { matrix: 'bt709', fullRange: true },
    ...(sample === undefined ? {} : { format: 'I420', allocationSize: () => 1.5 * LUMA }),
    copyTo: (bytes: Uint8Array) => {
      bytes.fill(sample ?? 0, 0, 1.5 * LUMA);
      return behaviour === 'cannot be read'
        ? Promise.reject(new Error('the GPU process has gone'))
        : Promise.resolve(sample === undefined ? [] : PLANES);
    },
    close: () => undefined,
  };
}

describe('film at the viewer', () => {
  let lost = 0;
  const make = () => avc420Decoders(() => (lost += 1));
  const surface = createSurface(SIZE);
  const target = { words: surface.words, stride: SIZE.width, offset: 0, columns: SIZE.width, rows: SIZE.height };
  const unit = (rect: Rect | readonly Rect[], ...h264: number[]) => ({
    data: encodeAvc420({
      regions: [rect].flat().map((one) => ({ rect: one, qp: 20, progressive: false, quality: 100 })),
      h264: Uint8Array.from(h264),
    }),
    bitsPerPixel: 32,
    palette: new Int32Array(256),
    ...SIZE,
  });
  const whole = { x: 0, y: 0, ...SIZE };
  const good = unit(whole, ...SMALL, ...IDR);
  const failure = async (decoding: undefined | Promise<void>): Promise<string> => {
    try {
      await decoding;
      return 'none';
    } catch (error) {
      return error instanceof ProtocolError ? error.code : 'another';
    }
  };

  beforeEach(() => {
    behaviour = 'decodes';
    sample = undefined;
    lost = 0;
    decodersClosed = 0;
    vi.stubGlobal('VideoDecoder', FakeDecoder);
    vi.stubGlobal('EncodedVideoChunk', FakeChunk);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('is asked for again, once, when its pictures cannot be decoded or read, and the session goes on', async () => {
    for (const wrong of ['fails', 'cannot be read'] as const) {
      lost = 0;
      behaviour = 'decodes';
      const decoder = make().create();
      expect(await failure(decoder.decode(good, target))).toBe('none');
      behaviour = wrong;
      expect(await failure(decoder.decode(good, target))).toBe('none');
      const delta = unit(whole, 0, 0, 1, 0x41, 1);
      for (let count = 0; count < 5; count += 1) expect(await failure(decoder.decode(delta, target))).toBe('none');
      expect([wrong, lost]).toEqual([wrong, 1]);
      behaviour = 'decodes';
      expect(await failure(decoder.decode(good, target))).toBe('none');
      expect(lost).toBe(1);
    }
  });

  it('leaves a picture that is held as it is until another one is held in its place', async () => {
    const decoder = make().create();
    const drawnOf = (picture: HeldPicture | undefined): number | undefined => {
      picture?.draw(whole, target);
      return (surface.words[0] ?? 0) & 0xff00;
    };
    let held: HeldPicture | undefined;
    /** Of each picture that is held, what the one before is drawn as then. */
    const before: (number | undefined)[] = [];
    const holding = {
      ...target,
      hold: (picture: HeldPicture) => {
        if (held !== undefined) before.push(drawnOf(held));
        held = picture;
      },
    };
    const next = async (as: number): Promise<void> => {
      sample = as;
      expect(await failure(decoder.decode(good, holding))).toBe('none');
    };
    surface.words.fill(0);
    await next(128);
    expect(surface.words[0]).toBe(0);
    const first = drawnOf(held);
    behaviour = 'cannot be read';
    for (const unread of [1, 2]) await next(unread);
    behaviour = 'decodes';
    expect(drawnOf(held)).toBe(first);
    for (const other of [90, 160]) await next(other);
    expect(before[0]).toBe(first);
    expect(new Set([...before, drawnOf(held)]).size).toBe(3);
  });

  it('draws no pixel as often as it is named', async () => {
    sample = 128;
    const drawn: (readonly Rect[])[] = [];
    const holding = { ...target, hold: ({ regions }: HeldPicture) => drawn.push(regions) };
    const decoder = make().create();
    const halves = [
      { ...whole, width: 32 },
      { ...whole, x: 32, width: 32 },
    ];
    for (const rects of [halves, Array.from({ length: 4_096 }, () => whole)])
      expect(await failure(decoder.decode(unit(rects, ...SMALL, ...IDR), holding))).toBe('none');
    expect(drawn).toEqual([halves, [whole]]);
  });

  it('waits for no decoder that says nothing', async () => {
    vi.useFakeTimers();
    behaviour = 'says nothing';
    const decoding = failure(make().create().decode(good, target));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await decoding, lost]).toEqual(['none', 1]);
    expect(decodersClosed).toBe(1);
  });

  it('is refused with a typed error where it draws beside its surface, or says that it is larger', async () => {
    const decoder = make().create();
    expect(await failure(decoder.decode(unit({ ...whole, x: 1 }, ...SMALL, ...IDR), target))).toBe('OUT_OF_RANGE');
    expect(await failure(decoder.decode(unit(whole, ...HUGE, ...IDR), target))).toBe('TOO_LARGE');
    expect(lost).toBe(0);
  });

  it('has a bounded number of decoders, and gives one back with its surface', () => {
    const kind = make();
    const some = Array.from({ length: 16 }, () => kind.create());
    expect(() => kind.create()).toThrow(ProtocolError);
    some[3]?.close?.();
    kind.create();
    expect(() => kind.create()).toThrow(ProtocolError);
  });
});
