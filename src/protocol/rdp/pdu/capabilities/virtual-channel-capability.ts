import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_VIRTUALCHANNEL = 20;

/** [MS-RDPBCGR] 2.2.7.1.10 Virtual Channel Capability Set. `flags` 0: no compression either way. `chunkSize` in bytes, only a server's counts. */
export interface VirtualChannelCapability {
  readonly tag: 'virtualChannel';
  readonly flags: number;
  readonly chunkSize: number | undefined;
}

export function encodeVirtualChannelCapability(set: VirtualChannelCapability): Uint8Array {
  const writer = new ByteWriter(8).u32le(set.flags);
  if (set.chunkSize !== undefined) writer.u32le(set.chunkSize);
  return writer.finish();
}

export function decodeVirtualChannelCapability(reader: ByteReader): VirtualChannelCapability {
  const flags = reader.u32le('TS_VIRTUALCHANNEL_CAPABILITYSET.flags');
  const chunkSize = reader.remaining >= 4 ? reader.u32le('TS_VIRTUALCHANNEL_CAPABILITYSET.VCChunkSize') : undefined;
  return { tag: 'virtualChannel', flags, chunkSize };
}
