/* Two real apps on the thinnest line: the novice's page encodes, and the expert's window decodes and plays. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { electronExecutable } from '../support/app.ts';
import { hearingPeople } from '../support/hearing.ts';
import { LINES, needsLine } from '../support/line/line.ts';
import { startTwoNetworks, type TwoNetworks } from '../support/network.ts';
import { needs, until } from '../support/programs.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const line = needsLine();
const TONE_MS = 20_000;
/** While nothing moves; a busy computer leaves gaps, too. */
const MOST_GONE = 0.3;

describe.skipIf(programs.skip || line.skip || !electronExecutable)(line.title(programs.title('sound at 256 kbit/s + 300 ms')), () => {
  let networks: TwoNetworks;
  // Registered first, so done last.
  afterAll(() => networks?.close());
  const people = hearingPeople('thin', async () => (networks = await startTwoNetworks({ line: LINES.thinnest })));

  beforeAll(() => people.begin(), 180_000);

  it('is heard, as Opus, where PCM had no room', async () => {
    await people.turnOn();
    await until(
      async () => {
        const { loudness, hertz } = await people.heard();
        return loudness > 0.2 && Math.abs(hertz - 440) < 15;
      },
      'the tone',
      60_000,
    );
    const before = await people.heard();
    const { goneMs, times } = await people.gaps(TONE_MS);
    const { packets } = await people.heard();
    void process.stdout.write(`gone for ${goneMs} of ${TONE_MS} ms (${times} times), ${packets - before.packets} packets\n`);
    expect(packets).toBeGreaterThan(before.packets);
    expect(goneMs).toBeLessThan(TONE_MS * MOST_GONE);
    expect(await people.session.getByText(t('sound.expert.thinLine'), { exact: true }).isVisible()).toBe(false);
  });
});
