import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { asciiEncode } from '../../bytes/text.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { encodeTpkt } from './tpkt.ts';

/** `requestedProtocols`, `selectedProtocol` ([MS-RDPBCGR] 2.2.1.1.1, 2.2.1.2.1). */
export const PROTOCOL = { rdp: 0x0, ssl: 0x1, hybrid: 0x2, rdstls: 0x4, hybridEx: 0x8 } as const;

/** `failureCode` of RDP_NEG_FAILURE (2.2.1.2.2). */
export const NEG_FAILURE = {
  sslRequiredByServer: 1,
  sslNotAllowedByServer: 2,
  sslCertNotOnServer: 3,
  inconsistentFlags: 4,
  hybridRequiredByServer: 5,
  sslWithUserAuthRequiredByServer: 6,
} as const;

/** `flags` of RDP_NEG_RSP. */
export const NEG_RSP_FLAG = { extendedClientData: 0x01, dynvcGfx: 0x02 } as const;

const TPDU = { connectionRequest: 0xe0, connectionConfirm: 0xd0, data: 0xf0 } as const;
const NEG = { request: 0x01, response: 0x02, failure: 0x03 } as const;
const NEG_BYTES = 8;
/** length indicator, code, DST-REF, SRC-REF, class. */
const CONNECTION_HEADER_BYTES = 7;
const DATA_HEADER_BYTES = 3;

export interface ConnectionRequest {
  /** RDP_NEG_REQ.requestedProtocols; undefined when the client sent no negotiation request (plain RDP security only). */
  readonly protocols: number | undefined;
  readonly flags: number;
}

export type ConnectionConfirm =
  | { readonly tag: 'response'; readonly selectedProtocol: number; readonly flags: number }
  | { readonly tag: 'failure'; readonly failureCode: number }
  /** No negotiation structure: a server that knows plain RDP security only. */
  | { readonly tag: 'none' };

function encodeConnection(code: number, variable: Uint8Array): Uint8Array {
  const tpdu = new ByteWriter(CONNECTION_HEADER_BYTES + variable.length)
    .u8(CONNECTION_HEADER_BYTES - 1 + variable.length, 'X.224.LI')
    .u8(code)
    .u16be(0)
    .u16be(0)
    .u8(0)
    .bytes(variable);
  return encodeTpkt(tpdu.finish());
}

/** The variable part of a connection TPDU. */
function connectionBody(payload: Uint8Array, code: number, name: string): ByteReader {
  const reader = new ByteReader(payload);
  const length = reader.u8(`${name}.LI`);
  if (length + 1 > payload.length || length < CONNECTION_HEADER_BYTES - 1) {
    throw new ProtocolError('OUT_OF_RANGE', `${name}.LI`, `${CONNECTION_HEADER_BYTES - 1}..${payload.length - 1}`, length);
  }
  const body = reader.sub(length, name);
  const got = body.u8(`${name}.code`);
  if ((got & 0xf0) !== code) throw new ProtocolError('UNEXPECTED', `${name}.code`, code, got);
  body.skip(5, `${name}.references`);
  return body;
}

function negotiation(type: number, flags: number, value: number): Uint8Array {
  return new ByteWriter(NEG_BYTES).u8(type).u8(flags).u16le(NEG_BYTES).u32le(value).finish();
}

/** [MS-RDPBCGR] 2.2.1.1 Client X.224 Connection Request PDU with an RDP_NEG_REQ, whole. */
export function encodeConnectionRequest(request: {
  readonly cookie?: string;
  readonly protocols: number;
  readonly flags?: number;
}): Uint8Array {
  const writer = new ByteWriter();
  if (request.cookie !== undefined) writer.bytes(asciiEncode(`Cookie: mstshash=${request.cookie}\r\n`, 'cookie'));
  writer.bytes(negotiation(NEG.request, request.flags ?? 0, request.protocols));
  return encodeConnection(TPDU.connectionRequest, writer.finish());
}

