import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { electronExecutable, type SteeredApp } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import { needs, until } from '../support/programs.ts';
import { answerQuestion, waitForQuestion } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xterm');
const skip = programs.skip || !electronExecutable;

/** No messenger, no account: a file, a password said on the phone, and two real apps. */
describe.skipIf(skip)(programs.title('help by an invitation file, in two real apps on two displays'), () => {
  let noviceDesktop: PersonDesktop;
  let expertDesktop: PersonDesktop;
  let novice: SteeredApp;
  let expert: SteeredApp;
  let file: string;
  let password: string;

  const people = twoPeople('invitation-file');

  beforeAll(async () => {
    ({ noviceDesktop, expertDesktop } = await people.startDesktops());
    novice = await people.startApp('novice');
    file = join(noviceDesktop.home, 'help.msrcIncident');
  }, 90_000);

  it('is saved without an account, and the password is shown', async () => {
    await novice.chooseFile(file);
    await novice.main
      .locator('summary')
      .filter({ hasText: new RegExp(`^${t('welcome.other')}$`) })
      .click();
    await novice.main.getByRole('button', { name: t('file.save'), exact: true }).click();
    const shown = novice.main.getByLabel(t('file.password'), { exact: true });
    await shown.waitFor();
    password = (await shown.locator('span').allTextContents()).join(' ');
    expect(password).toMatch(/^[CFHKMQRWY24679]{4}( [CFHKMQRWY24679]{4}){3}$/);
    expect(readFileSync(file, 'utf8')).toContain('LHTICKET="');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await people.keep('invitation-saved').catch(() => undefined);
  });

  it('is opened by a double click, refuses a wrong password, and brings the picture after the right one and the yes', async () => {
    const received = join(expertDesktop.home, 'received from Anna.msrcIncident');
    copyFileSync(file, received);
    // What Linux desktops make of `%U` in the desktop entry.
    expert = await people.startApp('expert', [pathToFileURL(received).href]);
    const field = expert.main.getByLabel(t('file.passwordField'), { exact: true });
    await field.fill('WRONG WRONG');
    await expert.main.getByRole('button', { name: t('file.connect'), exact: true }).click();
    await expert.main.getByText(t('problem.WRONG_PASSWORD'), { exact: true }).waitFor();
    await people.keep('invitation-opened');
    await field.fill(password);
    await expert.main.getByRole('button', { name: t('file.connect'), exact: true }).click();
    await waitForQuestion(noviceDesktop);
    await people.keep('invitation-question');
    await answerQuestion(noviceDesktop, 'allow');
    const viewer = await expert.session();
    await viewer.locator('canvas').first().waitFor();
    await novice.session();
    await until(
      async () => (await novice.main.getByText(t('file.state.used'), { exact: true }).count()) === 0,
      'the invitation to make room',
    );
    await people.keep('invitation-session');
  }, 90_000);

  it('is good once', async () => {
    await (await expert.session()).close();
    await novice.main.getByText(t('file.state.used'), { exact: true }).waitFor();
    await novice.main
      .getByRole('button', { name: t('common.close'), exact: true })
      .first()
      .click();
    await novice.main.getByText(t('file.state.used'), { exact: true }).waitFor({ state: 'detached' });
  }, 60_000);
});
