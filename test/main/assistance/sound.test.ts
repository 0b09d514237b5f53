import { describe, expect, it } from 'vitest';
import { LineShare } from '../../../src/main/assistance/line-share.ts';
import { NoviceSound } from '../../../src/main/assistance/novice-sound.ts';
import { SoundShare } from '../../../src/main/assistance/sound-share.ts';
import type { LineState } from '../../../src/main/connection/contract.ts';
import {
  type OpenSoundEncoder,
  type RecordedSound,
  type SoundCapture,
  type SoundCaptureEvent,
  type SoundEncoder,
  type SoundEncoderEvent,
  SoundError,
  type SoundSource,
} from '../../../src/main/desktop/sound/contract.ts';
import { Emitter } from '../../../src/main/emitter.ts';
import type { Note } from '../../../src/protocol/rdp/channels/notes.ts';
import { SOUND_FORMATS } from '../../../src/protocol/rdp/channels/sound/sound-formats.ts';
import { SoundServer } from '../../../src/protocol/rdp/channels/sound/sound-server.ts';
import { opusFormat, pcmFormat } from '../../../src/protocol/rdp/pdu/rdpsnd/audio-format.ts';
import { encodeClientFormats, SND_CAPS } from '../../../src/protocol/rdp/pdu/rdpsnd/formats.ts';
import { decodeSoundServerPdu } from '../../../src/protocol/rdp/pdu/rdpsnd/pdu.ts';
import type { OpusRate } from '../../../src/protocol/rdp/sound-encoding.ts';
import { encodeWaveConfirm } from '../../../src/protocol/rdp/pdu/rdpsnd/wave.ts';

const PCM = pcmFormat(48_000);
const LOUD = new Uint8Array(3_840).fill(9);
const WIDE: LineState = { roomBytes: 100_000, queuedBytes: 0, bytesPerSecond: 2_000_000, atMost: true, minRoundTripMs: 10 };
const THIN: LineState = { roomBytes: 1_000, queuedBytes: 0, bytesPerSecond: 250_000, atMost: true, minRoundTripMs: 10 };
const settle = () => new Promise((resolve) => setImmediate(resolve));

