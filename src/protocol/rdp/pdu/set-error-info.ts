import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** `errorInfo` of TS_SET_ERROR_INFO_PDU: the codes that we send or understand. */
export const ERRINFO = {
  none: 0x0000_0000,
  rpcInitiatedDisconnect: 0x0000_0001,
  rpcInitiatedLogoff: 0x0000_0002,
  idleTimeout: 0x0000_0003,
  logonTimeout: 0x0000_0004,
  serverDeniedConnection: 0x0000_0007,
  rpcInitiatedDisconnectByUser: 0x0000_000b,
  logoffByUser: 0x0000_000c,
  unknownPduType2: 0x0000_10c9,
  graphicsSubsystemFailed: 0x0000_112f,
} as const;

/** [MS-RDPBCGR] 2.2.5.1.1 TS_SET_ERROR_INFO_PDU: the body of PDUTYPE2_SET_ERROR_INFO_PDU. */
export function encodeSetErrorInfo(errorInfo: number): Uint8Array {
  return new ByteWriter(4).u32le(errorInfo, 'TS_SET_ERROR_INFO_PDU.errorInfo').finish();
}

/** The errorInfo of a Set Error Info PDU's body. */
export function decodeSetErrorInfo(body: Uint8Array): number {
  return new ByteReader(body).u32le('TS_SET_ERROR_INFO_PDU.errorInfo');
}
