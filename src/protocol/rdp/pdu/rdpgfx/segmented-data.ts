import { ProtocolError } from '../../../bytes/errors.ts';
import { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

/** RDP_SEGMENTED_DATA descriptor ([MS-RDPEGFX] 2.2.5.1). */
const DESCRIPTOR = { single: 0xe0, multipart: 0xe1 } as const;
/** RDP8_BULK_ENCODED_DATA header (2.2.5.3): PACKET_COMPR_TYPE_RDP8, and PACKET_COMPRESSED beside it. */
const HEADER = { plain: 0x04, compressed: 0x24, typeMask: 0x0f, compressedFlag: 0x20 } as const;
/** What one segment stands for, uncompressed, at most. */
export const MAX_SEGMENT_BYTES = 65_535;
/** More cannot be meant: a picture of the largest desktop, and then some. */
const MAX_UNCOMPRESSED_BYTES = 256 * 1024 * 1024;

/** One RDP8_BULK_ENCODED_DATA: `data` is a view, with the closing byte of a compressed one. */
export interface Segment {
  readonly compressed: boolean;
  readonly data: Uint8Array;
}

/** One message of the channel: `uncompressedBytes` where it has several segments. */
export interface SegmentedData {
  readonly segments: readonly Segment[];
  readonly uncompressedBytes?: number;
}

/** RDP_SEGMENTED_DATA, whole: single for one segment, multipart (which says how long all are, uncompressed) for more. */
export function encodeSegmentedData({ segments, uncompressedBytes }: SegmentedData): Uint8Array {
  const [first] = segments;
  if (first !== undefined && segments.length === 1)
    return new ByteWriter(2 + first.data.length).u8(DESCRIPTOR.single).u8(headerOf(first)).bytes(first.data).finish();
  const size = segments.reduce((sum, { data }) => sum + 5 + data.length, 7);
  const writer = new ByteWriter(size)
    .u8(DESCRIPTOR.multipart)
    .u16le(segments.length, 'RDP_SEGMENTED_DATA.segmentCount')
    .u32le(uncompressedBytes ?? 0, 'RDP_SEGMENTED_DATA.uncompressedSize');
  for (const segment of segments)
    writer
      .u32le(1 + segment.data.length)
      .u8(headerOf(segment))
      .bytes(segment.data);
  return writer.finish();
}

/** Bytes without compression, as segments of a message. */
export function plainSegments(bytes: Uint8Array): SegmentedData {
  const segments: Segment[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += MAX_SEGMENT_BYTES)
    segments.push({ compressed: false, data: bytes.subarray(at, at + MAX_SEGMENT_BYTES) });
  return { segments, uncompressedBytes: bytes.length };
}

/** @throws ProtocolError for a descriptor or a kind of compression that is not known, and for sizes that cannot be meant */
export function decodeSegmentedData(message: Uint8Array): SegmentedData {
  const reader = new ByteReader(message);
  const descriptor = reader.u8('RDP_SEGMENTED_DATA.descriptor');
  if (descriptor === DESCRIPTOR.single) return { segments: [segmentOf(reader)] };
  if (descriptor !== DESCRIPTOR.multipart)
    throw new ProtocolError('UNEXPECTED', 'RDP_SEGMENTED_DATA.descriptor', '0xe0 or 0xe1', descriptor);
  const count = reader.u16le('RDP_SEGMENTED_DATA.segmentCount');
  const uncompressedBytes = reader.u32le('RDP_SEGMENTED_DATA.uncompressedSize');
  const most = Math.min(MAX_UNCOMPRESSED_BYTES, count * MAX_SEGMENT_BYTES);
  if (uncompressedBytes > most)
    throw new ProtocolError('TOO_LARGE', 'RDP_SEGMENTED_DATA.uncompressedSize', `<= ${most}`, uncompressedBytes);
  const segments: Segment[] = [];
  for (let index = 0; index < count; index += 1)
    segments.push(segmentOf(reader.sub(reader.u32le('RDP_DATA_SEGMENT.size'), 'RDP_DATA_SEGMENT.size')));
  return { segments, uncompressedBytes };
}

function headerOf({ compressed }: Segment): number {
  return compressed ? HEADER.compressed : HEADER.plain;
}

function segmentOf(reader: ByteReader): Segment {
  const header = reader.u8('RDP8_BULK_ENCODED_DATA.header');
  if ((header & HEADER.typeMask) !== HEADER.plain)
    throw new ProtocolError('UNEXPECTED', 'RDP8_BULK_ENCODED_DATA.header', 'PACKET_COMPR_TYPE_RDP8', header);
  const compressed = (header & HEADER.compressedFlag) !== 0;
  if (!compressed && reader.remaining > MAX_SEGMENT_BYTES)
    throw new ProtocolError('TOO_LARGE', 'RDP8_BULK_ENCODED_DATA.data', `<= ${MAX_SEGMENT_BYTES} bytes`, reader.remaining);
  return { compressed, data: reader.rest() };
}
