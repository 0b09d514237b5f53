import { asciiEncode } from '../bytes/text.ts';
import { ProtocolError } from '../bytes/errors.ts';

/* SOCKS5 (RFC 1928) as XEP-0065 uses it: no authentication, and the name of a stream where an address would stand. */

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const CONNECT = 1;
const DOMAIN = 3;
const SUCCEEDED = 0;
/** Octets of the address by its type: IPv4, IPv6. A domain says its own length. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 1: 4, 4: 16 };
const HEAD_BYTES = 4;
const PORT_BYTES = 2;

/** Method selection (section 3): none is all that we offer. */
export const SOCKS_GREETING = Uint8Array.of(VERSION, 1, NO_AUTHENTICATION);

/** The request (section 4): CONNECT to a domain that is the stream's name, port 0. */
export function socksRequest(name: string): Uint8Array {
  const domain = asciiEncode(name, 'Socks5.DST.ADDR');
  return Uint8Array.of(VERSION, CONNECT, 0, DOMAIN, domain.length, ...domain, 0, 0);
}

/** Length of the proxy's answer to the greeting at the beginning of `bytes`, undefined while it is not whole. Throws ProtocolError REFUSED, UNEXPECTED. */
export function socksMethodLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 2) return undefined;
  version(bytes);
  if (bytes[1] !== NO_AUTHENTICATION) throw new ProtocolError('REFUSED', 'Socks5.METHOD', NO_AUTHENTICATION, bytes[1] ?? 0);
  return 2;
}

/** Length of the proxy's reply (section 6) at the beginning of `bytes`, undefined while it is not whole. Throws ProtocolError REFUSED, UNEXPECTED. */
export function socksReplyLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 2) return undefined;
  version(bytes);
  if (bytes[1] !== SUCCEEDED) throw new ProtocolError('REFUSED', 'Socks5.REP', SUCCEEDED, bytes[1] ?? 0);
  const type = bytes[3];
  if (type === undefined) return undefined;
  const domain = bytes[HEAD_BYTES];
  if (type === DOMAIN && domain === undefined) return undefined;
  const address = type === DOMAIN ? 1 + (domain ?? 0) : ADDRESS_BYTES[type];
  if (address === undefined) throw new ProtocolError('UNEXPECTED', 'Socks5.ATYP', '1, 3 or 4', type);
  const length = HEAD_BYTES + address + PORT_BYTES;
  return bytes.length < length ? undefined : length;
}

function version(bytes: Uint8Array): void {
  if (bytes[0] !== VERSION) throw new ProtocolError('UNEXPECTED', 'Socks5.VER', VERSION, bytes[0] ?? 0);
}
