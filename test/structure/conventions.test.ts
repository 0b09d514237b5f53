/* House rules that neither the compiler nor a linter knows. Each is shown to find what it looks for. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

interface Rule {
  readonly name: string;
  /** Files under `src` that the rule holds for. */
  readonly files: (path: string) => boolean;
  readonly forbidden: RegExp;
  /** Lines that the rule must find, and lines that it must leave alone. */
  readonly finds: readonly string[];
  readonly allows: readonly string[];
}

const RULES: readonly Rule[] = [
  {
    name: 'one style for private members: `private name`, not `#name`',
    files: () => true,
    forbidden: /(?:this|\w+)\.#\w|^\s+(?:static |readonly |async |get |set )*#\w+\s*[=:(;?<]/,
    finds: ['  this.#state = 1;', '  #state: State = 1;', '  readonly #tell = () => {};', '  async #pump(): Promise<void> {'],
    allows: ["  const colour = '#fff';", '  /** see #12 */', '  private state = 1;'],
  },
  {
    name: 'one emitter: listeners are kept by src/main/emitter.ts',
    files: (path) => path.startsWith('src/main/') && path !== 'src/main/emitter.ts',
    forbidden: /\b\w*[lL]isteners\b.*= new (?:Set|Map)\b|new Set<\(\w+: /,
    finds: ['  private readonly changeListeners = new Set<() => void>();', '  const told = new Set<(event: Event) => void>();'],
    allows: ['  private readonly timers = new Set<() => void>();', '  private readonly changes = new Emitter();'],
  },
  {
    name: 'one locale: dates, numbers, order and letters come from src/words',
    files: (path) => !path.startsWith('src/words/'),
    forbidden: /\bIntl\.|\.toLocale\w+\(|\.localeCompare\(/,
    finds: ["  new Intl.NumberFormat('en')", '  date.toLocaleString()', "  a.localeCompare(b, 'en')"],
    allows: ['  text.toLowerCase()', '  setLocale(tag)'],
  },
];

const sources = globSync('src/**/*.{ts,tsx}', { cwd: root }).map((path) => ({
  path: path.replaceAll('\\', '/'),
  lines: readFileSync(join(root, path), 'utf8').split('\n'),
}));

describe('source', () => {
  it.each(RULES)('$name', ({ files, forbidden, finds, allows }) => {
    for (const line of finds) expect(line).toMatch(forbidden);
    for (const line of allows) expect(line).not.toMatch(forbidden);
    expect(sources.length).toBeGreaterThan(100);
    const found = sources
      .filter(({ path }) => files(path))
      .flatMap(({ path, lines }) => lines.flatMap((line, index) => (forbidden.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])));
    expect(found).toEqual([]);
  });
});

/** The last commit before the rule. */
const BEFORE = 'e4f0192';
const MAX_SUBJECT = 72;

function git(...args: readonly string[]): string | undefined {
  const done = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return done.status === 0 ? done.stdout : undefined;
}

describe('commits', () => {
  it(`have a subject of at most ${MAX_SUBJECT} characters and a body that says why`, ({ skip }) => {
    if (git('merge-base', '--is-ancestor', BEFORE, 'HEAD') === undefined) skip('this copy has no history, or too little of it');
    const log = git('log', '--no-merges', '--abbrev=7', '--format=%h%x00%s%x00%b%x01', `${BEFORE}..HEAD`) ?? '';
    const commits = log
      .split('\x01')
      .map((entry) => entry.trim().split('\0'))
      .filter(([hash]) => hash !== '');
    const faults = commits.flatMap(([hash = '', subject = '', body = '']) => [
      ...(subject.length > MAX_SUBJECT ? [`${hash}: ${subject.length} characters`] : []),
      ...(body.trim() === '' ? [`${hash}: no body`] : []),
    ]);
    expect(faults).toEqual([]);
  });
});
