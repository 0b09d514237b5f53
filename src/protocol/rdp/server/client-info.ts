import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { decodeClientInfo } from '../pdu/client-info.ts';
import { decodeSecurityHeader, SEC } from '../pdu/security-header.ts';
import type { Session, Step } from './server-state.ts';

/**
 * Secure settings exchange ([MS-RDPBCGR] 2.2.1.11): who is there, and the password and folder it presents. From here nothing goes out
 * before `admit`, but round-trip requests.
 * @param data of the I/O channel
 */
export function receiveClientInfo(session: Session, data: Uint8Array): Step {
  const reader = new ByteReader(data);
  const flags = decodeSecurityHeader(reader);
  if ((flags & SEC.infoPkt) === 0) throw new ProtocolError('UNEXPECTED', 'TS_SECURITY_HEADER.flags', 'SEC_INFO_PKT', flags);
  if ((flags & SEC.encrypt) !== 0) throw new ProtocolError('REFUSED', 'TS_SECURITY_HEADER.flags', 'no encryption below TLS', flags);
  const { domain, userName, password, alternateShell, workingDir } = decodeClientInfo(reader.rest());
  const { clientName, clientBuild } = session.core;
  return {
    state: { tag: 'awaitingAdmission', session },
    outputs: [{ tag: 'clientInfo', info: { domain, userName, password, alternateShell, workingDir, clientName, clientBuild } }],
  };
}
