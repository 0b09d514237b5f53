import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Grabber, GrabWay } from '../../../src/main/desktop/x11/grabber.ts';
import type { X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import type { X11Damage } from '../../../src/main/desktop/x11/x11-damage.ts';
import { X11PartReader } from '../../../src/main/desktop/x11/x11-part-reader.ts';
import type { X11SharedPart } from '../../../src/main/desktop/x11/x11-shared-part.ts';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';
import { openPictureMemory } from '../../../src/protocol/rdp/graphics/kernels/picture-memory.ts';
import { ChangedTiles } from '../../../src/protocol/rdp/graphics/tiles/changed-tiles.ts';

const SIZE = { width: 128, height: 128 };
const FILM: Rect = { x: 0, y: 0, width: 128, height: 64 };
const BESIDE: Rect = { x: 16, y: 80, width: 16, height: 8 };

describe('what is read of a screen', () => {
  /** What was asked of the server, a list for each time it was waited for. */
  let asked: string[][];
  let together: boolean;
  let drawn: readonly Rect[];
  let fails: boolean;
  let reader: X11PartReader;

  function open(way: GrabWay = 'shmFd'): X11PartReader {
    const ask = (what: string): void => {
      if (together) asked.at(-1)?.push(what);
      else asked.push([what]);
    };
    const connection = {
      together: (run: () => void) => {
        asked.push([]);
        together = true;
        run();
        together = false;
      },
    } as unknown as X11Connection;
    const place = { drawable: 1, x: 0, y: 0, origin: { x: 0, y: 0 }, area: { x: 0, y: 0, ...SIZE } };
    const shared = { place, state: 'shown', unsure: false, follow: () => Promise.resolve() } as unknown as X11SharedPart;
    /** The number of the question, as the colour that is put. */
    let count = 0;
    const put: Grabber['ask'] = async (areas) => {
      ask(`pixels of ${areas.map(({ width, height }) => `${width}×${height}`).join(' and ')}`);
      count += 1;
      const colour = count;
      if (fails) throw new Error('BadMatch');
      return ({ pixels, width }) => {
        for (const { x, y: top, width: across, height } of areas)
          for (let y = top; y < top + height; y += 1) pixels.fill(colour, (y * width + x) * 4, (y * width + x + across) * 4);
      };
    };
    const grabber: Grabber = {
      way,
      inPlace: false,
      ask: put,
      grab: async (area, picture, from) => (await put([area], from))(picture),
      close: () => undefined,
    };
    const opened = new X11PartReader(
      { connection, shared, pixels: { stride: (width) => width * 4, convert: undefined }, way },
      SIZE,
      grabber,
      openPictureMemory(SIZE),
    );
    opened.damage = {
      isAny: true,
      forget: () => undefined,
      take: async () => {
        ask('damage');
        return drawn;
      },
    } as unknown as X11Damage;
    return opened;
  }

  beforeEach(async () => {
    asked = [];
    together = false;
    fails = false;
    drawn = [];
    reader = open();
    await reader.read();
  });

  async function read(...areas: readonly Rect[]): Promise<{ readonly read: unknown; readonly asked: string[][] }> {
    asked = [];
    drawn = areas;
    return { read: await reader.read(() => asked.at(-1)?.push('pointer')), asked };
  }
  const colourAt = (x: number, y: number) => reader.picture.pixels[(y * SIZE.width + x) * 4];

  it('is asked for together with the damage once that was twice the same', async () => {
    expect((await read(FILM)).asked).toEqual([['pointer', 'damage'], ['pixels of 128×64']]);
    expect((await read(FILM)).asked).toEqual([['pointer', 'damage'], ['pixels of 128×64']]);
    expect(await read(FILM)).toEqual({ read: [FILM], asked: [['pointer', 'damage', 'pixels of 128×64']] });
    expect([colourAt(0, 0), colourAt(127, 63), colourAt(0, 64)]).toEqual([4, 4, 1]);
    expect((await read(FILM)).asked).toHaveLength(1);
  });

  it('is what was drawn in any case, whatever was expected', async () => {
    for (let time = 0; time < 3; time += 1) await read(FILM);
    expect(await read(BESIDE)).toMatchObject({ asked: [['pointer', 'damage', 'pixels of 128×64'], ['pixels of 16×64']] });
    expect([colourAt(16, 64), colourAt(0, 0)]).toEqual([6, 4]);
    // And nothing is expected then.
    expect((await read(FILM)).asked).toHaveLength(2);
    expect((await read(FILM, BESIDE)).asked).toHaveLength(2);
  });

  it('is of several areas at once where several were drawn', async () => {
    const several = 'pixels of 128×64 and 16×64';
    for (let time = 0; time < 2; time += 1) expect((await read(FILM, BESIDE)).asked).toEqual([['pointer', 'damage'], [several]]);
    expect((await read(FILM, BESIDE)).asked).toEqual([['pointer', 'damage', several]]);
    expect([colourAt(0, 0), colourAt(16, 64), colourAt(32, 64)]).toEqual([4, 4, 1]);
    expect((await read(FILM)).asked).toEqual([['pointer', 'damage', several], ['pixels of 128×64']]);
  });

  it('is read later where the server refuses what was expected, as well as what was not', async () => {
    for (let time = 0; time < 3; time += 1) await read(FILM);
    fails = true;
    expect((await read(FILM)).read).toBe('later');
    expect((await read(BESIDE)).read).toBe('later');
    fails = false;
    expect((await read(BESIDE)).read).toEqual([{ ...BESIDE, y: 64, height: 64 }]);
  });

  it('is never asked for in vain where its pixels come over the socket', async () => {
    reader = open('getImage');
    await reader.read();
    for (let time = 0; time < 4; time += 1) expect((await read(FILM)).asked).toHaveLength(2);
  });
});

const OPEN_SIZE = { width: 199, height: 201 };
const OPEN_WHOLE: Rect = { x: 0, y: 0, ...OPEN_SIZE };
/** What is drawn again and again, so that it is expected; and what is drawn beside it. */
const DRAWN: readonly Rect[] = [
  { x: 0, y: 0, width: 199, height: 64 },
  { x: 17, y: 70, width: 60, height: 40 },
  { x: 100, y: 60, width: 99, height: 141 },
  OPEN_WHOLE,
];

/** An X server that draws, and answers in the order in which it is asked, each time in a turn of its own, and draws in between what is drawn then. */
class DrawingServer {
  readonly screen = new Int32Array(OPEN_SIZE.width * OPEN_SIZE.height);
  readonly shared = {
    place: { drawable: 1, x: 0, y: 0, origin: { x: 0, y: 0 }, area: OPEN_WHOLE },
    state: 'shown',
    unsure: false,
    follow: async () => {
      this.shared.unsure = false;
    },
  };
  readonly reader: X11PartReader;
  /** Drawn before each of the next questions is answered. */
  drawnMeanwhile: (Rect | null)[] = [];
  refuses = false;
  /** How many questions were for what was not known yet. */
  ahead = 0;
  private damage: Rect[] = [];
  private colour = 0;
  private tail: Promise<unknown> = Promise.resolve();
  private isTogether = false;

  constructor() {
    const picture = openPictureMemory(OPEN_SIZE);
    const { kernels } = picture;
    if (kernels === undefined) throw new Error('there are no kernels here');
    let hasDamage = false;
    const connection = {
      together: (run: () => void) => {
        hasDamage = false;
        this.isTogether = true;
        run();
        this.isTogether = false;
      },
    } as unknown as X11Connection;
    const ask: Grabber['ask'] = (areas) => {
      if (hasDamage && this.isTogether) this.ahead += 1;
      const at = kernels.picturesAt[kernels.ahead(areas)];
      const words = new Int32Array(kernels.pages.buffer, kernels.pages.byteOffset + at, this.screen.length);
      return this.answer(() => {
        // Of what is refused some is written.
        for (const area of this.refuses ? areas.slice(0, 1) : areas) copy(this.screen, words, area);
        if (this.refuses) throw new Error('BadMatch');
        return () => undefined;
      });
    };
    this.reader = new X11PartReader(
      {
        connection,
        shared: this.shared as unknown as X11SharedPart,
        pixels: { stride: (width) => width * 4, convert: undefined },
        way: 'shmPixmap',
      },
      OPEN_SIZE,
      { way: 'shmPixmap', inPlace: true, ask, grab: () => Promise.reject(new Error('not one by one')), close: () => undefined },
      picture,
    );
    this.reader.damage = {
      isAny: true,
      forget: () => undefined,
      take: () => {
        hasDamage = true;
        return this.answer(() => this.damage.splice(0));
      },
    } as unknown as X11Damage;
  }

  draw(rect: Rect): void {
    this.colour += 1;
    for (let y = rect.y; y < rect.y + rect.height; y += 1)
      for (let x = rect.x; x < rect.x + rect.width; x += 3) this.screen[y * OPEN_SIZE.width + x] = this.colour * 0x01_0307 + x;
    this.damage.push(rect);
  }

  private answer<T>(carryOut: () => T): Promise<T> {
    const before = this.tail;
    const answered = (async () => {
      await before;
      await new Promise(setImmediate);
      const meanwhile = this.drawnMeanwhile.shift();
      if (meanwhile) this.draw(meanwhile);
      return carryOut();
    })();
    this.tail = answered.catch(() => undefined);
    return answered;
  }
}

function copy(from: Int32Array, to: Int32Array, { x, y: top, width, height }: Rect): void {
  for (let y = top; y < top + height; y += 1) {
    const at = y * OPEN_SIZE.width + x;
    to.set(from.subarray(at, at + width), at);
  }
}

const some = fc.constantFrom(...DRAWN);
const step = fc.record({
  draw: fc.oneof(
    { weight: 3, arbitrary: fc.constant([DRAWN[0] as Rect]) },
    { weight: 3, arbitrary: fc.constant([DRAWN[1] as Rect]) },
    fc.array(some, { maxLength: 3 }),
  ),
  meanwhile: fc.oneof(fc.constant([]), fc.tuple(fc.option(some, { freq: 1 }), some, fc.option(some))),
  times: fc.integer({ min: 1, max: 4 }),
  /** What else happens: the client is shown everything anew; nobody looks at what was read; it may be of another place; the screen has shrunk; it is gone. */
  but: fc.constantFrom('', '', '', '', 'key', 'unseen', 'unsure', 'refused', 'gone'),
});

it('what the server itself writes into the next picture is right, whatever it was expected to be and whatever becomes of it', async () => {
  let ahead = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      const server = new DrawingServer();
      const { reader } = server;
      const compared = new ChangedTiles();
      const seen = new Int32Array(server.screen.length);
      let areas: readonly Rect[] = [];
      const read = async (isSeen: boolean): Promise<void> => {
        const { place } = server.shared;
        const got = await reader.read();
        if (typeof got === 'string') {
          await reader.follow();
          return;
        }
        areas = [...areas, ...got];
        if (!isSeen) return;
        for (const rect of compared.update(reader.picture, areas))
          copy(new Int32Array(reader.picture.pixels.buffer, reader.picture.pixels.byteOffset, seen.length), seen, rect);
        areas = [];
        // What a client has is the picture, all of it.
        expect(seen.every((word, at) => word === reader.picture.kernels?.words[at])).toBe(true);
        if (place === undefined) expect(seen.every((word) => word === 0)).toBe(true);
      };
      await read(true);
      for (const { draw, meanwhile, times, but } of steps)
        for (let time = 0; time < times; time += 1) {
          for (const rect of draw) server.draw(rect);
          // Once: what goes on alike is expected.
          server.drawnMeanwhile = time === 0 ? [...meanwhile] : [];
          server.shared.unsure = but === 'unsure';
          server.refuses = but === 'refused';
          if (but === 'key') compared.forget();
          if (but === 'gone') {
            const { place } = server.shared;
            Object.assign(server.shared, { place: undefined, state: 'gone' });
            await read(true);
            Object.assign(server.shared, { place, state: 'shown' });
            await reader.follow();
          } else await read(but !== 'unseen');
        }
      server.shared.unsure = false;
      server.refuses = false;
      server.drawnMeanwhile = [];
      // Twice: what was drawn while it was read comes with the next.
      for (let time = 0; time < 2; time += 1) await read(true);
      expect(seen.every((word, at) => word === server.screen[at])).toBe(true);
      ahead += server.ahead;
    }),
    { numRuns: 200 },
  );
  expect(ahead).toBeGreaterThan(200);
});
