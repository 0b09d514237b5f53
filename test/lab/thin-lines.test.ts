/* The picture on lines as people have them: two ends of a real connection with our own pump, encoders and decoders, a photo with text over it, and a film. */
import { afterEach, describe, expect, it } from 'vitest';
import { loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import { LINES, type LineQuality, needsLine } from '../support/line/line.ts';
import { type PacedPair, startPacedPair } from '../support/line/paced-pair.ts';

const lines = needsLine();
const FILM = { x: 320, y: 90, width: 1_280, height: 720 };
/** What a busy machine may add. */
const BUSY_MS = 1_500;

interface Case {
  readonly name: string;
  readonly quality: LineQuality;
  readonly engine: 'ringback' | 'classic';
  /** Text of the first picture, and a letter in the median while a film plays, in milliseconds. */
  readonly textMs: number;
  readonly letterMs: number;
  readonly betweenMs: number;
}

const CASES: readonly Case[] = [
  { name: '10 Mbit/s + 40 ms', quality: LINES.home, engine: 'ringback', textMs: 1_000, letterMs: 65, betweenMs: 210 },
  { name: '2 Mbit/s + 80 ms', quality: LINES.thin, engine: 'ringback', textMs: 2_000, letterMs: 150, betweenMs: 210 },
  { name: '256 kbit/s + 300 ms', quality: LINES.thinnest, engine: 'ringback', textMs: 5_000, letterMs: 700, betweenMs: 1_000 },
  {
    name: '10 Mbit/s + 40 ms, 2 % lost',
    quality: { ...LINES.home, ...LINES.lossy },
    engine: 'ringback',
    textMs: 2_000,
    letterMs: 200,
    betweenMs: 210,
  },
  { name: '2 Mbit/s + 80 ms, classic', quality: LINES.thin, engine: 'classic', textMs: 10_000, letterMs: 400, betweenMs: 500 },
];

describe.skipIf(lines.skip)(lines.title('the picture on a line'), () => {
  let pair: PacedPair | undefined;
  afterEach(async () => {
    await pair?.close();
    pair = undefined;
  });

  it.each(CASES)('$name: text comes first, typing does not wait for a film, and nobody is lost', { timeout: 120_000 }, async (of) => {
    pair = await startPacedPair(of.quality, of.engine);
    const { novice, expert } = pair;
    const begun = await novice.next('active');
    const { text, all } = await novice.ask();
    expert.tell({ tag: 'expect', text: Number(text), all: Number(all) });
    const textMs = (await expert.next('text')).atMs - begun.atMs;
    novice.tell({ tag: 'film', box: FILM });
    await pass(3_000);
    const before = await expert.ask();
    const numbers = Array.from({ length: 15 }, (_, index) => index + 1);
    for (const number of numbers) {
      novice.tell({ tag: 'letter', number });
      await pass(of.betweenMs);
    }
    const after = await expert.ask();
    await expert.next('letter', 0);
    await pass(1_000);
    const told = (end: typeof novice, number: number): number =>
      end.all('letter').find((letter) => letter['number'] === number)?.atMs ?? Number.POSITIVE_INFINITY;
    const lettersMs = numbers.map((number) => told(expert, number) - told(novice, number)).sort((a, b) => a - b);
    const [median = Number.NaN, most = Number.NaN] = [lettersMs[lettersMs.length >> 1], lettersMs.at(-1)];
    const seconds = (after.atMs - before.atMs) / 1_000;
    const perSecond = (what: string): number => (Number(after[what]) - Number(before[what])) / seconds;
    void process.stdout.write(
      `${of.name}: text of the first picture ${Math.round(textMs)} ms; with a film a letter ${Math.round(median)} ms (most ${Math.round(most)}), ` +
        `${perSecond('frames').toFixed(1)} frames (${perSecond('films').toFixed(1)} of film) and ${Math.round(perSecond('bytesReceived') / 1_000)} kB a second; load ${loadavg()[0]?.toFixed(1)}\n`,
    );
    expect([...novice.all('ended'), ...novice.all('failed'), ...expert.all('ended')]).toEqual([]);
    expect(textMs).toBeLessThan(of.textMs + BUSY_MS);
    expect(median).toBeLessThan(of.letterMs + BUSY_MS / 5);
    expect(perSecond('bytesReceived')).toBeGreaterThan(10_000);
  });
});
