/* One workload on one session: what is seen at the client, how late, how true, and what it costs. */
import type { KeyLatency } from './key-latency.ts';
import { pressKeys, shownAt } from './key-latency.ts';
import { filmLength, filmPicture, STAMP } from './film-picture.mjs';
import { treeCpuMs, treeMemory } from './processes.ts';
import type { Rival } from './rivals.ts';
import { type Area, numberIn, openScreenProbe, type ScreenProbe, type Seen } from './screen-probe.ts';
import type { Running, Workload } from './workloads.ts';

const SETTLE_MS = 2_500;
/** After which a picture that stands still is as good as it gets. */
const REST_MS = 3_000;
const AFTERWARDS_MS = 500;
/** Pictures of a film that are compared with what was painted. */
const COMPARED = 3;
/** Above this nobody sees a difference; equal pictures have none at all. */
const EXACT_DB = 99;

export interface Figures {
  readonly framesPerSecond: number;
  readonly kilobytesPerSecond: number;
  readonly serverCpuPercent: number;
  readonly clientCpuPercent: number;
  readonly serverMegabytes: number;
  readonly clientMegabytes: number;
  /** From painting a picture of a film to seeing it, in milliseconds. */
  readonly lateMs?: { readonly median: number; readonly p95: number };
  readonly keys?: KeyLatency;
  /** In decibels, over all three colours; {@link EXACT_DB} when nothing differs. */
  readonly psnr?: { readonly moving: number; readonly atRest: number };
}

/** Rejects when the workload cannot be started or the session has been lost. */
export async function measure(rival: Rival, workload: Workload, seconds: number, look?: () => Promise<void>): Promise<Figures> {
  const running = await workload.start(rival.source, rival.size);
  const probe = await openScreenProbe(rival.client.name);
  try {
    await pause(SETTLE_MS);
    const cost = await costs(rival);
    const area = shownAt(rival, workload.area(rival.size));
    const seen = await watch(rival, workload, probe, area, seconds);
    const took = await cost();
    await look?.();
    const film = workload.film?.(rival.size);
    return {
      framesPerSecond: seen.framesPerSecond,
      ...took,
      ...(seen.keys === undefined ? {} : { keys: seen.keys }),
      ...(seen.pictures === undefined ? {} : { lateMs: lateness(seen.pictures, running.output()) }),
      ...(film === undefined ? {} : { psnr: await truth(rival, running, probe, film) }),
    };
  } finally {
    probe.close();
    await running.stop();
    await pause(AFTERWARDS_MS);
  }
}

async function watch(
  rival: Rival,
  workload: Workload,
  probe: ScreenProbe,
  area: Area,
  seconds: number,
): Promise<{ readonly framesPerSecond: number; readonly keys?: KeyLatency; readonly pictures?: readonly Seen[] }> {
  if (workload.keys !== undefined) {
    const count = Math.max(8, Math.round((seconds * 1_000) / workload.keys.betweenMs));
    const keys = await pressKeys(rival, workload, count, workload.keys.betweenMs);
    return { framesPerSecond: 0, keys };
  }
  if (workload.film === undefined) return { framesPerSecond: await probe.changesPerSecond(area, seconds) };
  const pictures = await probe.filmSeen(area, seconds);
  return { framesPerSecond: pictures.length / seconds, pictures };
}

/** What both sides take from now until the answer is asked for. */
async function costs(rival: Rival): Promise<() => Promise<Omit<Figures, 'framesPerSecond'>>> {
  const before = {
    server: treeCpuMs(rival.serverPid),
    client: treeCpuMs(rival.clientPid),
    bytes: await rival.place.sentBytes(rival.serverPid),
    atMs: performance.now(),
  };
  return async () => {
    const elapsedMs = performance.now() - before.atMs;
    const percent = (afterMs: number, beforeMs: number) => ((afterMs - beforeMs) / elapsedMs) * 100;
    return {
      kilobytesPerSecond: ((await rival.place.sentBytes(rival.serverPid)) - before.bytes) / elapsedMs,
      serverCpuPercent: percent(treeCpuMs(rival.serverPid), before.server),
      clientCpuPercent: percent(treeCpuMs(rival.clientPid), before.client),
      serverMegabytes: treeMemory(rival.serverPid).megabytes,
      clientMegabytes: treeMemory(rival.clientPid).megabytes,
    };
  };
}

/** `output`: of the film, a line a picture. */
function lateness(seen: readonly Seen[], output: string): { readonly median: number; readonly p95: number } {
  const painted = new Map([...output.matchAll(/^(\d+) ([\d.]+)$/gm)].map(([, picture, atMs]) => [Number(picture), Number(atMs)] as const));
  const late = seen
    .flatMap(({ picture, atMs }) => {
      const paintedMs = painted.get(picture);
      return paintedMs === undefined || atMs < paintedMs ? [] : [atMs - paintedMs];
    })
    .toSorted((a, b) => a - b);
  return { median: late[Math.floor(late.length / 2)] ?? Number.NaN, p95: late[Math.floor(late.length * 0.95)] ?? Number.NaN };
}

/** The film compared with its own pictures, in motion and when it has stood still for a while. */
async function truth(rival: Rival, running: Running, probe: ScreenProbe, film: Area): Promise<{ moving: number; atRest: number }> {
  const area = shownAt(rival, film);
  const moving: number[] = [];
  for (let count = 0; count < COMPARED; count += 1) {
    moving.push(compared(await probe.picture(area), film));
    await pause(150);
  }
  running.rest();
  await pause(REST_MS);
  const source = await openScreenProbe(rival.source.name);
  try {
    const atRest = psnr(await probe.picture(area), await source.picture(film), 0);
    return { moving: moving.toSorted((a, b) => a - b)[Math.floor(COMPARED / 2)] ?? Number.NaN, atRest };
  } finally {
    source.close();
  }
}

function compared(pixels: Uint8Array, { width, height }: Area): number {
  const picture = numberIn(pixels, width);
  const painted = filmPicture(picture % filmLength(width, height), width, height);
  return psnr(pixels, painted, STAMP.block * width);
}

/** Of BGRX, from this pixel on. */
function psnr(seen: Uint8Array, painted: Uint8Array, from: number): number {
  let sum = 0;
  for (let at = from * 4; at < painted.length; at += 4) {
    for (let channel = at; channel < at + 3; channel += 1) {
      const difference = (seen[channel] as number) - (painted[channel] as number);
      sum += difference * difference;
    }
  }
  const mean = sum / ((painted.length / 4 - from) * 3);
  return mean === 0 ? EXACT_DB : Math.min(EXACT_DB, 10 * Math.log10((255 * 255) / mean));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
