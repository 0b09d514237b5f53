import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect, Size } from '../../../../src/protocol/rdp/geometry.ts';
import type {
  AppliedGraphics,
  FrameShare,
  GraphicsSettings,
  GraphicsUpdate,
  PictureMove,
  PixelFrame,
} from '../../../../src/protocol/rdp/graphics/contract.ts';
import { DECODERS } from '../../../../src/protocol/rdp/graphics/decoders.ts';
import { encodersWithFilm } from '../../../../src/protocol/rdp/graphics/film/encoders-with-film.ts';
import { GraphicsDecoder } from '../../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { openPictureMemory } from '../../../../src/protocol/rdp/graphics/kernels/picture-memory.ts';
import { PictureStream } from '../../../../src/protocol/rdp/graphics/picture-stream.ts';
import { FastPathOutputDecoder } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { fastPathPdus } from '../../../../src/protocol/rdp/pdu/pdu-framer.ts';
import { grabAreas } from '../../../../src/main/desktop/x11/grab-areas.ts';
import { captured } from '../../../support/captured.ts';
import { planarSettings } from '../../../support/encode-frame.ts';
import { LossyFilm, LOSSY_FILM } from './film/lossy-film.ts';
import { noise, paint } from './pictures.ts';

const channel = (avc420: boolean, remoteFx: boolean): GraphicsSettings => ({
  encoder: { name: 'channel', avc420, remoteFx },
  acknowledgement: 'channel',
});
const FRAME_MS = 33;
/** More of them: `RINGBACK_TEST_RUNS=500 npx vitest run --testTimeout 900000 …`. */
const RUNS = Number(process.env['RINGBACK_TEST_RUNS'] ?? 10);

const WHOLE = { x: 0, y: 0, width: 500, height: 400 };

type Happening =
  | { readonly tag: 'rectangle'; readonly rect: Rect; readonly seed: number }
  | { readonly tag: 'fill'; readonly rect: Rect; readonly colour: number }
  | { readonly tag: 'scroll'; readonly rect: Rect; readonly by: number; readonly seed: number }
  /** Pictures of it; `drift`: so many columns further each time. */
  | { readonly tag: 'film'; readonly rect: Rect; readonly pictures: number; readonly drift: number; readonly seed: number }
  /** `told`: the system says so, or says something else. */
  | {
      readonly tag: 'drag';
      readonly rect: Rect;
      readonly dx: number;
      readonly dy: number;
      readonly steps: number;
      readonly told: 'so' | 'otherwise' | 'not';
      readonly seed: number;
    }
  | { readonly tag: 'size'; readonly size: Size; readonly seed: number }
  | { readonly tag: 'inTheMiddle'; readonly film: Happening; readonly what: Happening }
  | { readonly tag: 'rest'; readonly ms: number }
  /** What is drawn is read, in part or whole, and turns out to be read of another place: no picture is made of it. */
  | { readonly tag: 'inVain'; readonly rect: Rect; readonly writes: boolean; readonly seed: number }
  | { readonly tag: 'refresh'; readonly rect: Rect }
  /** The next pictures are made for a line that has little. */
  | { readonly tag: 'thin'; readonly frameBytes: number | undefined; readonly quality: FrameShare['quality'] }
  /** Other settings while a picture is being made: that one is dropped. */
  | { readonly tag: 'configure'; readonly inTheMiddle: boolean }
  /** So often the encoder of film fails from now on. */
  | { readonly tag: 'failing'; readonly times: number };

