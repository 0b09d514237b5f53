import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { electronExecutable } from '../support/app.ts';
import { needs, until } from '../support/programs.ts';
import { hearingPeople } from '../support/hearing.ts';
import { needsSound, playedAtMs, type Recording, startSoundServer, type SoundTestServer } from '../support/sound-server.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const sound = needsSound();
const skip = programs.skip || !electronExecutable;
/** Chromium's switch: blocks of 10 ms at PulseAudio's 44.1 kHz, as WASAPI's are, instead of 23. */
const BLOCKS = '--audio-buffer-size=441';
const FLASHES = 9;
const TONE_MS = 15_000;
/** A computer that does not come to it leaves gaps. */
const MOST_GONE = 0.1;
/** Film and sound that are further apart are seen to be. */
const IN_STEP_MS = 120;

/** When the page has drawn each flash, and when its loudspeaker was given each beep, with what the loudspeaker itself takes. */
function watch(page: Page): Promise<void> {
  return page.evaluate((): void => {
    const picture = document.querySelector<HTMLCanvasElement>('canvas[role=img]');
    const small = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (picture === null || small === null) throw new Error('no picture');
    // All that the ear holds, of which the newest comes last.
    const samples = new Float32Array(4_096);
    const NEWEST = 256;
    const seen: number[] = [];
    const heard: number[] = [];
    let [bright, loud] = [false, false];
    Object.assign(globalThis, { times: () => ({ seen: [...seen], heard: [...heard], isOver: !bright && !loud }) });
    const look = (): void => {
      small.drawImage(picture, 100, 100, 1, 1, 0, 0, 1, 1);
      const isBright = (small.getImageData(0, 0, 1, 1).data[0] ?? 0) > 127;
      if (isBright && !bright) seen.push(performance.now());
      bright = isBright;
      requestAnimationFrame(look);
    };
    const listen = (): void => {
      // Another one after a pause.
      const { ear } = globalThis as unknown as { ear: AnalyserNode };
      ear.getFloatTimeDomainData(samples);
      const isLoud = samples.subarray(-NEWEST).some((sample) => Math.abs(sample) > 0.05);
      if (isLoud && !loud) heard.push(performance.now() + (ear.context as AudioContext).outputLatency * 1_000);
      loud = isLoud;
    };
    look();
    setInterval(listen, 3);
  });
}

/** What records: the program of Linux, or the page of Windows and macOS out of a sound server, which takes its time to play as well. */
const WAYS = [
  [programs.title('a flash and a beep at once'), 'program', skip],
  [sound.title(programs.title('a flash and a beep at once, recorded by a page')), 'page', skip || sound.skip],
] as const;

describe.each(WAYS)('%s', (_, way, skipped) => {
  const people = hearingPeople(`in-step-${way}`);
  let server: SoundTestServer | undefined;
  /** Of what the server plays, since that comes later than what `parec` would give. */
  let played: Recording | undefined;

  beforeAll(async () => {
    if (skipped) return;
    if (way === 'program') return people.begin();
    server = await startSoundServer('novice');
    const { PULSE_SERVER, LD_LIBRARY_PATH } = server.env;
    await people.begin({ PULSE_SERVER, LD_LIBRARY_PATH, RINGBACK_SOUND_BY: 'page' }, [BLOCKS]);
    await people.playAt(server, 'novice');
    played = server.record('novice');
  }, 120_000);
  afterAll(() => server?.close());

  it.skipIf(skipped)('come after a tone without gaps', async () => {
    await people.turnOn();
    await until(async () => (await people.heard()).loudness > 0.3, 'the tone', 30_000);
    const { goneMs, times } = await people.gaps(TONE_MS);
    expect(goneMs, `gone ${times} times`).toBeLessThan(TONE_MS * MOST_GONE);
  });

  it.skipIf(skipped)('are seen and heard together', async () => {
    const { session } = people;
    await watch(session);
    // The first one only ends the tone that there is.
    people.beep();
    await until(async () => (await people.heard()).loudness < 0.001, 'silence');
    const times = () =>
      session.evaluate(() => (globalThis as unknown as { times: () => { seen: number[]; heard: number[]; isOver: boolean } }).times());
    const apart: number[] = [];
    for (let flash = 0; flash < FLASHES; flash += 1) {
      const before = await times();
      const beganMs = performance.now();
      const from = played?.samples.length ?? 0;
      people.beep();
      let now = before;
      await until(
        async () => {
          now = await times();
          return now.seen.length > before.seen.length && now.heard.length > before.heard.length;
        },
        () => `a flash and a beep after ${JSON.stringify(before)}, not ${JSON.stringify(now)}`,
      );
      const recording = played;
      const lateMs = recording === undefined ? 0 : (await until(() => playedAtMs(recording, from), 'the other recorder')) - beganMs;
      apart.push((now.heard[before.heard.length] ?? 0) - (now.seen[before.seen.length] ?? 0) - lateMs);
      await until(async () => (await times()).isOver, 'the flash and the beep to be over');
    }
    const median = apart.toSorted((one, other) => one - other)[Math.floor(FLASHES / 2)] ?? Number.NaN;
    expect(Math.abs(median), `heard after it was seen, ms: ${apart.map(Math.round).join(', ')}`).toBeLessThan(IN_STEP_MS);
  });
});
