import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { GFX_CODEC } from '../../src/protocol/rdp/pdu/rdpgfx/wire-to-surface.ts';
import { isFilmColour } from '../support/colours.ts';
import { type Display, startDisplay } from '../support/display.ts';
import { forkEngine } from '../support/engine-process.ts';
import { buildInto } from '../support/ice-app.ts';
import { openH264 } from '../support/openh264.ts';
import { hasLoaded } from '../support/process-tree.ts';
import { needs, type Program, startProgram, until } from '../support/programs.ts';
import type { FilmNoviceSaid } from './film-novice-app.ts';
import { untilSame } from './pictures.ts';
import { HOST, share, temporaryHome } from './sharing.ts';

const SIZE = { width: 800, height: 600 };
const FILM = { x: 100, y: 100, width: 480, height: 320 };
/** What `test/bench/film.mjs` paints. */
const FLAT = [0x30, 0x60, 0x90];

const electron = process.env['RINGBACK_TEST_ELECTRON'];
/** As `npm test` builds it. */
const worker = join(import.meta.dirname, '../../out/main/x11-capture-worker.js');
const programs = needs('Xvfb', 'import', 'xfreerdp');
const skip = programs.skip || electron === undefined || !existsSync(worker);
const title =
  skip && !programs.skip
    ? 'film to xfreerdp, by a page [skipped: needs a build and RINGBACK_TEST_ELECTRON, which npm test sets]'
    : 'film to xfreerdp, by a page';

/** The ways of encoding, and what each needs. */
const WAYS = [
  { title: programs.title(title), skip, gfx: '/gfx:AVC420', start: inPage },
  {
    title: programs.title(openH264.title('film to xfreerdp, by libopenh264')),
    skip: programs.skip || openH264.skip,
    gfx: '/gfx:AVC420',
    start: natively,
  },
  { title: programs.title('film to xfreerdp without H.264'), skip: programs.skip, gfx: '/gfx:RFX', start: asRemoteFx },
];

/** A novice that shares a display. */
interface FilmNovice {
  readonly port: number;
  readonly sessionId: string;
  /** Whether the encoder that is meant is in use. */
  encodes(): boolean;
  /** For a failure's sentence. */
  output(): string;
  close(): Promise<void>;
}

async function inPage(source: Display): Promise<FilmNovice> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-film-'));
  await buildInto(folder, 'test/interop/film-novice-app.ts', 'film');
  const novice = startProgram(electron ?? '', [folder, '--no-sandbox', '--disable-logging'], {
    env: { ...source.env, RINGBACK_TEST_FOLDER: folder, RINGBACK_TEST_WORKER: pathToFileURL(worker).href, XDG_CONFIG_HOME: folder },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = (tag: string): FilmNoviceSaid | undefined =>
    [...novice.output().matchAll(/^@(\{.*\})$/gm)]
      .map((match) => JSON.parse(match[1] ?? '') as FilmNoviceSaid)
      .find((each) => each.tag === tag);
  const close = async (): Promise<void> => {
    await novice.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { port = 0, sessionId = '' } = await until(
      () => said('sharing'),
      () => `the novice: ${novice.output()}`,
      30_000,
    );
    return { port, sessionId, encodes: () => said('page') !== undefined, output: () => novice.output(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function natively(source: Display): Promise<FilmNovice> {
  let capture: ChildProcess | undefined;
  const startCaptureProcess = () => forkEngine('x11-capture-process.ts', (child) => (capture = child));
  const sharing = await share(source, [], { startCaptureProcess });
  const { port, sessionId } = sharing;
  const encodes = () => hasLoaded(capture?.pid ?? 0, 'libopenh264.so');
  return { port, sessionId, encodes, output: () => '', close: () => sharing.close() };
}

async function asRemoteFx(source: Display): Promise<FilmNovice> {
  const sharing = await share(source);
  const { port, sessionId } = sharing;
  const output = () => `codecs ${[...sharing.codecs()].join(', ')}`;
  return { port, sessionId, encodes: () => sharing.codecs().has(GFX_CODEC.remoteFx), output, close: () => sharing.close() };
}

for (const way of WAYS)
  describe.skipIf(way.skip)(way.title, () => {
    let source: Display;
    let viewer: Display;
    let novice: FilmNovice;
    let film: Program;
    const closing: (() => Promise<unknown>)[] = [];

    async function seen(): Promise<{ readonly number: number; readonly colour: readonly number[] }> {
      const { rgb, width } = await viewer.screenshot();
      const at = (block: number) => 3 * ((FILM.y + 64 + 16) * width + FILM.x + 64 + block * 32 + 16);
      const bits = [0, 1, 2, 3, 4].map((bit) => ((rgb[at(bit)] ?? 0) > 127 ? 1 << bit : 0));
      return { number: bits.reduce((sum, bit) => sum + bit), colour: [...rgb.subarray(at(5), at(5) + 3)] };
    }

    beforeAll(async () => {
      source = await startDisplay(SIZE);
      closing.push(() => source.close());
      viewer = await startDisplay(SIZE);
      closing.push(() => viewer.close());
      novice = await way.start(source);
      closing.push(() => novice.close());
      const { port, sessionId } = novice;
      const home = await temporaryHome();
      closing.push(() => home.remove());
      const size = `/size:${SIZE.width}x${SIZE.height}`;
      const client = ['/cert:ignore', '/u:expert', '/p:unused', size, '/bpp:32', '-decorations', '-grab-keyboard', '/log-level:WARN'];
      const args = [`/v:${HOST}:${port}`, ...client, `/shell-dir:${sessionId}`, way.gfx];
      const program = startProgram('xfreerdp', args, { env: { ...viewer.env, ...home.env } });
      closing.push(() => program.stop());
      await untilSame(
        () => source.screenshot(),
        () => viewer.screenshot(),
      );
      const place = [FILM.x, FILM.y, FILM.width, FILM.height].map(String);
      film = source.start(process.execPath, [join(import.meta.dirname, '../bench/film.mjs'), source.name, ...place]);
    }, 120_000);

    afterAll(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    it('goes as film, in the right colours', async () => {
      await until(
        () => novice.encodes(),
        () => `the encoder: ${novice.output()}`,
        30_000,
      );
      const numbers: number[] = [];
      await until(
        async () => {
          const { number } = await seen();
          if (number !== numbers.at(-1)) numbers.push(number);
          return numbers.length > 8;
        },
        () => `the film to go on, after ${numbers.join(', ')}`,
        30_000,
      );
      // The first pictures of a film may be coarse; a tint would stay.
      let colour: readonly number[] = [];
      await until(
        async () => {
          ({ colour } = await seen());
          return isFilmColour(colour, FLAT);
        },
        () => `a colour within two levels of ${FLAT.join(', ')} in place of ${colour.join(', ')}`,
      );
    });

    it('is exact again when it rests', async () => {
      film.process.kill('SIGUSR1');
      await untilSame(
        () => source.screenshot(),
        () => viewer.screenshot(),
      );
    });
  });
