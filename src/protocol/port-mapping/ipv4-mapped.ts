import type { ByteReader } from '../bytes/reader.ts';
import type { ByteWriter } from '../bytes/writer.ts';
import { ProtocolError } from '../bytes/errors.ts';
import { ipv4Octets, ipv6Groups } from '../ip-address.ts';

const MAPPED_PREFIX = 0xffff;

/** RFC 6887 section 5: sixteen bytes, IPv4 as `::ffff:a.b.c.d`. Throws ProtocolError MALFORMED for what is no address. */
export function writeAddress(writer: ByteWriter, address: string): void {
  const octets = ipv4Octets(address);
  if (octets !== undefined) {
    writer.zeros(10).u16be(MAPPED_PREFIX).bytes(Uint8Array.from(octets));
    return;
  }
  const groups = ipv6Groups(address);
  if (groups === undefined) throw new ProtocolError('MALFORMED', 'PCP.address', 'an IP address', 'something else');
  for (const group of groups) writer.u16be(group);
}

/** The same back: dotted for IPv4, eight groups without abbreviation for IPv6. */
export function readAddress(reader: ByteReader, field: string): string {
  const bytes = reader.view8(16, field);
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (mapped) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16));
  return groups.join(':');
}
