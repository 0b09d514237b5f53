import { beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import { needs, until } from '../support/programs.ts';
import { clickNotification, meetOnMessenger, windowsNamed } from '../support/scenario.ts';
import { SHIFTING_PROGRAM, type Surroundings } from '../support/surroundings.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', SHIFTING_PROGRAM);
const skip = programs.skip || !electronExecutable;

// What stands beside each line is its time: what is looked for must not be found, or hidden, by an hour or by the way it is written.
const HOURS: readonly (Surroundings & { readonly called: string; readonly shown: RegExp })[] = [
  { called: 'at 21:28', shown: /^21:\d\d$/, zone: 'Asia/Kathmandu', locale: 'en-GB', startsAt: '21:28' },
  { called: 'where noon is 12 PM', shown: /^12:\d\d\sPM$/, zone: 'America/New_York', locale: 'en-US', startsAt: '12:00' },
];

describe.skipIf(skip).each(HOURS)(programs.title('a conversation, in two real apps on two displays, $called'), (surroundings) => {
  let anna: App;
  let peter: App;

  const people = twoPeople(`conversation-${surroundings.startsAt?.replace(':', '')}`);
  const log = (app: App, name: string) => app.main.getByRole('log', { name: t('chat.log', { name }), exact: true });

  beforeAll(async () => {
    const desktop = { width: 1100, height: 900, surroundings };
    ({ expert: peter, novice: anna } = await people.start({ novice: desktop, expert: desktop }));
    await meetOnMessenger(peter, anna);
  }, 90_000);

  it('begins at a contact, marks what is unread, shows typing, and help is asked for in it', async () => {
    await anna.main.getByRole('button', { name: t('chat.open', { name: 'Peter' }), exact: true }).click();
    const words = anna.main.getByLabel(t('chat.write', { name: 'Peter' }), { exact: true });
    await words.fill('Hello Peter');
    await words.press('Enter');
    await log(anna, 'Peter').getByText('Hello Peter', { exact: true }).waitFor();
    expect(await log(anna, 'Peter').locator('time').first().textContent()).toMatch(surroundings.shown);
    const unread = peter.main.getByRole('button', { name: t('chat.openUnread', { name: 'Anna', count: 1 }), exact: true });
    await unread.waitFor();
    await people.keep('unread');
    await unread.click();
    await log(peter, 'Anna').getByText('Hello Peter', { exact: true }).waitFor();
    const answer = peter.main.getByLabel(t('chat.write', { name: 'Anna' }), { exact: true });
    await answer.pressSequentially('Good morning!');
    await log(anna, 'Peter')
      .getByText(t('chat.typing', { name: 'Peter' }), { exact: true })
      .waitFor();
    await people.keep('typing');
    await answer.press('Shift+Enter');
    await answer.pressSequentially('What can I do for you?');
    await peter.main.getByRole('button', { name: t('chat.send'), exact: true }).click();
    await log(anna, 'Peter').getByText('Good morning! What can I do for you?', { exact: true }).waitFor();
    await expect
      .poll(() =>
        log(anna, 'Peter')
          .getByText(t('chat.typing', { name: 'Peter' }), { exact: true })
          .isVisible(),
      )
      .toBe(false);
    const lines = Array.from({ length: 12 }, (_, index) => `The letters are so small, line ${index + 1}`);
    for (const line of lines) {
      await words.fill(line);
      await words.press('Enter');
    }
    // Exact: "line 1" written at 21:28 reads "line 121:28" and would do for "line 12" too.
    const lastLine = log(peter, 'Anna').getByText(lines.at(-1) ?? '', { exact: true });
    await lastLine.waitFor();
    await expect.poll(() => lastLine.evaluate((line) => line.getBoundingClientRect().bottom < innerHeight)).toBe(true);
    expect(await log(anna, 'Peter').getByText(t('chat.failed'), { exact: true }).count()).toBe(0);
    await people.keep('talk');
    await anna.main.getByRole('button', { name: t('contacts.askShort'), exact: true }).click();
    await peter.main.getByRole('button', { name: t('invitation.accept'), exact: true }).waitFor();
    await people.keep('asked');
    await peter.main.getByRole('button', { name: t('invitation.decline'), exact: true }).click();
    await anna.main.getByText(t('ended.titleAttempt'), { exact: true }).waitFor();
  });

  it('a message that nobody looks at is told of outside the window, without its words; a click opens it', async () => {
    const { desktop } = peter;
    const [window] = await windowsNamed(desktop, '--name', '^Ringback$');
    await desktop.xdotool('windowminimize', '--sync', window ?? '');
    await anna.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
    await anna.main.getByRole('button', { name: t('chat.open', { name: 'Peter' }), exact: true }).click();
    await anna.main.getByLabel(t('chat.write', { name: 'Peter' }), { exact: true }).fill('Are you there?');
    await anna.main.getByLabel(t('chat.write', { name: 'Peter' }), { exact: true }).press('Enter');
    await until(async () => (await windowsNamed(desktop, '--class', 'Dunst')).length > 0, 'a notification');
    await people.keep('told');
    await clickNotification(desktop);
    await until(async () => (await desktop.xdotool('getactivewindow').catch(() => '')) === window, 'the window again');
    await until(async () => (await windowsNamed(desktop, '--class', 'Dunst')).length === 0, 'the notification to go');
  });
});
