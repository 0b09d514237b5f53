import { ProtocolError } from '../bytes/errors.ts';
import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';

const VERSION = 0;
const OPCODE = { address: 0, mapTcp: 2 } as const;
const RESPONSE_BIT = 0x80;
const MAX_BYTES = 16;

/** RFC 6886 section 3.5; further ones count as refusals. */
export const NAT_PMP_RESULT = { success: 0, unsupportedVersion: 1, refused: 2, networkFailure: 3, outOfResources: 4 } as const;

export interface NatPmpMapRequest {
  readonly internalPort: number;
  /** What is wished for; 0 for any. */
  readonly externalPort: number;
  /** Seconds; 0 takes the mapping back, and then the wish must be 0 too. */
  readonly lifetime: number;
}

/** `result` is one of {@link NAT_PMP_RESULT}; unless it is success, nothing else says anything. */
export type NatPmpAnswer =
  | { readonly tag: 'address'; readonly result: number; readonly epoch: number; readonly address: string }
  | {
      readonly tag: 'mapping';
      readonly result: number;
      readonly epoch: number;
      readonly internalPort: number;
      readonly externalPort: number;
      /** Seconds. */
      readonly lifetime: number;
    };

/** RFC 6886 section 3.2: asks for the address that the gateway has outside. */
export function encodeNatPmpAddress(): Uint8Array {
  return new ByteWriter(2).u8(VERSION).u8(OPCODE.address).finish();
}

/** RFC 6886 section 3.3, for TCP. Throws ProtocolError OUT_OF_RANGE. */
export function encodeNatPmpMap({ internalPort, externalPort, lifetime }: NatPmpMapRequest): Uint8Array {
  const writer = new ByteWriter(12).u8(VERSION).u8(OPCODE.mapTcp).u16be(0);
  return writer.u16be(internalPort).u16be(externalPort).u32be(lifetime).finish();
}

/** What a gateway answers; a refusal may be cut off behind its result. Throws ProtocolError TOO_LARGE, TRUNCATED, UNEXPECTED. */
export function decodeNatPmpAnswer(bytes: Uint8Array): NatPmpAnswer {
  if (bytes.length > MAX_BYTES) throw new ProtocolError('TOO_LARGE', 'NAT-PMP', `<= ${MAX_BYTES} bytes`, bytes.length);
  const reader = new ByteReader(bytes);
  const version = reader.u8('NAT-PMP.version');
  if (version !== VERSION) throw new ProtocolError('UNEXPECTED', 'NAT-PMP.version', VERSION, version);
  const opcode = reader.u8('NAT-PMP.opcode');
  const result = reader.u16be('NAT-PMP.result');
  const failed = result !== NAT_PMP_RESULT.success;
  const epoch = failed && reader.remaining < 4 ? 0 : reader.u32be('NAT-PMP.epoch');
  if (opcode === (RESPONSE_BIT | OPCODE.address)) {
    const address = failed ? '0.0.0.0' : reader.view8(4, 'NAT-PMP.address').join('.');
    return { tag: 'address', result, epoch, address };
  }
  if (opcode !== (RESPONSE_BIT | OPCODE.mapTcp)) throw new ProtocolError('UNEXPECTED', 'NAT-PMP.opcode', 'an answer of ours', opcode);
  if (failed) return { tag: 'mapping', result, epoch, internalPort: 0, externalPort: 0, lifetime: 0 };
  const internalPort = reader.u16be('NAT-PMP.internalPort');
  const externalPort = reader.u16be('NAT-PMP.externalPort');
  return { tag: 'mapping', result, epoch, internalPort, externalPort, lifetime: reader.u32be('NAT-PMP.lifetime') };
}

/** What a gateway writes. Throws ProtocolError OUT_OF_RANGE. */
export function encodeNatPmpAnswer(answer: NatPmpAnswer): Uint8Array {
  const opcode = RESPONSE_BIT | (answer.tag === 'address' ? OPCODE.address : OPCODE.mapTcp);
  const writer = new ByteWriter(16).u8(VERSION).u8(opcode).u16be(answer.result).u32be(answer.epoch);
  if (answer.tag === 'address') return writer.bytes(Uint8Array.from(answer.address.split('.').map(Number))).finish();
  return writer.u16be(answer.internalPort).u16be(answer.externalPort).u32be(answer.lifetime).finish();
}
