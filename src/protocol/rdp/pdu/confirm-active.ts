import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { type CapabilitySet, decodeCapabilitySets, encodeCapabilitySets } from './capabilities/capability-sets.ts';
import { encodeShareControl, SHARE_CONTROL_TYPE } from './share-control.ts';

/** sourceDescriptor: "Ringback" and its terminator. Servers ignore it. */
const SOURCE_DESCRIPTOR = Uint8Array.of(0x52, 0x69, 0x6e, 0x67, 0x62, 0x61, 0x63, 0x6b, 0);
/** originatorId is the server channel id, a constant of the specification. */
const ORIGINATOR_ID = 0x03ea;

/** [MS-RDPBCGR] 2.2.1.13.2.1 TS_CONFIRM_ACTIVE_PDU. */
export interface ConfirmActive {
  readonly shareId: number;
  readonly sets: readonly CapabilitySet[];
}

/** With its share control header: data for the I/O channel. `source` is the client's user id. */
export function encodeConfirmActive({ shareId, sets }: ConfirmActive, source: number): Uint8Array {
  const capabilities = encodeCapabilitySets(sets);
  const body = new ByteWriter(24 + capabilities.length)
    .u32le(shareId, 'TS_CONFIRM_ACTIVE_PDU.shareId')
    .u16le(ORIGINATOR_ID)
    .u16le(SOURCE_DESCRIPTOR.length)
    .u16le(capabilities.length, 'TS_CONFIRM_ACTIVE_PDU.lengthCombinedCapabilities')
    .bytes(SOURCE_DESCRIPTOR)
    .bytes(capabilities)
    .finish();
  return encodeShareControl(SHARE_CONTROL_TYPE.confirmActive, source, body);
}

/** From a share control body. Clients differ in originatorId (node-rdpjs has its own), so it is not checked. */
export function decodeConfirmActive(bytes: Uint8Array): ConfirmActive {
  const reader = new ByteReader(bytes);
  const shareId = reader.u32le('TS_CONFIRM_ACTIVE_PDU.shareId');
  reader.skip(2, 'TS_CONFIRM_ACTIVE_PDU.originatorId');
  const descriptorBytes = reader.u16le('TS_CONFIRM_ACTIVE_PDU.lengthSourceDescriptor');
  const capabilityBytes = reader.u16le('TS_CONFIRM_ACTIVE_PDU.lengthCombinedCapabilities');
  reader.skip(descriptorBytes, 'TS_CONFIRM_ACTIVE_PDU.sourceDescriptor');
  return { shareId, sets: decodeCapabilitySets(reader.sub(capabilityBytes, 'TS_CONFIRM_ACTIVE_PDU.capabilitySets')) };
}
