import { isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(?=\d+\.)/i;
const GROUPS_OF_A_64 = 4;
const GROUPS_OF_AN_ADDRESS = 8;

/**
 * Whom to count together by an address: an IPv4 address is one household or office, and of IPv6 the first 64 bits are, for the rest a computer
 * may choose as it likes (RFC 4291 2.5.1). What is no address stands for itself.
 */
export function networkGroup(remote: string): string {
  const address = remote.replace(MAPPED, '');
  if (!isIPv6(address)) return address;
  const [withoutZone = ''] = address.toLowerCase().split('%');
  const [left = '', right] = withoutZone.split('::');
  const before = groupsOf(left);
  const gap = right === undefined ? 0 : Math.max(0, GROUPS_OF_AN_ADDRESS - before.length - groupsOf(right).length);
  const all = [...before, ...Array<string>(gap).fill('0'), ...groupsOf(right ?? '')];
  const prefix = all.slice(0, GROUPS_OF_A_64).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${prefix.join(':')}::/64`;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
