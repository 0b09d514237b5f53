/* `npm run lab -- --times N --seed N`. Some of it is in `npm test` (test/e2e/kills.test.ts). */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { electronExecutable } from '../support/app.ts';
import { KilledPrograms, pointText, randomPoints } from '../support/kills.ts';
import { needs } from '../support/programs.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xterm', 'ss');
const seed = Number(process.env['RINGBACK_LAB_SEED'] ?? 1);
const times = Number(process.env['RINGBACK_LAB_TIMES'] ?? 100);

describe.skipIf(programs.skip || !electronExecutable)(programs.title(`${times} programs killed in the middle (seed ${seed})`), () => {
  let killed: KilledPrograms;
  const people = twoPeople('kills');
  afterAll(() => killed?.close());
  beforeAll(async () => {
    killed = await KilledPrograms.begin(people, times);
  });

  it.each(randomPoints(seed, times).map((point, index) => [index + 1, pointText(point), point] as const))('%i: %s', async (_, __, point) =>
    killed.round(point),
  );
});
