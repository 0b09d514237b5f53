import type { SessionTraffic } from '../../../protocol/assistance/status.ts';

/** So much of the past is kept and shown. */
export const SHOWN_MS = 60_000;
/** Traffic is told once a second; what comes sooner after the one before is not another second. */
const LEAST_APART_MS = 500;

export interface TrafficSample {
  readonly atMs: number;
  readonly framesPerSecond: number;
  /** Since the sample before. */
  readonly bytesPerSecond: number;
  readonly roundTripMs: number | undefined;
  readonly ageMs: number | undefined;
}

/** What a session's traffic was over the last minute, second by second. Costs one entry a second and draws nothing. */
export class TrafficHistory {
  private samples: TrafficSample[] = [];
  private last: { readonly atMs: number; readonly bytes: number } | undefined;

  /** `nowMs` as Unix time. A clock that was put back begins anew. */
  add({ bytesReceived: bytes, framesPerSecond, roundTripMs, pictureAgeMs: ageMs }: SessionTraffic, nowMs: number): void {
    const { last } = this;
    const passedMs = last === undefined ? 0 : nowMs - last.atMs;
    if (last !== undefined && passedMs >= 0 && passedMs < LEAST_APART_MS) return;
    this.last = { atMs: nowMs, bytes };
    // Another connection counts from nothing.
    if (last === undefined || passedMs < 0 || bytes < last.bytes) this.samples = passedMs < 0 ? [] : this.samples;
    else this.samples.push({ atMs: nowMs, framesPerSecond, bytesPerSecond: ((bytes - last.bytes) * 1_000) / passedMs, roundTripMs, ageMs });
    this.samples = this.samples.filter(({ atMs }) => nowMs - atMs <= SHOWN_MS);
  }

  /** Those of the last minute, the oldest first. */
  until(nowMs: number): readonly TrafficSample[] {
    return this.samples.filter(({ atMs }) => nowMs - atMs <= SHOWN_MS);
  }
}