/** Payload of one TPKT. A routing token or cookie before RDP_NEG_REQ is skipped. */
export function decodeConnectionRequest(payload: Uint8Array): ConnectionRequest {
  const body = connectionBody(payload, TPDU.connectionRequest, 'Connection Request');
  const rest = body.rest();
  let start = 0;
  if (rest.length > 0 && rest[0] !== NEG.request) {
    // `Cookie: …` or a routing token: text that ends in CR LF.
    const end = rest.findIndex((byte, index) => byte === 0x0d && rest[index + 1] === 0x0a);
    if (end < 0) throw new ProtocolError('MALFORMED', 'Connection Request.cookie', 'CR LF', 'none');
    start = end + 2;
  }
  if (rest.length - start === 0) return { protocols: undefined, flags: 0 };
  const reader = new ByteReader(rest, start);
  const type = reader.u8('RDP_NEG_REQ.type');
  if (type !== NEG.request) throw new ProtocolError('UNEXPECTED', 'RDP_NEG_REQ.type', NEG.request, type);
  const flags = reader.u8('RDP_NEG_REQ.flags');
  const length = reader.u16le('RDP_NEG_REQ.length');
  if (length !== NEG_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'RDP_NEG_REQ.length', NEG_BYTES, length);
  return { protocols: reader.u32le('RDP_NEG_REQ.requestedProtocols'), flags };
}

/** [MS-RDPBCGR] 2.2.1.2 Server X.224 Connection Confirm PDU, whole. */
export function encodeConnectionConfirm(confirm: Exclude<ConnectionConfirm, { readonly tag: 'none' }>): Uint8Array {
  const body =
    confirm.tag === 'response'
      ? negotiation(NEG.response, confirm.flags, confirm.selectedProtocol)
      : negotiation(NEG.failure, 0, confirm.failureCode);
  return encodeConnection(TPDU.connectionConfirm, body);
}

/** Payload of one TPKT. */
export function decodeConnectionConfirm(payload: Uint8Array): ConnectionConfirm {
  const body = connectionBody(payload, TPDU.connectionConfirm, 'Connection Confirm');
  if (body.remaining === 0) return { tag: 'none' };
  const type = body.u8('RDP_NEG_RSP.type');
  const flags = body.u8('RDP_NEG_RSP.flags');
  const length = body.u16le('RDP_NEG_RSP.length');
  if (length !== NEG_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'RDP_NEG_RSP.length', NEG_BYTES, length);
  const value = body.u32le('RDP_NEG_RSP.selectedProtocol');
  if (type === NEG.response) return { tag: 'response', selectedProtocol: value, flags };
  if (type === NEG.failure) return { tag: 'failure', failureCode: value };
  throw new ProtocolError('UNEXPECTED', 'RDP_NEG_RSP.type', '2 or 3', type);
}

/** An X.224 Data TPDU around MCS bytes, with its TPKT: a whole PDU. */
export function encodeX224Data(mcs: Uint8Array): Uint8Array {
  return encodeTpkt(
    new ByteWriter(DATA_HEADER_BYTES + mcs.length)
      .u8(DATA_HEADER_BYTES - 1)
      .u8(TPDU.data)
      .u8(0x80)
      .bytes(mcs)
      .finish(),
  );
}

/** MCS bytes of a TPKT payload. */
export function decodeX224Data(payload: Uint8Array): Uint8Array {
  const reader = new ByteReader(payload);
  const length = reader.u8('X.224 Data.LI');
  if (length !== DATA_HEADER_BYTES - 1) throw new ProtocolError('OUT_OF_RANGE', 'X.224 Data.LI', DATA_HEADER_BYTES - 1, length);
  const code = reader.u8('X.224 Data.code');
  if (code !== TPDU.data) throw new ProtocolError('UNEXPECTED', 'X.224 Data.code', TPDU.data, code);
  reader.skip(1, 'X.224 Data.EOT');
  return reader.rest();
}
