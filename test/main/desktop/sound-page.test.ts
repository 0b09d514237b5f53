import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Display, startDisplay } from '../../support/display.ts';
import { buildInto } from '../../support/ice-app.ts';
import { needs, type Program, run, startProgram, until } from '../../support/programs.ts';
import { LOUD, needsSound, playedAtMs, purest, startSoundServer, type SoundTestServer, tone } from '../../support/sound-server.ts';
import type { SoundOrder } from './sound-page-app.ts';

/*
 * The way of Windows and macOS, run here: what Electron calls `loopback` is the monitor of PulseAudio's output on Linux, and the page, its permissions, the
 * worker of the audio and the port are the same.
 */

const TONE_HERTZ = 880;
const PURE = 0.95;
/** Film and sound that are further apart are seen to be. */
const IN_STEP_MS = 120;
const BEEPS = 5;
const RATE = 48_000;

const electron = process.env['RINGBACK_TEST_ELECTRON'];
const programs = needs('Xvfb');
const sound = needsSound();
const skipped = electron === undefined ? ' [skipped: needs RINGBACK_TEST_ELECTRON, which npm test sets]' : '';

interface Said {
  readonly tag: 'did' | 'sound' | 'failed' | 'error';
  readonly answer?: unknown;
  readonly code?: string;
  readonly pcm?: string;
  readonly recordedAtMs?: number;
  readonly comeAtMs?: number;
}

interface Block {
  /** From -1 to 1, of each channel. */
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly recordedAtMs: number;
  readonly comeAtMs: number;
}

