import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compoundText } from '../../../src/main/desktop/x11/compound-text.ts';

const read = (bytes: string): string => compoundText(Buffer.from(bytes, 'latin1'));

describe('Compound Text', () => {
  // What xterm and Xlib made of these in a UTF-8 locale.
  it.each([
    ['A \x1b%G\xe2\x80\x93\x1b%@ B', 'A – B'],
    ['x \x1b%G\xf0\x9f\x98\x80\x1b%@ y', 'x 😀 y'],
    ['\x1b$(BF|K\\8l\x1b(B \x1b$(B%F%9%H', '日本語 テスト'],
    ['\x1b-L\xbf\xe0\xd8\xd2\xd5\xe2', 'Привет'],
    ['\x1b-B\xbf\x1b-A\xf3\x1b-B\xb3\xe6', 'żółć'],
    ['\x1b-F\xc5\xeb\xeb\xdc\xe4\xe1', 'Ελλάδα'],
    ['\x1b$(CGQ19>n\x1b(B \x1b$(BCfJ8\x1b(B \x1b$(B4A;z', '한국어 中文 漢字'],
    ['\xe9 \x1b%G\xe2\x80\x93\x1b%@ \x1b-L\xbf\xe0\xd8\xd2\xd5\xe2 \x1b$(BF|K\\\x1b(B \x1b-A\xf1', 'é – Привет 日本 ñ'],
  ])('%j is %s', (bytes, text) => {
    expect(read(bytes)).toBe(text);
  });

  it.each([
    ['ASCII and Latin-1, unless something else is said', 'Gr\xfc\xdfe \xa4\x91', 'Grüße ¤\x91'],
    ['sets in the upper half', '\x1b)I\xb1\x1b$)A\xd6\xd0\x1b-A\xe9', 'ｱ中é'],
    ['JIS X 0212, which its decoder has behind a byte', '\x1b$(D0!', '丂'],
    ['spaces within a set of two bytes', '\x1b$(BF| K\\', '日 本'],
    ['directions of writing, passed over', '\x9b2]\x1b-H\xf9\xec\x9b]\x9b1]a\x9b]', 'שלa'],
    ['the version, passed over', '\x1b#F0a', 'a'],
    ['a named encoding', 'a\x1b%/1\x80\x89koi8-r\x02\xf0\xd2b', 'aПрb'],
    ['one of Windows', '\x1b%/1\x80\x93microsoft-cp1251\x02\xcf\xf0b', 'Прb'],
    ['one with a number behind', '\x1b%/2\x80\x89big5-0\x02\xa4\xa4b', '中b'],
  ])('%s', (_, bytes, text) => {
    expect(read(bytes)).toBe(text);
  });

  it('what this computer does not know is a mark for each character, and what follows is read', () => {
    expect(read('\x1b$(GaBcD\x1b(Bx\x1b-Z\xe1\x1b-A\xe9')).toBe('\ufffd\ufffdx\ufffdé');
    expect(read('\x1b%/2\x80\x8cunheard\x02abcdé')).toBe('\ufffd\ufffdé');
  });

  it('takes arbitrary bytes without an error, and never makes more characters than there are bytes', () => {
    const piece = fc.oneof(
      fc.constantFrom('\x1b', '\x1b%G', '\x1b%@', '\x1b%/2', '\x1b$(B', '\x1b-L', '\x9b', '\x9b2]', '\x80\x8a'),
      fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const bytes = pieces.join('');
        expect(read(bytes).length).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });
});
