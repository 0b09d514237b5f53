import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** `controlFlags` of DRAWING_ORDER ([MS-RDPEGDI] 2.2.2.2.1). */
const CONTROL = {
  standard: 0x01,
  secondary: 0x02,
  bounds: 0x04,
  typeChange: 0x08,
  deltaCoordinates: 0x10,
  zeroBoundsDeltas: 0x20,
  zeroFieldByteBit0: 0x40,
  zeroFieldByteBit1: 0x80,
} as const;
const ENC_PATBLT = 0x01;
const ENC_SCRBLT = 0x02;
const ALL_SCRBLT_FIELDS = 0x7f;
const ROP_SRCCOPY = 0xcc;
const SCRBLT_BYTES = 16;

/** Part of the desktop copied to another place on it: `x`,`y` is where it goes, `fromX`,`fromY` where it comes from. Pixels. */
export interface ScreenCopy {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fromX: number;
  readonly fromY: number;
}

/**
 * TS_FP_UPDATE_ORDERS ([MS-RDPBCGR] 2.2.9.1.2.1.1): the updateData of FASTPATH_UPDATETYPE_ORDERS, one ScrBlt (Primary_Drawing_Order,
 * [MS-RDPEGDI] 2.2.2.2.1.1.2.7) a copy, drawn in this order. Every field is sent, so nothing depends on the orders before.
 *
 * ```
 * | numberOrders u16le | controlFlags | orderType | fieldFlags | nLeftRect nTopRect nWidth nHeight i16le | bRop | nXSrc nYSrc i16le | …
 * ```
 */
export function encodeScreenCopies(copies: readonly ScreenCopy[]): Uint8Array {
  const writer = new ByteWriter(2 + copies.length * SCRBLT_BYTES).u16le(copies.length, 'TS_FP_UPDATE_ORDERS.numberOrders');
  for (const { x, y, width, height, fromX, fromY } of copies) {
    writer
      .u8(CONTROL.standard | CONTROL.typeChange)
      .u8(ENC_SCRBLT)
      .u8(ALL_SCRBLT_FIELDS);
    writer.i16le(x).i16le(y).i16le(width).i16le(height).u8(ROP_SRCCOPY).i16le(fromX).i16le(fromY);
  }
  return writer.finish();
}

/** What orders leave out is as it was in the order before: one instance a session, `reset` with each activation. */
export class DrawingOrderDecoder {
  private orderType = ENC_PATBLT;
  /** nLeftRect, nTopRect, nWidth, nHeight, bRop, nXSrc, nYSrc. */
  private fields: number[] = [];
  /** left, top, right, bottom; inclusive. */
  private bounds: number[] = [];

  constructor() {
    this.reset();
  }

  reset(): void {
    this.orderType = ENC_PATBLT;
    this.fields = [0, 0, 0, 0, 0, 0, 0];
    this.bounds = [0, 0, 0, 0];
  }

  /**
   * Decodes TS_FP_UPDATE_ORDERS, cut to the orders' bounds.
   * @throws ProtocolError UNEXPECTED for every order but ScrBlt and every raster operation but SRCCOPY: no other was announced; TRUNCATED
   */
  decode(data: Uint8Array): ScreenCopy[] {
    const reader = new ByteReader(data);
    const count = reader.u16le('TS_FP_UPDATE_ORDERS.numberOrders');
    if (count > reader.remaining) {
      throw new ProtocolError('TRUNCATED', 'TS_FP_UPDATE_ORDERS.numberOrders', `${count} orders`, `${reader.remaining} bytes`);
    }
    const copies: ScreenCopy[] = [];
    for (let order = 0; order < count; order += 1) {
      const copy = this.decodeOrder(reader);
      if (copy !== undefined) copies.push(copy);
    }
    return copies;
  }

  private decodeOrder(reader: ByteReader): ScreenCopy | undefined {
    const control = reader.u8('DRAWING_ORDER.controlFlags');
    if ((control & (CONTROL.standard | CONTROL.secondary)) !== CONTROL.standard) {
      throw new ProtocolError('UNEXPECTED', 'DRAWING_ORDER.controlFlags', 'a primary drawing order', control);
    }
    if ((control & CONTROL.typeChange) !== 0) this.orderType = reader.u8('PRIMARY_DRAWING_ORDER.orderType');
    if (this.orderType !== ENC_SCRBLT) throw new ProtocolError('UNEXPECTED', 'PRIMARY_DRAWING_ORDER.orderType', ENC_SCRBLT, this.orderType);
    const withoutFlags = (control & (CONTROL.zeroFieldByteBit0 | CONTROL.zeroFieldByteBit1)) !== 0;
    const present = withoutFlags ? 0 : reader.u8('PRIMARY_DRAWING_ORDER.fieldFlags');
    const bounded = (control & CONTROL.bounds) !== 0;
    if (bounded && (control & CONTROL.zeroBoundsDeltas) === 0) this.readBounds(reader);
    const delta = (control & CONTROL.deltaCoordinates) !== 0;
    this.fields = this.fields.map((before, field) => {
      if ((present & (1 << field)) === 0) return before;
      if (field === 4) return reader.u8('SCRBLT_ORDER.bRop');
      return delta ? before + signed8(reader.u8('SCRBLT_ORDER.coordinate')) : reader.i16le('SCRBLT_ORDER.coordinate');
    });
    const [x = 0, y = 0, width = 0, height = 0, rop, fromX = 0, fromY = 0] = this.fields;
    if (rop !== ROP_SRCCOPY) throw new ProtocolError('UNEXPECTED', 'SCRBLT_ORDER.bRop', ROP_SRCCOPY, rop ?? 'none');
    const [left = 0, top = 0, right = 0, bottom = 0] = bounded ? this.bounds : [x, y, x + width - 1, y + height - 1];
    const startX = Math.max(x, left);
    const startY = Math.max(y, top);
    const cut = {
      x: startX,
      y: startY,
      width: Math.min(x + width, right + 1) - startX,
      height: Math.min(y + height, bottom + 1) - startY,
      fromX: fromX + startX - x,
      fromY: fromY + startY - y,
    };
    return cut.width > 0 && cut.height > 0 ? cut : undefined;
  }

  /** [MS-RDPEGDI] 2.2.2.2.1.1.1.1: for each side an absolute value (low bits) or a change (high bits). */
  private readBounds(reader: ByteReader): void {
    const description = reader.u8('PRIMARY_DRAWING_ORDER.bounds');
    this.bounds = this.bounds.map((before, side) => {
      if ((description & (1 << side)) !== 0) return reader.i16le('PRIMARY_DRAWING_ORDER.bounds');
      if ((description & (0x10 << side)) !== 0) return before + signed8(reader.u8('PRIMARY_DRAWING_ORDER.bounds'));
      return before;
    });
  }
}

function signed8(byte: number): number {
  return (byte << 24) >> 24;
}
