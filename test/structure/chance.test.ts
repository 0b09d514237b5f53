import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dependsOnChance, type Finding, type Rule } from './chance.ts';

const root = join(import.meta.dirname, '../..');

/** Where a rule's subject is what the file is about, each with its reason. */
const ALLOWED: Readonly<Record<string, readonly Rule[]>> = {
  // Waits for conditions: the time between two looks at one.
  'test/support/programs.ts': ['fixed sleep'],
  // Works out how far away an hour is.
  'test/support/surroundings.ts': ['present time'],
  // Makes the pictures of a screen, which come so many a second.
  'test/support/line/paced-end.ts': ['fixed sleep'],
  // Measures letters that are typed so far apart while a film plays.
  'test/lab/thin-lines.test.ts': ['fixed sleep'],
  // The same, with sound.
  'test/lab/sound-on-lines.test.ts': ['fixed sleep'],
};

const found = (text: string, pages = true): Rule[] => dependsOnChance('a.ts', text, { pages }).map(({ rule }) => rule);

describe('no test depends on chance', () => {
  // Measurements take as long as they are told to.
  const files = globSync('test/**/*.{ts,tsx}', { cwd: root, exclude: ['test/bench/**'] })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.startsWith('test/bench/') && !file.startsWith('test/structure/chance'));

  it('looks at every test', () => expect(files.length).toBeGreaterThan(150));

  it('holds', () => {
    const findings = files.flatMap((file) => {
      // Testing Library takes a text as a whole.
      const pages = !file.startsWith('test/renderer/');
      const told = (finding: Finding) => `${file}:${finding.line} ${finding.rule}: ${finding.code}`;
      return dependsOnChance(file, readFileSync(join(root, file), 'utf8'), { pages })
        .filter(({ rule }) => !ALLOWED[file]?.includes(rule))
        .map(told);
    });
    expect(findings).toEqual([]);
  });
});

describe('what depends on chance is seen', () => {
  it.each([
    ['fixed sleep', 'await new Promise((resolve) => setTimeout(resolve, 20));'],
    ['fixed sleep', 'await new Promise<void>((done) => void setTimeout(done, 20));'],
    ['fixed sleep', 'await new Promise((resolve) => setTimeout(() => resolve(undefined), 20));'],
    ['fixed sleep', 'const pause = (ms: number) => new Promise(function (resolve) { setTimeout(resolve, ms); });'],
    ['fixed sleep', 'await new Promise<void>((resolve) => systemClock.after(20, resolve));'],
    ['fixed sleep', "import { setTimeout } from 'node:timers/promises';"],
    ['fixed sleep', 'await page.waitForTimeout(500);'],
    ['fixed sleep', 'Atomics.wait(cell, 0, 0, 20);'],
    ['present time', 'const begun = Date.now();'],
    ['present time', 'const year = new Date();'],
    ['local time', 'expect(at.getHours()).toBe(21);'],
    ['local time', "new Intl.DateTimeFormat('en', { timeStyle: 'short' });"],
    ['locale', 'new Intl.NumberFormat();'],
    ['locale', 'new Intl.NumberFormat(undefined, {});'],
    ['locale', 'total.toLocaleString();'],
    ['locale', 'names.sort((a, b) => a.localeCompare(b));'],
    ['machine', "import { hostname } from 'node:os';"],
    ['machine', "expect(process.env['USER']).toBe('anna');"],
    ['machine', 'const zone = process.env.TZ;'],
    ['part of a text', "await log.getByText('line 12').waitFor();"],
    ['part of a text', "main.getByRole('button', { name: t('home.ask') });"],
    ['part of a text', "main.locator('li', { hasText: name });"],
    ['part of a text', "main.getByLabel(t('account.server'), { exact: false });"],
    ['part of a text', 'main.getByText(/You are signed in as/);'],
  ] satisfies [Rule, string][])('%s: %s', (rule, code) => expect(found(code)).toEqual([rule]));

  it.each([
    'const late = setTimeout(() => reject(new Error()), 8_000);',
    'await new Promise((resolve) => setImmediate(resolve));',
    'await clock.after(20, run);',
    'const begun = performance.now();',
    'vi.useFakeTimers({ now: 0 }); const seen = Date.now();',
    'const moment = new Date(0).toISOString();',
    'at.getUTCHours();',
    'const noon = new Date(2026, 10, 22, 12);',
    "new Intl.DateTimeFormat('en', { timeStyle: 'short', timeZone: 'UTC' });",
    "name.localeCompare(other, 'en');",
    "env['TZ'] = zone;",
    "main.getByText('line 12', { exact: true });",
    'main.getByText(/^line 12$/); main.getByText(new RegExp(`^${name}( ·|$)`)); main.getByText(/ connect\\)$/);',
    "main.getByRole('button', { name: t('home.ask'), exact: true }); main.getByRole('log');",
    "main.locator('li').filter({ has: main.getByText(name, { exact: true }) });",
  ])('not: %s', (code) => expect(found(code)).toEqual([]));

  it('what Testing Library finds is the whole text already', () => expect(found("screen.getByText('line 12');", false)).toEqual([]));
});
