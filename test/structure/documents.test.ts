/* Documents name files; a file that moves must take its name along. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** Places in a document, as `src/…` in backquotes or as the target of a link. */
const PLACE = /`((?:src|test|scripts|assets|docs)\/[\w./{},-]*)`|\]\((?!https?:|#)([\w./-]+)(?:#[\w-]*)?\)/g;

/** `a/{b,c}` as `a/b` and `a/c`. */
function spread(place: string): readonly string[] {
  const [, before = '', choices, after = ''] = /^(.*)\{([^}]*)\}(.*)$/.exec(place) ?? [];
  return choices === undefined ? [place] : choices.split(',').map((choice) => `${before}${choice.trim()}${after}`);
}

it.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md'])('%s names files that are there', (document) => {
  const named = [...readFileSync(join(root, document), 'utf8').matchAll(PLACE)].flatMap(([, code, link]) => spread(code ?? link ?? ''));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((place) => !existsSync(join(root, place)) && globSync(place, { cwd: root }).length === 0)).toEqual([]);
});

it('SECURITY.md says for every promise against whom it is, and which test shows it', () => {
  const rows = [...readFileSync(join(root, 'SECURITY.md'), 'utf8').matchAll(/^\| (?!promise |---)(.*) \|$/gm)].map(([, row = '']) =>
    row.split(' | '),
  );
  expect(rows.length).toBeGreaterThan(20);
  for (const [promise = '', whom = '', shown = '', ...more] of rows) {
    expect(more, promise).toEqual([]);
    expect(whom, promise).toMatch(/[a-z]/);
    expect(shown, promise).toMatch(/^`test\/[^`]*\.test\.tsx?`(?:, `test\/[^`]*\.test\.tsx?`)*$/);
  }
});

it('every decision has a number of its own, and ARCHITECTURE.md leads to it', () => {
  const decisions = readdirSync(join(root, 'docs/decisions'));
  const numbers = decisions.map((name) => name.slice(0, 4));
  expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([]);
  const led = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  expect(decisions.filter((name) => !led.includes(`(docs/decisions/${name})`))).toEqual([]);
});
