/* Sound on lines as people have them, beside a film and while somebody types: two ends of a real connection with our own pump, share and channels. */
import { afterEach, describe, expect, it } from 'vitest';
import { loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import { LINES, type LineQuality, needsLine } from '../support/line/line.ts';
import { type PacedPair, startPacedPair } from '../support/line/paced-pair.ts';

const lines = needsLine();
const FILM = { x: 320, y: 90, width: 1_280, height: 720 };
const FOR_MS = 8_000;
const LETTERS = 10;

interface Case {
  readonly name: string;
  readonly quality: LineQuality;
  /** Of the sound, at least, where the machine is not busy. */
  readonly heard: number;
  /** What goes as sound alone, without what is around it. */
  readonly mostKbits: number;
}

const CASES: readonly Case[] = [
  { name: '10 Mbit/s + 40 ms', quality: LINES.home, heard: 0.9, mostKbits: 130 },
  { name: '2 Mbit/s + 80 ms', quality: LINES.thin, heard: 0.8, mostKbits: 130 },
  { name: '256 kbit/s + 300 ms', quality: LINES.thinnest, heard: 0.5, mostKbits: 64 },
];

describe.skipIf(lines.skip)(lines.title('sound on a line'), () => {
  let pair: PacedPair | undefined;
  afterEach(async () => {
    await pair?.close();
    pair = undefined;
  });

  /** Types for a while. How late letters were in the median, and what came a second. */
  async function type({ novice, expert }: PacedPair, first: number) {
    const before = await expert.ask();
    const numbers = Array.from({ length: LETTERS }, (_, index) => first + index);
    for (const number of numbers) {
      novice.tell({ tag: 'letter', number });
      await pass(FOR_MS / LETTERS);
    }
    const after = await expert.ask();
    await pass(1_000);
    const told = (end: typeof novice, number: number): number =>
      end.all('letter').find((letter) => letter['number'] === number)?.atMs ?? Number.POSITIVE_INFINITY;
    const lettersMs = numbers.map((number) => told(expert, number) - told(novice, number)).sort((a, b) => a - b);
    const seconds = (after.atMs - before.atMs) / 1_000;
    return {
      letterMs: lettersMs[LETTERS >> 1] ?? Number.NaN,
      films: (Number(after['films']) - Number(before['films'])) / seconds,
      kbits: ((Number(after['bytesReceived']) - Number(before['bytesReceived'])) * 8) / 1_000 / seconds,
      soundKbits: (Number(after['soundBytes']) * 8) / 1_000 / seconds,
      heard: Number(after['heardMs']) / 1_000 / seconds,
      lateMs: Number(after['lateMs']),
      mostlyLateMs: Number(after['mostlyLateMs']),
    };
  }

  it.each(CASES)('$name: goes on beside a film, and typing waits for neither', { timeout: 120_000 }, async (of) => {
    pair = await startPacedPair(of.quality);
    const { novice, expert } = pair;
    novice.tell({ tag: 'film', box: FILM });
    await pass(6_000);
    const film = await type(pair, 1);
    novice.tell({ tag: 'sound', on: true });
    await pass(2_000);
    const both = await type(pair, 1 + LETTERS);
    const rounded = (values: object): string =>
      Object.entries(values)
        .map(([name, value]) => `${name} ${Number(value).toFixed(Number(value) < 10 ? 2 : 0)}`)
        .join(', ');
    void process.stdout.write(
      `${of.name}: without sound ${rounded(film)}; with it ${rounded(both)}; ${JSON.stringify((await novice.ask())['sound'])}; load ${loadavg()[0]?.toFixed(1)}\n`,
    );
    expect([...novice.all('ended'), ...novice.all('failed'), ...expert.all('ended')]).toEqual([]);
    expect(film.heard).toBe(0);
    expect(both.heard).toBeGreaterThan(of.heard);
    expect(both.soundKbits).toBeLessThan(of.mostKbits);
    expect(both.films).toBeGreaterThan(1);
    // A frame of the line's time is what it may wait for, whatever else goes.
    expect(both.letterMs).toBeLessThan(film.letterMs * 2 + 300);
  });
});
