import { describe, expect, it } from 'vitest';
import { decodeAvc420, encodeAvc420 } from '../../../../../src/protocol/rdp/graphics/film/avc420.ts';

const H264 = Uint8Array.of(0, 0, 0, 1, 0x65, 1, 2, 3);

describe('RDPGFX_AVC420_BITMAP_STREAM', () => {
  it('has rectangles whose right and bottom are exclusive, then a quantiser and a quality for each, then the stream', () => {
    const bytes = encodeAvc420({
      regions: [{ rect: { x: 2, y: 4, width: 640, height: 360 }, qp: 22, progressive: false, quality: 100 }],
      h264: H264,
    });
    expect([...bytes]).toEqual([1, 0, 0, 0, 2, 0, 4, 0, 0x82, 0x02, 0x6c, 0x01, 22, 100, ...H264]);
  });

  it('comes back as it was', () => {
    const stream = {
      regions: [
        { rect: { x: 0, y: 0, width: 1_280, height: 720 }, qp: 51, progressive: true, quality: 0 },
        { rect: { x: 64, y: 8, width: 16, height: 16 }, qp: 0, progressive: false, quality: 100 },
      ],
      h264: H264,
    };
    expect(decodeAvc420(encodeAvc420(stream))).toEqual(stream);
  });

  it('leaves out empty rectangles and keeps the qualities of the others', () => {
    const region = (x: number, width: number, qp: number) => ({ rect: { x, y: 0, width, height: 8 }, qp, progressive: false, quality: 1 });
    const bytes = encodeAvc420({ regions: [region(0, 0, 1), region(8, 8, 2)], h264: H264 });
    expect(decodeAvc420(bytes).regions).toEqual([region(8, 8, 2)]);
  });

  it('is refused when it is cut short, inside out, or has more rectangles than anybody sends', () => {
    const whole = encodeAvc420({
      regions: [{ rect: { x: 9, y: 9, width: 1, height: 1 }, qp: 1, progressive: false, quality: 1 }],
      h264: H264,
    });
    for (let length = 0; length < 14; length++) {
      expect(() => decodeAvc420(whole.subarray(0, length))).toThrow(expect.objectContaining({ code: 'TRUNCATED' }));
    }
    const inside = Uint8Array.from(whole);
    inside[8] = 3;
    expect(() => decodeAvc420(inside)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
    expect(() => decodeAvc420(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });
});
