/* Names that people whom nobody knows here give themselves: how they are shown, and whose they look like. */
import { CONFUSABLES } from './confusables.ts';

/** Longest claimed name shown, in code points. */
export const MAX_CLAIMED = 32;

/** Alphabets that people write names in. Those of East Asia are written together. */
const ALPHABETS: readonly RegExp[] = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Georgian}/u,
  /\p{Script=Devanagari}/u,
  /\p{Script=Bengali}/u,
  /\p{Script=Tamil}/u,
  /\p{Script=Telugu}/u,
  /\p{Script=Thai}/u,
  /\p{Script=Ethiopic}/u,
];

export interface ClaimedName {
  /** Letters, digits, single blanks and marks of one alphabet, at most {@link MAX_CLAIMED}; may be empty. */
  readonly name: string;
  /** It was made of letters of several alphabets, as false names are. */
  readonly mixed: boolean;
}

/** The one way in which a name is shown of which we know only that somebody says it. It belongs in quotation marks. */
export function claimedName(text: string): ClaimedName {
  const plain = text
    .slice(0, 1_024)
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    // A mark needs a letter, and more than three of them only serve to cover the line above.
    .replace(/(^|[^\p{L}\p{M}])\p{M}+/gu, '$1')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim();
  const counts = new Map<RegExp | undefined, number>();
  for (const letter of plain.match(/\p{L}/gu) ?? []) counts.set(alphabetOf(letter), (counts.get(alphabetOf(letter)) ?? 0) + 1);
  const [main] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? [];
  const mixed = counts.size > 1;
  const kept = mixed
    ? Array.from(plain.matchAll(/\p{L}\p{M}*|[\p{N} ]/gu), ([sign]) =>
        /^\p{L}/u.test(sign) && alphabetOf(sign) !== main ? '' : sign,
      ).join('')
    : plain;
  return { name: Array.from(kept.replace(/ +/g, ' ').trim()).slice(0, MAX_CLAIMED).join('').trim(), mixed };
}

/** Somebody goes for a contact: by name, by an address that looks the same, or by calling themselves what the contact's address is. */
export const isTakenFor = (contact: Named, { address, friendlyName }: Named): boolean =>
  looksLike(contact.friendlyName, friendlyName) || looksLike(contact.address, address) || looksLike(contact.address, friendlyName);

interface Named {
  readonly address: string;
  readonly friendlyName: string;
}

const alphabetOf = (letter: string): RegExp | undefined => ALPHABETS.find((alphabet) => alphabet.test(letter));

/** Whether one name is taken for another: equal without regard to case, marks, blanks and look-alikes (UTS #39, skeletons). */
export function looksLike(one: string, other: string): boolean {
  const [ones, others] = [looksOf(one), looksOf(other)];
  return ones.some((look, at) => look !== '' && look === others[at]);
}

/** The skeleton of a name as it is written, in small letters, and of the name in small letters: I is l only in the first two, and Cyrillic В is b only in the last. */
function looksOf(name: string): readonly string[] {
  const bare = name
    .slice(0, 1_024)
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '');
  return [skeleton(bare), skeleton(bare).toLowerCase(), skeleton(bare.toLowerCase())];
}

const skeleton = (bare: string): string =>
  Array.from(bare, (sign) => CONFUSABLES.get(sign) ?? sign)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '');
