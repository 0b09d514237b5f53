import { beforeEach, describe, expect, it } from 'vitest';
import type { Grabber, GrabWay } from '../../../src/main/desktop/x11/grabber.ts';
import type { X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import type { X11Damage } from '../../../src/main/desktop/x11/x11-damage.ts';
import { X11PartReader } from '../../../src/main/desktop/x11/x11-part-reader.ts';
import type { X11SharedPart } from '../../../src/main/desktop/x11/x11-shared-part.ts';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';

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
      ask: put,
      grab: async (area, picture, from) => (await put([area], from))(picture),
      close: () => undefined,
    };
    const opened = new X11PartReader(
      { connection, shared, pixels: { stride: (width) => width * 4, convert: undefined }, way },
      SIZE,
      grabber,
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
