import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import { needs, until } from '../support/programs.ts';
import { answerQuestion, contactShown, meetOnMessenger, waitForQuestion } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const output = process.env['RINGBACK_TEST_OUTPUT'];

describe.skipIf(programs.skip || !electronExecutable)(programs.title('activities, in two real apps'), () => {
  const people = twoPeople('activities');
  let anna: App;
  let peter: App;

  const keep = async (app: App | undefined, name: string) => {
    if (output && app) await app.main.screenshot({ path: join(output, `activities-${name}.png`), fullPage: true });
  };
  const register = async (app: App): Promise<string> => {
    const record = join(app.desktop.home, 'argv');
    const program = join(app.desktop.home, 'board');
    writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > '${record}.part'\nmv '${record}.part' '${record}'\n`);
    chmodSync(program, 0o755);
    const { main } = app;
    const activity = t('activity.name.whiteboard');
    await main.getByRole('button', { name: t('nav.settings'), exact: true }).click();
    await main.getByRole('button', { name: t('programs.change', { activity }), exact: true }).click();
    await main.getByLabel(t('programs.own'), { exact: true }).check();
    await main.getByLabel(t('programs.line'), { exact: true }).fill('./board {address}');
    await main.getByRole('button', { name: t('programs.try'), exact: true }).click();
    await main.getByText(t('problem.LINE_RELATIVE_PROGRAM'), { exact: true }).waitFor();
    await main.getByLabel(t('programs.line'), { exact: true }).fill(`${program} {role} {address} {port}`);
    await main.getByRole('button', { name: t('programs.try'), exact: true }).click();
    await main.getByText(t('programs.known'), { exact: true }).waitFor();
    await keep(app, 'program');
    await main.getByRole('button', { name: t('programs.save'), exact: true }).click();
    await waitForQuestion(app.desktop);
    if (output) await app.desktop.saveScreenshot(join(output, 'activities-question.png'));
    await answerQuestion(app.desktop, 'allow');
    await main.getByText(`${program} {role} {address} {port}`, { exact: true }).waitFor();
    await main.getByRole('button', { name: t('nav.home'), exact: true }).click();
    return record;
  };
  const openMenu = async (app: App, name: string) => {
    await contactShown(app, name)
      .getByRole('button', { name: t('activity.menuOf', { name }), exact: true })
      .click();
  };

  beforeAll(async () => {
    const size = { width: 1280, height: 900 };
    ({ expert: peter, novice: anna } = await people.start({ novice: size, expert: size }));
    await meetOnMessenger(peter, anna);
  }, 90_000);

  it('nothing registered: said to both', { timeout: 60_000 }, async () => {
    await register(anna);
    await openMenu(anna, 'Peter');
    await keep(anna, 'menu');
    await anna.main.getByRole('button', { name: t('activity.name.whiteboard'), exact: true }).click();
    const activity = t('activity.name.whiteboard');
    await anna.main.getByText(t('notice.activity.notInstalledThere', { name: 'Peter', activity }), { exact: true }).waitFor();
    await peter.main.getByText(t('notice.activity.notInstalledHere', { name: 'Anna', activity }), { exact: true }).waitFor();
    await keep(peter, 'not-installed');
  });

  it('a whiteboard: shown by its name, accepted, and both programs run', { timeout: 60_000 }, async () => {
    const records = [join(anna.desktop.home, 'argv'), await register(peter)];
    await openMenu(anna, 'Peter');
    await anna.main.getByRole('button', { name: t('activity.name.whiteboard'), exact: true }).click();
    await peter.main
      .getByRole('heading', { name: t('activity.invitedTitle', { name: 'Anna', activity: t('activity.name.whiteboard') }), exact: true })
      .waitFor();
    await keep(peter, 'card');
    await keep(anna, 'waiting');
    await peter.main.getByRole('button', { name: t('activity.accept'), exact: true }).click();
    await until(() => records.every((record) => existsSync(record)), 'both programs');
    expect(records.map((record) => readFileSync(record, 'utf8'))).toEqual(['inviter\n127.0.0.1\n10869\n', 'invitee\n127.0.0.1\n10869\n']);
    await anna.main
      .getByText(t('notice.activity.started', { name: 'Peter', activity: t('activity.name.whiteboard') }), { exact: true })
      .waitFor();
  });

  it('an offer of help reaches only whoever allows it', { timeout: 60_000 }, async () => {
    await anna.main.getByRole('button', { name: t('nav.settings'), exact: true }).click();
    // The switch goes back until she has said yes to main.
    await anna.main.getByLabel(t('settings.allowOffers'), { exact: true }).click();
    await answerQuestion(anna.desktop, 'allow');
    await until(() => anna.main.getByLabel(t('settings.allowOffers'), { exact: true }).isChecked(), 'the switch to be on');
    await keep(anna, 'settings');
    await anna.main.getByRole('button', { name: t('nav.home'), exact: true }).click();
    await openMenu(peter, 'Anna');
    await peter.main.getByRole('button', { name: t('activity.offerHelp'), exact: true }).click();
    await anna.main.getByRole('heading', { name: t('offer.title', { name: 'Peter' }), exact: true }).waitFor();
    await keep(anna, 'offer');
    await anna.main.getByRole('button', { name: t('invitation.decline'), exact: true }).click();
    await peter.main
      .getByText(t('ended.offered.viewRefused', { name: 'Anna' }), { exact: true })
      .first()
      .waitFor();
  });
});
