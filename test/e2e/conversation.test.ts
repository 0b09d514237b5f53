import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable, startApp } from '../support/app.ts';
import { type PersonDesktop, startPersonDesktop } from '../support/desktop.ts';
import { needs } from '../support/programs.ts';
import { hostMessenger, signIn, waitForOnline } from '../support/scenario.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const skip = programs.skip || !electronExecutable;
const output = process.env['RINGBACK_TEST_OUTPUT'];

describe.skipIf(skip)(programs.title('a conversation, in two real apps on two displays'), () => {
  let desktops: PersonDesktop[] = [];
  let anna: App;
  let peter: App;

  const keep = async (name: string) => {
    if (!output) return;
    for (const [index, desktop] of desktops.entries()) await desktop.saveScreenshot(join(output, `conversation-${name}-${index}.png`));
  };
  const log = (app: App, name: string) => app.main.getByRole('log', { name: t('chat.log', { name }) });

  beforeAll(async () => {
    desktops = [await startPersonDesktop({ width: 1100, height: 900 }), await startPersonDesktop({ width: 1100, height: 900 })];
    peter = await startApp(desktops[0] as PersonDesktop);
    anna = await startApp(desktops[1] as PersonDesktop);
    const { issued } = await hostMessenger(peter, 'Peter', 'Anna');
    await signIn(anna, issued, 'Anna');
    await waitForOnline(anna, 'Peter');
    await waitForOnline(peter, 'Anna');
  }, 90_000);

  afterAll(async () => {
    await anna?.close();
    await peter?.close();
    for (const desktop of desktops) await desktop.close();
  });

  it('begins at a contact, marks what is unread, shows typing, and help is asked for in it', async () => {
    await anna.main.getByRole('button', { name: t('chat.open', { name: 'Peter' }) }).click();
    const words = anna.main.getByLabel(t('chat.write', { name: 'Peter' }));
    await words.fill('Hello Peter');
    await words.press('Enter');
    await log(anna, 'Peter').getByText('Hello Peter').waitFor();
    const unread = peter.main.getByRole('button', { name: t('chat.openUnread', { name: 'Anna', count: '1' }) });
    await unread.waitFor();
    await keep('unread');
    await unread.click();
    await log(peter, 'Anna').getByText('Hello Peter').waitFor();
    const answer = peter.main.getByLabel(t('chat.write', { name: 'Anna' }));
    await answer.pressSequentially('Good morning!');
    await log(anna, 'Peter')
      .getByText(t('chat.typing', { name: 'Peter' }))
      .waitFor();
    await keep('typing');
    await answer.press('Shift+Enter');
    await answer.pressSequentially('What can I do for you?');
    await peter.main.getByRole('button', { name: t('chat.send') }).click();
    await log(anna, 'Peter').getByText('What can I do for you?').waitFor();
    await expect
      .poll(() =>
        log(anna, 'Peter')
          .getByText(t('chat.typing', { name: 'Peter' }))
          .isVisible(),
      )
      .toBe(false);
    for (let line = 1; line <= 12; line += 1) {
      await words.fill(`The letters are so small, line ${line}`);
      await words.press('Enter');
    }
    await log(peter, 'Anna').getByText('line 12').waitFor();
    await expect
      .poll(() =>
        log(peter, 'Anna')
          .getByText('line 12')
          .evaluate((line) => line.getBoundingClientRect().bottom < innerHeight),
      )
      .toBe(true);
    expect(await log(anna, 'Peter').getByText(t('chat.failed')).count()).toBe(0);
    await keep('talk');
    await anna.main.getByRole('button', { name: t('contacts.askShort') }).click();
    await peter.main.getByRole('button', { name: t('invitation.accept') }).waitFor();
    await keep('asked');
    await peter.main.getByRole('button', { name: t('invitation.decline') }).click();
    await anna.main.getByText(t('ended.titleAttempt')).waitFor();
  });
});
