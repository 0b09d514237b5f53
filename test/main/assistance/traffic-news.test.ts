import { describe, expect, it } from 'vitest';
import { TrafficNews } from '../../../src/main/assistance/traffic-news.ts';
import type { SessionTraffic } from '../../../src/protocol/assistance/status.ts';

const QUIET: SessionTraffic = { bytesSent: 1_000_000, bytesReceived: 50_000, framesPerSecond: 0, roundTripMs: 40, pictureAgeMs: 60 };

/** Which of these seconds are told; the first always is, and the second, which alone is like it. */
function told(...seconds: readonly Partial<SessionTraffic>[]): boolean[] {
  const news = new TrafficNews();
  news.isNews(QUIET);
  news.isNews(QUIET);
  return seconds.map((second) => news.isNews({ ...QUIET, ...second }));
}

describe('the figures of a session', () => {
  it('are told while a film plays, each second', () => {
    const film = Array.from({ length: 5 }, (_, second) => ({ framesPerSecond: 30, bytesSent: 1_000_000 + second * 60_000 }));
    expect(told(...film)).toEqual([true, true, true, true, true]);
  });

  it('are told once when something has begun or ended, and not while nothing happens', () => {
    expect(told({}, { framesPerSecond: 1 }, { framesPerSecond: 0.5 }, { framesPerSecond: 0 }, {})).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it('are told every five seconds at most where only times are others', () => {
    const near = [48, 33, 49, 40, 44, 48].map((roundTripMs) => ({ roundTripMs }));
    expect(told(...near)).not.toContain(true);
    const far = (name: 'roundTripMs' | 'pictureAgeMs') =>
      told(...Array.from({ length: 12 }, (_, second) => ({ [name]: second % 2 === 0 ? 120 : 20 })));
    for (const name of ['roundTripMs', 'pictureAgeMs'] as const)
      expect(far(name).flatMap((is, second) => (is ? [second] : []))).toEqual([4, 9]);
    // While something happens they are told with it.
    const busy = [0, 1, 2, 3].map((second) => ({ bytesSent: 1_000_000 + second * 9_000, roundTripMs: second % 2 === 0 ? 120 : 20 }));
    expect(told(...busy)).toEqual([false, true, true, true]);
  });

  it('are told when a time has become known', () => {
    const { roundTripMs: _, ...unknown } = QUIET;
    const news = new TrafficNews();
    const seconds = [unknown, unknown, QUIET, QUIET, QUIET, QUIET, QUIET];
    expect(seconds.map((traffic) => news.isNews(traffic)).lastIndexOf(true)).toBe(6);
  });

  it('are told when what the two ask each other has become some kilobytes, and when they begin anew', () => {
    const minute = Array.from({ length: 60 }, (_, second) => ({
      bytesSent: 1_000_000 + second * 200,
      bytesReceived: 50_000 + second * 200,
    }));
    expect(told(...minute).filter(Boolean)).toHaveLength(5);
    expect(told({ bytesSent: 700, bytesReceived: 900 })).toEqual([true]);
  });

  it('are told when much has become little, though it never was much', () => {
    const sound = (second: number) => ({ bytesSent: 1_000_000 + second * 6_000 });
    expect(told(sound(1), sound(2), { bytesSent: 1_012_100 }, { bytesSent: 1_012_200 })).toEqual([true, true, true, false]);
  });
});