const SIDES = { width: 448, height: 320 };
const rects: fc.Arbitrary<Rect> = fc.record({
  x: fc.integer({ min: -20, max: 400 }),
  y: fc.integer({ min: -20, max: 300 }),
  width: fc.integer({ min: 1, max: 460 }),
  height: fc.integer({ min: 1, max: 330 }),
});
const seed = fc.integer({ min: 1, max: 0x7fff_ffff });
const filmRects: fc.Arbitrary<Rect> = fc.record({
  x: fc.integer({ min: 0, max: 120 }),
  y: fc.integer({ min: 0, max: 100 }),
  width: fc.integer({ min: 190, max: 330 }),
  height: fc.integer({ min: 130, max: 220 }),
});

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ tag: fc.constant('rectangle' as const), rect: rects, seed }),
  fc.record({ tag: fc.constant('fill' as const), rect: rects, colour: fc.integer({ min: 0, max: 0xff_ffff }) }),
  { weight: 3, arbitrary: fc.record({ tag: fc.constant('scroll' as const), rect: rects, by: fc.integer({ min: -90, max: 90 }), seed }) },
  {
    weight: 4,
    arbitrary: fc.record({
      tag: fc.constant('film' as const),
      rect: fc.oneof({ weight: 3, arbitrary: filmRects }, fc.constant(WHOLE)),
      pictures: fc.integer({ min: 1, max: 14 }),
      drift: fc.constantFrom(0, 0, 0, 1, 9),
      seed,
    }),
  },
  fc.record({
    tag: fc.constant('drag' as const),
    rect: rects,
    dx: fc.integer({ min: -30, max: 30 }),
    dy: fc.integer({ min: -30, max: 30 }),
    steps: fc.integer({ min: 1, max: 5 }),
    told: fc.constantFrom('so', 'so', 'otherwise', 'not'),
    seed,
  }),
  fc.record({
    tag: fc.constant('size' as const),
    // One window may be of any size.
    size: fc.record({
      width: fc.oneof(fc.integer({ min: 60, max: 460 }), fc.integer({ min: 1, max: 70 })),
      height: fc.oneof(fc.integer({ min: 60, max: 330 }), fc.integer({ min: 1, max: 70 })),
    }),
    seed,
  }),
  fc.record({ tag: fc.constant('rest' as const), ms: fc.integer({ min: 1, max: 700 }) }),
  fc.record({ tag: fc.constant('inVain' as const), rect: rects, writes: fc.boolean(), seed }),
  fc.record({ tag: fc.constant('refresh' as const), rect: fc.oneof(rects, fc.constant(WHOLE)) }),
  // A film on a part of the screen, all of which is scrolled or asked for again in the middle of it.
  {
    weight: 4,
    arbitrary: fc.record({
      tag: fc.constant('inTheMiddle' as const),
      film: fc.record({
        tag: fc.constant('film' as const),
        rect: fc.record({ x: fc.nat(150), y: fc.nat(150), width: fc.constantFrom(180, 200), height: fc.constantFrom(100, 130) }),
        pictures: fc.integer({ min: 8, max: 12 }),
        drift: fc.constant(0),
        seed,
      }),
      what: fc.oneof(
        fc.record({ tag: fc.constant('scroll' as const), rect: fc.constant(WHOLE), by: fc.integer({ min: -90, max: 90 }), seed }),
        fc.constant({ tag: 'refresh' as const, rect: WHOLE }),
      ),
    }),
  },
  fc.record({
    tag: fc.constant('thin' as const),
    frameBytes: fc.constantFrom(3_000, 20_000, undefined),
    quality: fc.constantFrom('sharp', 'thin', undefined),
  }),
  fc.record({ tag: fc.constant('configure' as const), inTheMiddle: fc.boolean() }),
  fc.record({ tag: fc.constant('failing' as const), times: fc.integer({ min: 1, max: 2 }) }),
);

function rgba(bgrx: number): number {
  return 0xff00_0000 | ((bgrx & 0xff) << 16) | (bgrx & 0xff00) | ((bgrx >> 16) & 0xff);
}

/** Films in windows of a column or row or two. */
const NARROW = [1, 2, 3].flatMap((side): [Happening[]][] =>
  [
    { width: side, height: 330 },
    { width: 460, height: side },
  ].map((size) => [
    [
      { tag: 'size', size, seed: side },
      { tag: 'film', rect: WHOLE, pictures: 12, drift: 0, seed: 10 * side },
    ],
  ]),
);

/** Where pictures lie, and whether the picture and the one before change places. */
type MemoryOf = 'own' | 'kernels' | 'kernels, turning';

/** A screen, what captures and encodes it, and what the expert sees. */
class WholeWay {
  /** Pictures after which something was inexact. */
  films = 0;
  private nowMs = 1_000;
  private screen: PixelFrame;
  private read: PixelFrame;
  private readonly memoryOf: MemoryOf;
  /** The next picture is read whole, as after whatever makes earlier ones stale. */
  private readAll = true;
  private readonly settings: GraphicsSettings;
  private readonly stream: PictureStream;
  private readonly decoder = new GraphicsDecoder({ width: 1, height: 1 }, [...DECODERS, LOSSY_FILM]);
  private readonly fastPath = new FastPathOutputDecoder();
  private damage: Rect[] = [];
  private moves: PictureMove[] = [];
  private share: FrameShare | undefined;
  private failing = 0;
  private generation = 1;

