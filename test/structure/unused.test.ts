/* What no compiler and no linter sees: sentences that nothing shows, and style classes that nothing has. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import english from '../../assets/locales/en.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const read = (pattern: string): string[] => globSync(pattern, { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8'));
const sources = read('src/**/*.{ts,tsx,html}')
  .filter((text) => !text.includes('interface Placeholders'))
  .join('\n');

/** Keys and classes that are put together: `problem.${code}`, `button--${look}`. */
const families = (whole: RegExp): RegExp[] =>
  [...sources.matchAll(/`([^`\n]*\$\{[^`\n]*)`/g)]
    .flatMap(([, template = '']) => template.replace(/\$\{[^}]*\}/g, '\0').split(/\s+/))
    .filter((template) => template.includes('\0') && whole.test(template))
    .map((template) => new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll('\0', '.+')}$`));

describe('unused', () => {
  it('sentences', () => {
    const composed = families(/^[a-z]+\./i);
    const unused = Object.keys(english).filter((key) => !sources.includes(`'${key}'`) && !composed.some((family) => family.test(key)));
    expect(unused).toEqual([]);
  });

  it('style classes', () => {
    const composed = families(/--\0$/);
    const styles = read('src/**/*.css')
      .join('\n')
      .replace(/\/\*[\s\S]*?\*\//g, '');
    const classes = new Set([...styles.matchAll(/\.([a-z_][\w-]*)(?=[^{}]*\{)/gi)].map((match) => match[1] ?? ''));
    const unused = [...classes].filter(
      (name) => !new RegExp(`[^\\w-]${name}(?![\\w-])`).test(sources) && !composed.some((family) => family.test(name)),
    );
    expect(classes.size).toBeGreaterThan(50);
    expect(unused).toEqual([]);
  });
});
