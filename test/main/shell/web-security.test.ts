import { join, sep } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BARE_CONTENT_SECURITY_POLICY,
  ICE_PARTITION,
  BARE_RESPONSE_HEADERS,
  CONTENT_SECURITY_POLICY,
  isOwnRequest,
  PAGES,
  permits,
  resolveAppFile,
  RESPONSE_HEADERS,
  responseHeaders,
  SCHEME_PRIVILEGES,
  WEB_PREFERENCES,
} from '../../../src/main/shell/web-security.ts';

const ROOT = join(sep, 'app', 'out', 'renderer');

describe('windows', () => {
  it('are sandboxed, isolated and have nothing of Node', () => {
    expect(WEB_PREFERENCES).toMatchObject({
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
    });
    expect(SCHEME_PRIVILEGES).toMatchObject({ secure: true, bypassCSP: false, allowServiceWorkers: false });
  });

  it('have a policy that starts from none and allows no inline, no eval and no network', () => {
    expect(CONTENT_SECURITY_POLICY.startsWith("default-src 'none'; ")).toBe(true);
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|https?:|\*|ws:/);
    const directives = new Map(
      CONTENT_SECURITY_POLICY.split('; ').map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')]),
    );
    expect(Object.fromEntries(directives)).toMatchObject({
      'script-src': "'self'",
      'style-src': "'self'",
      'worker-src': "'self'",
      'connect-src': "'none'",
      'object-src': "'none'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
    });
    expect(RESPONSE_HEADERS['Content-Security-Policy']).toBe(CONTENT_SECURITY_POLICY);
    expect(RESPONSE_HEADERS['X-Content-Type-Options']).toBe('nosniff');
  });

  it('of a connection have a script and nothing else', () => {
    expect(BARE_CONTENT_SECURITY_POLICY.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(BARE_RESPONSE_HEADERS).toEqual({ ...RESPONSE_HEADERS, 'Content-Security-Policy': BARE_CONTENT_SECURITY_POLICY });
    expect(ICE_PARTITION).not.toBe(WEB_PREFERENCES.partition);
  });

  it('may not compile WebAssembly: that is for the workers that capture and show, by their own scripts', () => {
    const policy = (...path: string[]) => responseHeaders(join(ROOT, ...path))['Content-Security-Policy'] ?? '';
    const worker = policy('assets', 'capture.worker-Ab_1-9.js');
    expect(policy('assets', 'viewer.worker-Ab.js')).toBe(worker);
    expect(worker.replace(" 'wasm-unsafe-eval'", '')).toBe(CONTENT_SECURITY_POLICY);
    expect(worker).toContain("script-src 'self' 'wasm-unsafe-eval'; ");
    for (const path of [['capture.html'], ['assets', 'capture-Ab.js'], ['capture.worker-Ab.js'], ['assets', 'capture.worker-Ab.js.html']])
      expect(policy(...path), path.join('/')).toBe(CONTENT_SECURITY_POLICY);
  });

  it('have only the permissions on the list', () => {
    const asked = [
      'media',
      'display-capture',
      'fullscreen',
      'keyboardLock',
      'geolocation',
      'notifications',
      'clipboard-read',
      'midi',
      'openExternal',
      'pointerLock',
      'hid',
      'fileSystem',
    ];
    const given = (kind: Parameters<typeof permits>[0]): string[] => asked.filter((permission) => permits(kind, permission));
    expect(given('main')).toEqual([]);
    expect(given('session')).toEqual(['fullscreen', 'keyboardLock']);
    expect(given('capture')).toEqual(['media', 'display-capture']);
    expect(given('question')).toEqual([]);
    expect(given('ice')).toEqual([]);
    expect(given('film')).toEqual([]);
    expect(given('sound')).toEqual(['media', 'display-capture']);
    expect(given(undefined)).toEqual([]);
  });

  it('have no microphone and no camera', () => {
    for (const kind of ['capture', 'sound'] as const) {
      expect([permits(kind, 'media', ['audio']), permits(kind, 'media', ['video', 'audio'])]).toEqual([false, false]);
      expect([permits(kind, 'media', []), permits(kind, 'display-capture', ['audio'])]).toEqual([true, true]);
    }
  });
});

describe('requests', () => {
  it('go to our own pages only', () => {
    for (const url of [...Object.values(PAGES), 'ringback://app/assets/x.js', 'data:image/png;base64,AA==', 'blob:ringback://app/1'])
      expect(isOwnRequest(url, false), url).toBe(true);
    for (const url of [
      'https://example.org/',
      'http://127.0.0.1/',
      'file:///etc/passwd',
      'ringback://app.evil.example/',
      'ringback://other/',
      'ws://127.0.0.1/',
      'devtools://devtools/x',
      'blob:https://example.org/1',
    ])
      expect(isOwnRequest(url, false), url).toBe(false);
    expect(isOwnRequest('devtools://devtools/x', true)).toBe(true);
  });
});

describe('files', () => {
  it('are found below the root with their type', () => {
    expect(resolveAppFile(ROOT, 'ringback://app/index.html')).toEqual({
      file: join(ROOT, 'index.html'),
      mediaType: 'text/html; charset=utf-8',
    });
    expect(resolveAppFile(ROOT, 'ringback://app/assets/worker-a1_B-2.js?x=1#y')?.file).toBe(join(ROOT, 'assets', 'worker-a1_B-2.js'));
  });

  it.each([
    'ringback://app/',
    'ringback://app/..%2fmain/index.js',
    'ringback://app/assets/..%2findex.html',
    'ringback://app/a/..%5c..%5cmain/index.js',
    'ringback://app/index.html%00.js',
    'ringback://app/index.js.map',
    'ringback://app/data.sqlite',
    'ringback://app/C:/x.js',
    'ringback://app/%zz.js',
    'ringback://evil/index.html',
    'ringback://user@app/index.html',
    'ringback://app:80/index.html',
    'file:///etc/passwd',
    'https://app/index.html',
    'nonsense',
    `ringback://app/${'a'.repeat(600)}.js`,
  ])('%s is not found', (url) => {
    expect(resolveAppFile(ROOT, url)).toBeUndefined();
  });

  it.each(['ringback://app/../main/index.js', 'ringback://app/%2e%2e/main/index.js'])('%s stays below the root', (url) => {
    expect(resolveAppFile(ROOT, url)?.file).toBe(join(ROOT, 'main', 'index.js'));
  });

  it('never leave the root', () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom('..', '.', '/', '\\', '%2e', '%2f', '%5c', 'a', 'index', '.js', '.html', '%00', ' ', ':'))
          .map((parts) => parts.join('')),
        (path) => {
          const found = resolveAppFile(ROOT, `ringback://app/${path}`);
          if (found === undefined) return;
          expect(found.file.startsWith(ROOT + sep)).toBe(true);
          expect(found.file.split(sep)).not.toContain('..');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
