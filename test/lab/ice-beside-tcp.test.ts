/* What a connection over ICE costs beside TCP, on one machine in one run: the real page, the real stream, TLS inside, no network between. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type IceApp, needsIce, startIceApp } from '../support/ice-app.ts';

const pages = needsIce();
const ROUNDS = 3;
const WAYS = ['connectTcp', 'connect'] as const;

/** Milliseconds and megabytes a second. */
interface Measured {
  readonly smallMs: number;
  readonly frameMs: number;
  readonly frameP95Ms: number;
  readonly bulk: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

it.skipIf(pages.skip)(pages.title('ICE beside TCP, alternating'), { timeout: 600_000 }, async () => {
  const rounds: Record<(typeof WAYS)[number], Measured[]> = { connectTcp: [], connect: [] };
  for (let round = 0; round < ROUNDS; round += 1) for (const way of WAYS) rounds[way].push(await measure(way));
  const of = (way: (typeof WAYS)[number], what: keyof Measured): number => median(rounds[way].map((measured) => measured[what]));
  for (const what of ['smallMs', 'frameMs', 'frameP95Ms', 'bulk'] as const) {
    const [tcp, ice] = [of('connectTcp', what), of('connect', what)];
    void process.stdout.write(`${what}: TCP ${tcp.toFixed(2)}, ICE ${ice.toFixed(2)}, ratio ${(ice / tcp).toFixed(2)}\n`);
  }
  // What a screen needs, also where much else runs.
  expect(of('connect', 'bulk')).toBeGreaterThan(1);
  expect(of('connect', 'frameMs')).toBeLessThan(300);
});

let app: IceApp;
beforeAll(async () => {
  if (!pages.skip) app = await startIceApp();
});
afterAll(() => app?.close());

async function measure(way: (typeof WAYS)[number]): Promise<Measured> {
  // The end of one measurement ends its connection, so each has one of its own.
  const frames = async (count: number, bytes: number, everyMs: number) => {
    await app.tell(way === 'connect' ? { do: way, sides: [{}, {}] } : { do: way });
    const told = await app.tell({ do: 'frames', count, bytes, everyMs }, 120_000);
    expect(told).toMatchObject({ errors: [], pinned: true });
    return told as { readonly medianMs: number; readonly p95Ms: number; readonly megabytesPerSecond: number };
  };
  const small = await frames(300, 1_000, 0);
  const steady = await frames(150, 100_000, 33);
  const bulk = await frames(300, 100_000, 0.001);
  return { smallMs: small.medianMs, frameMs: steady.medianMs, frameP95Ms: steady.p95Ms, bulk: bulk.megabytesPerSecond };
}
