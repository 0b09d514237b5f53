import { ByteReader } from '../../bytes/reader.ts';
import { encodeFastPathInput, FAST_PATH_INPUT_MAX_EVENTS } from '../pdu/fast-path-input.ts';
import { FAST_PATH_UPDATE, FastPathOutputDecoder } from '../pdu/fast-path-output.ts';
import { decodeFastPathPointer, decodeSlowPathPointer } from '../pdu/pointer-update.ts';
import { encodeSlowPathInput } from '../pdu/slow-path-input.ts';
import { PDU_TYPE_2, type ShareData } from '../pdu/share-data.ts';
import type { InputEvent } from '../input/events.ts';
import type { RdpClientOutput } from './contract.ts';
import { PointerCache } from './pointer-cache.ts';

/** updateType of a slow-path update ([MS-RDPBCGR] 2.2.9.1.1.3.1). */
const UPDATETYPE_ORDERS = 0x0000;
const UPDATETYPE_BITMAP = 0x0001;
/** The smallest bound among servers that were seen; far more than a hand or a wheel makes at once. */
const SLOW_PATH_EVENTS_A_PDU = 100;

const GRAPHICS: ReadonlySet<number> = new Set([FAST_PATH_UPDATE.orders, FAST_PATH_UPDATE.bitmap, FAST_PATH_UPDATE.surfaceCommands]);

/** What a running session shows: graphics undecoded, pointers resolved. */
export class ActiveSession {
  private readonly pointers = new PointerCache();
  private readonly fastPath = new FastPathOutputDecoder();

  /** A whole fast-path output PDU. */
  readFastPath(pdu: Uint8Array): RdpClientOutput[] {
    const outputs: RdpClientOutput[] = [];
    for (const update of this.fastPath.decode(pdu)) {
      const pointer = decodeFastPathPointer(update.updateCode, update.data);
      if (pointer !== undefined) outputs.push(this.pointers.resolve(pointer));
      else if (GRAPHICS.has(update.updateCode)) {
        outputs.push({ tag: 'graphics', graphics: { tag: 'update', ...update } });
      }
      // Palette (not at 32 bits) and synchronize say nothing to us.
    }
    return outputs;
  }

  /** Slow-path updates and pointers; everything else that a server tells is not needed here. */
  readShareData({ pduType2, body }: ShareData): RdpClientOutput[] {
    if (pduType2 === PDU_TYPE_2.update) {
      const updateType = new ByteReader(body).u16le('TS_UPDATE_HDR.updateType');
      if (updateType === UPDATETYPE_ORDERS)
        return [{ tag: 'graphics', graphics: { tag: 'update', updateCode: FAST_PATH_UPDATE.orders, data: withoutPads(body) } }];
      // TS_UPDATE_BITMAP_DATA begins with its updateType on both paths.
      return updateType === UPDATETYPE_BITMAP
        ? [{ tag: 'graphics', graphics: { tag: 'update', updateCode: FAST_PATH_UPDATE.bitmap, data: body } }]
        : [];
    }
    if (pduType2 === PDU_TYPE_2.pointer) {
      const pointer = decodeSlowPathPointer(body);
      return pointer === undefined ? [] : [this.pointers.resolve(pointer)];
    }
    return [];
  }

  /** Deactivate-All: a half-joined update will not be finished. */
  suspend(): void {
    this.fastPath.reset();
  }
}

/** TS_UPDATE_ORDERS_PDU_DATA ([MS-RDPEGDI] 2.2.2.2: updateType, pad, numberOrders, pad, orders) in its fast-path shape. */
function withoutPads(body: Uint8Array): Uint8Array {
  const reader = new ByteReader(body);
  reader.skip(4, 'TS_UPDATE_ORDERS_PDU_DATA.pad2OctetsA');
  const count = reader.view8(2, 'TS_UPDATE_ORDERS_PDU_DATA.numberOrders');
  reader.skip(2, 'TS_UPDATE_ORDERS_PDU_DATA.pad2OctetsB');
  const orders = reader.rest();
  const data = new Uint8Array(2 + orders.length);
  data.set(count);
  data.set(orders, 2);
  return data;
}

/** Input as whole fast-path PDUs. */
export function fastPathInput(events: readonly InputEvent[]): Uint8Array[] {
  return chunks(events, FAST_PATH_INPUT_MAX_EVENTS).map(encodeFastPathInput);
}

/** Input as bodies of share data PDUs. */
export function slowPathInput(events: readonly InputEvent[]): Uint8Array[] {
  return chunks(events, SLOW_PATH_EVENTS_A_PDU).map(encodeSlowPathInput);
}

function chunks(events: readonly InputEvent[], size: number): (readonly InputEvent[])[] {
  const out: (readonly InputEvent[])[] = [];
  for (let at = 0; at < events.length; at += size) out.push(events.slice(at, at + size));
  return out;
}
