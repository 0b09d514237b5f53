import { afterEach, describe, expect, it } from 'vitest';
import {
  capitals,
  chooseLocale,
  dateTime,
  firstLetter,
  inOrder,
  language,
  numberText,
  setLocale,
  timeOfDay,
  timeWithSeconds,
} from '../../src/words/locale.ts';

const DEFAULT = chooseLocale({ languages: [], formats: undefined });
/** Local time, whatever zone this machine is in. */
const EVENING = new Date(2026, 10, 22, 21, 5, 7).getTime();
const MORNING = new Date(2026, 10, 22, 9, 5, 7).getTime();
/** The space before AM and PM is a narrow one in newer versions of ICU. */
const plain = (text: string): string => text.replace(/\s/g, ' ');

afterEach(() => setLocale(DEFAULT));

describe('the locale', () => {
  it.each([
    ['nothing is known', [], undefined, 'en-u-hc-h23'],
    ['American', ['en-US'], 'en-US', 'en-US-u-hc-h12'],
    ['British', ['en-GB'], 'en-GB', 'en-GB-u-hc-h23'],
    ['American, who has chosen 24 hours', ['en-US'], 'en-US-u-hc-h23', 'en-US-u-hc-h23'],
    ['a language without words, where the day has 24 hours', ['de-DE'], 'de-DE', 'en-u-hc-h23'],
    ['a language without words, where it has 12', ['ar-EG'], 'ar-EG', 'en-u-hc-h12'],
    ['English words with German formats', ['en-US'], 'de-DE', 'en-u-hc-h23'],
    ['no tag at all', ['', 'x_'], 'not a tag', 'en-u-hc-h23'],
  ])('%s', (_, languages, formats, expected) => {
    expect(chooseLocale({ languages, formats })).toBe(expected);
  });

  it('is what times, dates and numbers are written in', () => {
    expect([timeOfDay(EVENING), timeOfDay(MORNING), timeWithSeconds(MORNING)]).toEqual(['21:05', '09:05', '09:05:07']);
    expect(dateTime(EVENING)).toBe('Nov 22, 2026, 21:05');
    setLocale('en-US-u-hc-h12');
    expect([timeOfDay(EVENING), timeOfDay(MORNING), timeWithSeconds(EVENING)].map(plain)).toEqual(['9:05 PM', '9:05 AM', '9:05:07 PM']);
    expect(plain(dateTime(EVENING))).toBe('Nov 22, 2026, 9:05 PM');
    setLocale('en-IN-u-hc-h23');
    expect(numberText(1_234_567)).toBe('12,34,567');
    expect(language()).toBe('en');
  });

  it('is refused when it is none, and stays as it was', () => {
    expect(() => setLocale('not a tag')).toThrow(RangeError);
    expect(timeOfDay(EVENING)).toBe('21:05');
  });

  it('orders names and finds letters as people do', () => {
    expect(['Zoe', 'éva', 'Anna', 'eva'].toSorted(inOrder)).toEqual(['Anna', 'eva', 'éva', 'Zoe']);
    expect(firstLetter('👩‍👧 x')).toBe('👩‍👧');
    expect(firstLetter('')).toBe('');
    expect(capitals('ß')).toBe('SS');
  });
});
