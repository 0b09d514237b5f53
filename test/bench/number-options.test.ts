import { describe, expect, it } from 'vitest';
import { OptionError, readNumbers, usageOf } from './number-options.ts';

const OPTIONS = {
  clients: { what: 'people', low: 10, high: 5_000, otherwise: 2_000 },
  seconds: { what: 'of each phase', low: 2, high: 120, otherwise: 20 },
};

describe('the numbers that a benchmark takes', () => {
  it('are as typed, else as they are when left out', () => {
    expect(readNumbers(['--clients', '10'], OPTIONS)).toEqual({ clients: 10, seconds: 20 });
    expect(readNumbers(['--seconds=120', '--xmpp'], OPTIONS, ['xmpp'])).toEqual({ clients: 2_000, seconds: 120 });
  });

  it.each([
    [['--clients', '9'], 'OUT_OF_RANGE', '--clients takes a whole number from 10 to 5000'],
    [['--clients', '5001'], 'OUT_OF_RANGE', '--clients takes a whole number from 10 to 5000'],
    [['--clients', '10.5'], 'OUT_OF_RANGE', '--clients takes a whole number from 10 to 5000'],
    [['--clients', 'many'], 'OUT_OF_RANGE', '--clients takes a whole number from 10 to 5000'],
    [['--people', '10'], 'UNKNOWN', /people/],
    [['10'], 'UNKNOWN', /10/],
    [['--clients'], 'UNKNOWN', /clients/],
    [['--xmpp'], 'UNKNOWN', /xmpp/],
  ] as const)('%j is refused: %s', (args, code, message) => {
    const read = (): unknown => readNumbers(args, OPTIONS);
    expect(read).toThrow(OptionError);
    expect(read).toThrow(expect.objectContaining({ code }));
    expect(read).toThrow(message);
  });

  it('are not read where the usage is asked for, which names each of them', () => {
    expect(readNumbers(['--help', '--clients', '1'], OPTIONS)).toBeUndefined();
    expect(usageOf('npm run bench --', OPTIONS, ['--xmpp   others'])).toBe(
      [
        'Usage: npm run bench -- [options]',
        '  --clients N        people: 10 to 5000, 2000 when left out',
        '  --seconds N        of each phase: 2 to 120, 20 when left out',
        '  --xmpp   others',
        '  --help             this',
      ].join('\n'),
    );
  });
});
