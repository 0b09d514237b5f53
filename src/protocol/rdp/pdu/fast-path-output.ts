import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** `updateCode` of TS_FP_UPDATE ([MS-RDPBCGR] 2.2.9.1.2.1). */
export const FAST_PATH_UPDATE = {
  orders: 0x0,
  bitmap: 0x1,
  palette: 0x2,
  synchronize: 0x3,
  surfaceCommands: 0x4,
  pointerHidden: 0x5,
  pointerDefault: 0x6,
  pointerPosition: 0x8,
  pointerColor: 0x9,
  pointerCached: 0xa,
  pointerNew: 0xb,
  pointerLarge: 0xc,
} as const;

/** `fragmentation` of TS_FP_UPDATE. */
const FRAGMENT = { single: 0, last: 1, first: 2, next: 3 } as const;

/** `length1`, `length2` hold 15 bits. */
export const FAST_PATH_MAX_PDU_BYTES = 0x7fff;

/** fpOutputHeader, length1, length2, updateHeader, size. */
export const FAST_PATH_OVERHEAD_BYTES = 6;

/** Most updateData one PDU can carry. */
const FAST_PATH_MAX_DATA_BYTES = FAST_PATH_MAX_PDU_BYTES - FAST_PATH_OVERHEAD_BYTES;

/** Bytes of an update that Ringback's client joins from fragments: its Multifragment Update capability, MaxRequestSize (2.2.7.2.6). */
export const MAX_REQUEST_BYTES = 0x3f_0000;

/** One PDU cannot hold more updates than this even if all are empty; real servers send a handful. */
const MAX_UPDATES_A_PDU = 1024;

/** A whole update: `data` is the updateData of `updateCode`. */
export interface FastPathUpdate {
  readonly updateCode: number;
  readonly data: Uint8Array;
}

/**
 * [MS-RDPBCGR] 2.2.9.1.2 TS_FP_UPDATE_PDU with one unfragmented, uncompressed update: a whole PDU, ready for the socket.
 *
 * ```
 * | action 2, reserved 4, flags 2 | 1, length 15 (big endian, of the whole PDU) | updateCode 4, fragmentation 2, compression 2 | size u16le | data |
 * ```
 * `data` over {@link FAST_PATH_MAX_DATA_BYTES} throws `TOO_LARGE`.
 */
export function encodeFastPathUpdate(updateCode: number, data: Uint8Array): Uint8Array {
  return encodePart(updateCode, FRAGMENT.single, data);
}

/**
 * Encodes an update as PDUs of at most `maxPduBytes` each. Only for peers with the Multifragment
 * Update capability: rdesktop and node-rdpjs cannot join fragments.
 */
export function encodeFastPathFragments(updateCode: number, data: Uint8Array, maxPduBytes = FAST_PATH_MAX_PDU_BYTES): Uint8Array[] {
  const part = Math.min(maxPduBytes, FAST_PATH_MAX_PDU_BYTES) - FAST_PATH_OVERHEAD_BYTES;
  if (!(part > 0)) throw new ProtocolError('OUT_OF_RANGE', 'TS_FP_UPDATE_PDU.length', `> ${FAST_PATH_OVERHEAD_BYTES}`, maxPduBytes);
  if (data.length <= part) return [encodeFastPathUpdate(updateCode, data)];
  const out: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += part) {
    const fragmentation = at === 0 ? FRAGMENT.first : at + part >= data.length ? FRAGMENT.last : FRAGMENT.next;
    out.push(encodePart(updateCode, fragmentation, data.subarray(at, at + part)));
  }
  return out;
}

function encodePart(updateCode: number, fragmentation: number, data: Uint8Array): Uint8Array {
  if (!Number.isInteger(updateCode) || updateCode < 0 || updateCode > 0xf) {
    throw new ProtocolError('OUT_OF_RANGE', 'TS_FP_UPDATE.updateCode', '0..15', updateCode);
  }
  if (data.length > FAST_PATH_MAX_DATA_BYTES) {
    throw new ProtocolError('TOO_LARGE', 'TS_FP_UPDATE.updateData', `<= ${FAST_PATH_MAX_DATA_BYTES} bytes`, data.length);
  }
  const length = FAST_PATH_OVERHEAD_BYTES + data.length;
  return new ByteWriter(length)
    .u8(0)
    .u16be(0x8000 | length)
    .u8(updateCode | (fragmentation << 4))
    .u16le(data.length)
    .bytes(data)
    .finish();
}

