/* Two homes and two real Electrons: ICE by itself, with STUN and TURN of the messenger's server, and the whole ladder, in every pairing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Display, startDisplay } from '../support/display.ts';
import { buildInto, needsIce } from '../support/ice-app.ts';
import { PAIRINGS, expectedSentences, expectedWay, punches, withoutPorts } from '../support/lab/expected.ts';
import { type Laboratory, needsLaboratory, startLaboratory } from '../support/lab/laboratory.ts';
import { type LabElectron, pairingLine } from '../support/lab/pairing.ts';

const laboratories = needsLaboratory();
const pages = needsIce();
/** From the tickets. */
const MEDIAN_WITH_ROUTERS_MS = 1_500;
const EVERY_PAIRING_MS = 7_000;

describe.skipIf(laboratories.skip || pages.skip)(pages.title(laboratories.title('two homes and two Electrons')), () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-lab-app-'));
  let laboratory: Laboratory;
  let display: Display;
  let electron: LabElectron;
  beforeAll(async () => {
    [laboratory, display] = await Promise.all([
      startLaboratory(),
      startDisplay({ width: 640, height: 480, windowManager: false }),
      buildInto(folder, 'test/support/lab/person-app.ts'),
    ]);
    electron = { executable: process.env['RINGBACK_TEST_ELECTRON'] ?? '', folder, env: display.env };
  });
  afterAll(async () => {
    await laboratory?.close();
    await display?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('ICE by itself', () => {
    it.each(PAIRINGS)('$novice asks $expert', async ({ novice, expert }) => {
      const pairing = await laboratory.pair(novice, expert, { ways: ['ice'], electron });
      void process.stdout.write(pairingLine(novice, expert, pairing));
      const { connection, sentences } = pairing;
      expect(connection?.by).toBe('ice');
      const punched = punches(novice, expert);
      expect(connection?.relayed ?? false).toBe(!punched);
      if (punched)
        expect(sentences && withoutPorts(sentences)).toEqual(expectedSentences(laboratory.homes, { novice, expert }, { by: 'ice' }));
      // There is nothing to call here, so no ticket has named an address.
      else
        expect(sentences).toEqual({
          novice: 'Through a server in between, because Erik’s computer named no address to call. It cannot read what it passes on.',
          expert: 'Through a server in between, because Nora’s computer named no address to call. It cannot read what it passes on.',
        });
    });
  });

  describe.each([
    { routers: 'routers that open no ports', maps: false },
    { routers: 'routers that open ports', maps: true },
  ])('the whole ladder, $routers', ({ maps }) => {
    const took: number[] = [];
    beforeAll(() => laboratory.homes.mapPorts(maps));

    it.each(PAIRINGS)('$novice asks $expert', async ({ novice, expert }) => {
      const pairing = await laboratory.pair(novice, expert, { maps, electron });
      void process.stdout.write(pairingLine(novice, expert, pairing));
      const { connection, sentences, tookMs } = pairing;
      const { by, mapped } = expectedWay(novice, expert, { maps, ice: true });
      expect({ by: connection?.by, mapped: connection?.mapped ?? false }).toEqual({ by, mapped });
      expect(sentences && withoutPorts(sentences)).toEqual(expectedSentences(laboratory.homes, { novice, expert }, { by, mapped }));
      expect(tookMs).toBeLessThan(EVERY_PAIRING_MS);
      took.push(tookMs);
    });

    it('half of them in a moment, where routers open ports', () => {
      const sorted = took.sort((a, b) => a - b);
      expect(sorted).toHaveLength(PAIRINGS.length);
      const [median = 0, slowest = 0] = [sorted[PAIRINGS.length / 2], sorted.at(-1)];
      void process.stdout.write(`the whole ladder: median ${median} ms, slowest ${slowest} ms\n`);
      if (maps) expect(median).toBeLessThan(MEDIAN_WITH_ROUTERS_MS);
    });
  });
});
