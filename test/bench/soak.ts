import { type Memory, treeMemory } from './processes.ts';
import { keyLatency, shownAt } from './key-latency.ts';
import type { Rival } from './rivals.ts';
import { openScreenProbe } from './screen-probe.ts';
import { FILM, SCROLL, type Workload } from './workloads.ts';

/** What everything needs to be in use once: caches, code that gets compiled, heaps that find their size. */
const WARM_UP_MINUTES = 5;
const ALLOWED_GROWTH_MB = 10;
const KEYS_A_MINUTE = 5;
const WATCHED_S = 15;
const MINUTE_MS = 60_000;
const SAMPLE_MS = 3_000;

interface Minute {
  readonly novice: Memory;
  readonly expert: Memory;
}

/**
 * Runs one session for so many minutes: text scrolls for half of each, a film runs for the rest, in between keys are pressed. Says minute by
 * minute what was seen, and returns whether neither side has grown after the first five.
 */
export async function soak(rival: Rival, minutes: number, say: (line: string) => void): Promise<boolean> {
  say('minute   PSS MB: novice  expert    frames/s: text  film    key ms    lost');
  const seen: Minute[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    const endsAt = performance.now() + MINUTE_MS;
    const memory = new LeastMemory(rival);
    const text = await frames(rival, SCROLL);
    const film = await frames(rival, FILM);
    const key = await keyLatency(rival, KEYS_A_MINUTE);
    await pause(Math.max(0, endsAt - performance.now()));
    const least = memory.end();
    seen.push(least);
    const cells = [least.novice.megabytes.toFixed(1), least.expert.megabytes.toFixed(1), text.toFixed(1), film.toFixed(1)];
    say(
      `${String(minute).padStart(6)}          ${cells[0]?.padStart(7)} ${cells[1]?.padStart(7)}          ${cells[2]?.padStart(6)}${cells[3]?.padStart(6)} ${key.median.toFixed(1).padStart(9)} ${String(key.lost).padStart(7)}`,
    );
  }
  return judge(seen, say);
}

async function frames(rival: Rival, workload: Workload): Promise<number> {
  const program = await workload.start(rival.source, rival.size);
  const probe = await openScreenProbe(rival.client.name);
  try {
    await pause(2_000);
    return await probe.changesPerSecond(shownAt(rival, workload.area(rival.size)), WATCHED_S);
  } finally {
    probe.close();
    await program.stop();
  }
}

/** Reads what both sides take every few seconds. The least of a minute counts: what is garbage and not yet collected is not kept. */
class LeastMemory {
  private readonly rival: Rival;
  private readonly timer: NodeJS.Timeout;
  private least: Minute;

  constructor(rival: Rival) {
    this.rival = rival;
    this.least = this.read();
    this.timer = setInterval(() => this.look(), SAMPLE_MS);
  }

  end(): Minute {
    clearInterval(this.timer);
    this.look();
    return this.least;
  }

  private look(): void {
    const now = this.read();
    const less = (side: keyof Minute): Memory => (now[side].megabytes < this.least[side].megabytes ? now[side] : this.least[side]);
    this.least = { novice: less('novice'), expert: less('expert') };
  }

  private read(): Minute {
    return { novice: treeMemory(this.rival.serverPid), expert: treeMemory(this.rival.clientPid) };
  }
}

/**
 * Compares the last third of the minutes after the warm-up with the first third, by their medians: one minute alone says little. What lies between
 * the two is made the growth of the whole time.
 */
function judge(seen: readonly Minute[], say: (line: string) => void): boolean {
  const counted = seen.slice(WARM_UP_MINUTES);
  const third = Math.ceil(counted.length / 3);
  if (counted.length < 2) {
    say(`Not judged: that takes more than ${WARM_UP_MINUTES + 1} minutes.`);
    return true;
  }
  let steady = true;
  for (const side of ['novice', 'expert'] as const) {
    const median = (minutes: readonly Minute[]): number =>
      minutes.map((each) => each[side].megabytes).toSorted((left, right) => left - right)[Math.floor(minutes.length / 2)] ?? Number.NaN;
    const [first, last] = [median(counted.slice(0, third)), median(counted.slice(-third))];
    const grown = ((last - first) * counted.length) / (counted.length - third);
    // Not a number is no yes either.
    const passes = grown < ALLOWED_GROWTH_MB;
    steady &&= passes;
    say(
      `${side}: ${first.toFixed(1)} MB in the first third after ${WARM_UP_MINUTES} minutes, ${last.toFixed(1)} MB in the last, so ${grown < 0 ? '' : '+'}${grown.toFixed(1)} MB in all${passes ? '' : `: more than ${ALLOWED_GROWTH_MB}`}`,
    );
    const [before, after] = [counted[0]?.[side].byProcess ?? new Map(), counted.at(-1)?.[side].byProcess ?? new Map()];
    for (const name of new Set([...before.keys(), ...after.keys()]))
      say(`    ${name.padEnd(24)} ${(before.get(name) ?? 0).toFixed(1).padStart(7)} → ${(after.get(name) ?? 0).toFixed(1).padStart(7)}`);
  }
  return steady;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
