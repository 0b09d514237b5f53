import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_ORDER = 3;

/** `orderFlags`; the first two are required of both sides. */
const ORDER_FLAG = {
  negotiateOrderSupport: 0x0002,
  zeroBoundsDeltas: 0x0008,
  colorIndex: 0x0020,
  solidPatternBrushOnly: 0x0040,
  extraFlags: 0x0080,
} as const;

const ORDER_SUPPORT_BYTES = 32;

/** [MS-RDPBCGR] 2.2.7.1.3 Order Capability Set (TS_ORDER_CAPABILITYSET). `orderSupport`: one byte an order. */
export interface OrderCapability {
  readonly tag: 'order';
  readonly orderFlags: number;
  readonly orderSupport: Uint8Array;
}

/** TS_NEG_SCRBLT_INDEX in `orderSupport`. */
const SCRBLT_INDEX = 2;

/** ScrBlt, and no other drawing order: pictures come as bitmaps, and what scrolls is copied. */
export const SCREEN_BLT_ONLY: OrderCapability = {
  tag: 'order',
  orderFlags: ORDER_FLAG.negotiateOrderSupport | ORDER_FLAG.zeroBoundsDeltas | ORDER_FLAG.colorIndex,
  orderSupport: new Uint8Array(ORDER_SUPPORT_BYTES).fill(1, SCRBLT_INDEX, SCRBLT_INDEX + 1),
};

/** Whether this side draws ScrBlt. */
export function hasScreenBlt(set: OrderCapability | undefined): boolean {
  return set !== undefined && set.orderSupport[SCRBLT_INDEX] === 1;
}

export function encodeOrder(set: OrderCapability): Uint8Array {
  return new ByteWriter(84)
    .zeros(16) // terminalDescriptor
    .u32le(0)
    .u16le(1) // desktopSaveXGranularity
    .u16le(20) // desktopSaveYGranularity
    .u16le(0)
    .u16le(1) // maximumOrderLevel ORD_LEVEL_1_ORDERS
    .u16le(0)
    .u16le(set.orderFlags)
    .bytes(set.orderSupport.subarray(0, ORDER_SUPPORT_BYTES))
    .zeros(Math.max(0, ORDER_SUPPORT_BYTES - set.orderSupport.length))
    .u16le(0)
    .u16le(0)
    .u32le(0)
    .u32le(480 * 480) // desktopSaveSize: the smallest allowed
    .u32le(0)
    .u32le(0)
    .finish();
}

export function decodeOrder(reader: ByteReader): OrderCapability {
  reader.skip(30, 'TS_ORDER_CAPABILITYSET.terminalDescriptor');
  const orderFlags = reader.u16le('TS_ORDER_CAPABILITYSET.orderFlags');
  const orderSupport = reader.view8(ORDER_SUPPORT_BYTES, 'TS_ORDER_CAPABILITYSET.orderSupport');
  return { tag: 'order', orderFlags, orderSupport };
}
