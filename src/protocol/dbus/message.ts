import { ProtocolError } from '../bytes/errors.ts';
import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { readValues, writeValues, type BusValue, type BusVariant } from './values.ts';

const LITTLE_ENDIAN = 0x6c;
const PROTOCOL_VERSION = 1;
/** The specification allows 128 MiB. What desktops say to us is short. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** The fixed part of the header, with the length of the fields behind it. */
const FIXED_BYTES = 16;

export const MESSAGE_TYPE = { call: 1, reply: 2, error: 3, signal: 4 } as const;
/** No answer is wanted. */
export const NO_REPLY_EXPECTED = 1;

const FIELD = { path: 1, interface: 2, member: 3, errorName: 4, replySerial: 5, destination: 6, sender: 7, signature: 8 } as const;

/** D-Bus Specification, "Message Format": the header's fields by their names, and the body as it is. */
export interface BusMessage {
  readonly type: number;
  readonly flags: number;
  readonly serial: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly errorName?: string;
  readonly replySerial?: number;
  readonly destination?: string;
  readonly sender?: string;
  /** Of the body; empty when there is none. */
  readonly signature: string;
  readonly body: Uint8Array;
}

/** A message's body. Throws ProtocolError. */
export function encodeBody(signature: string, values: readonly BusValue[]): Uint8Array {
  const writer = new ByteWriter(256);
  writeValues(writer, signature, values);
  return writer.finish();
}

/** The values of a message whose body has this signature; undefined when it has another. Throws ProtocolError. */
export function decodeBody(message: BusMessage, signature: string): readonly BusValue[] | undefined {
  return message.signature === signature ? readValues(new ByteReader(message.body), signature) : undefined;
}

export function encodeMessage(message: BusMessage): Uint8Array {
  const fields: BusValue[] = [];
  const add = (code: number, signature: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== '') fields.push([code, { signature, value }]);
  };
  add(FIELD.path, 'o', message.path);
  add(FIELD.interface, 's', message.interface);
  add(FIELD.destination, 's', message.destination);
  add(FIELD.member, 's', message.member);
  add(FIELD.errorName, 's', message.errorName);
  add(FIELD.replySerial, 'u', message.replySerial);
  add(FIELD.sender, 's', message.sender);
  add(FIELD.signature, 'g', message.signature);
  const writer = new ByteWriter(256 + message.body.length);
  writer.u8(LITTLE_ENDIAN).u8(message.type).u8(message.flags).u8(PROTOCOL_VERSION);
  writer.u32le(message.body.length).u32le(message.serial);
  writeValues(writer, 'a(yv)', [fields]);
  writer.zeros((8 - (writer.size % 8)) % 8);
  return writer.bytes(message.body).finish();
}

/** How long the message is that `bytes` begin with; undefined while that cannot be told. Throws ProtocolError, also for one that is too long. */
export function messageLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  const reader = new ByteReader(bytes);
  const endian = reader.u8('endianness');
  // A message keeps the byte order of who sent it. All programs of a desktop run on one machine.
  if (endian !== LITTLE_ENDIAN) throw new ProtocolError('UNEXPECTED', 'endianness', LITTLE_ENDIAN, endian);
  reader.skip(2, 'type and flags');
  const version = reader.u8('version');
  if (version !== PROTOCOL_VERSION) throw new ProtocolError('UNEXPECTED', 'version', PROTOCOL_VERSION, version);
  const body = reader.u32le('body length');
  reader.skip(4, 'serial');
  const fields = reader.u32le('fields length');
  const length = FIXED_BYTES + Math.ceil(fields / 8) * 8 + body;
  if (length > MAX_MESSAGE_BYTES) throw new ProtocolError('TOO_LARGE', 'message', MAX_MESSAGE_BYTES, length);
  return length;
}

/** One whole message, exactly as long as {@link messageLength} says. Throws ProtocolError. */
export function decodeMessage(bytes: Uint8Array): BusMessage {
  const reader = new ByteReader(bytes);
  reader.skip(1, 'endianness');
  const type = reader.u8('type');
  const flags = reader.u8('flags');
  reader.skip(1, 'version');
  const bodyLength = reader.u32le('body length');
  const serial = reader.u32le('serial');
  const [fields] = readValues(reader, 'a(yv)') as readonly [readonly (readonly [number, BusVariant])[]];
  const text = (code: number): string | undefined => {
    const value = fields.find(([field]) => field === code)?.[1].value;
    return typeof value === 'string' ? value : undefined;
  };
  const replySerial = fields.find(([field]) => field === FIELD.replySerial)?.[1].value;
  reader.skip((8 - (reader.position % 8)) % 8, 'padding');
  const named = {
    path: text(FIELD.path),
    interface: text(FIELD.interface),
    member: text(FIELD.member),
    errorName: text(FIELD.errorName),
    destination: text(FIELD.destination),
    sender: text(FIELD.sender),
  };
  return {
    type,
    flags,
    serial,
    ...(Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Partial<BusMessage>),
    ...(typeof replySerial === 'number' ? { replySerial } : {}),
    signature: text(FIELD.signature) ?? '',
    body: reader.view8(bodyLength, 'body'),
  };
}
