import { beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import { leastDifference } from '../support/main-job.ts';
import { isRunning, utilityProcesses } from '../support/process-tree.ts';
import { needs, run, until } from '../support/programs.ts';
import { askForHelp, connect, meetOnMessenger, pictureArea } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xrandr');

describe.skipIf(programs.skip || !electronExecutable)(programs.title('sessions, in two real apps on two displays'), () => {
  let noviceDesktop: PersonDesktop;
  let expertDesktop: PersonDesktop;
  let novice: App;
  let expert: App;

  const people = twoPeople('sessions');
  /** The end is told in both main windows; both are put away. */
  const ended = async (reason: 'stoppedByNovice' | 'closedByExpert' | 'cancelledByYou') => {
    const other = reason === 'cancelledByYou' ? 'cancelledByPeer' : reason;
    await novice.main
      .getByText(t(`ended.novice.${reason}`, { name: 'Peter' }), { exact: true })
      .first()
      .waitFor({ timeout: 15_000 });
    if (reason !== 'cancelledByYou') {
      await expert.main
        .getByText(t(`ended.expert.${other}`, { name: 'Anna' }), { exact: true })
        .first()
        .waitFor({ timeout: 15_000 });
      await expert.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
    }
    await novice.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
  };

  beforeAll(async () => {
    ({ noviceDesktop, expertDesktop, novice, expert } = await people.start());
    await meetOnMessenger(expert, novice);
  }, 90_000);

  it('a question that is taken back disappears from the expert’s screen', async () => {
    await askForHelp(novice, 'Peter');
    await expert.main.getByText(t('invitation.title', { name: 'Anna' }), { exact: true }).waitFor();
    await novice.main
      .getByRole('button', { name: t('session.cancel'), exact: true })
      .first()
      .click();
    await expert.main.getByText(t('invitation.title', { name: 'Anna' }), { exact: true }).waitFor({ state: 'detached', timeout: 15_000 });
    await until(
      async () => (await expertDesktop.xdotool('search', '--onlyvisible', '--class', 'Dunst').catch(() => '')) === '',
      'the notification to go',
    );
    await ended('cancelledByYou');
  });

  it('an idle screen sends next to nothing', async () => {
    await connect(novice, expert);
    const session = await expert.session();
    // The panel's clock ticks once a second, here and in the main window.
    await session.getByText(/^[0-3] fps$/).waitFor({ timeout: 15_000 });
  });

  it('the viewer follows when the novice’s screen changes its size', async () => {
    const { env } = noviceDesktop;
    await run('xrandr', ['--newmode', '1024x600', '0', '1024', '0', '0', '1024', '600', '0', '0', '600'], { env });
    await run('xrandr', ['--addmode', 'screen', '1024x600'], { env });
    const resize = async (width: number, height: number): Promise<void> => {
      const size = `${width}x${height}`;
      await run('xrandr', ['--output', 'screen', '--mode', size, '--fb', size], { env });
      await until(async () => {
        const now = await pictureArea(expert, 'Anna');
        return now.width === width && now.height === height;
      }, `a picture of ${size}`);
    };
    await resize(1024, 600);
    expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
    const panel = await novice.session();
    const stop = panel.getByRole('button', { name: t('session.stopLong'), exact: true });
    await until(async () => {
      const [box, left, top] = [
        await stop.boundingBox(),
        await panel.evaluate(() => window.screenX),
        await panel.evaluate(() => window.screenY),
      ];
      return box !== null && left + box.x + box.width <= 1024 && top + box.y + box.height <= 600;
    }, 'Stop to be on the smaller screen');
    await people.keep('resized');
    // On the larger one the bar is at the edge again, and not in the middle.
    await resize(1280, 720);
    await until(() => panel.evaluate(() => window.screenY + window.outerHeight > 700), 'the bar at the lower edge');
    await resize(1024, 600);
  });

  it('the novice’s pointer stays where it points when the picture is shown at another scale', async () => {
    const session = await expert.session();
    await session.getByRole('button', { name: t('viewer.fit'), exact: true }).click();
    await noviceDesktop.xdotool('mousemove', '700', '400');
    // What is not at its place lies outside the pointer's own surroundings and counts.
    expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
    await people.keep('fitted');
  });

  it('the process that captures dies: the session goes on, with the whole picture', async () => {
    const [capture = 0] = await utilityProcesses(noviceDesktop.home);
    process.kill(capture, 'SIGKILL');
    await run('xsetroot', ['-solid', '#2a6b45'], { env: noviceDesktop.env });
    expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
    expect(await utilityProcesses(noviceDesktop.home)).toEqual([]);
  });

  it('the keys that stop everything do so from any program', async () => {
    await noviceDesktop.xdotool('key', 'ctrl+alt+shift+s');
    await ended('stoppedByNovice');
  });

  it('the classic engine shows the same picture', async () => {
    await expert.main.getByRole('button', { name: t('nav.settings'), exact: true }).click();
    await expert.main.getByRole('radio', { name: t('settings.engineClassic'), exact: true }).check();
    await expert.main.getByRole('button', { name: t('nav.home'), exact: true }).click();
    const area = await connect(novice, expert);
    expect([area.width, area.height]).toEqual([1024, 600]);
    expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
    await people.keep('classic');
    // It has a log of its own, which nobody reads.
    expect(expert.log()).not.toContain('"name":"node-rdpjs"');
  });

  it('the expert ends it; the novice is told', async () => {
    const session = await expert.session();
    await session.getByRole('button', { name: t('session.end'), exact: true }).click();
    await ended('closedByExpert');
  });

  it('the process of the classic engine dies: this session ends and says whose fault it was, and nothing else', async () => {
    await connect(novice, expert);
    const engines = await utilityProcesses(expertDesktop.home);
    expect(engines).toHaveLength(1);
    process.kill(engines[0] ?? 0, 'SIGKILL');
    await expert.main.getByText(t('ended.expert.engineFailed'), { exact: true }).first().waitFor();
    const said = [t('ended.novice.closedByExpert', { name: 'Peter' }), t('ended.novice.connectionLost')].join('|');
    await novice.main
      .getByText(new RegExp(`^(${said})$`))
      .first()
      .waitFor();
    for (const { main } of [expert, novice]) await main.getByRole('button', { name: t('ended.close'), exact: true }).click();
  });

  it('an app that dies is noticed by the other within five seconds', async () => {
    await connect(novice, expert);
    const [capture = 0] = await utilityProcesses(noviceDesktop.home);
    expect(isRunning(capture)).toBe(true);
    process.kill(novice.pid, 'SIGKILL');
    const died = performance.now();
    await expert.main
      .getByText(new RegExp(`^(${t('ended.expert.peerGone', { name: 'Anna' })}|${t('ended.expert.connectionLost', { name: 'Anna' })})$`))
      .first()
      .waitFor({ timeout: 10_000 });
    expect(performance.now() - died).toBeLessThan(5_000);
    await until(() => !isRunning(capture), 'the process that captures to end with its app');
    await people.keep('died');
  });
});
