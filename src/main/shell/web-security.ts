/*
 * What every window of ours may do, as plain constants and functions, so that a test can read them back.
 * Electron security checklist: https://www.electronjs.org/docs/latest/tutorial/security
 */
import { extname, join, normalize, sep } from 'node:path';

export const APP_SCHEME = 'ringback';
export const APP_ORIGIN = `${APP_SCHEME}://app`;

/** In memory only: our pages keep nothing on disk by themselves. */
export const APP_PARTITION = 'ringback';

/** The page of a connection has a session of its own: nothing that other pages may do or keep is near it. In memory only. */
export const ICE_PARTITION = 'ringback-ice';

/** So has the page that encodes film and sound. In memory only. */
export const FILM_PARTITION = 'ringback-film';

/** And the page that records what this computer plays. In memory only. */
export const SOUND_PARTITION = 'ringback-sound';

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self'",
  "font-src 'self'",
  "worker-src 'self'",
  "connect-src 'none'",
  "object-src 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Of the pages of a connection, of a film and of sound: a script and nothing else. */
export const BARE_CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const headersWith = (policy: string): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
});

/** Sent with every file of ours. */
export const RESPONSE_HEADERS = headersWith(CONTENT_SECURITY_POLICY);

/** Of a worker that encodes or shows pictures: it may compile WebAssembly (our kernels), which is not evaluating text. */
const KERNEL_RESPONSE_HEADERS = headersWith(CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"));

/** A worker has the policy of its own script: no page gets one of these. */
const KERNEL_WORKER = /[\\/]assets[\\/](?:capture|viewer)\.worker-[A-Za-z0-9_-]+\.js$/;

/** What a file of ours is sent with. */
export function responseHeaders(file: string): Readonly<Record<string, string>> {
  return KERNEL_WORKER.test(file) ? KERNEL_RESPONSE_HEADERS : RESPONSE_HEADERS;
}

/** Sent with every file that such a page asks for. */
export const BARE_RESPONSE_HEADERS = headersWith(BARE_CONTENT_SECURITY_POLICY);

/** Privileges of the scheme: a secure origin with modules and workers; no service workers, no way around the CSP. */
export const SCHEME_PRIVILEGES = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  corsEnabled: false,
  bypassCSP: false,
  allowServiceWorkers: false,
  stream: true,
  codeCache: false,
} as const;

/** For every window. Explicit even where it is Electron's default. */
export const WEB_PREFERENCES = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  plugins: false,
  spellcheck: false,
  safeDialogs: true,
  // The sound of an invitation comes without a click before it.
  autoplayPolicy: 'no-user-gesture-required',
  partition: APP_PARTITION,
} as const;

export type WindowKind = 'main' | 'session' | 'capture' | 'question' | 'ice' | 'film' | 'sound';

export const PAGES: Readonly<Record<WindowKind, string>> = {
  main: `${APP_ORIGIN}/index.html`,
  session: `${APP_ORIGIN}/session.html`,
  capture: `${APP_ORIGIN}/capture.html`,
  question: `${APP_ORIGIN}/question.html`,
  ice: `${APP_ORIGIN}/ice.html`,
  film: `${APP_ORIGIN}/film.html`,
  sound: `${APP_ORIGIN}/sound.html`,
};

const PERMISSIONS: Readonly<Record<WindowKind, readonly string[]>> = {
  main: [],
  session: ['fullscreen', 'keyboardLock'],
  capture: ['media', 'display-capture'],
  question: [],
  ice: [],
  film: [],
  sound: ['media', 'display-capture'],
};

/**
 * May a page in this kind of window have this Chromium permission? A page that is in none of our windows may have nothing.
 * @param devices that `media` is asked for: none where it is asked for the screen or for what this computer plays. No page has a microphone or a camera.
 */
export function permits(kind: WindowKind | undefined, permission: string, devices: readonly string[] = []): boolean {
  return kind !== undefined && PERMISSIONS[kind].includes(permission) && !(permission === 'media' && devices.length > 0);
}

/** May this request leave for Chromium's network stack at all? Only to our own scheme and to what a page made itself. */
export function isOwnRequest(url: string, devToolsAllowed: boolean): boolean {
  return (
    url === APP_ORIGIN ||
    url.startsWith(`${APP_ORIGIN}/`) ||
    url.startsWith(`blob:${APP_ORIGIN}/`) ||
    url.startsWith('data:') ||
    (devToolsAllowed && url.startsWith('devtools:'))
  );
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.ogg': 'audio/ogg',
  '.mp3': 'audio/mpeg',
};

/** The file behind an address of ours, or undefined (answer 404): only below `root`, only types we ship. */
export function resolveAppFile(root: string, address: string): { readonly file: string; readonly mediaType: string } | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.protocol !== `${APP_SCHEME}:` || url.host !== 'app' || url.username !== '' || url.password !== '') return undefined;
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    return undefined;
  }
  // Anything that could name a drive, a stream, a parent or a device is refused rather than cleaned.
  if (path.length > 512 || !/^\/[A-Za-z0-9_@./-]+$/.test(path) || path.split('/').some((part) => part === '..' || part === '.'))
    return undefined;
  const mediaType = MEDIA_TYPES[extname(path)];
  if (mediaType === undefined) return undefined;
  const base = normalize(root).replace(/[\\/]+$/, '');
  const file = join(base, path);
  return file.startsWith(base + sep) ? { file, mediaType } : undefined;
}
