import { PASSWORD_ALPHABET, pick, type RandomBytes } from './assistance-crypto.ts';

/** 14^8 is about 30 bits; a run tells whether one guess was right, and {@link GUEST_RUNS} of them are a chance of one in 70 million. */
const GUEST_CODE_CHARS = 8;
/** Runs that come out wrong before the code is gone, over all invitations together: three slips of a stranger do not end it. */
export const GUEST_RUNS = 20;
/** So long a code is good. */
export const GUEST_CODE_LIFE_MS = 900_000;

/** A code for one person who has no account, of the characters that an invitation file's password has. */
export function makeGuestCode(random: RandomBytes): string {
  return Array.from({ length: GUEST_CODE_CHARS }, () => pick(PASSWORD_ALPHABET, random)).join('');
}

/** What a person typed or pasted, `k7qm 2cfd` as well as `K7QM-2CFD`; undefined where it cannot be one. */
export function readGuestCode(typed: string): string | undefined {
  if (typed.length > 64) return undefined;
  const together = typed.replaceAll(/[\s\p{Pd}.]/gu, '').toUpperCase();
  return together.length === GUEST_CODE_CHARS && Array.from(together).every((character) => PASSWORD_ALPHABET.includes(character))
    ? together
    : undefined;
}
