import { ProtocolError } from '../../bytes/errors.ts';
import type { ByteReader } from '../../bytes/reader.ts';
import type { ByteWriter } from '../../bytes/writer.ts';

/* The part of ASN.1 Packed Encoding Rules (X.691, ALIGNED BASIC-PER) that T.124 and T.125 domain PDUs use. */

/** Length determinant (X.691 10.9): one byte below 128, else two (below 16 K). */
export function writePerLength(writer: ByteWriter, length: number): void {
  if (length < 0x80) {
    writer.u8(length);
    return;
  }
  if (length > 0x3fff) throw new ProtocolError('TOO_LARGE', 'PER length', 0x3fff, length);
  writer.u16be(0x8000 | length);
}

/**
 * Reads a length determinant. RDP programs write 15 bits of length where X.691 has 14 and a fragment mark; RDP never fragments, so the
 * mark counts as length.
 */
export function readPerLength(reader: ByteReader, field: string): number {
  const first = reader.u8(field);
  return first < 0x80 ? first : ((first & 0x7f) << 8) | reader.u8(field);
}

/** A constrained whole number with a lower bound, in two bytes. */
export function writePerInteger16(writer: ByteWriter, value: number, minimum: number): void {
  writer.u16be(value - minimum, 'PER integer');
}

export function readPerInteger16(reader: ByteReader, minimum: number, field: string): number {
  return reader.u16be(field) + minimum;
}

/** An unconstrained non-negative whole number with its length. */
export function writePerInteger(writer: ByteWriter, value: number): void {
  if (value < 0x100) writer.u8(1).u8(value);
  else if (value < 0x10000) writer.u8(2).u16be(value);
  else writer.u8(4).u32be(value);
}

export function readPerInteger(reader: ByteReader, field: string): number {
  const length = readPerLength(reader, field);
  if (length < 1 || length > 4) throw new ProtocolError('OUT_OF_RANGE', field, '1..4 bytes', length);
  let value = 0;
  for (let index = 0; index < length; index += 1) value = value * 256 + reader.u8(field);
  return value;
}
