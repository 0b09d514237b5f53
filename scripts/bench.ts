/**
 * Ringback beside others (FreeRDP's shadow server with xfreerdp, TigerVNC) on the same kind of Xvfb in one run: what a person at the client's screen
 * sees, on a LAN and on lines as people have them (`ten` and `two` of a rate alone). Prints medians and, because machines are noisy, ratios; keeps all of it as JSON and as a chart (SVG).
 * Then what sending much on a virtual channel costs the picture and the keys. Not a test; ends within 40 minutes unless `--all` is asked for. `--help` names the options.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BulkDirection, ChannelFigures } from '../test/bench/channels.ts';
import { measure } from '../test/bench/measure.ts';
import { chartOf, rowsOf, type Sample, tableOf } from '../test/bench/report.ts';
import { onLine, onOneMachine } from '../test/bench/place.ts';
import type { Contestant, Rival } from '../test/bench/rivals.ts';
import { soak } from '../test/bench/soak.ts';
import { type Workload, WORKLOADS } from '../test/bench/workloads.ts';
import { type LineName, LINES } from '../test/support/line/line.ts';
import type { Size } from '../src/protocol/rdp/geometry.ts';
import { build } from './build.ts';
import { ensureElectron } from './electron-runtime.ts';
import { ensureSystemPackages, howToInstall } from './system-packages.ts';

const CHANNEL_ROUNDS = 6;
const DIRECTIONS = { none: 'nothing', toExpert: 'novice → expert', toNovice: 'expert → novice' } as const;
const SIZES: Readonly<Record<string, Size>> = {
  '1280x720': { width: 1280, height: 720 },
  '1920x1080': { width: 1920, height: 1080 },
  '3840x2160': { width: 3840, height: 2160 },
};
/** What is compared where, unless something else is asked for: what fits into 40 minutes. */
const SELECTION: readonly Series[] = [
  {
    size: '1280x720',
    line: 'lan',
    workloads: ['static', 'typing', 'terminal scroll', 'full-screen film', 'flips'],
    contestants: ['Ringback', 'Ringback, WebCodecs', 'TigerVNC', 'FreeRDP AVC420'],
  },
  {
    size: '1280x720',
    line: 'ten',
    workloads: ['terminal scroll', 'full-screen film', 'flips'],
    contestants: ['Ringback', 'Ringback, WebCodecs', 'TigerVNC', 'FreeRDP AVC420'],
  },
  {
    size: '1280x720',
    line: 'two',
    workloads: ['terminal scroll', 'full-screen film', 'flips'],
    contestants: ['Ringback', 'Ringback, WebCodecs', 'TigerVNC', 'FreeRDP AVC420'],
  },
  {
    size: '1920x1080',
    line: 'lan',
    workloads: ['terminal scroll', 'full-screen film'],
    contestants: ['Ringback', 'TigerVNC', 'FreeRDP AVC420'],
  },
];

/** Parts of names each; `''` is every one. Of contestants the whole name where there is one. */
interface Series {
  readonly size: string;
  readonly line: LineName;
  readonly workloads: readonly string[];
  readonly contestants: readonly string[];
}

const USAGE = `Usage: npm run bench -- [options]
  --all                every size, line, workload and contestant
  --rounds N           how often everything is measured, in turns: 1 to 20, 3 when left out
  --seconds N          for each workload: 1 to 120, 4 when left out
  --only NAMES         contestants, by parts of their names with commas between (a whole name is that one alone); or channels
  --sizes NAMES        of ${Object.keys(SIZES).join(', ')}
  --lines NAMES        of ${Object.keys(LINES).join(', ')}
  --workloads NAMES    of ${WORKLOADS.map(({ name }) => name).join(', ')}
  --out FOLDER         where JSON and chart go
  --screenshots FOLDER what was on both screens at the end of each workload
  --soak MINUTES       one session for so long instead
  --help               this`;
const values = typed();
const seconds = numberFrom('seconds', values.seconds, 1, 120);
const rounds = numberFrom('rounds', values.rounds, 1, 20);
const soakMinutes = values.soak === undefined ? undefined : numberFrom('soak', values.soak, 1, 24 * 60);
for (const folder of [values.screenshots, values.out]) if (folder !== undefined) mkdirSync(folder, { recursive: true });
const missing = ensureSystemPackages('runtime', 'display', 'peers', 'rivals');
if (ensureSystemPackages('recommended').length > 0) console.log('Without libopenh264: film is encoded by WebCodecs in either case.');
if (missing.length > 0) throw new Error(`The benchmark needs programs that are not here. ${howToInstall(missing)}`);
const channelsOnly = values.only === 'channels';
if (!channelsOnly) {
  process.env['RINGBACK_TEST_ELECTRON'] = (await ensureElectron()).executable;
  await build();
  // Loaded only now: it looks for the runtime when it is loaded.
  const { CONTESTANTS, RINGBACK } = await import('../test/bench/rivals.ts');
  if (soakMinutes !== undefined) await soakOnly(RINGBACK, soakMinutes);
  await contest(CONTESTANTS, RINGBACK.name);
}
if (values.only === undefined || channelsOnly) await benchChannels();

