import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActiveSession } from '../../../../src/protocol/rdp/client/active-session.ts';
import { DrawingOrderDecoder, encodeScreenCopies, type ScreenCopy } from '../../../../src/protocol/rdp/pdu/drawing-orders.ts';
import { encodeFastPathUpdate, FAST_PATH_UPDATE } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { PDU_TYPE_2 } from '../../../../src/protocol/rdp/pdu/share-data.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(/\s+/g, ''), 'hex'));
const COPY: ScreenCopy = { x: 8, y: 16, width: 300, height: 200, fromX: 8, fromY: 55 };

describe('ScrBlt drawing orders', () => {
  it('writes every field of each, little-endian, as SRCCOPY', () => {
    expect(Buffer.from(encodeScreenCopies([COPY])).toString('hex')).toBe('010009027f080010002c01c800cc08003700');
  });

  it('reads back what it writes', () => {
    const coordinate = fc.integer({ min: -0x8000, max: 0x7fff });
    const side = fc.integer({ min: 1, max: 0x7fff });
    const copy = fc.record({ x: coordinate, y: coordinate, width: side, height: side, fromX: coordinate, fromY: coordinate });
    fc.assert(
      fc.property(fc.array(copy, { maxLength: 20 }), (copies) => {
        expect(new DrawingOrderDecoder().decode(encodeScreenCopies(copies))).toEqual(copies);
      }),
    );
  });

  it('comes in the same shape on both paths', () => {
    const orders = encodeScreenCopies([COPY]);
    const fast = new ActiveSession().readFastPath(encodeFastPathUpdate(FAST_PATH_UPDATE.orders, orders));
    expect(fast).toEqual([{ tag: 'graphics', graphics: { tag: 'update', updateCode: FAST_PATH_UPDATE.orders, data: orders } }]);
    // updateType, pad, numberOrders, pad
    const body = bytes('0000 0000 0100 0000 09027f080010002c01c800cc08003700');
    expect(new ActiveSession().readShareData({ shareId: 1, pduType2: PDU_TYPE_2.update, body })).toEqual(fast);
  });

  it('takes what an order leaves out from the one before, and changes where they are sent as changes', () => {
    const decoder = new DrawingOrderDecoder();
    decoder.decode(encodeScreenCopies([COPY]));
    // standard, delta coordinates: nTopRect -3, nYSrc +5
    expect(decoder.decode(bytes('0100 11 42 fd 05'))).toEqual([{ ...COPY, y: 13, fromY: 60 }]);
    // no field flag byte at all: the same again
    expect(decoder.decode(bytes('0100 41'))).toEqual([{ ...COPY, y: 13, fromY: 60 }]);
    decoder.reset();
    expect(() => decoder.decode(bytes('0100 41'))).toThrow(expect.objectContaining({ code: 'UNEXPECTED' }));
  });

  it('keeps inside bounds, sent as values, as changes, or not at all', () => {
    const decoder = new DrawingOrderDecoder();
    decoder.decode(encodeScreenCopies([COPY]));
    // bounds 10,20 to 29,219
    const within = { x: 10, y: 20, width: 20, height: 196, fromX: 10, fromY: 59 };
    expect(decoder.decode(bytes('0100 05 00 0f 0a00 1400 1d00 db00'))).toEqual([within]);
    expect(decoder.decode(bytes('0100 65'))).toEqual([within]);
    // right -5
    expect(decoder.decode(bytes('0100 05 00 40 fb'))).toEqual([{ ...within, width: 15 }]);
    // left 400: nothing is left
    expect(decoder.decode(bytes('0100 05 00 01 9001'))).toEqual([]);
  });

  it.each([
    ['a secondary order', '0100 03 00'],
    ['another primary order (DstBlt)', '0100 09 00 00'],
    ['another raster operation', '0100 09 02 7f 0000 0000 0100 0100 55 0000 0000'],
  ])('refuses %s, which was not announced', (_, hex) => {
    expect(() => new DrawingOrderDecoder().decode(bytes(hex))).toThrow(expect.objectContaining({ code: 'UNEXPECTED' }));
  });

  it.each([
    ['more orders than bytes', 'ffff 09'],
    ['an order that ends in the middle', '0100 09 02 7f 0800'],
  ])('refuses %s', (_, hex) => {
    expect(() => new DrawingOrderDecoder().decode(bytes(hex))).toThrow(expect.objectContaining({ code: 'TRUNCATED' }));
  });
});
