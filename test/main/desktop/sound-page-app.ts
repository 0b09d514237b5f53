import { app, webContents } from 'electron';
import { createInterface } from 'node:readline';
import { systemClock as clock } from '../../../src/main/clock.ts';
import type { SoundCapture } from '../../../src/main/desktop/sound/contract.ts';
import { pageSound } from '../../../src/main/desktop/sound/page/page-sound.ts';
import { openSoundPage } from '../../../src/main/shell/sound-page.ts';
import { PAGES } from '../../../src/main/shell/web-security.ts';
import { appPages } from '../../support/app-pages.ts';

/*
 * A small Electron application for sound-page.test.ts with the real page, its window and session. For each line on its input it does one thing and says
 * so; in between it says what is recorded, with times as `Date` has them.
 */

const folder = process.env['RINGBACK_TEST_FOLDER'] ?? '';
const RATE = 48_000;

export type SoundOrder = 'record' | 'stop' | 'abort' | 'crash' | 'microphone' | 'windows' | 'quit';

let capture: SoundCapture | undefined;
let stop = new AbortController();

async function main(): Promise<void> {
  const windows = await appPages(folder);
  const source = pageSound({ openPage: () => openSoundPage(windows), clock });
  const toDate = performance.timeOrigin + performance.now() - clock.monotonicMs();
  say({ tag: 'did' });
  for await (const order of createInterface({ input: process.stdin })) {
    let answer: unknown;
    switch (order as SoundOrder) {
      case 'record':
        stop = new AbortController();
        capture = await source.open({ samplesPerSecond: RATE }, stop.signal);
        capture.onEvent((event) => {
          if (event.tag === 'failed') say({ tag: 'failed', code: event.error.code });
          else {
            const { pcm, recordedAtMs } = event.sound;
            say({
              tag: 'sound',
              pcm: Buffer.from(pcm).toString('base64'),
              recordedAtMs: recordedAtMs + toDate,
              comeAtMs: clock.monotonicMs() + toDate,
            });
          }
        });
        break;
      case 'stop':
        capture?.close();
        break;
      case 'abort':
        stop.abort();
        break;
      case 'crash':
        pages()[0]?.forcefullyCrashRenderer();
        break;
      case 'microphone':
        answer = await pages()[0]?.executeJavaScript(
          `navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'given', ({ name }) => name)`,
          true,
        );
        break;
      case 'windows':
        answer = pages().length;
        break;
      case 'quit':
        app.exit(0);
    }
    say({ tag: 'did', answer });
  }
}

const pages = () => webContents.getAllWebContents().filter((contents) => !contents.isDestroyed() && contents.getURL() === PAGES.sound);

function say(message: unknown): void {
  process.stdout.write(`@${JSON.stringify(message)}\n`);
}

main().catch((error: unknown) => {
  say({ tag: 'error', message: String(error) });
  app.exit(1);
});
