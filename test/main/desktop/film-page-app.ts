import { app, webContents } from 'electron';
import { createInterface } from 'node:readline';
import { systemClock as clock } from '../../../src/main/clock.ts';
import { filmPagePort } from '../../../src/main/desktop/film/film-page-port.ts';
import { PageFilmEncoders } from '../../../src/main/desktop/film/page-film-encoders.ts';
import { pageOpus } from '../../../src/main/desktop/sound/opus/page-opus-encoder.ts';
import { openFilmPage } from '../../../src/main/shell/film-page.ts';
import { PAGES } from '../../../src/main/shell/web-security.ts';
import { FilmEncoderError } from '../../../src/protocol/rdp/graphics/film/contract.ts';
import type { OpusRate } from '../../../src/protocol/rdp/sound-encoding.ts';
import { testPlanes, type FilmTestPicture } from '../../support/film-picture.ts';
import { appPages } from '../../support/app-pages.ts';

/* A small Electron application for film-page.test.ts with the real page, its window and session: for each line on its input it does one thing and says what it saw. */

const folder = process.env['RINGBACK_TEST_FOLDER'] ?? '';

export interface FilmOrder {
  readonly do: 'encode' | 'page' | 'crash' | 'sound';
  /** sound: a tone, so long at each rate. */
  readonly hertz?: number;
  readonly rates?: readonly { readonly rate: OpusRate; readonly ms: number }[];
  /** encode: a film of this size. */
  readonly width?: number;
  readonly height?: number;
  readonly bitsPerSecond?: number;
  readonly pictures?: readonly FilmTestPicture[];
  /** page: runs in the page. */
  readonly script?: string;
}

const BLOCK_MS = 10;
const PER_MS = 48;
/** When the tone begins. */
const BEGUN_MS = 5_000;

let encoders: PageFilmEncoders | undefined;
let windowsOf: () => Awaited<ReturnType<typeof appPages>>;

async function main(): Promise<void> {
  const windows = await appPages(folder);
  windowsOf = () => windows;
  say({ tag: 'ready' });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      encoders ??= new PageFilmEncoders(filmPagePort(await openFilmPage(windows)), clock);
      say({ tag: 'did', ...(await carryOut(JSON.parse(line) as FilmOrder, encoders)) });
    } catch (error) {
      say({ tag: 'did', error: error instanceof FilmEncoderError ? error.code : String(error) });
    }
  }
  app.exit(0);
}

async function carryOut(order: FilmOrder, from: PageFilmEncoders): Promise<object> {
  switch (order.do) {
    case 'encode':
      return encode(order, from);
    case 'sound':
      return sound(order);
    case 'page':
      return { answer: await page().executeJavaScript(order.script ?? '') };
    case 'crash': {
      const encoder = await from.open({ width: 64, height: 64, bitsPerSecond: 100_000, framesPerSecond: 30 });
      const picture = {
        width: 64,
        height: 64,
        i420: testPlanes({ width: 64, height: 64 }, { colour: [9, 9, 9], shift: 0, noise: false, key: false }),
      };
      const startMs = clock.monotonicMs();
      page().forcefullyCrashRenderer();
      let code = '';
      while (code === '')
        code = await encoder.encode(picture, false).then(
          () => '',
          (error: FilmEncoderError) => error.code,
        );
      encoders = undefined;
      return { code, ms: clock.monotonicMs() - startMs };
    }
  }
}

async function encode(
  { width = 0, height = 0, bitsPerSecond = 1_000_000, pictures = [] }: FilmOrder,
  from: PageFilmEncoders,
): Promise<object> {
  const encoder = await from.open({ width, height, bitsPerSecond, framesPerSecond: 30 });
  const units: object[] = [];
  for (const picture of pictures) {
    if (picture.bitsPerSecond !== undefined) encoder.setBitrate(picture.bitsPerSecond);
    const startMs = performance.now();
    const { bytes, key } = await encoder.encode({ width, height, i420: testPlanes({ width, height }, picture) }, picture.key);
    units.push({ key, ms: performance.now() - startMs, bytes: Buffer.from(bytes).toString('base64') });
  }
  encoder.close();
  return { units, way: from.name };
}

/** Blocks of 10 ms, as quickly as they are taken; what came back of them. */
async function sound({ hertz = 440, rates = [] }: FilmOrder): Promise<object> {
  const encoder = await pageOpus(() => openFilmPage(windowsOf()), clock)(new AbortController().signal);
  const packets: object[] = [];
  const come = { untilMs: 0, error: '', tell: (): void => undefined };
  encoder.onEvent((event) => {
    if (event.tag === 'failed') come.error = event.error.message;
    else {
      const { data, recordedAtMs, durationMs } = event.packet;
      packets.push({ recordedAtMs, durationMs, bytes: Buffer.from(data).toString('base64') });
      come.untilMs = recordedAtMs + durationMs;
    }
    come.tell();
  });
  let atMs = 0;
  for (const { rate, ms } of rates) {
    const endMs = atMs + ms;
    for (; atMs < endMs; atMs += BLOCK_MS) encoder.encode({ pcm: toneBlock(hertz, atMs), recordedAtMs: BEGUN_MS + atMs }, rate);
    while (come.error === '' && come.untilMs < BEGUN_MS + endMs - rate.packetMs)
      await new Promise<void>((resolve) => (come.tell = resolve));
  }
  encoder.close();
  return { packets, ...(come.error === '' ? {} : { error: come.error }) };
}

function toneBlock(hertz: number, atMs: number): Uint8Array {
  const samples = new Int16Array(BLOCK_MS * PER_MS * 2);
  for (let at = 0; at < BLOCK_MS * PER_MS; at += 1) {
    const value = Math.round(12_000 * Math.sin((2 * Math.PI * hertz * (atMs * PER_MS + at)) / (PER_MS * 1_000)));
    samples[2 * at] = value;
    samples[2 * at + 1] = value;
  }
  return new Uint8Array(samples.buffer);
}

function page(): Electron.WebContents {
  const found = webContents.getAllWebContents().find((contents) => contents.getURL() === PAGES.film);
  if (found === undefined) throw new Error('there is no page');
  return found;
}

function say(message: unknown): void {
  process.stdout.write(`@${JSON.stringify(message)}\n`);
}

main().catch((error: unknown) => {
  say({ tag: 'error', message: String(error) });
  app.exit(1);
});
