import { sha256 } from '@noble/hashes/sha2.js';

const GROUPS = 6;
const GROUP_DIGITS = 5;

/** Of a public key, to be compared by voice: six groups of five digits. */
export function fingerprintOf(key: Uint8Array): string {
  const digest = sha256(key);
  return Array.from({ length: GROUPS }, (_, group) => {
    const value = digest.subarray(group * 5, group * 5 + 5).reduce((sum, byte) => sum * 256 + byte, 0);
    return String(value % 10 ** GROUP_DIGITS).padStart(GROUP_DIGITS, '0');
  }).join(' ');
}
