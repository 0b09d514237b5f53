import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import { Proxy } from '../main/messenger/proxy.ts';
import { needs, until } from '../support/programs.ts';
import {
  answerNotification,
  answerQuestion,
  askForHelp,
  hostMessenger,
  pictureArea,
  signIn,
  tellCode,
  typeCode,
  waitForOnline,
} from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const PATIENCE_MS = 20_000;

describe.skipIf(programs.skip || !electronExecutable)(
  programs.title('somebody on the wire between an app and its messenger, in two real apps'),
  () => {
    let novice: App;
    let expert: App;
    let proxy: Proxy;
    /** What the messenger's switchboards are named, so that they go through here as well. */
    let located = (text: string): string => text;

    const people = twoPeople('in-the-middle');
    const change = (changed: (text: string) => string) => {
      proxy.rewrite = (text, toClient) => changed(toClient ? located(text) : text);
    };
    const whole = (text: string): string => text;
    /** A key of the one in between in the place of each of theirs, in either direction. */
    const withOwnKey = (text: string): string => text.replaceAll(/seal=[A-Za-z0-9+/]{43}=/g, `seal=${'A'.repeat(42)}E=`);
    /** As an older program says it; as long as before, since the messenger counts. */
    const stripped = (text: string): string => text.replaceAll(';seal=', ';sale=');
    const ended = async ({ main }: App, sentence: string) => {
      await main.getByText(sentence, { exact: true }).first().waitFor({ timeout: PATIENCE_MS });
      await main.getByRole('button', { name: t('ended.close'), exact: true }).click();
    };
    const accepted = async () => {
      await askForHelp(novice, 'Peter');
      await answerNotification(expert, 'accept');
    };

    beforeAll(async () => {
      ({ novice, expert } = await people.start());
      const { issued } = await hostMessenger(expert, 'Peter', 'Anna');
      const port = Number(issued.server.split(':')[1]);
      proxy = await Proxy.open(port);
      located = (text) => text.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${proxy.port}`);
      change(whole);
      await signIn(novice, { ...issued, server: `127.0.0.1:${proxy.port}` }, 'Anna');
      await waitForOnline(novice, 'Peter');
      await waitForOnline(expert, 'Anna');
    }, 120_000);
    afterAll(async () => proxy?.close());

    it('who puts keys of their own in is found out by the digits, three times; nobody sees anything, and both are told', async () => {
      change(withOwnKey);
      await accepted();
      const panel = await novice.session();
      const session = await expert.session();
      const digits = panel.locator('.code__digits');
      await digits.waitFor({ timeout: PATIENCE_MS });
      const told = (await digits.textContent()) ?? '';
      await typeCode(expert, told);
      for (const count of [2, 1]) {
        await session.getByText(t('code.wrongHere', { name: 'Anna', count }), { exact: true }).waitFor({ timeout: PATIENCE_MS });
        await typeCode(expert, told);
      }
      await ended(novice, t('ended.novice.codeBurnt'));
      await ended(expert, t('ended.expert.codeBurnt'));
      await people.keep('burnt');
    });

    it('who takes the protection away on a first meeting is refused', async () => {
      change(stripped);
      await accepted();
      await ended(expert, t('ended.expert.notVerifiable', { name: 'Anna' }));
      await ended(novice, t('ended.novice.declined', { name: 'Peter' }));
    });

    it('who only carries carries: the two come together, and what passed has no address, session id or digits in it', async () => {
      let heard = '';
      change((text) => {
        heard += text;
        return text;
      });
      await accepted();
      const panel = await novice.session();
      await panel.locator('.code__digits').waitFor({ timeout: PATIENCE_MS });
      const told = (await panel.locator('.code__digits').textContent()) ?? '';
      await tellCode(novice, expert);
      await answerQuestion(novice.desktop, 'allow');
      await pictureArea(expert, 'Anna');
      expect(heard).toContain('Ringback: 1;parts;');
      expect(heard).not.toContain(told.replace(' ', ''));
      expect(heard).not.toMatch(/IP-Address: \d/);
      expect(heard).not.toContain('65538');
      await panel.getByRole('button', { name: t('session.stopLong'), exact: true }).click();
      await ended(expert, t('ended.expert.stoppedByNovice', { name: 'Anna' }));
      await ended(novice, t('ended.novice.stoppedByNovice', { name: 'Peter' }));
    });

    it('who takes it away from two who have met is refused, and named', async () => {
      change(stripped);
      await accepted();
      await ended(expert, t('ended.expert.protectionRemoved'));
      await people.keep('removed');
      await until(
        async () => (await novice.main.getByRole('button', { name: t('ended.close'), exact: true }).count()) > 0,
        'the novice’s end',
      );
    });
  },
);
