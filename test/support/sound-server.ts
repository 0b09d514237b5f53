import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { unpackedSound } from '../../scripts/unpacked-sound.ts';
import { type Program, startProgram, until } from './programs.ts';

const RATE = 48_000;
const CHANNELS = 2;
/** What is louder than this is sound. */
export const LOUD = 0.2;
const READY_WITHIN_MS = 30_000;
/** Of the server: nothing of the system's, in the foreground, until it is ended. */
const OPTIONS = ['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--disable-shm=yes'];

/** Title and condition, like `needs(…)`, for what starts a sound server. */
export function needsSound(): { readonly skip: boolean; title(text: string): string } {
  const skip = unpackedSound() === undefined;
  const how = 'needs the sound server that node scripts/unpacked-sound.ts unpacks on Debian';
  return { skip, title: (text) => (skip ? `${text} [skipped: ${how}]` : text) };
}

/** What was recorded so far: the left channel, from -1 to 1. */
export interface Recording {
  readonly samples: readonly number[];
  /** When the last of them came, by `performance.now`. */
  readonly untilMs: number;
  stop(): Promise<void>;
}

/** A PulseAudio of a test's own, with outputs that nobody hears. */
export interface SoundTestServer {
  /** Leads programs to it; the first output is the usual one. */
  readonly env: NodeJS.ProcessEnv;
  /** Plays these samples (-1 to 1, both channels) at an output, once. */
  play(output: string, samples: readonly number[]): Program;
  /** Plays what is written to it, two channels of 16 bits at 48 kHz; begun, so that nothing waits to be played. */
  playing(output: string): Promise<Writable>;
  record(output: string): Recording;
  /** Of programs that are connected, whether they record or play or neither. */
  clients(): Promise<number>;
  /** How many recordings there are. */
  recordings(): Promise<number>;
  close(): Promise<void>;
}

export async function startSoundServer(...outputs: readonly string[]): Promise<SoundTestServer> {
  const folder = unpackedSound();
  if (folder === undefined) throw new Error('no sound server unpacked: node scripts/unpacked-sound.ts');
  const home = mkdtempSync(join(tmpdir(), 'ringback-sound-'));
  const modules = globSync('usr/lib/pulse-*/modules', { cwd: folder }).map((path) => join(folder, path));
  const libraries = globSync('usr/lib/*-linux-gnu{,/pulseaudio}', { cwd: folder }).map((path) => join(folder, path));
  const socket = join(home, 'native');
  const env: NodeJS.ProcessEnv = {
    PATH: `${join(folder, 'usr/bin')}:${process.env['PATH'] ?? ''}`,
    LANG: 'C.UTF-8',
    HOME: home,
    XDG_RUNTIME_DIR: home,
    PULSE_SERVER: `unix:${socket}`,
    LD_LIBRARY_PATH: [...libraries, ...modules].join(':'),
  };
  const load = [
    ...outputs.map((output) => `module-null-sink sink_name=${output} rate=${RATE} channels=${CHANNELS}`),
    `module-native-protocol-unix socket=${socket} auth-anonymous=1`,
  ];
  const server = startProgram(
    'pulseaudio',
    [...OPTIONS, `--dl-search-path=${modules[0] ?? ''}`, ...load.flatMap((module) => ['-L', module])],
    { env },
  );
  const programs: Program[] = [];
  try {
    await until(() => existsSync(socket) || server.process.exitCode !== null, 'the sound server', READY_WITHIN_MS);
    if (!existsSync(socket)) throw new Error(`the sound server has ended: ${server.output()}`);
  } catch (error) {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
  const listed = async (what: string): Promise<number> => {
    const list = startProgram('pactl', ['list', 'short', what], { env });
    await list.exited;
    return list.output().split('\n').filter(Boolean).length;
  };
  const format = ['--format=s16le', `--rate=${RATE}`, `--channels=${CHANNELS}`, '--latency-msec=20'];
  const startPlaying = (output: string): Program => {
    const program = startProgram('pacat', ['--playback', `--device=${output}`, ...format], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    programs.push(program);
    // It may be ended in the middle.
    program.process.stdin?.on('error', () => undefined);
    return program;
  };
  return {
    env,
    play(output, samples) {
      const program = startPlaying(output);
      program.process.stdin?.end(pcmOf(samples));
      return program;
    },
    async playing(output) {
      const before = await listed('sink-inputs');
      const { stdin } = startPlaying(output).process;
      if (stdin === null) throw new Error('nothing can be written to what plays');
      await until(async () => (await listed('sink-inputs')) > before, 'what plays', READY_WITHIN_MS);
      return stdin;
    },
    record(output) {
      const program = startProgram('parec', [`--device=${output}.monitor`, ...format], { env });
      programs.push(program);
      const samples: number[] = [];
      const recording = { samples, untilMs: performance.now(), stop: () => program.stop() };
      let rest = Buffer.alloc(0);
      program.process.stdout?.on('data', (chunk: Buffer) => {
        const all = Buffer.concat([rest, chunk]);
        const whole = all.length - (all.length % (CHANNELS * 2));
        for (let at = 0; at < whole; at += CHANNELS * 2) samples.push(all.readInt16LE(at) / 0x8000);
        rest = all.subarray(whole);
        recording.untilMs = performance.now();
      });
      return recording;
    },
    // Itself is one of them.
    clients: async () => (await listed('clients')) - 1,
    recordings: () => listed('source-outputs'),
    async close() {
      for (const program of programs) await program.stop();
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** When the first sound after so many samples was played, by `performance.now` and some milliseconds of the recorder's own; undefined before it has come. */
export function playedAtMs({ samples, untilMs }: Recording, after: number): number | undefined {
  const at = samples.findIndex((sample, index) => index >= after && Math.abs(sample) > LOUD);
  return at < 0 ? undefined : untilMs - ((samples.length - at) * 1_000) / RATE;
}

/** A tone of so many seconds. */
export function tone(hertz: number, seconds: number, loudness = 0.5): number[] {
  return Array.from({ length: Math.round(RATE * seconds) }, (_, at) => loudness * Math.sin((2 * Math.PI * hertz * at) / RATE));
}

/** How much of the loudness of these samples is a tone, from 0 to 1 (Goertzel's algorithm). */
function shareOf(hertz: number, samples: readonly number[], rate = RATE): number {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let [before, last, energy] = [0, 0, 0];
  for (const sample of samples) {
    [before, last] = [last, sample + turn * last - before];
    energy += sample * sample;
  }
  const found = last * last + before * before - turn * last * before;
  return energy === 0 ? 0 : found / ((energy * samples.length) / 2);
}

/** {@link shareOf} the twentieth of a second that is most like the tone: a busy machine leaves gaps in what it plays. */
export function purest(hertz: number, samples: readonly number[]): number {
  const window = RATE / 20;
  let most = 0;
  for (let at = 0; at + window <= samples.length; at += window / 2) most = Math.max(most, shareOf(hertz, samples.slice(at, at + window)));
  return most;
}

function pcmOf(samples: readonly number[]): Buffer {
  const bytes = Buffer.alloc(samples.length * CHANNELS * 2);
  samples.forEach((sample, at) => {
    const value = Math.round(sample * 0x7fff);
    for (let channel = 0; channel < CHANNELS; channel += 1) bytes.writeInt16LE(value, (at * CHANNELS + channel) * 2);
  });
  return bytes;
}
