/**
 * Ringback beside FreeRDP (shadow server and xfreerdp) on the same kind of Xvfb in one run: what a person at the client's screen sees.
 * Then what sending much on a virtual channel costs the picture and the keys. Prints measured figures and, because machines are noisy, ratios.
 * Not a test. Options: --seconds N (per workload, default 8), --only NAME (part of a contestant's name, or `channels`), --screenshots FOLDER (what was on both screens at the end of each workload).
 * --soak MINUTES does something else: one session of Ringback for so long, and what both sides take minute by minute. Ends with 1 when one of them grows.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BulkDirection, ChannelFigures } from '../test/bench/channels.ts';
import { treeCpuMs, treeSentBytes } from '../test/bench/processes.ts';
import { type KeyLatency, keyLatency, shownAt } from '../test/bench/key-latency.ts';
import type { Rival } from '../test/bench/rivals.ts';
import { openScreenProbe } from '../test/bench/screen-probe.ts';
import { soak } from '../test/bench/soak.ts';
import { SCROLL, STATIC, VIDEO, type Workload } from '../test/bench/workloads.ts';
import { build } from './build.ts';
import { ensureElectron } from './electron-runtime.ts';
import { ensureSystemPackages, howToInstall } from './system-packages.ts';

const KEYS = 25;
const SETTLE_MS = 2_500;
const CHANNEL_ROUNDS = 6;
const DIRECTIONS = { none: 'nothing', toExpert: 'novice → expert', toNovice: 'expert → novice' } as const;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    only: { type: 'string' },
    screenshots: { type: 'string' },
    soak: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
if (!(seconds >= 1 && seconds <= 120)) throw new Error('--seconds takes 1 to 120');
const soakMinutes = values.soak === undefined ? undefined : Number(values.soak);
if (soakMinutes !== undefined && !(Number.isInteger(soakMinutes) && soakMinutes >= 1)) throw new Error('--soak takes minutes');
if (values.screenshots !== undefined) mkdirSync(values.screenshots, { recursive: true });
const missing = ensureSystemPackages('runtime', 'display', 'peers');
if (ensureSystemPackages('recommended').length > 0) console.log('Without libopenh264: film is encoded by WebCodecs.');
if (missing.length > 0) throw new Error(`The benchmark needs programs that are not here. ${howToInstall(missing)}`);
const channelsOnly = values.only === 'channels';
if (!channelsOnly) {
  process.env['RINGBACK_TEST_ELECTRON'] = (await ensureElectron()).executable;
  await build();
}
// Loaded only now: they look for the runtime when they are loaded.
const rivals = channelsOnly ? undefined : await import('../test/bench/rivals.ts');

interface Figures {
  readonly framesPerSecond: number;
  readonly kilobytesPerFrame: number;
  readonly kilobytesPerSecond: number;
  readonly serverCpuPercent: number;
  readonly clientCpuPercent: number;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What was on both screens, for a person to check that the right thing was looked at. */
async function keep(rival: Rival, name: string): Promise<void> {
  const file = (side: string) => join(values.screenshots ?? '', `${rival.name}-${name}-${side}.png`.replaceAll(/[^\w.-]+/g, '_'));
  await rival.source.saveScreenshot(file('server'));
  await rival.client.saveScreenshot(file('client'));
}

async function measure(rival: Rival, workload: Workload): Promise<Figures> {
  const program = workload.start(rival.source);
  const probe = await openScreenProbe(rival.client.name);
  try {
    await pause(SETTLE_MS);
    const before = {
      server: treeCpuMs(rival.serverPid),
      client: treeCpuMs(rival.clientPid),
      bytes: await treeSentBytes(rival.serverPid),
      at: performance.now(),
    };
    const framesPerSecond = await probe.changesPerSecond(shownAt(rival, workload.area), seconds);
    const elapsedMs = performance.now() - before.at;
    if (values.screenshots !== undefined) await keep(rival, workload.name);
    const kilobytesPerSecond = ((await treeSentBytes(rival.serverPid)) - before.bytes) / 1000 / (elapsedMs / 1000);
    return {
      framesPerSecond,
      kilobytesPerFrame: framesPerSecond > 0 ? kilobytesPerSecond / framesPerSecond : 0,
      kilobytesPerSecond,
      serverCpuPercent: ((treeCpuMs(rival.serverPid) - before.server) / elapsedMs) * 100,
      clientCpuPercent: ((treeCpuMs(rival.clientPid) - before.client) / elapsedMs) * 100,
    };
  } finally {
    probe.close();
    await program.stop();
    await pause(500);
  }
}

