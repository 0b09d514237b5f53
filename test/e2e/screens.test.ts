import { beforeAll, describe, expect, it } from 'vitest';
import { screenTitle } from '../../src/words/screens.ts';
import { t } from '../../src/words/words.ts';
import { electronExecutable, type SteeredApp } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import { crop } from '../support/picture.ts';
import { needs, run, until } from '../support/programs.ts';
import {
  answerNotification,
  answerQuestion,
  askForHelp,
  clickAt,
  meetOnMessenger,
  pictureArea,
  tellCode,
  waitForQuestion,
  windowArea,
} from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xrandr', 'xterm');

const LEFT = { x: 0, y: 0, width: 700, height: 720 };
const RIGHT = { x: 700, y: 0, width: 900, height: 720 };
const TITLES = { left: screenTitle([LEFT, RIGHT], 0), right: screenTitle([LEFT, RIGHT], 1) };
const COLOURS = { left: '204080', right: '804020' };
/** Of a terminal of one colour, on its screen. */
const SPOT = { x: 200, y: 200 };

describe.skipIf(programs.skip || !electronExecutable)(programs.title('a novice with two screens'), () => {
  let noviceDesktop: PersonDesktop;
  let expertDesktop: PersonDesktop;
  let novice: SteeredApp;
  let expert: SteeredApp;
  const people = twoPeople('screens');

  beforeAll(async () => {
    ({ noviceDesktop, expertDesktop } = await people.startDesktops({ novice: { width: 1600, height: 720 } }));
    for (const [name, { x, width, height }, output] of [
      ['left', LEFT, 'screen'],
      ['right', RIGHT, 'none'],
    ] as const)
      await run('xrandr', ['--setmonitor', name, `${width}/100x${height}/100+${x}+0`, output], { env: noviceDesktop.env });
    for (const [name, { x }] of [
      ['left', LEFT],
      ['right', RIGHT],
    ] as const)
      noviceDesktop.start('xterm', [
        '-geometry',
        `40x15+${x + 100}+100`,
        '-bg',
        `#${COLOURS[name]}`,
        '-fg',
        `#${COLOURS[name]}`,
        '-e',
        'cat',
      ]);
    expert = await people.startApp('expert');
    novice = await people.startApp('novice');
    await meetOnMessenger(expert, novice);
  }, 120_000);

  /** With the mouse, in the question that is there. */
  async function choose(title: string): Promise<void> {
    const id = await waitForQuestion(noviceDesktop);
    const page = await novice.question();
    const row = page.locator('label.choice', { has: page.getByText(title, { exact: true }) });
    await until(
      async () => {
        const [box, area] = [await row.boundingBox(), await windowArea(noviceDesktop, id)];
        if (box !== null) await clickAt(noviceDesktop, area.x + box.x + box.width / 2, area.y + box.y + box.height / 2);
        return row.locator('input').isChecked();
      },
      () => `${title} to be chosen`,
    );
    await people.keep(`choosing-${title.replaceAll(' ', '-').toLowerCase()}`);
    await answerQuestion(noviceDesktop, 'allow');
  }

  /** Until the expert's picture has this size, and this screen's terminal where it is on that screen. */
  async function untilSeen(which: 'left' | 'right'): Promise<void> {
    const { width, height } = which === 'left' ? LEFT : RIGHT;
    let seen: unknown;
    await until(
      async () => {
        const area = await pictureArea(expert, 'Anna');
        seen = area;
        if (area.width !== width || area.height !== height) return false;
        const { rgb } = crop(await expertDesktop.screenshot(), { x: area.x + SPOT.x, y: area.y + SPOT.y, width: 1, height: 1 });
        seen = { ...area, colour: Buffer.from(rgb).toString('hex') };
        return Buffer.from(rgb).toString('hex') === COLOURS[which];
      },
      () => `the ${which} screen in place of ${JSON.stringify(seen)}`,
      30_000,
    );
    await people.keep(`seeing-${which}`);
  }

  it('shows the one that they choose with the mouse, and it alone', async () => {
    await askForHelp(novice, 'Peter');
    await answerNotification(expert, 'accept');
    await tellCode(novice, expert);
    // The question comes where the pointer is, and would show that screen.
    await choose(TITLES.left);
    await untilSeen('left');
    const words = t('sharing.expert.screens', { name: 'Anna', count: 2 });
    await (await expert.session())
      .getByText(new RegExp(`^${words}`))
      .first()
      .waitFor({ state: 'attached' });
    const panel = await novice.session();
    await panel
      .getByRole('heading', { name: t('sharing.novice.screen', { name: 'Peter', screen: t('screen.left') }), exact: true })
      .waitFor();
  });

  it('shows the other one when they say so in the middle', async () => {
    const panel = await novice.session();
    await panel.getByRole('button', { name: t('sharing.novice.change'), exact: true }).click();
    await choose(TITLES.right);
    await untilSeen('right');
    await panel
      .getByRole('heading', { name: t('sharing.novice.screen', { name: 'Peter', screen: t('screen.right') }), exact: true })
      .waitFor();
    expect(await panel.locator('.seen--live').count()).toBe(1);
  });
});
