import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { decodeLicence } from '../pdu/licence.ts';
import { decodeSecurityHeader, SEC } from '../pdu/security-header.ts';

/** Phase 6, licensing ([MS-RDPBCGR] 2.2.1.12), data of the I/O channel. Throws `REFUSED` for all but STATUS_VALID_CLIENT: we have no licence to show. */
export function readLicence(data: Uint8Array): void {
  const reader = new ByteReader(data);
  const flags = decodeSecurityHeader(reader);
  if ((flags & SEC.licensePkt) === 0) throw new ProtocolError('UNEXPECTED', 'TS_SECURITY_HEADER.flags', 'SEC_LICENSE_PKT', flags);
  if ((flags & SEC.encrypt) !== 0) throw new ProtocolError('REFUSED', 'TS_SECURITY_HEADER.flags', 'no encryption below TLS', flags);
  const message = decodeLicence(reader.rest());
  if (message.tag !== 'validClient') throw new ProtocolError('REFUSED', 'LICENSE_ERROR_MESSAGE', 'STATUS_VALID_CLIENT', message.tag);
}
