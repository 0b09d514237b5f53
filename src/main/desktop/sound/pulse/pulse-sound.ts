import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { Emitter } from '../../../emitter.ts';
import type { Clock } from '../../../clock.ts';
import { SoundBlocks } from '../sound-blocks.ts';
import { type SoundCapture, type SoundCaptureEvent, SoundError, type SoundSource } from '../contract.ts';

/** Of Debian's pulseaudio-utils; records from PulseAudio, and from PipeWire by its own server of that protocol. */
const PROGRAM = 'parec';
/**
 * How much the sound's server may gather before it gives it on. It plays in steps as short as anybody asks for: with less, loudspeakers of a busy computer
 * would crackle. PipeWire makes 512 samples of this, and 256 of 10 ms.
 */
const LATENCY_MS = 15;
/** Of what it says on its error output. */
const MAX_SAID_CHARACTERS = 500;

export interface PulseSoundOptions {
  /** PATH, and what leads to the sound's server. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** What a Linux desktop plays: the monitor of its default output. */
export function pulseSound({ env, clock }: PulseSoundOptions): SoundSource {
  return {
    missing: async () => ((await programIn(env)) === undefined ? 'noProgram' : undefined),
    open: async ({ samplesPerSecond }, signal) => {
      const program = await programIn(env);
      if (program === undefined) throw new SoundError('UNSUPPORTED', `there is no ${PROGRAM} here`);
      signal.throwIfAborted();
      const format = ['--format=s16le', `--rate=${samplesPerSecond}`, '--channels=2'];
      const how = ['--device=@DEFAULT_MONITOR@', '--client-name=Ringback', `--latency-msec=${LATENCY_MS}`];
      const child = spawn(program, [...how, ...format], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
      return recording(child, new SoundBlocks(samplesPerSecond), clock, signal);
    },
  };
}

function recording(child: ChildProcess, blocks: SoundBlocks, clock: Pick<Clock, 'monotonicMs'>, signal: AbortSignal): SoundCapture {
  const events = new Emitter<SoundCaptureEvent>();
  let said = '';
  let over = false;
  const close = (): void => {
    if (over) return;
    over = true;
    signal.removeEventListener('abort', close);
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.kill('SIGKILL');
  };
  const lost = (why: string): void => {
    if (over) return;
    close();
    events.emit({ tag: 'failed', error: new SoundError('LOST', `${PROGRAM} has ended: ${why}`) });
  };
  signal.addEventListener('abort', close);
  child.stdout?.on('data', (chunk: Uint8Array) => {
    if (over) return;
    for (const sound of blocks.push(chunk, clock.monotonicMs())) events.emit({ tag: 'sound', sound });
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-MAX_SAID_CHARACTERS);
  });
  child.on('error', (error) => lost(error.message));
  // Not at `exit`: what it said last is still on its way then.
  child.on('close', (code, by) => lost(said.trim() || (by ?? `status ${code}`)));
  return { onEvent: events.on, close };
}

/** Where the program is on PATH. Relative entries are passed over: what is run must not depend on where this program was started. */
async function programIn(env: PulseSoundOptions['env']): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, PROGRAM);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
