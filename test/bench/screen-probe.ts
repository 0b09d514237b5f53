import { connectX11, reply } from '../../src/main/desktop/x11/x11-connection.ts';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const Z_PIXMAP = 2;
const SAMPLE_INTERVAL_MS = 4;

/** Looks at a display from outside, as an eye would: what has changed, and when. Works alike for every viewer. */
export interface ScreenProbe {
  /** Changes of the area seen in `seconds`, a second. */
  changesPerSecond(area: Area, seconds: number): Promise<number>;
  /** Milliseconds from an injected key press to the first changed pixel in the area; undefined after two seconds. */
  keyToPicture(keycode: number, area: Area): Promise<number | undefined>;
  close(): void;
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
      const begun = performance.now();
      while (performance.now() - begun < seconds * 1000) {
        await pause(SAMPLE_INTERVAL_MS);
        const now = await look(area);
        if (!now.equals(last)) changes += 1;
        last = now;
      }
      return changes / ((performance.now() - begun) / 1000);
    },
    keyToPicture: async (keycode, area) => {
      const before = await look(area);
      const pressed = performance.now();
      xtest.FakeInput(xtest.KeyPress, keycode, 0, 0, 0, 0);
      xtest.FakeInput(xtest.KeyRelease, keycode, 0, 0, 0, 0);
      while (performance.now() - pressed < 2_000) {
        if (!(await look(area)).equals(before)) return performance.now() - pressed;
      }
      return undefined;
    },
    close: () => x.close(),
  };
}
