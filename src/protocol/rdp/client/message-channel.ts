import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { type AutoDetectRequest, decodeAutoDetectRequest, encodeRttResponse } from '../pdu/auto-detect.ts';
import { SEC, decodeSecurityHeader, encodeSecurityHeader } from '../pdu/security-header.ts';

interface MessageChannelAnswer {
  /** To be sent on the message channel. */
  readonly reply?: Uint8Array;
  readonly roundTripMs?: number;
  /** The server asked for an answer, to measure the round trip. */
  readonly measured?: Extract<AutoDetectRequest, { readonly tag: 'rttRequest' }>['phase'];
}

/** What comes on the MCS message channel ([MS-RDPBCGR] 2.2.14): round trips are answered, results kept, the rest ignored. */
export function readMessageChannel(data: Uint8Array): MessageChannelAnswer {
  const reader = new ByteReader(data);
  const flags = decodeSecurityHeader(reader);
  if ((flags & SEC.autodetectReq) === 0) return {};
  const request = decodeAutoDetectRequest(reader.rest());
  switch (request.tag) {
    case 'characteristics':
      return { roundTripMs: request.averageRttMs };
    case 'rttRequest':
      return {
        reply: new ByteWriter(10).bytes(encodeSecurityHeader(SEC.autodetectRsp)).bytes(encodeRttResponse(request.sequence)).finish(),
        measured: request.phase,
      };
    case 'other':
      return {};
  }
}
