import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}

// npm writes only those it could look up; `npm ci` then refuses the lock file on every machine.
it('the lock file names the optional package of every platform', () => {
  const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as Lock;
  const absent = Object.entries(packages).flatMap(([path, about]) =>
    Object.keys(about.optionalDependencies ?? {}).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  expect(absent).toEqual([]);
});

it('the lock file says nothing of where packages were fetched from', () => {
  expect(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')).not.toContain('"resolved"');
});
