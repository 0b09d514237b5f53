/* What two people do, told by what they can see and click. Shared by the end-to-end tests and the demo. */
import type { Reach } from '../../src/facts/hosting.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import type { Presence } from '../../src/facts/contacts.ts';
import { ARMED_AFTER_MS } from '../../src/main/shell/questions.ts';
import { writeAccountLink } from '../../src/protocol/msnp/account-link.ts';
import { t } from '../../src/words/words.ts';
import type { Area } from '../bench/screen-probe.ts';
import type { App as RunningApp } from './app.ts';
import type { PersonDesktop } from './desktop.ts';
import { run, until } from './programs.ts';

/** What of a running app a person has before them. */
type App = Pick<RunningApp, 'desktop' | 'main' | 'session'>;

export interface IssuedAccount {
  readonly server: string;
  readonly address: string;
  readonly accessToken: string;
  /** Whoever keeps the messenger. */
  readonly contact?: string;
  readonly contactName?: string;
}

/** First start: this computer becomes the messenger, for itself or for its network, and the other person gets an account on it. */
export async function hostMessenger(
  app: App,
  yourName: string,
  otherName: string,
  reach: Reach = 'loopback',
): Promise<{ readonly ownAddress: string; readonly issued: IssuedAccount }> {
  const { main } = app;
  await main.getByRole('button', { name: new RegExp(`^${t('welcome.give')}`) }).click();
  await main.getByLabel(t('hostStart.yourName'), { exact: true }).fill(yourName);
  await main.getByLabel(t(reach === 'lan' ? 'hostStart.whereLan' : 'hostStart.whereLoopback'), { exact: true }).check();
  await main.getByRole('button', { name: t('hostStart.begin'), exact: true }).click();
  if (reach === 'lan') await answerQuestion(app.desktop, 'allow');
  await main.getByLabel(t('hostStart.otherName'), { exact: true }).fill(otherName);
  const lead = (await main.getByText(/^You are signed in as /).textContent()) ?? '';
  const ownAddress = /signed in as (\S+?)\.\s/.exec(lead)?.[1] ?? '';
  await main.getByRole('button', { name: t('hostStart.makeAccount'), exact: true }).click();
  await main.getByRole('button', { name: t('hostStart.done'), exact: true }).waitFor();
  const value = async (label: string) => ((await fact(main, label).textContent()) ?? '').trim();
  const issued = {
    server: await value(t('token.server')),
    address: await value(t('token.address')),
    accessToken: await value(t('token.accessToken')),
    contact: ownAddress,
    contactName: yourName,
  };
  await main.getByRole('button', { name: t('hostStart.done'), exact: true }).click();
  return { ownAddress, issued };
}

/** First start: the message that someone sent me, pasted whole. */
export async function signIn(app: App, account: IssuedAccount, yourName: string): Promise<void> {
  const { main } = app;
  await main.getByRole('button', { name: new RegExp(`^${t('welcome.need')}`) }).click();
  const link = writeAccountLink({ ...account, friendlyName: yourName });
  await main.getByLabel(t('need.message'), { exact: true }).fill(`Hello ${yourName},\n${link}\n`);
  await main.getByRole('button', { name: t('need.begin'), exact: true }).click();
  // A messenger on this very computer is nobody else's.
  if (!account.server.startsWith('127.')) await answerQuestion(app.desktop, 'allow');
  await main
    .getByRole('button', { name: t('home.ask'), exact: true })
    .first()
    .waitFor();
}

/** Waits until a contact is shown as online. Accounts on one hosted messenger know each other from the start. */
export async function waitForOnline(app: App, name: string): Promise<void> {
  await contactShown(app, name, 'online').waitFor({ timeout: 15_000 });
}

/** A contact in the main window's list, also only while their presence is the one given. */
export function contactShown({ main }: App, name: string, presence?: Presence): Locator {
  const contact = main.locator('li.person').filter({ has: main.getByText(name, { exact: true }) });
  // When they were last helped may stand behind it.
  return presence === undefined ? contact : contact.filter({ has: main.getByText(new RegExp(`^${t(`presence.${presence}`)}( ·|$)`)) });
}

/** The value beside a label in a window's list of facts. */
export function fact(page: Page, label: string): Locator {
  return page
    .locator('dl > div')
    .filter({ has: page.getByText(label, { exact: true }) })
    .locator('dd');
}

