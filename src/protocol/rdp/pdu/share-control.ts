import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** `type` in pduType of TS_SHARECONTROLHEADER. */
export const SHARE_CONTROL_TYPE = { demandActive: 1, confirmActive: 3, deactivateAll: 6, data: 7, serverRedirect: 10 } as const;

const SHARE_CONTROL_HEADER_BYTES = 6;
/** TS_PROTOCOL_VERSION, in pduType above the type. */
const PROTOCOL_VERSION = 0x0010;
/** A T.128 flow PDU has this instead of a length; eight bytes in all, of no meaning to RDP. */
const FLOW_MARKER = 0x8000;
const FLOW_PDU_BYTES = 8;
/** Bound on the PDUs of one MCS packet. */
const MAX_PDUS_A_PACKET = 1024;

export interface ShareControl {
  readonly pduType: number;
  /** Channel id of the sender: pduSource. */
  readonly source: number;
  /** Everything after the header. */
  readonly body: Uint8Array;
}

/**
 * [MS-RDPBCGR] 2.2.8.1.1.1.1 TS_SHARECONTROLHEADER.
 *
 * ```
 * | totalLength u16le | type 4, version 12 u16le | pduSource u16le | body |
 * ```
 */
export function encodeShareControl(pduType: number, source: number, body: Uint8Array): Uint8Array {
  const length = SHARE_CONTROL_HEADER_BYTES + body.length;
  return new ByteWriter(length)
    .u16le(length, 'TS_SHARECONTROLHEADER.totalLength')
    .u16le(PROTOCOL_VERSION | pduType)
    .u16le(source, 'TS_SHARECONTROLHEADER.pduSource')
    .bytes(body)
    .finish();
}

/** All share control PDUs of one packet on the I/O channel: usually one, but several are allowed. Bodies are views. */
export function decodeShareControls(bytes: Uint8Array): ShareControl[] {
  const reader = new ByteReader(bytes);
  const pdus: ShareControl[] = [];
  while (reader.remaining > 0) {
    if (pdus.length >= MAX_PDUS_A_PACKET) throw new ProtocolError('TOO_LARGE', 'TS_SHARECONTROLHEADER', MAX_PDUS_A_PACKET, 'more');
    const totalLength = reader.u16le('TS_SHARECONTROLHEADER.totalLength');
    if (totalLength === FLOW_MARKER) {
      reader.skip(FLOW_PDU_BYTES - 2, 'flow PDU');
      continue;
    }
    if (totalLength < 4) throw new ProtocolError('OUT_OF_RANGE', 'TS_SHARECONTROLHEADER.totalLength', '>= 4', totalLength);
    const pdu = reader.sub(totalLength - 2, 'TS_SHARECONTROLHEADER.totalLength');
    const pduType = pdu.u16le('TS_SHARECONTROLHEADER.pduType') & 0x0f;
    // Some servers send Deactivate-All without pduSource.
    const source = pdu.remaining >= 2 ? pdu.u16le('TS_SHARECONTROLHEADER.pduSource') : 0;
    pdus.push({ pduType, source, body: pdu.rest() });
  }
  return pdus;
}
