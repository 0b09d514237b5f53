/* A road between two real apps that is silent for a while and tells nobody: what was typed, what is held, and how soon the picture is back. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import { heldKeys } from '../support/held-keys.ts';
import { LINES, type Line, needsLine } from '../support/line/line.ts';
import { leastDifference } from '../support/main-job.ts';
import { type TwoNetworks, startTwoNetworks } from '../support/network.ts';
import { needs, until } from '../support/programs.ts';
import {
  answerQuestion,
  clickAt,
  connect,
  hostMessenger,
  pictureArea,
  questionWindows,
  signIn,
  terminalInFront,
  waitForOnline,
} from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xterm');
const roads = needsLine();
const SILENT_WITHIN_MS = 2_000;
const BACK_WITHIN_MS = 5_000;
/** What a busy machine may add to a time; to the millisecond they are kept in virtual time (test/pair/silent-line.test.ts). */
const BUSY_MS = 3_000;

describe.skipIf(programs.skip || roads.skip || !electronExecutable)(
  roads.title(programs.title('a road that is silent for a while')),
  () => {
    let networks: TwoNetworks;
    let line: Line;
    let noviceDesktop: PersonDesktop;
    let expertDesktop: PersonDesktop;
    let novice: App;
    let expert: App;
    let typed: string;
    let wanted = '';

    // Registered first, so done last.
    afterAll(() => networks?.close(), 60_000);
    const people = twoPeople('road');
    const typedText = () => (existsSync(typed) ? readFileSync(typed, 'utf8') : '');
    const keysHeld = (count: number) =>
      until(async () => (await heldKeys(noviceDesktop.name)) === count, `${count} keys to be down`, 20_000);
    const expertType = async (word: string): Promise<void> => {
      await expertDesktop.xdotool('type', '--delay', '40', word);
      await expertDesktop.xdotool('key', 'Return');
      wanted += `${word}\n`;
    };
    const arrived = () =>
      until(
        () => typedText() === wanted,
        () => `${JSON.stringify(wanted)} to arrive, not ${JSON.stringify(typedText())}`,
        20_000,
      );
    const control = async (state: 'ask' | 'granted') =>
      (await expert.session()).getByRole('button', { name: t(`control.expert.${state}`), exact: true, disabled: false });
    const giveControl = async (): Promise<void> => {
      const panel = await novice.session();
      await panel.getByRole('button', { name: t('control.novice.give', { name: 'Peter' }), exact: true }).click();
      await answerQuestion(noviceDesktop, 'allow');
      await (await control('granted')).waitFor();
      await terminalInFront(noviceDesktop);
    };
    const intoTerminal = async (): Promise<void> => {
      const area = await pictureArea(expert, 'Anna');
      await clickAt(expertDesktop, area.x + 200, area.y + 150);
    };
    /** That the line is silent, or, half a second later, that the other is looked for. */
    const said = async () =>
      Promise.all(
        (
          [
            [novice, 'novice', 'Peter'],
            [expert, 'expert', 'Anna'],
          ] as const
        ).map(async ([app, role, name]) =>
          (await app.session()).getByRole('heading', {
            name: new RegExp(
              `^(${t(`line.${role}.silent`, { name })}|${t(`missing.${role}.headline`, { name, time: String.raw`\d+:\d\d.*` })})$`,
            ),
          }),
        ),
      );

    beforeAll(async () => {
      networks = await startTwoNetworks({ line: LINES.home });
      if (networks.line === undefined) throw new Error('no line');
      line = networks.line;
      ({ noviceDesktop, expertDesktop, novice, expert } = await people.start({
        novice: { network: networks.novice },
        expert: { network: networks.expert },
      }));
      typed = join(noviceDesktop.home, 'typed');
      await signIn(expert, (await hostMessenger(novice, 'Anna', 'Peter', 'lan')).issued, 'Peter');
      await waitForOnline(expert, 'Anna');
      await waitForOnline(novice, 'Peter');
      noviceDesktop.start('xterm', ['-geometry', '70x16+20+30', '-e', 'sh', '-c', `cat > ${typed}`]);
      await connect(novice, expert);
      await giveControl();
    }, 150_000);

    it.each([
      { name: '10 Mbit/s and 40 ms', quality: LINES.home, seconds: 10 },
      { name: '2 Mbit/s and 80 ms', quality: LINES.thin, seconds: 10 },
      { name: '2 % of all packets lost', quality: { ...LINES.home, ...LINES.lossy }, seconds: 10 },
      { name: '10 Mbit/s and 40 ms, for longer', quality: LINES.home, seconds: 30 },
    ])('$name: nothing for $seconds s, and all is back', async ({ quality, seconds }) => {
      await line.become(quality);
      await intoTerminal();
      await expertType(`before${seconds}`);
      await arrived();
      await expertDesktop.xdotool('keydown', 'Shift_L');
      await keysHeld(1);
      await expertDesktop.xdotool('keyup', 'Shift_L');
      await keysHeld(0);

      // What is typed in the first moments goes out before anybody knows that nobody hears it.
      const silentMs = performance.now();
      await line.silence();
      await expertType('under way');
      await expertDesktop.xdotool('keydown', 'Shift_L');
      const headings = await said();
      await Promise.all(headings.map((heading) => heading.waitFor({ timeout: 20_000 })));
      const saidMs = performance.now() - silentMs;
      await people.keep(`silent-${seconds}`);
      // Into the frozen picture.
      await expertDesktop.xdotool('type', '--delay', '40', 'nowhere');
      await keysHeld(0);
      await until(() => performance.now() - silentMs > seconds * 1_000, 'the silence to be over', 60_000);
      await line.speak();
      const backMs = performance.now();
      await Promise.all(headings.map((heading) => heading.waitFor({ state: 'detached', timeout: 60_000 })));
      const tookMs = performance.now() - backMs;
      expect(await questionWindows(noviceDesktop)).toEqual([]);
      await expertDesktop.xdotool('keyup', 'Shift_L');
      expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
      const kept = await (await control('granted')).isVisible();
      void process.stdout.write(
        `${seconds} s: said after ${Math.round(saidMs)} ms, back ${Math.round(tookMs)} ms after its end, ${kept ? 'the same connection' : 'another connection'}\n`,
      );
      await people.keep(`back-${seconds}`);
      expect(saidMs).toBeLessThanOrEqual(SILENT_WITHIN_MS + BUSY_MS);
      expect(tookMs).toBeLessThanOrEqual(BACK_WITHIN_MS + BUSY_MS);
      if (!kept) await giveControl();
      await arrived();
      await keysHeld(0);
      await intoTerminal();
      await expertType('after');
      await arrived();
      await keysHeld(0);
    });
  },
);
