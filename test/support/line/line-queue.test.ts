import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineQueue, MOST_WAITING_BYTES, type QueueQuality, seededRandom } from './line-queue.ts';

const quality = (more: Partial<QueueQuality> = {}): QueueQuality => ({ delayMs: 20, loss: 0, silent: false, ...more });
const packet = (first: number, bytes = 100): Uint8Array => new Uint8Array(bytes).fill(first % 256);
const all = (queue: LineQueue, nowMs: number): number[] => {
  const out: number[] = [];
  for (let next = queue.due(nowMs); next !== undefined; next = queue.due(nowMs)) out.push(next[0] ?? -1);
  return out;
};

describe('one direction of a line', () => {
  it('gives every packet after its delay and not before, and says how late it was', () => {
    const queue = new LineQueue(quality(), () => 0.5);
    queue.came(packet(1), 1_000);
    queue.came(packet(2), 1_005);
    expect(queue.nextMs).toBe(1_020);
    expect(all(queue, 1_019.9)).toEqual([]);
    expect(all(queue, 1_020.5)).toEqual([1]);
    expect(all(queue, 1_030)).toEqual([2]);
    expect(queue.nextMs).toBeUndefined();
    expect(queue.measured).toEqual([20.5, 25]);
    expect(queue.told).toEqual({ carried: 2, lost: 0, overflowed: 0 });
  });

  it('keeps the order when the line becomes a faster one', () => {
    const queue = new LineQueue(quality({ delayMs: 100 }), () => 0.5);
    queue.came(packet(1), 0);
    queue.become(quality({ delayMs: 0 }));
    queue.came(packet(2), 10);
    expect(all(queue, 99)).toEqual([]);
    expect(all(queue, 100)).toEqual([1, 2]);
  });

  it('loses everything while it is silent, also what was on its way, and nothing after it', () => {
    const queue = new LineQueue(quality(), () => 0.5);
    queue.came(packet(1), 0);
    queue.become(quality({ silent: true }));
    queue.came(packet(2), 5);
    queue.become(quality());
    queue.came(packet(3), 10);
    expect(all(queue, 1_000)).toEqual([3]);
    expect(queue.told).toEqual({ carried: 1, lost: 2, overflowed: 0 });
  });

  it('is bounded', () => {
    const queue = new LineQueue(quality(), () => 0.5);
    const large = 64 * 1024;
    const fit = MOST_WAITING_BYTES / large;
    for (let count = 0; count < fit + 5; count += 1) queue.came(packet(count, large), 0);
    expect(all(queue, 20)).toHaveLength(fit);
    expect(queue.told).toEqual({ carried: fit, lost: 0, overflowed: 5 });
    queue.came(packet(1), 30);
    expect(all(queue, 50)).toEqual([1]);
  });

  it('gives what it has taken, each once and in order, whatever comes when', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(200)), { maxLength: 60 }), fc.nat(2_000), (steps, many) => {
        const queue = new LineQueue(quality(), () => 0.5);
        const [taken, given]: number[][] = [[], []] as [number[], number[]];
        let nowMs = 0;
        for (const [waitMs, burst] of [...steps, [0, many] as const]) {
          nowMs += waitMs;
          given?.push(...all(queue, nowMs));
          for (let count = 0; count < burst; count += 1) {
            taken?.push((taken.length + 1) % 256);
            queue.came(packet(taken?.at(-1) ?? 0, 4), nowMs);
          }
        }
        given?.push(...all(queue, nowMs + 20));
        expect(given).toEqual(taken);
      }),
      { numRuns: 50 },
    );
  });

  it('loses the share that was asked for, the same packets with the same seed', () => {
    const survivors = (seed: number): number[] => {
      const queue = new LineQueue(quality({ loss: 0.02 }), seededRandom(seed));
      const come: number[] = [];
      for (let count = 0; count < 20_000; count += 1) {
        queue.came(packet(count), count);
        if (queue.nextMs !== undefined) come.push(count);
        all(queue, count + 20);
      }
      expect(queue.told.carried + queue.told.lost).toBe(20_000);
      return come;
    };
    expect(survivors(1).length / 20_000).toBeCloseTo(0.98, 2);
    expect(survivors(1)).toEqual(survivors(1));
    expect(survivors(1)).not.toEqual(survivors(2));
  });
});
