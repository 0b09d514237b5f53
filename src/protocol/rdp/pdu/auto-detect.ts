import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

const TYPE_ID = { request: 0x00, response: 0x01 } as const;
const HEADER_BYTES = 6;
/** requestType: 0x0001 while the session is active, 0x1001 before ([MS-RDPBCGR] 2.2.14.1.1). */
const RTT_REQUEST = { continuous: 0x0001, connectTime: 0x1001 } as const;
const RTT_RESPONSE = 0x0000;
/** Network Characteristics Result with baseRTT and averageRTT (2.2.14.1.5). */
const NETCHAR_RESULT = { rtts: 0x0840, bandwidthAndAverage: 0x0880, all: 0x08c0 } as const;

export type AutoDetectRequest =
  | { readonly tag: 'rttRequest'; readonly sequence: number; readonly phase: 'connectTime' | 'continuous' }
  | { readonly tag: 'characteristics'; readonly sequence: number; readonly averageRttMs: number }
  /** Bandwidth measurement and other requests, which a client may leave unanswered. */
  | { readonly tag: 'other'; readonly sequence: number; readonly requestType: number };

/** Both after the security header, on the message channel. */
export function encodeAutoDetectRequest(request: Exclude<AutoDetectRequest, { readonly tag: 'other' }>): Uint8Array {
  if (request.tag === 'rttRequest') {
    return new ByteWriter(HEADER_BYTES)
      .u8(HEADER_BYTES)
      .u8(TYPE_ID.request)
      .u16le(request.sequence)
      .u16le(RTT_REQUEST[request.phase])
      .finish();
  }
  return new ByteWriter(HEADER_BYTES + 8)
    .u8(HEADER_BYTES + 8)
    .u8(TYPE_ID.request)
    .u16le(request.sequence)
    .u16le(NETCHAR_RESULT.rtts)
    .u32le(request.averageRttMs)
    .u32le(request.averageRttMs)
    .finish();
}

export function decodeAutoDetectRequest(bytes: Uint8Array): AutoDetectRequest {
  const reader = new ByteReader(bytes);
  reader.skip(1, 'AUTODETECT.headerLength');
  const typeId = reader.u8('AUTODETECT.headerTypeId');
  if (typeId !== TYPE_ID.request) throw new ProtocolError('UNEXPECTED', 'AUTODETECT.headerTypeId', TYPE_ID.request, typeId);
  const sequence = reader.u16le('AUTODETECT.sequenceNumber');
  const requestType = reader.u16le('AUTODETECT.requestType');
  switch (requestType) {
    case RTT_REQUEST.continuous:
      return { tag: 'rttRequest', sequence, phase: 'continuous' };
    case RTT_REQUEST.connectTime:
      return { tag: 'rttRequest', sequence, phase: 'connectTime' };
    case NETCHAR_RESULT.rtts:
    case NETCHAR_RESULT.bandwidthAndAverage:
      reader.skip(4, 'NETWORK_CHARACTERISTICS_RESULT');
      return { tag: 'characteristics', sequence, averageRttMs: reader.u32le('NETWORK_CHARACTERISTICS_RESULT.averageRTT') };
    case NETCHAR_RESULT.all:
      reader.skip(8, 'NETWORK_CHARACTERISTICS_RESULT');
      return { tag: 'characteristics', sequence, averageRttMs: reader.u32le('NETWORK_CHARACTERISTICS_RESULT.averageRTT') };
    default:
      return { tag: 'other', sequence, requestType };
  }
}

/** 2.2.14.2.1 RTT Measure Response. */
export function encodeRttResponse(sequence: number): Uint8Array {
  return new ByteWriter(HEADER_BYTES).u8(HEADER_BYTES).u8(TYPE_ID.response).u16le(sequence).u16le(RTT_RESPONSE).finish();
}

/** The sequence number of an RTT Measure Response; undefined for other responses. */
export function decodeRttResponse(bytes: Uint8Array): number | undefined {
  const reader = new ByteReader(bytes);
  reader.skip(1, 'AUTODETECT.headerLength');
  const typeId = reader.u8('AUTODETECT.headerTypeId');
  if (typeId !== TYPE_ID.response) throw new ProtocolError('UNEXPECTED', 'AUTODETECT.headerTypeId', TYPE_ID.response, typeId);
  const sequence = reader.u16le('AUTODETECT.sequenceNumber');
  return reader.u16le('AUTODETECT.responseType') === RTT_RESPONSE ? sequence : undefined;
}
