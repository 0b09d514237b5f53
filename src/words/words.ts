/**
 * Typed access to the word lists. Every visible string is a whole sentence under a flat key of `assets/locales/en.json`.
 *
 * A key that does not exist, a placeholder that is missing and one that is too many are compile errors. JSON gives keys but not
 * literal texts to the type checker, so the placeholders of each key stand in `placeholders.ts`. After a change of the word list,
 * `vitest run test/words -u` writes that file anew; without `-u` the test fails when the two differ.
 */
import type { PluralForms, WordKey } from './languages.ts';
import { capitals, firstLetter, numberText, pluralCategory, wordList } from './locale.ts';
import type { Placeholders } from './placeholders.ts';

/** A number is written as the locale writes numbers; `count` also chooses the plural form. */
export type WordValues = Readonly<Record<string, string | number>>;

type ValuesOf<K extends WordKey> = K extends keyof Placeholders
  ? readonly [values: { readonly [P in Placeholders[K]]: P extends 'count' ? number : string | number }]
  : readonly [];

/** Whether `key`, which came from outside (a notice, a reason), is in the word list. */
export function isWordKey(key: string): key is WordKey {
  return Object.hasOwn(wordList(), key);
}

function formOf(sentence: string | PluralForms, { count }: WordValues): string {
  if (typeof sentence === 'string') return sentence;
  return (typeof count === 'number' ? sentence[pluralCategory(count)] : undefined) ?? sentence.other;
}

/** What stands for somebody without a name is written large where a sentence begins; a name stays as people write it. */
const PHRASES = ['person.unnamed', 'person.withInvitation'] as const;
const isPhrase = (value: string): boolean => PHRASES.some((key) => wordList()[key] === value);
const SENTENCE_BEGINS = /(?:^|[.!?]\s+)$/;

function fill(key: WordKey, values: WordValues): string {
  return formOf(wordList()[key], values).replace(/\{(\w+)\}/g, (placeholder, name: string, at: number, sentence: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return placeholder;
    if (typeof value === 'number') return numberText(value);
    return isPhrase(value) && SENTENCE_BEGINS.test(sentence.slice(0, at))
      ? capitals(firstLetter(value)) + value.slice(firstLetter(value).length)
      : value;
  });
}

/** The sentence for `key` with its placeholders filled. Values are inserted as they are; nothing in them is read as a placeholder. */
export function t<K extends WordKey>(key: K, ...values: ValuesOf<K>): string {
  return fill(key, (values as readonly WordValues[])[0] ?? {});
}

/** The sentence for a key that came as data; a general sentence naming the key when there is none. */
export function tFromData(key: string, values: WordValues): string {
  return isWordKey(key) ? fill(key, values) : t('notice.unknown', { key });
}
