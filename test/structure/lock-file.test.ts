import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly version?: string;
        readonly integrity?: string;
        readonly hasInstallScript?: boolean;
        readonly optionalDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

const root = join(import.meta.dirname, '../..');
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;

it('every package in the lock file is known by what is in it', () => {
  const without = Object.entries(packages).filter(
    ([path, { integrity }]) => path !== '' && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''),
  );
  expect(without.map(([path]) => path)).toEqual([]);
});

// npm 10 knows nothing of `allowScripts` and would run every script, so that none runs by itself and scripts/run.mjs runs the allowed ones.
it('install scripts run only for packages that package.json allows, whichever npm installs', () => {
  const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { allowScripts: Record<string, boolean> };
  const withScripts = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript === true ? [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
  );
  expect(withScripts.sort()).toEqual(Object.keys(allowScripts).sort());
  expect(readFileSync(join(root, '.npmrc'), 'utf8').split('\n')).toContain('ignore-scripts=true');
  const runner = readFileSync(join(root, 'scripts/run.mjs'), 'utf8');
  expect(runner).toContain("npm([...how, '--ignore-scripts', ");
  expect(runner).toContain("npm(['rebuild', '--ignore-scripts=false', ...allowed])");
});

// npm writes only those it could look up; `npm ci` then refuses the lock file on every machine.
it('the lock file names the optional package of every platform', () => {
  const absent = Object.entries(packages).flatMap(([path, about]) =>
    Object.keys(about.optionalDependencies ?? {}).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  expect(absent).toEqual([]);
});

it('the lock file says nothing of where packages were fetched from', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
});
