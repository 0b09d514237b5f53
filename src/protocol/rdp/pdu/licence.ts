import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

const ERROR_ALERT = 0xff;
/** PREAMBLE_VERSION_3_0. */
const PREAMBLE_VERSION = 0x03;
const STATUS_VALID_CLIENT = 0x0000_0007;
const ST_NO_TRANSITION = 0x0000_0002;
const BB_ERROR_BLOB = 0x0004;
const MESSAGE_BYTES = 16;

export type LicenceMessage =
  | { readonly tag: 'validClient' }
  | { readonly tag: 'error'; readonly errorCode: number; readonly stateTransition: number }
  /** Any other message: the server wants to negotiate a licence. */
  | { readonly tag: 'other'; readonly messageType: number };

/** [MS-RDPBCGR] 2.2.1.12.1.3 LICENSE_ERROR_MESSAGE, STATUS_VALID_CLIENT, without security header. */
export function encodeLicenceValidClient(): Uint8Array {
  return new ByteWriter(MESSAGE_BYTES)
    .u8(ERROR_ALERT)
    .u8(PREAMBLE_VERSION)
    .u16le(MESSAGE_BYTES)
    .u32le(STATUS_VALID_CLIENT)
    .u32le(ST_NO_TRANSITION)
    .u16le(BB_ERROR_BLOB)
    .u16le(0)
    .finish();
}

/** A licensing PDU after its security header. */
export function decodeLicence(bytes: Uint8Array): LicenceMessage {
  const reader = new ByteReader(bytes);
  const messageType = reader.u8('LICENSE_PREAMBLE.bMsgType');
  reader.skip(3, 'LICENSE_PREAMBLE');
  if (messageType !== ERROR_ALERT) return { tag: 'other', messageType };
  const errorCode = reader.u32le('LICENSE_ERROR_MESSAGE.dwErrorCode');
  const stateTransition = reader.u32le('LICENSE_ERROR_MESSAGE.dwStateTransition');
  return errorCode === STATUS_VALID_CLIENT ? { tag: 'validClient' } : { tag: 'error', errorCode, stateTransition };
}
