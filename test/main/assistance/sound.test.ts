import { describe, expect, it } from 'vitest';
import { NoviceSound } from '../../../src/main/assistance/novice-sound.ts';
import { SoundShare } from '../../../src/main/assistance/sound-share.ts';
import type { LineState } from '../../../src/main/connection/contract.ts';
import {
  type RecordedSound,
  type SoundCapture,
  type SoundCaptureEvent,
  SoundError,
  type SoundSource,
} from '../../../src/main/desktop/sound/contract.ts';
import { Emitter } from '../../../src/main/emitter.ts';
import type { Note } from '../../../src/protocol/rdp/channels/notes.ts';
import { SoundServer } from '../../../src/protocol/rdp/channels/sound/sound-server.ts';
import { pcmFormat } from '../../../src/protocol/rdp/pdu/rdpsnd/audio-format.ts';
import { encodeClientFormats, SND_CAPS } from '../../../src/protocol/rdp/pdu/rdpsnd/formats.ts';
import { decodeSoundServerPdu } from '../../../src/protocol/rdp/pdu/rdpsnd/pdu.ts';
import { encodeWaveConfirm } from '../../../src/protocol/rdp/pdu/rdpsnd/wave.ts';

const PCM = pcmFormat(48_000);
const LOUD = new Uint8Array(3_840).fill(9);
const WIDE: LineState = { roomBytes: 100_000, queuedBytes: 0, bytesPerSecond: 2_000_000, atMost: true, minRoundTripMs: 10 };
const THIN: LineState = { roomBytes: 1_000, queuedBytes: 0, bytesPerSecond: 250_000, atMost: true, minRoundTripMs: 10 };
const settle = () => new Promise((resolve) => setImmediate(resolve));

class FakeSource implements SoundSource {
  reason: 'noProgram' | undefined;
  refuses = false;
  open_ = 0;
  readonly rates: number[] = [];
  private readonly events = new Emitter<SoundCaptureEvent>();
  missing = async () => this.reason;
  open = async ({ samplesPerSecond }: { readonly samplesPerSecond: number }, signal: AbortSignal): Promise<SoundCapture> => {
    if (this.refuses) throw new SoundError('LOST', 'no server');
    this.rates.push(samplesPerSecond);
    this.open_ += 1;
    let open = true;
    const close = (): void => {
      if (open) this.open_ -= 1;
      open = false;
    };
    signal.addEventListener('abort', close);
    return { onEvent: this.events.on, close };
  };
  plays(sound: RecordedSound): void {
    this.events.emit({ tag: 'sound', sound });
  }
  dies(): void {
    this.events.emit({ tag: 'failed', error: new SoundError('LOST', 'gone') });
  }
}

async function novice(options: { readonly source?: FakeSource; readonly formats?: readonly (typeof PCM)[]; readonly on?: boolean } = {}) {
  const { source = new FakeSource(), formats = [PCM] } = options;
  const world = { nowMs: 10_000, line: WIDE, atRest: false, takes: true };
  const sent: Uint8Array[] = [];
  const notes: Note[] = [];
  let ended = 0;
  const channel = new SoundServer([PCM, pcmFormat(44_100)]);
  const sound = new NoviceSound(
    {
      channel,
      notes: { tell: (note) => void notes.push(note) },
      source,
      link: {
        get line() {
          return world.line;
        },
      },
      clock: { monotonicMs: () => world.nowMs },
      atRest: () => world.atRest,
      changed: () => undefined,
      ended: () => (ended += 1),
      onError: () => undefined,
    },
    options.on ?? false,
  );
  channel.start({
    send: (messages) => {
      sent.push(...messages);
      return world.takes ? Promise.resolve() : new Promise(() => undefined);
    },
    close: () => undefined,
  });
  await sound.begin();
  channel.receive(encodeClientFormats({ version: 8, flags: SND_CAPS.alive, volume: 0, formats }));
  await settle();
  const confirm = (blockNo: number): void => void channel.receive(encodeWaveConfirm({ timestamp: 0, blockNo }));
  /** Plays some and gives how many waves went out. */
  const play = async (pcm = LOUD): Promise<number> => {
    const before = sent.length;
    source.plays({ pcm, recordedAtMs: world.nowMs - 20 });
    await settle();
    return sent.length - before;
  };
  const on = async (): Promise<void> => {
    sound.set(true);
    await settle();
  };
  return { sound, source, world, sent, notes, channel, confirm, play, on, ended: () => ended };
}

