/* Two people of whom the expert hears the novice's computer, which plays a tone. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill } from 'node:process';
import { afterAll } from 'vitest';
import type { Page } from 'playwright-core';
import { t } from '../../src/words/words.ts';
import type { SteeredApp } from './app.ts';
import type { TwoNetworks } from './network.ts';
import { answerQuestion, clickAt, connect, hostMessenger, meetOnMessenger, signIn, waitForOnline, waitForQuestion } from './scenario.ts';
import { type Program, startProgram } from './programs.ts';
import type { SoundTestServer } from './sound-server.ts';
import { type TwoPeople, twoPeople } from './two-people.ts';

const RECORDER = join(import.meta.dirname, 'tone-recorder.mjs');

export interface HearingPeople {
  /** The expert's session window, and the novice's. */
  readonly session: Page;
  readonly panel: Page;
  readonly keep: TwoPeople['keep'];
  /** Starts both, and connects them. `env`, `args`: of the novice's program. */
  begin(env?: NodeJS.ProcessEnv, args?: readonly string[]): Promise<void>;
  /** Presses the switch with the novice's own mouse. */
  press(): Promise<void>;
  /** The same, and the yes to the question. */
  turnOn(): Promise<void>;
  /** What has recorded so far in the place of `parec`, by process. */
  recorders(): readonly number[];
  /** The process of the page that records for the novice, while there is one. */
  recordingPage(): Promise<number | undefined>;
  /** Plays at this output of a sound server what `parec` would give otherwise: the tone, and the beeps. */
  playAt(server: SoundTestServer, output: string): Promise<void>;
  /** The first time ends the tone; after that a flash of the screen and a beep. */
  beep(): void;
  /** The process of the page that encodes for the novice, while there is one. */
  encoder(): Promise<number | undefined>;
  /** Of a tone that plays at the expert's, from now on: for how many milliseconds it is gone, and how often that begins. */
  gaps(forMs: number): Promise<{ readonly goneMs: number; readonly times: number }>;
  /** What the expert's page gives to its loudspeaker, and how many packets of Opus it has decoded. */
  heard(): Promise<Heard>;
}

export interface Heard {
  /** From 0 to 1. */
  readonly loudness: number;
  /** The loudest frequency. */
  readonly hertz: number;
  readonly packets: number;
}

/** What the page decodes and sends to its loudspeaker, from before it is loaded. */
function listenIn(): void {
  const { decode } = AudioDecoder.prototype;
  AudioDecoder.prototype.decode = function decoded(this: AudioDecoder, chunk: EncodedAudioChunk) {
    const counted = globalThis as unknown as { packets?: number };
    counted.packets = (counted.packets ?? 0) + 1;
    Reflect.apply(decode, this, [chunk]);
  };
  const { connect: connectAs } = AudioNode.prototype;
  AudioNode.prototype.connect = function connected(this: AudioNode, ...to: readonly unknown[]) {
    if (to[0] === this.context.destination) {
      const ear = new AnalyserNode(this.context, { fftSize: 4096 });
      Reflect.apply(connectAs, this, [ear]);
      Object.assign(globalThis, { ear });
    }
    return Reflect.apply(connectAs, this, to) as AudioNode;
  };
}

function heardIn(page: Page): Promise<Heard> {
  return page.evaluate(() => {
    const { ear, packets = 0 } = globalThis as unknown as { ear?: AnalyserNode; packets?: number };
    if (ear === undefined) return { loudness: 0, hertz: 0, packets };
    const samples = new Float32Array(ear.fftSize);
    ear.getFloatTimeDomainData(samples);
    const spectrum = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(spectrum);
    const loudest = spectrum.indexOf(Math.max(...spectrum));
    return { loudness: Math.max(...samples.map(Math.abs)), hertz: (loudest * ear.context.sampleRate) / ear.fftSize, packets };
  });
}

