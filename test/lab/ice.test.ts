/* ICE between two homes, in two real Electrons: by itself, with STUN and TURN of the messenger's server, in every pairing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Display, startDisplay } from '../support/display.ts';
import { buildInto, needsIce } from '../support/ice-app.ts';
import { HOME_KINDS } from '../support/lab/homes.ts';
import { type Laboratory, needsLaboratory, startLaboratory } from '../support/lab/laboratory.ts';
import type { LabElectron } from '../support/lab/pairing.ts';

const laboratories = needsLaboratory();
const pages = needsIce();
const PAIRINGS = HOME_KINDS.flatMap((novice) => HOME_KINDS.map((expert) => ({ novice, expert })));

describe.skipIf(laboratories.skip || pages.skip)(pages.title(laboratories.title('ICE between two homes')), () => {
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

  it.each(PAIRINGS)('$novice asks $expert', async ({ novice, expert }) => {
    const { connection, tookMs, sentences } = await laboratory.pair(novice, expert, { ways: ['ice'], electron });
    void process.stdout.write(
      `${novice} / ${expert}: ${connection?.by ?? 'nothing'}${connection?.relayed ? ', relayed' : ''}, ${tookMs} ms\n`,
    );
    expect(connection?.by).toBe('ice');
    // UDP on both sides, and not a translator that is new for every destination before another one that translates.
    const punched =
      novice !== 'noUdp' &&
      expert !== 'noUdp' &&
      [novice, expert].filter((kind) => kind === 'open').length + (novice === 'nat' && expert === 'nat' ? 1 : 0) > 0;
    expect(connection?.relayed ?? false).toBe(!punched);
    expect(sentences?.novice).toMatch(punched ? /through the routers/ : /^Through the server/);
  });
});
