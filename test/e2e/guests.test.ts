/* Somebody without an account, from a fresh start to the picture: by an address and a code, or by a link. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeHelpLink } from '../../src/protocol/xmpp/help-link.ts';
import { t } from '../../src/words/words.ts';
import { type App, electronExecutable } from '../support/app.ts';
import { needs } from '../support/programs.ts';
import { answerNotification, answerQuestion, pictureArea, waitForQuestion } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';
import { type XmppServer, needsServers, startProsody } from '../support/xmpp-servers.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xterm');
const servers = needsServers();
const PASSWORD = 'secret of erik';
const WRONG = 'CCCCCCCC';

/** The expert signs in with an account of their server, at the first start. */
async function signIn({ main }: App, server: XmppServer, authority: string): Promise<void> {
  await main.getByText(t('welcome.other'), { exact: true }).click();
  await main.getByRole('button', { name: t('welcome.haveAccount'), exact: true }).click();
  await main.getByLabel(t('transport.xmpp'), { exact: true }).check();
  const fields = {
    'xmpp.address': `erik@${server.domain}`,
    'xmpp.password': PASSWORD,
    'account.friendlyName': 'Erik',
    'xmpp.server': `${server.host}:${server.ports.clients}`,
    'xmpp.authority': authority,
  } as const;
  for (const [label, value] of Object.entries(fields)) await main.getByLabel(t(label as keyof typeof fields), { exact: true }).fill(value);
  await main.getByRole('button', { name: t('account.save'), exact: true }).click();
  await main.getByRole('button', { name: t('newcomer.begin'), exact: true }).waitFor({ timeout: 30_000 });
}

/** A fresh code, as the expert's window shows it. */
async function newCode({ main, log }: App): Promise<string> {
  await main.getByRole('button', { name: t('newcomer.begin'), exact: true }).click();
  const code = main.locator('.newcomer__code');
  await code.waitFor({ timeout: 30_000 }).catch(async (error: unknown) => {
    throw new Error(`no code; the window says:\n${(await main.locator('main').textContent()) ?? ''}\n${log()}`, { cause: error });
  });
  return ((await code.textContent()) ?? '').replaceAll(/\s/g, '');
}

describe
  .skipIf(programs.skip || servers.skip || !electronExecutable)
  .each([['Prosody', startProsody, 'code']] as readonly (readonly [string, typeof startProsody, 'link' | 'code'])[])(
  servers.title(programs.title('somebody without an account, on %s')),
  (name, start, by) => {
    let server: XmppServer;
    let folder: string | undefined;
    let authority: string;
    let expert: App;
    let novice: App;
    let code = '';

    afterAll(async () => {
      await server?.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    });
    const people = twoPeople(`guests-${name}`);

    beforeAll(async () => {
      server = await start({ coturn: false });
      await server.register('erik', PASSWORD);
      folder = await mkdtemp(join(tmpdir(), 'ringback-guests-'));
      authority = join(folder, 'ca.pem');
      await writeFile(authority, server.ca);
      const { noviceDesktop } = await people.startDesktops();
      // Guests believe the authorities of their system; on the novice's, this one is among them.
      Object.assign(noviceDesktop.env, { NODE_EXTRA_CA_CERTS: authority });
      expert = await people.startApp('expert');
      await signIn(expert, server, authority);
    }, 120_000);

    it('whose helper can see what their server is and offers', { timeout: 60_000 }, async () => {
      const { main } = expert;
      await main.getByRole('button', { name: t('nav.settings'), exact: true }).click();
      await main.getByRole('button', { name: t('server.look'), exact: true }).click();
      const facts = main.getByRole('status').filter({ has: main.getByText(t('server.fingerprint'), { exact: true }) });
      await facts.waitFor({ timeout: 30_000 });
      await facts.scrollIntoViewIfNeeded();
      await people.keep('server');
      const offers = facts.getByRole('list', { name: t('server.offers'), exact: true });
      expect(await offers.textContent()).toContain(t('server.guests.yes'));
      expect(await offers.textContent()).toContain(t('server.relay.yes'));
      expect(await facts.textContent()).toMatch(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/);
      await main.getByRole('button', { name: t('nav.home'), exact: true }).click();
    });

    it(`is asked about after a fresh start, by ${by}`, { timeout: 90_000 }, async () => {
      code = await newCode(expert);
      expect(code).toMatch(/^[CFHKMQRWY24679]{8}$/);
      const to = `erik@${server.domain}`;
      const at = `${server.host}:${server.ports.clients}`;
      if (by === 'link') {
        novice = await people.startApp('novice', [writeHelpLink({ to, name: 'Erik', server: at, code })]);
        const card = novice.main.getByRole('region', { name: t('offeredHelp.titleNamed', { name: 'Erik' }), exact: true });
        await card.waitFor();
        await people.keep('link');
        expect(await expert.main.getByText(t('invitation.guest'), { exact: true }).count()).toBe(0);
        await card.getByRole('button', { name: t('offeredHelp.ask'), exact: true }).click();
      } else {
        novice = await people.startApp('novice');
        await novice.main.getByRole('button', { name: new RegExp(`^${t('welcome.need')}`) }).click();
        await novice.main.getByLabel(t('guest.address'), { exact: true }).fill(to);
        await novice.main.getByLabel(t('guest.code'), { exact: true }).fill(WRONG);
        // Names lead nowhere in a test.
        await novice.main.getByText(t('guest.more'), { exact: true }).click();
        await novice.main.getByLabel(t('guest.server'), { exact: true }).fill(at);
        await novice.main.getByRole('button', { name: t('guest.ask'), exact: true }).click();
        await novice.main.getByText(t('problem.GUEST_CODE_WRONG'), { exact: true }).waitFor({ timeout: 30_000 });
        await people.keep('wrong');
        await expert.main.getByText(t('newcomer.wrong', { count: 1 }), { exact: true }).waitFor();
        await novice.main.getByLabel(t('guest.code'), { exact: true }).fill(`${code.slice(0, 4)} ${code.slice(4)}`.toLowerCase());
        await novice.main.getByRole('button', { name: t('guest.ask'), exact: true }).click();
      }
      await novice.main
        .getByRole('heading', { name: t('phase.novice.inviting', { name: 'erik' }), exact: true })
        .waitFor({ timeout: 30_000 });
      await expert.main.getByText(t('invitation.guest'), { exact: true }).waitFor();
      await people.keep('asked');
    });

    it('is helped after the two yeses, with no second code', { timeout: 90_000 }, async () => {
      const title = (await expert.main.getByRole('heading', { name: /asks for your help$/ }).textContent()) ?? '';
      const claimed = title.replace(/ asks for your help$/, '');
      expect(claimed).toMatch(/^“.+”$/);
      await answerNotification(expert, 'accept');
      await waitForQuestion(novice.desktop);
      await answerQuestion(novice.desktop, 'allow');
      const area = await pictureArea(expert, claimed);
      expect(area.width).toBe(1280);
      await people.keep('picture');
    });
  },
);
