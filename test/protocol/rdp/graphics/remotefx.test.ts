import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../../src/protocol/rdp/geometry.ts';
import type { PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { RFX_ENTROPY, RFX_QUANTS, type RfxQuants } from '../../../../src/protocol/rdp/graphics/remotefx/rfx-format.ts';
import { drawRemoteFx } from '../../../../src/protocol/rdp/graphics/remotefx/rfx-decoder.ts';
import { encodeRemoteFx } from '../../../../src/protocol/rdp/graphics/remotefx/rfx-message.ts';
import { decodeRfxTile } from '../../../../src/protocol/rdp/graphics/remotefx/rfx-tile.ts';
import { forwardWavelet, inverseWavelet } from '../../../../src/protocol/rdp/graphics/remotefx/rfx-wavelet.ts';
import { decodeRlgr, encodeRlgr } from '../../../../src/protocol/rdp/graphics/remotefx/rlgr.ts';
import { bitmapTarget, type Surface } from '../../../../src/protocol/rdp/graphics/surface.ts';
import { damaged, onlyProtocolErrors } from '../pdu/arbitrary-bytes.ts';
import { inKernels } from './kernels/in-kernels.ts';
import { noise, paint, pictures, rgbaOf, surfaceOf } from './pictures.ts';

const entropies = Object.values(RFX_ENTROPY);
const smooth = (width: number, height: number): PixelFrame =>
  paint(width, height, (x, y) => {
    const wave = Math.sin(x / 21) + Math.cos(y / 17);
    return ((128 + 50 * wave) << 16) | ((90 + x) << 8) | (200 - y);
  });

/** Mean of the squares of what the channels are off by, and the worst. */
function off(frame: PixelFrame, words: Int32Array): { readonly mean: number; readonly worst: number } {
  const wanted = rgbaOf(frame);
  let sum = 0;
  let worst = 0;
  for (const [at, word] of words.entries()) {
    for (const shift of [0, 8, 16]) {
      const difference = Math.abs(((word >> shift) & 0xff) - ((wanted[at]! >> shift) & 0xff));
      sum += difference ** 2;
      worst = Math.max(worst, difference);
    }
  }
  return { mean: sum / words.length / 3, worst };
}

const all = (surface: Surface) => bitmapTarget(surface, { x: 0, y: 0, width: surface.width, height: surface.height });
const wholeOf = ({ width, height }: PixelFrame): Rect => ({ x: 0, y: 0, width, height });

describe('RLGR', () => {
  it('gives back any coefficients', () => {
    const values = fc.array(
      fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: -3, max: 3 }), fc.integer({ min: -4096, max: 4096 })),
      {
        minLength: 1,
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(values, fc.constantFrom(...entropies), (list, entropy) => {
        const coefficients = Int32Array.from(list);
        const out = new Uint8Array(coefficients.length * 80 + 4_000);
        const end = encodeRlgr(coefficients, entropy, out, 3);
        const back = new Int32Array(coefficients.length);
        decodeRlgr(out.subarray(3, end), entropy, back);
        expect([...back]).toEqual([...coefficients]);
      }),
      { numRuns: 500 },
    );
  });

  it('writes what others read: a short stream by hand', () => {
    const out = new Uint8Array(64);
    // k = 1: two zeros are a whole run (0), then 1 and one bit of rest (0), a sign, and 1 - 1 in Golomb-Rice with kr = 1 (00).
    const end = encodeRlgr(Int32Array.from([0, 0, 1]), RFX_ENTROPY.rlgr1, out, 0);
    expect([...out.subarray(0, end)]).toEqual([0b0_1_0_0_0_0_00]);
    const negative = encodeRlgr(Int32Array.from([-2]), RFX_ENTROPY.rlgr3, out, 0);
    expect([...out.subarray(0, negative)]).toEqual([0b1_0_1_0_1_000]);
  });

  it('reads any bytes as some coefficients of 16 bits', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...entropies), (data, entropy) => {
        const back = new Int32Array(4096).fill(1 << 20);
        decodeRlgr(data, entropy, back);
        expect(back.every((value) => Math.abs(value) <= 65_536)).toBe(true);
      }),
    );
  });
});

