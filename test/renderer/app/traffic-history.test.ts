import { expect, it } from 'vitest';
import { SHOWN_MS, TrafficHistory } from '../../../src/renderer/app/session/traffic-history.ts';

const traffic = (bytesReceived: number) => ({ bytesSent: 0, bytesReceived, framesPerSecond: 30, roundTripMs: 12, pictureAgeMs: 20 });

it('makes bytes a second of totals, once a second, for a minute', () => {
  const history = new TrafficHistory();
  history.add(traffic(1_000), 10_000);
  history.add(traffic(5_000), 12_000);
  history.add(traffic(5_500), 12_100);
  expect(history.until(12_100)).toEqual([{ atMs: 12_000, framesPerSecond: 30, bytesPerSecond: 2_000, roundTripMs: 12, ageMs: 20 }]);
  for (let second = 0; second < 200; second += 1) history.add(traffic(5_000 + second), 13_000 + second * 1_000);
  expect(history.until(212_000)).toHaveLength(SHOWN_MS / 1_000 + 1);
  expect(history.until(400_000)).toEqual([]);
});

it('another connection counts from nothing, and a clock that was put back begins anew', () => {
  const history = new TrafficHistory();
  history.add(traffic(50_000), 10_000);
  history.add(traffic(51_000), 11_000);
  history.add(traffic(200), 12_000);
  history.add(traffic(700), 13_000);
  expect(history.until(13_000).map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([1_000, 500]);
  history.add(traffic(900), 1_000);
  expect(history.until(1_000)).toEqual([]);
});
