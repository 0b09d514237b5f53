/** In milliseconds. */
export interface SilenceLimits {
  /** Silence of a side that is asked all the time, after which the line counts as silent. */
  readonly measuredMs: number;
  /** The same for a side that is not: for so long its system has owed a sign. */
  readonly plainMs: number;
  /** Silence after which the other side counts as gone. */
  readonly overMs: number;
}

/** What has changed about a line. `over` is the last. */
export type SilenceNews = 'silent' | 'back' | 'over';

/** What is known of the other side when its silence is judged. */
export interface Signs {
  /** It answers all the time, so that its own silence means something. */
  readonly measured: boolean;
  /** For so long the other side's system has owed an acknowledgement, in milliseconds; 0 when it owes none. */
  readonly owedMs: number;
}

/** Whether the other side is silent, and when silence has lasted too long. */
export class Silence {
  private readonly limits: SilenceLimits;
  private heardMs = 0;
  private lastJudgedMs: number | undefined;
  private isSilent = false;

  constructor(limits: SilenceLimits) {
    this.limits = limits;
  }

  /** A sign of life, or nothing is to be expected at present. */
  heard(nowMs: number): void {
    this.heardMs = nowMs;
  }

  /** To be called several times a second. A late call (this computer slept) does not count against the other side. */
  judge(nowMs: number, { measured, owedMs }: Signs): SilenceNews | undefined {
    const { measuredMs, plainMs, overMs } = this.limits;
    if (this.lastJudgedMs !== undefined && Math.abs(nowMs - this.lastJudgedMs) > measuredMs) this.heardMs = nowMs;
    this.lastJudgedMs = nowMs;
    const silentMs = measured ? nowMs - this.heardMs : owedMs;
    if (silentMs >= overMs) return 'over';
    const silent = silentMs >= (measured ? measuredMs : plainMs);
    if (silent === this.isSilent) return undefined;
    this.isSilent = silent;
    return silent ? 'silent' : 'back';
  }
}
