/**
 * Servers that tests start by themselves: ejabberd, Prosody, coturn and a router's program, out of Debian's packages. They are unpacked into a
 * folder and not installed, because an installed one would be started as a service of this machine; so it needs no root either.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasProgram, root } from './project.ts';

const PROGRAMS = ['ejabberd', 'prosody', 'lua-event', 'coturn', 'miniupnpd-nftables', 'nftables'];
/** Belongs to a program above even where this machine has it already: an unpacked program looks beside itself. */
const BESIDE = /^(erlang-|lua|ejabberd$|prosody$|coturn$|miniupnpd|nftables$)/;
/** Wanted by a package for what nothing here does. */
const WITHOUT = /^(telnet|inetutils-telnet|mysql-common|mariadb-common|uuid-runtime)$/;
const UNPACKED = join(root, '.cache', 'servers');
const COMPLETE = join(UNPACKED, 'complete');

/** The folder with `usr` in it, or undefined where nothing has been unpacked. */
export function unpackedServers(): string | undefined {
  return existsSync(COMPLETE) ? UNPACKED : undefined;
}

/** Unpacks what is missing; about 10 s and 65 MB, once. Gives undefined, or why it could not, for a person. */
export function ensureServers(): string | undefined {
  if (unpackedServers() !== undefined) return undefined;
  if (process.platform !== 'linux' || !hasProgram('apt-get') || !hasProgram('dpkg-deb')) return "Debian's apt-get and dpkg-deb";
  console.log('Unpacking the servers that tests start (ejabberd, Prosody, coturn; once) …');
  const names = namesOf() ?? (process.getuid?.() === 0 && apt('update', '-qq').status === 0 ? namesOf() : undefined);
  if (names === undefined) return `Debian's packages ${PROGRAMS.join(', ')} (apt-get update knows of them)`;
  const work = `${UNPACKED}-${process.pid}.partial`;
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
    if (unpackedServers() === undefined) {
      rmSync(UNPACKED, { recursive: true, force: true });
      renameSync(work, UNPACKED);
    }
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Everything that the programs need and this machine does not have, or undefined if apt does not know them. */
function namesOf(): readonly string[] | undefined {
  const simulated = apt('install', '-s', '--no-install-recommends', ...PROGRAMS);
  if (simulated.status !== 0) return undefined;
  const missing = [...simulated.stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name as string);
  const without = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
  const all = spawnSync('apt-cache', ['depends', '--recurse', '--installed', ...without, ...PROGRAMS], { encoding: 'utf8' });
  const beside = all.stdout.split('\n').filter((name) => BESIDE.test(name));
  return [...new Set([...missing, ...beside])].filter((name) => !WITHOUT.test(name)).sort();
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = ensureServers();
  console.log(missing === undefined ? `Servers are in ${UNPACKED}` : `Needs ${missing}`);
  process.exitCode = missing === undefined ? 0 : 1;
}
