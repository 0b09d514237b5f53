import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { type CapabilitySet, decodeCapabilitySets, encodeCapabilitySets } from './capabilities/capability-sets.ts';
import { encodeShareControl, SHARE_CONTROL_TYPE } from './share-control.ts';

/** "RDP" and its terminator. */
const SOURCE_DESCRIPTOR = Uint8Array.of(0x52, 0x44, 0x50, 0);

/** [MS-RDPBCGR] 2.2.1.13.1.1 TS_DEMAND_ACTIVE_PDU. */
export interface DemandActive {
  readonly shareId: number;
  readonly sets: readonly CapabilitySet[];
}

/** With its share control header: data for the I/O channel. `source` is the server's channel id. */
export function encodeDemandActive({ shareId, sets }: DemandActive, source: number): Uint8Array {
  const capabilities = encodeCapabilitySets(sets);
  const body = new ByteWriter(16 + capabilities.length)
    .u32le(shareId, 'TS_DEMAND_ACTIVE_PDU.shareId')
    .u16le(SOURCE_DESCRIPTOR.length)
    .u16le(capabilities.length, 'TS_DEMAND_ACTIVE_PDU.lengthCombinedCapabilities')
    .bytes(SOURCE_DESCRIPTOR)
    .bytes(capabilities)
    .u32le(0)
    .finish();
  return encodeShareControl(SHARE_CONTROL_TYPE.demandActive, source, body);
}

/** From a share control body. sessionId is ignored, as the specification asks. */
export function decodeDemandActive(bytes: Uint8Array): DemandActive {
  const reader = new ByteReader(bytes);
  const shareId = reader.u32le('TS_DEMAND_ACTIVE_PDU.shareId');
  const descriptorBytes = reader.u16le('TS_DEMAND_ACTIVE_PDU.lengthSourceDescriptor');
  const capabilityBytes = reader.u16le('TS_DEMAND_ACTIVE_PDU.lengthCombinedCapabilities');
  reader.skip(descriptorBytes, 'TS_DEMAND_ACTIVE_PDU.sourceDescriptor');
  return { shareId, sets: decodeCapabilitySets(reader.sub(capabilityBytes, 'TS_DEMAND_ACTIVE_PDU.capabilitySets')) };
}
