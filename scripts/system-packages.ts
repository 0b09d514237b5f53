import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hasProgram } from './project.ts';

/** What Electron itself needs on Linux, by Debian package and the file or program that shows it is there. */
const RUNTIME_PACKAGES: Readonly<Record<string, string>> = {
  'libgtk-3-0': 'lib:libgtk-3.so.0',
  libnss3: 'lib:libnss3.so',
  libgbm1: 'lib:libgbm.so.1',
  libasound2: 'lib:libasound.so.2',
  libxss1: 'lib:libXss.so.1',
  libxtst6: 'lib:libXtst.so.6',
  libnotify4: 'lib:libnotify.so.4',
  'fonts-dejavu-core': 'file:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
};

/** A display of one's own and a desktop on it: for the demo, and for tests. */
const DISPLAY_PACKAGES: Readonly<Record<string, string>> = {
  xvfb: 'program:Xvfb',
  xauth: 'program:xauth',
  dbus: 'program:dbus-daemon',
  'dbus-x11': 'program:dbus-launch',
  openbox: 'program:openbox',
  xterm: 'program:xterm',
  xdotool: 'program:xdotool',
  'x11-utils': 'program:xprop',
  'x11-xserver-utils': 'program:xrandr',
  imagemagick: 'program:import',
  dunst: 'program:dunst',
  trayer: 'program:trayer',
  // Two networks for the forward connect.
  iproute2: 'program:ip',
  // A clock that shows the hour a test wants.
  faketime: 'program:faketime',
};

/** Independent programs that the tests talk to. */
const PEER_PACKAGES: Readonly<Record<string, string>> = {
  'freerdp2-x11': 'program:xfreerdp',
  'freerdp2-shadow-x11': 'program:freerdp-shadow-cli',
  rdesktop: 'program:rdesktop',
  xrdp: 'program:xrdp',
  weston: 'program:weston',
};

/** What the program works without, and better with: the package recommends it. */
const RECOMMENDED_PACKAGES: Readonly<Record<string, string>> = {
  'libopenh264-7': 'lib:libopenh264.so.7',
};

/** Programs that the benchmark compares with, and what it needs besides. */
const RIVAL_PACKAGES: Readonly<Record<string, string>> = {
  'tigervnc-scraping-server': 'program:X0tigervnc',
  'tigervnc-viewer': 'program:xtigervncviewer',
};

export type PackageSet = 'runtime' | 'display' | 'peers' | 'recommended' | 'rivals';

const SETS: Readonly<Record<PackageSet, Readonly<Record<string, string>>>> = {
  runtime: RUNTIME_PACKAGES,
  display: DISPLAY_PACKAGES,
  peers: PEER_PACKAGES,
  recommended: RECOMMENDED_PACKAGES,
  rivals: RIVAL_PACKAGES,
};

function present(sign: string): boolean {
  const [kind, name] = [sign.slice(0, sign.indexOf(':')), sign.slice(sign.indexOf(':') + 1)];
  if (kind === 'file') return existsSync(name);
  if (kind === 'program') return hasProgram(name);
  const cache = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  // No ldconfig (not glibc): nothing to say against it; Electron will tell.
  return cache.status !== 0 || cache.stdout.includes(name);
}

function missingOf(sets: readonly PackageSet[]): string[] {
  return sets.flatMap((set) => Object.entries(SETS[set]).flatMap(([name, sign]) => (present(sign) ? [] : [name])));
}

/**
 * Installs what is missing where that is possible (Debian, as root) and gives the names of the packages still missing.
 * Elsewhere it changes nothing.
 */
export function ensureSystemPackages(...sets: readonly PackageSet[]): string[] {
  if (process.platform !== 'linux') return [];
  const missing = missingOf(sets);
  if (missing.length === 0) return [];
  const canInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version') && hasProgram('apt-get');
  if (!canInstall) return missing;
  console.log(`Installing Debian packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = spawnSync('apt-get', ['update', '-qq'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  if (update.status === 0) {
    // --no-install-recommends: a desktop's worth of extras is not needed.
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return missingOf(sets);
}

/** One sentence for a person: what to install and how. */
export function howToInstall(missing: readonly string[]): string {
  return existsSync('/etc/debian_version')
    ? `Please install: sudo apt-get install ${missing.join(' ')}`
    : `Please install what Debian calls: ${missing.join(', ')}`;
}
