/** The sentences of a list as they stand in its file, one a plural form. */
type Entry = string | Readonly<Record<string, string>>;
export type ListFile = Readonly<Record<string, Entry>>;

const placeholdersOf = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].toSorted();
const formsOf = (entry: Entry): readonly (readonly [category: string, text: string])[] =>
  typeof entry === 'string' ? [['', entry]] : Object.entries(entry);

/** The placeholders of a sentence: those of its general form, which leaves none out. */
export const placeholders = (entry: Entry): string[] => placeholdersOf(typeof entry === 'string' ? entry : (entry['other'] ?? ''));

/**
 * What is wrong with the word list of `language`, one line a fault, held against `reference`: the same keys with the same placeholders,
 * and plural forms of exactly the categories that the language has.
 */
export function wordListFaults(list: ListFile, language: string, reference: ListFile): string[] {
  const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
  const faults = Object.keys(reference)
    .filter((key) => !Object.hasOwn(list, key))
    .map((key) => `${key}: missing`);
  for (const [key, entry] of Object.entries(list)) {
    const expected = reference[key];
    if (expected === undefined) {
      faults.push(`${key}: unknown`);
      continue;
    }
    const wanted = placeholders(expected);
    if (placeholders(entry).join() !== wanted.join())
      faults.push(`${key}: placeholders ${placeholders(entry).join()}, not ${wanted.join()}`);
    if (typeof entry !== 'string') {
      const found = Object.keys(entry).toSorted();
      if (found.join() !== categories.join()) faults.push(`${key}: forms ${found.join()}, not ${categories.join()}`);
      if (!wanted.includes('count')) faults.push(`${key}: plural forms without a count`);
    }
    for (const [category, text] of formsOf(entry)) {
      const where = category === '' ? key : `${key} (${category})`;
      if (text.trim() !== text || text === '') faults.push(`${where}: empty, or space around it`);
      if (/[{}]/.test(text.replace(/\{\w+\}/g, ''))) faults.push(`${where}: stray brace`);
      // "One minute" needs no number; a placeholder that the general form lacks would never be filled.
      if (placeholdersOf(text).some((name) => !wanted.includes(name))) faults.push(`${where}: a placeholder of its own`);
    }
  }
  return faults;
}
