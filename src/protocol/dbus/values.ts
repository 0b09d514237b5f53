import { ProtocolError } from '../bytes/errors.ts';
import type { ByteReader } from '../bytes/reader.ts';
import { asciiEncode, utf8Decode, utf8Encode } from '../bytes/text.ts';
import type { ByteWriter } from '../bytes/writer.ts';
import { alignmentOf, parseSignature, type BusType } from './signature.ts';

/**
 * A value as its signature has it: numbers, booleans and texts; `ay` as bytes; arrays and structs as lists, a dictionary as a list of
 * pairs; a variant with its own signature. Numbers of eight bytes, which nothing here has a use for, are read as those bytes.
 */
export type BusValue = number | boolean | string | Uint8Array | BusVariant | readonly BusValue[];

export interface BusVariant {
  readonly signature: string;
  readonly value: BusValue;
}

/** "Marshaling (Wire Format)": 64 MiB an array there. What desktops say to us is texts. */
const MAX_ARRAY_BYTES = 1024 * 1024;
const MAX_VARIANT_DEPTH = 16;

function isBytes(type: BusType): boolean {
  return type.tag === 'basic' && type.code === 'y';
}

/** D-Bus Specification, "Marshaling (Wire Format)", little-endian. `writer` has begun at a multiple of eight. Throws ProtocolError for a value that is not of its type. */
export function writeValues(writer: ByteWriter, signature: string, values: readonly BusValue[]): void {
  const types = parseSignature(signature);
  if (types.length !== values.length) throw new ProtocolError('MALFORMED', 'values', types.length, values.length);
  types.forEach((type, index) => writeValue(writer, type, values[index] as BusValue));
}

function pad(writer: ByteWriter, alignment: number): void {
  writer.zeros((alignment - (writer.size % alignment)) % alignment);
}

function writeValue(writer: ByteWriter, type: BusType, value: BusValue): void {
  const wrong = (): never => {
    throw new ProtocolError('UNEXPECTED', 'value', JSON.stringify(type), typeof value);
  };
  pad(writer, alignmentOf(type));
  if (type.tag === 'struct') {
    if (!Array.isArray(value) || value.length !== type.of.length) return wrong();
    type.of.forEach((part, index) => writeValue(writer, part, value[index] as BusValue));
    return;
  }
  if (type.tag === 'array') {
    const at = writer.size;
    writer.u32le(0);
    // The padding before the first element does not count.
    pad(writer, alignmentOf(type.of));
    const start = writer.size;
    if (isBytes(type.of)) writer.bytes(value instanceof Uint8Array ? value : wrong());
    else if (Array.isArray(value)) for (const element of value as readonly BusValue[]) writeValue(writer, type.of, element);
    else wrong();
    writer.patchU32le(at, writer.size - start);
    return;
  }
  switch (type.code) {
    case 'y':
      writer.u8(typeof value === 'number' ? value : wrong());
      return;
    case 'b':
      writer.u32le(typeof value === 'boolean' ? Number(value) : wrong());
      return;
    case 'i':
      writer.u32le(typeof value === 'number' ? value >>> 0 : wrong());
      return;
    case 'u':
      writer.u32le(typeof value === 'number' ? value : wrong());
      return;
    case 's':
    case 'o': {
      const bytes = utf8Encode(typeof value === 'string' ? value : wrong());
      writer.u32le(bytes.length).bytes(bytes).u8(0);
      return;
    }
    case 'g':
      writeSignature(writer, typeof value === 'string' ? value : wrong());
      return;
    case 'v': {
      if (typeof value !== 'object' || !('signature' in value)) return wrong();
      writeSignature(writer, value.signature);
      writeValues(writer, value.signature, [value.value]);
      return;
    }
    default:
      wrong();
  }
}

function writeSignature(writer: ByteWriter, signature: string): void {
  writer.u8(signature.length).bytes(asciiEncode(signature, 'signature')).u8(0);
}

/** The inverse of {@link writeValues}; `start` is where the reader's message begins. Throws ProtocolError. */
export function readValues(reader: ByteReader, signature: string, start = 0): readonly BusValue[] {
  return parseSignature(signature).map((type) => readValue(reader, type, start, 0));
}

function align(reader: ByteReader, start: number, alignment: number): void {
  reader.skip((alignment - ((reader.position - start) % alignment)) % alignment, 'padding');
}

function readValue(reader: ByteReader, type: BusType, start: number, depth: number): BusValue {
  align(reader, start, alignmentOf(type));
  if (type.tag === 'struct') return type.of.map((part) => readValue(reader, part, start, depth));
  if (type.tag === 'array') {
    const length = reader.u32le('array length');
    if (length > MAX_ARRAY_BYTES) throw new ProtocolError('TOO_LARGE', 'array length', MAX_ARRAY_BYTES, length);
    align(reader, start, alignmentOf(type.of));
    if (isBytes(type.of)) return reader.view8(length, 'bytes').slice();
    const elements = reader.sub(length, 'array');
    const values: BusValue[] = [];
    while (elements.remaining > 0) values.push(readValue(elements, type.of, start, depth));
    return values;
  }
  switch (type.code) {
    case 'y':
      return reader.u8('byte');
    case 'b':
      return reader.u32le('boolean') !== 0;
    case 'n':
      return reader.i16le('int16');
    case 'q':
      return reader.u16le('uint16');
    case 'i':
      return reader.u32le('int32') | 0;
    case 'u':
      return reader.u32le('uint32');
    case 'x':
    case 't':
    case 'd':
      return reader.view8(8, 'eight bytes').slice();
    case 's':
    case 'o':
      return readText(reader, reader.u32le('string length'));
    case 'g':
      return readText(reader, reader.u8('signature length'));
    case 'v': {
      if (depth >= MAX_VARIANT_DEPTH) throw new ProtocolError('TOO_LARGE', 'variant depth', MAX_VARIANT_DEPTH, depth);
      const signature = readText(reader, reader.u8('signature length'));
      const [only, further] = parseSignature(signature);
      if (only === undefined || further !== undefined) throw new ProtocolError('MALFORMED', 'variant', 'one type', signature);
      return { signature, value: readValue(reader, only, start, depth + 1) };
    }
  }
}

function readText(reader: ByteReader, length: number): string {
  const bytes = reader.view8(length, 'string');
  if (reader.u8('string end') !== 0) throw new ProtocolError('MALFORMED', 'string', 'a NUL behind it', 'another byte');
  return utf8Decode(bytes);
}
