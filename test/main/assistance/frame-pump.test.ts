import { afterEach, describe, expect, it } from 'vitest';
import { FramePump } from '../../../src/main/assistance/frame-pump.ts';
import type { ScreenCapture } from '../../../src/main/desktop/contract.ts';
import type { EncodedFrame } from '../../../src/protocol/rdp/graphics/capture-messages.ts';
import type { FrameShare, GraphicsUpdate } from '../../../src/protocol/rdp/graphics/contract.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { VirtualLine } from '../../support/virtual-line.ts';

const KBIT = 1 / 8;
const SETTINGS = { encoder: { name: 'channel' }, acknowledgement: 'channel' } as const;
/** A screen on which everything changes all the time: a frame takes all that it may have, and comes when the screen is drawn again. */
const FRAME_MS = 16;

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

function film(bytesPerMs: number, roundTripMs: number, { overshoot = 1 } = {}) {
  const clock = new VirtualClock();
  const line = new VirtualLine(clock, { bytesPerMs, roundTripMs });
  const shares: (FrameShare | undefined)[] = [];
  const madeMs: number[] = [];
  const shownMs: number[] = [];
  const waitedMs: number[] = [];
  const asked = { times: 0 };
  const capture: Pick<ScreenCapture, 'configure' | 'nextFrame'> = {
    configure: () => undefined,
    nextFrame: (_signal, share) =>
      new Promise((resolve) => {
        clock.after(FRAME_MS, () => {
          shares.push(share);
          madeMs.push(clock.now());
          const bytes = new Uint8Array(Math.min(1_000_000, Math.round((share?.frameBytes ?? 1_000_000) * overshoot)));
          const updates: GraphicsUpdate[] = [{ route: 'channel', bytes, surfaces: [] }];
          resolve({ frameId: shares.length, updates, changedPixels: 1, captureMs: 0, encodeMs: 0 } satisfies EncodedFrame);
        });
      }),
  };
  const pump = new FramePump({
    clock,
    failed: (error) => {
      throw error;
    },
    link: {
      get line() {
        asked.times += 1;
        return line.state;
      },
      sendGraphics: (updates) =>
        new Promise((resolve) => {
          const pdus = updates.flatMap(({ bytes }) => chunks(bytes, 1_600));
          const frameId = shares.length;
          const made = clock.now();
          line.outbox.send(pdus, 'picture', () => {
            resolve();
            waitedMs.push(clock.now() - made);
            line.onceArrived(() => {
              shownMs.push(clock.now() - made);
              clock.after(roundTripMs / 2, () => pump.acknowledged(frameId));
            });
          });
        }),
    },
  });
  pump.start(capture as ScreenCapture, SETTINGS);
  open.push({ close: () => (pump.pause(), line.close()) });
  /** How long something urgent takes to the other side now. */
  const key = async (): Promise<number> => {
    const beganMs = clock.now();
    const tookMs: number[] = [];
    line.outbox.sendNow(new Uint8Array(50));
    line.onceArrived(() => tookMs.push(clock.now() - beganMs));
    while (tookMs.length === 0) await line.pass(1);
    return tookMs[0] ?? Number.NaN;
  };
  return { clock, line, shares, madeMs, shownMs, waitedMs, asked, pump, key };
}

function chunks(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) => bytes.subarray(index * length, (index + 1) * length));
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

