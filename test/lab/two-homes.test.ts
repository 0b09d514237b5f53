/* Every pairing of homes with the whole ladder, with and without routers that open ports, and each way by itself where it cannot work. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOME_KINDS, type HomeKind } from '../support/lab/homes.ts';
import { type Laboratory, needsLaboratory, startLaboratory } from '../support/lab/laboratory.ts';
import type { Pairing } from '../support/lab/pairing.ts';

const programs = needsLaboratory();
const PAIRINGS = HOME_KINDS.flatMap((novice) => HOME_KINDS.map((expert) => ({ novice, expert })));
/** From the tickets. */
const MEDIAN_WITH_ROUTERS_MS = 1_500;
const EVERY_PAIRING_MS = 7_000;
const OPENS_PORTS: readonly HomeKind[] = ['nat', 'symmetric'];

describe.skipIf(programs.skip)(programs.title('two people in two homes, every pairing'), () => {
  let laboratory: Laboratory;
  beforeAll(async () => {
    laboratory = await startLaboratory();
  });
  afterAll(() => laboratory?.close());

  const shown = (novice: HomeKind, expert: HomeKind, { connection, tookMs, failures }: Pairing): void =>
    void process.stdout.write(
      `${novice} / ${expert}: ${connection?.by ?? 'nothing'}${connection?.mapped ? ', mapped' : ''}, ${tookMs} ms [${failures.novice.join(', ')} | ${failures.expert.join(', ')}]\n`,
    );

  describe.each([
    { routers: 'routers that open no ports', maps: false },
    { routers: 'routers that open ports', maps: true },
  ])('$routers', ({ maps }) => {
    const took: number[] = [];
    beforeAll(() => laboratory.homes.mapPorts(maps));

    it.each(PAIRINGS)('$novice asks $expert', async ({ novice, expert }) => {
      const pairing = await laboratory.pair(novice, expert, { maps });
      shown(novice, expert, pairing);
      const called = (kind: HomeKind): boolean => kind === 'open' || (maps && OPENS_PORTS.includes(kind));
      const by = called(expert) ? 'reverse' : called(novice) ? 'forward' : 'relay';
      expect(pairing.connection?.by).toBe(by);
      expect(pairing.connection?.mapped ?? false).toBe(by === 'reverse' ? expert !== 'open' : by === 'forward' && novice !== 'open');
      expect(pairing.sentences?.novice).toMatch(
        by === 'relay'
          ? /^Through the server/
          : pairing.connection?.mapped
            ? /opened a door/
            : by === 'reverse'
              ? /^Your computer called/
              : /called your computer/,
      );
      expect(pairing.tookMs).toBeLessThan(EVERY_PAIRING_MS);
      took.push(pairing.tookMs);
    });

    it.runIf(maps)('half of them in a moment', () => {
      const sorted = took.sort((a, b) => a - b);
      expect(sorted).toHaveLength(PAIRINGS.length);
      expect(sorted[PAIRINGS.length / 2]).toBeLessThan(MEDIAN_WITH_ROUTERS_MS);
    });
  });

  it.each([
    { ways: ['reverse'], failures: { novice: ['reverse unreachable'], expert: ['reverse silent'] } },
    { ways: ['forward'], failures: { novice: ['forward silent'], expert: ['forward unreachable'] } },
  ])('$ways.0 by itself, where it cannot work, says so', async ({ ways, failures }) => {
    const pairing = await laboratory.pair('nat', 'symmetric', { ways });
    expect(pairing).toMatchObject({ connection: undefined, reason: 'noConnection', failures });
  });

  it('the relay by itself works everywhere', async () => {
    for (const { novice, expert } of PAIRINGS.filter((_, index) => index % 5 === 0)) {
      const pairing = await laboratory.pair(novice, expert, { ways: ['relay'] });
      shown(novice, expert, pairing);
      expect(pairing.connection).toMatchObject({ by: 'relay', relayed: true });
    }
  });
});
