import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Rect } from '../../../../src/protocol/rdp/geometry.ts';
import type { GraphicsSettings, PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { GraphicsDecoder } from '../../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { PictureStream } from '../../../../src/protocol/rdp/graphics/picture-stream.ts';
import { ChangedTiles } from '../../../../src/protocol/rdp/graphics/tiles/changed-tiles.ts';
import { frameWords } from '../../../../src/protocol/rdp/graphics/pixel-words.ts';
import { isChanged } from '../../../../src/protocol/rdp/graphics/scroll/changed-box.ts';
import { copyOnPicture } from '../../../../src/protocol/rdp/graphics/scroll/screen-copy.ts';
import { FAST_PATH_UPDATE, FastPathOutputDecoder } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { PduFramer } from '../../../../src/protocol/rdp/pdu/pdu-framer.ts';
import { applied } from '../../../support/applied.ts';
import { captured } from '../../../support/captured.ts';
import { planarSettings } from '../../../support/encode-frame.ts';
import { inKernels } from './kernels/in-kernels.ts';
import { paint } from './pictures.ts';

const WIDTH = 320;
const HEIGHT = 240;
const SETTINGS = planarSettings({ scrollCopies: true, maxPduBytes: 0x7fff });
const WHOLE = { x: 0, y: 0, width: WIDTH, height: HEIGHT };

/** Lines of something like text at `first` and on, in a window with a border and a still scroll bar, on a still background. */
function terminal(first: number): PixelFrame {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 4);
  const words = new Int32Array(pixels.buffer);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const inside = x >= 20 && x < 300 && y >= 15 && y < 230;
      const line = first + Math.floor((y - 15) / 10);
      const glyph = Math.imul(line * 131 + Math.floor((x - 20) / 6), 0x9e37_79b1) >>> 3;
      const text = inside && x < 290 && (y - 15) % 10 < 8 && ((glyph >>> (((y - 15) % 10) * 3 + ((x - 20) % 3))) & 1) === 1;
      words[y * WIDTH + x] = text ? 0x20_2020 : inside ? 0xff_ffff : (x * 3 + y * 7) & 0xff_ffff;
    }
  }
  return { width: WIDTH, height: HEIGHT, stride: WIDTH * 4, pixels };
}

/** What a client that starts with nothing shows after these pictures. */
function watch(settings: GraphicsSettings) {
  const stream = new PictureStream(WHOLE);
  const decoder = new GraphicsDecoder(WHOLE);
  stream.configure(settings, 1);
  let orders = 0;
  return {
    stream,
    /** Updates with drawing orders so far. */
    copies: () => orders,
    async show(frame: PixelFrame): Promise<number> {
      let sent = 0;
      for (const update of (await stream.encode(captured(frame)))?.updates ?? []) {
        sent += update.bytes.length;
        for (const framed of new PduFramer().push(update.bytes)) {
          if (framed.tag !== 'fastPath') throw new Error('not fast-path');
          for (const { updateCode, data } of new FastPathOutputDecoder().decode(framed.bytes)) {
            if (updateCode === FAST_PATH_UPDATE.orders) orders += 1;
            applied(decoder.apply({ tag: 'update', updateCode, data }));
          }
        }
      }
      return sent;
    },
    differs(frame: PixelFrame): number {
      const words = new Int32Array(frame.pixels.buffer);
      const seen = decoder.surface.words;
      let count = 0;
      for (let at = 0; at < words.length; at += 1) {
        const rgb = words[at] ?? 0;
        const rgba = (rgb & 0xff00) | ((rgb & 0xff) << 16) | ((rgb >> 16) & 0xff);
        if (((seen[at] ?? 0) & 0xff_ffff) !== (rgba & 0xff_ffff)) count += 1;
      }
      return count;
    },
  };
}