describe('frames are made for the line', () => {
  it('which is asked once a frame where there is room, also for how old its pictures are', async () => {
    const { line, shares, asked, pump } = film(100_000 * KBIT, 20, { overshoot: 0.05 });
    await line.pass(1_000);
    const [times, frames] = [asked.times, shares.length];
    pump.age.takeMs();
    await line.pass(1_000);
    expect(shares.length - frames).toBeGreaterThan(30);
    expect(asked.times - times).toBeLessThan(1.2 * (shares.length - frames));
    // Half of the round trip is taken away.
    expect(pump.age.takeMs()).toBeLessThan(18);
  });

  it.each([
    ['10 Mbit/s + 40 ms', 10_000 * KBIT, 40],
    ['2 Mbit/s + 80 ms', 2_000 * KBIT, 80],
    ['256 kbit/s + 300 ms', 256 * KBIT, 300],
  ])(
    '%s: about 100 ms of it are under way at most, it is not idle, and what is urgent does not wait',
    async (_, bytesPerMs, roundTripMs) => {
      const { line, key, shownMs, madeMs, waitedMs } = film(bytesPerMs, roundTripMs);
      await line.pass(3_000);
      line.mostQueued = 0;
      const [before, frames] = [line.takenBytes, madeMs.length];
      await line.pass(3_000);
      const carried = line.takenBytes - before;
      expect(line.mostQueued).toBeLessThan(Math.max(bytesPerMs * 115, 5_000));
      expect(carried).toBeGreaterThan(bytesPerMs * 3_000 * 0.85);
      expect(madeMs.length - frames).toBeGreaterThan(3_000 / 120);
      // What has been made goes out at once.
      expect(Math.max(...waitedMs.slice(frames))).toBeLessThan(10);
      const keys: number[] = [];
      for (let times = 0; times < 20; times += 1) {
        keys.push(await key());
        await line.pass(37);
      }
      expect(Math.max(...keys)).toBeLessThan(roundTripMs / 2 + Math.max(120, 5_000 / bytesPerMs));
      expect(median(shownMs)).toBeLessThan(roundTripMs / 2 + Math.max(130, 8_000 / bytesPerMs));
    },
  );

  it('an encoder that makes more than it was asked for makes fewer frames, and no queue', async () => {
    const { line, madeMs } = film(2_000 * KBIT, 80, { overshoot: 3 });
    await line.pass(3_000);
    line.mostQueued = 0;
    const frames = madeMs.length;
    await line.pass(3_000);
    // One frame over what may be ahead.
    expect(line.mostQueued).toBeLessThan(250 * (100 + 160));
    expect(madeMs.length - frames).toBeLessThan(30);
    expect(madeMs.length - frames).toBeGreaterThan(12);
  });

  it('follows a line that becomes narrow, and one that becomes wide again', async () => {
    const { line, shares } = film(10_000 * KBIT, 40);
    await line.pass(3_000);
    const wide = shares.at(-1);
    expect(wide?.filmBitsPerSecond).toBeGreaterThan(5_500_000);
    expect(wide?.filmBitsPerSecond).toBeLessThan(8_500_000);
    line.bytesPerMs = 1_000 * KBIT;
    await line.pass(2_000);
    line.mostQueued = 0;
    await line.pass(1_000);
    expect(line.mostQueued).toBeLessThan(125 * 130);
    expect(shares.at(-1)?.filmBitsPerSecond).toBeLessThan(900_000);
    line.bytesPerMs = 10_000 * KBIT;
    await line.pass(3_000);
    expect(shares.at(-1)?.filmBitsPerSecond).toBeGreaterThan(5_500_000);
  });

  it('a line that says nothing for a second is asked for no frames, and all goes on afterwards', async () => {
    const { line, madeMs, shares } = film(2_000 * KBIT, 80);
    await line.pass(3_000);
    line.mute = true;
    await line.pass(400);
    const frames = madeMs.length;
    await line.pass(600);
    expect(madeMs.length - frames).toBeLessThanOrEqual(1);
    line.mute = false;
    await line.pass(2_000);
    expect(madeMs.length - frames).toBeGreaterThan(20);
    expect(shares.at(-1)?.filmBitsPerSecond).toBeGreaterThan(1_000_000);
  });

  it('a quick line is not held back for long', async () => {
    const { line, shares } = film(12_500, 2);
    await line.pass(1_000);
    expect(shares.at(-1)?.frameBytes).toBeGreaterThan(400_000);
  });
});

it('who says that no frame will be acknowledged is not waited for, also after a new beginning, until one is', async () => {
  const clock = new VirtualClock();
  let made = 0;
  const sent: number[] = [];
  const capture: Pick<ScreenCapture, 'configure' | 'nextFrame'> = {
    configure: () => undefined,
    nextFrame: () =>
      new Promise((resolve) => {
        clock.after(FRAME_MS, () => {
          made += 1;
          const updates: GraphicsUpdate[] = [{ route: 'channel', bytes: new Uint8Array(10), surfaces: [] }];
          resolve({ frameId: made, updates, changedPixels: 1, captureMs: 0, encodeMs: 0 } satisfies EncodedFrame);
        });
      }),
  };
  const line = new VirtualLine(clock, { bytesPerMs: 1_000, roundTripMs: 1 });
  const pump = new FramePump({
    clock,
    failed: (error) => {
      throw error;
    },
    link: {
      get line() {
        return line.state;
      },
      sendGraphics: async () => {
        sent.push(made);
        await Promise.resolve();
      },
    },
  });
  open.push({ close: () => (pump.pause(), line.close()) });
  const begin = (): void => pump.start(capture as ScreenCapture, SETTINGS);
  begin();
  await line.pass(20 * FRAME_MS);
  const waits = sent.length;
  expect(waits).toBeLessThan(4);
  pump.acknowledged(1, true);
  await line.pass(20 * FRAME_MS);
  expect(sent.length).toBeGreaterThan(waits + 10);
  begin();
  const again = sent.length;
  await line.pass(20 * FRAME_MS);
  expect(sent.length).toBeGreaterThan(again + 10);
  pump.acknowledged(made);
  const waited = sent.length;
  await line.pass(20 * FRAME_MS);
  expect(sent.length).toBeLessThan(waited + 5);
});