type Row = { readonly rival: string; readonly workloads: ReadonlyMap<string, Figures>; readonly key: KeyLatency };

const contestants: readonly (readonly [string, () => Promise<Rival>])[] =
  rivals === undefined
    ? []
    : [
        ['FreeRDP /gfx', () => rivals.startFreeRdp('FreeRDP /gfx', ['/gfx'])],
        ['FreeRDP /gfx:RFX', () => rivals.startFreeRdp('FreeRDP /gfx:RFX', ['/gfx:RFX'])],
        ['Ringback', () => rivals.startRingback()],
      ];
if (soakMinutes !== undefined) await soakOnly(soakMinutes);
const rows: Row[] = [];
for (const [name, start] of contestants) {
  if (values.only !== undefined && !name.toLowerCase().includes(values.only.toLowerCase())) continue;
  console.log(`${name} …`);
  const rival = await start();
  try {
    const workloads = new Map<string, Figures>();
    for (const workload of [STATIC, SCROLL, VIDEO]) workloads.set(workload.name, await measure(rival, workload));
    rows.push({ rival: name, workloads, key: await keyLatency(rival, KEYS) });
  } finally {
    await rival.close();
  }
}

/** Ends this program. */
async function soakOnly(minutes: number): Promise<never> {
  if (rivals === undefined) throw new Error('--soak is for Ringback');
  const rival = await rivals.startRingback();
  let steady = false;
  try {
    steady = await soak(rival, minutes, (line) => console.log(line));
  } finally {
    await rival.close();
  }
  process.exit(steady ? 0 : 1);
}

const number = (value: number, digits = 1) => value.toFixed(digits).padStart(9);
if (rows.length > 0) printPictures();
if (values.only === undefined || channelsOnly) await benchChannels();

function printPictures(): void {
  console.log(
    `\n1280×720, ${seconds} s each, counted on the client's own screen. CPU in percent of one core. 30 changes/s happen in the last two.\n`,
  );
  for (const workload of [STATIC, SCROLL, VIDEO]) {
    console.log(`${workload.name.padEnd(22)} frames/s  kB/frame      kB/s   server%   client%`);
    for (const row of rows) {
      const figures = row.workloads.get(workload.name);
      if (figures) {
        console.log(
          `  ${row.rival.padEnd(18)}${number(figures.framesPerSecond)}${number(figures.kilobytesPerFrame)} ${number(figures.kilobytesPerSecond)} ${number(figures.serverCpuPercent)} ${number(figures.clientCpuPercent)}`,
        );
      }
    }
  }
  console.log('key press → picture       median       p95      lost');
  for (const row of rows)
    console.log(`  ${row.rival.padEnd(18)}${number(row.key.median)} ${number(row.key.p95)} ${number(row.key.lost, 0)}   ms`);

  const ours = rows.find((row) => row.rival === 'Ringback');
  console.log('\nRatios, Ringback ÷ the other (frames/s: more is better; kB/frame, CPU, key: less is better)');
  for (const row of rows) {
    if (!ours || row === ours) continue;
    for (const workload of [SCROLL, VIDEO]) {
      const mine = ours.workloads.get(workload.name);
      const theirs = row.workloads.get(workload.name);
      if (!mine || !theirs) continue;
      const cpu = (figures: Figures) => figures.serverCpuPercent + figures.clientCpuPercent;
      console.log(
        `  ${workload.name.padEnd(20)} vs ${row.rival.padEnd(18)} frames/s ×${(mine.framesPerSecond / theirs.framesPerSecond).toFixed(2)}  kB/frame ×${(mine.kilobytesPerFrame / theirs.kilobytesPerFrame).toFixed(2)}  CPU ×${(cpu(mine) / cpu(theirs)).toFixed(2)}  CPU/frame ×${(cpu(mine) / mine.framesPerSecond / (cpu(theirs) / theirs.framesPerSecond)).toFixed(2)}`,
      );
    }
    console.log(`  ${'typing'.padEnd(20)} vs ${row.rival.padEnd(18)} key ×${(ours.key.median / row.key.median).toFixed(2)}`);
  }
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
