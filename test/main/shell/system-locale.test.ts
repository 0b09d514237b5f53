import { describe, expect, it } from 'vitest';
import { systemLocale, type LocaleSources } from '../../../src/main/shell/system-locale.ts';

const NOTHING: LocaleSources = { platform: 'linux', env: {}, switched: '', preferred: [], region: '' };
const formats = (sources: Partial<LocaleSources>): string | undefined => systemLocale({ ...NOTHING, ...sources }).formats;

describe('the locale of the system', () => {
  it.each<[string, Partial<LocaleSources>, string | undefined]>([
    ['is unknown', {}, undefined],
    ['LANG', { env: { LANG: 'de_DE.UTF-8' } }, 'de-DE'],
    ['LC_TIME before LANG', { env: { LANG: 'en_US.UTF-8', LC_TIME: 'en_GB.UTF-8' } }, 'en-GB'],
    ['LC_ALL before both', { env: { LANG: 'de_DE', LC_TIME: 'de_DE', LC_ALL: 'en_US.UTF-8' } }, 'en-US'],
    ['an empty variable is none', { env: { LC_ALL: '', LANG: 'en_US' } }, 'en-US'],
    ['C says nothing', { env: { LC_ALL: 'C.UTF-8', LANG: 'en_US' } }, undefined],
    ['POSIX says nothing', { env: { LANG: 'POSIX' } }, undefined],
    ['a modifier is left out', { env: { LANG: 'ca_ES.UTF-8@valencia' } }, 'ca-ES'],
    ['elsewhere the system is asked', { platform: 'win32', env: { LANG: 'de_DE' }, region: 'en-US' }, 'en-US'],
    ['keywords of macOS are left out', { platform: 'darwin', region: 'en_GB@rg=dezzzz' }, 'en-GB'],
    ['it may not know', { platform: 'darwin', region: '' }, undefined],
    ['--lang counts before all', { env: { LC_ALL: 'de_DE' }, switched: 'en-US' }, 'en-US'],
  ])('%s', (_, sources, expected) => {
    expect(formats(sources)).toBe(expected);
  });

  it('has the languages of the system, after that of --lang', () => {
    expect(systemLocale({ ...NOTHING, preferred: ['fr-CH', 'de'] }).languages).toEqual(['fr-CH', 'de']);
    expect(systemLocale({ ...NOTHING, preferred: ['fr'], switched: 'pl' }).languages).toEqual(['pl', 'fr']);
  });
});
