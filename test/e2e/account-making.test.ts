/* Somebody without an account makes one by a server's invitation link, from a fresh start to being signed in. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { electronExecutable, type SteeredApp } from '../support/app.ts';
import { needs } from '../support/programs.ts';
import { twoPeople } from '../support/two-people.ts';
import { type XmppServer, needsServers, startProsody } from '../support/xmpp-servers.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const servers = needsServers();

describe.skipIf(programs.skip || servers.skip || !electronExecutable)(servers.title(programs.title('an account of a server')), () => {
  let server: XmppServer;
  let folder: string | undefined;
  let nora: SteeredApp;
  const people = twoPeople('account-making');
  const field = (label: string) => nora.main.getByLabel(label, { exact: true });

  beforeAll(async () => {
    server = await startProsody({ coturn: false, settings: { BY_INVITATION: 'true' } });
    folder = await mkdtemp(join(tmpdir(), 'ringback-account-'));
    await writeFile(join(folder, 'ca.pem'), server.ca);
    const size = { width: 1100, height: 1000 };
    await people.startDesktops({ novice: size, expert: { width: 640, height: 480 } });
    nora = await people.startApp('novice');
  }, 90_000);

  afterAll(async () => {
    await server?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('is refused without an invitation, then made by a link that was pasted', { timeout: 60_000 }, async () => {
    await nora.main.getByText(t('welcome.other'), { exact: true }).click();
    await nora.main.getByRole('button', { name: t('welcome.haveAccount'), exact: true }).click();
    await field(t('transport.xmpp')).check();
    await nora.main.getByRole('switch', { name: t('account.make'), exact: true }).check();
    const typed = {
      'xmpp.address': `nora@${server.domain}`,
      'xmpp.password': 'a password of nora',
      'account.friendlyName': 'Nora',
      'xmpp.server': `${server.host}:${server.ports.clients}`,
      'xmpp.authority': join(folder ?? '', 'ca.pem'),
    } as const;
    for (const [label, value] of Object.entries(typed)) await field(t(label as keyof typeof typed)).fill(value);
    const make = nora.main.getByRole('button', { name: t('account.makeSubmit'), exact: true });
    await make.click();
    const refused = nora.main.getByText(t('problem.NOT_MADE_UNINVITED'), { exact: true });
    await refused.waitFor({ timeout: 20_000 });
    const { top, bottom, height } = await refused.evaluate((line) => {
      const box = line.getBoundingClientRect();
      return { top: box.top, bottom: box.bottom, height: window.innerHeight };
    });
    expect([top >= 0, bottom <= height]).toEqual([true, true]);
    await people.keep('uninvited');
    const link = /xmpp:\S+/.exec(await server.control('mod_invites', 'generate', server.domain))?.[0] ?? '';
    await field(t('account.invitation')).evaluate((input, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', `Come in: ${text}`);
      input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, link);
    expect(await field(t('account.invitation')).inputValue()).toBe(link);
    await nora.main.getByText(t('account.invited', { server: server.domain }), { exact: true }).waitFor();
    await field(t('xmpp.address')).fill(typed['xmpp.address']);
    await people.keep('invited');
    await make.click();
    await nora.main.getByRole('button', { name: t('newcomer.begin'), exact: true }).waitFor({ timeout: 30_000 });
    await people.keep('signed-in');
  });
});
