import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import type { ByteWriter } from '../../bytes/writer.ts';

const HEADER_BYTES = 4;
/** Bound on the blocks of one message, far above the number that RDP defines. */
const MAX_BLOCKS = 32;

/** One TS_UD_HEADER block ([MS-RDPBCGR] 2.2.1.3.1): type u16le, length u16le with the header, body. */
export interface DataBlock {
  readonly type: number;
  readonly body: ByteReader;
}

export function writeDataBlock(writer: ByteWriter, type: number, body: Uint8Array): void {
  writer
    .u16le(type)
    .u16le(HEADER_BYTES + body.length, 'TS_UD_HEADER.length')
    .bytes(body);
}

/** All blocks, in order. Unknown types are the caller's to skip. */
export function readDataBlocks(bytes: Uint8Array): DataBlock[] {
  const reader = new ByteReader(bytes);
  const blocks: DataBlock[] = [];
  while (reader.remaining >= HEADER_BYTES) {
    if (blocks.length === MAX_BLOCKS) throw new ProtocolError('TOO_LARGE', 'TS_UD_HEADER', `${MAX_BLOCKS} blocks`, 'more');
    const type = reader.u16le('TS_UD_HEADER.type');
    const length = reader.u16le('TS_UD_HEADER.length');
    if (length < HEADER_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'TS_UD_HEADER.length', `>= ${HEADER_BYTES}`, length);
    blocks.push({ type, body: reader.sub(length - HEADER_BYTES, 'TS_UD_HEADER.body') });
  }
  return blocks;
}
