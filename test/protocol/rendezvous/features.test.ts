import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { formatFeatures, parseFeatures, takesParts } from '../../../src/protocol/rendezvous/features.ts';

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'none';
};
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,7}$/);
const value = fc.stringMatching(/^[A-Za-z0-9._+/=-]{0,7}$/);

describe('the features line', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999 }), fc.array(fc.tuple(name, value), { maxLength: 14 }), (version, entries) => {
        const features = { version, named: new Map(entries) };
        expect(parseFeatures(formatFeatures(features))).toEqual(features);
      }),
    );
  });

  it.each([
    ['1', 1, []],
    ['1;parts', 1, [['parts', '']]],
    [
      ' 1 ; parts ; key=ab+/=',
      1,
      [
        ['parts', ''],
        ['key', 'ab+/='],
      ],
    ],
    // Of later versions and of features that nobody knows yet.
    [
      '9999;parts;from-next-year=x.1',
      9_999,
      [
        ['parts', ''],
        ['from-next-year', 'x.1'],
      ],
    ],
    ['2;a=1;a=2', 2, [['a', '1']]],
  ] as const)('%j', (line, version, named) => {
    expect(parseFeatures(line)).toEqual({ version, named: new Map(named as readonly (readonly [string, string])[]) });
  });

  it.each([
    ['', 'MALFORMED'],
    ['0', 'MALFORMED'],
    ['01', 'MALFORMED'],
    ['10000', 'MALFORMED'],
    ['-1', 'MALFORMED'],
    ['parts', 'MALFORMED'],
    ['1;', 'MALFORMED'],
    ['1;;parts', 'MALFORMED'],
    ['1;Parts', 'MALFORMED'],
    ['1;a=', 'MALFORMED'],
    ['1;a="b"', 'MALFORMED'],
    ['1;a=b c', 'MALFORMED'],
    [`1;${'a'.repeat(25)}`, 'MALFORMED'],
    [`1;a=${'b'.repeat(65)}`, 'MALFORMED'],
    [`1${';a'.repeat(17)}`, 'TOO_LARGE'],
    [`1;${'a;'.repeat(200)}`, 'TOO_LARGE'],
  ])('refuses %j', (line, code) => {
    expect(codeOf(() => parseFeatures(line))).toBe(code);
  });

  it('writes nothing that could not be read', () => {
    const write = (version: number, named: readonly (readonly [string, string])[]) => () =>
      formatFeatures({ version, named: new Map(named) });
    expect(codeOf(write(0, []))).toBe('MALFORMED');
    expect(codeOf(write(1, [['a;b', '']]))).toBe('MALFORMED');
    expect(codeOf(write(1, [['a', 'b\r\nc']]))).toBe('MALFORMED');
    expect(
      codeOf(
        write(
          1,
          Array.from({ length: 17 }, (_, index) => [`f${index}`, ''] as const),
        ),
      ),
    ).toBe('TOO_LARGE');
  });

  it('says who takes parts', () => {
    expect([undefined, parseFeatures('1'), parseFeatures('7;x;parts')].map(takesParts)).toEqual([false, false, true]);
  });
});
