import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { decodeLicence, encodeLicenceError } from '../pdu/licence.ts';
import { decodeSecurityHeader, encodeSecurityHeader, SEC } from '../pdu/security-header.ts';

export type LicensingStep =
  /** STATUS_VALID_CLIENT: Demand Active comes next. */
  | { readonly tag: 'done' }
  /** Data for the I/O channel; what the server makes of it comes next. */
  | { readonly tag: 'answer'; readonly data: Uint8Array };

/**
 * Phase 6, licensing ([MS-RDPBCGR] 2.2.1.12), data of the I/O channel. A server that begins with SERVER_LICENSE_REQUEST ([MS-RDPELE] 2.2.2.1) is told
 * that there is no licence here, which ends licensing from our side; xrdp then lets everybody in. Throws `REFUSED` when the server insists.
 */
export function readLicence(data: Uint8Array): LicensingStep {
  const reader = new ByteReader(data);
  const flags = decodeSecurityHeader(reader);
  if ((flags & SEC.licensePkt) === 0) throw new ProtocolError('UNEXPECTED', 'TS_SECURITY_HEADER.flags', 'SEC_LICENSE_PKT', flags);
  if ((flags & SEC.encrypt) !== 0) throw new ProtocolError('REFUSED', 'TS_SECURITY_HEADER.flags', 'no encryption below TLS', flags);
  const message = decodeLicence(reader.rest());
  switch (message.tag) {
    case 'validClient':
      return { tag: 'done' };
    case 'request': {
      const error = encodeLicenceError('noLicence');
      return { tag: 'answer', data: new ByteWriter(error.length + 4).bytes(encodeSecurityHeader(SEC.licensePkt)).bytes(error).finish() };
    }
    default:
      throw new ProtocolError(
        'REFUSED',
        'LICENSE_ERROR_MESSAGE',
        'STATUS_VALID_CLIENT',
        message.tag === 'error' ? message.errorCode : message.messageType,
      );
  }
}
