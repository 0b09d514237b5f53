/* A desktop whose services have been asked for and never answer: Ringback goes on, and Stop works at once. */
import { beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import { needs, until } from '../support/programs.ts';
import { answerQuestion, askForHelp, meetOnMessenger, pictureArea, tellCode, windowsNamed } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'xdotool', 'import', 'xterm');
const skip = programs.skip || !electronExecutable;

/** Everything on a session bus that Ringback, or Electron below it, has a use for. */
const SILENT_SERVICES = [
  'org.freedesktop.Notifications',
  'org.freedesktop.portal.Desktop',
  'org.freedesktop.PowerManagement',
  'org.freedesktop.ScreenSaver',
  'org.gnome.SessionManager',
  'org.kde.StatusNotifierWatcher',
];

/** The main processes freeze for two minutes where they wait for such a service. */
const AT_ONCE_MS = 1_000;
const PATIENCE_MS = 15_000;

describe.skipIf(skip)(programs.title('two real apps on desktops whose services never answer'), () => {
  let novice: App;
  let expert: App;

  const people = twoPeople('silent-desktop');

  beforeAll(async () => {
    const desktop = { silentServices: SILENT_SERVICES };
    ({ novice, expert } = await people.start({ novice: desktop, expert: desktop }));
    await meetOnMessenger(expert, novice);
  }, 120_000);

  it('a message that nobody looks at is in the window all the same', async () => {
    // Something else has the focus, so the message is told outside the windows: by a service that never answers.
    novice.desktop.start('xterm', []);
    const terminal = await until(async () => (await windowsNamed(novice.desktop, '--class', '^XTerm$'))[0], 'the terminal');
    await novice.desktop.xdotool('windowactivate', '--sync', terminal);
    await expert.main.getByRole('button', { name: t('chat.open', { name: 'Anna' }), exact: true }).click();
    const words = expert.main.getByLabel(t('chat.write', { name: 'Anna' }), { exact: true });
    await words.fill('What is it?');
    await words.press('Enter');
    const unread = novice.main.getByRole('button', { name: t('chat.openUnread', { name: 'Peter', count: 1 }), exact: true });
    await unread.waitFor({ timeout: PATIENCE_MS });
  });

  const accepted = async () => {
    await askForHelp(novice, 'Peter');
    await expert.main.getByRole('button', { name: t('invitation.accept'), exact: true }).click({ timeout: PATIENCE_MS });
  };
  const shown = async () => {
    await tellCode(novice, expert);
    await answerQuestion(novice.desktop, 'allow');
    await pictureArea(expert, 'Anna');
  };
  const stopped = async (): Promise<number> => {
    const panel = await novice.session();
    const ended = expert.main.getByText(t('ended.expert.stoppedByNovice', { name: 'Anna' }), { exact: true }).first();
    const stop = panel.getByRole('button', { name: t('session.stopLong'), exact: true });
    await stop.waitFor();
    const beganMs = performance.now();
    await stop.click();
    await ended.waitFor({ timeout: PATIENCE_MS });
    return performance.now() - beganMs;
  };

  it('so is a request, which can be accepted', async () => {
    await accepted();
    await people.keep('asked');
    await shown();
  });

  it('Stop ends the session in under a second, while both desktops still owe their answers', async () => {
    let tookMs = await stopped();
    await people.keep('stopped');
    // A busy machine is slow now and then; main processes that wait for a service are slow every time.
    for (let again = 0; again < 2 && tookMs >= AT_ONCE_MS; again += 1) {
      for (const app of [expert, novice]) await app.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
      await accepted();
      await shown();
      tookMs = await stopped();
    }
    expect(tookMs).toBeLessThan(AT_ONCE_MS);
  });
});
