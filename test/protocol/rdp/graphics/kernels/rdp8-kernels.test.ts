/* RDP 8.0 bulk compression in the kernels beside TypeScript: the same bits, and the same answer to what is wrong. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../../src/protocol/bytes/errors.ts';
import { Rdp8Compressor } from '../../../../../src/protocol/rdp/graphics/rdp8/rdp8-compressor.ts';
import { Rdp8Decompressor } from '../../../../../src/protocol/rdp/graphics/rdp8/rdp8-decompressor.ts';
import { MAX_SEGMENT_BYTES, type Segment } from '../../../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { damaged } from '../../pdu/arbitrary-bytes.ts';
import { noise } from '../pictures.ts';

/** What segments mostly are: runs, repeats from near and far, frequent bytes, and noise of any length. */
const pieces = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('noise' as const), length: fc.nat(200), seed: fc.nat() }),
    fc.record({ kind: fc.constant('few' as const), length: fc.nat(900), seed: fc.nat() }),
    fc.record({ kind: fc.constant('run' as const), length: fc.nat(3000), seed: fc.nat(255) }),
    fc.record({ kind: fc.constant('again' as const), length: fc.nat(2000), seed: fc.nat() }),
  ),
  { maxLength: 8 },
);

function bytesOf(list: typeof pieces extends fc.Arbitrary<infer Piece> ? Piece : never, before: number[]): Uint8Array {
  const start = before.length;
  for (const { kind, length, seed } of list) {
    const next = noise(seed + 1);
    const from = before.length === 0 ? 0 : seed % before.length;
    for (let i = 0; i < length && before.length - start < MAX_SEGMENT_BYTES; i += 1) {
      if (kind === 'noise') before.push(next() & 0xff);
      else if (kind === 'few') before.push([0, 1, 0x3a, 0x66, 0xff, 77][next() % 6]!);
      else if (kind === 'run') before.push(seed);
      else before.push(before[from + i] ?? 0);
    }
  }
  return Uint8Array.from(before.slice(start));
}

function answer(decompressor: Rdp8Decompressor, segment: Segment): unknown {
  try {
    return Buffer.from(decompressor.decompress({ segments: [segment] })).toString('base64');
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}

function expectSame(tried: Segment, reference: Segment): void {
  expect(tried.compressed).toBe(reference.compressed);
  expect(Buffer.compare(tried.data, reference.data)).toBe(0);
}

describe('RDP 8.0 bulk compression in the kernels', () => {
  it('writes the same bits and reads them', () => {
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 6 }), fc.nat(5), (segments, forgetAt) => {
        const [reference, tried] = [new Rdp8Compressor(false), new Rdp8Compressor()];
        const [slow, quick] = [new Rdp8Decompressor(false), new Rdp8Decompressor()];
        const before: number[] = [];
        for (const [index, list] of segments.entries()) {
          if (index === forgetAt) for (const one of [reference, tried]) one.forget();
          const data = bytesOf(list, before);
          const wanted = reference.compress(data);
          expectSame(tried.compress(data), wanted);
          const back = Buffer.from(data).toString('base64');
          expect(answer(quick, wanted)).toBe(back);
          expect(answer(slow, wanted)).toBe(back);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('says the same of segments that are damaged or were never any', () => {
    const made = pieces.map((list) => new Rdp8Compressor(false).compress(bytesOf(list, [])).data);
    fc.assert(
      fc.property(fc.oneof(made.chain(damaged), fc.uint8Array({ maxLength: 400 })), (data) => {
        const history = { compressed: false, data: Uint8Array.from({ length: 700 }, (_, index) => index * 7) };
        const [slow, quick] = [new Rdp8Decompressor(false), new Rdp8Decompressor()];
        for (const segment of [history, { compressed: true, data }, history]) expect(answer(quick, segment)).toBe(answer(slow, segment));
      }),
      { numRuns: 300 },
    );
  });

  it('reads far back, over many segments, and forgets what is too old as the other does', () => {
    const [reference, tried] = [new Rdp8Compressor(false), new Rdp8Compressor()];
    const decompressor = new Rdp8Decompressor();
    const next = noise(77);
    const old = Array.from({ length: 50 }, () => Uint8Array.from({ length: MAX_SEGMENT_BYTES - (next() & 0xff) }, next));
    for (let index = 0; index < 130; index += 1) {
      const data = (index % 3 === 2 ? old[(index * 7) % 50]! : old[index % 50]!).subarray(index % 5);
      const segment = reference.compress(data);
      expectSame(tried.compress(data), segment);
      expect(Buffer.compare(decompressor.decompress({ segments: [segment] }), data)).toBe(0);
    }
  });
});
