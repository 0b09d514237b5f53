/* rdesktop at an invitation that a real app has saved, and the cable between them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInvitation, readInvitation } from '../../src/protocol/assistance/invitation.ts';
import { t } from '../../src/words/words.ts';
import { electronExecutable, type SteeredApp } from '../support/app.ts';
import { heldKeys } from '../support/held-keys.ts';
import { type TwoNetworks, needsNamespaces, startTwoNetworks } from '../support/network.ts';
import { needs, type Program, startProgram, until } from '../support/programs.ts';
import { answerQuestion, windowsNamed } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xterm', 'rdesktop');
const namespaces = needsNamespaces();

/** A program that measures no round trip is missed by what its system owes. */
const MISSED_WITHIN_MS = 5_000;
/** What a busy machine may add. */
const BUSY_MS = 3_000;

describe.skipIf(programs.skip || namespaces.skip || !electronExecutable)(
  namespaces.title(programs.title('rdesktop at a saved invitation, and its cable')),
  () => {
    let networks: TwoNetworks;
    let novice: SteeredApp;
    let rdesktop: Program | undefined;

    // Registered first, so done last.
    afterAll(async () => {
      await rdesktop?.stop();
      await networks?.close();
    });
    const people = twoPeople('plain-expert');
    /** In place of a name, whatever it is. */
    const whoever = { name: '.+' };

    beforeAll(async () => {
      networks = await startTwoNetworks();
      await people.startDesktops();
      novice = await people.startApp('novice', [], { network: networks.novice });
    });

    it('a key that is held goes up within five seconds after the cable is pulled, and all goes on when it is in again', async () => {
      const { main, desktop } = novice;
      const expertDesktop = people.desktop('expert');
      const file = join(desktop.home, 'help.msrcIncident');
      await novice.chooseFile(file);
      await main
        .locator('summary')
        .filter({ hasText: new RegExp(`^${t('welcome.other')}$`) })
        .click();
      await main.getByRole('button', { name: t('file.save'), exact: true }).click();
      const shown = main.getByLabel(t('file.password'), { exact: true });
      await shown.waitFor();
      const password = (await shown.locator('span').allTextContents()).join(' ');
      const { addresses, raSessionId } = openInvitation(readInvitation(await readFile(file)), password);
      await main.getByRole('button', { name: t('nav.settings'), exact: true }).click();
      const plain = main.getByLabel(t('settings.allowPlainExperts'), { exact: true });
      await plain.click();
      await answerQuestion(desktop, 'allow');
      await until(() => plain.isChecked(), 'the setting to be on');

      const address = addresses.find(({ host }) => host === networks.novice.address);
      const session = ['-u', 'expert', '-p', 'unused', '-g', '1280x720', '-a', '32', '-D', '-c', raSessionId];
      const [command, ...args] = networks.expert.inside('rdesktop', ...session, `${address?.host}:${address?.port}`);
      rdesktop = startProgram(command, args, { env: expertDesktop.env, stdio: ['pipe', 'pipe', 'pipe'] });
      // It asks whether to trust a self-signed certificate.
      rdesktop.process.stdin?.write('yes\nyes\n');
      await answerQuestion(desktop, 'allow');
      const panel = await novice.session();
      await panel.getByRole('button', { name: new RegExp(`^${t('control.novice.give', whoever)}$`) }).click();
      await answerQuestion(desktop, 'allow');
      await panel.getByRole('button', { name: t('control.novice.takeBack'), exact: true }).waitFor();

      const viewer = await until(
        async () => (await windowsNamed(expertDesktop, '--class', '[Rr]desktop'))[0],
        () => `rdesktop: ${rdesktop?.output()}`,
      );
      await expertDesktop.xdotool('windowfocus', '--sync', viewer);
      await expertDesktop.xdotool('keydown', 'Shift_L');
      await until(async () => (await heldKeys(desktop.name)) > 0, 'the key to be down');
      await people.keep('held');

      const pulledMs = performance.now();
      await networks.unplug();
      const silent = panel.getByRole('heading', { name: new RegExp(`^${t('line.novice.silent', whoever)}$`) });
      await silent.waitFor();
      await until(async () => (await heldKeys(desktop.name)) === 0, 'the key to be up');
      expect(performance.now() - pulledMs).toBeLessThan(MISSED_WITHIN_MS + BUSY_MS);
      await people.keep('pulled');
      await networks.plug();
      await silent.waitFor({ state: 'detached' });
      await expertDesktop.xdotool('keyup', 'Shift_L');
      await panel.getByRole('button', { name: t('session.stopLong'), exact: true }).click();
      expect(await rdesktop.exited).not.toBeNull();
    });
  },
);
