/* Some of what `npm run lab` does a hundred times (test/lab/kills.test.ts). */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { electronExecutable } from '../support/app.ts';
import { KilledPrograms, pointText, randomPoints } from '../support/kills.ts';
import { needs } from '../support/programs.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xterm', 'ss');

const SEED = 17_819;
const TIMES = 10;
const points = randomPoints(SEED, TIMES);

describe.skipIf(programs.skip || !electronExecutable)(programs.title(`programs killed in the middle (seed ${SEED})`), () => {
  let killed: KilledPrograms;
  const people = twoPeople('kills');
  afterAll(() => killed?.close());
  beforeAll(async () => {
    killed = await KilledPrograms.begin(people, TIMES);
  });

  it.each(points.map((point) => [pointText(point), point] as const))('%s', { timeout: 240_000 }, async (_, point) => killed.round(point));
});
