import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_INPUT = 13;

/** `inputFlags`. Fast-path input is offered as FASTPATH_INPUT2 by servers of RDP 5.1 and later, as FASTPATH_INPUT by older ones. */
export const INPUT_FLAG = {
  scancodes: 0x0001,
  mouseX: 0x0004,
  fastPathInput: 0x0008,
  unicode: 0x0010,
  fastPathInput2: 0x0020,
  mouseHWheel: 0x0100,
} as const;

const IME_FILE_NAME_BYTES = 64;

/** [MS-RDPBCGR] 2.2.7.1.6 Input Capability Set (TS_INPUT_CAPABILITYSET). The keyboard fields are 0 from a server. */
export interface InputCapability {
  readonly tag: 'input';
  readonly inputFlags: number;
  readonly keyboardLayout: number;
  readonly keyboardType: number;
  readonly keyboardSubType: number;
  readonly keyboardFunctionKey: number;
}

export function encodeInput(set: InputCapability): Uint8Array {
  return new ByteWriter(84)
    .u16le(set.inputFlags)
    .u16le(0)
    .u32le(set.keyboardLayout)
    .u32le(set.keyboardType)
    .u32le(set.keyboardSubType)
    .u32le(set.keyboardFunctionKey)
    .zeros(IME_FILE_NAME_BYTES)
    .finish();
}

export function decodeInput(reader: ByteReader): InputCapability {
  const inputFlags = reader.u16le('TS_INPUT_CAPABILITYSET.inputFlags');
  reader.skip(2, 'TS_INPUT_CAPABILITYSET.pad2octetsA');
  return {
    tag: 'input',
    inputFlags,
    keyboardLayout: reader.u32le('TS_INPUT_CAPABILITYSET.keyboardLayout'),
    keyboardType: reader.u32le('TS_INPUT_CAPABILITYSET.keyboardType'),
    keyboardSubType: reader.u32le('TS_INPUT_CAPABILITYSET.keyboardSubType'),
    keyboardFunctionKey: reader.u32le('TS_INPUT_CAPABILITYSET.keyboardFunctionKey'),
  };
}