  constructor(settings: GraphicsSettings, memoryOf: MemoryOf) {
    this.settings = settings;
    this.memoryOf = memoryOf;
    this.screen = paint(SIDES.width, SIDES.height, noise(7));
    this.read = this.memory();
    const film = new LossyFilm(() => {
      this.failing -= 1;
      return this.failing >= 0;
    });
    this.stream = new PictureStream(this.screen, encodersWithFilm({ encoders: film, nowMs: () => this.nowMs }));
    this.stream.configure(settings, this.generation);
    this.decoder.resize(this.screen);
  }

  async happens(what: Happening): Promise<void> {
    switch (what.tag) {
      case 'rectangle':
        this.noise(what.rect, what.seed);
        return this.frame();
      case 'fill':
        this.draw(what.rect, () => what.colour);
        return this.frame();
      case 'scroll':
        this.move(what.rect, 0, what.by);
        this.noise({ ...what.rect, height: Math.min(6, what.rect.height) }, what.seed);
        return this.frame();
      case 'film':
        for (let n = 0; n < what.pictures; n += 1) {
          this.noise({ ...what.rect, x: what.rect.x + n * what.drift }, what.seed + n);
          await this.frame();
        }
        return;
      case 'drag':
        this.noise(what.rect, what.seed);
        for (let n = 0; n < what.steps; n += 1) {
          const from = { ...what.rect, x: what.rect.x + n * what.dx, y: what.rect.y + n * what.dy };
          const to = { ...from, x: from.x + what.dx, y: from.y + what.dy };
          this.move(from, what.dx, what.dy);
          if (what.told !== 'not') this.moves.push({ from, to: what.told === 'so' ? to : { ...to, x: to.x + 1 } });
          await this.frame();
        }
        return;
      case 'size':
        this.screen = paint(what.size.width, what.size.height, noise(what.seed));
        this.read = this.memory();
        this.damage = [];
        this.readAll = true;
        this.stream.resize(this.screen);
        // Without the channel another size is another activation.
        if (this.settings.acknowledgement !== 'channel') this.decoder.resize(this.screen);
        return this.frame();
      case 'inTheMiddle':
        await this.happens(what.film);
        await this.happens(what.what);
        return this.happens(what.film);
      case 'rest':
        this.nowMs += what.ms;
        return this.frame();
      case 'inVain': {
        this.noise(what.rect, what.seed);
        const areas = this.areas();
        if (this.memoryOf === 'kernels, turning') this.read.kernels?.turn(areas);
        if (what.writes) for (const area of areas) this.write(area);
        this.readAll = true;
        return this.frame();
      }
      case 'refresh':
        this.stream.refresh([what.rect]);
        return this.frame();
      case 'thin':
        this.share =
          what.frameBytes === undefined
            ? undefined
            : {
                frameBytes: what.frameBytes,
                filmBitsPerSecond: what.frameBytes * 100,
                ...(what.quality === undefined ? {} : { quality: what.quality }),
              };
        return;
      case 'failing':
        this.failing = what.times;
        return;
      case 'configure':
        if (what.inTheMiddle) {
          this.noise({ x: 10, y: 10, width: 200, height: 150 }, this.generation);
          const making = this.encode();
          this.configure();
          expect(await making).toBeUndefined();
        } else this.configure();
        return this.frame();
    }
  }

  /** Until nothing is owed. */
  async rests(): Promise<void> {
    await this.frame();
    for (let count = 0; this.stream.dueAnyway || this.stream.dueInMs !== undefined; count += 1) {
      if (count > 500) throw new Error('it is never done');
      this.nowMs += this.stream.dueInMs ?? 0;
      await this.frame();
    }
    expect(this.decoder.surface).toMatchObject({ width: this.screen.width, height: this.screen.height });
    const { words } = this.decoder.surface;
    const is = new Int32Array(this.screen.pixels.buffer);
    const at = words.findIndex((word, index) => word !== rgba(is[index] ?? 0));
    expect(at < 0 ? 'the same' : `another colour at ${at % this.screen.width},${Math.floor(at / this.screen.width)}`).toBe('the same');
  }

  private configure(): void {
    this.generation += 1;
    this.stream.configure(this.settings, this.generation);
  }

  private async frame(): Promise<void> {
    this.nowMs += FRAME_MS;
    const updates = await this.encode();
    for (const update of updates ?? []) await this.see(update);
    if (this.stream.dueInMs !== undefined) this.films += 1;
    // An encoder of film opens in between.
    await Promise.resolve();
  }