/** Peter's computer becomes the messenger, Anna signs in to it, and each sees the other online. */
export async function meetOnMessenger(peter: App, anna: App): Promise<void> {
  const { issued } = await hostMessenger(peter, 'Peter', 'Anna');
  await signIn(anna, issued, 'Anna');
  await waitForOnline(anna, 'Peter');
  await waitForOnline(peter, 'Anna');
}

/** Anna asks Peter, Peter accepts, Anna lets him see. What comes back is where her desktop is on his screen. */
export async function connect(novice: App, expert: App): Promise<Area> {
  await askForHelp(novice, 'Peter');
  await answerNotification(expert, 'accept');
  await tellCode(novice, expert);
  await answerQuestion(novice.desktop, 'allow');
  return pictureArea(expert, 'Anna');
}

/** Asks a contact who is online for help. */
export async function askForHelp(app: App, name: string): Promise<void> {
  await app.main
    .getByRole('button', { name: t('home.ask'), exact: true })
    .first()
    .click();
  await app.main.getByRole('button', { name: t('picker.askPerson', { name }), exact: true }).click();
}

/** The notification on the expert's screen, clicked with the mouse; then Accept (or Decline) in the window that it opens. */
export async function answerNotification(app: App, answer: 'accept' | 'decline'): Promise<void> {
  await clickNotification(app.desktop);
  await app.main.getByRole('button', { name: t(answer === 'accept' ? 'invitation.accept' : 'invitation.decline'), exact: true }).click();
}

/**
 * The six digits off the novice's window, typed with their blank at the expert's, as two people do on the phone; two who have met go on without.
 */
export async function tellCode(novice: App, expert: App): Promise<void> {
  const panel = await novice.session();
  const digits = panel.locator('.code__digits');
  const asked = panel.getByText(t('phase.novice.awaitingConsent', { name: 'Peter' }), { exact: true });
  await digits.or(asked).first().waitFor({ timeout: 20_000 });
  if (!(await digits.isVisible())) return;
  await typeCode(expert, (await digits.textContent()) ?? '');
}

/** Six digits into the expert's window. */
export async function typeCode(expert: App, digits: string): Promise<void> {
  const session = await expert.session();
  await session.getByLabel(t('code.enter', { name: 'Anna' }), { exact: true }).fill(digits);
  await session.getByRole('button', { name: t('code.send'), exact: true }).click();
}

/** Clicks the newest notification (dunst draws it in the top right corner). */
export async function clickNotification(desktop: PersonDesktop): Promise<void> {
  const id = await until(async () => (await windowsNamed(desktop, '--class', 'Dunst'))[0], 'a notification');
  await clickWindow(desktop, id, 0.5, 0.4);
}

/** The ids of the visible windows that match. */
export async function windowsNamed(desktop: PersonDesktop, how: '--class' | '--name', what: string): Promise<string[]> {
  const found = await desktop.xdotool('search', '--onlyvisible', how, what).catch(() => '');
  return found.split('\n').filter((id) => id !== '');
}

/** Where a window's content is on the screen. (xdotool counts a window manager's frame twice.) */
export async function windowArea(desktop: PersonDesktop, id: string): Promise<Area> {
  const about = (await run('xwininfo', ['-id', id], { env: desktop.env })).toString();
  const value = (name: string) => Number(new RegExp(`${name}:\\s+(-?\\d+)`).exec(about)?.[1]);
  return { x: value('Absolute upper-left X'), y: value('Absolute upper-left Y'), width: value('Width'), height: value('Height') };
}

async function clickWindow(desktop: PersonDesktop, id: string, acrossFraction: number, downFraction: number): Promise<void> {
  const area = await windowArea(desktop, id);
  await clickAt(desktop, area.x + area.width * acrossFraction, area.y + area.height * downFraction);
}

/** A real click with the left button. */
export async function clickAt(desktop: PersonDesktop, x: number, y: number): Promise<void> {
  await desktop.xdotool('mousemove', String(Math.round(x)), String(Math.round(y)), 'click', '1');
}

/** The novice's terminal, in front of Ringback's own windows, which take nothing from the expert. */
export async function terminalInFront(desktop: PersonDesktop): Promise<void> {
  const [terminal = ''] = await windowsNamed(desktop, '--class', '^XTerm$');
  await desktop.xdotool('windowactivate', '--sync', terminal);
}

