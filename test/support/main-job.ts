/* The main job from the first start to Stop, as two people do it. The demo plays it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { t } from '../../src/words/words.ts';
import { type App, startApp } from './app.ts';
import { type PersonDesktop, startPersonDesktop } from './desktop.ts';
import { type Network, startTwoNetworks } from './network.ts';
import { crop, type Difference, differenceOf, differingPixels, patched, without } from './picture.ts';
import { until } from './programs.ts';
import {
  answerNotification,
  answerQuestion,
  askForHelp,
  clickAt,
  hostMessenger,
  pictureArea,
  type ShownStep,
  shownSteps,
  signIn,
  typeCode,
  waitForOnline,
  waitForQuestion,
} from './scenario.ts';

export interface MainJobOptions {
  /** The expert sits where the novice cannot dial, in a network of its own (docs/decisions/0002). */
  readonly forward: boolean;
  readonly say: (text: string) => void;
  readonly screenshot: (person: 'novice' | 'expert', name: string) => string;
  /** A moment of which screenshots have been kept. */
  readonly seen?: (moment: string, people: { readonly novice: App; readonly expert: App }) => Promise<void>;
}

export interface MainJobResult {
  readonly ok: boolean;
  readonly steps: readonly ShownStep[];
  readonly connection: string;
  readonly picture: { readonly width: number; readonly height: number };
  readonly differingPixels: number;
  readonly pointerWanted: { readonly x: number; readonly y: number };
  readonly pointer: { readonly x: number; readonly y: number };
  readonly typed: string;
}

const NOVICE_SCREEN = { width: 1280, height: 720 } as const;
const EXPERT_SCREEN = { width: 1500, height: 940 } as const;
/** No pointer of these displays reaches further from its hot spot. */
const POINTER_SIDE = 32;
const SENTENCE = 'Hello Anna, I can see it too.';

async function pointerOf(desktop: PersonDesktop): Promise<{ readonly x: number; readonly y: number }> {
  const [, x, y] = /x:(\d+) y:(\d+)/.exec(await desktop.xdotool('getmouselocation')) ?? [];
  return { x: Number(x), y: Number(y) };
}

/** Of a screen on which clocks tick and cursors blink, no more than this changes from one look to the next. */
const MOST_CHANGED = 0.05;

/**
 * The least in which the viewer and the novice's screen differ, tried until none do or time is up. Clocks tick on the screen
 * meanwhile: only the pixels that the novice's screen showed both before and after the look at the viewer count, and every look finds
 * the viewer anew.
 */
export async function leastDifference(novice: PersonDesktop, expert: Pick<App, 'desktop' | 'main' | 'session'>): Promise<Difference> {
  let least: Difference = { pixels: Number.POSITIVE_INFINITY };
  await until(
    async () => {
      // The pointer is no part of the screen's picture; the viewer draws it over it.
      const { x, y } = await pointerOf(novice);
      const pointer = { x: x - POINTER_SIDE, y: y - POINTER_SIDE, width: 2 * POINTER_SIDE, height: 2 * POINTER_SIDE };
      const area = await pictureArea(expert, 'Anna');
      const before = await novice.screenshot();
      const seen = await expert.desktop.screenshot();
      const after = await novice.screenshot();
      if (differingPixels(before, after) > MOST_CHANGED * before.width * before.height) return false;
      const difference = differenceOf(without(before, pointer), without(patched(crop(seen, area), before, after), pointer));
      if (difference.pixels < least.pixels) least = difference;
      return least.pixels === 0;
    },
    'the same picture on both screens',
    40_000,
  ).catch(() => undefined);
  return least;
}

