/* A made-up language, built as a real one is: a list of sentences and one line in the table of languages. */
import { afterEach, describe, expect, it } from 'vitest';
import english from '../../assets/locales/en.json' with { type: 'json' };
import { LANGUAGES, type WordList } from '../../src/words/languages.ts';
import { chooseLocale, inOrder, language, setLocale } from '../../src/words/locale.ts';
import { t } from '../../src/words/words.ts';
import { wordListFaults, type ListFile } from '../words/word-list-faults.ts';

/** Slovenian counts with four forms; its sentences here are the English ones from right to left. */
const TAG = 'sl';
const CATEGORIES = ['one', 'two', 'few', 'other'] as const;

const turned = (text: string): string =>
  text
    .split(/(\{\w+\})/)
    .toReversed()
    .map((part) => (part.startsWith('{') ? part : Array.from(part).toReversed().join('')))
    .join('')
    .trim();

const list = Object.fromEntries(
  Object.entries(english).map(([key, entry]) => [
    key,
    typeof entry === 'string'
      ? turned(entry)
      : Object.fromEntries(CATEGORIES.map((category) => [category, `${category}: ${turned(entry.other)}`])),
  ]),
) as WordList;
const languages = { ...LANGUAGES, [TAG]: list };

describe('a further language', () => {
  afterEach(() => setLocale(chooseLocale({ languages: [], formats: undefined })));

  it('is a list without faults and a line in the table', () => {
    expect(wordListFaults(list as ListFile, TAG, english)).toEqual([]);
    const tag = chooseLocale({ languages: ['hr', 'sl-SI', 'en'], formats: 'sl-SI' }, languages);
    expect(tag).toBe('sl-SI-u-hc-h23');
    setLocale(tag, languages);
    expect(language()).toBe(TAG);
    expect(t('common.cancel')).toBe('lecnaC');
    expect(t('picker.askPerson', { name: 'Čila' })).toContain('Čila');
    expect([1, 2, 3, 5].map((count) => t('status.retryIn', { count }).split(':')[0])).toEqual(CATEGORIES);
    expect(['d', 'č', 'c'].toSorted(inOrder)).toEqual(['c', 'č', 'd']);
  });

  it('is left for another one at any time', () => {
    setLocale('sl', languages);
    setLocale('en', languages);
    expect(t('common.cancel')).toBe('Cancel');
  });
});