describe('what scrolls', () => {
  it.each([1, 3, 9, -1, -4])('by %i lines is copied: exact, and a fraction of the bytes', async (lines) => {
    const copying = watch(SETTINGS);
    const plain = watch(planarSettings({ maxPduBytes: 0x7fff }));
    for (const client of [copying, plain]) await client.show(terminal(50));
    let [copied, sent] = [0, 0];
    for (let step = 1; step <= 4; step += 1) {
      const next = terminal(50 + step * lines);
      copied += await copying.show(next);
      sent += await plain.show(next);
      expect(copying.differs(next)).toBe(0);
      expect(plain.differs(next)).toBe(0);
    }
    expect(copied).toBeLessThan(sent * (Math.abs(lines) < 9 ? 0.4 : 0.7));
  });

  it.each([40, -40])('by %i rows is exact where rows in the middle have changed as well', async (rows) => {
    const { show, differs } = watch(SETTINGS);
    const frame = terminal(3);
    await show(frame);
    const words = new Int32Array(frame.pixels.buffer);
    copyOnPicture(words, WHOLE, { ...WHOLE, fromX: 0, fromY: -rows });
    words.fill(0x12_3456, 100 * WIDTH, 102 * WIDTH);
    await show(frame);
    expect(differs(frame)).toBe(0);
  });

  it('is looked for anew only where going on as before explains less than three quarters', () => {
    const lines = (first: number, blank: number): PixelFrame => {
      const frame = terminal(first);
      new Int32Array(frame.pixels.buffer).fill(0xff_ffff, (HEIGHT - 20 - blank) * WIDTH, (HEIGHT - 20) * WIDTH);
      return frame;
    };
    const distances = (blank: number, ...firsts: readonly number[]) => {
      const memory = inKernels(lines(0, blank));
      const { kernels } = memory;
      if (kernels === undefined) throw new Error('no kernels');
      const looked = vi.spyOn(kernels, 'commonShift');
      const tiles = new ChangedTiles();
      tiles.update(memory, []);
      const found = firsts.map((first) => {
        inKernels(lines(first, blank), memory);
        const copies = tiles.copies(memory, [WHOLE]);
        tiles.update(memory, [WHOLE]);
        return new Set(copies.map(({ y, fromY }) => fromY - y));
      });
      return { looked: looked.mock.calls.length, found };
    };
    expect(distances(0, 1, 2, 3)).toEqual({ looked: 1, found: [new Set([10]), new Set([10]), new Set([10])] });
    // What is blank looks as if it had gone on.
    expect(distances(90, 1, 4)).toEqual({ looked: 2, found: [new Set([10]), new Set([30])] });
  });

  it('is not more copies than are worth it, however much has changed between', () => {
    const before = paint(640, 480, (x, y) => Math.imul(y * 640 + x + 1, 0x9e37_79b1) >>> 8);
    const words = new Int32Array(before.pixels.buffer);
    const after = paint(640, 480, (x, y) => {
      const column = Math.floor(x / 64);
      return (y + column * 5) % 17 === 0 ? 0x12_3456 : (words[Math.min(479, y + 3) * 640 + x] ?? 0);
    });
    const tiles = new ChangedTiles();
    tiles.update(before, []);
    expect(tiles.copies(after, [{ x: 0, y: 0, width: 640, height: 480 }])).toHaveLength(256);
  });

  it('is as few copies as can be where rows between have changed as well, and none of what is blank before and after', () => {
    const before = terminal(50);
    const after = terminal(51);
    const words = new Int32Array(after.pixels.buffer);
    words.fill(0x12_3456, 100 * WIDTH, 102 * WIDTH);
    for (const { pixels } of [before, after]) new Int32Array(pixels.buffer).fill(0xff_ffff, 150 * WIDTH, 190 * WIDTH);
    words.fill(0x12_3456, 150 * WIDTH, 152 * WIDTH);
    const tiles = new ChangedTiles();
    tiles.update(before, [WHOLE]);
    const copies = tiles.copies(after, [WHOLE]);
    expect(copies.map(({ y, height }) => ({ y, height }))).toEqual([
      { y: 15, height: 85 },
      { y: 102, height: 38 },
      { y: 190, height: 30 },
    ]);
    // The strips with the window's edges have not moved.
    expect(copies.every(({ x, width }) => x === 64 && width === 192)).toBe(true);
  });

  it('is not copied where an area was asked for again: the client may not have what would be copied', async () => {
    const { stream, show, copies } = watch(SETTINGS);
    await show(terminal(1));
    stream.refresh([{ x: 0, y: 0, width: 10, height: 10 }]);
    await show(terminal(2));
    expect(copies()).toBe(0);
    await show(terminal(3));
    expect(copies()).toBeGreaterThan(0);
  });

  it('stays exact for any picture after any other', async () => {
    const block = fc.record({
      y: fc.nat(HEIGHT - 1),
      rows: fc.integer({ min: 1, max: 160 }),
      shift: fc.integer({ min: -90, max: 90 }),
      first: fc.nat(200),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 4 }), async (blocks) => {
        const client = watch(SETTINGS);
        const frame = terminal(7);
        await client.show(frame);
        const words = new Int32Array(frame.pixels.buffer);
        for (const { y, rows, shift, first } of blocks) {
          copyOnPicture(words, WHOLE, { x: 30, y, width: 200, height: rows, fromX: 30, fromY: y + shift });
          words.set(new Int32Array(terminal(first).pixels.buffer).subarray(y * WIDTH, (y + 4) * WIDTH), y * WIDTH);
          await client.show(frame);
          expect(client.differs(frame)).toBe(0);
        }
      }),
      { numRuns: 40 },
    );
  });
});

