import { describe, expect, it } from 'vitest';
import english from '../../assets/locales/en.json' with { type: 'json' };
import { isWordKey, t, tCount, tFromData } from '../../src/words/words.ts';

const words: Readonly<Record<string, string>> = english;
const placeholdersOf = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();

describe('word list', () => {
  it('keeps the compile-time placeholders in step with the sentences (vitest run test/words -u)', async () => {
    const lines = Object.entries(words)
      .map(([key, text]) => ({ key, names: placeholdersOf(text) }))
      .filter(({ names }) => names.length > 0)
      .map(({ key, names }) => `  readonly '${key}': ${names.map((name) => `'${name}'`).join(' | ')};\n`);
    const source = `/** Placeholders of each sentence in \`assets/locales/en.json\`. Written by \`vitest run test/words -u\`; see words.ts. */\nexport interface Placeholders {\n${lines.join('')}}\n`;
    await expect(source).toMatchFileSnapshot('../../src/words/placeholders.ts');
  });

  it('has no empty sentence, no stray brace and no surrounding space', () => {
    for (const [key, text] of Object.entries(words)) {
      expect(text.trim(), key).toBe(text);
      expect(text.length, key).toBeGreaterThan(0);
      expect(text.replace(/\{\w+\}/g, ''), key).not.toMatch(/[{}]/);
    }
  });

  it('has both plural forms wherever it has one', () => {
    for (const key of Object.keys(words)) {
      if (key.endsWith('.one')) expect(words).toHaveProperty([key.replace(/one$/, 'other')]);
    }
  });
});

describe('t', () => {
  it('fills placeholders and does not read values as templates', () => {
    expect(t('picker.askPerson', { name: '{name} $& $1' })).toBe('Ask {name} $& $1 for help');
  });

  it('chooses the plural form', () => {
    expect(tCount('status.retryIn', 1)).toBe('Trying again in 1 second.');
    expect(tCount('status.retryIn', 12)).toBe('Trying again in 12 seconds.');
  });

  it('answers an unknown key with a sentence, not with a crash', () => {
    expect(isWordKey('toString')).toBe(false);
    expect(tFromData('no.such.key', {})).toContain('no.such.key');
    expect(tFromData('notice.shortcutTaken', { shortcut: 'F9' })).toContain('F9');
  });
});
