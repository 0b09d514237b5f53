import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Wheel } from '../../../src/main/desktop/wheel.ts';
import { pointerShapeFromX } from '../../../src/main/desktop/x11/cursor-shape.ts';
import { BAND_ROWS, grabAreas } from '../../../src/main/desktop/x11/grab-areas.ts';
import { findXCookie } from '../../../src/main/desktop/x11/xauthority.ts';
import type { X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import { findKey, keymapFrom, keysymOf } from '../../../src/main/desktop/x11/x11-keymap.ts';
import type { X11SharedPart } from '../../../src/main/desktop/x11/x11-shared-part.ts';
import { X11PartReader } from '../../../src/main/desktop/x11/x11-part-reader.ts';
import { X11Screen } from '../../../src/main/desktop/x11/x11-screen.ts';
import { openPictureMemory } from '../../../src/protocol/rdp/graphics/kernels/picture-memory.ts';

describe('the areas to grab', () => {
  const screen = { width: 300, height: 200 };
  const rect = fc.record({
    x: fc.integer({ min: -50, max: 320 }),
    y: fc.integer({ min: -50, max: 220 }),
    width: fc.integer({ min: 1, max: 400 }),
    height: fc.integer({ min: 1, max: 300 }),
  });

  it('cover every damaged pixel, stay inside the screen and never overlap', () => {
    fc.assert(
      fc.property(fc.array(rect, { maxLength: 6 }), (damaged) => {
        const areas = grabAreas(damaged, screen);
        const covered = new Uint8Array(screen.width * screen.height);
        for (const area of areas) {
          expect(area.x >= 0 && area.y >= 0 && area.x + area.width <= screen.width && area.y + area.height <= screen.height).toBe(true);
          for (let y = area.y; y < area.y + area.height; y += 1)
            for (let x = area.x; x < area.x + area.width; x += 1) covered[y * screen.width + x] = (covered[y * screen.width + x] ?? 0) + 1;
        }
        expect(covered.every((count) => count <= 1)).toBe(true);
        for (const { x, y, width, height } of damaged) {
          for (let row = Math.max(0, y); row < Math.min(screen.height, y + height); row += 1) {
            for (let column = Math.max(0, x); column < Math.min(screen.width, x + width); column += 1)
              if (covered[row * screen.width + column] !== 1) throw new Error(`${column},${row} is not grabbed`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are small for small damage, and one for all of it', () => {
    expect(grabAreas([{ x: 100, y: 70, width: 10, height: 10 }], screen)).toEqual([{ x: 96, y: BAND_ROWS, width: 16, height: BAND_ROWS }]);
    expect(grabAreas([{ x: 0, y: 0, width: 300, height: 200 }], screen)).toEqual([{ x: 0, y: 0, width: 300, height: 200 }]);
    expect(grabAreas([], screen)).toEqual([]);
  });

  it('are the same for what is drawn at about the same place, and as wide as that unless it is nearly all', () => {
    const terminal = { x: 20, y: 20, width: 670, height: 560 };
    const areas = grabAreas([terminal], { width: 1280, height: 720 });
    expect(areas).toEqual([{ x: 16, y: 0, width: 688, height: 640 }]);
    expect(grabAreas([{ ...terminal, x: 30, width: 665 }], { width: 1280, height: 720 })).toEqual(areas);
    expect(grabAreas([{ ...terminal, width: 1_000 }], { width: 1280, height: 720 })).toEqual([{ x: 0, y: 0, width: 1280, height: 640 }]);
  });
});

describe('a cursor from X', () => {
  it('is no longer premultiplied', () => {
    const shape = pointerShapeFromX({ width: 2, height: 1, xhot: 9, yhot: 0, cursorImage: Uint8Array.of(64, 32, 0, 128, 10, 20, 30, 255) });
    expect(shape).toEqual({ width: 2, height: 1, hotX: 1, hotY: 0, pixels: Uint8Array.of(128, 64, 0, 128, 10, 20, 30, 255) });
  });

  it('is hidden when nothing of it can be seen, and scaled to what RDP can carry', () => {
    expect(pointerShapeFromX({ width: 1, height: 1, xhot: 0, yhot: 0, cursorImage: new Uint8Array(4) })).toBeNull();
    const wide = pointerShapeFromX({ width: 500, height: 2, xhot: 499, yhot: 1, cursorImage: new Uint8Array(4_000).fill(255) });
    expect([wide?.width, wide?.height, wide?.hotX, wide?.pixels.length]).toEqual([384, 1, 383, 384 * 4]);
    expect(wide?.pixels.every((byte) => byte === 255)).toBe(true);
  });
});

describe('the wheel', () => {
  it('adds up fine steps, loses none, and starts afresh when turned back', () => {
    const wheel = new Wheel();
    expect([40, 40, 40].map((delta) => wheel.turn('vertical', delta))).toEqual([0, 0, 1]);
    expect(wheel.turn('vertical', 100)).toBe(0);
    expect(wheel.turn('vertical', -20)).toBe(0);
    expect(wheel.turn('vertical', -100)).toBe(-1);
    expect(wheel.turn('horizontal', 250)).toBe(2);
    expect(wheel.turn('horizontal', 110)).toBe(1);
    expect(Math.abs(wheel.turn('vertical', 1e9))).toBeLessThan(100);
  });
});

describe('Xauthority', () => {
  const counted = (text: string) => [text.length >> 8, text.length & 0xff, ...Array.from(text, (char) => char.charCodeAt(0))];
  const entry = (family: number, address: string, number: string, data: string) => [
    family >> 8,
    family & 0xff,
    ...counted(address),
    ...counted(number),
    ...counted('MIT-MAGIC-COOKIE-1'),
    ...counted(data),
  ];

  it('gives the cookie of this computer’s display', () => {
    const file = Uint8Array.from([
      ...entry(256, 'elsewhere', '1', 'no'),
      ...entry(256, 'here', '2', 'two'),
      ...entry(256, 'here', '1', '\xff\x00one'),
      ...entry(65_535, '', '', 'wild'),
    ]);
    expect(findXCookie(file, '1', 'here')).toEqual({ name: 'MIT-MAGIC-COOKIE-1', data: '\xff\x00one' });
    expect(findXCookie(file, '7', 'here').data).toBe('wild');
    expect(findXCookie(file.subarray(0, 40), '1', 'here')).toEqual({ name: '', data: '' });
  });

  it('takes arbitrary bytes without an error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (file) => void findXCookie(file, '0', 'here')));
  });
});

describe('the keyboard map', () => {
  // Keycodes 8 … 13: a/A, 1/!, nothing, Shift, Caps Lock, Num Lock.
  const rows = [
    [0x61, 0x41],
    [0x31, 0x21],
    [0, 0],
    [0xffe1, 0],
    [0xffe5, 0],
    [0xff7f, 0],
  ];
  const modifiers = [
    [11, 0],
    [12, 0],
    [0, 0],
    [0, 0],
    [13, 0],
    [0, 0],
    [0, 0],
    [0, 0],
  ];
  const keymap = keymapFrom(8, rows, modifiers);

  it('finds keys, Shift, the lock keys with their bits, and what is spare', () => {
    expect(findKey(keymap, 0x61, new Set())).toEqual({ keycode: 8, shift: false });
    expect(findKey(keymap, 0x21, new Set())).toEqual({ keycode: 9, shift: true });
    expect(findKey(keymap, 0x21, new Set([9]))).toBeUndefined();
    expect(keymap.shift).toBe(11);
    expect(keymap.capsLock).toEqual({ keycode: 12, mask: 2 });
    expect(keymap.numLock).toEqual({ keycode: 13, mask: 16 });
    expect(keymap.scrollLock).toBeUndefined();
    expect(keymap.spare).toEqual([10]);
  });

  it('names characters as X does', () => {
    expect([0x61, 0xe9, 0x20ac, 0x1f600, 0x0d, 0x09].map(keysymOf)).toEqual([0x61, 0xe9, 0x0100_20ac, 0x0101_f600, 0xff0d, 0xff09]);
  });
});

describe('a screen that is resized', () => {
  it('and let go in the same moment: what was shared with the server is closed once, its descriptor may be another’s by then', async () => {
    const closed: string[] = [];
    const connection = {
      extension: () => Promise.resolve(undefined),
      onEvent: () => undefined,
      onLost: () => undefined,
      close: () => closed.push('connection'),
    } as unknown as X11Connection;
    const shared = {
      part: { tag: 'all' },
      place: { drawable: 1, x: 0, y: 0, area: { x: 0, y: 0, width: 20, height: 10 } },
      state: 'shown',
      follow: () => {
        // `close` comes while the new grabber is being opened.
        queueMicrotask(() => queueMicrotask(() => screen.receive({ tag: 'close' })));
        return Promise.resolve();
      },
    } as unknown as X11SharedPart;
    const reader = new X11PartReader(
      { connection, shared, pixels: { stride: (width) => width * 4, convert: undefined }, way: 'getImage' },
      { width: 10, height: 10 },
      {
        way: 'getImage',
        inPlace: false,
        ask: () => Promise.resolve(() => undefined),
        grab: () => Promise.resolve(),
        close: () => closed.push('grabber'),
      },
      openPictureMemory({ width: 10, height: 10 }),
    );
    const screen = new X11Screen({ connection, post: ({ tag }) => closed.push(tag), reader, film: [] });
    screen.partChanged();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toEqual(['grabber', 'connection', 'closed']);
  });
});