describe('the wavelet', () => {
  it('comes back nearly as it was', () => {
    const next = noise(5);
    const tile = Int32Array.from({ length: 4096 }, () => ((next() & 0xff) - 128) << 5);
    const copy = tile.slice();
    forwardWavelet(copy);
    inverseWavelet(copy);
    expect(Math.max(...copy.map((value, at) => Math.abs(value - tile[at]!)))).toBeLessThanOrEqual(8);
  });

  it('has nothing but its mean in the last band of a flat tile', () => {
    const tile = new Int32Array(4096).fill(640);
    forwardWavelet(tile);
    expect([...tile.subarray(0, 4032)].every((value) => value === 0)).toBe(true);
    expect([...tile.subarray(4032)].every((value) => value === 640)).toBe(true);
  });
});

describe('RemoteFX', () => {
  it.each(entropies)('shows a smooth picture well in few bytes, entropy coder %i', (entropy) => {
    const frame = smooth(200, 150);
    const message = encodeRemoteFx(frame, wholeOf(frame), { frameIndex: 3, entropy });
    expect(message.length).toBeLessThan(200 * 150 * 0.4);
    const surface = surfaceOf(200, 150);
    drawRemoteFx(message, all(surface));
    const { mean, worst } = off(frame, surface.words);
    // 40 dB
    expect(mean).toBeLessThan(6.5);
    expect(worst).toBeLessThan(24);
  });

  it('shows flat colours within two levels', () => {
    for (const colour of [0, 0xff_ffff, 0x80_8080, 0x30_6090, 0xc0_8040, 0xff_0000, 0x00_ff00, 0x00_00ff]) {
      const frame = paint(64, 64, () => colour);
      const surface = surfaceOf(64, 64);
      drawRemoteFx(encodeRemoteFx(frame, wholeOf(frame), { frameIndex: 0 }), all(surface));
      expect(off(frame, surface.words).worst, colour.toString(16)).toBeLessThanOrEqual(2);
    }
  });

  it('takes a part of a frame, and draws it where it is told', () => {
    const frame = smooth(180, 140);
    const part = { x: 37, y: 21, width: 90, height: 70 };
    const surface = surfaceOf(120, 100);
    drawRemoteFx(encodeRemoteFx(frame, part, { frameIndex: 0 }), bitmapTarget(surface, { x: 10, y: 5, width: 110, height: 95 }));
    const shown = paint(90, 70, (x, y) => {
      const word = surface.words[(y + 5) * 120 + x + 10]!;
      return ((word & 0xff) << 16) | (word & 0xff00) | ((word >> 16) & 0xff);
    });
    const wanted = paint(90, 70, (x, y) => {
      const [blue, green, red] = frame.pixels.subarray((y + 21) * frame.stride + (x + 37) * 4);
      return (red! << 16) | (green! << 8) | blue!;
    });
    expect(off(wanted, rgbaOf(shown)).mean).toBeLessThan(6.5);
    // The message's tiles reach further than its region.
    const outside = surface.words.filter((_, at) => at % 120 < 10 || at % 120 >= 100 || at < 5 * 120 || at >= 75 * 120);
    expect(outside.every((word) => word === (0xff00_0000 | 0))).toBe(true);
  });

  it('has the same bytes from the kernels, of any part with any quantisers', () => {
    fc.assert(
      fc.property(
        pictures(180),
        fc.record({ x: fc.nat(), y: fc.nat(), width: fc.nat(), height: fc.nat() }),
        fc.array(fc.integer({ min: 6, max: 15 }), { minLength: 10, maxLength: 10 }),
        fc.constantFrom(...entropies),
        (frame, wish, quants, entropy) => {
          const [x, y] = [wish.x % frame.width, wish.y % frame.height];
          const part = { x, y, width: 1 + (wish.width % (frame.width - x)), height: 1 + (wish.height % (frame.height - y)) };
          const options = { frameIndex: 1, entropy, quants: quants as unknown as RfxQuants };
          const tried = encodeRemoteFx(inKernels(frame), part, options);
          expect(Buffer.compare(tried, encodeRemoteFx(frame, part, options))).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is the same picture from the kernels, whatever the data say', () => {
    const quants = fc.array(fc.integer({ min: 6, max: 15 }), { minLength: 10, maxLength: 10 });
    // Long runs of the same bit stand for numbers that no picture has.
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.array(fc.constantFrom(0, 0, 0xff, 0xff, 0x55), { maxLength: 200 }).map((list) => Uint8Array.from(list)),
      fc
        .tuple(
          fc.array(fc.integer({ min: -40_000, max: 40_000 }), { minLength: 1, maxLength: 30 }),
          fc.constantFrom(...entropies),
          fc.nat(200),
        )
        .map(([values, entropy, zeros]) => {
          const out = new Uint8Array(64_000);
          return out.subarray(0, encodeRlgr(Int32Array.from([...values, ...new Array<number>(zeros).fill(0), ...values]), entropy, out, 0));
        }),
    );
    const component = fc.record({ data: bytes, quants: quants.map((list) => list as unknown as RfxQuants) });
    fc.assert(
      fc.property(fc.tuple(component, component, component), fc.constantFrom(...entropies), (components, entropy) => {
        const [reference, tried] = [new Int32Array(4096), new Int32Array(4096)];
        decodeRfxTile(components, entropy, reference, false);
        decodeRfxTile(components, entropy, tried);
        expect(Buffer.compare(Buffer.from(tried.buffer), Buffer.from(reference.buffer))).toBe(0);
      }),
      { numRuns: 600 },
    );
    fc.assert(
      fc.property(pictures(180), quants, fc.constantFrom(...entropies), (frame, some, entropy) => {
        const message = encodeRemoteFx(frame, wholeOf(frame), { frameIndex: 2, entropy, quants: some as unknown as RfxQuants });
        const [reference, tried] = [surfaceOf(frame.width, frame.height), surfaceOf(frame.width, frame.height)];
        drawRemoteFx(message, all(reference), false);
        drawRemoteFx(message, all(tried));
        expect(Buffer.compare(Buffer.from(tried.words.buffer), Buffer.from(reference.words.buffer))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('is smaller the more it may lose', () => {
    const frame = pictureOfNoise();
    const sizes = [
      RFX_QUANTS,
      RFX_QUANTS.map((quant) => quant + 2) as unknown as RfxQuants,
      RFX_QUANTS.map((quant) => quant + 4) as unknown as RfxQuants,
    ].map((quants) => encodeRemoteFx(frame, wholeOf(frame), { frameIndex: 0, quants }).length);
    expect(sizes[1]).toBeLessThan(sizes[0]! * 0.7);
    expect(sizes[2]).toBeLessThan(sizes[1]! * 0.6);
  });

  it('decodes no more tiles than there is room for', () => {
    const message = encodeRemoteFx(smooth(128, 64), { x: 0, y: 0, width: 128, height: 64 }, { frameIndex: 0 });
    // One message behind the other, for the place of one.
    const twice = Uint8Array.from([...message, ...message]);
    expect(() => drawRemoteFx(twice, all(surfaceOf(128, 64)))).toThrowError(expect.objectContaining({ code: 'TOO_LARGE' }));
    expect(() => drawRemoteFx(twice, all(surfaceOf(64, 64)))).toThrowError(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  it('draws something of any picture, and answers damaged messages with typed errors', () => {
    fc.assert(
      fc.property(
        pictures(150).chain((frame) => damaged(encodeRemoteFx(frame, wholeOf(frame), { frameIndex: 9 }))),
        (message) => onlyProtocolErrors(() => drawRemoteFx(message, all(surfaceOf(150, 150)))),
      ),
      { numRuns: 60 },
    );
  });
});

function pictureOfNoise(): PixelFrame {
  return paint(128, 128, noise(3));
}