/** What was typed. What cannot be meant ends this program with a word about it. */
function typed() {
  try {
    const { values } = parseArgs({
      options: {
        all: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        rounds: { type: 'string', default: '3' },
        seconds: { type: 'string', default: '4' },
        only: { type: 'string' },
        sizes: { type: 'string' },
        lines: { type: 'string' },
        workloads: { type: 'string' },
        out: { type: 'string', default: join('test-output', 'bench') },
        screenshots: { type: 'string' },
        soak: { type: 'string' },
      },
    });
    if (values.help) end(0, USAGE);
    return values;
  } catch (error) {
    return end(2, `${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function numberFrom(name: string, text: string, low: number, high: number): number {
  const number = Number(text);
  return Number.isInteger(number) && number >= low && number <= high
    ? number
    : end(2, `--${name} takes a whole number from ${low} to ${high}`);
}

function end(code: number, word: string): never {
  console.log(word);
  process.exit(code);
}

/** Everything that was asked for, in turns; printed and kept. */
async function contest(contestants: readonly Contestant[], ours: string): Promise<void> {
  const samples: Sample[] = [];
  const keep = (): void => {
    const rows = rowsOf(samples);
    writeFileSync(join(values.out, 'bench.json'), `${JSON.stringify({ seconds, samples, rows }, undefined, 1)}\n`);
    writeFileSync(join(values.out, 'bench.svg'), chartOf(rows));
  };
  for (const series of seriesAskedFor()) {
    const workloads = WORKLOADS.filter(({ name }) => isNamed(name, series.workloads));
    const size = SIZES[series.size];
    if (size === undefined) throw new Error(`--sizes takes ${Object.keys(SIZES).join(', ')}`);
    for (let round = 1; round <= rounds; round += 1) {
      for (const contestant of contestants.filter(({ name }) => isMeant(name, series.contestants, contestants))) {
        console.log(`${series.size}, ${series.line}, round ${round}: ${contestant.name} …`);
        const about = { contestant: contestant.name, size, line: series.line, round };
        samples.push(...(await inOneSession(contestant, about, workloads)));
        keep();
      }
    }
  }
  console.log(
    `\n${seconds} s each, medians of ${rounds}. CPU in percent of one core, both sides added up in the ratios. Ratios are ${ours} ÷ the other.`,
  );
  console.log(tableOf(rowsOf(samples), ours));
  console.log(`\n${join(values.out, 'bench.json')}, ${join(values.out, 'bench.svg')}`);
}

/** All workloads, one after the other; those that a lost session did not come to have their problem in place of figures. */
async function inOneSession(
  contestant: Contestant,
  about: Omit<Sample, 'workload' | 'figures' | 'problem'>,
  workloads: readonly Workload[],
): Promise<Sample[]> {
  const place = about.line === 'lan' ? onOneMachine() : await onLine(LINES[about.line]);
  const samples: Sample[] = [];
  let rival: Rival | undefined;
  try {
    rival = await contestant.start(place, about.size);
    for (const workload of workloads) {
      const session = rival;
      const look = () => screenshots(session, workload.name);
      samples.push({ ...about, workload: workload.name, figures: await measure(session, workload, seconds, look) });
    }
  } catch (error) {
    const problem = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    console.log(`  ${problem}`);
    for (const { name } of workloads.slice(samples.length)) samples.push({ ...about, workload: name, problem });
  } finally {
    await rival?.close();
    await place.close();
  }
  return samples;
}

/** What was on both screens, for a person to check that the right thing was looked at. */
async function screenshots(rival: Rival, name: string): Promise<void> {
  if (values.screenshots === undefined) return;
  const file = (side: string) => join(values.screenshots ?? '', `${rival.name}-${name}-${side}.png`.replaceAll(/[^\w.-]+/g, '_'));
  await rival.source.saveScreenshot(file('server'));
  await rival.client.saveScreenshot(file('client'));
}

function seriesAskedFor(): readonly Series[] {
  const named = (text: string | undefined): readonly string[] | undefined => text?.split(',').map((part) => part.trim());
  const [sizes, lines, workloads, contestants] = [values.sizes, values.lines, values.workloads, values.only].map(named);
  const known = Object.keys(LINES) as LineName[];
  const every = Object.keys(SIZES).flatMap((size) => known.map((line): Series => ({ size, line, workloads: [''], contestants: [''] })));
  const free = values.all || sizes !== undefined || lines !== undefined;
  const usual = values.all
    ? every
    : every.map((series) => ({ ...series, workloads: ['typing', 'terminal scroll', 'full-screen film', 'flips'] }));
  const from = free ? usual : SELECTION;
  return from
    .filter(
      ({ size, line }) =>
        (sizes ?? (free && !values.all ? ['1280x720'] : [''])).some((part) => size.includes(part)) &&
        isNamed(line, lines ?? (free && !values.all ? ['lan'] : ['']), true),
    )
    .map((series) => ({ ...series, workloads: workloads ?? series.workloads, contestants: contestants ?? series.contestants }));
}

/** A part that is somebody's whole name means nobody else: `Ringback`, and not the others that begin so. */
function isMeant(name: string, parts: readonly string[], all: readonly Contestant[]): boolean {
  const isWhole = (part: string): boolean => all.some((one) => one.name === part);
  return parts.some((part) => (isWhole(part) ? name === part : isNamed(name, [part])));
}

function isNamed(name: string, parts: readonly string[], whole = false): boolean {
  return parts.some((part) => part === '' || (whole ? name === part : name.toLowerCase().includes(part.toLowerCase())));
}

/** Ends this program. */
async function soakOnly(ringback: Contestant, minutes: number): Promise<never> {
  const rival = await ringback.start(onOneMachine(), SIZES['1280x720'] as Size);
  let steady = false;
  try {
    steady = await soak(rival, minutes, (line) => console.log(line));
  } finally {
    await rival.close();
  }
  process.exit(steady ? 0 : 1);
}

function number(value: number, digits = 1): string {
  return value.toFixed(digits).padStart(9);
}

/** 50 MB through a test channel while text scrolls, in turns with none, so that a busier moment of the machine is in all of them. */
async function benchChannels(): Promise<void> {
  const { BULK_BYTES, ChannelBench } = await import('../test/bench/channels.ts');
  const bench = await ChannelBench.open();
  const seen = new Map<BulkDirection, ChannelFigures[]>([
    ['none', []],
    ['toExpert', []],
    ['toNovice', []],
  ]);
  try {
    for (let round = 0; round < CHANNEL_ROUNDS; round += 1)
      for (const [direction, figures] of seen) figures.push(await bench.measure(direction, seconds / 2));
  } finally {
    await bench.close();
  }
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const summary = new Map(
    [...seen].map(([direction, figures]) => {
      const keys = figures.flatMap(({ keyMs }) => keyMs).toSorted((left, right) => left - right);
      const elapsed = sum(figures.map((each) => each.seconds));
      return [
        direction,
        {
          framesPerSecond: sum(figures.map(({ frames }) => frames)) / elapsed,
          keyMs: keys[Math.floor(keys.length / 2)] ?? Number.NaN,
          p95Ms: keys[Math.floor(keys.length * 0.95)] ?? Number.NaN,
          keys: keys.length,
          megabytesPerSecond: direction === 'none' ? 0 : (BULK_BYTES * figures.length) / 1e6 / elapsed,
        },
      ] as const;
    }),
  );
  console.log(
    `\nScrolling terminal with ${BULK_BYTES / 1e6} MB on a channel, ${CHANNEL_ROUNDS} times in turns; two processes, real links, TLS`,
  );
  console.log('                         frames/s   key median       p95      keys   bulk MB/s');
  const without = summary.get('none');
  for (const [direction, figures] of summary) {
    const { framesPerSecond, keyMs, p95Ms, keys, megabytesPerSecond } = figures;
    console.log(
      `  ${DIRECTIONS[direction].padEnd(20)} ${number(framesPerSecond)}    ${number(keyMs)} ${number(p95Ms)} ${number(keys, 0)}   ${number(megabytesPerSecond)}`,
    );
    if (without === undefined || direction === 'none') continue;
    console.log(
      `  ${'÷ without'.padEnd(20)}      ×${(framesPerSecond / without.framesPerSecond).toFixed(2)}   ${keyMs >= without.keyMs ? '+' : ''}${(keyMs - without.keyMs).toFixed(1)} ms`,
    );
  }
}