describe.skipIf(programs.skip || sound.skip || electron === undefined)(
  sound.title(programs.title(`the page that records${skipped}`)),
  () => {
    let server: SoundTestServer;
    let display: Display;
    let folder: string;
    let program: Program;
    const did: Said[] = [];
    const failed: (string | undefined)[] = [];
    const blocks: Block[] = [];

    function hear({ tag, pcm = '', recordedAtMs = Number.NaN, comeAtMs = Number.NaN, ...said }: Said): void {
      if (tag === 'failed') failed.push(said.code);
      else if (tag !== 'sound') did.push({ tag, ...said });
      else {
        const bytes = Buffer.from(pcm, 'base64');
        const channel = (which: number) =>
          Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readInt16LE(at * 4 + which * 2) / 0x8000);
        blocks.push({ left: channel(0), right: channel(1), recordedAtMs, comeAtMs });
      }
    }

    async function tell(order: SoundOrder): Promise<unknown> {
      const before = did.length;
      program.process.stdin?.write(`${order}\n`);
      const { answer } = await until(
        () => did[before],
        () => `${order}: ${program.output().slice(-2_000)}`,
        30_000,
      );
      return answer;
    }

    const left = (from = 0): number[] => blocks.slice(from).flatMap((block) => block.left);
    const nobodyRecords = () => until(async () => (await server.recordings()) === 0, 'nobody that records', 10_000);
    /** Records until something of it has come. */
    async function record(): Promise<void> {
      const before = blocks.length;
      await tell('record');
      await until(() => blocks.length > before, 'the first block', 20_000);
    }

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ringback-sound-page-'));
      await buildInto(folder, 'test/main/desktop/sound-page-app.ts', 'sound');
      [server, display] = await Promise.all([startSoundServer('novice'), startDisplay({ width: 640, height: 480, windowManager: false })]);
      await run('pactl', ['load-module', 'module-null-source', 'source_name=microphone'], { env: server.env });
      program = startProgram(electron ?? '', [folder, '--no-sandbox', '--disable-logging'], {
        env: { ...server.env, ...display.env, RINGBACK_TEST_FOLDER: folder, XDG_CONFIG_HOME: folder },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      if (program.process.stdout !== null)
        createInterface({ input: program.process.stdout }).on('line', (line) => {
          if (line.startsWith('@{')) hear(JSON.parse(line.slice(1)) as Said);
        });
      await until(
        () => did.length > 0,
        () => `the application: ${program.output()}`,
        30_000,
      );
    }, 120_000);

    afterAll(async () => {
      await program?.stop();
      await display?.close();
      await server?.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    });

    it('is not there before it is wanted, and nothing records', async () => {
      expect([await tell('windows'), await server.recordings()]).toEqual([0, 0]);
    });

    it('records silence where nothing is played, and then what is played, in two channels at 48 kHz', async () => {
      await record();
      expect(left().every((sample) => sample === 0)).toBe(true);
      const from = blocks.length;
      const player = server.play('novice', tone(TONE_HERTZ, 3));
      await until(() => purest(TONE_HERTZ, left(from)) > PURE, 'the tone', 20_000);
      expect(
        purest(
          TONE_HERTZ,
          blocks.slice(from).flatMap((block) => block.right),
        ),
      ).toBeGreaterThan(PURE);
      expect(Math.max(...left(from))).toBeCloseTo(0.5, 1);
      await player.stop();
      for (const block of blocks) expect(block.left.length).toBeLessThanOrEqual(RATE / 10);
    });

    it('records it without gaps, as long as it is', async () => {
      const from = blocks.length;
      await until(() => left(from).length > 3 * RATE, 'three seconds', 20_000);
      const some = blocks.slice(from);
      const lastedMs = (some.at(-1)?.recordedAtMs ?? 0) - (some[0]?.recordedAtMs ?? 0);
      expect(left(from).length - (some.at(-1)?.left.length ?? 0)).toBeCloseTo((lastedMs * RATE) / 1_000, -3);
    });

    it('has each sound within the time in which it is in step with the film', async () => {
      const reference = server.record('novice');
      await until(() => reference.samples.length > RATE / 4, 'the other recorder');
      const late: number[] = [];
      const wrong: number[] = [];
      for (let beep = 0; beep < BEEPS; beep += 1) {
        const [from, before] = [blocks.length, reference.samples.length];
        const player = server.play('novice', tone(TONE_HERTZ, 0.3));
        const found = () => blocks.slice(from).find((block) => block.left.some((sample) => Math.abs(sample) > LOUD));
        const block = await until(found, 'the beep', 10_000);
        const playedMs = performance.timeOrigin + (await until(() => playedAtMs(reference, before), 'the beep of the other recorder'));
        const at = block.left.findIndex((sample) => Math.abs(sample) > LOUD);
        late.push(block.comeAtMs - playedMs);
        wrong.push(block.recordedAtMs + (at * 1_000) / RATE - playedMs);
        await player.exited;
        const quiet = blocks.length;
        await until(
          () =>
            left(quiet).length > RATE / 10 &&
            left(quiet)
              .slice(-RATE / 20)
              .every((sample) => sample === 0),
          'silence again',
          10_000,
        );
      }
      await reference.stop();
      const median = (values: readonly number[]): number =>
        values.toSorted((one, other) => one - other)[Math.floor(BEEPS / 2)] ?? Number.NaN;
      const figures = `come after, ms: ${late.map(Math.round).join(', ')}; said to be, ms: ${wrong.map(Math.round).join(', ')}`;
      expect(Math.abs(median(late)), figures).toBeLessThan(IN_STEP_MS);
      expect(Math.abs(median(wrong)), figures).toBeLessThan(IN_STEP_MS / 2);
    });

    it('may not hear the microphone', async () => {
      expect(await tell('microphone')).toBe('NotAllowedError');
    });

    it.each(['stop', 'abort'] as const)('ends at once: %s', async (order) => {
      if ((await tell('windows')) === 0) await record();
      const player = server.play('novice', tone(TONE_HERTZ, 60));
      await until(() => purest(TONE_HERTZ, left(Math.max(0, blocks.length - 10))) > PURE, 'the tone', 20_000);
      await tell(order);
      const count = blocks.length;
      expect(await tell('windows')).toBe(0);
      await nobodyRecords();
      expect([blocks.length, failed]).toEqual([count, []]);
      await player.stop();
    });

    it('says that it is lost when its page crashes, and can be had again', async () => {
      await record();
      await tell('crash');
      await until(() => failed.length > 0, 'the loss');
      expect(failed).toEqual(['LOST']);
      expect(await tell('windows')).toBe(0);
      await nobodyRecords();
      await record();
      await tell('stop');
      await nobodyRecords();
      expect(failed).toEqual(['LOST']);
    });
  },
);
