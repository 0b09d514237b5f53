/* The lines that other tests and the benchmark run over are what they say: the system's own packets over the two devices. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINES, type Line, needsLine, namespacesOf, startLine } from '../support/line/line.ts';
import type { ProbeResult } from '../support/line/line-probe.ts';
import { ip, ipNow, killNow, pidsIn } from '../support/namespaces.ts';
import { type Program, run, startProgram, until } from '../support/programs.ts';

const lines = needsLine();
const PROBE = fileURLToPath(new URL('../support/line/line-probe.ts', import.meta.url));
const [HERE, THERE] = ['10.96.0.1', '10.96.0.2'];
const DEVICE = 'line';
/** What the probes, the system and a busy machine add to the quickest of many. */
const ADDED_MS = 8;

describe.skipIf(lines.skip)(lines.title('a line between two namespaces'), () => {
  let [here, there] = ['', ''];
  let line: Line;
  let echo: Program;

  beforeAll(async () => {
    [here = '', there = ''] = await namespacesOf('line-here', 'line-there');
    line = await startLine([
      { namespace: here, device: DEVICE },
      { namespace: there, device: DEVICE },
    ]);
    await ip('-n', here, 'address', 'add', HERE, 'peer', THERE, 'dev', DEVICE);
    await ip('-n', there, 'address', 'add', THERE, 'peer', HERE, 'dev', DEVICE);
    echo = startProgram('ip', ['netns', 'exec', there, process.execPath, PROBE, 'echo', THERE]);
    await until(() => echo.output().includes('open'), 'the echo');
  });
  afterAll(async () => {
    await echo?.stop();
    await line?.close();
    for (const name of [here, there]) {
      for (const pid of pidsIn(name)) killNow(pid);
      ipNow('netns', 'delete', name);
    }
  });

  const ask = async (count: number, everyMs: number): Promise<ProbeResult> => {
    const said = await run('ip', ['netns', 'exec', here, process.execPath, PROBE, 'ask', THERE, `${count}`, `${everyMs}`]);
    return JSON.parse(said.toString()) as ProbeResult;
  };

  it.each([0, 40, 300])('a round trip of %i ms is one, and the line says so itself', async (roundTripMs) => {
    await line.become({ roundTripMs });
    const { roundTripsMs } = await ask(60, 5);
    expect(roundTripsMs).toHaveLength(60);
    expect(Math.min(...roundTripsMs)).toBeGreaterThanOrEqual(roundTripMs);
    expect(Math.min(...roundTripsMs)).toBeLessThan(roundTripMs + ADDED_MS);
    const { there, back } = await line.tell();
    const median = roundTripsMs.toSorted((a, b) => a - b)[roundTripsMs.length / 2] ?? Number.NaN;
    void process.stdout.write(
      `${roundTripMs} ms: quickest ${Math.min(...roundTripsMs).toFixed(2)}, median ${median.toFixed(2)}; the line there ${there.delay.medianMs.toFixed(2)}, back ${back.delay.medianMs.toFixed(2)}\n`,
    );
    for (const { delay } of [there, back]) {
      expect(delay.packets).toBe(60);
      expect(delay.medianMs).toBeGreaterThanOrEqual(roundTripMs / 2);
      // As late as the slowest of what was seen from outside, at most.
      expect(delay.mostMs).toBeLessThanOrEqual(Math.max(...roundTripsMs));
    }
  });

  it('carries thousands of packets a second, all of them', async () => {
    await line.become({});
    const before = await line.tell();
    const { roundTripsMs, tookMs } = await ask(8_000, 0);
    const after = await line.tell();
    void process.stdout.write(`8000 datagrams there and back in ${Math.round(tookMs)} ms\n`);
    expect(roundTripsMs).toHaveLength(8_000);
    expect(after.there.carried - before.there.carried).toBe(8_000);
    expect(8_000 / (tookMs / 1_000)).toBeGreaterThan(2_000);
  });

  it('loses two packets of a hundred, and counts them', async () => {
    await line.become(LINES.lossy);
    const before = await line.tell();
    const { roundTripsMs } = await ask(5_000, 0);
    const { there, back } = await line.tell();
    const lost = there.lost - before.there.lost + (back.lost - before.back.lost);
    expect(roundTripsMs.length).toBe(5_000 - lost);
    // Twice 2 % of 5,000, give or take four standard deviations.
    expect(lost).toBeGreaterThan(198 - 56);
    expect(lost).toBeLessThan(198 + 56);
  });

  it('is silent for as long as it is told, while its devices stay', async () => {
    await line.become({});
    await line.silence();
    expect((await ask(20, 2)).roundTripsMs).toEqual([]);
    await line.speak();
    expect((await ask(20, 2)).roundTripsMs).toHaveLength(20);
  });

  it('is as narrow as it is told', async () => {
    await line.become(LINES.thinnest);
    // 228 bytes each with their headers: 45,600 bytes, of which the first two packets' worth goes at once.
    const { roundTripsMs, tookMs } = await ask(40, 0);
    expect(roundTripsMs).toHaveLength(40);
    const leastMs = ((40 * 228 - 3_028) * 8) / 256;
    expect(tookMs).toBeGreaterThan(leastMs * 0.9);
    expect(Math.min(...roundTripsMs)).toBeGreaterThanOrEqual(300);
  });
});
