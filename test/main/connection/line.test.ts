import { describe, expect, it } from 'vitest';
import { Line, type LineStream } from '../../../src/main/connection/line.ts';
import { Outbox, type OutboxWire } from '../../../src/main/connection/outbox.ts';
import type { SystemView } from '../../../src/main/connection/ways/contract.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** A connection whose system takes everything at once, and whose line carries so many bytes a millisecond. */
class NarrowWire implements LineStream, OutboxWire {
  readonly unsentBytes = 0;
  takenBytes = 0;
  acknowledged = 0;
  /** How often the system was asked. */
  looks = 0;
  /** Where each write ended. */
  readonly ends: number[] = [];
  readonly line: Line;
  private readonly roundTripMs: number;
  private readonly tells: boolean;
  private readonly watched: boolean;
  private readonly segmentBytes: number | undefined;

  constructor(
    clock: VirtualClock,
    { tells = true, roundTripMs = 20, watched = true, segmentBytes = undefined as number | undefined } = {},
  ) {
    this.line = new Line(this, clock);
    this.tells = tells;
    this.watched = watched;
    this.roundTripMs = roundTripMs;
    this.segmentBytes = segmentBytes;
  }

  get onTheWay(): number {
    return this.takenBytes - this.acknowledged;
  }
  get roomBytes(): number {
    return this.line.roomBytes;
  }
  look(): SystemView | undefined {
    if (!this.tells) return undefined;
    this.looks += 1;
    const { acknowledged: acknowledgedBytes, onTheWay: queuedBytes, roundTripMs: minRoundTripMs, segmentBytes } = this;
    return { acknowledgedBytes, queuedBytes, minRoundTripMs, owedMs: 0, ...(segmentBytes === undefined ? {} : { segmentBytes }) };
  }
  write(bytes: Uint8Array, taken?: () => void): void {
    this.takenBytes += bytes.length;
    this.ends.push(this.takenBytes);
    taken?.();
    if (this.watched) this.line.taken();
  }
}

const many = (count: number): Uint8Array[] => Array.from({ length: count }, () => new Uint8Array(10_000));

/** Sends 8 MB of picture over a line; the most that was on its way, once the line was known, and how long it took. */
async function carry(bytesPerMs: number, options: { readonly roundTripMs?: number } = {}) {
  const clock = new VirtualClock();
  const wire = new NarrowWire(clock, options);
  const outbox = new Outbox(wire, clock);
  const total = 4_000_000;
  const startMs = clock.now();
  outbox.send(
    Array.from({ length: total / 10_000 }, () => new Uint8Array(10_000)),
    'picture',
  );
  let most = 0;
  const sent: { readonly bytes: number; readonly atMs: number }[] = [];
  while (wire.acknowledged < total && clock.now() - startMs < 60_000) {
    sent.push({ bytes: wire.takenBytes, atMs: clock.now() });
    await clock.advance(1);
    // What was written a round trip ago may have been acknowledged, as far as the line has carried it.
    const old = sent.findLast(({ atMs }) => atMs <= clock.now() - (options.roundTripMs ?? 20))?.bytes ?? 0;
    wire.acknowledged = Math.min(old, wire.acknowledged + bytesPerMs);
    if (clock.now() - startMs > 2_000) most = Math.max(most, wire.onTheWay);
  }
  outbox.close();
  const tookMs = clock.now() - startMs;
  // It is looked once more whether anything is on its way.
  await clock.advance(10);
  return { most, tookMs, pendingTimers: clock.pendingTimers };
}

