import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeBitmapUpdate } from '../../src/protocol/rdp/pdu/bitmap-update.ts';
import type { Size } from '../../src/protocol/rdp/geometry.ts';
import { electronExecutable } from '../support/app.ts';
import type { Picture } from '../support/display.ts';
import { openPages, type Pages } from '../support/pages.ts';
import { crop, differingPixels } from '../support/picture.ts';
import { needs, until } from '../support/programs.ts';
import { appState, CONNECTED, LIVE, NOW_MS, session } from '../renderer/app/fixtures.ts';

const programs = needs('Xvfb', 'xdotool', 'import');

/** Neighbours differ as much as they can: whatever is scaled or smoothed shows. */
function noise({ width, height }: Size): Picture {
  let seed = width;
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < rgb.length; at += 1) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    rgb[at] = seed & 0x1_0000 ? 255 : 0;
  }
  return { width, height, rgb };
}

/** As a worker takes it: raw bitmaps of a few rows each. */
function rawUpdates({ width, height, rgb }: Picture): { readonly updateCode: number; readonly data: number[] }[] {
  const rows = 16;
  return Array.from({ length: Math.ceil(height / rows) }, (_, strip) => {
    const top = strip * rows;
    const count = Math.min(rows, height - top);
    const data = new Uint8Array(width * count * 4);
    for (let row = 0; row < count; row += 1)
      for (let x = 0; x < width; x += 1) {
        const from = ((top + row) * width + x) * 3;
        // BGRX, bottom up ([MS-RDPBCGR] 2.2.9.1.1.3.1.2.2)
        data.set([rgb[from + 2] ?? 0, rgb[from + 1] ?? 0, rgb[from] ?? 0, 0], ((count - 1 - row) * width + x) * 4);
      }
    const place = { destLeft: 0, destTop: top, destRight: width - 1, destBottom: top + count - 1 };
    return {
      updateCode: 1,
      data: [...encodeBitmapUpdate([{ ...place, width, height: count, bitsPerPixel: 32, compressed: false, data }])],
    };
  });
}

describe.skipIf(programs.skip || !electronExecutable)(programs.title('the novice’s picture on the expert’s screen'), () => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await openPages(NOW_MS);
  }, 120_000);
  afterAll(async () => pages?.close(), 30_000);

  /** Opens the expert's window, and gives it ports as main does. */
  async function open(viewerScaling: 'fit' | 'actual'): Promise<void> {
    const state = appState({ session: session('expert', CONNECTED, { ...LIVE, control: 'granted' }) });
    const page = await pages.show('session', { ...state, settings: { ...state.settings, viewerScaling } });
    await page.evaluate(() => {
      const [pictures, steering] = [new MessageChannel(), new MessageChannel()];
      const moves: unknown[] = [];
      steering.port1.onmessage = ({ data }: MessageEvent<{ tag: string; events?: { tag: string }[] }>) => {
        for (const event of data.events ?? []) if (event.tag === 'pointerMove') moves.push(event);
      };
      Object.assign(globalThis, { test: { pictures: pictures.port1, steering: steering.port1, moves } });
      globalThis.postMessage({ tag: 'ringback:viewer-ports' }, '*', [pictures.port2, steering.port2]);
      steering.port1.postMessage({ tag: 'control', granted: true });
    });
  }

  const show = (picture: Picture) =>
    pages.page.evaluate(
      ({ size, updates }) => {
        const { pictures } = (globalThis as unknown as { test: { pictures: MessagePort } }).test;
        pictures.postMessage([
          { tag: 'size', size },
          ...updates.map(({ updateCode, data }) => ({
            tag: 'graphics',
            graphics: { tag: 'update', updateCode, data: new Uint8Array(data) },
          })),
        ]);
      },
      { size: { width: picture.width, height: picture.height }, updates: rawUpdates(picture) },
    );

  /** Where the picture begins on the screen, and how large it is there, in pixels of the screen. */
  const place = () =>
    pages.page.locator('canvas').evaluate((canvas) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const pixels = (css: number) => Math.round(css * devicePixelRatio);
      return { x: pixels(left), y: pixels(top), width: pixels(width), height: pixels(height), scale: devicePixelRatio };
    });

  /** Until the screen shows exactly this. */
  async function untilShown(picture: Picture): Promise<Awaited<ReturnType<typeof place>>> {
    let found: unknown;
    return until(
      async () => {
        const at = await place();
        found = at;
        if (at.width !== picture.width || at.height !== picture.height) return false;
        const wrong = differingPixels(crop(await pages.display.screenshot(), at), picture);
        found = { ...at, wrong };
        return wrong === 0 && at;
      },
      () => `the picture, pixel for pixel, in place of ${JSON.stringify(found)}`,
      20_000,
    );
  }

  /** The mouse on these pixels of the picture, which lies there on the screen, is on them for the novice. */
  async function meets(at: { readonly x: number; readonly y: number }, points: readonly (readonly [number, number])[]): Promise<void> {
    for (const [x, y] of points) {
      await pages.display.xdotool('mousemove', String(at.x + x), String(at.y + y));
      const moves = (): Promise<unknown> =>
        pages.page.evaluate(() => (globalThis as unknown as { test: { moves: unknown[] } }).test.moves.at(-1));
      let heard: unknown;
      await until(
        async () => {
          heard = await moves();
          return JSON.stringify(heard) === JSON.stringify({ tag: 'pointerMove', x, y });
        },
        () => `the pointer at ${x}, ${y} in place of ${JSON.stringify(heard)}`,
        10_000,
      );
    }
  }

  it.each([1, 1.25, 1.5, 2])('is the same pixel for pixel at actual size, and the mouse meets them, at a scale of %s', async (scale) => {
    // Of odd sizes, so that it cannot lie in the middle by whole pixels.
    await pages.size(701, 523, scale);
    await open('actual');
    const picture = noise({ width: 401, height: 233 });
    await show(picture);
    const at = await untilShown(picture);
    expect(at.scale).toBeCloseTo(scale, 5);
    await meets(at, [
      [0, 0],
      [37, 41],
      [400, 232],
    ]);
  });

  it('follows the scale while it is shown, and the size of another screen: nothing of the one before stays', async () => {
    await pages.size(701, 523, 1);
    await open('actual');
    const first = noise({ width: 401, height: 233 });
    await show(first);
    await untilShown(first);
    await pages.size(701, 523, 1.5);
    await untilShown(first);
    const second = noise({ width: 303, height: 377 });
    await show(second);
    const at = await untilShown(second);
    const around = crop(await pages.display.screenshot(), { x: 0, y: at.y, width: at.x, height: at.height });
    expect(new Set(around.rgb).size).toBeLessThan(8);
    await pages.size(701, 523, 1);
    await untilShown(second);
  });

  it.each([
    [1, 690, 380],
    [1, 303, 177],
    [1.25, 303, 177],
  ])('is sharp when it is fitted into a window that is larger, and the mouse meets it, at a scale of %s', async (scale, width, height) => {
    await pages.size(710, 523, scale);
    await open('fit');
    const picture = noise({ width, height });
    await show(picture);
    await meets(await untilShown(picture), [
      [0, 0],
      [37, 41],
      [width - 1, height - 1],
    ]);
  });
});
