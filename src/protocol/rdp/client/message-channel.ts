import { ByteReader } from '../../bytes/reader.ts';
import { decodeAutoDetectRequest, encodeRttResponse } from '../pdu/auto-detect.ts';
import { SEC, decodeSecurityHeader, encodeSecurityHeader } from '../pdu/security-header.ts';

export interface MessageChannelAnswer {
  /** To be sent on the message channel. */
  readonly reply?: Uint8Array;
  readonly roundTripMs?: number;
  /** The server measures round trips, so its silence means something. */
  readonly heartbeat: boolean;
}

/** What comes on the MCS message channel ([MS-RDPBCGR] 2.2.14, 2.2.16): round trips are answered, results kept, the rest ignored. */
export function readMessageChannel(data: Uint8Array): MessageChannelAnswer {
  const reader = new ByteReader(data);
  const flags = decodeSecurityHeader(reader);
  if ((flags & SEC.autodetectReq) === 0) return { heartbeat: (flags & SEC.heartbeat) !== 0 };
  const request = decodeAutoDetectRequest(reader.rest());
  if (request.tag === 'characteristics') return { roundTripMs: request.averageRttMs, heartbeat: true };
  if (request.tag === 'other') return { heartbeat: false };
  const header = encodeSecurityHeader(SEC.autodetectRsp);
  const response = encodeRttResponse(request.sequence);
  const reply = new Uint8Array(header.length + response.length);
  reply.set(header);
  reply.set(response, header.length);
  return { reply, heartbeat: true };
}
