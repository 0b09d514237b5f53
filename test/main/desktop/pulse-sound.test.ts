import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import type { RecordedSound, SoundCapture, SoundCaptureEvent } from '../../../src/main/desktop/sound/contract.ts';
import { pulseSound } from '../../../src/main/desktop/sound/pulse/pulse-sound.ts';
import { until } from '../../support/programs.ts';
import { needsSound, purest, startSoundServer, type SoundTestServer, tone } from '../../support/sound-server.ts';

const TONE_HERTZ = 880;
/** Share of a tone in what is recorded of it. */
const PURE = 0.95;
const sound = needsSound();

it('without the program there is none, and without a server it ends at once', async () => {
  const nobody = pulseSound({ env: { PATH: '/nowhere:.' }, clock: systemClock });
  expect(await nobody.missing()).toBe('noProgram');
  await expect(nobody.open({ samplesPerSecond: 48_000 }, new AbortController().signal)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

describe.skipIf(sound.skip)(sound.title('what a Linux desktop plays'), () => {
  let server: SoundTestServer;
  let capture: SoundCapture | undefined;
  beforeAll(async () => {
    server = await startSoundServer('novice');
  });
  afterEach(() => capture?.close());
  afterAll(() => server.close());

  async function open(env: NodeJS.ProcessEnv, events: SoundCaptureEvent[], signal = new AbortController().signal): Promise<SoundCapture> {
    const opened = await pulseSound({ env, clock: systemClock }).open({ samplesPerSecond: 48_000 }, signal);
    opened.onEvent((event) => events.push(event));
    capture = opened;
    return opened;
  }
  const blocksOf = (events: readonly SoundCaptureEvent[]): RecordedSound[] =>
    events.flatMap((event) => (event.tag === 'sound' ? [event.sound] : []));
  const left = (blocks: readonly RecordedSound[]): number[] =>
    blocks.flatMap(({ pcm }) => {
      const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
      return Array.from({ length: pcm.length / 4 }, (_, at) => view.getInt16(at * 4, true) / 0x8000);
    });

  it('is recorded from its monitor, in short blocks that say when they were played', async () => {
    const events: SoundCaptureEvent[] = [];
    await open(server.env, events);
    await until(() => events.length > 0, 'the monitor of an output that plays nothing');
    expect(left(blocksOf(events)).every((sample) => sample === 0)).toBe(true);
    const player = server.play('novice', tone(TONE_HERTZ, 2));
    await until(() => purest(TONE_HERTZ, left(blocksOf(events))) > PURE, 'the tone');
    await player.stop();
    for (const { pcm } of blocksOf(events)) expect(pcm.length).toBeLessThanOrEqual(19_200);
  });

  it('is recorded by nobody once it is closed, or its signal aborted', async () => {
    const before = await server.clients();
    const stop = new AbortController();
    const events: SoundCaptureEvent[] = [];
    await open(server.env, events, stop.signal);
    await until(async () => (await server.clients()) > before, 'the recorder');
    stop.abort();
    const count = events.length;
    await until(async () => (await server.clients()) === before, 'nobody that records');
    expect(events.length).toBe(count);
    (await open(server.env, events)).close();
    await until(async () => (await server.clients()) === before, 'nobody that records');
  });

  it('tells when what records has ended by itself, and why', async () => {
    const events: SoundCaptureEvent[] = [];
    await open({ ...server.env, PULSE_SERVER: 'unix:/nowhere' }, events);
    const [failed] = await until(() => events.length > 0 && events, 'its end');
    expect(failed).toMatchObject({ tag: 'failed', error: { code: 'LOST' } });
    expect(failed?.tag === 'failed' ? failed.error.message : '').toContain('refused');
  });
});
