import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** CHANNEL_CHUNK_LENGTH ([MS-RDPBCGR] 2.2.7.1.10). */
export const CHANNEL_CHUNK_BYTES = 1600;
/** Bound of one joined message. */
export const CHANNEL_MAX_BYTES = 0x10_0000;
const FLAG = { first: 0x01, last: 0x02, compressed: 0x0020_0000 } as const;

/** [MS-RDPBCGR] 2.2.6.1: CHANNEL_PDU_HEADER (length of the whole u32le, flags u32le) and chunk, as often as it takes. */
export function encodeChannelChunks(data: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  do {
    const chunk = data.subarray(at, at + CHANNEL_CHUNK_BYTES);
    const flags = (at === 0 ? FLAG.first : 0) | (at + chunk.length >= data.length ? FLAG.last : 0);
    chunks.push(new ByteWriter(8 + chunk.length).u32le(data.length).u32le(flags).bytes(chunk).finish());
    at += chunk.length;
  } while (at < data.length);
  return chunks;
}

/** Joins the chunks of one static channel. Compressed chunks are `REFUSED`: compression is never negotiated. */
export class ChannelJoiner {
  private readonly maxBytes: number;
  private parts: Uint8Array[] = [];
  private joined = 0;
  private total: number | undefined;

  constructor(maxBytes = CHANNEL_MAX_BYTES) {
    this.maxBytes = maxBytes;
  }

  /** The whole message with its last chunk; undefined before. */
  push(chunk: Uint8Array): Uint8Array | undefined {
    const reader = new ByteReader(chunk);
    const length = reader.u32le('CHANNEL_PDU_HEADER.length');
    const flags = reader.u32le('CHANNEL_PDU_HEADER.flags');
    if ((flags & FLAG.compressed) !== 0) throw new ProtocolError('REFUSED', 'CHANNEL_PDU_HEADER.flags', 'no compression', flags);
    if (length > this.maxBytes) throw new ProtocolError('TOO_LARGE', 'CHANNEL_PDU_HEADER.length', this.maxBytes, length);
    const first = (flags & FLAG.first) !== 0;
    if (first !== (this.total === undefined)) {
      throw new ProtocolError('MALFORMED', 'CHANNEL_PDU_HEADER.flags', first ? 'the next chunk' : 'a first chunk', flags);
    }
    const data = reader.rest();
    if (this.joined + data.length > length) {
      throw new ProtocolError('OUT_OF_RANGE', 'CHANNEL_PDU_HEADER.length', `<= ${length}`, this.joined + data.length);
    }
    this.total = length;
    if (data.length > 0) this.parts.push(data.slice());
    this.joined += data.length;
    if ((flags & FLAG.last) === 0) return undefined;
    if (this.joined !== length) throw new ProtocolError('MALFORMED', 'CHANNEL_PDU_HEADER.length', length, this.joined);
    const whole = new Uint8Array(length);
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.parts = [];
    this.joined = 0;
    this.total = undefined;
    return whole;
  }
}
