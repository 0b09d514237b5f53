import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { DYNVC_CMD, encodeDynvcHeader } from './header.ts';

const FIRST_VERSION_WITH_CHARGES = 2;

/**
 * [MS-RDPEDYC] 2.2.1.1 DYNVC_CAPS_VERSION1, DYNVC_CAPS_VERSION2, DYNVC_CAPS_VERSION3 (server) and 2.2.1.2 DYNVC_CAPS_RSP (client). The four
 * priority charges share the bandwidth out among priority classes (2.2.1.1.2); a client's response has none.
 */
export interface DynvcCapabilities {
  readonly version: number;
  readonly priorityCharges?: readonly [number, number, number, number];
}

/** After the header. Versions that are not known yet are read as far as they are. */
export function decodeDynvcCapabilities(reader: ByteReader, from: 'server' | 'client'): DynvcCapabilities {
  reader.skip(1, 'DYNVC_CAPS.Pad');
  const version = reader.u16le('DYNVC_CAPS.Version');
  if (from === 'client' || version < FIRST_VERSION_WITH_CHARGES) return { version };
  const charge = (): number => reader.u16le('DYNVC_CAPS.PriorityCharge');
  return { version, priorityCharges: [charge(), charge(), charge(), charge()] };
}

export function encodeDynvcCapabilities({ version, priorityCharges }: DynvcCapabilities): Uint8Array {
  const writer = encodeDynvcHeader(new ByteWriter(12), DYNVC_CMD.capabilities, 0, 0).u8(0).u16le(version, 'DYNVC_CAPS.Version');
  for (const charge of priorityCharges ?? []) writer.u16le(charge, 'DYNVC_CAPS.PriorityCharge');
  return writer.finish();
}
