import { ProtocolError } from '../../bytes/errors.ts';
import type { ByteReader } from '../../bytes/reader.ts';
import type { ByteWriter } from '../../bytes/writer.ts';

/* The part of ASN.1 Basic Encoding Rules (X.690) that T.125 Connect-Initial and Connect-Response use. */

const TAG = { boolean: 0x01, integer: 0x02, octetString: 0x04, enumerated: 0x0a, sequence: 0x30 } as const;

export function writeBerLength(writer: ByteWriter, length: number): void {
  if (length < 0x80) writer.u8(length);
  else writer.u8(0x82).u16be(length, 'BER length');
}

export function readBerLength(reader: ByteReader, field: string): number {
  const first = reader.u8(field);
  if (first < 0x80) return first;
  const count = first & 0x7f;
  if (count === 1) return reader.u8(field);
  if (count === 2) return reader.u16be(field);
  throw new ProtocolError('OUT_OF_RANGE', field, 'a length of at most two bytes', count);
}

/** An application tag above 30 takes two bytes: 0x7f and the number. */
export function writeBerApplication(writer: ByteWriter, number: number, length: number): void {
  writer.u8(0x7f).u8(number);
  writeBerLength(writer, length);
}

export function readBerApplication(reader: ByteReader, number: number, field: string): ByteReader {
  const tag = reader.u16be(field);
  if (tag !== (0x7f00 | number)) throw new ProtocolError('UNEXPECTED', field, 0x7f00 | number, tag);
  return reader.sub(readBerLength(reader, field), field);
}

function readTagged(reader: ByteReader, tag: number, field: string): ByteReader {
  const got = reader.u8(field);
  if (got !== tag) throw new ProtocolError('UNEXPECTED', field, tag, got);
  return reader.sub(readBerLength(reader, field), field);
}

export function writeBerBoolean(writer: ByteWriter, value: boolean): void {
  writer
    .u8(TAG.boolean)
    .u8(1)
    .u8(value ? 0xff : 0);
}

export function skipBerBoolean(reader: ByteReader, field: string): void {
  readTagged(reader, TAG.boolean, field);
}

export function writeBerInteger(writer: ByteWriter, value: number): void {
  if (value < 0x80) writer.u8(TAG.integer).u8(1).u8(value);
  else if (value < 0x8000) writer.u8(TAG.integer).u8(2).u16be(value);
  else
    writer
      .u8(TAG.integer)
      .u8(3)
      .u8(value >>> 16)
      .u16be(value & 0xffff);
}

/** A non-negative integer of at most four bytes. */
export function readBerInteger(reader: ByteReader, field: string): number {
  const body = readTagged(reader, TAG.integer, field);
  if (body.remaining < 1 || body.remaining > 4) throw new ProtocolError('OUT_OF_RANGE', field, '1..4 bytes', body.remaining);
  let value = 0;
  while (body.remaining > 0) value = value * 256 + body.u8(field);
  return value;
}

export function writeBerEnumerated(writer: ByteWriter, value: number): void {
  writer.u8(TAG.enumerated).u8(1).u8(value);
}

export function readBerEnumerated(reader: ByteReader, field: string): number {
  return readTagged(reader, TAG.enumerated, field).u8(field);
}

export function writeBerOctets(writer: ByteWriter, value: Uint8Array): void {
  writer.u8(TAG.octetString);
  writeBerLength(writer, value.length);
  writer.bytes(value);
}

export function readBerOctets(reader: ByteReader, field: string): Uint8Array {
  return readTagged(reader, TAG.octetString, field).rest();
}

export function writeBerSequence(writer: ByteWriter, body: Uint8Array): void {
  writer.u8(TAG.sequence);
  writeBerLength(writer, body.length);
  writer.bytes(body);
}

export function readBerSequence(reader: ByteReader, field: string): ByteReader {
  return readTagged(reader, TAG.sequence, field);
}
