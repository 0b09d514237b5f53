import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import { leastDifference } from '../support/main-job.ts';
import { needs, until } from '../support/programs.ts';
import {
  meetOnMessenger,
  answerNotification,
  answerQuestion,
  askForHelp,
  clickAt,
  pictureArea,
  questionWindows,
  shownSteps,
  tellCode,
  waitForQuestion,
} from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xterm');
const skip = programs.skip || !electronExecutable;

describe.skipIf(skip)(programs.title('the main job, in two real apps on two displays'), () => {
  let noviceDesktop: PersonDesktop;
  let expertDesktop: PersonDesktop;
  let novice: App;
  let expert: App;
  let typed: string;

  const people = twoPeople('main-job');
  const typedText = () => (existsSync(typed) ? readFileSync(typed, 'utf8') : '');
  /** A click into the novice's terminal, through the viewer, and then keys. */
  const typeThroughViewer = async (text: string) => {
    const area = await pictureArea(expert, 'Anna');
    await clickAt(expertDesktop, area.x + 200, area.y + 150);
    await expertDesktop.xdotool('type', '--delay', '40', text);
    await expertDesktop.xdotool('key', 'Return');
  };

  /** Types without being allowed to, until the viewer has heard every key. */
  const typeInVain = async (text: string) => {
    const session = await expert.session();
    await session.evaluate(() => {
      document.body.dataset['keys'] = '0';
      addEventListener('keydown', () => (document.body.dataset['keys'] = String(Number(document.body.dataset['keys']) + 1)), true);
    });
    await typeThroughViewer(text);
    const heard = () => session.evaluate(() => Number(document.body.dataset['keys']));
    // Return is one more.
    await until(async () => (await heard()) > text.length, 'the viewer to hear every key');
  };

  beforeAll(async () => {
    ({ noviceDesktop, expertDesktop, novice, expert } = await people.start());
    typed = join(noviceDesktop.home, 'typed');
  }, 90_000);

  it('brings two people together on a messenger that one of the computers is', async () => {
    await meetOnMessenger(expert, novice);
  });

  it('declined: both sides say so', async () => {
    await askForHelp(novice, 'Peter');
    await answerNotification(expert, 'decline');
    await novice.main
      .getByText(t('ended.novice.declined', { name: 'Peter' }), { exact: true })
      .first()
      .waitFor({ timeout: 15_000 });
    await novice.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
  });

  it('asks again; the expert accepts from the notification; the novice is asked before anything is shown', async () => {
    noviceDesktop.start('xterm', ['-geometry', '70x16+20+30', '-e', 'sh', '-c', `cat > ${typed}`]);
    await askForHelp(novice, 'Peter');
    await people.keep('asked');
    await answerNotification(expert, 'accept');
    await tellCode(novice, expert);
    await waitForQuestion(noviceDesktop);
    const session = await expert.session();
    await session
      .getByText(t('phase.expert.awaitingConsent', { name: 'Anna' }), { exact: true })
      .first()
      .waitFor();
    expect(await session.locator('canvas[role=img]').count()).toBe(0);
    await people.keep('question');
  });

  it('Escape means no: nothing was shown and both sides say so', async () => {
    await answerQuestion(noviceDesktop, 'Escape');
    await expert.main
      .getByText(t('ended.expert.viewRefused', { name: 'Anna' }), { exact: true })
      .first()
      .waitFor({ timeout: 15_000 });
    await novice.main
      .getByText(t('ended.novice.viewRefused', { name: 'Peter' }), { exact: true })
      .first()
      .waitFor({ timeout: 15_000 });
    await expert.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
    await novice.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
  });

  it('reverse connect; the expert sees the novice’s screen, pixel for pixel', async () => {
    await askForHelp(novice, 'Peter');
    await answerNotification(expert, 'accept');
    await tellCode(novice, expert);
    await answerQuestion(noviceDesktop, 'allow');
    const area = await pictureArea(expert, 'Anna');
    expect([area.width, area.height]).toEqual([1280, 720]);
    expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
    await people.keep('picture');
    await expert.main.getByText(t('steps.show'), { exact: true }).click();
    const steps = await shownSteps(expert.main);
    expect(steps.map((step) => step.state)).toEqual(['done', 'done', 'done', 'done', 'done', 'done', 'notNeeded']);
  });

  it('keys do nothing before control is granted', async () => {
    await typeInVain('before');
    // What the keys had done would be done before the question that comes behind them.
    const session = await expert.session();
    await session.getByRole('button', { name: t('control.expert.ask'), exact: true }).click();
    await waitForQuestion(noviceDesktop);
    expect(typedText()).toBe('');
    await answerQuestion(noviceDesktop, 'Escape');
    await session.getByRole('button', { name: t('control.expert.refused', { name: 'Anna' }), exact: true }).waitFor();
  });

  it('control refused: still nothing; offered by the novice: only what the expert types then appears in the terminal', async () => {
    await typeInVain('refused');
    const panel = await novice.session();
    await panel.getByRole('button', { name: t('control.novice.give', { name: 'Peter' }), exact: true }).click();
    await answerQuestion(noviceDesktop, 'allow');
    const session = await expert.session();
    await session.getByRole('button', { name: t('control.expert.granted'), exact: true }).waitFor();
    await typeThroughViewer('Hello Anna, 2+2=4!');
    await until(() => typedText() === 'Hello Anna, 2+2=4!\n', 'the typed line and no other');
    await people.keep('control');
  });

  it('taken back at once: keys do nothing any more', async () => {
    const panel = await novice.session();
    await panel.getByRole('button', { name: t('control.novice.takeBack'), exact: true }).click();
    const session = await expert.session();
    await session.getByRole('button', { name: t('control.expert.ask'), exact: true }).waitFor();
    await typeInVain('after');
    // A further request within ten seconds is answered without bothering the novice, a later one is put to her: either comes behind the keys.
    await session.getByRole('button', { name: t('control.expert.ask'), exact: true }).click();
    const refused = session.getByRole('button', { name: t('control.expert.refused', { name: 'Anna' }), exact: true });
    await until(
      async () => (await refused.isVisible()) || (await questionWindows(noviceDesktop)).length > 0,
      'the answer, or the question',
    );
    expect(typedText()).toBe('Hello Anna, 2+2=4!\n');
    if (!(await refused.isVisible())) await answerQuestion(noviceDesktop, 'Escape');
    await refused.waitFor();
  });

  it('Stop: over on both sides within a moment', async () => {
    const panel = await novice.session();
    await panel.getByRole('button', { name: t('session.stopLong'), exact: true }).click();
    await expert.main
      .getByText(t('ended.expert.stoppedByNovice', { name: 'Anna' }), { exact: true })
      .first()
      .waitFor({ timeout: 15_000 });
    await novice.main
      .getByText(t('ended.novice.stoppedByNovice', { name: 'Peter' }), { exact: true })
      .first()
      .waitFor({ timeout: 15_000 });
    await people.keep('stopped');
  });

  it('is in the history of both', async () => {
    await novice.main.getByRole('button', { name: t('nav.history'), exact: true }).click();
    await novice.main.getByText(t('history.allowed.controlled'), { exact: true }).first().waitFor();
    await expert.main.getByRole('button', { name: t('nav.history'), exact: true }).click();
    await expert.main.getByText(t('history.allowed.controlled'), { exact: true }).first().waitFor();
    await people.keep('history');
  });
});
