/**
 * The kernels (WebAssembly) beside the TypeScript that they stand for, in turns on the same pictures in one process: the tenth of each that is
 * quickest, which other work on the machine disturbs least, in ms, and ratios, which travel where milliseconds do not. Not a test.
 * `--help` names the options.
 */
import type { Rect } from '../src/protocol/rdp/geometry.ts';
import type { PixelFrame } from '../src/protocol/rdp/graphics/contract.ts';
import { drawPlanes } from '../src/protocol/rdp/graphics/film/draw-planes.ts';
import { filmPicture } from '../src/protocol/rdp/graphics/film/i420.ts';
import { openPictureMemory } from '../src/protocol/rdp/graphics/kernels/picture-memory.ts';
import { frameWords } from '../src/protocol/rdp/graphics/pixel-words.ts';
import { BitmapFrames } from '../src/protocol/rdp/graphics/planar/bitmap-frames.ts';
import { PlanarDecoder } from '../src/protocol/rdp/graphics/planar/planar-decoder.ts';
import { MAX_PLANAR_TILE_BYTES, PlanarEncoder } from '../src/protocol/rdp/graphics/planar/planar-encoder.ts';
import { Rdp8Compressor } from '../src/protocol/rdp/graphics/rdp8/rdp8-compressor.ts';
import { Rdp8Decompressor } from '../src/protocol/rdp/graphics/rdp8/rdp8-decompressor.ts';
import { RFX_ENTROPY } from '../src/protocol/rdp/graphics/remotefx/rfx-format.ts';
import { drawRemoteFx } from '../src/protocol/rdp/graphics/remotefx/rfx-decoder.ts';
import { encodeRemoteFx } from '../src/protocol/rdp/graphics/remotefx/rfx-message.ts';
import { bitmapTarget, createSurface, type Surface } from '../src/protocol/rdp/graphics/surface.ts';
import { ChangedTiles, tilesOf } from '../src/protocol/rdp/graphics/tiles/changed-tiles.ts';
import { MAX_SEGMENT_BYTES } from '../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { SCENES } from '../test/bench/kernel-pictures.ts';
import { numbersTyped } from '../test/bench/number-options.ts';

const { frames } = numbersTyped('npm run bench:kernels --', {
  frames: { what: 'frames of each scene', low: 3, high: 1_000, otherwise: 24 },
});

/** One way to do the work, with what it remembers. */
class Way {
  readonly frame: PixelFrame;
  readonly words: Int32Array;
  readonly ms = new Map<string, number[]>();
  bytes = 0;
  private readonly tiles = new ChangedTiles();
  private readonly bitmaps = new BitmapFrames({ skipAlpha: true, oneBitmapEach: false, maxPduBytes: 32_000 });

  private readonly encoder = new PlanarEncoder(true);
  private readonly planar: PlanarDecoder;
  private readonly surface: Surface;
  private readonly compressor: Rdp8Compressor;
  private readonly decompressor: Rdp8Decompressor;

  constructor(frame: PixelFrame) {
    this.frame = frame;
    this.surface = createSurface(frame);
    const withKernels = frame.kernels !== undefined;
    this.planar = new PlanarDecoder(withKernels);
    this.compressor = new Rdp8Compressor(withKernels);
    this.decompressor = new Rdp8Decompressor(withKernels);
    this.words = new Int32Array(frame.pixels.buffer, frame.pixels.byteOffset, frame.width * frame.height);
  }

