import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { appCommand, electronExecutable, type SteeredApp } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import type { Picture } from '../support/display.ts';
import { heldKeys } from '../support/held-keys.ts';
import { leastDifference } from '../support/main-job.ts';
import { crop, differingPixels, pixelsNear } from '../support/picture.ts';
import { needs, run, until } from '../support/programs.ts';
import {
  meetOnMessenger,
  answerQuestion,
  askForHelp,
  clickAt,
  pictureArea,
  questionWindows,
  waitForQuestion,
  windowArea,
  windowsNamed,
  fact,
  tellCode,
} from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xterm', 'xwininfo', 'trayer', 'setxkbmap');
const ICON_SIDE = 28;
/** On a PC keyboard, by X keycode: its name goes with what it means. */
const CAPS_LOCK_KEYCODE = '66';
/** `--danger-soft` of the light theme: the paper of an error notice. */
const NOTICE_COLOUR = [253, 231, 227] as const;

describe.skipIf(programs.skip || !electronExecutable)(
  programs.title('tray, question, windows and keys, in two real apps on two displays'),
  () => {
    let noviceDesktop: PersonDesktop;
    let expertDesktop: PersonDesktop;
    let novice: SteeredApp;
    let expert: SteeredApp;

    const people = twoPeople('shell');
    const accept = async () => {
      await expert.main.getByRole('button', { name: t('invitation.accept'), exact: true }).click();
    };
    const ask = async () => {
      await askForHelp(novice, 'Peter');
      await accept();
      await tellCode(novice, expert);
      return waitForQuestion(noviceDesktop);
    };
    const connect = async () => {
      await ask();
      await answerQuestion(noviceDesktop, 'allow');
      return pictureArea(expert, 'Anna');
    };
    const ended = async (
      noviceReason: 'declined' | 'viewRefused' | 'cancelledByPeer' | 'stoppedByNovice',
      expertReason?: 'viewRefused' | 'cancelledByYou' | 'stoppedByNovice',
    ) => {
      await novice.main
        .getByText(t(`ended.novice.${noviceReason}`, { name: 'Peter' }), { exact: true })
        .first()
        .waitFor({ timeout: 15_000 });
      await novice.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
      if (expertReason === undefined) return;
      await expert.main
        .getByText(t(`ended.expert.${expertReason}`, { name: 'Anna' }), { exact: true })
        .first()
        .waitFor({ timeout: 15_000 });
      await expert.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
    };

    beforeAll(async () => {
      ({ noviceDesktop, expertDesktop, novice, expert } = await people.start({ novice: { tray: true }, expert: { tray: true } }));
      await meetOnMessenger(expert, novice);
    }, 90_000);

    describe('the tray', () => {
      it('has our icon, and another one while somebody asks; its menu declines', async () => {
        let before: Picture | undefined;
        const calm = await until(async () => {
          const icon = await trayIcon(expertDesktop);
          // The panel may just be drawing it.
          const drawn = before !== undefined && colours(icon) > 20 && differingPixels(icon, before) === 0;
          before = icon;
          return drawn && icon;
        }, 'the icon in the tray');
        await askForHelp(novice, 'Peter');
        await until(async () => differingPixels(await trayIcon(expertDesktop), calm) > 20, 'the icon that says somebody asks');
        await chooseFromTray(expertDesktop, 2, () => people.keep('tray-menu'));
        await ended('declined');
        await until(async () => differingPixels(await trayIcon(expertDesktop), calm) === 0, 'the calm icon');
      });

      it('its menu accepts, and stops a running session', async () => {
        await askForHelp(novice, 'Peter');
        await expert.main.getByRole('button', { name: t('invitation.accept'), exact: true }).waitFor();
        await chooseFromTray(expertDesktop, 1);
        await tellCode(novice, expert);
        await answerQuestion(noviceDesktop, 'allow');
        await pictureArea(expert, 'Anna');
        await chooseFromTray(noviceDesktop, 1, () => people.keep('tray-stop'));
        await ended('stoppedByNovice', 'stoppedByNovice');
      });
    });

    describe('the question to the novice', () => {
      it.each(['Escape', 'alt+F4'])('%s means no', async (keys) => {
        const id = await ask();
        await noviceDesktop.xdotool('windowactivate', '--sync', id);
        await noviceDesktop.xdotool('key', keys);
        await ended('viewRefused', 'viewRefused');
      });

      it('takes no keys from the program that somebody types in, and none of them answers', async () => {
        const typed = join(noviceDesktop.home, 'typed-meanwhile');
        const typedText = () => (existsSync(typed) ? readFileSync(typed, 'utf8') : '');
        const terminal = noviceDesktop.start('xterm', ['-geometry', '30x6+20+30', '-e', 'sh', '-c', `stty -icanon -echo; cat > ${typed}`]);
        await askForHelp(novice, 'Peter');
        const id = await until(async () => (await windowsNamed(noviceDesktop, '--class', '^XTerm$'))[0], 'the terminal');
        // The panel has come up, which the novice asked for, before she goes on with something else.
        const panel = `^${t('shell.window.novice', { name: 'Peter' })}$`;
        await until(async () => (await windowsNamed(noviceDesktop, '--name', panel)).length > 0, 'the panel');
        await noviceDesktop.xdotool('windowactivate', '--sync', id);
        await accept();
        const question = await waitForQuestion(noviceDesktop);
        await noviceDesktop.xdotool('type', '--delay', '30', '\t \n\t\t \nabc');
        await until(() => typedText().endsWith('abc'), `what was typed, not ${JSON.stringify(typedText())}`);
        expect(await noviceDesktop.xdotool('getactivewindow')).toBe(id);
        expect(await questionWindows(noviceDesktop)).toEqual([question]);
        await people.keep('typing');
        await terminal.stop();
      });

      it('is not answered by a script in its page, before or after yes counts', async () => {
        const page = await novice.question();
        const press = () => page.locator('[data-answer=yes]').evaluate((yes: HTMLElement) => yes.click());
        await press();
        const [id = ''] = await questionWindows(noviceDesktop);
        await noviceDesktop.xdotool('windowactivate', '--sync', id);
        await page.locator('[data-answer=yes][aria-disabled=false]').waitFor();
        await press();
        await page.locator('[data-answer=yes]').evaluate((yes) => {
          const key = { key: 'Enter', code: 'Enter', bubbles: true };
          yes.dispatchEvent(new KeyboardEvent('keydown', key));
          yes.dispatchEvent(new KeyboardEvent('keydown', { ...key, key: 'Escape', code: 'Escape' }));
        });
        // What the page sends comes in order: were one of these an answer, there would be no question any more.
        await page.evaluate(() => (globalThis as unknown as { question: { read(): Promise<unknown> } }).question.read());
        expect(await questionWindows(noviceDesktop)).toEqual([id]);
      });

      it('is answered by keyboard as well, and Stop in it ends everything', async () => {
        const page = await novice.question();
        const [id = ''] = await questionWindows(noviceDesktop);
        await noviceDesktop.xdotool('windowactivate', '--sync', id);
        await page.locator('[data-answer=yes][aria-disabled=false]').waitFor();
        const yes = page.locator('[data-answer=yes]:focus');
        const focused = () => page.evaluate(() => document.activeElement?.outerHTML);
        while ((await yes.count()) === 0) {
          const before = await focused();
          await noviceDesktop.xdotool('key', 'Tab');
          await until(async () => (await focused()) !== before, 'the keyboard to go on');
        }
        await noviceDesktop.xdotool('key', 'space');
        await pictureArea(expert, 'Anna');
        const session = await expert.session();
        await session.getByRole('button', { name: t('control.expert.ask'), exact: true }).click();
        await (await novice.question()).getByRole('button', { name: t('question.stop'), exact: true }).click();
        await ended('stoppedByNovice', 'stoppedByNovice');
      });

      it('closes by itself when the expert leaves, and the novice is told', async () => {
        await ask();
        await expert.main
          .getByRole('button', { name: t('session.cancel'), exact: true })
          .first()
          .click();
        await until(async () => (await questionWindows(noviceDesktop)).length === 0, 'the question to go');
        await people.keep('expert-left');
        await ended('cancelledByPeer', 'cancelledByYou');
      });
    });

    describe('in a session', () => {
      let typed: string;
      const typedText = () => (existsSync(typed) ? readFileSync(typed, 'utf8') : '');
      const viewerWindow = () =>
        until(
          async () => (await windowsNamed(expertDesktop, '--name', `^${t('shell.window.expert', { name: 'Anna' })}$`))[0],
          'the viewer window',
        );

      it('F11 fills the screen, and again gives the window back', async () => {
        typed = join(noviceDesktop.home, 'typed');
        // No line discipline between the keys and the file.
        noviceDesktop.start('xterm', ['-geometry', '70x16+20+30', '-e', 'sh', '-c', `stty -icanon -echo -isig; cat > ${typed}`]);
        await connect();
        const id = await viewerWindow();
        const width = async () => (await windowArea(expertDesktop, id)).width;
        const before = await width();
        await expertDesktop.xdotool('windowactivate', '--sync', id);
        await expertDesktop.xdotool('key', 'F11');
        await until(async () => (await width()) === 1500 && (await windowArea(expertDesktop, id)).height === 940, 'the full screen');
        await people.keep('full-screen');
        await expertDesktop.xdotool('key', 'F11');
        await until(async () => (await width()) === before, 'the window again');
      });

      it('Caps Lock at the expert makes capitals at the novice', async () => {
        const panel = await novice.session();
        await panel.getByRole('button', { name: t('control.novice.give', { name: 'Peter' }), exact: true }).click();
        await answerQuestion(noviceDesktop, 'allow');
        await (await expert.session()).getByRole('button', { name: t('control.expert.granted'), exact: true }).waitFor();
        const area = await pictureArea(expert, 'Anna');
        await clickAt(expertDesktop, area.x + 200, area.y + 150);
        await expertDesktop.xdotool('key', '--delay', '60', 'Caps_Lock', 'a', 'b', 'Caps_Lock', 'c', 'd');
        await until(
          () => typedText() === 'ABcd',
          () => `ABcd, not ${JSON.stringify(typedText())}`,
        ).catch(() => undefined);
        expect(typedText()).toBe('ABcd');
      });

      it('a Caps Lock that is a Control at the expert is one at the novice', async () => {
        const page = await expert.session();
        await page.evaluate(() => addEventListener('keydown', ({ key }) => (document.body.dataset['key'] = key), true));
        const remap = (...options: readonly string[]) => run('setxkbmap', options, { env: expertDesktop.env });
        await remap('-option', 'ctrl:nocaps');
        try {
          await until(async () => {
            await expertDesktop.xdotool('key', CAPS_LOCK_KEYCODE);
            return (await page.evaluate(() => document.body.dataset['key'])) === 'Control';
          }, 'the expert’s app to know its new keyboard');
          await expertDesktop.xdotool('keydown', CAPS_LOCK_KEYCODE, 'key', '--delay', '60', 'c', 'keyup', CAPS_LOCK_KEYCODE);
          await expertDesktop.xdotool('key', '--delay', '60', 'e');
          await until(
            () => typedText().endsWith('\x03e'),
            () => `Control+C and e, not ${JSON.stringify(typedText())}`,
            5_000,
          );
        } finally {
          await remap('-option', '');
        }
      });

      it('the keyboard menu sends F11, and Ctrl+Alt+Home leads out of the picture', async () => {
        const page = await expert.session();
        await page.getByLabel(t('viewer.keys'), { exact: true }).click();
        await people.keep('keyboard-menu');
        await page.getByRole('button', { name: t('viewer.chord.f11'), exact: true }).click();
        await until(() => typedText().endsWith('\x1b[23~'), 'F11 at the novice');
        await expertDesktop.xdotool('key', 'ctrl+alt+Home');
        await page.getByText(t('viewer.left'), { exact: true }).waitFor();
        expect(await page.evaluate(() => document.activeElement?.closest('[role="toolbar"]') !== null)).toBe(true);
        const area = await pictureArea(expert, 'Anna');
        await clickAt(expertDesktop, area.x + 200, area.y + 150);
      });

      it('a key that is down when control is taken back goes up', async () => {
        // Characters travel as text, which is not held; this one has none.
        await expertDesktop.xdotool('keydown', 'BackSpace');
        await until(() => /[\x7f\b]{3}$/.test(typedText()), 'the key to repeat');
        // A repeat is a release and a press.
        await until(async () => (await heldKeys(noviceDesktop.name)) === 1, 'the key to be down');
        await (await novice.session()).getByRole('button', { name: t('control.novice.takeBack'), exact: true }).click();
        await (await expert.session()).getByRole('button', { name: t('control.expert.ask'), exact: true }).waitFor();
        await until(async () => (await heldKeys(noviceDesktop.name)) === 0, 'the key to be up', 2_500);
        await expertDesktop.xdotool('keyup', 'BackSpace');
      });

      it('a minimised viewer is sent nothing, and is whole again when it is back', async () => {
        const panel = await novice.session();
        // Figures that move are drawn only where somebody looks at them.
        await panel.getByRole('button', { name: t('panel.unfold'), exact: true }).click();
        await panel.getByText(t('session.details'), { exact: true }).click();
        const frames = async () => Number(await fact(panel, t('session.frames')).textContent());
        const busy = noviceDesktop.start('xterm', ['-geometry', '60x14+500+60', '-e', 'sh', '-c', 'while seq 1 20; do sleep 0.03; done']);
        await until(async () => (await frames()) > 3, 'pictures to be sent');
        const id = await viewerWindow();
        await expertDesktop.xdotool('windowminimize', id);
        await until(async () => (await frames()) === 0, 'pictures to stop');
        await busy.stop();
        await expertDesktop.xdotool('windowactivate', '--sync', id);
        expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
        await people.keep('restored');
      });

      it('a novice’s panel that dies ends the session at once: nobody looks on without a Stop', async () => {
        process.kill((await novice.pageProcess('session.html')) ?? Number.NaN, 'SIGKILL');
        await until(async () => (await mainWindows(noviceDesktop)).length === 1, 'the main window to come back');
        await ended('stoppedByNovice', 'stoppedByNovice');
        await people.keep('panel-died');
      });
    });

    it('a second start on the same data goes away and brings the first one’s window up', async () => {
      const id = await until(async () => (await windowsNamed(noviceDesktop, '--name', `^${t('app.mainTitle')}$`))[0], 'the main window');
      await noviceDesktop.xdotool('windowminimize', id);
      await until(
        async () => (await windowsNamed(noviceDesktop, '--name', `^${t('app.mainTitle')}$`)).length === 0,
        'the window to be minimised',
      );
      const { args, env } = appCommand(noviceDesktop);
      const second = noviceDesktop.start(electronExecutable ?? '', args, env);
      expect(await second.exited).toBe(0);
      await until(async () => (await noviceDesktop.xdotool('getactivewindow').catch(() => '')) === id, 'the first one’s window');
    });

    it('quitting in a session tells the other side, however impatiently it is done, and keeps the window’s place', async () => {
      await connect();
      const id = await until(async () => (await windowsNamed(expertDesktop, '--name', `^${t('app.mainTitle')}$`))[0], 'the main window');
      await expertDesktop.xdotool('windowmove', '--sync', id, '40', '60');
      await expertDesktop.xdotool('windowactivate', '--sync', id);
      await expertDesktop.xdotool('key', 'ctrl+q', 'ctrl+q');
      await novice.main
        .getByText(t('ended.novice.closedByExpert', { name: 'Peter' }), { exact: true })
        .first()
        .waitFor({ timeout: 15_000 });
      await until(() => !existsSync(`/proc/${expert.pid}`), 'the app to be gone');
      const settings: unknown = JSON.parse(readFileSync(join(expertDesktop.home, 'ringback/settings.json'), 'utf8'));
      expect(settings).toMatchObject({ windowBounds: { x: 40, y: 60 } });
    });

    it('a main window that dies comes back', async () => {
      const old = await novice.pageProcess('index.html');
      process.kill(old ?? Number.NaN, 'SIGKILL');
      await until(async () => ![old, undefined].includes(await novice.pageProcess('index.html')), 'another renderer');
      // Playwright cannot use a page that crashed. What can be seen is the notice about it, in its own colour.
      await until(
        async () => pixelsNear(await noviceDesktop.screenshot(), NOTICE_COLOUR) > 10_000,
        'the page again, with a notice',
        15_000,
      );
      await people.keep('main-died');
    });
  },
);

