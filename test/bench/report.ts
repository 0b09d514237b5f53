/* What a run of the benchmark says: medians, ratios, a table, JSON and a drawing. */
import type { Size } from '../../src/protocol/rdp/geometry.ts';
import type { LineName } from '../support/line/line.ts';
import type { Figures } from './measure.ts';
import type { WorkloadName } from './workloads.ts';

/** One workload of one contestant in one round; what went wrong where it could not be measured. */
export interface Sample {
  readonly contestant: string;
  readonly size: Size;
  readonly line: LineName;
  readonly workload: WorkloadName;
  readonly round: number;
  readonly figures?: Figures;
  readonly problem?: string;
}

/** Medians over the rounds. */
export interface Row {
  readonly contestant: string;
  readonly size: string;
  readonly line: LineName;
  readonly workload: WorkloadName;
  readonly rounds: number;
  readonly framesPerSecond: number;
  readonly kilobytesPerSecond: number;
  readonly lateMs: number;
  readonly lateP95Ms: number;
  readonly keyMs: number;
  readonly keyP95Ms: number;
  readonly keysLost: number;
  readonly cpuPercent: number;
  readonly serverCpuPercent: number;
  readonly clientCpuPercent: number;
  readonly megabytes: number;
  readonly psnrMoving: number;
  readonly psnrAtRest: number;
  readonly problem?: string;
}

/** NaN of nothing. */
function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export function rowsOf(samples: readonly Sample[]): Row[] {
  const groups = Map.groupBy(samples, ({ contestant, size, line, workload }) =>
    [line, size.width, size.height, workload, contestant].join('|'),
  );
  return [...groups.values()].map((group) => {
    const [{ contestant, size, line, workload }] = group as [Sample];
    const figures = group.flatMap((sample) => (sample.figures === undefined ? [] : [sample.figures]));
    const of = (pick: (each: Figures) => number | undefined) => median(figures.map((each) => pick(each) ?? Number.NaN));
    const problem = group.find((sample) => sample.problem !== undefined)?.problem;
    return {
      contestant,
      size: `${size.width}×${size.height}`,
      line,
      workload,
      rounds: figures.length,
      framesPerSecond: of((each) => each.framesPerSecond),
      kilobytesPerSecond: of((each) => each.kilobytesPerSecond),
      lateMs: of((each) => each.lateMs?.median),
      lateP95Ms: of((each) => each.lateMs?.p95),
      keyMs: of((each) => each.keys?.median),
      keyP95Ms: of((each) => each.keys?.p95),
      keysLost: of((each) => each.keys?.lost),
      cpuPercent: of((each) => each.serverCpuPercent + each.clientCpuPercent),
      serverCpuPercent: of((each) => each.serverCpuPercent),
      clientCpuPercent: of((each) => each.clientCpuPercent),
      megabytes: of((each) => each.serverMegabytes + each.clientMegabytes),
      psnrMoving: of((each) => each.psnr?.moving),
      psnrAtRest: of((each) => each.psnr?.atRest),
      ...(problem === undefined ? {} : { problem }),
    };
  });
}

const COLUMNS: readonly (readonly [string, (row: Row) => string])[] = [
  ['frames/s', ({ framesPerSecond }) => figure(framesPerSecond)],
  ['kB/s', ({ kilobytesPerSecond }) => figure(kilobytesPerSecond, 0)],
  ['late ms', ({ lateMs }) => figure(lateMs)],
  ['p95', ({ lateP95Ms }) => figure(lateP95Ms)],
  ['key ms', ({ keyMs }) => figure(keyMs)],
  ['p95', ({ keyP95Ms }) => figure(keyP95Ms)],
  ['lost', ({ keysLost }) => figure(keysLost, 0)],
  ['server%', ({ serverCpuPercent }) => figure(serverCpuPercent)],
  ['client%', ({ clientCpuPercent }) => figure(clientCpuPercent)],
  ['MB', ({ megabytes }) => figure(megabytes, 0)],
  ['dB move', ({ psnrMoving }) => figure(psnrMoving)],
  ['dB rest', ({ psnrAtRest }) => figure(psnrAtRest)],
];
const FIRST = 26;
const WIDTH = 9;

