import { ByteWriter } from '../../bytes/writer.ts';
import { encodeClientInfo, INFO } from '../pdu/client-info.ts';
import { encodeSecurityHeader, SEC } from '../pdu/security-header.ts';
import type { RdpClientConfig } from './contract.ts';

/**
 * Phase 5, secure settings exchange ([MS-RDPBCGR] 2.2.1.11): Client Info, data for the I/O channel. From here the novice is being asked.
 * The flags are those that every common client sends: xrdp takes a packet without one of mouse, disableCtrlAltDel, unicode and maximizeShell for
 * one that was not decrypted.
 */
export function clientInfo({ userName, password, alternateShell, workingDir }: RdpClientConfig): Uint8Array {
  const info = encodeClientInfo({
    codePage: 0,
    flags:
      INFO.mouse |
      INFO.unicode |
      INFO.disableCtrlAltDel |
      INFO.maximizeShell |
      INFO.logonNotify |
      INFO.enableWindowsKey |
      INFO.mouseHasWheel |
      INFO.noAudioPlayback,
    domain: '',
    userName,
    password,
    alternateShell,
    workingDir,
  });
  return new ByteWriter(info.length + 4).bytes(encodeSecurityHeader(SEC.infoPkt)).bytes(info).finish();
}