it('one pixel is a change of any area that it lies in, and of no other', () => {
  const before = paint(70, 50, () => 0x12_3456);
  for (const y of [10, 11, 12, 13, 41, 42, 49]) {
    const now = paint(70, 50, (column, row) => (column === 66 && row === y ? 0x12_3457 : 0x12_3456));
    const memory = inKernels(before);
    memory.kernels?.turn([WHOLE]);
    memory.kernels?.taken();
    memory.kernels?.turn([WHOLE]);
    inKernels(now, memory);
    for (const frame of [frameWords(now), frameWords(memory)]) {
      const changed = (area: Rect) => isChanged(frame, new Int32Array(before.pixels.buffer), before, area);
      expect(changed({ x: 64, y: 9, width: 6, height: 41 })).toBe(true);
      expect(changed({ x: 66, y, width: 1, height: 1 })).toBe(true);
      expect(changed({ x: 0, y: 0, width: 66, height: 50 })).toBe(false);
      expect(changed({ x: 60, y: 0, width: 10, height: y })).toBe(false);
    }
  }
});

describe('a copy on a picture', () => {
  it('is as if read before it is written, and cut to the picture on both sides', async () => {
    const place = fc.integer({ min: -20, max: 30 });
    const side = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(fc.record({ x: place, y: place, width: side, height: side, fromX: place, fromY: place }), (copy) => {
        const size = { width: 17, height: 13 };
        const before = Int32Array.from({ length: size.width * size.height }, (_, at) => at + 1);
        const after = before.slice();
        copyOnPicture(after, size, copy);
        const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < size.width && y < size.height;
        for (let y = 0; y < size.height; y += 1) {
          for (let x = 0; x < size.width; x += 1) {
            const [column, row] = [x - copy.x, y - copy.y];
            const covered =
              column >= 0 && row >= 0 && column < copy.width && row < copy.height && inside(copy.fromX + column, copy.fromY + row);
            const wanted = covered ? (copy.fromY + row) * size.width + copy.fromX + column + 1 : y * size.width + x + 1;
            expect(after[y * size.width + x]).toBe(wanted);
          }
        }
      }),
    );
  });
});
