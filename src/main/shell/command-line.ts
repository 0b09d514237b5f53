import { isAbsolute, normalize, parse } from 'node:path';

export interface LaunchOptions {
  /** Where everything is kept, instead of the system's place. Absolute. */
  readonly dataDir?: string;
  /** Start in the tray. */
  readonly hidden: boolean;
}

export class LaunchError extends Error {
  override readonly name = 'LaunchError';
  readonly code = 'BAD_DATA_DIR';
}

const MAX_PATH = 1_024;

function dataDirectory(path: string, source: string): string {
  if (path.includes('\0') || path.length > MAX_PATH) throw new LaunchError(`${source} is not a usable path`);
  if (!isAbsolute(path)) throw new LaunchError(`${source} must be an absolute path`);
  const directory = normalize(path);
  if (directory === parse(directory).root) throw new LaunchError(`${source} must not be the root of a drive`);
  return directory;
}

/**
 * Reads `--hidden`, `--user-data-dir=PATH` and RINGBACK_DATA_DIR (which the switch overrides). Everything else belongs to Chromium and is left alone.
 * @throws LaunchError when the data directory is not an absolute, usable path.
 */
export function parseLaunch(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): LaunchOptions {
  const hidden = argv.includes('--hidden');
  const prefix = '--user-data-dir=';
  const argument = argv.find((arg) => arg.startsWith(prefix));
  if (argument !== undefined) return { hidden, dataDir: dataDirectory(argument.slice(prefix.length), '--user-data-dir') };
  const variable = env['RINGBACK_DATA_DIR'];
  if (variable !== undefined && variable !== '') return { hidden, dataDir: dataDirectory(variable, 'RINGBACK_DATA_DIR') };
  return { hidden };
}

/** Desktops that show tray icons without an extension. */
const TRAY_DESKTOPS = ['kde', 'xfce', 'x-cinnamon', 'cinnamon', 'mate', 'lxqt', 'lxde', 'unity', 'budgie', 'deepin', 'pantheon', 'ubuntu'];

/**
 * What closing the main window does. A window may only disappear where an icon surely remains to bring it back;
 * on a Linux desktop without a known tray it is minimised, so that it stays in the list of windows.
 */
export function closeBehaviour(platform: string, env: Readonly<Record<string, string | undefined>>): 'hide' | 'minimise' {
  if (platform !== 'linux') return 'hide';
  const desktops = (env['XDG_CURRENT_DESKTOP'] ?? '').toLowerCase().split(':');
  return desktops.some((desktop) => TRAY_DESKTOPS.includes(desktop)) ? 'hide' : 'minimise';
}