export async function playMainJob(options: MainJobOptions): Promise<MainJobResult> {
  const { say } = options;
  const closing: (() => Promise<void>)[] = [];
  try {
    const networks = options.forward ? await startTwoNetworks() : undefined;
    if (networks) {
      closing.push(() => networks.close());
      say(`two networks: ${networks.novice.address} can be dialled from the expert’s, ${networks.expert.address} answers nobody`);
    }
    say('two displays, each with a window manager, a message bus and notifications');
    const noviceDesktop = await startPersonDesktop(NOVICE_SCREEN);
    closing.push(() => noviceDesktop.close());
    const expertDesktop = await startPersonDesktop(EXPERT_SCREEN);
    closing.push(() => expertDesktop.close());
    const keep = async (name: string) => {
      await noviceDesktop.saveScreenshot(options.screenshot('novice', name));
      await expertDesktop.saveScreenshot(options.screenshot('expert', name));
      await options.seen?.(name, { novice, expert });
    };
    const start = async (desktop: PersonDesktop, network: Network | undefined): Promise<App> => {
      const app = await startApp(desktop, [], { network });
      closing.push(() => app.close());
      return app;
    };
    const expert = await start(expertDesktop, networks?.expert);
    const novice = await start(noviceDesktop, networks?.novice);
    say('two apps: Peter (expert) and Anna (novice)');

    // Only the novice can be dialled from both networks.
    const [host, guest] = networks
      ? ([
          { app: novice, name: 'Anna' },
          { app: expert, name: 'Peter' },
        ] as const)
      : ([
          { app: expert, name: 'Peter' },
          { app: novice, name: 'Anna' },
        ] as const);
    const { issued } = await hostMessenger(host.app, host.name, guest.name, networks ? 'lan' : 'loopback');
    await keep('1-account');
    say(`${host.name}’s computer is the messenger at ${issued.server}; ${guest.name} has an account on it`);
    await signIn(guest.app, issued, guest.name);
    await waitForOnline(novice, 'Peter');
    say(`${guest.name} has signed in; Anna sees Peter online`);

    const typed = join(noviceDesktop.home, 'typed');
    noviceDesktop.start('xterm', [
      '-T',
      'Notes',
      '-fa',
      'DejaVu Sans Mono',
      '-fs',
      '11',
      '-geometry',
      '60x14+20+30',
      '-e',
      'sh',
      '-c',
      `cat > ${typed}`,
    ]);
    await askForHelp(novice, 'Peter');
    await until(
      async () => (await expertDesktop.xdotool('search', '--onlyvisible', '--class', 'Dunst').catch(() => '')) !== '',
      'the notification',
    );
    await keep('2-asked');
    say('Anna has asked; Peter has a notification');
    await answerNotification(expert, 'accept');
    const panel = await novice.session();
    const digits = panel.locator('.code__digits');
    await digits.waitFor({ timeout: 20_000 });
    const told = (await digits.textContent()) ?? '';
    const typing = await expert.session();
    await typing.getByLabel(t('code.enter', { name: 'Anna' }), { exact: true }).waitFor();
    await keep('3-digits');
    await typeCode(expert, told);
    say(`Peter has accepted; Anna reads ${told} off her window, Peter types them`);
    await waitForQuestion(noviceDesktop);
    await keep('4-question');
    say('tickets are exchanged, sealed, the connection stands; Anna is asked');
    await answerQuestion(noviceDesktop, 'allow');

    const area = await pictureArea(expert, 'Anna');
    const { pixels: difference } = await leastDifference(noviceDesktop, expert);
    await keep('5-picture');
    say(`Peter sees Anna’s screen; ${difference} pixels differ`);

    const viewer = await expert.session();
    await viewer.getByRole('button', { name: t('control.expert.ask'), exact: true }).click();
    await answerQuestion(noviceDesktop, 'allow');
    await viewer.getByRole('button', { name: t('control.expert.granted'), exact: true }).waitFor();
    say('Anna lets Peter use mouse and keyboard');
    const pointerWanted = { x: 160, y: 120 };
    await clickAt(expertDesktop, area.x + pointerWanted.x, area.y + pointerWanted.y);
    const near = (at: { readonly x: number; readonly y: number }) =>
      Math.abs(at.x - pointerWanted.x) <= 1 && Math.abs(at.y - pointerWanted.y) <= 1;
    await until(async () => near(await pointerOf(noviceDesktop)), 'the pointer to move').catch(() => undefined);
    const pointer = await pointerOf(noviceDesktop);
    await expertDesktop.xdotool('type', '--delay', '40', SENTENCE);
    await expertDesktop.xdotool('key', 'Return');
    const text = () => (existsSync(typed) ? readFileSync(typed, 'utf8') : '');
    await until(() => text() === `${SENTENCE}\n`, 'the typed sentence').catch(() => undefined);
    await keep('6-control');
    say('Peter has moved Anna’s mouse and typed into her terminal');

    await expert.main.getByText(t('steps.show'), { exact: true }).click();
    const steps = await shownSteps(expert.main);
    const connection = (
      (await expert.main
        .getByText(/connect\)$/)
        .first()
        .textContent()) ?? ''
    ).trim();
    await panel.getByRole('button', { name: t('session.stopLong'), exact: true }).click();
    await expert.main
      .getByText(t('ended.expert.stoppedByNovice', { name: 'Anna' }), { exact: true })
      .first()
      .waitFor({ timeout: 15_000 });
    await keep('7-stopped');
    say('Anna has pressed Stop; Peter is told');
    return {
      ok: difference === 0 && near(pointer) && text() === `${SENTENCE}\n` && steps[options.forward ? 6 : 4]?.state === 'done',
      steps,
      connection,
      picture: { width: area.width, height: area.height },
      differingPixels: difference,
      pointerWanted,
      pointer,
      typed: text().trimEnd(),
    };
  } finally {
    for (const close of closing.toReversed()) await close().catch(() => undefined);
  }
}