/** What has not moved for so long stays where it is. */
const STILL_MS = 150;

/** Where the novice's desktop is on the expert's screen, once the picture is there at its actual size. */
export async function pictureArea(expert: App, noviceName: string): Promise<Area> {
  const page = await expert.session();
  const picture = page.getByRole('img', { name: t('viewer.label', { name: noviceName }), exact: true });
  await picture.waitFor({ timeout: 20_000 });
  const id = await until(
    async () => (await windowsNamed(expert.desktop, '--name', `^${t('shell.window.expert', { name: noviceName })}$`))[0],
    'the viewer window',
  );
  const actual = page.getByRole('button', { name: t('viewer.actual'), exact: true });
  if ((await actual.getAttribute('aria-pressed')) === 'false') await actual.click();
  let before: { readonly area: Area; readonly sinceMs: number } | undefined;
  return until(async () => {
    const box = await picture.boundingBox();
    const window = await windowArea(expert.desktop, id);
    const now = box && {
      x: Math.round(window.x + box.x),
      y: Math.round(window.y + box.y),
      width: Math.round(box.width),
      height: Math.round(box.height),
    };
    // The window manager may still be moving the window, the page still laying itself out.
    if (now === null || !isDeepStrictEqual(now, before?.area))
      before = now === null ? undefined : { area: now, sinceMs: performance.now() };
    return before !== undefined && performance.now() - before.sinceMs >= STILL_MS && before.area;
  }, 'the picture to stay where it is');
}

/** The windows of the main process's questions on a person's screen. */
export const questionWindows = (desktop: PersonDesktop): Promise<string[]> => windowsNamed(desktop, '--name', `^${t('question.title')}$`);

/** The main process's question on the novice's screen. */
export async function waitForQuestion(desktop: PersonDesktop): Promise<string> {
  return until(async () => (await questionWindows(desktop))[0], 'the question to the novice', 20_000);
}

/** From a question's lower right corner to the middle of Yes. */
const YES = { left: 150, up: 70 };
/** A click on a yes that counts already is the only one: another might come when the question has gone, and press what lay behind it, such as Stop. */
const CLICK_AFTER_MS = ARMED_AFTER_MS + 250;
/** Until then a question that was answered has gone, or a busy machine had not seen for long enough that it had the keyboard. */
const CLICK_AGAIN_AFTER_MS = 5_000;

/** Answers it with the mouse, or by a key for which it has to have the focus. A yes does not count before the question has had that for a moment. */
export async function answerQuestion(desktop: PersonDesktop, answer: 'allow' | 'Escape'): Promise<void> {
  const id = await waitForQuestion(desktop);
  const open = async (): Promise<boolean> => (await questionWindows(desktop)).includes(id);
  if (answer === 'Escape') {
    await desktop.xdotool('windowactivate', '--sync', id);
    await desktop.xdotool('key', answer);
    await until(async () => !(await open()), 'the question to close');
    return;
  }
  // Another window may lie on it. It may go while it is looked at.
  await desktop.xdotool('windowactivate', '--sync', id).catch(() => undefined);
  let clickAtMs = performance.now() + CLICK_AFTER_MS;
  await until(
    async () => {
      if (!(await open())) return true;
      if (performance.now() < clickAtMs) return false;
      clickAtMs = performance.now() + CLICK_AGAIN_AFTER_MS;
      const area = await windowArea(desktop, id).catch(() => undefined);
      if (area !== undefined) await clickAt(desktop, area.x + area.width - YES.left, area.y + area.height - YES.up);
      return false;
    },
    'the question to be answered with yes',
    30_000,
  );
}

/** The seven steps as the window shows them. */
export interface ShownStep {
  readonly step: number;
  readonly state: string;
  readonly text: string;
  /** ISO time, when there is one. */
  readonly at?: string;
}

export async function shownSteps(session: Page): Promise<ShownStep[]> {
  return session.locator('ol.steps > li').evaluateAll((items) =>
    items.map((item, index) => {
      const at = item.querySelector('time')?.getAttribute('datetime');
      return {
        step: index + 1,
        state: [...item.classList].find((name) => name.startsWith('step--'))?.slice('step--'.length) ?? '',
        text: item.querySelector('.step__text')?.textContent ?? '',
        ...(at ? { at } : {}),
      };
    }),
  );
}