class FakeSource implements SoundSource {
  reason: 'noProgram' | undefined;
  refuses: 'LOST' | 'NOT_PERMITTED' | undefined;
  open_ = 0;
  readonly rates: number[] = [];
  private readonly events = new Emitter<SoundCaptureEvent>();
  missing = async () => this.reason;
  open = async ({ samplesPerSecond }: { readonly samplesPerSecond: number }, signal: AbortSignal): Promise<SoundCapture> => {
    if (this.refuses !== undefined) throw new SoundError(this.refuses, 'no server');
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

async function novice(
  options: {
    readonly source?: FakeSource;
    readonly formats?: readonly (typeof PCM)[];
    readonly on?: boolean;
    readonly openEncoder?: OpenSoundEncoder;
  } = {},
) {
  const { source = new FakeSource(), formats = [PCM] } = options;
  const world = { nowMs: 10_000, line: WIDE, atRest: false, takes: true };
  const sent: Uint8Array[] = [];
  const notes: Note[] = [];
  let ended = 0;
  const channel = new SoundServer(SOUND_FORMATS);
  const sound = new NoviceSound(
    {
      channel,
      notes: { tell: (note) => void notes.push(note) },
      source,
      openEncoder: options.openEncoder,
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
    source.refuses = 'LOST';
    await on();
    expect([sound.state, ended()]).toEqual([{ state: 'off', why: 'failed' }, 2]);
    source.refuses = 'NOT_PERMITTED';
    await on();
    expect([sound.state, ended()]).toEqual([{ state: 'off', why: 'refused' }, 3]);
    source.refuses = undefined;
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
    expect(await play()).toBe(1);
    confirm(1);
    world.line = THIN;
    world.nowMs += 2_000;
    expect([await play(), sound.state]).toEqual([0, { state: 'on', why: 'thinLine' }]);
    expect(notes.at(-1)).toEqual({ tag: 'sound', state: 'on', why: 'thinLine' });
    world.line = WIDE;
    world.nowMs += 2_000;
    expect([await play(), sound.state]).toEqual([1, { state: 'on' }]);
    confirm(2);
  });
});

it('a line that seems too thin is tried for a moment now and then, while nothing else moves on it', () => {
  const share = new SoundShare([{ bytesPerSecond: 200_000 }]);
  const carries = (line: LineState, atRest: boolean, nowMs: number): boolean => share.choose(line, atRest, nowMs) !== undefined;
  expect(carries({ roomBytes: 0, queuedBytes: 0 }, false, 0)).toBe(true);
  // Only as much is known as was tried.
  expect(carries({ roomBytes: 0, queuedBytes: 0, bytesPerSecond: 100_000 }, false, 0)).toBe(true);
  expect(carries(THIN, false, 0)).toBe(false);
  expect([0, 300, 700, 4_900, 5_000].map((nowMs) => carries(THIN, true, nowMs))).toEqual([true, true, false, false, true]);
  const knownTo = (bytesPerSecond: number, nowMs: number): boolean => carries({ ...WIDE, bytesPerSecond }, false, nowMs);
  expect(knownTo(610_000, 9_000)).toBe(false);
  expect(knownTo(800_000, 11_000)).toBe(true);
  expect(knownTo(700_000, 13_000)).toBe(true);
  // What is known for a moment is no reason.
  expect([knownTo(700_000, 13_900), knownTo(100_000, 14_000), knownTo(900_000, 14_100), knownTo(100_000, 16_000)]).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

describe('Opus', () => {
  const OPUS = opusFormat(64_000);
  /** Gives out what it is given: one packet a block. */
  class FakeEncoder implements SoundEncoder {
    readonly given: OpusRate[] = [];
    pauses = 0;
    closed = false;
    private readonly events = new Emitter<SoundEncoderEvent>();
    readonly onEvent = this.events.on;
    encode({ recordedAtMs }: RecordedSound, rate: OpusRate): void {
      this.given.push(rate);
      this.gives(recordedAtMs, rate.packetMs);
    }
    gives(recordedAtMs: number, durationMs = 10): void {
      this.events.emit({ tag: 'packet', packet: { data: Uint8Array.of(1, 2, 3, 4), recordedAtMs, durationMs } });
    }
    pause(): void {
      this.pauses += 1;
    }
    close(): void {
      this.closed = true;
    }
    fails(): void {
      this.events.emit({ tag: 'failed', error: new SoundError('ENCODER', 'crashed') });
    }
  }

  async function withEncoders(formats = [OPUS, PCM], refuses = false) {
    const encoders: FakeEncoder[] = [];
    const open = async (): Promise<SoundEncoder> => {
      if (refuses) throw new SoundError('ENCODER', 'no page');
      const encoder = new FakeEncoder();
      encoders.push(encoder);
      return encoder;
    };
    const world = await novice({ formats, openEncoder: open });
    await world.on();
    /** The bytes of each wave that went out for one block. */
    const waves = async (pcm = LOUD): Promise<number[]> => {
      const before = world.sent.length;
      await world.play(pcm);
      return world.sent.slice(before).map((message) => {
        const pdu = decodeSoundServerPdu(message);
        return pdu.tag === 'wave2' ? pdu.data.length : -1;
      });
    };
    return { ...world, encoders, waves };
  }

  it('is sent where both can', async () => {
    const { sound, encoders, waves, source } = await withEncoders();
    expect(await waves()).toEqual([4]);
    expect(encoders.map(({ given }) => given)).toEqual([[{ bitsPerSecond: 128_000, packetMs: 10 }]]);
    expect([sound.state, source.rates]).toEqual([{ state: 'on' }, [48_000]]);
    sound.set(false);
    expect([source.open_, encoders[0]?.closed, sound.bytesPerSecond]).toEqual([0, true, 0]);
  });

  it('is not where the client has none', async () => {
    const { encoders, waves } = await withEncoders([PCM]);
    expect([await waves(), encoders]).toEqual([[LOUD.length], []]);
  });

  it('goes on after a crash with another encoder, and after the next one as PCM', async () => {
    const { sound, encoders, waves, source } = await withEncoders();
    await waves();
    encoders[0]?.fails();
    await settle();
    expect([sound.state, source.open_, encoders.length, encoders[0]?.closed]).toEqual([{ state: 'on' }, 1, 2, true]);
    expect(await waves()).toEqual([4]);
    encoders[0]?.gives(0);
    encoders[1]?.fails();
    await settle();
    expect(await waves()).toEqual([LOUD.length]);
    expect([sound.state, source.open_, encoders.length]).toEqual([{ state: 'on' }, 1, 2]);
  });

  it('is PCM where no encoder can be had', async () => {
    const { sound, waves } = await withEncoders([OPUS, PCM], true);
    await settle();
    expect([await waves(), sound.state]).toEqual([[LOUD.length], { state: 'on' }]);
    const nothingElse = await withEncoders([OPUS], true);
    await settle();
    expect(nothingElse.sound.state).toEqual({ state: 'unavailable', why: 'otherProgram' });
  });

  it('that comes late from its encoder is left out', async () => {
    const { encoders, sent, world } = await withEncoders();
    const before = sent.length;
    encoders[0]?.gives(world.nowMs - 250, 60);
    encoders[0]?.gives(world.nowMs - 270, 60);
    expect(sent.length - before).toBe(1);
  });

  it('takes less of a thinner line, and what it takes is known', async () => {
    const { sound, encoders, waves, world, confirm } = await withEncoders();
    const rates: (number | undefined)[] = [];
    for (const kbits of [2_000, 512, 256, 140, 100]) {
      world.line = { ...WIDE, bytesPerSecond: kbits * 125 };
      world.nowMs += 2_000;
      await waves();
      confirm(rates.length + 1);
      rates.push(sound.bytesPerSecond);
      if (kbits >= 120) expect(sound.bytesPerSecond).toBeLessThanOrEqual((kbits * 125) / 3);
    }
    expect(rates.map((rate) => Math.round(((rate ?? 0) * 8) / 1_000))).toEqual([224, 112, 56, 40, 40]);
    expect(encoders[0]?.given.map(({ bitsPerSecond }) => bitsPerSecond)).toEqual([128_000, 64_000, 32_000, 24_000, 24_000]);
    expect([sound.state, encoders[0]?.pauses]).toEqual([{ state: 'on' }, 0]);
    // Better again, but not before a while.
    world.line = { ...WIDE, bytesPerSecond: 2_000 * 125 };
    world.nowMs += 900;
    await waves();
    world.nowMs += 200;
    await waves();
    expect(encoders[0]?.given.slice(-2).map(({ bitsPerSecond }) => bitsPerSecond)).toEqual([24_000, 128_000]);
  });

  it('says that the line is too thin when nothing has come through for a second', async () => {
    const { sound, waves, world } = await withEncoders();
    await waves();
    world.line = { ...WIDE, bytesPerSecond: 5_000, queuedBytes: 5_000 };
    world.nowMs += 200;
    expect([await waves(), sound.state]).toEqual([[], { state: 'on' }]);
    world.nowMs += 1_100;
    expect([await waves(), sound.state]).toEqual([[], { state: 'on', why: 'thinLine' }]);
    world.line = WIDE;
    await waves();
    expect([await waves(), sound.state]).toEqual([[4], { state: 'on' }]);
  });

  it('has the line to itself while nothing moves: better after a while, and less again after a late block', async () => {
    const { sound, encoders, waves, world, confirm } = await withEncoders();
    world.line = { ...WIDE, bytesPerSecond: 1_000 };
    world.nowMs += 2_000;
    await waves();
    confirm(1);
    world.atRest = true;
    const rates: number[] = [];
    const play = async (ms: number): Promise<void> => {
      world.nowMs += ms;
      await waves();
      confirm(1 + rates.push(encoders[0]?.given.at(-1)?.bitsPerSecond ?? 0));
    };
    await play(0);
    expect(sound.state).toEqual({ state: 'on' });
    for (const ms of [4_900, 100, 5_000, 5_000, 9_000]) await play(ms);
    expect(rates).toEqual([24_000, 24_000, 32_000, 64_000, 128_000, 128_000]);
    // Once, however many blocks are late; the next try comes after twice as long.
    for (let count = 0; count < 3; count += 1) encoders[0]?.gives(world.nowMs - 400);
    for (const ms of [0, 9_000, 1_000]) await play(ms);
    expect(rates.slice(-3)).toEqual([64_000, 64_000, 128_000]);
    world.atRest = false;
    await waves();
    expect(encoders[0]?.given.at(-1)?.bitsPerSecond).toBe(24_000);
  });

  it('begins anew after a pause', async () => {
    const { encoders, waves, world, sound } = await withEncoders();
    const silence = new Uint8Array(3_840);
    await waves();
    world.nowMs += 400;
    expect([await waves(silence), encoders[0]?.pauses, sound.bytesPerSecond]).toEqual([[], 1, 0]);
    await waves(silence);
    expect(encoders[0]?.pauses).toBe(1);
  });
});

it('film gets what sound leaves, and half of what is known at least', () => {
  const film = (aside: number) => new LineShare().next({ ...WIDE, bytesPerSecond: 100_000 }, 0, aside).filmBitsPerSecond;
  expect([0, 20_000, 90_000].map(film)).toEqual([600_000, 480_000, 300_000]);
});
