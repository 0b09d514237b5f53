import { describe, expect, it } from 'vitest';
import { JitterBuffer } from '../../../../src/renderer/viewer/sound/jitter-buffer.ts';

/** Low, so that a test is quick. */
const RATE = 16_000;
const PER_MS = RATE / 1_000;
/** As an audio thread asks. */
const QUANTUM = 64;
const BLOCK_MS = 20;

/** The sample of this moment, whose value says which it is. */
const wave = (sample: number): number => Math.sin((2 * Math.PI * 220 * sample) / RATE);

/** The novice's side and the expert's on one virtual clock. */
class Line {
  readonly buffer = new JitterBuffer(RATE, 2);
  readonly played: number[] = [];
  least = Number.POSITIVE_INFINITY;
  most = 0;
  private sent = 0;
  private due = 0;

  /** A block that was recorded now. */
  send(ms = BLOCK_MS, atMs = this.sent / PER_MS, make: (sample: number) => number = wave): void {
    const samples = Float32Array.from({ length: Math.round(ms * PER_MS) }, (_, at) => make(this.sent + at));
    this.sent += samples.length;
    this.buffer.push({ channels: [samples, samples], atMs });
  }

  /** A block that never comes. */
  lose(ms = BLOCK_MS): void {
    this.sent += Math.round(ms * PER_MS);
  }

  play(ms: number): number {
    const outputs = [new Float32Array(QUANTUM), new Float32Array(QUANTUM)];
    let sound = 0;
    for (this.due += ms * PER_MS; this.due >= QUANTUM; this.due -= QUANTUM) {
      sound += this.buffer.pull(outputs);
      this.played.push(...(outputs[1] ?? []));
      this.least = Math.min(this.least, this.buffer.aheadMs);
      this.most = Math.max(this.most, this.buffer.aheadMs);
    }
    return sound;
  }

  /** Until it plays. */
  begin(): void {
    while (this.play(3) === 0) this.send();
    this.least = this.buffer.aheadMs;
    this.most = this.buffer.aheadMs;
  }
}

