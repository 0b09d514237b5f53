import type { SessionTraffic } from '../../../protocol/assistance/status.ts';

/** So much of the past is kept and shown. */
export const SHOWN_MS = 60_000;
/** Traffic is told for whole seconds; what comes sooner after the one before is not another second. */
const LEAST_APART_MS = 500;
/** What was not told of the seconds between is that they were like the last. */
const SECOND_MS = 1_000;
const MISSED_MS = 1_500;

/** Which way the bytes went that count. */
export type CountedBytes = 'bytesSent' | 'bytesReceived';

export interface TrafficSample {
  readonly atMs: number;
  readonly framesPerSecond: number;
  /** Since the sample before. */
  readonly bytesPerSecond: number;
  readonly roundTripMs: number | undefined;
  readonly ageMs: number | undefined;
}

/**
 * What a session's traffic was over the last minute, second by second. Seconds like the one before are not told, and held here. Costs one entry a telling
 * and draws nothing.
 */
export class TrafficHistory {
  private readonly counted: CountedBytes;
  private samples: TrafficSample[] = [];
  private last: { readonly atMs: number; readonly bytes: number } | undefined;

  constructor(counted: CountedBytes) {
    this.counted = counted;
  }

  /** `nowMs` as Unix time. A clock that was put back begins anew. */
  add(traffic: SessionTraffic, nowMs: number): void {
    const { framesPerSecond, roundTripMs, pictureAgeMs: ageMs } = traffic;
    const bytes = traffic[this.counted];
    const { last } = this;
    const passedMs = last === undefined ? 0 : nowMs - last.atMs;
    if (last !== undefined && passedMs >= 0 && passedMs < LEAST_APART_MS) return;
    this.last = { atMs: nowMs, bytes };
    // Another connection counts from nothing.
    if (last === undefined || passedMs < 0 || bytes < last.bytes) this.samples = passedMs < 0 ? [] : this.samples;
    else {
      const held = passedMs > MISSED_MS ? this.samples.at(-1) : undefined;
      if (held !== undefined) this.samples.push({ ...held, atMs: nowMs - SECOND_MS });
      const heldBytes = held === undefined ? 0 : (held.bytesPerSecond * (passedMs - SECOND_MS)) / 1_000;
      const bytesPerSecond = Math.max(0, ((bytes - last.bytes - heldBytes) * 1_000) / (held === undefined ? passedMs : SECOND_MS));
      this.samples.push({ atMs: nowMs, framesPerSecond, bytesPerSecond, roundTripMs, ageMs });
    }
    const firstShown = this.samples.findIndex(({ atMs }) => nowMs - atMs <= SHOWN_MS);
    // The one before is what the first seconds of the last minute were like.
    if (firstShown > 1) this.samples.splice(0, firstShown - 1);
  }

  /** Those of the last minute, the oldest first. */
  until(nowMs: number): readonly TrafficSample[] {
    const fromMs = nowMs - SHOWN_MS;
    const shown = this.samples.filter(({ atMs }) => atMs >= fromMs);
    const before = this.samples.findLast(({ atMs }) => atMs < fromMs);
    const next = shown[0];
    if (before !== undefined && (next === undefined || next.atMs - before.atMs > MISSED_MS)) shown.unshift({ ...before, atMs: fromMs });
    const newest = shown.at(-1);
    return newest !== undefined && nowMs - newest.atMs > MISSED_MS ? [...shown, { ...newest, atMs: nowMs }] : shown;
  }
}