/** For how many milliseconds a tone is not there, and how often it begins to be gone. */
function gapsIn(page: Page, forMs: number): Promise<{ readonly goneMs: number; readonly times: number }> {
  return page.evaluate(async (duration) => {
    const WINDOW_MS = 2.5;
    let [gone, times, isGone] = [0, 0, false];
    const saw = (isSilent: boolean, ms: number): void => {
      if (isSilent) gone += ms;
      if (isSilent && !isGone) times += 1;
      isGone = isSilent;
    };
    const from = performance.now();
    for (let seenTo = from; seenTo < from + duration; ) {
      await new Promise(requestAnimationFrame);
      // Another one after a pause.
      const { ear } = globalThis as unknown as { ear: AnalyserNode };
      const now = performance.now();
      const passedMs = now - seenTo;
      seenTo = now;
      if (ear.context.state !== 'running') {
        saw(true, passedMs);
        continue;
      }
      const samples = new Float32Array(ear.fftSize);
      ear.getFloatTimeDomainData(samples);
      const perMs = ear.context.sampleRate / 1_000;
      const window = Math.round(perMs * WINDOW_MS);
      for (let at = Math.max(0, samples.length - Math.round(passedMs * perMs)); at + window <= samples.length; at += window)
        saw(
          samples.subarray(at, at + window).every((sample) => Math.abs(sample) < 0.02),
          WINDOW_MS,
        );
    }
    return { goneMs: Math.round(gone), times };
  }, forMs);
}

/** To be called in a `describe`, as {@link twoPeople} is. `networks`: each in its own. */
export function hearingPeople(name: string, networks?: () => Promise<TwoNetworks>): HearingPeople {
  const people = twoPeople(name);
  let playing: Program | undefined;
  afterAll(() => playing?.stop());
  let pages: { readonly session: Page; readonly panel: Page; readonly novice: SteeredApp } | undefined;
  const shown = () => {
    if (pages === undefined) throw new Error('not begun');
    return pages;
  };
  const bin = () => join(people.desktop('novice').home, 'bin');
  const recorders = (): readonly number[] => {
    const started = join(bin(), 'started');
    return existsSync(started) ? readFileSync(started, 'utf8').trim().split('\n').map(Number) : [];
  };

  async function begin(env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Promise<void> {
    const { noviceDesktop } = await people.startDesktops();
    Object.assign(noviceDesktop.env, env);
    mkdirSync(bin());
    writeFileSync(join(bin(), 'parec'), `#!/bin/sh\nexec '${process.execPath}' '${RECORDER}' '${bin()}' "$@"\n`);
    chmodSync(join(bin(), 'parec'), 0o755);
    noviceDesktop.env['PATH'] = `${bin()}:${noviceDesktop.env['PATH'] ?? process.env['PATH'] ?? ''}`;
    const apart = await networks?.();
    const expert = await people.startApp('expert', [], { network: apart?.expert });
    const novice = await people.startApp('novice', args, { network: apart?.novice });
    await expert.main.context().addInitScript(listenIn);
    if (apart === undefined) await meetOnMessenger(expert, novice);
    else {
      // Only the novice's computer can be dialled.
      await signIn(expert, (await hostMessenger(novice, 'Anna', 'Peter', 'lan')).issued, 'Peter');
      await waitForOnline(expert, 'Anna');
      await waitForOnline(novice, 'Peter');
    }
    await connect(novice, expert);
    pages = { session: await expert.session(), panel: await novice.session(), novice };
    await pages.panel.getByRole('button', { name: t('panel.unfold'), exact: true }).click();
  }

  async function press(): Promise<void> {
    const { panel } = shown();
    const theSwitch = panel.getByRole('switch', { name: t('sound.novice.switch', { name: 'Peter' }), exact: true });
    await theSwitch.scrollIntoViewIfNeeded();
    const box = await theSwitch.boundingBox();
    const [left, top] = await panel.evaluate(() => [screenX, screenY]);
    if (box === null || left === undefined || top === undefined) throw new Error('the switch is nowhere');
    await clickAt(people.desktop('novice'), left + box.x + box.width / 2, top + box.y + box.height / 2);
  }

  return {
    get session() {
      return shown().session;
    },
    get panel() {
      return shown().panel;
    },
    keep: people.keep,
    begin,
    press,
    turnOn: async () => {
      await press();
      await waitForQuestion(people.desktop('novice'));
      await people.keep('question');
      await answerQuestion(people.desktop('novice'), 'allow');
    },
    recorders,
    playAt: async (server, output) => {
      const { env } = people.desktop('novice');
      const player = await server.playing(output);
      playing = startProgram(process.execPath, [RECORDER, bin(), '--rate=48000'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      playing.process.stdout?.pipe(player);
    },
    beep: () => {
      const recorder = recorders().at(-1);
      if (recorder !== undefined) kill(recorder, 'SIGUSR1');
    },
    encoder: () => shown().novice.pageProcess('film.html'),
    recordingPage: () => shown().novice.pageProcess('sound.html'),
    gaps: (forMs) => gapsIn(shown().session, forMs),
    heard: () => heardIn(shown().session),
  };
}
