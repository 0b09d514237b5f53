/* Uploads and holes as people have them, under two real apps and a desktop with a photo on it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import { leastDifference } from '../support/main-job.ts';
import { type TwoNetworks, needsNamespaces, startTwoNetworks } from '../support/network.ts';
import { differingPixels } from '../support/picture.ts';
import { needs, run, until } from '../support/programs.ts';
import {
  answerNotification,
  answerQuestion,
  askForHelp,
  hostMessenger,
  pictureArea,
  signIn,
  tellCode,
  waitForOnline,
  waitForQuestion,
  windowArea,
  windowsNamed,
} from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'convert', 'display', 'tc');
const namespaces = needsNamespaces();

const NOVICE_SCREEN = { width: 1920, height: 1080 } as const;
/** In full screen the whole picture at its actual size, below the strip of the toolbar. */
const EXPERT_SCREEN = { width: 1920, height: 1140 } as const;
/** What a busy machine may add. */
const BUSY_MS = 3_000;
const AT_ONCE_MS = 1_000;
const SILENT_WITHIN_MS = 2_000;
/** The end of a hole is noticed after 6 s (Linux 6.15); before, after as long again as it was. */
const BACK_WITHIN_MS = 6_000;

/** That the line is silent, or, half a second later, that the other is looked for. */
const silentOrMissing = (role: 'novice' | 'expert', name: string): string =>
  `${t(`line.${role}.silent`, { name })}|${t(`missing.${role}.headline`, { name, time: String.raw`\d+:\d\d.*` })}`;

describe.skipIf(programs.skip || namespaces.skip || !electronExecutable)(
  namespaces.title(programs.title('lines as people have them, two real apps, 1920×1080 with a photo')),
  () => {
    let networks: TwoNetworks;
    let novice: App;
    let expert: App;

    // Registered first, so done last.
    afterAll(() => networks?.close());
    const people = twoPeople('narrow');

    /** Puts a picture on the novice's screen of which little can be saved. */
    const hang = async (seed: number): Promise<void> => {
      const { env, home } = novice.desktop;
      const photo = join(home, `photo-${seed}.png`);
      const size = `${NOVICE_SCREEN.width}x${NOVICE_SCREEN.height}`;
      const about = ['-seed', `${seed}`, '-size', size, 'plasma:tan-steelblue', '-attenuate', '0.2', '+noise', 'Gaussian'];
      await run('convert', [...about, '-depth', '8', photo], { env, timeoutMs: 60_000 });
      // It says that it failed also where it did not.
      await novice.desktop.start('display', ['-window', 'root', photo]).exited;
    };
    const ask = async (): Promise<void> => {
      await askForHelp(novice, 'Peter');
      await answerNotification(expert, 'accept');
      await tellCode(novice, expert);
      await waitForQuestion(novice.desktop);
    };
    const fillScreen = async (): Promise<void> => {
      await pictureArea(expert, 'Anna');
      const id = await until(
        async () => (await windowsNamed(expert.desktop, '--name', `^${t('shell.window.expert', { name: 'Anna' })}$`))[0],
        'the viewer window',
      );
      await expert.desktop.xdotool('windowactivate', '--sync', id);
      await expert.desktop.xdotool('key', 'F11');
      await until(async () => (await windowArea(expert.desktop, id)).height === EXPERT_SCREEN.height, 'the full screen');
    };
    const stopped = async (): Promise<number> => {
      const stop = (await novice.session()).getByRole('button', { name: t('session.stopLong'), exact: true });
      await stop.waitFor();
      const beganMs = performance.now();
      await stop.click();
      await expert.main
        .getByText(t('ended.expert.stoppedByNovice', { name: 'Anna' }), { exact: true })
        .first()
        .waitFor();
      return performance.now() - beganMs;
    };
    const putAway = async (): Promise<void> => {
      for (const app of [expert, novice]) await app.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
    };
    const lines = async () => [
      (await novice.session()).getByRole('heading', { name: new RegExp(`^(${silentOrMissing('novice', 'Peter')})$`) }),
      (await expert.session()).getByRole('heading', { name: new RegExp(`^(${silentOrMissing('expert', 'Anna')})$`) }),
    ];

    beforeAll(async () => {
      networks = await startTwoNetworks();
      ({ novice, expert } = await people.start({
        novice: { ...NOVICE_SCREEN, network: networks.novice },
        expert: { ...EXPERT_SCREEN, network: networks.expert },
      }));
      await signIn(expert, (await hostMessenger(novice, 'Anna', 'Peter', 'lan')).issued, 'Peter');
      await waitForOnline(expert, 'Anna');
      await waitForOnline(novice, 'Peter');
    });

    it.each([3, 5])(
      'an upload of %i Mbit/s: the first picture arrives, whole; a question and Stop do not wait for it',
      { timeout: 240_000 },
      async (mbits) => {
        await hang(mbits);
        await ask();
        await networks.narrow(mbits);
        try {
          await answerQuestion(novice.desktop, 'allow');
          const viewer = await expert.session();
          await viewer.getByRole('button', { name: t('control.expert.ask'), exact: true }).click();
          const askedMs = performance.now();
          await waitForQuestion(novice.desktop);
          expect(performance.now() - askedMs).toBeLessThan(AT_ONCE_MS + BUSY_MS);
          await people.keep(`${mbits}-question`);
          await answerQuestion(novice.desktop, 'Escape');
          await viewer.getByRole('button', { name: t('control.expert.refused', { name: 'Anna' }), exact: true }).waitFor();
          await fillScreen();
          expect(await leastDifference(novice.desktop, expert)).toEqual({ pixels: 0 });
          await people.keep(`${mbits}-picture`);

          const before = await expert.desktop.screenshot();
          await hang(mbits + 100);
          await until(async () => differingPixels(before, await expert.desktop.screenshot()) > 20_000, 'the next picture to begin');
          expect(await stopped()).toBeLessThan(AT_ONCE_MS + BUSY_MS);
          // The picture was still on its way.
          await people.keep(`${mbits}-stopped`);
        } finally {
          await networks.widen();
        }
        await putAway();
      },
    );

    it.each([6, 30])('a hole of %i s: said, nothing lost, and all goes on', { timeout: 240_000 }, async (seconds) => {
      await ask();
      await answerQuestion(novice.desktop, 'allow');
      await fillScreen();
      const unpluggedMs = performance.now();
      await networks.unplug();
      const said = await lines();
      await Promise.all(said.map((line) => line.waitFor()));
      expect(performance.now() - unpluggedMs).toBeLessThan(SILENT_WITHIN_MS + BUSY_MS);
      await people.keep(`hole-${seconds}`);
      await hang(seconds + 200);
      await until(() => performance.now() - unpluggedMs > seconds * 1_000, 'the hole to end', 60_000);
      await networks.plug();
      const pluggedMs = performance.now();
      await Promise.all(said.map((line) => line.waitFor({ state: 'detached', timeout: 60_000 })));
      expect(performance.now() - pluggedMs).toBeLessThan(Math.max(BACK_WITHIN_MS, seconds * 1_000) + BUSY_MS);
      expect(await leastDifference(novice.desktop, expert)).toEqual({ pixels: 0 });
      expect(await stopped()).toBeLessThan(AT_ONCE_MS + BUSY_MS);
      await putAway();
    });
  },
);
