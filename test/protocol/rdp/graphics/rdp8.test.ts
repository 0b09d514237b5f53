import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RDP8_DISTANCES, RDP8_HISTORY_BYTES } from '../../../../src/protocol/rdp/graphics/rdp8/rdp8-codes.ts';
import { Rdp8Compressor } from '../../../../src/protocol/rdp/graphics/rdp8/rdp8-compressor.ts';
import { Rdp8Decompressor } from '../../../../src/protocol/rdp/graphics/rdp8/rdp8-decompressor.ts';
import {
  decodeSegmentedData,
  encodeSegmentedData,
  MAX_SEGMENT_BYTES,
  plainSegments,
} from '../../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { concat, damaged, errorCode, onlyProtocolErrors } from '../pdu/arbitrary-bytes.ts';

const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value, 'latin1'));
const hex = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value.replaceAll(' ', ''), 'hex'));

/** Noise that is the same each time. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** As it goes over the wire, both ways. */
function sent(compressor: Rdp8Compressor, decompressor: Rdp8Decompressor, data: Uint8Array): { bytes: number; back: Uint8Array } {
  const message = encodeSegmentedData({ segments: [compressor.compress(data)] });
  return { bytes: message.length, back: decompressor.decompress(decodeSegmentedData(message)) };
}

describe('RDP 8.0 bulk compression', () => {
  it('reads a message of plain and compressed segments that others wrote', () => {
    const message = concat([
      hex('e1 0300 2b000000'),
      hex('11000000 04'),
      text('The quick brown '),
      hex('0e000000 04'),
      text('fox jumps ove'),
      hex('10000000 24 39 08 0e 91 f8 d8 61 3d 1e 44 06 43 79 9c 02'),
    ]);
    const back = new Rdp8Decompressor().decompress(decodeSegmentedData(message));
    expect(Buffer.from(back).toString('latin1')).toBe('The quick brown fox jumps over the lazy dog');
  });

  it('has distances that follow on one another', () => {
    expect(RDP8_DISTANCES.map(({ base }) => base)).toEqual([
      0, 32, 160, 672, 1_696, 5_792, 22_176, 54_944, 317_088, 1_365_664, 2_414_240, 4_511_392, 8_705_696, 17_094_304,
    ]);
  });

  it('gives back whatever it was given, segment after segment', () => {
    const segment = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.constantFrom(0, 1, 2, 0x3a, 0xff, 77), { maxLength: 2_000 }).map((bytes) => Uint8Array.from(bytes)),
      fc.nat({ max: 255 }).map((value) => new Uint8Array(5_000).fill(value)),
    );
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 12 }), fc.nat({ max: 11 }), (segments, forgetAt) => {
        const [compressor, decompressor] = [new Rdp8Compressor(), new Rdp8Decompressor()];
        for (const [index, data] of segments.entries()) {
          if (index === forgetAt) compressor.forget();
          expect(Buffer.compare(sent(compressor, decompressor, data).back, data)).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('finds again what lies far back, across its moved window, and no further than the history reaches', () => {
    const [compressor, decompressor] = [new Rdp8Compressor(), new Rdp8Decompressor()];
    const first = noise(4_000, 1);
    sent(compressor, decompressor, first);
    // More than the window: it is moved on either side.
    for (let seed = 2; seed < 82; seed += 1) {
      const data = noise(MAX_SEGMENT_BYTES, seed);
      expect(Buffer.compare(sent(compressor, decompressor, data).back, data)).toBe(0);
      if (seed * MAX_SEGMENT_BYTES < RDP8_HISTORY_BYTES - 100_000 && seed % 10 === 2) {
        const again = sent(compressor, decompressor, first);
        expect(again.bytes).toBeLessThan(500);
        expect(Buffer.compare(again.back, first)).toBe(0);
      }
    }
    const lost = sent(compressor, decompressor, first);
    expect(lost.bytes).toBeGreaterThan(first.length);
    expect(Buffer.compare(lost.back, first)).toBe(0);
  });

  it('goes as it is where that is wished, and leaves what was before it to be found again', () => {
    const [compressor, decompressor] = [new Rdp8Compressor(), new Rdp8Decompressor()];
    const before = noise(3_000, 3);
    sent(compressor, decompressor, before);
    for (const data of [text('again and again '.repeat(100)), noise(MAX_SEGMENT_BYTES, 4)]) {
      const segment = compressor.plain(data);
      expect(segment).toEqual({ compressed: false, data });
      const message = encodeSegmentedData({ segments: [segment] });
      expect(Buffer.compare(decompressor.decompress(decodeSegmentedData(message)), data)).toBe(0);
    }
    const again = sent(compressor, decompressor, before);
    expect(Buffer.compare(again.back, before)).toBe(0);
    expect(again.bytes).toBeLessThan(100);
    expect(errorCode(() => compressor.plain(new Uint8Array(MAX_SEGMENT_BYTES + 1)))).toBe('TOO_LARGE');
  });

  it('refers to nothing from before it forgot, so that a side that begins there follows', () => {
    const compressor = new Rdp8Compressor();
    const data = noise(9_000, 5);
    compressor.compress(data);
    compressor.forget();
    const late = new Rdp8Decompressor();
    expect(Buffer.compare(sent(compressor, late, data).back, data)).toBe(0);
    expect(sent(compressor, late, data).bytes).toBeLessThan(100);
  });

  it('makes little of what repeats, and nothing longer than it is', () => {
    const compressor = new Rdp8Compressor();
    expect(compressor.compress(new Uint8Array(MAX_SEGMENT_BYTES)).data.length).toBeLessThan(20);
    const random = compressor.compress(noise(30_000, 9));
    expect(random.compressed).toBe(false);
    expect(random.data.length).toBe(30_000);
  });

  it('answers bad bits with typed errors, and in bounds', () => {
    const compressor = new Rdp8Compressor();
    const message = encodeSegmentedData({ segments: [compressor.compress(text('abcabcabcabcabcabc'.repeat(20)))] });
    fc.assert(
      fc.property(damaged(message), (bytes) =>
        onlyProtocolErrors(() => expect(new Rdp8Decompressor().decompress(decodeSegmentedData(bytes)).length).toBeLessThan(65_536)),
      ),
    );
    // A distance of 1 where nothing has been yet.
    expect(errorCode(() => new Rdp8Decompressor().decompress(decodeSegmentedData(hex('e0 24 88 40 05'))))).toBe('OUT_OF_RANGE');
    expect(errorCode(() => decodeSegmentedData(hex('e2 04')))).toBe('UNEXPECTED');
    expect(errorCode(() => decodeSegmentedData(hex('e1 0100 ffffff7f')))).toBe('TOO_LARGE');
    expect(errorCode(() => compressor.compress(new Uint8Array(MAX_SEGMENT_BYTES + 1)))).toBe('TOO_LARGE');
  });
});

describe('RDP_SEGMENTED_DATA', () => {
  it('is single for what one segment holds and multipart beyond', () => {
    for (const length of [0, 1, MAX_SEGMENT_BYTES, MAX_SEGMENT_BYTES + 1, 200_000]) {
      const data = noise(length, 3);
      const message = encodeSegmentedData(plainSegments(data));
      expect(message[0]).toBe(length <= MAX_SEGMENT_BYTES ? 0xe0 : 0xe1);
      expect(Buffer.compare(new Rdp8Decompressor().decompress(decodeSegmentedData(message)), data)).toBe(0);
    }
  });
});