describe('what lies ahead of what is played', () => {
  it('is gathered first, and then played sample by sample as it came', () => {
    const line = new Line();
    for (let count = 0; count < 2; count += 1) line.send();
    expect(line.play(10)).toBe(0);
    line.send();
    line.play(50);
    const from = line.played.findIndex((sample) => sample !== 0);
    // After it has swollen.
    for (let at = 100; at < 700; at += 1) expect(line.played[from + at - 1]).toBeCloseTo(wave(at), 5);
  });

  it('takes blocks that come early and late', () => {
    const line = new Line();
    for (let count = 0; count < 4; count += 1) line.send();
    line.play(5);
    let silent = 0;
    for (let round = 0; round < 100; round += 1) {
      for (const late of [10, 30, 5, 35]) {
        const before = line.played.length;
        const sound = line.play(late);
        silent += line.played.length - before - sound;
        line.send();
      }
    }
    expect(silent).toBe(0);
  });

  it('is never more than 200 ms: what is late is left out', () => {
    const line = new Line();
    line.begin();
    for (let count = 0; count < 50; count += 1) line.send();
    expect(line.buffer.aheadMs).toBeLessThanOrEqual(200);
    line.send(2_000);
    expect(line.buffer.aheadMs).toBeCloseTo(line.buffer.targetMs, 0);
    line.play(20);
  });

  it.each([
    ['faster', 1.003],
    ['slower', 0.997],
  ])('stays the same where the other computer’s clock runs %s', (_, pace) => {
    const line = new Line();
    line.begin();
    let owedMs = 0;
    let silent = 0;
    for (let ms = 0; ms < 20_000; ms += QUANTUM / PER_MS) {
      silent += QUANTUM - line.play(QUANTUM / PER_MS);
      owedMs += (QUANTUM / PER_MS) * pace;
      for (; owedMs >= BLOCK_MS; owedMs -= BLOCK_MS) line.send();
    }
    expect(silent).toBe(0);
    expect(line.most).toBeLessThan(70);
    expect(line.least).toBeGreaterThan(2);
  });

  /** Blocks of 10 ms, each so late; how much lay ahead on the average at the end, and for how long nothing was there. */
  function playLate(lateMs: (block: number) => number, seconds: number) {
    const line = new Line();
    const [blockMs, stepMs] = [10, QUANTUM / PER_MS];
    let [sent, sumMs, steps, gaps] = [0, 0, 0, 0];
    let began = false;
    for (let ms = 0; ms < seconds * 1_000; ms += stepMs) {
      for (; (sent + 1) * blockMs + lateMs(sent) <= ms; sent += 1) line.send(blockMs);
      const made = line.play(stepMs);
      began ||= made > 0;
      if (began) gaps += QUANTUM - made;
      if (ms < (seconds - 2) * 1_000) continue;
      sumMs += line.buffer.aheadMs;
      steps += 1;
    }
    return { meanMs: sumMs / steps, gapsMs: gaps / PER_MS };
  }

  it('is little on a regular line', () => {
    const { meanMs, gapsMs } = playLate(() => 0, 20);
    expect(gapsMs).toBe(0);
    expect(meanMs).toBeLessThan(28);
    expect(meanMs).toBeGreaterThan(15);
  });

  it('is more on one that hesitates, without a stutter where it shows in time', () => {
    // A bit later each second, up to 100 ms at each twentieth block.
    const { meanMs, gapsMs } = playLate((block) => (block % 20 < 6 ? Math.max(0, Math.min(100, block / 25) - (block % 20) * 10) : 0), 60);
    expect(gapsMs).toBe(0);
    expect(meanMs).toBeGreaterThan(75);
  });

  it('is less again at once where a pause of what is played allows it', () => {
    const line = new Line();
    line.begin();
    const usual = line.buffer.aheadMs;
    for (let count = 0; count < 5; count += 1) line.send();
    for (let round = 0; round < 10; round += 1) {
      line.play(BLOCK_MS);
      line.send();
    }
    expect(line.buffer.aheadMs).toBeGreaterThan(usual + 80);
    for (let round = 0; round < 300; round += 1) {
      line.play(BLOCK_MS);
      line.send(BLOCK_MS, undefined, () => 0);
    }
    expect(line.buffer.aheadMs).toBeLessThan(usual + 20);
  });

  it('grows after a stutter, and shrinks when nothing stutters any more', () => {
    const line = new Line();
    line.begin();
    const before = line.buffer.targetMs;
    line.play(300);
    line.send();
    expect(line.buffer.targetMs).toBe(before + 20);
    line.begin();
    for (let count = 0; count < 600; count += 1) {
      line.play(BLOCK_MS);
      line.send();
    }
    expect(line.buffer.targetMs).toBe(before);
  });

  it('is no more after a stutter than before, whatever comes at once', () => {
    const line = new Line();
    line.begin();
    line.play(300);
    for (let count = 0; count < 8; count += 1) line.send();
    line.play(4);
    expect(line.buffer.aheadMs).toBeLessThanOrEqual(line.buffer.targetMs);
  });

  it('is enough for blocks that are long', () => {
    const line = new Line();
    line.send(60);
    expect(line.play(50)).toBe(0);
    line.send(60);
    let silent = 0;
    for (let round = 0; round < 100; round += 1) {
      for (const late of [60, 70, 50]) {
        silent += Math.round(late * PER_MS) - line.play(late);
        line.send(60);
      }
    }
    expect(silent).toBeLessThan(QUANTUM);
  });

  it('does not grow because of a pause that the novice’s side has made', () => {
    const line = new Line();
    line.begin();
    const before = line.buffer.targetMs;
    line.play(300);
    line.lose(5_000);
    line.send();
    expect(line.buffer.targetMs).toBe(before);
  });

  it('grows so that the sound waits for the film, within bounds', () => {
    const { buffer } = new Line();
    const targets = [0, 120, 900].map((ms) => {
      buffer.wait(ms);
      return buffer.targetMs;
    });
    expect(targets).toEqual([30, 120, 400]);
  });
});

describe('what is played', () => {
  it('is silent for as long as blocks are missing, and what follows keeps its time', () => {
    const line = new Line();
    line.begin();
    const before = line.buffer.aheadMs;
    line.lose(70);
    line.send();
    expect(line.buffer.aheadMs).toBeCloseTo(before + 90, 0);
  });

  it('ends with what there is when no more comes for now, however little', () => {
    const line = new Line();
    line.send();
    expect(line.play(40)).toBe(0);
    line.buffer.finish();
    expect(line.play(40)).toBeGreaterThan(19 * PER_MS);
    expect(line.play(40)).toBe(0);
  });

  it('neither begins nor ends with a click', () => {
    const line = new Line();
    const loud = (): number => 1;
    for (let count = 0; count < 4; count += 1) line.send(BLOCK_MS, undefined, loud);
    line.play(200);
    const steps = line.played.map((sample, at) => Math.abs(sample - (line.played[at - 1] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(0.025);
    expect(Math.max(...line.played)).toBe(1);
  });

  it('goes on where the novice’s clock begins anew', () => {
    const line = new Line();
    for (let count = 0; count < 4; count += 1) line.send(BLOCK_MS, (2 ** 32 - 40 + count * BLOCK_MS) % 2 ** 32);
    line.play(5);
    expect(line.buffer.aheadMs).toBeLessThan(80);
    line.send(BLOCK_MS, 40);
    expect(line.buffer.aheadMs).toBeLessThan(100);
  });

  it('is the same on both sides where only one channel comes', () => {
    const buffer = new JitterBuffer(RATE, 1);
    buffer.push({ channels: [new Float32Array(RATE / 10).fill(0.5)], atMs: 0 });
    const outputs = [new Float32Array(512), new Float32Array(512)];
    expect(buffer.pull(outputs)).toBe(512);
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[0]?.[500]).toBe(0.5);
  });
});
