import { Silence, type SilenceLimits, type SilenceNews } from '../silence.ts';

/** Two questions within this time make a habit: a server that asks less often is not silent in between. */
const HABIT_MS = 1_000;

/**
 * Whether the server is silent. Its silence means something only where it measures round trips again and again: other servers measure a few
 * times while connecting, or now and then, and have nothing to say while the desktop stands still; then their system is judged.
 */
export class ServerPresence {
  private readonly silence: Silence;
  private lastMeasuredMs: number | undefined;
  private measures: 'connectTime' | 'continuous' | undefined;

  constructor(limits: SilenceLimits) {
    this.silence = new Silence(limits);
  }

  /** Anything at all came from the server. */
  heard(nowMs: number): void {
    this.silence.heard(nowMs);
  }

  /** The server sent an RTT Measure Request of this kind ([MS-RDPBCGR] 2.2.14.1.1). A second one in time makes a habit of it. */
  measured(phase: 'connectTime' | 'continuous', nowMs: number): void {
    if (this.lastMeasuredMs !== undefined && nowMs - this.lastMeasuredMs <= HABIT_MS) this.measures = phase;
    this.lastMeasuredMs = nowMs;
  }

  /** What has changed about the line. `owedMs`: see {@link Signs}. */
  judge(nowMs: number, active: boolean, owedMs: number): SilenceNews | undefined {
    const measured = active ? this.measures === 'continuous' : this.measures !== undefined;
    return this.silence.judge(nowMs, { measured, owedMs });
  }
}