  private async encode(): Promise<readonly GraphicsUpdate[] | undefined> {
    const { read, moves } = this;
    const areas = this.areas();
    if (this.memoryOf === 'kernels, turning') read.kernels?.turn(areas);
    for (const area of areas) this.write(area);
    this.damage = [];
    this.moves = [];
    this.readAll = false;
    return (await this.stream.encode({ ...captured(read, areas), moves }, this.share))?.updates;
  }

  /** What is read for the next picture, as whoever captures does. */
  private areas(): readonly Rect[] {
    const { width, height } = this.screen;
    return this.readAll ? [{ x: 0, y: 0, width, height }] : grabAreas(this.damage, this.screen);
  }

  private write({ x, y: top, width, height }: Rect): void {
    const { screen, read } = this;
    for (let y = top; y < top + height; y += 1) {
      const at = y * screen.stride + x * 4;
      read.pixels.set(screen.pixels.subarray(at, at + width * 4), y * read.stride + x * 4);
    }
  }

  private async see(update: GraphicsUpdate): Promise<void> {
    if (update.route === 'channel') {
      await this.apply(this.decoder.apply({ tag: 'channel', data: update.bytes }));
      return;
    }
    for (const pdu of fastPathPdus(update.bytes))
      for (const { updateCode, data } of this.fastPath.decode(pdu))
        await this.apply(this.decoder.apply({ tag: 'update', updateCode, data }));
  }

  private async apply(drawn: AppliedGraphics | Promise<AppliedGraphics>): Promise<void> {
    await drawn;
  }

  private memory(): PixelFrame {
    const { width, height } = this.screen;
    if (this.memoryOf !== 'own') return openPictureMemory(this.screen);
    return { width, height, stride: width * 4, pixels: new Uint8Array(width * height * 4) };
  }

  private noise(rect: Rect, seeded: number): void {
    const next = noise(seeded);
    // Blocks, so that a film of it is one, and rows can be told apart.
    this.draw(rect, (x, y) => (Math.imul((x >> 2) * 7919 + y * 104_729 + seeded, 0x9e37_79b1) >>> 8) ^ (next() & 0x03_0303));
  }

  private draw(rect: Rect, colour: (x: number, y: number) => number): void {
    const { width, height, pixels } = this.screen;
    const words = new Int32Array(pixels.buffer);
    for (let y = Math.max(0, rect.y); y < Math.min(height, rect.y + rect.height); y += 1)
      for (let x = Math.max(0, rect.x); x < Math.min(width, rect.x + rect.width); x += 1) words[y * width + x] = colour(x, y);
    this.damage.push(rect);
  }

  private move(rect: Rect, dx: number, dy: number): void {
    const { width, height } = this.screen;
    const before = new Int32Array(this.screen.pixels.slice().buffer);
    const inside = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < width && y < height;
    const to = { ...rect, x: rect.x + dx, y: rect.y + dy };
    this.draw(to, (x, y) => before[inside(x - dx, y - dy) ? (y - dy) * width + x - dx : y * width + x] ?? 0);
  }
}

describe('whatever happens on the screen, the expert sees it exactly once it rests', () => {
  const whole = async (settings: GraphicsSettings, memoryOf: MemoryOf, all: readonly Happening[]): Promise<WholeWay> => {
    const way = new WholeWay(settings, memoryOf);
    for (const one of all) await way.happens(one);
    await way.rests();
    return way;
  };

  it.each([
    ['H.264', 'kernels, turning', channel(true, false)],
    ['H.264', 'kernels', channel(true, false)],
    ['H.264', 'own', channel(true, false)],
    ['H.264 where it can be had, else RemoteFX', 'kernels, turning', channel(true, true)],
    ['RemoteFX', 'kernels, turning', channel(false, true)],
  ] as const)('on the graphics channel, with a film that loses detail: %s (memory: %s)', async (_film, memoryOf, settings) => {
    let films = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(happenings, { minLength: 1, maxLength: 8 }), async (all) => {
        films += (await whole(settings, memoryOf, all)).films;
      }),
      { numRuns: RUNS, examples: NARROW },
    );
    expect(films, 'there was film').toBeGreaterThan(RUNS);
  });

  it('in bitmap updates', async () => {
    const classic = planarSettings({ acknowledgement: 'unmarked', scrollCopies: true });
    await fc.assert(
      fc.asyncProperty(
        fc.array(happenings, { minLength: 1, maxLength: 8 }),
        async (all) => void (await whole(classic, 'kernels, turning', all)),
      ),
      { numRuns: RUNS },
    );
  });
});
