import { ProtocolError } from '../../bytes/errors.ts';
import { TPKT_HEADER_BYTES, TPKT_VERSION } from './tpkt.ts';

/** One PDU of the RDP stream: the payload of a TPKT, or a whole fast-path PDU ([MS-RDPBCGR] 2.2.8.1.2, 2.2.9.1.2). */
export type Framed = { readonly tag: 'tpkt'; readonly payload: Uint8Array } | { readonly tag: 'fastPath'; readonly bytes: Uint8Array };

const MAX_HEADER_BYTES = 4;

/**
 * Cuts the stream into PDUs, whatever the chunks. Holds at most one PDU, so at most 64 KiB.
 * PDUs that lie whole inside a chunk are views on it; the others own their memory.
 */
export class PduFramer {
  private readonly head = new Uint8Array(MAX_HEADER_BYTES);
  private headBytes = 0;
  private whole: Uint8Array | undefined;
  private filled = 0;

  /** Every PDU that `bytes` completes. Throws `UNEXPECTED` or `OUT_OF_RANGE` on what is neither TPKT nor fast-path. */
  push(bytes: Uint8Array): Framed[] {
    const out: Framed[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.whole === undefined && this.headBytes === 0) {
        const size = pduSize(bytes, at);
        if (size !== undefined && size <= bytes.length - at) {
          out.push(framed(bytes.subarray(at, at + size)));
          at += size;
          continue;
        }
      }
      if (this.whole === undefined) {
        this.head[this.headBytes] = byteAt(bytes, at);
        this.headBytes += 1;
        at += 1;
        const size = pduSize(this.head.subarray(0, this.headBytes), 0);
        if (size === undefined) continue;
        this.whole = new Uint8Array(size);
        this.whole.set(this.head.subarray(0, this.headBytes));
        this.filled = this.headBytes;
        this.headBytes = 0;
      } else {
        const part = bytes.subarray(at, at + this.whole.length - this.filled);
        this.whole.set(part, this.filled);
        this.filled += part.length;
        at += part.length;
      }
      if (this.filled === this.whole.length) {
        out.push(framed(this.whole));
        this.whole = undefined;
      }
    }
    return out;
  }
}

/** The fast-path PDUs that `bytes` are, as views. Throws `MALFORMED` for anything else, and as {@link PduFramer.push} does. */
export function fastPathPdus(bytes: Uint8Array): Uint8Array[] {
  const pdus = new PduFramer().push(bytes).map((pdu) => (pdu.tag === 'fastPath' ? pdu.bytes : new Uint8Array(0)));
  const framedBytes = pdus.reduce((sum, { length }) => sum + length, 0);
  if (framedBytes !== bytes.length)
    throw new ProtocolError('MALFORMED', 'TS_FP_UPDATE_PDU', `${bytes.length} bytes of whole PDUs`, framedBytes);
  return pdus;
}

/** Size of the PDU that starts at `at`, or undefined while its header is incomplete. */
function pduSize(bytes: Uint8Array, at: number): number | undefined {
  const available = bytes.length - at;
  const first = byteAt(bytes, at);
  if (first === TPKT_VERSION) {
    if (available < TPKT_HEADER_BYTES) return undefined;
    const length = (byteAt(bytes, at + 2) << 8) | byteAt(bytes, at + 3);
    if (length <= TPKT_HEADER_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'TPKT.length', `> ${TPKT_HEADER_BYTES}`, length);
    return length;
  }
  if ((first & 0x03) !== 0) throw new ProtocolError('UNEXPECTED', 'TPKT.version', 'TPKT or fast-path', first);
  if (available < 2) return undefined;
  const second = byteAt(bytes, at + 1);
  if ((second & 0x80) === 0) return checkedFastPath(second, 2);
  if (available < 3) return undefined;
  return checkedFastPath(((second & 0x7f) << 8) | byteAt(bytes, at + 2), 3);
}

/** The byte at `at`, which the caller has checked to exist. */
function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function checkedFastPath(length: number, header: number): number {
  if (length <= header) throw new ProtocolError('OUT_OF_RANGE', 'TS_FP_PDU.length', `> ${header}`, length);
  return length;
}

function framed(pdu: Uint8Array): Framed {
  return pdu[0] === TPKT_VERSION ? { tag: 'tpkt', payload: pdu.subarray(TPKT_HEADER_BYTES) } : { tag: 'fastPath', bytes: pdu };
}
