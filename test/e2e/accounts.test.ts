import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { electronExecutable, type SteeredApp } from '../support/app.ts';
import { needs } from '../support/programs.ts';
import { hostMessenger, type IssuedAccount } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const skip = programs.skip || !electronExecutable;

describe.skipIf(skip)(programs.title('an account, from the first start to forgetting it'), () => {
  let anna: SteeredApp;
  let issued: IssuedAccount;

  const people = twoPeople('accounts');
  const button = (name: string) => anna.main.getByRole('button', { name, exact: true });
  const type = (field: 'server' | 'address' | 'friendlyName' | 'accessToken', text: string) =>
    anna.main.getByLabel(t(`account.${field}`), { exact: true }).fill(text);
  const settings = () => button(t('nav.settings')).click();

  beforeAll(async () => {
    const size = { width: 1100, height: 900 };
    const { expert, novice } = await people.start({ novice: size, expert: size });
    anna = novice;
    ({ issued } = await hostMessenger(expert, 'Peter', 'Anna'));
  }, 90_000);

  it('is typed into the form of its messenger; what is wrong is said at its field', async () => {
    await people.keep('welcome');
    await anna.main.getByText(t('welcome.other'), { exact: true }).click();
    await anna.main.getByText(t('welcome.haveAccount'), { exact: true }).click();
    await people.keep('form');
    await type('server', 'no port');
    await type('address', issued.address);
    await type('friendlyName', 'Anna');
    await type('accessToken', issued.accessToken);
    await button(t('account.save')).click();
    await anna.main.getByText(t('problem.field.server'), { exact: true }).waitFor();
    await people.keep('refused');
    await type('server', issued.server);
    await button(t('account.save')).click();
    await anna.main.getByText(t('status.signedIn'), { exact: true }).waitFor();
  });

  it('is shown in Settings without its secret, and signs out and in', async () => {
    await settings();
    await anna.main.getByText(issued.server, { exact: true }).waitFor();
    expect(await anna.main.locator('body').innerText()).not.toContain(issued.accessToken);
    await people.keep('settings');
    await button(t('account.signOut')).click();
    await button(t('account.signIn')).click();
    await button(t('account.signOut')).waitFor();
    await button(t('account.change')).click();
    await people.keep('change');
    expect(await anna.main.getByLabel(t('account.address'), { exact: true }).inputValue()).toBe(issued.address);
    await button(t('common.cancel')).click();
  });

  it('is forgotten: the first start again, and nothing of it on the disk', async () => {
    await button(t('account.forget')).click();
    await button(t('common.remove')).click();
    await anna.main.getByText(t('welcome.need'), { exact: true }).waitFor();
    expect(await readFile(join(anna.desktop.home, 'ringback', 'account.json'), 'utf8')).not.toContain(issued.address);
  });
});
