import { expect, it } from 'vitest';
import { SHOWN_MS, TrafficHistory } from '../../../src/renderer/app/session/traffic-history.ts';

const traffic = (bytesReceived: number) => ({ bytesSent: 0, bytesReceived, framesPerSecond: 30, roundTripMs: 12, pictureAgeMs: 20 });

it('makes bytes a second of totals, once a second, for a minute', () => {
  const history = new TrafficHistory('bytesReceived');
  history.add(traffic(1_000), 10_000);
  history.add(traffic(5_000), 12_000);
  history.add(traffic(5_500), 12_100);
  expect(history.until(12_100)).toEqual([{ atMs: 12_000, framesPerSecond: 30, bytesPerSecond: 2_000, roundTripMs: 12, ageMs: 20 }]);
  for (let second = 0; second < 200; second += 1) history.add(traffic(5_000 + second), 13_000 + second * 1_000);
  expect(history.until(212_000)).toHaveLength(SHOWN_MS / 1_000 + 1);
  expect(history.until(272_000)).toHaveLength(2);
});

it('counts the bytes that go the other way where it is asked to', () => {
  const history = new TrafficHistory('bytesSent');
  history.add({ ...traffic(1_000), bytesSent: 100 }, 10_000);
  history.add({ ...traffic(5_000), bytesSent: 400 }, 11_000);
  expect(history.until(11_000).map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([300]);
});

it('another connection counts from nothing, and a clock that was put back begins anew', () => {
  const history = new TrafficHistory('bytesReceived');
  history.add(traffic(50_000), 10_000);
  history.add(traffic(51_000), 11_000);
  history.add(traffic(200), 12_000);
  history.add(traffic(700), 13_000);
  expect(history.until(13_000).map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([1_000, 500]);
  history.add(traffic(900), 1_000);
  expect(history.until(1_000)).toEqual([]);
});

it('seconds that were not told were like the last that was', () => {
  const history = new TrafficHistory('bytesReceived');
  history.add(traffic(0), 10_000);
  history.add(traffic(100_000), 11_000);
  history.add({ ...traffic(100_300), framesPerSecond: 0 }, 12_000);
  const quiet = { framesPerSecond: 0, bytesPerSecond: 300, roundTripMs: 12, ageMs: 20 };
  expect(history.until(14_000).slice(1)).toEqual([
    { atMs: 12_000, ...quiet },
    { atMs: 14_000, ...quiet },
  ]);
  // What then comes is of the newest second alone.
  history.add(traffic(109_000), 22_000);
  const busy = { ...quiet, framesPerSecond: 30, bytesPerSecond: 6_000 };
  const told = [
    { atMs: 12_000, ...quiet },
    { atMs: 21_000, ...quiet },
    { atMs: 22_000, ...busy },
  ];
  expect(history.until(22_000).slice(1)).toEqual(told);
  // Of the last minute, whatever it began with.
  expect(history.until(75_000)).toEqual([{ atMs: 15_000, ...quiet }, ...told.slice(1), { atMs: 75_000, ...busy }]);
  expect(history.until(300_000)).toEqual([
    { atMs: 240_000, ...busy },
    { atMs: 300_000, ...busy },
  ]);
});
