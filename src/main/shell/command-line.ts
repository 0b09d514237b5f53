import { isAbsolute, normalize, parse } from 'node:path';
import * as z from 'zod';
import { openingIn, type Opening } from './openings.ts';

export interface LaunchOptions {
  /** Where everything is kept, instead of the system's place. Absolute. */
  readonly dataDir?: string;
  /** Start in the tray. */
  readonly hidden: boolean;
  /** An invitation file or a link to open. */
  readonly opening?: Opening;
  /** RDP sockets listen on this IP address only, and tickets name no other. All addresses when left out. */
  readonly listenHost?: string;
}

export class LaunchError extends Error {
  override readonly name = 'LaunchError';
  readonly code: 'BAD_DATA_DIR' | 'BAD_ADDRESS' | 'NO_SANDBOX';
  constructor(code: 'BAD_DATA_DIR' | 'BAD_ADDRESS' | 'NO_SANDBOX', message: string) {
    super(message);
    this.code = code;
  }
}

const MAX_PATH = 1_024;
const ipAddress = z.union([z.ipv4(), z.ipv6()]);

function dataDirectory(path: string, source: string): string {
  if (path.includes('\0') || path.length > MAX_PATH) throw new LaunchError('BAD_DATA_DIR', `${source} is not a usable path`);
  if (!isAbsolute(path)) throw new LaunchError('BAD_DATA_DIR', `${source} must be an absolute path`);
  const directory = normalize(path);
  if (directory === parse(directory).root) throw new LaunchError('BAD_DATA_DIR', `${source} must not be the root of a drive`);
  return directory;
}

/**
 * Reads `--hidden`, `--user-data-dir=PATH`, RINGBACK_DATA_DIR (which that switch overrides) and RINGBACK_LISTEN_HOST, and an invitation file or a link to open. Everything else
 * belongs to Chromium and is left alone.
 * @throws LaunchError BAD_DATA_DIR when the data directory is not an absolute, usable path; BAD_ADDRESS when the host is not an IP address.
 */
export function parseLaunch(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): LaunchOptions {
  const prefix = '--user-data-dir=';
  const argument = argv.find((arg) => arg.startsWith(prefix))?.slice(prefix.length);
  const variable = env['RINGBACK_DATA_DIR'] ?? '';
  const listenHost = env['RINGBACK_LISTEN_HOST'] ?? '';
  const opening = openingIn(argv, '.');
  if (listenHost !== '' && !ipAddress.safeParse(listenHost).success)
    throw new LaunchError('BAD_ADDRESS', 'RINGBACK_LISTEN_HOST must be an IP address');
  return {
    hidden: argv.includes('--hidden'),
    ...(argument !== undefined
      ? { dataDir: dataDirectory(argument, '--user-data-dir') }
      : variable !== ''
        ? { dataDir: dataDirectory(variable, 'RINGBACK_DATA_DIR') }
        : {}),
    ...(opening === undefined ? {} : { opening }),
    ...(listenHost === '' ? {} : { listenHost }),
  };
}

/** Desktops that show tray icons without an extension. */
const TRAY_DESKTOPS: ReadonlySet<string> = new Set([
  'kde',
  'xfce',
  'x-cinnamon',
  'cinnamon',
  'mate',
  'lxqt',
  'lxde',
  'unity',
  'budgie',
  'deepin',
  'pantheon',
  'ubuntu',
]);

/**
 * What closing the main window does. A window may only disappear where an icon surely remains to bring it back;
 * on a Linux desktop without a known tray it is minimised, so that it stays in the list of windows.
 */
export function closeBehaviour(platform: string, env: Readonly<Record<string, string | undefined>>): 'hide' | 'minimise' {
  if (platform !== 'linux') return 'hide';
  const desktops = (env['XDG_CURRENT_DESKTOP'] ?? '').toLowerCase().split(':');
  return desktops.some((desktop) => TRAY_DESKTOPS.has(desktop)) ? 'hide' : 'minimise';
}
