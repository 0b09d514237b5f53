import { describe, expect, it } from 'vitest';
import { SegmentPacker } from '../../../../src/protocol/rdp/graphics/channel/segment-packer.ts';
import { Rdp8Compressor } from '../../../../src/protocol/rdp/graphics/rdp8/rdp8-compressor.ts';
import { Rdp8Decompressor } from '../../../../src/protocol/rdp/graphics/rdp8/rdp8-decompressor.ts';
import { decodeSegmentedData, MAX_SEGMENT_BYTES } from '../../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { concat } from '../pdu/arbitrary-bytes.ts';

const flat = (length: number): Uint8Array => new Uint8Array(length).fill(7);

describe('PDUs in segments', () => {
  it.each([
    ['mostly of what does not repeat', flat(70), flat(490), [false]],
    ['with more than a little that may', flat(71), flat(490), [true]],
    ['of a PDU of several that does not repeat', flat(70), flat(MAX_SEGMENT_BYTES + 70), [true, false, false]],
  ] as const)('are compressed or not: %s', (_, one, dense, compressed) => {
    const packer = new SegmentPacker(new Rdp8Compressor());
    packer.push(one);
    packer.push(dense, true);
    const messages = packer.take().map((bytes) => decodeSegmentedData(bytes));
    const segments = messages.flatMap((message) => message.segments);
    expect(segments.map((segment) => segment.compressed).toSorted((a, b) => Number(b) - Number(a))).toEqual(compressed);
    const decompressor = new Rdp8Decompressor();
    expect(concat(messages.map((message) => decompressor.decompress(message)))).toEqual(concat([one, dense]));
    // What comes next is looked at anew.
    packer.push(flat(500));
    expect(packer.take().flatMap((bytes) => decodeSegmentedData(bytes).segments.map((segment) => segment.compressed))).toEqual([true]);
  });
});
