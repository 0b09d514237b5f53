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
  /** The message being joined, allocated whole, so that tiny chunks cost no more than big ones. */
  private message: Uint8Array | undefined;
  private joined = 0;

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
    if (first !== (this.message === undefined)) {
      throw new ProtocolError('MALFORMED', 'CHANNEL_PDU_HEADER.flags', first ? 'the next chunk' : 'a first chunk', flags);
    }
    const data = reader.rest();
    if (this.joined + data.length > length) {
      throw new ProtocolError('OUT_OF_RANGE', 'CHANNEL_PDU_HEADER.length', `<= ${length}`, this.joined + data.length);
    }
    const message = this.message ?? new Uint8Array(length);
    if (message.length !== length) throw new ProtocolError('MALFORMED', 'CHANNEL_PDU_HEADER.length', message.length, length);
    message.set(data, this.joined);
    this.message = message;
    this.joined += data.length;
    if ((flags & FLAG.last) === 0) return undefined;
    if (this.joined !== length) throw new ProtocolError('MALFORMED', 'CHANNEL_PDU_HEADER.length', length, this.joined);
    this.message = undefined;
    this.joined = 0;
    return message;
  }
}
