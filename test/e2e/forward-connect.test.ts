import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import { leastDifference } from '../support/main-job.ts';
import { type TwoNetworks, needsNamespaces, startTwoNetworks } from '../support/network.ts';
import { heldKeys } from '../support/held-keys.ts';
import { needs, until } from '../support/programs.ts';
import {
  connect,
  type IssuedAccount,
  answerNotification,
  answerQuestion,
  askForHelp,
  clickAt,
  hostMessenger,
  pictureArea,
  shownSteps,
  signIn,
  tellCode,
  terminalInFront,
  waitForOnline,
  waitForQuestion,
  contactShown,
} from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xterm');
const namespaces = needsNamespaces();
const FORWARD_AFTER_MS = 5_000;
const SILENT_WITHIN_MS = 2_000;
const FOUND_WITHIN_MS = 5_000;
/** Two minutes from when the search begins, which is two seconds after the last sign. */
const OVER_AFTER_MS = 122_000;
/** What a busy machine may add to a time; to the millisecond they are kept in virtual time (test/pair/silent-line.test.ts). */
const BUSY_MS = 6_000;

describe.skipIf(programs.skip || namespaces.skip || !electronExecutable)(
  namespaces.title(programs.title('forward connect: the expert sits where nobody can dial, in a network of its own')),
  () => {
    let networks: TwoNetworks;
    let noviceDesktop: PersonDesktop;
    let expertDesktop: PersonDesktop;
    let novice: App;
    let expert: App;
    let account: IssuedAccount;
    let typed: string;

    // Registered first, so done last.
    afterAll(() => networks?.close(), 60_000);
    const people = twoPeople('forward');
    const typedText = () => (existsSync(typed) ? readFileSync(typed, 'utf8') : '');
    const giveControl = async () => {
      const panel = await novice.session();
      await panel.getByRole('button', { name: t('control.novice.give', { name: 'Peter' }), exact: true }).click();
      await answerQuestion(noviceDesktop, 'allow');
      await (await expert.session()).getByRole('button', { name: t('control.expert.granted'), exact: true }).waitFor();
      await terminalInFront(noviceDesktop);
    };
    /** By the X server's own account: the novice's own keys would make control pause, which lets go of the expert's. */
    const keysHeld = (count: number) =>
      until(async () => (await heldKeys(noviceDesktop.name)) === count, `${count} keys to be down`, 20_000);
    const putAway = async () => {
      for (const app of [expert, novice]) await app.main.getByRole('button', { name: t('ended.close'), exact: true }).click();
    };

    beforeAll(async () => {
      networks = await startTwoNetworks();
      ({ noviceDesktop, expertDesktop, novice, expert } = await people.start({
        novice: { network: networks.novice },
        expert: { network: networks.expert },
      }));
      typed = join(noviceDesktop.home, 'typed');
    }, 90_000);

    it('the novice’s computer is the messenger of its network; the expert signs in to it', async () => {
      account = (await hostMessenger(novice, 'Anna', 'Peter', 'lan')).issued;
      expect(account.server).toMatch(new RegExp(`^${networks.novice.address.replaceAll('.', String.raw`\.`)}:\\d+$`));
      await signIn(expert, account, 'Peter');
      await waitForOnline(expert, 'Anna');
      await waitForOnline(novice, 'Peter');
    });

    it('no call comes for five seconds, so the expert calls; nothing is shown before the novice says yes', async () => {
      noviceDesktop.start('xterm', ['-geometry', '70x16+20+30', '-e', 'sh', '-c', `cat > ${typed}`]);
      await askForHelp(novice, 'Peter');
      await answerNotification(expert, 'accept');
      await tellCode(novice, expert);
      // For five seconds only; what the windows say of it takes its time.
      await until(async () => (await networks.expert.listening()).length === 1, 'the expert to be reachable');
      const session = await expert.session();
      await session
        .getByText(t('way.reverse.trying.expert', { name: 'Anna' }), { exact: true })
        .first()
        .waitFor();
      await novice.main
        .getByText(t('way.reverse.trying.novice', { name: 'Peter' }), { exact: true })
        .first()
        .waitFor();
      await people.keep('waiting');
      await waitForQuestion(noviceDesktop);
      await session
        .getByText(t('phase.expert.awaitingConsent', { name: 'Anna' }), { exact: true })
        .first()
        .waitFor();
      expect(await session.locator('canvas[role=img]').count()).toBe(0);
      // One connection has won: nobody else can come in, neither here nor there.
      expect(await networks.expert.listening()).toEqual([]);
      expect(await networks.novice.listening()).toHaveLength(1);
      await people.keep('question');
    });

    it('the expert sees the novice’s screen, pixel for pixel', async () => {
      await answerQuestion(noviceDesktop, 'allow');
      const area = await pictureArea(expert, 'Anna');
      expect([area.width, area.height]).toEqual([1280, 720]);
      expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
      await people.keep('picture');
    });

    it('both windows say that step 5 did not work and step 7 did, when, and with which address', async () => {
      await expert.main.getByText(t('steps.show'), { exact: true }).click();
      // The novice's main window stands aside; the bar unfolds to the panel, which has them too.
      const panel = await novice.session();
      await panel.getByRole('button', { name: t('panel.unfold'), exact: true }).click();
      await panel.getByText(t('session.details'), { exact: true }).click();
      for (const page of [expert.main, panel]) {
        const steps = await shownSteps(page);
        expect(steps.map((step) => step.state)).toEqual(['done', 'done', 'done', 'done', 'failed', 'done', 'done']);
        const [ticket, forward] = [steps[3], steps[6]].map((step) => Date.parse(step?.at ?? ''));
        expect((forward ?? Number.NaN) - (ticket ?? Number.NaN)).toBeGreaterThanOrEqual(FORWARD_AFTER_MS - 100);
        expect((forward ?? Number.NaN) - (ticket ?? Number.NaN)).toBeLessThan(FORWARD_AFTER_MS + BUSY_MS);
      }
      const { address } = networks.novice;
      await expert.main
        .getByText(new RegExp(`^Anna’s computer did not get through to yours, so yours called ${address}:\\d+ \\(forward connect\\)$`))
        .waitFor();
      await panel
        .getByText(/^Your computer did not get through to Peter’s, so 169\.254\.98\.2:\d+ called yours \(forward connect\)$/)
        .waitFor();
      await people.keep('steps');
      await panel.getByRole('button', { name: t('panel.fold'), exact: true }).click();
      await panel.getByRole('button', { name: t('panel.unfold'), exact: true }).waitFor();
    });

    it('control: what the expert types appears in the novice’s terminal', async () => {
      await giveControl();
      const area = await pictureArea(expert, 'Anna');
      await clickAt(expertDesktop, area.x + 200, area.y + 150);
      await expertDesktop.xdotool('type', '--delay', '40', 'The other way round: #7!');
      await expertDesktop.xdotool('key', 'Return');
      await until(
        () => typedText() === 'The other way round: #7!\n',
        () => `the typed line, not ${JSON.stringify(typedText())}`,
      );
      await people.keep('control');
    });

    it('the expert ends it: both windows say so', async () => {
      await (await expert.session()).getByRole('button', { name: t('session.end'), exact: true }).click();
      await expert.main.getByText(t('ended.expert.closedByExpert'), { exact: true }).first().waitFor({ timeout: 15_000 });
      await novice.main
        .getByText(t('ended.novice.closedByExpert', { name: 'Peter' }), { exact: true })
        .first()
        .waitFor({ timeout: 15_000 });
      await people.keep('ended');
      await putAway();
    });

    /** That the line is silent, or, half a second later, that the other is looked for. */
    const lineSaid = async (app: App, role: 'novice' | 'expert', name: string) =>
      (await app.session()).getByRole('heading', {
        name: new RegExp(
          `^(${t(`line.${role}.silent`, { name })}|${t(`missing.${role}.headline`, { name, time: String.raw`\d+:\d\d.*` })})$`,
        ),
      });

    it('the cable is pulled: both windows say within two seconds that the line is silent, and nothing is held any more', async () => {
      const area = await connect(novice, expert);
      await giveControl();
      await clickAt(expertDesktop, area.x + 200, area.y + 150);
      await expertDesktop.xdotool('keydown', 'Shift_L');
      await keysHeld(1);
      const said = [await lineSaid(novice, 'novice', 'Peter'), await lineSaid(expert, 'expert', 'Anna')];
      const pulledAt = performance.now();
      await networks.unplug();
      await Promise.all(said.map((line) => line.waitFor({ timeout: 20_000 })));
      expect(performance.now() - pulledAt).toBeLessThanOrEqual(SILENT_WITHIN_MS + BUSY_MS);
      // The Shift that the expert still holds down went up.
      await keysHeld(0);
    });

    it('it is in again: all goes on without a question', async () => {
      await networks.plug();
      for (const line of [await lineSaid(novice, 'novice', 'Peter'), await lineSaid(expert, 'expert', 'Anna')])
        await line.waitFor({ state: 'detached', timeout: 20_000 });
      await expertDesktop.xdotool('keyup', 'Shift_L');
      await (await expert.session()).getByRole('button', { name: t('control.expert.granted'), exact: true }).waitFor();
      const area = await pictureArea(expert, 'Anna');
      await clickAt(expertDesktop, area.x + 200, area.y + 150);
      await expertDesktop.xdotool('type', '--delay', '40', 'back');
      await expertDesktop.xdotool('key', 'Return');
      await until(
        () => typedText().endsWith('back\n'),
        () => `the typed line, not ${JSON.stringify(typedText())}`,
      );
      await people.keep('back-in');
    });

    it('the expert’s computer gets another address: the picture is back without a question, what was typed is there once, no key stays down', async () => {
      await expertDesktop.xdotool('type', '--delay', '40', 'going');
      await expertDesktop.xdotool('key', 'Return');
      await expertDesktop.xdotool('keydown', 'Shift_L');
      await keysHeld(1);
      const session = await expert.session();
      const ask = session.getByRole('button', { name: t('control.expert.ask'), exact: true, disabled: false });
      const movedAt = performance.now();
      await networks.move();
      await ask.waitFor({ timeout: 20_000 });
      const tookMs = performance.now() - movedAt;
      await keysHeld(0);
      await expertDesktop.xdotool('keyup', 'Shift_L');
      expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
      await people.keep('moved');
      expect(tookMs).toBeLessThanOrEqual(FOUND_WITHIN_MS + BUSY_MS);
      await giveControl();
      const area = await pictureArea(expert, 'Anna');
      await clickAt(expertDesktop, area.x + 200, area.y + 150);
      await expertDesktop.xdotool('type', '--delay', '40', 'on');
      await expertDesktop.xdotool('key', 'Return');
      await until(
        () => typedText().endsWith('on\n'),
        () => `the typed line, not ${JSON.stringify(typedText())}`,
      );
      expect(typedText()).toBe('The other way round: #7!\nback\ngoing\non\n');
    });

    it('it stays out: both look for each other; after two minutes it is over, each side says so, and nothing is shared any more', {
      timeout: 200_000,
    }, async () => {
      const pulledAt = performance.now();
      await networks.unplug();
      const said = async (app: App, reasons: readonly string[]) => {
        await app.main.getByRole('heading', { name: new RegExp(`^(${reasons.join('|')})$`) }).waitFor({ timeout: 150_000 });
        return performance.now() - pulledAt;
      };
      for (const [app, role, name] of [
        [novice, 'novice', 'Peter'],
        [expert, 'expert', 'Anna'],
      ] as const)
        await (await app.session())
          .getByRole('heading', { name: new RegExp(`^${t(`missing.${role}.headline`, { name, time: String.raw`\d+:\d\d.*` })}$`) })
          .waitFor();
      await people.keep('missing');
      const after = await Promise.all([
        said(novice, [t('ended.novice.peerGone', { name: 'Peter' }), t('ended.novice.connectionLost')]),
        said(expert, [t('ended.expert.peerGone', { name: 'Anna' }), t('ended.expert.connectionLost', { name: 'Anna' })]),
      ]);
      await people.keep('unplugged');
      for (const ms of after) {
        // The time begins with the last sign of the other side, which came before.
        expect(ms).toBeGreaterThanOrEqual(OVER_AFTER_MS - BUSY_MS);
        expect(ms).toBeLessThanOrEqual(OVER_AFTER_MS + BUSY_MS);
      }
      await (await novice.session()).getByText(t('phase.novice.nobody'), { exact: true }).waitFor();
      expect(await networks.novice.listening()).toHaveLength(1);
    });

    it('the messenger says that it is away, and comes back by itself when the cable is in again', async () => {
      await putAway();
      await expert.main
        .getByText(new RegExp(`^${t('status.waiting')}`))
        .first()
        .waitFor({ timeout: 20_000 });
      await contactShown(novice, 'Peter', 'offline').waitFor({ timeout: 20_000 });
      await people.keep('away');
      await networks.plug();
      // The next attempt may be a minute away by now; the expert's computer has an address more, which is a reason to try at once.
      await expert.main
        .getByText(t('status.signedIn'), { exact: true })
        .first()
        .waitFor({ timeout: 10_000 + BUSY_MS });
      await waitForOnline(expert, 'Anna');
      await waitForOnline(novice, 'Peter');
      await people.keep('back');
    });

    it('and help is possible again', async () => {
      await connect(novice, expert);
      expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
      await (await novice.session()).getByRole('button', { name: t('session.stopLong'), exact: true }).click();
      await expert.main
        .getByText(t('ended.expert.stoppedByNovice', { name: 'Anna' }), { exact: true })
        .first()
        .waitFor({ timeout: 15_000 });
    });
  },
);