describe('what stands ahead of what is urgent', () => {
  it.each([
    ['3 Mbit/s', 375, 20],
    ['5 Mbit/s', 625, 20],
    ['3 Mbit/s and a satellite', 375, 600],
  ])(
    'is a tenth of a second beyond the round trip, and the line is never idle: %s',
    { timeout: 30_000 },
    async (_, bytesPerMs, roundTripMs) => {
      const { most, tookMs, pendingTimers } = await carry(bytesPerMs, { roundTripMs });
      expect(most).toBeLessThan(bytesPerMs * (roundTripMs + 100) * 1.2 + 10_000);
      expect(most).toBeGreaterThan(bytesPerMs * roundTripMs);
      expect(tookMs).toBeLessThan((4_000_000 / bytesPerMs + roundTripMs) * 1.15 + 1_000);
      expect(pendingTimers).toBe(0);
    },
  );

  it.each([
    ['100 Mbit/s', 12_500, 3],
    ['1 Gbit/s', 125_000, 1],
    ['1 Gbit/s across an ocean', 125_000, 150],
  ])('grows as long as all of it arrives: %s', async (_, bytesPerMs, roundTripMs) => {
    const { tookMs } = await carry(bytesPerMs, { roundTripMs });
    expect(tookMs).toBeLessThan((4_000_000 / bytesPerMs) * 1.5 + 60 + roundTripMs * 11);
  });

  it('is not learnt from little, which a router lets pass at once', async () => {
    const clock = new VirtualClock();
    const wire = new NarrowWire(clock);
    const outbox = new Outbox(wire, clock);
    for (let frame = 0; frame < 20; frame += 1) {
      outbox.send([new Uint8Array(15_000)], 'picture');
      await clock.advance(2);
      wire.acknowledged = wire.takenBytes;
      await clock.advance(98);
    }
    outbox.send(
      Array.from({ length: 100 }, () => new Uint8Array(10_000)),
      'picture',
    );
    expect(wire.onTheWay).toBeLessThan(80_000);
    outbox.close();
  });

  it.each([
    ['is a segment that is acknowledged late, where segments are large', 65_483, undefined],
    ['is seen where as much is many segments', 1_448, true],
  ])('%s', async (_, segmentBytes, atMost) => {
    const clock = new VirtualClock();
    const wire = new NarrowWire(clock, { roundTripMs: 0.1, segmentBytes });
    // Sound: 4 kB every 20 ms, which a busy reader's system acknowledges when it has read, after 200 ms.
    for (let block = 0; block < 100; block += 1) {
      const arrived = wire.takenBytes;
      wire.write(new Uint8Array(4_000));
      await clock.advance(20);
      if (block % 10 === 9) wire.acknowledged = arrived;
    }
    wire.acknowledged = wire.takenBytes;
    expect(wire.line.state.atMost).toBe(atMost);
    wire.line.close();
  });

  describe('once a queue has shown it', () => {
    /** A film of `frameBytes` each `everyMs` on a line that was full before; what it is taken for then, in bytes a millisecond. `passesBytes`: what its router lets through at once. */
    async function film(options: {
      frameBytes: number;
      everyMs: number;
      bytesPerMs?: number;
      passesBytes?: number;
      seconds?: number;
      roundTripMs?: number;
    }) {
      const { frameBytes, everyMs, bytesPerMs = 250, passesBytes = 0, seconds = 10, roundTripMs = 0.5 } = options;
      const clock = new VirtualClock();
      const wire = new NarrowWire(clock, { roundTripMs });
      const outbox = new Outbox(wire, clock);
      let carries = 250;
      let saved = 0;
      const pass = async (ms: number): Promise<void> => {
        for (let left = ms; left > 0; left -= 1) {
          await clock.advance(1);
          const arriving = Math.min(wire.onTheWay, carries + saved);
          saved = Math.min(passesBytes, saved + carries - arriving);
          wire.acknowledged += arriving;
        }
      };
      outbox.send(many(100), 'picture');
      while (wire.acknowledged < 1_000_000) await pass(10);
      expect(wire.line.state.atMost).toBe(true);
      carries = bytesPerMs;
      for (let frame = 0; frame * everyMs < seconds * 1_000; frame += 1) {
        outbox.send([new Uint8Array(frameBytes)], 'picture');
        await pass(everyMs);
      }
      const { bytesPerSecond = 0 } = wire.line.state;
      outbox.close();
      wire.line.close();
      return bytesPerSecond / 1_000;
    }

    it.each([
      { frameBytes: 5_000, everyMs: 25 },
      { frameBytes: 6_000, everyMs: 33 },
      { frameBytes: 5_000, everyMs: 25, passesBytes: 3_028 },
      { frameBytes: 9_000, everyMs: 40, passesBytes: 3_028 },
      // Sound, or letters, which arrive sooner than the round trip usually takes: never enough for a queue.
      { frameBytes: 300, everyMs: 20, passesBytes: 3_028, seconds: 60, roundTripMs: 20 },
      { frameBytes: 300, everyMs: 120, passesBytes: 3_028, seconds: 60, roundTripMs: 20 },
    ])('is no more because a film of $frameBytes bytes each $everyMs ms comes through (router: $passesBytes)', async (of) => {
      expect(await film(of)).toBeLessThan(250 * 1.2);
    });

    it.each([
      { frameBytes: 8_000, everyMs: 33 },
      { frameBytes: 9_000, everyMs: 40 },
    ])('is more once it carries more, seen by a film of $frameBytes bytes each $everyMs ms', async (of) => {
      expect(await film({ ...of, bytesPerMs: 2_500 })).toBeGreaterThan(310);
    });
  });

  it('costs one question of the system a frame on a quick line, whatever its slices', async () => {
    const clock = new VirtualClock();
    const wire = new NarrowWire(clock);
    const outbox = new Outbox(wire, clock);
    const arrive = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 1) {
        wire.acknowledged = wire.takenBytes;
        await clock.advance(1);
      }
    };
    // So much that the line is known to be quick.
    outbox.send(many(400), 'picture');
    await arrive(200);
    for (let frame = 0; frame < 30; frame += 1) {
      const [before, written] = [wire.looks, wire.ends.length];
      outbox.send(many(40), 'picture');
      expect(wire.looks - before).toBe(1);
      expect(wire.ends.length - written).toBeGreaterThanOrEqual(6);
      await arrive(33);
    }
    outbox.close();
  });

  it('asks again before more than it found room for is written, and when what it found is old', async () => {
    const clock = new VirtualClock();
    const wire = new NarrowWire(clock, { watched: false });
    const room = wire.roomBytes;
    wire.write(new Uint8Array(room - 1));
    expect([wire.roomBytes, wire.looks]).toEqual([1, 1]);
    wire.write(new Uint8Array(1));
    expect([wire.roomBytes, wire.looks]).toEqual([0, 2]);
    wire.acknowledged = wire.takenBytes;
    expect(wire.roomBytes).toBeGreaterThan(0);
    const { looks } = wire;
    await clock.advance(9);
    expect([wire.roomBytes > 0, wire.looks]).toEqual([true, looks]);
    await clock.advance(1);
    expect([wire.roomBytes > 0, wire.looks]).toEqual([true, looks + 1]);
  });

  it('is not looked at by itself while little is on its way, and often as soon as it is much', async () => {
    const clock = new VirtualClock();
    const wire = new NarrowWire(clock);
    const looksIn = async (ms: number): Promise<number> => {
      const before = wire.looks;
      await clock.advance(ms);
      return wire.looks - before;
    };
    wire.write(new Uint8Array(100));
    expect(await looksIn(500)).toBe(0);
    wire.write(new Uint8Array(20_000));
    expect(await looksIn(200)).toBeGreaterThanOrEqual(19);
    wire.acknowledged = wire.takenBytes;
    await clock.advance(10);
    expect(await looksIn(1_000)).toBe(0);
  });

  describe('of a film on a quick line', () => {
    /** A frame every 33 ms, each asked for by one look at the line; the looks, and the timers that have passed, in the time after them. */
    async function film(frames: number, arrives: boolean) {
      const clock = new VirtualClock();
      const wire = new NarrowWire(clock);
      const outbox = new Outbox(wire, clock);
      const pass = async (ms: number, arriving: boolean): Promise<number> => {
        const before = wire.looks;
        for (let left = ms; left > 0; left -= 1) {
          if (arriving) wire.acknowledged = wire.takenBytes;
          await clock.advance(1);
        }
        return wire.looks - before;
      };
      outbox.send(many(400), 'picture');
      await pass(1_000, true);
      let looks = 0;
      for (let frame = 0; frame < frames; frame += 1) {
        outbox.send([new Uint8Array(16_000)], 'picture');
        looks += await pass(33, arrives);
      }
      outbox.close();
      wire.line.close();
      return looks;
    }

    it('is looked at with its frames, and hardly in between', async () => {
      expect(await film(30, true)).toBeLessThanOrEqual(4);
    });

    it('is watched from the next frame on when it has not arrived', async () => {
      expect(await film(10, false)).toBeGreaterThan(25);
    });
  });

  it('is not bounded where the system has taken everything and tells nothing', () => {
    const clock = new VirtualClock();
    const wire = new NarrowWire(clock, { tells: false });
    new Outbox(wire, clock).send([new Uint8Array(1_000_000)], 'picture');
    expect(wire.takenBytes).toBe(1_000_000);
    expect(wire.roomBytes).toBeGreaterThan(0);
  });
});