/**
 * Decodes TS_FP_UPDATE_PDU and joins fragments across PDUs, at most `maxBytes` at a time.
 * Bulk compression is never negotiated by us, so a compressed update is `REFUSED`, as is encryption.
 * The `data` of an unfragmented update is a view on the PDU.
 */
export class FastPathOutputDecoder {
  private readonly maxBytes: number;
  /** The update in the making, in one piece of memory: tiny fragments cost no more than big ones. */
  private joining: { readonly updateCode: number; readonly data: ByteWriter } | undefined;

  constructor(maxBytes = MAX_REQUEST_BYTES) {
    this.maxBytes = maxBytes;
  }

  /** `pdu` is exactly one PDU, as the stream framer cuts it. */
  decode(pdu: Uint8Array): FastPathUpdate[] {
    const reader = new ByteReader(pdu);
    const header = reader.u8('TS_FP_UPDATE_PDU.fpOutputHeader');
    if ((header & 0x03) !== 0)
      throw new ProtocolError('UNEXPECTED', 'TS_FP_UPDATE_PDU.action', 'FASTPATH_OUTPUT_ACTION_FASTPATH', header & 3);
    if ((header & 0xc0) !== 0) throw new ProtocolError('REFUSED', 'TS_FP_UPDATE_PDU.flags', 'no encryption', header >> 6);
    const first = reader.u8('TS_FP_UPDATE_PDU.length1');
    const length = first & 0x80 ? ((first & 0x7f) << 8) | reader.u8('TS_FP_UPDATE_PDU.length2') : first;
    if (length !== pdu.length) throw new ProtocolError('MALFORMED', 'TS_FP_UPDATE_PDU.length', pdu.length, length);
    const updates: FastPathUpdate[] = [];
    for (let count = 0; reader.remaining > 0; count += 1) {
      if (count >= MAX_UPDATES_A_PDU) throw new ProtocolError('TOO_LARGE', 'TS_FP_UPDATE_PDU.fpOutputUpdates', MAX_UPDATES_A_PDU, 'more');
      const updateHeader = reader.u8('TS_FP_UPDATE.updateHeader');
      const updateCode = updateHeader & 0x0f;
      const fragmentation = (updateHeader >> 4) & 0x03;
      if ((updateHeader & 0x80) !== 0) {
        // A compressionFlags byte follows; without PACKET_COMPRESSED the data is plain and some servers do send that.
        const flags = reader.u8('TS_FP_UPDATE.compressionFlags');
        if ((flags & 0x20) !== 0) throw new ProtocolError('REFUSED', 'TS_FP_UPDATE.compressionFlags', 'no bulk compression', flags);
      }
      const size = reader.u16le('TS_FP_UPDATE.size');
      const data = reader.view8(size, 'TS_FP_UPDATE.updateData');
      const whole = this.join(updateCode, fragmentation, data);
      if (whole !== undefined) updates.push({ updateCode, data: whole });
    }
    return updates;
  }

  /** Forgets a half-joined update (Deactivate-All). */
  reset(): void {
    this.joining = undefined;
  }

  private join(updateCode: number, fragmentation: number, data: Uint8Array): Uint8Array | undefined {
    const begins = fragmentation === FRAGMENT.single || fragmentation === FRAGMENT.first;
    if (begins !== (this.joining === undefined)) {
      throw new ProtocolError('MALFORMED', 'TS_FP_UPDATE.fragmentation', begins ? 'the next fragment' : 'a first fragment', fragmentation);
    }
    if (fragmentation === FRAGMENT.single) return data;
    const joining = this.joining ?? { updateCode, data: new ByteWriter(data.length) };
    if (joining.updateCode !== updateCode) throw new ProtocolError('MALFORMED', 'TS_FP_UPDATE.updateCode', joining.updateCode, updateCode);
    if (joining.data.size + data.length > this.maxBytes) {
      throw new ProtocolError('TOO_LARGE', 'TS_FP_UPDATE.updateData', `<= ${this.maxBytes} bytes joined`, joining.data.size + data.length);
    }
    joining.data.bytes(data);
    this.joining = joining;
    if (fragmentation !== FRAGMENT.last) return undefined;
    this.reset();
    return joining.data.finish();
  }
}
