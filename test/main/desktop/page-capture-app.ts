import { app, BrowserWindow, desktopCapturer, MessageChannelMain, protocol, session, type WebContents } from 'electron';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../../src/main/clock.ts';
import type { DesktopScreen, ScreenCapture, Screens } from '../../../src/main/desktop/contract.ts';
import { openPageScreenCapture } from '../../../src/main/desktop/page/page-screen-capture.ts';
import type { CapturePage } from '../../../src/main/desktop/page/page-capture.ts';
import { Emitter } from '../../../src/main/emitter.ts';
import { createDesktop } from '../../../src/main/desktop/desktop.ts';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';
import { decodeAvc420 } from '../../../src/protocol/rdp/graphics/film/avc420.ts';
import { Rdp8Decompressor } from '../../../src/protocol/rdp/graphics/rdp8/rdp8-decompressor.ts';
import { decodeGfxServerPdus } from '../../../src/protocol/rdp/pdu/rdpgfx/pdu.ts';
import { decodeSegmentedData } from '../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { GFX_CODEC } from '../../../src/protocol/rdp/pdu/rdpgfx/wire-to-surface.ts';
import { serveApp } from '../../../src/main/shell/app-protocol.ts';
import { sourceOf } from '../../../src/main/shell/screen-source.ts';
import { APP_SCHEME, PAGES, SCHEME_PRIVILEGES } from '../../../src/main/shell/web-security.ts';
import { ViewedScreen } from './viewed-screen.ts';

/*
 * A small Electron application for page-capture.test.ts, with our pages served as they are in the program. For each line on its input it pulls
 * frames until none has come for a second, writes the picture, and says how many came; for `kernels` it says whether the page's worker has any.
 * With RINGBACK_TEST_SCREEN it captures that screen alone, by its id; a line of JSON is what it is to take for the screens from then on.
 */

const folder = process.env['RINGBACK_TEST_FOLDER'] ?? '';
const QUIET_MS = 1_000;
const SCREEN = process.env['RINGBACK_TEST_SCREEN'];

/** Electron knows one display of this X server, whatever its monitors are: what displays there are the test says. */
let there = JSON.parse(process.env['RINGBACK_TEST_SCREENS'] ?? '[]') as readonly DesktopScreen[];
const changes = new Emitter();
const screens: Screens = { list: () => there, here: () => undefined, stamp: () => JSON.stringify(there), onChange: changes.on };

const desktop = createDesktop({
  platform: 'linux',
  // A Wayland session as far as the choice goes: this is the way that captures in the page.
  env: { XDG_SESSION_TYPE: 'wayland' },
  workerUrl: new URL('file:///none'),
  clock: systemClock,
  openCapturePage: openPage,
});

async function openPage(): Promise<CapturePage> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      backgroundThrottling: false,
      preload: join(folder, 'preload.cjs'),
    },
  });
  await watchWorkers(window.webContents);
  await window.loadURL(PAGES.capture);
  const { port1, port2 } = new MessageChannelMain();
  window.webContents.postMessage('ringback:capture-port', null, [port2]);
  return { port: port1, close: () => window.destroy() };
}

/** Sessions of the debugger in workers of the page. */
const workers: string[] = [];
let inspected: WebContents | undefined;

async function watchWorkers(page: WebContents): Promise<void> {
  inspected = page;
  page.debugger.attach();
  page.debugger.on('message', (_event, method, { sessionId }: { readonly sessionId: string }) => {
    if (method === 'Target.attachedToTarget') workers.push(sessionId);
  });
  await page.debugger.sendCommand('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: true });
}

/** How many memories of WebAssembly the page or its worker holds. */
async function memories(worker?: string): Promise<number> {
  const tell = (method: string, params: object) => inspected?.debugger.sendCommand(method, params, worker) as Promise<unknown>;
  const { result } = (await tell('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' })) as {
    readonly result: { readonly objectId: string };
  };
  const { objects } = (await tell('Runtime.queryObjects', { prototypeObjectId: result.objectId })) as {
    readonly objects: { readonly description: string };
  };
  return Number(/\d+/.exec(objects.description)?.[0]);
}

protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { ...SCHEME_PRIVILEGES } }]);
app.disableHardwareAcceleration();
// `close` destroys the only window, and what follows is still to be told.
app.on('window-all-closed', () => undefined);

async function main(): Promise<void> {
  await app.whenReady();
  serveApp(session.defaultSession, join(folder, 'renderer'), false);
  session.defaultSession.setDisplayMediaRequestHandler((_request, answer) => {
    void desktopCapturer
      .getSources({ types: ['screen'], thumbnailSize: { width: 0, height: 0 } })
      .then((sources) => sourceOf(sources, SCREEN, there.length))
      .then((video) => answer(video === undefined ? {} : { video }));
  });
  const signal = AbortSignal.timeout(20_000);
  const capture =
    SCREEN === undefined
      ? await desktop.openCapture(signal, { tag: 'all' })
      : await openPageScreenCapture({ openCapturePage: openPage, screens, id: SCREEN, clock: systemClock, signal });
  capture.onEvent((event) => {
    if (event.tag === 'shared') say(event);
    if (event.tag !== 'resized') return;
    viewed = new ViewedScreen(event.size);
    say({ tag: 'resized', size: event.size });
  });
  let viewed = new ViewedScreen(capture.size);
  capture.configure({ encoder: { name: 'planar', scrollCopies: false, skipAlpha: true, maxPduBytes: 16_000 }, acknowledgement: 'marked' });
  say({ tag: 'opened', size: capture.size });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'kernels') {
      say({ tag: 'kernels', workers: workers.length, inWorker: await memories(workers[0]), inPage: await memories() });
      continue;
    }
    if (line.startsWith('[')) {
      there = JSON.parse(line) as readonly DesktopScreen[];
      changes.emit();
      continue;
    }
    if (line === 'film') {
      say({ tag: 'film', regions: await untilFilm(capture) });
      continue;
    }
    let frames = 0;
    let changedPixels = 0;
    for (;;) {
      try {
        const frame = await capture.nextFrame(AbortSignal.timeout(QUIET_MS));
        viewed.show(frame.updates);
        frames += 1;
        changedPixels += frame.changedPixels;
      } catch {
        break;
      }
    }
    writeFileSync(join(folder, 'picture.rgb'), viewed.picture().rgb);
    say({ tag: 'pulled', frames, changedPixels });
  }
  await capture.close();
  say({ tag: 'closed', windows: BrowserWindow.getAllWindows().length });
  app.exit(0);
}

/** Pulls frames for a client that takes AVC420, until there is a film in one; gives what the client is told to draw of it. */
async function untilFilm(capture: ScreenCapture): Promise<readonly Rect[]> {
  capture.configure({ encoder: { name: 'channel', avc420: true }, acknowledgement: 'channel' });
  const decompressor = new Rdp8Decompressor();
  for (;;) {
    const { updates } = await capture.nextFrame(AbortSignal.timeout(15_000));
    for (const { bytes } of updates) {
      for (const pdu of decodeGfxServerPdus(decompressor.decompress(decodeSegmentedData(bytes)))) {
        if (pdu.tag === 'wireToSurface1' && pdu.codecId === GFX_CODEC.avc420) return decodeAvc420(pdu.data).regions.map(({ rect }) => rect);
      }
    }
  }
}

function say(message: unknown): void {
  process.stdout.write(`@${JSON.stringify(message)}\n`);
}

main().catch((error: unknown) => {
  say({ tag: 'error', message: String(error) });
  app.exit(1);
});
