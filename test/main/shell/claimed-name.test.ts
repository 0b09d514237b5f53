import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimedName, looksLike, MAX_CLAIMED } from '../../../src/main/shell/claimed-name.ts';

describe('a name that somebody whom nobody knows gives', () => {
  it.each([
    ['Anna Müller', 'Anna Müller', false],
    ["  Anne-Marie   O'Brien ", 'Anne Marie O Brien', false],
    ['Anna 🚑 (Microsoft Support)', 'Anna Microsoft Support', false],
    ['An\u200bna\u202e', 'Anna', false],
    ['Аnna', 'nna', true],
    ['𝐀𝐧𝐧𝐚', 'Anna', false],
    ['Анна Петрова', 'Анна Петрова', false],
    ['山田 はなこ', '山田 はなこ', false],
    ['\u0301\u0301A\u0301\u0301\u0301\u0301\u0301', 'Á\u0301\u0301\u0301', false],
    ['!!! …', '', false],
  ])('%j is shown as %j', (text, name, mixed) => {
    expect(claimedName(text)).toEqual({ name, mixed });
  });

  it('is short, of letters, digits, marks and single blanks, and the same when it is claimed again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const { name } = claimedName(text);
        expect(name).toMatch(/^(?:[\p{L}\p{N}\p{M}]+(?: [\p{L}\p{N}\p{M}]+)*)?$/u);
        expect(Array.from(name).length).toBeLessThanOrEqual(MAX_CLAIMED);
        expect(claimedName(name).mixed).toBe(false);
      }),
    );
  });
});

describe('a name that is taken for another', () => {
  it.each([
    ['Anna', 'anna'],
    ['Anna', 'Аnnа'],
    ['Alice', 'AIice'],
    ['Alice', 'A1ice'],
    ['Peter', 'Ρeter'],
    ['Marie', 'Rnarie'.replace('Rn', 'M')],
    ['mama', 'rnarna'],
    ['Anna Müller', 'anna  muller'],
    ['Müller', 'M\u00adüller'],
    ['Ольга', 'Oльгa'],
    ['Bob', 'Вob'],
  ])('%s and %s', (one, other) => {
    expect([looksLike(one, other), looksLike(other, one)]).toEqual([true, true]);
  });

  it.each([
    ['Anna', 'Hanna'],
    ['Tom', 'Tim'],
    ['Anna', ''],
    ['', ''],
    ['山田', '田山'],
  ])('is not %s for %s', (one, other) => {
    expect(looksLike(one, other)).toBe(false);
  });
});
