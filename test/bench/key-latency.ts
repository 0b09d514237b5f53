import type { Rival } from './rivals.ts';
import { type Area, openScreenProbe } from './screen-probe.ts';
import { TYPING, type Workload } from './workloads.ts';

const KEYCODE_A = 38;
const SETTLE_MS = 2_500;
const FOCUS_MS = 700;
const BETWEEN_KEYS_MS = 150;

export interface KeyLatency {
  /** Milliseconds from a key press at the client to its picture there; NaN when none came. */
  readonly median: number;
  readonly p95: number;
  readonly lost: number;
}

/** An area of the source's desktop on the client's display. */
export function shownAt({ origin }: Rival, area: Area): Area {
  return { ...area, x: area.x + origin.x, y: area.y + origin.y };
}

/** Presses so many keys at the client, one after the other, while a workload runs that has a use for them. */
export async function pressKeys(rival: Rival, workload: Workload, keys: number, betweenMs: number): Promise<KeyLatency> {
  const probe = await openScreenProbe(rival.client.name);
  try {
    const area = shownAt(rival, workload.area(rival.size));
    const { click } = workload.keys ?? {};
    if (click !== undefined) {
      // The terminal has the novice's keyboard: a click in it, from the expert's side.
      await rival.client.xdotool('mousemove', String(rival.origin.x + click.x), String(rival.origin.y + click.y), 'click', '1');
      await pause(FOCUS_MS);
    }
    const times: number[] = [];
    let lost = 0;
    for (let key = 0; key < keys; key += 1) {
      const ms = await probe.keyToPicture(KEYCODE_A, area);
      if (ms === undefined) lost += 1;
      else times.push(ms);
      await pause(Math.max(0, betweenMs - (ms ?? 0)));
    }
    times.sort((a, b) => a - b);
    return { median: times[Math.floor(times.length / 2)] ?? Number.NaN, p95: times[Math.floor(times.length * 0.95)] ?? Number.NaN, lost };
  } finally {
    probe.close();
  }
}

/** Presses so many keys in a terminal of the novice's that echoes them. */
export async function keyLatency(rival: Rival, keys: number): Promise<KeyLatency> {
  const program = await TYPING.start(rival.source, rival.size);
  try {
    await pause(SETTLE_MS);
    return await pressKeys(rival, TYPING, keys, BETWEEN_KEYS_MS);
  } finally {
    await program.stop();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