function figure(value: number, digits = 1): string {
  return Number.isNaN(value) ? '–' : value.toFixed(digits);
}

/** One table a size and line, a block a workload; `ours` is divided by each of the others below it. */
export function tableOf(rows: readonly Row[], ours: string): string {
  const lines: string[] = [];
  for (const [title, table] of Map.groupBy(rows, ({ line, size }) => `${size}, ${line}`)) {
    lines.push('', title, ''.padEnd(FIRST) + COLUMNS.map(([name]) => name.padStart(WIDTH)).join(''));
    for (const [workload, block] of Map.groupBy(table, (row) => row.workload)) {
      lines.push(workload);
      for (const row of block) {
        const cells = row.rounds === 0 ? `   ${row.problem ?? ''}` : COLUMNS.map(([, cell]) => cell(row).padStart(WIDTH)).join('');
        lines.push(`  ${row.contestant}`.padEnd(FIRST) + cells);
      }
      const mine = block.find((row) => row.contestant === ours);
      for (const row of block) if (mine !== undefined && row !== mine && row.rounds > 0 && mine.rounds > 0) lines.push(ratiosOf(mine, row));
    }
  }
  return lines.join('\n');
}

function ratiosOf(mine: Row, theirs: Row): string {
  const parts = [
    ['frames', mine.framesPerSecond / theirs.framesPerSecond],
    ['bytes', mine.kilobytesPerSecond / theirs.kilobytesPerSecond],
    ['late', mine.lateMs / theirs.lateMs],
    ['key', mine.keyMs / theirs.keyMs],
    ['CPU', mine.cpuPercent / theirs.cpuPercent],
  ] as const;
  const told = parts.filter(([, ratio]) => Number.isFinite(ratio)).map(([name, ratio]) => `${name} ×${ratio.toFixed(2)}`);
  return `  ÷ ${theirs.contestant}`.padEnd(FIRST) + `   ${told.join('  ')}`;
}

const CHARTED: readonly (readonly [string, (row: Row) => number])[] = [
  ['frames a second', ({ framesPerSecond }) => framesPerSecond],
  ['kilobytes a second', ({ kilobytesPerSecond }) => kilobytesPerSecond],
  ['milliseconds from painted to seen', ({ lateMs }) => lateMs],
  ['milliseconds from key to picture', ({ keyMs }) => keyMs],
  ['processor, both sides, % of a core', ({ cpuPercent }) => cpuPercent],
];
const COLOURS = ['#1b6ec2', '#7fb2e5', '#d9822b', '#6b8e23', '#8e6bbf', '#c05050', '#507878'];
const BAR = 14;
const LEFT = 210;
const LENGTH = 420;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Bars, a chart a figure and workload, each with its own scale. */
export function chartOf(rows: readonly Row[]): string {
  const contestants = [...new Set(rows.map(({ contestant }) => contestant))];
  const parts: string[] = [];
  let y = 24;
  const text = (x: number, at: number, words: string, more = '') =>
    parts.push(`<text x="${x}" y="${at}" ${more}>${words.replaceAll(/[&<>]/g, (letter) => ESCAPES[letter] ?? letter)}</text>`);
  for (const [title, table] of Map.groupBy(rows, ({ line, size, workload }) => `${workload}, ${size}, ${line}`)) {
    for (const [name, pick] of CHARTED) {
      const bars = table.filter((row) => pick(row) > 0);
      if (bars.length === 0) continue;
      const most = Math.max(...bars.map(pick));
      text(12, y, `${title}: ${name}`, 'font-weight="bold"');
      y += 8;
      for (const row of bars) {
        const length = (pick(row) / most) * LENGTH;
        const colour = COLOURS[contestants.indexOf(row.contestant) % COLOURS.length] ?? '';
        text(LEFT - 8, y + BAR - 3, row.contestant, 'text-anchor="end"');
        parts.push(`<rect x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${BAR - 2}" fill="${colour}"/>`);
        text(LEFT + length + 6, y + BAR - 3, figure(pick(row)));
        y += BAR + 2;
      }
      y += 24;
    }
  }
  const size = `width="${LEFT + LENGTH + 90}" height="${y}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${parts.join('\n')}</svg>\n`;
}
