import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/*
 * Connection finalization ([MS-RDPBCGR] 1.3.1.1): bodies of share data PDUs. Only Control is decoded; of Synchronize, Font List and Font Map
 * a receiver needs only that they came.
 */

const SYNCMSGTYPE_SYNC = 1;

/** 2.2.1.14.1 TS_SYNCHRONIZE_PDU. `targetUser` is the MCS channel id of the other side. */
export function encodeSynchronize(targetUser: number): Uint8Array {
  return new ByteWriter(4).u16le(SYNCMSGTYPE_SYNC).u16le(targetUser, 'TS_SYNCHRONIZE_PDU.targetUser').finish();
}

/** `action` of TS_CONTROL_PDU. */
export const CONTROL_ACTION = { requestControl: 1, grantedControl: 2, detach: 3, cooperate: 4 } as const;

/** 2.2.1.15.1 TS_CONTROL_PDU. Ids are 0 but for Granted Control. */
export interface Control {
  readonly action: number;
  readonly grantId: number;
  readonly controlId: number;
}

export function encodeControl({ action, grantId, controlId }: Control): Uint8Array {
  return new ByteWriter(8).u16le(action).u16le(grantId, 'TS_CONTROL_PDU.grantId').u32le(controlId, 'TS_CONTROL_PDU.controlId').finish();
}

export function decodeControl(body: Uint8Array): Control {
  const reader = new ByteReader(body);
  return {
    action: reader.u16le('TS_CONTROL_PDU.action'),
    grantId: reader.u16le('TS_CONTROL_PDU.grantId'),
    controlId: reader.u32le('TS_CONTROL_PDU.controlId'),
  };
}

/** FONTLIST_FIRST | FONTLIST_LAST, FONTMAP_FIRST | FONTMAP_LAST. */
const FIRST_AND_LAST = 3;
const FONT_LIST_ENTRY_BYTES = 0x32;
const FONT_MAP_ENTRY_BYTES = 4;

/** 2.2.1.18.1 TS_FONT_LIST_PDU, always empty. */
export function encodeFontList(): Uint8Array {
  return new ByteWriter(8).u16le(0).u16le(0).u16le(FIRST_AND_LAST).u16le(FONT_LIST_ENTRY_BYTES).finish();
}

/** 2.2.1.22.1 TS_FONT_MAP_PDU, always empty. */
export function encodeFontMap(): Uint8Array {
  return new ByteWriter(8).u16le(0).u16le(0).u16le(FIRST_AND_LAST).u16le(FONT_MAP_ENTRY_BYTES).finish();
}
