import { describe, expect, it } from 'vitest';
import { LaunchError } from '../../../src/main/shell/command-line.ts';
import { failedStartText } from '../../../src/main/shell/failed-start.ts';

describe('a start that fails', () => {
  it.each([
    [
      new LaunchError('BAD_DATA_DIR', 'ENOTDIR: not a directory'),
      /^The folder for Ringback’s data [^\n]*\.\n\n.*: ENOTDIR: not a directory$/,
    ],
    [new LaunchError('BAD_ADDRESS', 'must be an IP address'), /^The network address [^\n]*\.\n\n.*: must be an IP address$/],
    [new Error('EACCES'), /^Something went wrong [^\n]*\.\n\n.*: EACCES$/],
    ['text', /\n\n.*: text$/],
  ])('says a sentence, and what was thrown on a line of its own: %s', (error, expected) => {
    expect(failedStartText(error)).toMatch(expected);
  });
});
