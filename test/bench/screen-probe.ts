import { connectX11, reply } from '../../src/main/desktop/x11/x11-connection.ts';
import { STAMP } from './film-picture.mjs';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture of a film, as it was first seen. */
export interface Seen {
  /** Its number. */
  readonly picture: number;
  /** Of the system's monotonic clock. */
  readonly atMs: number;
}

const Z_PIXMAP = 2;
const SAMPLE_INTERVAL_MS = 4;
/** Without a pause the probe and its X server would take a core each from those that are measured: up to 20 ms on two cores. */
const KEY_SAMPLE_INTERVAL_MS = 1;
const LOST_AFTER_MS = 5_000;
/** Of one channel: what is less is black, and a codec may make either of the two a little grey. */
const HALF = 128;

/** Looks at a display from outside, as an eye would: what has changed, and when. Works alike for every viewer. */
export interface ScreenProbe {
  /** Changes of the area seen in `seconds`, a second. */
  changesPerSecond(area: Area, seconds: number): Promise<number>;
  /** Pictures of a film whose numbers are in this area, each when it was first seen. */
  filmSeen(area: Area, seconds: number): Promise<readonly Seen[]>;
  /** Milliseconds from an injected key press to the first changed pixel in the area; undefined after five seconds. */
  keyToPicture(keycode: number, area: Area): Promise<number | undefined>;
  /** BGRX, rows top down. */
  picture(area: Area): Promise<Uint8Array>;
  close(): void;
}

/** Milliseconds of the system's monotonic clock, which all processes share. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export async function openScreenProbe(display: string): Promise<ScreenProbe> {
  const x = await connectX11({ display }, false);
  const xtest = await x.extension('xtest');
  if (!xtest) throw new Error('no XTEST');
  const look = async (area: Area) => {
    const image = await reply<{ readonly data: Uint8Array }>((done) =>
      x.client.GetImage(Z_PIXMAP, x.screen.root, area.x, area.y, area.width, area.height, 0xffff_ffff, done),
    );
    return Buffer.from(image.data);
  };
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  return {
    changesPerSecond: async (area, seconds) => {
      let changes = 0;
      let last = await look(area);
      const begun = now();
      while (now() - begun < seconds * 1000) {
        await pause(SAMPLE_INTERVAL_MS);
        const next = await look(area);
        if (!next.equals(last)) changes += 1;
        last = next;
      }
      return changes / ((now() - begun) / 1000);
    },
    filmSeen: async (area, seconds) => {
      const seen: Seen[] = [];
      const begun = now();
      while (now() - begun < seconds * 1000) {
        const picture = numberIn(await look(area), area.width);
        const atMs = now();
        if (picture !== seen.at(-1)?.picture) seen.push({ picture, atMs });
        await pause(SAMPLE_INTERVAL_MS);
      }
      // The first was there before it was looked for.
      return seen.slice(1);
    },
    keyToPicture: async (keycode, area) => {
      const before = await look(area);
      const pressed = now();
      xtest.FakeInput(xtest.KeyPress, keycode, 0, 0, 0, 0);
      xtest.FakeInput(xtest.KeyRelease, keycode, 0, 0, 0, 0);
      while (now() - pressed < LOST_AFTER_MS) {
        if (!(await look(area)).equals(before)) return now() - pressed;
        await pause(KEY_SAMPLE_INTERVAL_MS);
      }
      return undefined;
    },
    picture: look,
    close: () => x.close(),
  };
}

/** The number of a film's picture, from the middle of its blocks. */
export function numberIn(pixels: Uint8Array, width: number): number {
  let number = 0;
  for (let bit = 0; bit < STAMP.bits; bit += 1) {
    const at = (Math.floor(STAMP.block / 2) * width + bit * STAMP.block + STAMP.block / 2) * 4;
    if ((pixels[at + 1] ?? 0) >= HALF) number |= 1 << bit;
  }
  return number;
}
