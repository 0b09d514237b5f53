/**
 * Typed access to the word list. Every visible string is a whole sentence under a flat key of `assets/locales/en.json`.
 *
 * A key that does not exist, a placeholder that is missing and one that is too many are compile errors. JSON gives keys but not
 * literal texts to the type checker, so the placeholders of each key stand in `placeholders.ts`. After a change of the word list,
 * `vitest run test/words -u` writes that file anew; without `-u` the test fails when the two differ.
 */
import english from '../../assets/locales/en.json' with { type: 'json' };
import type { Placeholders } from './placeholders.ts';

const LOCALE = 'en';

export type WordKey = keyof typeof english;
export type WordValues = Readonly<Record<string, string | number>>;

type ValuesOf<K extends WordKey> = K extends keyof Placeholders
  ? readonly [values: Readonly<Record<Placeholders[K], string | number>>]
  : readonly [];

/** A base that has `.one` and `.other`. */
export type CountKey = {
  [K in WordKey]: K extends `${infer Base}.one` ? (`${Base}.other` extends WordKey ? Base : never) : never;
}[WordKey];
type CountValuesOf<B extends CountKey> = `${B}.other` extends infer Other extends keyof Placeholders
  ? Exclude<Placeholders[Other], 'count'> extends never
    ? readonly []
    : readonly [values: Readonly<Record<Exclude<Placeholders[Other], 'count'>, string | number>>]
  : readonly [];

const words: Readonly<Record<string, string>> = english;
const pluralRules = new Intl.PluralRules(LOCALE);
const wholeNumber = new Intl.NumberFormat(LOCALE);

/** Whether `key`, which came from outside (a notice, a reason), is in the word list. */
export function isWordKey(key: string): key is WordKey {
  return Object.hasOwn(words, key);
}

function fill(text: string, values: WordValues): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? wholeNumber.format(value) : value;
  });
}

/** The sentence for `key` with its placeholders filled. Values are inserted as they are; nothing in them is read as a placeholder. */
export function t<K extends WordKey>(key: K, ...values: ValuesOf<K>): string {
  return fill(words[key] ?? key, (values as readonly WordValues[])[0] ?? {});
}

/** The sentence for a count: `base.one` or `base.other` by the language's plural rule, with `{count}` filled. */
export function tCount<B extends CountKey>(base: B, count: number, ...values: CountValuesOf<B>): string {
  const form = pluralRules.select(count) === 'one' ? 'one' : 'other';
  return fill(words[`${base}.${form}`] ?? base, { ...(values as readonly WordValues[])[0], count });
}

/** The sentence for a key that came as data; a general sentence naming the key when there is none. */
export function tFromData(key: string, values: WordValues): string {
  return isWordKey(key) ? fill(words[key] ?? key, values) : t('notice.unknown', { key });
}