/** The main windows that are to be seen. */
const mainWindows = (desktop: PersonDesktop): Promise<string[]> => windowsNamed(desktop, '--name', `^${t('app.mainTitle')}$`);

/** The panel's right end, where the only icon is. */
async function trayIcon(desktop: PersonDesktop) {
  const { x, y } = await trayPlace(desktop);
  return crop(await desktop.screenshot(), { x, y, width: ICON_SIDE, height: ICON_SIDE });
}

async function trayPlace(desktop: PersonDesktop): Promise<{ readonly x: number; readonly y: number }> {
  const panel = await until(async () => (await windowsNamed(desktop, '--class', '^trayer$')).at(-1), 'the panel');
  const area = await windowArea(desktop, panel);
  return { x: area.x + area.width - ICON_SIDE, y: area.y };
}

function colours({ rgb }: { readonly rgb: Uint8Array }): number {
  const seen = new Set<number>();
  for (let at = 0; at < rgb.length; at += 3) seen.add(((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0));
  return seen.size;
}

/** Opens the icon's menu with the right mouse button and takes its nth choice (what cannot be chosen does not count) with the keyboard. */
async function chooseFromTray(desktop: PersonDesktop, choice: number, look?: () => Promise<void>): Promise<void> {
  const icon = await trayPlace(desktop);
  const before = await desktop.screenshot();
  await desktop.xdotool('mousemove', String(icon.x + ICON_SIDE / 2), String(icon.y + ICON_SIDE / 2), 'click', '3');
  // A menu has neither name nor class: it is seen by what it covers above the panel.
  const place = { x: icon.x - 120, y: icon.y - 80, width: 140, height: 70 };
  await until(async () => differingPixels(crop(before, place), crop(await desktop.screenshot(), place)) > 5_000, 'the menu to open');
  await look?.();
  await desktop.xdotool('key', '--delay', '60', ...Array.from({ length: choice }, () => 'Down'), 'Return');
}
