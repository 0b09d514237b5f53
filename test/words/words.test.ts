import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import english from '../../assets/locales/en.json' with { type: 'json' };
import { LANGUAGES } from '../../src/words/languages.ts';
import { isWordKey, t, tFromData } from '../../src/words/words.ts';
import { placeholders, wordListFaults, type ListFile } from './word-list-faults.ts';

const folder = join(import.meta.dirname, '../../assets/locales');

describe('word lists', () => {
  it('keep the compile-time placeholders in step with the sentences (vitest run test/words -u)', async () => {
    const lines = Object.entries(english)
      .map(([key, entry]) => ({ key, names: placeholders(entry) }))
      .filter(({ names }) => names.length > 0)
      .map(({ key, names }) => `  readonly '${key}': ${names.map((name) => `'${name}'`).join(' | ')};\n`);
    const source = `/** Placeholders of each sentence in \`assets/locales/en.json\`. Written by \`vitest run test/words -u\`; see words.ts. */\nexport interface Placeholders {\n${lines.join('')}}\n`;
    await expect(source).toMatchFileSnapshot('../../src/words/placeholders.ts');
  });

  it('are all in the table of languages', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(files.map((name) => name.slice(0, -'.json'.length))).toEqual(Object.keys(LANGUAGES).toSorted());
  });

  it.each(Object.keys(LANGUAGES))('%s has every sentence, whole and with its placeholders', (language) => {
    const list = JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8')) as ListFile;
    expect(wordListFaults(list, language, english)).toEqual([]);
  });

  it('keep what was thrown out of sentences: it has one of its own', () => {
    const technical = Object.entries(english).filter(([, entry]) =>
      placeholders(entry).some((name) => /^(message|detail|error|code|key)$/.test(name)),
    );
    expect(technical.map(([key]) => key)).toEqual(['common.technical', 'notice.unknown']);
  });

  it('are really checked', () => {
    const reference = { 'a.name': 'Hello {name}', 'a.count': { one: '{count} day', other: '{count} days' } };
    const faults = (list: ListFile): string[] => wordListFaults(list, 'pl', reference);
    const polish = { one: '{count} dzień', few: '{count} dni', many: '{count} dni', other: '{count} dnia' };
    expect(faults({ 'a.name': 'Cześć {name}', 'a.count': polish })).toEqual([]);
    expect(faults({ 'a.name': 'Cześć {name}', 'a.count': { ...polish, one: 'jeden dzień' } })).toEqual([]);
    expect(faults({ 'a.count': polish })).toEqual(['a.name: missing']);
    expect(faults({ 'a.name': 'Cześć {imię', 'a.count': polish, 'a.more': 'x' })).toEqual([
      'a.name: placeholders , not name',
      'a.name: stray brace',
      'a.more: unknown',
    ]);
    expect(faults({ 'a.name': '{name} ', 'a.count': { one: '{count} {day}', other: '{count}' } })).toEqual([
      'a.name: empty, or space around it',
      'a.count: forms one,other, not few,many,one,other',
      'a.count (one): a placeholder of its own',
    ]);
    expect(faults({ 'a.name': { ...polish, other: '{name}' }, 'a.count': polish })).toContain('a.name: plural forms without a count');
  });
});

describe('t', () => {
  it('fills placeholders and does not read values as templates', () => {
    expect(t('picker.askPerson', { name: '{name} $& $1' })).toBe('Ask {name} $& $1 for help');
  });

  it('writes what stands for a name large where a sentence begins, and names as people write them', () => {
    const other = t('person.unnamed');
    expect(t('control.novice.no', { name: other })).toBe('The other person can look, but not touch.');
    expect(t('control.novice.refused', { name: other })).toContain('. The other person can');
    expect(t('phase.novice.awaitingConsent', { name: other })).toBe('May the other person see your screen?');
    expect(t('control.novice.no', { name: 'anna' })).toMatch(/^anna can/);
  });

  it('chooses the plural form', () => {
    expect(t('status.retryIn', { count: 1 })).toBe('Trying again in 1 second.');
    expect(t('status.retryIn', { count: 0 })).toBe('Trying again in 0 seconds.');
    expect(t('status.retryIn', { count: 1_200 })).toBe('Trying again in 1,200 seconds.');
  });

  it('answers an unknown key with a sentence, not with a crash', () => {
    expect(isWordKey('toString')).toBe(false);
    expect(tFromData('no.such.key', {})).toContain('no.such.key');
    expect(tFromData('notice.shortcutTaken', { shortcut: 'F9' })).toContain('F9');
    expect(tFromData('status.retryIn', {})).toContain('seconds');
  });
});
