import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { screenTitle } from '../../src/words/screens.ts';
import { t } from '../../src/words/words.ts';
import { electronExecutable, type SteeredApp } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import type { Picture } from '../support/display.ts';
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
  windowsNamed,
} from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xrandr', 'xprop', 'xterm');

const LEFT = { x: 0, y: 0, width: 700, height: 720 };
const RIGHT = { x: 700, y: 0, width: 900, height: 720 };
const TITLES = { left: screenTitle([LEFT, RIGHT], 0), right: screenTitle([LEFT, RIGHT], 1) };
const COLOURS = { left: '204080', right: '804020', window: '206040', front: 'd01070', line: 'b9231c' };
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

  const seen = (which: 'left' | 'right') => t('sharing.novice.screen', { name: 'Peter', screen: t(`screen.${which}`) });

  /** A terminal of one colour that writes down what is typed into it; gives its window. */
  async function terminal(title: string, colour: string, x: number, typed: string): Promise<string> {
    const look = ['-bg', `#${colour}`, '-fg', `#${colour}`, '-cr', `#${colour}`];
    noviceDesktop.start('xterm', ['-T', title, '-geometry', `40x15+${x}+200`, ...look, '-e', 'sh', '-c', `cat > ${typed}`]);
    return until(async () => (await windowsNamed(noviceDesktop, '--name', `^${title}$`))[0], `the window “${title}”`);
  }

  /** With the mouse, in the expert's window. */
  async function clickOn(what: Locator): Promise<void> {
    const id = (await windowsNamed(expertDesktop, '--name', `^${t('shell.window.expert', { name: 'Anna' })}$`))[0] ?? '';
    const [box, area] = [await what.boundingBox(), await windowArea(expertDesktop, id)];
    if (box === null) throw new Error('nothing to be clicked on');
    await clickAt(expertDesktop, area.x + box.x + box.width / 2, area.y + box.y + box.height / 2);
  }

  async function openMenu(): Promise<void> {
    const session = await expert.session();
    const menu = session.locator(`summary[aria-label="${t('sharing.expert.menu')}"]`);
    await menu.waitFor();
    await clickOn(menu);
    await session.getByRole('heading', { name: t('sharing.expert.menu'), exact: true }).waitFor();
  }

  async function wish(button: string): Promise<void> {
    await openMenu();
    await people.keep('wishing');
    await clickOn((await expert.session()).getByRole('button', { name: button, exact: true }));
  }

  /** The novice shows something else, in the middle of help. */
  async function change(title: string, folded?: string): Promise<void> {
    await (await novice.session()).getByRole('button', { name: t('sharing.novice.change'), exact: true }).click();
    await choose(title, folded);
  }

  /** With the mouse, in the question that is there; `folded`: the line behind which it is. */
  async function choose(title: string, folded?: string): Promise<void> {
    const id = await waitForQuestion(noviceDesktop);
    const page = await novice.question();
    if (folded !== undefined) {
      const line = page.getByText(folded, { exact: true });
      await until(
        async () => {
          const [box, area] = [await line.boundingBox(), await windowArea(noviceDesktop, id)];
          if (box !== null) await clickAt(noviceDesktop, area.x + box.x + box.width / 2, area.y + box.y + box.height / 2);
          return page.locator('details[open]').isVisible();
        },
        () => `${folded} to be unfolded`,
      );
    }
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
    let there: unknown;
    await until(
      async () => {
        const area = await pictureArea(expert, 'Anna');
        there = area;
        if (area.width !== width || area.height !== height) return false;
        const colour = await colourAt(expertDesktop, area.x + SPOT.x, area.y + SPOT.y);
        there = { ...area, colour };
        return colour === COLOURS[which];
      },
      () => `the ${which} screen in place of ${JSON.stringify(there)}`,
      30_000,
    );
    await people.keep(`seeing-${which}`);
  }

  it('shows the one that they choose with the mouse, and it alone', async () => {
    await askForHelp(novice, 'Peter');
    await answerNotification(expert, 'accept');
    await tellCode(novice, expert);
    // It has a Stop of its own, and lies over the panel where a small screen has room for one of them.
    const question = await waitForQuestion(noviceDesktop);
    await until(async () => (await stacked(noviceDesktop)).at(-1) === question, 'the question above all others');
    // The question comes where the pointer is, and would show that screen.
    await choose(TITLES.left);
    await untilSeen('left');
    const words = t('sharing.expert.screens', { name: 'Anna', count: 2 });
    await (await expert.session())
      .getByText(new RegExp(`^${words}`))
      .first()
      .waitFor({ state: 'attached' });
    const panel = await novice.session();
    await panel.getByRole('heading', { name: seen('left'), exact: true }).waitFor();
  });

  it('shows the other one when they say so in the middle', async () => {
    await change(TITLES.right);
    await untilSeen('right');
    const panel = await novice.session();
    await panel.getByRole('heading', { name: seen('right'), exact: true }).waitFor();
    expect(await panel.locator('.seen--live').count()).toBe(1);
  });

  it('is asked for the other one by the expert; after a yes that is seen', async () => {
    await wish(t('sharing.expert.ask', { screen: t('screen.left') }));
    await waitForQuestion(noviceDesktop);
    const question = await novice.question();
    await question
      .getByRole('heading', { name: t('part.wish.heading', { name: 'Peter', screen: t('screen.left') }), exact: true })
      .waitFor();
    await people.keep('wished');
    await answerQuestion(noviceDesktop, 'allow');
    await untilSeen('left');
    await (await novice.session()).getByRole('heading', { name: seen('left'), exact: true }).waitFor();
  });

  it('is asked for all of them; after a no the expert hears it and goes on seeing what it sees', async () => {
    await wish(t('sharing.expert.askAll'));
    await waitForQuestion(noviceDesktop);
    await answerQuestion(noviceDesktop, 'Escape');
    await (await expert.session())
      .locator('.viewing__hint')
      .getByText(t('sharing.expert.refused', { name: 'Anna' }), { exact: true })
      .waitFor();
    await people.keep('refused');
    await untilSeen('left');
    await (await novice.session()).getByRole('heading', { name: seen('left'), exact: true }).waitFor();
  });

  it('shows all of them; the expert looks closely at one, and only its own window changes', async () => {
    await change(t('part.all'));
    const whole = await until(async () => {
      const area = await pictureArea(expert, 'Anna');
      return area.width === LEFT.width + RIGHT.width && area;
    }, 'the whole desktop');
    const session = await expert.session();
    await openMenu();
    await people.keep('all-and-menu');
    await clickOn(session.getByText(TITLES.right, { exact: true }));
    const frame = session.locator('.viewing__host > div');
    await until(async () => (await frame.boundingBox())?.width === RIGHT.width, 'the right one alone');
    await people.keep('looking-at-right');
    // At its actual size it begins where its own left edge is.
    await until(async () => {
      const area = await pictureArea(expert, 'Anna');
      return area.width === whole.width && (await colourAt(expertDesktop, area.x + RIGHT.x + SPOT.x, area.y + SPOT.y)) === COLOURS.right;
    }, 'its terminal');
    await (await novice.session()).getByRole('heading', { name: t('sharing.novice.all', { name: 'Peter' }), exact: true }).waitFor();
    await openMenu();
    await clickOn(session.getByText(t('part.all'), { exact: true }));
    await until(async () => (await frame.boundingBox())?.width === whole.width, 'all of them again');
  });

  it('shows one window; what lies in front never comes, and takes nothing from the expert', async () => {
    const [below, above] = [join(noviceDesktop.home, 'below'), join(noviceDesktop.home, 'above')];
    const shown = await terminal('Letter', COLOURS.window, 300, below);
    await change('Letter', t('part.oneWindow'));
    const panel = await novice.session();
    await panel.getByRole('heading', { name: t('sharing.novice.window', { name: 'Peter', title: 'Letter' }), exact: true }).waitFor();
    await until(async () => coloured(await noviceDesktop.screenshot(), COLOURS.line) > 1_000, 'a line around it');
    // It is called something else by now, and then what it was.
    for (const title of ['Letter, page 2', 'Letter']) {
      await noviceDesktop.xdotool('set_window', '--name', title, shown);
      await panel.getByRole('heading', { name: t('sharing.novice.window', { name: 'Peter', title }), exact: true }).waitFor();
      const sees = `${t('sharing.expert.screens', { name: 'Anna', count: 2 })} ${t('sharing.expert.window', { title })}`;
      await (await expert.session()).getByText(sees, { exact: true }).first().waitFor({ state: 'attached' });
    }
    await people.keep('window');
    await panel.getByRole('button', { name: t('control.novice.give', { name: 'Peter' }), exact: true }).click();
    await answerQuestion(noviceDesktop, 'allow');
    const session = await expert.session();
    await session.getByRole('button', { name: t('control.expert.granted'), exact: true }).waitFor();
    const area = await pictureArea(expert, 'Anna');
    expect(await colourAt(expertDesktop, area.x + 20, area.y + 60)).toBe(COLOURS.window);
    await clickAt(expertDesktop, area.x + 20, area.y + 60);
    await expertDesktop.xdotool('type', '--delay', '40', 'seen');
    await expertDesktop.xdotool('key', 'Return');
    await until(() => text(below) === 'seen\n', 'what was typed, in the window');
    // Another program's window comes in front of all of it, and has the keyboard.
    const front = await terminal('Private', COLOURS.front, 200, above);
    await noviceDesktop.xdotool('windowsize', front, '600', '500', 'windowmove', front, '150', '50', 'windowactivate', '--sync', front);
    await people.keep('window-behind-another');
    await clickAt(expertDesktop, area.x + 30, area.y + 70);
    await expertDesktop.xdotool('type', '--delay', '40', 'blind');
    await expertDesktop.xdotool('key', 'Return');
    await session.locator('.viewing__hint').getByText(t('control.expert.keptAway.keysOutside'), { exact: true }).waitFor();
    await people.keep('kept-from-what-is-in-front');
    const { x, y } = await windowArea(noviceDesktop, front);
    // Nor does the line around what is shown lie on it.
    const line = async (at: number): Promise<number> =>
      coloured(crop(await noviceDesktop.screenshot(), { x: at + 5, y: y + 5, width: 590, height: 490 }), COLOURS.line);
    await until(async () => (await line(x)) === 0, 'no line on the window in front');
    expect(await colourAt(noviceDesktop, x + 300, y + 250)).toBe(COLOURS.front);
    expect(coloured(await expertDesktop.screenshot(), COLOURS.front)).toBe(0);
    await noviceDesktop.xdotool('windowmove', '--sync', front, '420', '50');
    const { x: moved } = await windowArea(noviceDesktop, front);
    await until(
      async () => (await line(moved)) === 0 && coloured(await noviceDesktop.screenshot(), COLOURS.line) > 1_000,
      'half of the line',
    );
    await people.keep('window-half-behind-another');
    await noviceDesktop.xdotool('windowactivate', '--sync', shown);
    await expertDesktop.xdotool('type', '--delay', '40', 'again');
    await expertDesktop.xdotool('key', 'Return');
    await until(() => text(below).endsWith('again\n'), 'what is typed once it is in front again');
    await until(async () => (await line(moved)) > 500, 'the line again');
    expect(text(below)).toBe('seen\nagain\n');
    expect(text(above)).toBe('');
    expect(coloured(await expertDesktop.screenshot(), COLOURS.front)).toBe(0);
  });

  it('shows nothing once that window is closed, and both are told', async () => {
    const [shown = ''] = await windowsNamed(noviceDesktop, '--name', '^Letter$');
    await noviceDesktop.xdotool('windowkill', shown);
    const panel = await novice.session();
    await panel.getByRole('heading', { name: t('sharing.novice.gone.window', { name: 'Peter' }), exact: true }).waitFor();
    await (await expert.session()).getByRole('heading', { name: t('sharing.expert.gone.window', { name: 'Anna' }), exact: true }).waitFor();
    await people.keep('gone');
    expect(coloured(await expertDesktop.screenshot(), COLOURS.front)).toBe(0);
  });
});

/** The ids of the windows that the window manager keeps, the topmost last. */
async function stacked({ env }: PersonDesktop): Promise<string[]> {
  const told = (await run('xprop', ['-root', '_NET_CLIENT_LIST_STACKING'], { env })).toString();
  return (told.match(/0x[0-9a-f]+/g) ?? []).map((id) => String(Number(id)));
}

const text = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

async function colourAt(desktop: PersonDesktop, x: number, y: number): Promise<string> {
  return Buffer.from(crop(await desktop.screenshot(), { x, y, width: 1, height: 1 }).rgb).toString('hex');
}

/** How many pixels have exactly this colour. */
function coloured({ rgb }: Pick<Picture, 'rgb'>, colour: string): number {
  const [red, green, blue] = Buffer.from(colour, 'hex');
  let found = 0;
  for (let at = 0; at < rgb.length; at += 3) if (rgb[at] === red && rgb[at + 1] === green && rgb[at + 2] === blue) found += 1;
  return found;
}
