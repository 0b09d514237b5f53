import { ProtocolError } from '../bytes/errors.ts';
import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { readAddress, writeAddress } from './ipv4-mapped.ts';

/** Servers of PCP and of NAT-PMP listen on this UDP port of the gateway. */
export const PORT_CONTROL_PORT = 5351;
/** A nonce is so long; who knows it may renew and delete the mapping. */
export const PCP_NONCE_BYTES = 12;

export const PCP_VERSION = 2;
const OPCODE = { announce: 0, map: 1 } as const;
const RESPONSE_BIT = 0x80;
const HEADER_BYTES = 24;
/** RFC 6887 section 7: longer messages there are none. */
const MAX_BYTES = 1_100;
const TCP = 6;

/** RFC 6887 section 7.4; further ones count as refusals. */
export const PCP_RESULT = { success: 0, unsupportedVersion: 1, notAuthorized: 2, noResources: 8, addressMismatch: 12 } as const;

/** RFC 6887 section 11.1, "MAP Opcode", for TCP. */
export interface PcpMapping {
  /** 12 bytes. */
  readonly nonce: Uint8Array;
  readonly internalPort: number;
  /** In a request what is wished for, 0 for any; in an answer what is. */
  readonly externalPort: number;
  /** In a request `::` or `0.0.0.0` for any. */
  readonly externalAddress: string;
}

export interface PcpMapRequest extends PcpMapping {
  /** The address that the request is sent from. */
  readonly clientAddress: string;
  /** Seconds; 0 takes the mapping back. */
  readonly lifetime: number;
}

export interface PcpAnswer {
  /** 2 is ours. Another tells of the server that it does not speak ours, and no more can be read then. */
  readonly version: number;
  /** {@link PCP_RESULT} */
  readonly result: number;
  /** Seconds: of the mapping, or for how long the refusal will stand. */
  readonly lifetime: number;
  /** Seconds since the server lost its mappings. */
  readonly epoch: number;
  /** Only of a MAP. */
  readonly mapping?: PcpMapping;
}

/** RFC 6887 section 14.1: asks for nothing but a sign of life. */
export function encodePcpAnnounce(clientAddress: string): Uint8Array {
  return header(OPCODE.announce, 0, clientAddress).finish();
}

/** Throws ProtocolError MALFORMED, OUT_OF_RANGE. */
export function encodePcpMap({ clientAddress, lifetime, ...mapping }: PcpMapRequest): Uint8Array {
  const writer = header(OPCODE.map, lifetime, clientAddress);
  writeMapping(writer, mapping);
  return writer.finish();
}

/** The request that an answer is held against, as a server reads it. Throws ProtocolError. */
export function decodePcpMap(bytes: Uint8Array): PcpMapRequest {
  const reader = new ByteReader(bytes);
  constant(reader.u8('PCP.version'), PCP_VERSION, 'PCP.version');
  constant(reader.u8('PCP.opcode'), OPCODE.map, 'PCP.opcode');
  reader.skip(2, 'PCP.reserved');
  const lifetime = reader.u32be('PCP.lifetime');
  const clientAddress = readAddress(reader, 'PCP.clientAddress');
  return { clientAddress, lifetime, ...readMapping(reader) };
}

/** RFC 6887 section 7.2. Options behind are passed over. Throws ProtocolError TOO_LARGE, TRUNCATED, UNEXPECTED. */
export function decodePcpAnswer(bytes: Uint8Array): PcpAnswer {
  if (bytes.length > MAX_BYTES) throw new ProtocolError('TOO_LARGE', 'PCP', `<= ${MAX_BYTES} bytes`, bytes.length);
  const reader = new ByteReader(bytes);
  const version = reader.u8('PCP.version');
  const opcode = reader.u8('PCP.opcode');
  if ((opcode & RESPONSE_BIT) === 0) throw new ProtocolError('UNEXPECTED', 'PCP.opcode', 'an answer', opcode);
  // A server of NAT-PMP has sixteen bits for the result and no more than eight bytes to say that it knows no PCP (RFC 6886 section 3.5).
  if (version !== PCP_VERSION) return { version, result: PCP_RESULT.unsupportedVersion, lifetime: 0, epoch: 0 };
  reader.skip(1, 'PCP.reserved');
  const result = reader.u8('PCP.result');
  const lifetime = reader.u32be('PCP.lifetime');
  const epoch = reader.u32be('PCP.epoch');
  reader.skip(HEADER_BYTES - 12, 'PCP.reserved');
  const facts = { version, result, lifetime, epoch };
  if (opcode === (RESPONSE_BIT | OPCODE.announce)) return facts;
  constant(opcode, RESPONSE_BIT | OPCODE.map, 'PCP.opcode');
  return { ...facts, mapping: readMapping(reader) };
}

/** What a server answers. Throws ProtocolError. */
export function encodePcpAnswer({ version, result, lifetime, epoch, mapping }: PcpAnswer): Uint8Array {
  const opcode = RESPONSE_BIT | (mapping === undefined ? OPCODE.announce : OPCODE.map);
  const writer = new ByteWriter(64).u8(version).u8(opcode).u8(0).u8(result).u32be(lifetime).u32be(epoch);
  writer.zeros(HEADER_BYTES - 12);
  if (mapping !== undefined) writeMapping(writer, mapping);
  return writer.finish();
}

function header(opcode: number, lifetime: number, clientAddress: string): ByteWriter {
  const writer = new ByteWriter(64).u8(PCP_VERSION).u8(opcode).u16be(0).u32be(lifetime);
  writeAddress(writer, clientAddress);
  return writer;
}

function writeMapping(writer: ByteWriter, { nonce, internalPort, externalPort, externalAddress }: PcpMapping): void {
  if (nonce.length !== PCP_NONCE_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'PCP.nonce', `${PCP_NONCE_BYTES} bytes`, nonce.length);
  writer.bytes(nonce).u8(TCP).zeros(3).u16be(internalPort).u16be(externalPort);
  writeAddress(writer, externalAddress);
}

function readMapping(reader: ByteReader): PcpMapping {
  const nonce = reader.view8(PCP_NONCE_BYTES, 'PCP.nonce').slice();
  constant(reader.u8('PCP.protocol'), TCP, 'PCP.protocol');
  reader.skip(3, 'PCP.reserved');
  const internalPort = reader.u16be('PCP.internalPort');
  const externalPort = reader.u16be('PCP.externalPort');
  return { nonce, internalPort, externalPort, externalAddress: readAddress(reader, 'PCP.externalAddress') };
}

function constant(got: number, expected: number, field: string): void {
  if (got !== expected) throw new ProtocolError('UNEXPECTED', field, expected, got);
}
