import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NoviceSound } from '../../src/main/assistance/novice-sound.ts';
import { systemClock } from '../../src/main/clock.ts';
import { pulseSound } from '../../src/main/desktop/sound/pulse/pulse-sound.ts';
import type { Note } from '../../src/protocol/rdp/channels/notes.ts';
import { SOUND_FORMATS } from '../../src/protocol/rdp/channels/sound/sound-formats.ts';
import { SoundServer } from '../../src/protocol/rdp/channels/sound/sound-server.ts';
import { WAVE_FORMAT } from '../../src/protocol/rdp/pdu/rdpsnd/audio-format.ts';
import { type Display, startDisplay } from '../support/display.ts';
import { needs, type Program, startProgram, until } from '../support/programs.ts';
import { needsSound, purest, startSoundServer, type SoundTestServer, tone } from '../support/sound-server.ts';
import { HOST, type Sharing, share, temporaryHome } from './sharing.ts';

const HERTZ = 880;
/** Share of a tone in what is recorded of it. */
const PURE = 0.95;
/** What FreeRDP keeps before it plays: without it PulseAudio gathers two seconds. */
const LATENCY_MS = 80;
const SIZE = { width: 640, height: 480 };

const programs = needs('Xvfb', 'xfreerdp');
const sound = needsSound();

describe.skipIf(programs.skip || sound.skip)(sound.title(programs.title('xfreerdp /sound')), () => {
  let server: SoundTestServer;
  let source: Display;
  let seen: Display;
  let sharing: Sharing | undefined;
  let client: Program | undefined;
  const homes: Awaited<ReturnType<typeof temporaryHome>>[] = [];

  beforeAll(async () => {
    [server, source, seen] = await Promise.all([startSoundServer('novice', 'expert'), startDisplay(SIZE), startDisplay(SIZE)]);
  });
  afterEach(async () => {
    await client?.stop();
    await sharing?.close();
    for (const home of homes.splice(0)) await home.remove();
  });
  afterAll(async () => {
    await Promise.all([server?.close(), source?.close(), seen?.close()]);
  });

  it('plays what the novice’s computer plays, once that is allowed, and nothing before', async () => {
    const channel = new SoundServer(SOUND_FORMATS);
    const notes: Note[] = [];
    const errors: unknown[] = [];
    sharing = await share(source, [channel]);
    const home = await temporaryHome();
    homes.push(home);
    const { PULSE_SERVER } = server.env;
    client = startProgram(
      'xfreerdp',
      [
        `/v:${HOST}:${sharing.port}`,
        `/shell-dir:${sharing.sessionId}`,
        '/cert:ignore',
        '/u:expert',
        '/p:unused',
        '/log-level:WARN',
        '/bpp:32',
        `/size:${SIZE.width}x${SIZE.height}`,
        `/sound:sys:pulse,latency:${LATENCY_MS}`,
      ],
      { env: { ...seen.env, ...home.env, PULSE_SERVER, PULSE_SINK: 'expert' } },
    );
    const formats = await until(
      () => channel.formats,
      () => `the client’s formats: ${client?.output()}`,
      60_000,
    );
    // Built without Opus, as Debian's is: it takes no other.
    expect(new Set(formats.map(({ formatTag }) => formatTag))).toEqual(new Set([WAVE_FORMAT.pcm]));
    const novice = new NoviceSound(
      {
        channel,
        notes: { tell: (note) => void notes.push(note) },
        openEncoder: () => Promise.reject(new Error('nothing is to be encoded')),
        source: pulseSound({ env: server.env, clock: systemClock }),
        // A busy machine's line looks thin, which is another test's matter.
        link: { line: { roomBytes: 1_000_000, queuedBytes: 0 } },
        clock: systemClock,
        atRest: () => true,
        changed: () => undefined,
        ended: () => undefined,
        onError: (error) => errors.push(error),
      },
      false,
    );
    await novice.begin();
    expect(novice.state).toEqual({ state: 'off' });
    const recording = server.record('expert');
    const before = server.play('novice', tone(HERTZ, 1));
    await before.exited;
    expect(recording.samples.every((sample) => sample === 0)).toBe(true);

    novice.set(true);
    const player = server.play('novice', tone(HERTZ, 60));
    await until(
      () => purest(HERTZ, recording.samples.slice(-24_000)) > PURE,
      () => `the tone in what the client plays; ${JSON.stringify(notes)} ${client?.output()}`,
      60_000,
    );
    novice.set(false);
    await until(
      () => recording.samples.length > 48_000 && recording.samples.slice(-24_000).every((sample) => sample === 0),
      'silence again',
    );
    await player.stop();
    await recording.stop();
    novice.stop();
    expect(errors).toEqual([]);
  });
});
