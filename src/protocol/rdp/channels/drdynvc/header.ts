import { ProtocolError } from '../../../bytes/errors.ts';
import type { ByteReader } from '../../../bytes/reader.ts';
import type { ByteWriter } from '../../../bytes/writer.ts';

/** Cmd of each PDU that is known here ([MS-RDPEDYC] 2.2). Compressed data (6, 7) and Soft-Sync (8, 9) belong to version 3. */
export const DYNVC_CMD = {
  create: 1,
  dataFirst: 2,
  data: 3,
  close: 4,
  capabilities: 5,
  dataFirstCompressed: 6,
  dataCompressed: 7,
} as const;

/** `cbId` and `Len` say the width of a field: 0 one byte, 1 two, 2 four; 3 is invalid. */
export type FieldWidth = 0 | 1 | 2;

/** [MS-RDPEDYC] 2.2 the byte every PDU begins with: cbId (bits 0–1), Sp, Pri or Len (bits 2–3), Cmd (bits 4–7). */
export interface DynvcHeader {
  readonly cmd: number;
  readonly sp: number;
  readonly idWidth: number;
}

export function decodeDynvcHeader(reader: ByteReader): DynvcHeader {
  const byte = reader.u8('DYNVC header');
  return { cmd: byte >> 4, sp: (byte >> 2) & 3, idWidth: byte & 3 };
}

export function encodeDynvcHeader(writer: ByteWriter, cmd: number, sp: number, idWidth: FieldWidth): ByteWriter {
  return writer.u8((cmd << 4) | (sp << 2) | idWidth);
}

/** The narrowest field that holds `value`. */
export function widthOf(value: number): FieldWidth {
  return value <= 0xff ? 0 : value <= 0xffff ? 1 : 2;
}

export function decodeVariable(reader: ByteReader, width: number, field: string): number {
  switch (width) {
    case 0:
      return reader.u8(field);
    case 1:
      return reader.u16le(field);
    case 2:
      return reader.u32le(field);
    default:
      throw new ProtocolError('OUT_OF_RANGE', `width of ${field}`, '0..2', width);
  }
}

export function encodeVariable(writer: ByteWriter, width: FieldWidth, value: number, field: string): ByteWriter {
  return width === 0 ? writer.u8(value, field) : width === 1 ? writer.u16le(value, field) : writer.u32le(value, field);
}
