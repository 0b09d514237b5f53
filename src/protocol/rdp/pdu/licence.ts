import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** `bMsgType` of LICENSE_PREAMBLE (2.2.1.12.1.1). */
const MESSAGE = { licenceRequest: 0x01, errorAlert: 0xff } as const;
/** PREAMBLE_VERSION_3_0. */
const PREAMBLE_VERSION = 0x03;
/** `dwErrorCode`: what a client says that has no licence, and what a server says that wants none. */
const ERR_NO_LICENSE = 0x0000_0002;
const STATUS_VALID_CLIENT = 0x0000_0007;
/** `dwStateTransition`. */
const ST_TOTAL_ABORT = 0x0000_0001;
const ST_NO_TRANSITION = 0x0000_0002;
const BB_ERROR_BLOB = 0x0004;
const MESSAGE_BYTES = 16;

export type LicenceMessage =
  | { readonly tag: 'validClient' }
  | { readonly tag: 'error'; readonly errorCode: number; readonly stateTransition: number }
  /** SERVER_LICENSE_REQUEST: the server wants to negotiate a licence. */
  | { readonly tag: 'request' }
  /** Any other message: the server goes on negotiating. */
  | { readonly tag: 'other'; readonly messageType: number };

const ERRORS = {
  validClient: { code: STATUS_VALID_CLIENT, transition: ST_NO_TRANSITION },
  noLicence: { code: ERR_NO_LICENSE, transition: ST_TOTAL_ABORT },
} as const;

/**
 * [MS-RDPBCGR] 2.2.1.12.1.3 LICENSE_ERROR_MESSAGE without security header: a server's STATUS_VALID_CLIENT, or a client's ERR_NO_LICENSE with
 * ST_TOTAL_ABORT, which ends the client's part in licensing.
 */
export function encodeLicenceError(why: keyof typeof ERRORS): Uint8Array {
  return new ByteWriter(MESSAGE_BYTES)
    .u8(MESSAGE.errorAlert)
    .u8(PREAMBLE_VERSION)
    .u16le(MESSAGE_BYTES)
    .u32le(ERRORS[why].code)
    .u32le(ERRORS[why].transition)
    .u16le(BB_ERROR_BLOB)
    .u16le(0)
    .finish();
}

/** A licensing PDU after its security header. */
export function decodeLicence(bytes: Uint8Array): LicenceMessage {
  const reader = new ByteReader(bytes);
  const messageType = reader.u8('LICENSE_PREAMBLE.bMsgType');
  reader.skip(3, 'LICENSE_PREAMBLE');
  if (messageType === MESSAGE.licenceRequest) return { tag: 'request' };
  if (messageType !== MESSAGE.errorAlert) return { tag: 'other', messageType };
  const errorCode = reader.u32le('LICENSE_ERROR_MESSAGE.dwErrorCode');
  const stateTransition = reader.u32le('LICENSE_ERROR_MESSAGE.dwStateTransition');
  return errorCode === STATUS_VALID_CLIENT ? { tag: 'validClient' } : { tag: 'error', errorCode, stateTransition };
}
