import { beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import { needs, until } from '../support/programs.ts';
import { clickNotification, meetOnMessenger, windowsNamed } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const skip = programs.skip || !electronExecutable;

describe.skipIf(skip)(programs.title('a conversation, in two real apps on two displays'), () => {
  let anna: App;
  let peter: App;

  const people = twoPeople('conversation');
  const log = (app: App, name: string) => app.main.getByRole('log', { name: t('chat.log', { name }) });

  beforeAll(async () => {
    const size = { width: 1100, height: 900 };
    ({ expert: peter, novice: anna } = await people.start({ novice: size, expert: size }));
    await meetOnMessenger(peter, anna);
  }, 90_000);

  it('begins at a contact, marks what is unread, shows typing, and help is asked for in it', async () => {
    await anna.main.getByRole('button', { name: t('chat.open', { name: 'Peter' }) }).click();
    const words = anna.main.getByLabel(t('chat.write', { name: 'Peter' }));
    await words.fill('Hello Peter');
    await words.press('Enter');
    await log(anna, 'Peter').getByText('Hello Peter').waitFor();
    const unread = peter.main.getByRole('button', { name: t('chat.openUnread', { name: 'Anna', count: 1 }) });
    await unread.waitFor();
    await people.keep('unread');
    await unread.click();
    await log(peter, 'Anna').getByText('Hello Peter').waitFor();
    const answer = peter.main.getByLabel(t('chat.write', { name: 'Anna' }));
    await answer.pressSequentially('Good morning!');
    await log(anna, 'Peter')
      .getByText(t('chat.typing', { name: 'Peter' }))
      .waitFor();
    await people.keep('typing');
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
    // Exact: "line 1" written at 21:28 reads "line 121:28" and would do for "line 12" too.
    const last = log(peter, 'Anna').getByText('The letters are so small, line 12', { exact: true });
    await last.waitFor();
    await expect.poll(() => last.evaluate((line) => line.getBoundingClientRect().bottom < innerHeight)).toBe(true);
    expect(await log(anna, 'Peter').getByText(t('chat.failed')).count()).toBe(0);
    await people.keep('talk');
    await anna.main.getByRole('button', { name: t('contacts.askShort') }).click();
    await peter.main.getByRole('button', { name: t('invitation.accept') }).waitFor();
    await people.keep('asked');
    await peter.main.getByRole('button', { name: t('invitation.decline') }).click();
    await anna.main.getByText(t('ended.titleAttempt')).waitFor();
  });

  it('a message that nobody looks at is told of outside the window, without its words; a click opens it', async () => {
    const { desktop } = peter;
    const [window] = await windowsNamed(desktop, '--name', '^Ringback$');
    await desktop.xdotool('windowminimize', '--sync', window ?? '');
    await anna.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
    await anna.main.getByRole('button', { name: t('chat.open', { name: 'Peter' }) }).click();
    await anna.main.getByLabel(t('chat.write', { name: 'Peter' })).fill('Are you there?');
    await anna.main.getByLabel(t('chat.write', { name: 'Peter' })).press('Enter');
    await until(async () => (await windowsNamed(desktop, '--class', 'Dunst')).length > 0, 'a notification');
    await people.keep('told');
    await clickNotification(desktop);
    await until(async () => (await desktop.xdotool('getactivewindow')) === window, 'the window again');
    await until(async () => (await windowsNamed(desktop, '--class', 'Dunst')).length === 0, 'the notification to go');
  });
});