  take(): void {
    const { frame } = this;
    const whole = [{ x: 0, y: 0, width: frame.width, height: frame.height }];
    const copies = this.timed('scrolling', () => this.tiles.copies(frame, whole));
    const areas = this.timed('what changed', () => this.tiles.update(frame, whole));
    const encoded = this.timed('planar', () => this.bitmaps.encode(frame, { copies, areas })) ?? new Uint8Array(0);
    const segments = this.timed('RDP8', () =>
      Array.from({ length: Math.ceil(encoded.length / MAX_SEGMENT_BYTES) }, (_, index) =>
        this.compressor.compress(encoded.subarray(index * MAX_SEGMENT_BYTES, (index + 1) * MAX_SEGMENT_BYTES)),
      ),
    );
    this.timed('RDP8 back', () => this.decompressor.decompress({ segments }));
    this.bytes += segments.reduce((sum, { data }) => sum + data.length, 0);
    const streams = this.streams();
    this.timed('planar back', () => {
      for (const { tile, stream } of streams) this.planar.decode(stream, tile.width, tile.height, bitmapTarget(this.surface, tile));
    });
    this.bytes += this.colours();
    const size = { width: frame.width & ~1, height: frame.height & ~1 };
    const part = { x: 0, y: 0, ...size };
    for (const [name, entropy] of Object.entries(RFX_ENTROPY)) {
      const message = this.timed(name.toUpperCase(), () => encodeRemoteFx(frame, part, { frameIndex: 0, entropy }));
      this.bytes += message.length;
      const whole = bitmapTarget(this.surface, part);
      this.timed(`${name.toUpperCase()} back`, () => drawRemoteFx(message, whole, frame.kernels !== undefined));
      if (entropy === RFX_ENTROPY.rlgr1) this.bytes += this.colours();
    }
    const { i420 } = this.timed('I420', () => filmPicture(frame, part));
    const area = size.width * size.height;
    const [y, u, v] = [0, area, area + area / 4].map((offset, index) => ({ offset, stride: size.width >> Math.min(1, index), step: 1 }));
    if (y === undefined || u === undefined || v === undefined) return;
    const target = bitmapTarget(this.surface, part);
    this.timed('I420 back', () => drawPlanes({ ...size, bytes: i420, y, u, v }, [part], target, frame.kernels !== undefined));
  }

  /** The whole picture by tiles. */
  private streams(): { readonly tile: Rect; readonly stream: Uint8Array }[] {
    const { frame } = this;
    return tilesOf(frame.width, frame.height).map((tile) => {
      const out = new Uint8Array(MAX_PLANAR_TILE_BYTES);
      const end = this.encoder.encode(frameWords(frame), tile.x, tile.y, tile.width, tile.height, out, 0, MAX_PLANAR_TILE_BYTES + 1);
      return { tile, stream: out.subarray(0, end) };
    });
  }

  /** A number for the surface, to tell whether both ways have drawn the same. */
  private colours(): number {
    return this.surface.words.reduce((sum, word) => (Math.imul(sum, 31) + word) | 0, 0);
  }

  quickest(what: string): number {
    const sorted = (this.ms.get(what) ?? []).toSorted((left, right) => left - right);
    return sorted[Math.floor(sorted.length / 10)] ?? Number.NaN;
  }

  private timed<Result>(what: string, work: () => Result): Result {
    const start = performance.now();
    const result = work();
    const list = this.ms.get(what) ?? [];
    list.push(performance.now() - start);
    this.ms.set(what, list);
    return result;
  }
}

console.log('ms a frame (quickest tenth), TypeScript → kernels, ratio');
for (const size of [
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
]) {
  for (const scene of SCENES) {
    const plain = new Way({ ...size, stride: size.width * 4, pixels: new Uint8Array(size.width * size.height * 4) });
    const memory = openPictureMemory(size);
    if (memory.kernels === undefined) throw new Error('there are no kernels here');
    const kernels = new Way(memory);
    for (let moment = 0; moment < frames; moment += 1) {
      scene.paint(size, moment, plain.words);
      kernels.words.set(plain.words);
      for (const way of moment % 2 === 0 ? [plain, kernels] : [kernels, plain]) way.take();
      // The first picture is sent whole, and finds code that has not run yet.
      if (moment === 0) for (const way of [plain, kernels]) way.ms.clear();
    }
    if (plain.bytes !== kernels.bytes) throw new Error(`${scene.name}: ${plain.bytes} bytes and ${kernels.bytes}`);
    const columns = [
      'scrolling',
      'what changed',
      'planar',
      'planar back',
      'RDP8',
      'RDP8 back',
      'I420',
      'I420 back',
      'RLGR1',
      'RLGR1 back',
      'RLGR3',
      'RLGR3 back',
    ].map((what) => {
      const [before, now] = [plain.quickest(what), kernels.quickest(what)];
      return `${what} ${before.toFixed(2)}→${now.toFixed(2)} ×${(now / before).toFixed(2)}`;
    });
    console.log(`${size.width}×${size.height} ${scene.name.padEnd(24)} ${columns.join('  ')}`);
  }
}
