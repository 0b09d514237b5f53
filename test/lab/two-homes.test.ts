/* Every pairing of homes with the ladder of a program without pages, with and without routers that open ports, and each way by itself where it cannot work. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAIRINGS, expectedSentences, expectedWay, withoutPorts } from '../support/lab/expected.ts';
import { type Laboratory, needsLaboratory, startLaboratory } from '../support/lab/laboratory.ts';
import { pairingLine } from '../support/lab/pairing.ts';

const programs = needsLaboratory();
/** From the tickets. */
const MEDIAN_WITH_ROUTERS_MS = 1_500;
const EVERY_PAIRING_MS = 7_000;

describe.skipIf(programs.skip)(programs.title('two people in two homes, every pairing'), () => {
  let laboratory: Laboratory;
  beforeAll(async () => {
    laboratory = await startLaboratory();
  });
  afterAll(() => laboratory?.close());

  describe.each([
    { routers: 'routers that open no ports', maps: false },
    { routers: 'routers that open ports', maps: true },
  ])('$routers', ({ maps }) => {
    const took: number[] = [];
    beforeAll(() => laboratory.homes.mapPorts(maps));

    it.each(PAIRINGS)('$novice asks $expert', async ({ novice, expert }) => {
      const pairing = await laboratory.pair(novice, expert, { maps });
      void process.stdout.write(pairingLine(novice, expert, pairing));
      const { connection, sentences, tookMs } = pairing;
      const { by, mapped } = expectedWay(novice, expert, { maps, ice: false });
      expect({ by: connection?.by, mapped: connection?.mapped ?? false }).toEqual({ by, mapped });
      expect(sentences && withoutPorts(sentences)).toEqual(expectedSentences(laboratory.homes, { novice, expert }, { by, mapped }));
      expect(tookMs).toBeLessThan(EVERY_PAIRING_MS);
      took.push(tookMs);
    });

    it('half of them in a moment, where routers open ports', () => {
      const sorted = took.sort((a, b) => a - b);
      expect(sorted).toHaveLength(PAIRINGS.length);
      const [median = 0, slowest = 0] = [sorted[PAIRINGS.length / 2], sorted.at(-1)];
      void process.stdout.write(`without ICE: median ${median} ms, slowest ${slowest} ms\n`);
      if (maps) expect(median).toBeLessThan(MEDIAN_WITH_ROUTERS_MS);
    });
  });

  it.each([
    { ways: ['reverse'], failures: { novice: ['reverse unreachable'], expert: ['reverse silent'] } },
    { ways: ['forward'], failures: { novice: ['forward silent'], expert: ['forward unreachable'] } },
  ])('$ways.0 by itself, where it cannot work, says so', async ({ ways, failures }) => {
    const pairing = await laboratory.pair('nat', 'symmetric', { ways });
    expect(pairing).toMatchObject({ connection: undefined, reason: 'noConnection', failures });
  });

  it('the relay by itself works everywhere', { timeout: 600_000 }, async () => {
    for (const { novice, expert } of PAIRINGS) {
      const pairing = await laboratory.pair(novice, expert, { ways: ['relay'] });
      void process.stdout.write(pairingLine(novice, expert, pairing));
      expect(pairing.connection).toMatchObject({ by: 'relay', relayed: true });
    }
  });
});
