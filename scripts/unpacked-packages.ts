/**
 * Programs out of Debian's packages, unpacked into a folder of the cache and not installed: an installed one would be started as a service of this machine, and unpacking
 * needs no root.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasProgram, root } from './project.ts';

export interface PackageSet {
  /** Of the cache. */
  readonly folder: string;
  /** For a person. */
  readonly called: string;
  readonly programs: readonly string[];
  /** Belongs to a program above even where this machine has it already: an unpacked program looks beside itself. */
  readonly beside: RegExp;
  /** Wanted by a package for what nothing here does. */
  readonly without?: RegExp;
}

/** The folder with `usr` in it, or undefined where nothing has been unpacked. */
export function unpackedFolder({ folder }: Pick<PackageSet, 'folder'>): string | undefined {
  const path = join(root, '.cache', folder);
  return existsSync(join(path, 'complete')) ? path : undefined;
}

/** Unpacks what is missing, once. Gives undefined, or what it lacks, for a person. */
export function ensureUnpacked(set: PackageSet): string | undefined {
  if (unpackedFolder(set) !== undefined) return undefined;
  if (process.platform !== 'linux' || !hasProgram('apt-get') || !hasProgram('dpkg-deb')) return "Debian's apt-get and dpkg-deb";
  console.log(`Unpacking ${set.called} (once) …`);
  const names = namesOf(set) ?? (process.getuid?.() === 0 && apt('update', '-qq').status === 0 ? namesOf(set) : undefined);
  if (names === undefined) return `Debian's packages ${set.programs.join(', ')} (apt-get update knows of them)`;
  const unpacked = join(root, '.cache', set.folder);
  const work = `${unpacked}-${process.pid}.partial`;
  try {
    mkdirSync(join(work, 'packages'), { recursive: true });
    if (apt('download', '-qq', { cwd: join(work, 'packages') }, ...names).status !== 0) return 'what apt-get download could not get';
    for (const file of readdirSync(join(work, 'packages'))) {
      if (spawnSync('dpkg-deb', ['-x', join(work, 'packages', file), work]).status !== 0) return `${file} in one piece`;
    }
    rmSync(join(work, 'packages'), { recursive: true });
    for (const unread of ['etc', 'var', 'usr/share/doc', 'usr/share/man']) rmSync(join(work, unread), { recursive: true, force: true });
    writeFileSync(join(work, 'complete'), `${names.join('\n')}\n`);
    // Two runs at once: the first one's stays.
    if (unpackedFolder(set) === undefined) {
      rmSync(unpacked, { recursive: true, force: true });
      renameSync(work, unpacked);
    }
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Everything that the programs need and this machine does not have, or undefined if apt does not know them. */
function namesOf({ programs, beside, without }: PackageSet): readonly string[] | undefined {
  const simulated = apt('install', '-s', '--no-install-recommends', ...programs);
  if (simulated.status !== 0) return undefined;
  const missing = [...simulated.stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name as string);
  const kinds = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
  const all = spawnSync('apt-cache', ['depends', '--recurse', '--installed', ...kinds, ...programs], { encoding: 'utf8' });
  const present = all.stdout.split('\n').filter((name) => beside.test(name));
  return [...new Set([...missing, ...present])].filter((name) => without?.test(name) !== true).sort();
}

function apt(...args: readonly (string | { readonly cwd: string })[]): { readonly status: number | null; readonly stdout: string } {
  const cwd = args.find((arg) => typeof arg === 'object');
  const words = args.filter((arg) => typeof arg === 'string');
  return spawnSync('apt-get', words, {
    ...cwd,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
