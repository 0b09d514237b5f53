/*
 * Somebody without an account, from an empty profile: by a link on ejabberd to the picture, then by an address and a code on ejabberd and on Prosody. One pair of
 * apps goes through all of it. What a flood, a code that is too old and one that was locked come to is in test/pair/guests.test.ts and test/interop/guests.test.ts.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeHelpLink } from '../../src/protocol/xmpp/help-link.ts';
import { t } from '../../src/words/words.ts';
import { type App, appCommand, electronExecutable } from '../support/app.ts';
import { needs } from '../support/programs.ts';
import { answerNotification, answerQuestion, pictureArea, waitForQuestion } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';
import { type XmppServer, needsServers, startEjabberd, startProsody } from '../support/xmpp-servers.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xterm');
const servers = needsServers();
const PASSWORD = 'secret of erik';
const WRONG = 'CCCCCCCC';

interface Place {
  readonly server: XmppServer;
  /** Path of its authority's certificate. */
  readonly authority: string;
}

const erikOf = ({ server }: Place): string => `erik@${server.domain}`;
/** Names lead nowhere in a test. */
const at = ({ server }: Place): string => `${server.host}:${server.ports.clients}`;

/** The expert's account, into the form that is open. */
async function fillAccount({ main }: App, place: Place): Promise<void> {
  const fields = {
    'xmpp.address': erikOf(place),
    'xmpp.password': PASSWORD,
    'account.friendlyName': 'Erik',
    'xmpp.server': at(place),
    'xmpp.authority': place.authority,
  } as const;
  // Settings have further forms, with names and passwords of their own.
  const form = main.locator('form').filter({ has: main.getByLabel(t('xmpp.address'), { exact: true }) });
  for (const [label, value] of Object.entries(fields)) await form.getByLabel(t(label as keyof typeof fields), { exact: true }).fill(value);
  await form.getByRole('button', { name: t('account.save'), exact: true }).click();
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

const field = ({ main }: App, label: Parameters<typeof t>[0]) => main.getByLabel(t(label as 'guest.code'), { exact: true });
const press = ({ main }: App, label: Parameters<typeof t>[0]) =>
  main.getByRole('button', { name: t(label as 'guest.ask'), exact: true }).click();

/** As it was read out, into the form that is open. */
async function typeGuest(novice: App, place: Place, code: string, authority = ''): Promise<void> {
  await field(novice, 'guest.address').fill(erikOf(place));
  await field(novice, 'guest.code').fill(code);
  if (!(await field(novice, 'guest.server').isVisible())) await novice.main.getByText(t('guest.more'), { exact: true }).click();
  await field(novice, 'guest.server').fill(at(place));
  await field(novice, 'guest.authority').fill(authority);
}

describe.skipIf(programs.skip || servers.skip || !electronExecutable)(servers.title(programs.title('somebody without an account')), () => {
  let ejabberd: Place;
  let prosody: Place;
  let folder: string | undefined;
  let expert: App;
  let novice: App;

  afterAll(async () => {
    await Promise.all([ejabberd?.server.close(), prosody?.server.close()]);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
  const people = twoPeople('guests');

  const placeOf = async (server: XmppServer): Promise<Place> => {
    await server.register('erik', PASSWORD);
    const authority = join(folder ?? '', `${server.kind}.pem`);
    await writeFile(authority, server.ca);
    return { server, authority };
  };

  /** The novice's name, in the quotation marks of somebody who only says it. */
  const isAsked = async (): Promise<void> => {
    await novice.main
      .getByRole('heading', { name: t('phase.novice.inviting', { name: 'erik' }), exact: true })
      .waitFor({ timeout: 30_000 });
    await expert.main.getByText(t('invitation.guest'), { exact: true }).waitFor();
    await expert.main.getByRole('heading', { name: /^“Nora”/ }).waitFor();
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-guests-'));
    [ejabberd, prosody] = [await placeOf(await startEjabberd({ coturn: false })), await placeOf(await startProsody({ coturn: false }))];
    const { noviceDesktop } = await people.startDesktops();
    // A link names no authority: on the novice's computer, ejabberd's is among those of the system. Its log-in name tells nobody anything.
    Object.assign(noviceDesktop.env, { NODE_EXTRA_CA_CERTS: ejabberd.authority, USER: 'root', USERNAME: 'root' });
    expert = await people.startApp('expert');
    await expert.main.getByText(t('welcome.other'), { exact: true }).click();
    await press(expert, 'welcome.haveAccount');
    await expert.main.getByLabel(t('transport.xmpp'), { exact: true }).check();
    await fillAccount(expert, ejabberd);
    await expert.main.getByRole('button', { name: t('newcomer.begin'), exact: true }).waitFor({ timeout: 30_000 });
  }, 120_000);

  it('whose helper can see what their server is and offers', { timeout: 60_000 }, async () => {
    const { main } = expert;
    await press(expert, 'nav.settings');
    await press(expert, 'server.look');
    const facts = main.getByRole('status').filter({ has: main.getByText(t('server.fingerprint'), { exact: true }) });
    await facts.waitFor({ timeout: 30_000 });
    await facts.scrollIntoViewIfNeeded();
    await people.keep('server');
    const offers = facts.getByRole('list', { name: t('server.offers'), exact: true });
    expect(await offers.textContent()).toContain(t('server.guests.yes'));
    expect(await offers.textContent()).toContain(t('server.relay.yes'));
    expect(await facts.textContent()).toMatch(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/);
    await press(expert, 'nav.home');
  });

  it('is asked about by a link that an empty profile was started with, under a name that they have typed', {
    timeout: 90_000,
  }, async () => {
    const code = await newCode(expert);
    expect(code).toMatch(/^[CFHKMQRWY24679]{8}$/);
    const link = writeHelpLink({ to: erikOf(ejabberd), name: 'Erik', server: at(ejabberd), code });
    novice = await people.startApp('novice', [link]);
    const card = novice.main.getByRole('region', { name: t('offeredHelp.titleNamed', { name: 'Erik' }), exact: true });
    await card.waitFor();
    // Another one that is opened now, by the system's second start, takes nothing's place.
    const { args, env } = appCommand(novice.desktop);
    const other = writeHelpLink({ to: 'eve@elsewhere.example', name: 'Eve', code: 'CFHKMQRW' });
    expect(await novice.desktop.start(electronExecutable ?? '', [...args, other], env).exited).toBe(0);
    await card.getByText(t('offered.another'), { exact: true }).waitFor();
    expect(await expert.main.getByText(t('invitation.guest'), { exact: true }).count()).toBe(0);
    const ask = card.getByRole('button', { name: t('offeredHelp.ask'), exact: true });
    expect(await ask.isDisabled()).toBe(true);
    await card.getByLabel(t('guest.name'), { exact: true }).fill('Nora');
    await people.keep('link');
    await ask.click();
    await isAsked();
    await people.keep('asked');
    // The one behind it has been waiting.
    await novice.main.getByRole('heading', { name: t('offeredHelp.titleNamed', { name: 'Eve' }), exact: true }).waitFor();
    await press(novice, 'offeredAccount.putAway');
  });

  it('is helped after the two yeses, with no second code', { timeout: 90_000 }, async () => {
    await answerNotification(expert, 'accept');
    await waitForQuestion(novice.desktop);
    await answerQuestion(novice.desktop, 'allow');
    const area = await pictureArea(expert, '“Nora”');
    expect(area.width).toBe(1280);
    await people.keep('picture');
    await (await novice.session()).getByRole('button', { name: t('session.stopLong'), exact: true }).click();
    await novice.main.getByRole('button', { name: t('ended.close'), exact: true }).waitFor({ timeout: 20_000 });
    await people.keep('ended');
    for (const app of [novice, expert]) await press(app, 'ended.close');
  });

  it('is asked about by an address and a code, after a wrong one', { timeout: 90_000 }, async () => {
    const code = await newCode(expert);
    await novice.main.getByRole('button', { name: new RegExp(`^${t('welcome.need')}`) }).click();
    // What was typed before is offered now.
    expect(await field(novice, 'guest.name').inputValue()).toBe('Nora');
    await people.keep('form');
    await typeGuest(novice, ejabberd, WRONG);
    await press(novice, 'guest.ask');
    await novice.main.getByText(t('problem.GUEST_CODE_WRONG'), { exact: true }).waitFor({ timeout: 30_000 });
    await people.keep('wrong');
    await expert.main.getByText(t('newcomer.wrong', { count: 1 }), { exact: true }).waitFor();
    await field(novice, 'guest.code').fill(`${code.slice(0, 4)} ${code.slice(4)}`.toLowerCase());
    await press(novice, 'guest.ask');
    await isAsked();
    await answerNotification(expert, 'decline');
    await novice.main.getByRole('button', { name: t('ended.close'), exact: true }).waitFor({ timeout: 20_000 });
    await people.keep('declined');
    await press(novice, 'ended.close');
  });

  it('is asked about on Prosody as well, whose own authority they name', { timeout: 120_000 }, async () => {
    await press(expert, 'nav.settings');
    await press(expert, 'account.change');
    await fillAccount(expert, prosody);
    await expert.main.getByRole('button', { name: t('account.change'), exact: true }).waitFor();
    await press(expert, 'nav.home');
    await expert.main.getByText(t('status.signedIn'), { exact: true }).waitFor({ timeout: 30_000 });
    const code = await newCode(expert);
    await typeGuest(novice, prosody, code);
    await press(novice, 'guest.ask');
    await novice.main.getByText(t('problem.GUEST_SERVER_NOT_PROVED'), { exact: true }).waitFor({ timeout: 30_000 });
    await people.keep('not-proved');
    await field(novice, 'guest.authority').fill(prosody.authority);
    await press(novice, 'guest.ask');
    await isAsked();
    await answerNotification(expert, 'decline');
  });
});
