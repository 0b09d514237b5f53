import type { AudioFormat } from '../../protocol/rdp/pdu/rdpsnd/audio-format.ts';
import { WAVE_FORMAT } from '../../protocol/rdp/pdu/rdpsnd/audio-format.ts';
import type { OpusRate } from '../../protocol/rdp/sound-encoding.ts';
import type { LineState } from '../connection/contract.ts';

/** One way to send sound of a format. */
export interface SoundWay {
  /** With all that is sent around it. */
  readonly bytesPerSecond: number;
  /** Undefined for PCM. */
  readonly rate?: OpusRate;
}

/** The best first. */
const OPUS_RATES: readonly OpusRate[] = [
  { bitsPerSecond: 128_000, packetMs: 10 },
  { bitsPerSecond: 64_000, packetMs: 20 },
  { bitsPerSecond: 32_000, packetMs: 40 },
  { bitsPerSecond: 24_000, packetMs: 60 },
];
/** Wave2, channel, MCS, TLS, TCP and IP around each block. */
const AROUND_BYTES = 120;
/** What a block of PCM costs with all that is sent around it, as a share of itself. */
const WITH_HEADERS = 1.05;

/** What sound may take of a line: the picture moves in the rest. */
const SOUND_SHARE = 1 / 3;
/** What is known of a thin line goes up and down with each frame: its mean over so long counts. What is late meanwhile is left out anyway. */
const MEAN_OVER_MS = 2_000;
/** What has been too much is tried again when the line carries so much more than it needs, */
const AGAIN = 1.25;
/** and not at once: each other way is another encoder. */
const BETTER_AFTER_MS = 3_000;
/** While nothing moves a line that seems too thin is tried with sound so long, so often: nothing else would show what it carries. */
const TRIAL_MS = 600;
const TRIAL_EVERY_MS = 5_000;

/** The ways to send sound of a format, the best first. */
export function soundWays({ formatTag, bytesPerSecond }: AudioFormat): readonly SoundWay[] {
  if (formatTag !== WAVE_FORMAT.opus) return [{ bytesPerSecond: bytesPerSecond * WITH_HEADERS }];
  return OPUS_RATES.map((rate) => ({ rate, bytesPerSecond: rate.bitsPerSecond / 8 + (AROUND_BYTES * 1_000) / rate.packetMs }));
}

/** Says which way of sending sound a line carries beside the picture. */
export class SoundShare {
  private readonly ways: readonly SoundWay[];
  private present = 0;
  private changedAtMs = Number.NEGATIVE_INFINITY;
  private trialAtMs = Number.NEGATIVE_INFINITY;
  private mean: { readonly bytesPerSecond: number; readonly atMs: number } | undefined;

  /** @param ways the best first */
  constructor(ways: readonly SoundWay[]) {
    this.ways = ways;
  }

  /** Whether the line has room for any, but for trials. */
  get isCarried(): boolean {
    return this.present < this.ways.length;
  }

  /** Undefined: none now. `atRest`: nothing of the picture is being sent. */
  choose(line: LineState, atRest: boolean, nowMs: number): SoundWay | undefined {
    const carried = this.carried(line, nowMs);
    const best = this.best(carried, 1);
    if (best > this.present) this.become(best, nowMs);
    else if (best < this.present) {
      const sure = this.best(carried, AGAIN);
      if (sure < this.present && (!this.isCarried || nowMs - this.changedAtMs >= BETTER_AFTER_MS)) this.become(sure, nowMs);
    }
    return this.ways[this.present] ?? (atRest && this.isTrial(nowMs) ? this.ways.at(-1) : undefined);
  }

  /** In bytes a second; undefined as long as no queue has shown it: the line carries at least what is known then. */
  private carried({ bytesPerSecond, atMost }: LineState, nowMs: number): number | undefined {
    const { mean } = this;
    this.mean = undefined;
    if (bytesPerSecond === undefined || atMost !== true) return undefined;
    const before = mean?.bytesPerSecond ?? bytesPerSecond;
    const weight = Math.min(1, (nowMs - (mean?.atMs ?? nowMs)) / MEAN_OVER_MS);
    this.mean = { bytesPerSecond: before + (bytesPerSecond - before) * weight, atMs: nowMs };
    return this.mean.bytesPerSecond;
  }

  /** The first one that a line of so many bytes a second has room for; `ways.length` when there is none. */
  private best(bytesPerSecond: number | undefined, margin: number): number {
    if (bytesPerSecond === undefined) return 0;
    const at = this.ways.findIndex((way) => bytesPerSecond * SOUND_SHARE >= way.bytesPerSecond * margin);
    return at < 0 ? this.ways.length : at;
  }

  private become(way: number, nowMs: number): void {
    this.present = way;
    this.changedAtMs = nowMs;
  }

  private isTrial(nowMs: number): boolean {
    if (nowMs - this.trialAtMs >= TRIAL_EVERY_MS) this.trialAtMs = nowMs;
    return nowMs - this.trialAtMs < TRIAL_MS;
  }
}
