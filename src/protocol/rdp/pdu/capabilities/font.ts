import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_FONT = 14;

/** FONTSUPPORT_FONTLIST. */
export const FONT_SUPPORT_FONT_LIST = 0x0001;

/** [MS-RDPBCGR] 2.2.7.2.5 Font Capability Set. Some servers leave the flags out. */
export interface FontCapability {
  readonly tag: 'font';
  readonly fontSupportFlags: number;
}

export function encodeFont(set: FontCapability): Uint8Array {
  return new ByteWriter(4).u16le(set.fontSupportFlags).u16le(0).finish();
}

export function decodeFont(reader: ByteReader): FontCapability {
  return { tag: 'font', fontSupportFlags: reader.remaining >= 2 ? reader.u16le('TS_FONT_CAPABILITYSET.fontSupportFlags') : 0 };
}
