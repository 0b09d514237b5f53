/* Sound for an end of `paced-end.ts`: what is recorded is made up, and packets are as many bytes as their bitrate says. */
import { randomFillSync } from 'node:crypto';
import { NoviceSound } from '../../../src/main/assistance/novice-sound.ts';
import type { NoviceLink } from '../../../src/main/connection/contract.ts';
import type { OpenSoundEncoder, SoundCaptureEvent, SoundEncoderEvent, SoundSource } from '../../../src/main/desktop/sound/contract.ts';
import { Emitter } from '../../../src/main/emitter.ts';
import { SoundClient } from '../../../src/protocol/rdp/channels/sound/sound-client.ts';
import { playsSound } from '../../../src/protocol/rdp/channels/sound/sound-formats.ts';
import type { SoundServer } from '../../../src/protocol/rdp/channels/sound/sound-server.ts';
import { WAVE_FORMAT } from '../../../src/protocol/rdp/pdu/rdpsnd/audio-format.ts';

const BLOCK_MS = 10;
const BYTES_PER_MS = 192;

/** @param nowMs by a clock that both ends have */
export function pacedNoviceSound(channel: SoundServer, link: Pick<NoviceLink, 'line'>, nowMs: () => number): NoviceSound {
  return new NoviceSound(
    {
      channel,
      notes: { tell: () => undefined },
      source: madeUpSound(nowMs),
      openEncoder: bytesAsOpus,
      link,
      clock: { monotonicMs: () => Math.trunc(nowMs()) },
      atRest: () => false,
      changed: () => undefined,
      ended: () => undefined,
      onError: () => undefined,
    },
    false,
  );
}

function madeUpSound(nowMs: () => number): SoundSource {
  return {
    missing: async () => undefined,
    open: async () => {
      const events = new Emitter<SoundCaptureEvent>();
      let givenMs = nowMs();
      const timer = setInterval(() => {
        const dueMs = nowMs();
        const pcm = randomFillSync(new Uint8Array(Math.floor((dueMs - givenMs) / 5) * 5 * BYTES_PER_MS));
        if (pcm.length > 0) events.emit({ tag: 'sound', sound: { pcm, recordedAtMs: givenMs } });
        givenMs += pcm.length / BYTES_PER_MS;
      }, BLOCK_MS);
      return { onEvent: events.on, close: () => clearInterval(timer) };
    },
  };
}

/** The first byte of a packet says how long it is. */
const bytesAsOpus: OpenSoundEncoder = async () => {
  const events = new Emitter<SoundEncoderEvent>();
  let gatheredMs = 0;
  return {
    encode: ({ pcm, recordedAtMs }, { bitsPerSecond, packetMs }) => {
      const untilMs = recordedAtMs + pcm.length / BYTES_PER_MS;
      gatheredMs += pcm.length / BYTES_PER_MS;
      for (; gatheredMs >= packetMs; gatheredMs -= packetMs) {
        const data = randomFillSync(new Uint8Array((bitsPerSecond / 8_000) * packetMs));
        data[0] = packetMs;
        events.emit({ tag: 'packet', packet: { data, recordedAtMs: untilMs - gatheredMs, durationMs: packetMs } });
      }
    },
    pause: () => void (gatheredMs = 0),
    onEvent: events.on,
    close: () => undefined,
  };
};

/** What has come of it. */
export class PacedExpertSound {
  readonly channel: SoundClient;
  private heardMs = 0;
  private bytes = 0;
  private lateMs: number[] = [];

  constructor(nowMs: () => number) {
    this.channel = new SoundClient((format) => playsSound(format) && format.formatTag === WAVE_FORMAT.opus, {
      heard: ({ data, atMs }) => {
        const [lengthMs = 0] = data;
        this.heardMs += lengthMs;
        this.bytes += data.length;
        this.lateMs.push((nowMs() % 0x1_0000_0000) - atMs - lengthMs);
      },
      paused: () => undefined,
    });
  }

  /** Since the last time: how much sound, in milliseconds and bytes, and how late the end of a packet came (median, and 95 of 100). */
  take(): { readonly heardMs: number; readonly soundBytes: number; readonly lateMs: number; readonly mostlyLateMs: number } {
    const late = this.lateMs.toSorted((a, b) => a - b);
    const at = (share: number): number => late[Math.floor(late.length * share)] ?? -1;
    const taken = { heardMs: this.heardMs, soundBytes: this.bytes, lateMs: at(0.5), mostlyLateMs: at(0.95) };
    this.heardMs = 0;
    this.bytes = 0;
    this.lateMs = [];
    return taken;
  }
}