describe('progress', () => {
  it('is what was acknowledged, or taken where nobody tells', () => {
    const clock = new VirtualClock();
    const told = new NarrowWire(clock);
    const blind = new NarrowWire(clock, { tells: false });
    for (const wire of [told, blind]) wire.write(new Uint8Array(1_000));
    told.acknowledged = 400;
    expect(told.line.progress()).toEqual({ arrived: 400, owedMs: 0 });
    expect(blind.line.progress()).toEqual({ arrived: 1_000, owedMs: 0 });
    expect([told.line.end, blind.line.end]).toEqual([1_000, 1_000]);
  });

  it('is owed since the stream stopped moving, where nobody tells', async () => {
    const clock = new VirtualClock();
    const stream = { unsentBytes: 0, takenBytes: 0, look: () => undefined };
    const line = new Line(stream, clock);
    const owed = () => line.progress().owedMs;
    expect(owed()).toBe(0);
    await clock.advance(10_000);
    expect(owed()).toBe(0);
    stream.unsentBytes = 500;
    await clock.advance(4_000);
    expect(owed()).toBe(4_000);
    stream.takenBytes = 1;
    expect(owed()).toBe(0);
    await clock.advance(250);
    expect(owed()).toBe(250);
    stream.unsentBytes = 0;
    expect(owed()).toBe(0);
  });
});
