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
/** While nothing moves nothing else shows what a line carries: a better way is tried after so long without a late block, and twice that after each. */
const PATIENCE = { firstMs: 5_000, mostMs: 60_000 } as const;
/** A way that has just been left may still have blocks under way. */
const SETTLED_MS = 1_000;
/** Where there is but one way, a line that seems too thin for it is tried so long, so often. */
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
  private patienceMs: number = PATIENCE.firstMs;
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
    if (atRest && this.ways.length > 1) this.beside(nowMs);
    else this.follow(carried, nowMs);
    return this.ways[this.present] ?? (atRest && this.isTrial(nowMs) ? this.ways.at(-1) : undefined);
  }

  /** A block came too late to be sent, with nothing else on the line: it was too much. */
  late(atRest: boolean, nowMs: number): void {
    if (!atRest || this.present >= this.ways.length - 1 || nowMs - this.changedAtMs < SETTLED_MS) return;
    this.patienceMs = Math.min(PATIENCE.mostMs, this.patienceMs * 2);
    this.become(this.present + 1, nowMs);
  }

  /** By what is known of the line. */
  private follow(carried: number | undefined, nowMs: number): void {
    const best = this.best(carried, 1);
    if (best > this.present) this.become(best, nowMs);
    else if (best < this.present) {
      const sure = this.best(carried, AGAIN);
      if (sure < this.present && (!this.isCarried || nowMs - this.changedAtMs >= BETTER_AFTER_MS)) this.become(sure, nowMs);
    }
  }

  /** With the line to itself: what was known of it is old, and whether a way is too much shows in what is late. */
  private beside(nowMs: number): void {
    if (this.present > 0 && nowMs - this.changedAtMs >= this.patienceMs) this.become(this.present - 1, nowMs);
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

  /**
   * The first one that a line of so many bytes a second has room for; `ways.length` when there is none. Where there are several the last one is never
   * withheld: hardly a line is too thin for it, and what is known of one that nothing is sent on becomes less and less.
   */
  private best(bytesPerSecond: number | undefined, margin: number): number {
    if (bytesPerSecond === undefined) return 0;
    const at = this.ways.findIndex((way) => bytesPerSecond * SOUND_SHARE >= way.bytesPerSecond * margin);
    if (at >= 0) return at;
    return this.ways.length > 1 ? this.ways.length - 1 : this.ways.length;
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
