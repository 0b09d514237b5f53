import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_GENERAL = 1;

/** `extraFlags`. */
export const GENERAL_EXTRA = {
  fastPathOutput: 0x0001,
  longCredentials: 0x0004,
  autoReconnect: 0x0008,
  encSaltedChecksum: 0x0010,
  noBitmapCompressionHdr: 0x0400,
} as const;

const TS_CAPS_PROTOCOLVERSION = 0x0200;

/** [MS-RDPBCGR] 2.2.7.1.1 General Capability Set (TS_GENERAL_CAPABILITYSET). */
export interface GeneralCapability {
  readonly tag: 'general';
  /** OSMAJORTYPE_UNSPECIFIED is 0. */
  readonly osMajorType: number;
  readonly osMinorType: number;
  readonly extraFlags: number;
  readonly refreshRectSupport: boolean;
  readonly suppressOutputSupport: boolean;
}

export function encodeGeneral(set: GeneralCapability): Uint8Array {
  return new ByteWriter(20)
    .u16le(set.osMajorType)
    .u16le(set.osMinorType)
    .u16le(TS_CAPS_PROTOCOLVERSION)
    .u16le(0)
    .u16le(0)
    .u16le(set.extraFlags)
    .u16le(0)
    .u16le(0)
    .u16le(0)
    .u8(set.refreshRectSupport ? 1 : 0)
    .u8(set.suppressOutputSupport ? 1 : 0)
    .finish();
}

export function decodeGeneral(reader: ByteReader): GeneralCapability {
  const osMajorType = reader.u16le('TS_GENERAL_CAPABILITYSET.osMajorType');
  const osMinorType = reader.u16le('TS_GENERAL_CAPABILITYSET.osMinorType');
  reader.skip(6, 'TS_GENERAL_CAPABILITYSET.protocolVersion');
  const extraFlags = reader.u16le('TS_GENERAL_CAPABILITYSET.extraFlags');
  reader.skip(6, 'TS_GENERAL_CAPABILITYSET.updateCapabilityFlag');
  const refreshRectSupport = reader.u8('TS_GENERAL_CAPABILITYSET.refreshRectSupport') !== 0;
  const suppressOutputSupport = reader.u8('TS_GENERAL_CAPABILITYSET.suppressOutputSupport') !== 0;
  return { tag: 'general', osMajorType, osMinorType, extraFlags, refreshRectSupport, suppressOutputSupport };
}