describe('the sound of the novice’s computer', () => {
  it('is recorded only while the novice wants it heard, and ends at once', async () => {
    const { sound, source, notes, play, on, sent } = await novice();
    expect(sound.state).toEqual({ state: 'off' });
    expect([source.open_, await play()]).toEqual([0, 0]);
    await on();
    expect([sound.state, source.open_, await play()]).toEqual([{ state: 'on' }, 1, 1]);
    sound.set(false);
    expect([sound.state, source.open_, await play()]).toEqual([{ state: 'off' }, 0, 0]);
    expect(decodeSoundServerPdu(sent.at(-1) ?? new Uint8Array(0))).toEqual({ tag: 'close' });
    expect(notes).toEqual([
      { tag: 'sound', state: 'off' },
      { tag: 'sound', state: 'on' },
      { tag: 'sound', state: 'off' },
    ]);
    await on();
    expect(source.open_).toBe(1);
    sound.stop();
    expect([source.open_, await play()]).toEqual([0, 0]);
    await on();
    expect(source.open_).toBe(0);
  });

  it('goes on where it was on another connection of the session, and ends with its channel', async () => {
    const { sound, source, channel } = await novice({ on: true });
    expect([sound.state, source.open_]).toEqual([{ state: 'on' }, 1]);
    channel.close();
    expect([sound.state, source.open_]).toEqual([{ state: 'unavailable', why: 'otherProgram' }, 0]);
  });

  it('says why there is none', async () => {
    const source = new FakeSource();
    source.reason = 'noProgram';
    const none = await novice({ source });
    await none.on();
    expect([none.sound.state, source.open_]).toEqual([{ state: 'unavailable', why: 'noProgram' }, 0]);
    const deaf = await novice({ formats: [] });
    await deaf.on();
    expect([deaf.sound.state, deaf.source.open_]).toEqual([{ state: 'unavailable', why: 'otherProgram' }, 0]);
  });

  it('that ends by itself ends alone, says so, and can be turned on again', async () => {
    const { sound, source, on, ended, play } = await novice();
    await on();
    source.dies();
    expect([sound.state, source.open_, ended()]).toEqual([{ state: 'off', why: 'failed' }, 0, 1]);
    source.refuses = true;
    await on();
    expect([sound.state, ended()]).toEqual([{ state: 'off', why: 'failed' }, 2]);
    source.refuses = false;
    await on();
    expect([sound.state, await play()]).toEqual([{ state: 'on' }, 1]);
  });

  it('is recorded at the rate that the client takes', async () => {
    const { source, on } = await novice({ formats: [pcmFormat(44_100)] });
    await on();
    expect(source.rates).toEqual([44_100]);
  });

  it('is not sent while there is none', async () => {
    const { play, on, world } = await novice();
    await on();
    const silence = new Uint8Array(3_840);
    expect(await play(silence)).toBe(0);
    expect([await play(), await play(silence)]).toEqual([1, 1]);
    world.nowMs += 400;
    expect(await play(silence)).toBe(0);
    expect(await play()).toBe(1);
  });

  it('is left out where it would come late: on the line, at the client, in the socket, or here', async () => {
    const { play, on, world, confirm, source, sent } = await novice();
    await on();
    expect(await play()).toBe(1);
    confirm(1);
    world.line = { ...WIDE, queuedBytes: 500_000 };
    expect(await play()).toBe(0);
    world.line = WIDE;
    expect(await play()).toBe(1);
    world.nowMs += 230;
    expect(await play()).toBe(0);
    confirm(2);
    expect(await play()).toBe(1);
    confirm(3);
    const before = sent.length;
    source.plays({ pcm: LOUD, recordedAtMs: world.nowMs - 250 });
    expect(sent.length).toBe(before);
    world.takes = false;
    expect(await play()).toBe(1);
    confirm(4);
    world.nowMs += 230;
    expect(await play()).toBe(0);
  });

  it('is not sent as PCM on a line that has no room for it beside the picture, and says so', async () => {
    const { sound, play, on, world, notes, confirm } = await novice();
    await on();
    world.line = THIN;
    expect([await play(), sound.state]).toEqual([0, { state: 'on', why: 'thinLine' }]);
    expect(notes.at(-1)).toEqual({ tag: 'sound', state: 'on', why: 'thinLine' });
    world.line = WIDE;
    expect([await play(), sound.state]).toEqual([1, { state: 'on' }]);
    confirm(1);
  });
});

it('a line that seems too thin is tried for a moment now and then, while nothing else moves on it', () => {
  const share = new SoundShare();
  const carries = (line: LineState, atRest: boolean, nowMs: number): boolean => share.carries(line, 200_000, atRest, nowMs);
  expect(carries({ roomBytes: 0, queuedBytes: 0 }, false, 0)).toBe(true);
  // Only as much is known as was tried.
  expect(carries({ roomBytes: 0, queuedBytes: 0, bytesPerSecond: 100_000 }, false, 0)).toBe(true);
  expect(carries(THIN, false, 0)).toBe(false);
  expect([0, 300, 700, 4_900, 5_000].map((nowMs) => carries(THIN, true, nowMs))).toEqual([true, true, false, false, true]);
  expect(carries({ ...WIDE, bytesPerSecond: 610_000 }, false, 9_000)).toBe(false);
  expect(carries({ ...WIDE, bytesPerSecond: 800_000 }, false, 9_000)).toBe(true);
  expect(carries({ ...WIDE, bytesPerSecond: 610_000 }, false, 9_000)).toBe(true);
});
