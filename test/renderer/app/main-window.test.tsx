// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { AccountView, AppState } from '../../../src/preload/contract.ts';
import { endedSentence } from '../../../src/renderer/app/session/session-words.ts';
import { dateTime, timeOfDay } from '../../../src/words/locale.ts';
import { t } from '../../../src/words/words.ts';
import { appState, faring, MARGARET, NOW_MS, onMsnp, PIGEONS, TRANSPORTS } from './fixtures.ts';
import { button, openMainWindow, theButton, words } from './windows.tsx';

const INVITATION = { id: 'i1', from: { address: 'm@b.c', friendlyName: 'Margaret' }, receivedAtMs: NOW_MS };
const isDisabled = (element: HTMLElement): unknown => (element as HTMLButtonElement).disabled;

describe('a conversation', () => {
  const line = { id: '1', from: 'them', text: 'Shall I <b>help</b>?', atMs: NOW_MS } as const;
  const conversations = [
    {
      ...onMsnp('anna@ringback.local'),
      unread: 2,
      typing: true,
      lines: [line, { ...line, id: '2', from: 'me', text: 'Yes', delivery: 'failed' } as const],
    },
  ];

  it('is opened at its contact; what is unread is said there and at the top', async () => {
    const { user, calls } = openMainWindow(appState({ conversations }));
    theButton(t('chat.openUnread', { name: 'Anna', count: 2 }));
    theButton(t('chat.open', { name: 'Tom' }));
    expect(button(t('chat.newFrom', { name: 'Tom' }))).toBeUndefined();
    await user.click(theButton(t('chat.newFrom', { name: 'Anna' })));
    screen.getByRole('log', { name: t('chat.log', { name: 'Anna' }) });
    expect(calls()).toContainEqual(['readConversation', onMsnp('anna@ringback.local')]);
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('log')).toBeNull();
  });

  it('says what was written, by whom and when, and what did not get there; help can be asked for in it', async () => {
    const { user, calls } = openMainWindow(appState({ conversations }), { talkingTo: onMsnp('anna@ringback.local') });
    const log = within(screen.getByRole('log'));
    log.getByText('Shall I <b>help</b>?');
    log.getByText(t('chat.failed'));
    expect(log.getByText(timeOfDay(NOW_MS)).getAttribute('datetime')).toBe(new Date(NOW_MS).toISOString());
    log.getByText(t('chat.typing', { name: 'Anna' }));
    const field = screen.getByLabelText(t('chat.write', { name: 'Anna' }));
    expect(field).toHaveProperty('maxLength', 400);
    await user.type(field, 'Please{Shift>}{Enter}{/Shift}do{Enter}');
    expect(calls()).toContainEqual(['sendMessage', { ...onMsnp('anna@ringback.local'), text: 'Please\ndo' }]);
    expect(field).toHaveProperty('value', '');
    await user.click(theButton(t('contacts.askShort')));
    expect(calls().at(-1)).toEqual(['askForHelp', onMsnp('anna@ringback.local')]);
  });

  it('takes no words for somebody who is offline, and goes home for somebody who is no contact', () => {
    openMainWindow(appState(), { talkingTo: onMsnp('zoe@ringback.local') });
    screen.getByText(t('chat.offline', { name: 'Zoe' }));
    expect(screen.queryByRole('textbox')).toBeNull();
    expect(isDisabled(theButton(t('contacts.askShort')))).toBe(true);
    openMainWindow(appState(), { talkingTo: onMsnp('gone@ringback.local') });
    theButton(t('home.ask'));
  });
});

describe('an invitation to another program', () => {
  const invited = (line: string) => ({
    activities: [
      {
        id: 'a1',
        kind: 'voice',
        role: 'invitee',
        peer: { ...onMsnp('anna@ringback.local'), friendlyName: 'Anna' },
        startedAtMs: NOW_MS,
        phase: 'waiting',
        line,
      } as const,
    ],
  });
  it('shows nobody the braces of a template', () => {
    openMainWindow(appState(invited('sip:{address}:{port}')));
    screen.getByText(t('activity.runsDefault'));
    expect(words()).not.toMatch(/[{}]/);
    const line = 'linphone --call sip:{address}:{port}';
    openMainWindow(appState({ ...invited(line), programs: [{ kind: 'voice', choice: { use: 'own', line }, ready: true }] }));
    screen.getByText('linphone --call sip:…:…');
    expect(words()).not.toMatch(/[{}]/);
  });
});

describe('Home', () => {
  const order = (): readonly (string | null)[] => screen.getAllByRole('heading').map(({ textContent }) => textContent);

  it('begins with the one big button for those who need help', () => {
    openMainWindow(appState());
    expect(order().slice(0, 2)).toEqual([t('home.askTitle'), t('contacts.title')]);
  });

  it('begins with the people for those who help, and says whether anybody could ask', () => {
    const { settings, ...app } = appState();
    const give = { ...app, settings: { ...settings, home: 'give' as const } };
    openMainWindow(give);
    expect(order().slice(0, 3)).toEqual([t('home.giveHead'), t('contacts.title'), t('home.askTitle')]);
    screen.getByText(t('home.giveOnline', { count: 2 }));
    theButton(t('home.ask'));
    openMainWindow({ ...give, ...faring({ tag: 'connecting' }) });
    screen.getByText(t('home.giveOffline'));
  });

  it('is for whom Settings say', async () => {
    const { user, calls } = openMainWindow(appState(), { page: 'settings' });
    await user.click(screen.getByLabelText(t('settings.homeGive')));
    expect(calls()).toEqual([['saveSettings', { home: 'give' }]]);
  });
});

describe('a request that nobody answered', () => {
  const missed: AppState['history'][number] = {
    id: 'h1',
    role: 'expert',
    peer: { ...onMsnp('anna@ringback.local'), friendlyName: 'Anna' },
    startedAtMs: NOW_MS - 600_000,
    endedAtMs: NOW_MS - 480_000,
    viewed: false,
    controlled: false,
    reason: 'timedOut',
  };
  it('is on the expert’s Home with the ways to write back and to call back, until they were helped or a day has gone', async () => {
    const { user, calls } = openMainWindow(appState({ history: [missed] }));
    const card = within(screen.getByRole('region', { name: t('missed.title') }));
    card.getByText(t('missed.asked', { name: 'Anna', time: timeOfDay(missed.startedAtMs), when: '10 minutes ago' }));
    await user.click(card.getByRole('button', { name: t('missed.callBack', { name: 'Anna' }) }));
    expect(calls()).toEqual([['offerHelp', onMsnp('anna@ringback.local')]]);
    await user.click(card.getByRole('button', { name: t('chat.open', { name: 'Anna' }) }));
    screen.getByRole('log');
    const gone = appState({ history: [missed] });
    openMainWindow({ ...gone, contacts: gone.contacts.map((contact) => ({ ...contact, presence: 'offline' as const })) });
    screen.getByText(t('missed.nextOffline', { name: 'Anna' }));
    expect(button(t('missed.callBack', { name: 'Anna' }))).toBeUndefined();
    const helped = { ...missed, id: 'h2', startedAtMs: NOW_MS - 60_000, viewed: true, reason: 'stoppedByNovice' };
    const old = { ...missed, endedAtMs: NOW_MS - 86_400_001 };
    for (const history of [[helped, missed], [old], [{ ...missed, role: 'novice' as const }], [{ ...missed, offered: true as const }]]) {
      openMainWindow(appState({ history }));
      expect(screen.queryByText(t('missed.title'))).toBeNull();
    }
  });
});

it('an account that is made in Settings knows the host from the start', async () => {
  const hosting: AppState['hosting'] = {
    tag: 'on',
    addresses: ['192.0.2.1:1863'],
    reach: 'lan',
    accounts: [{ address: MARGARET.address, friendlyName: 'Margaret', online: true }],
  };
  const made = { createHostedAccount: { ok: true, value: { server: '192.0.2.1:1863', accessToken: 'k7Qm-2xPd' } } };
  const { user, calls, store } = openMainWindow(appState({ hosting }), { page: 'settings' }, made);
  await user.click(theButton(t('settings.hostedAdd')));
  await user.type(screen.getByLabelText(t('hostStart.otherName')), 'Peter');
  await user.click(theButton(t('hostStart.makeAccount')));
  await screen.findByText('k7Qm-2xPd');
  expect(calls()).toEqual([
    ['createHostedAccount', { address: 'peter@ringback.local', friendlyName: 'Peter' }],
    ['addContact', onMsnp('peter@ringback.local')],
  ]);
  // And so does the message that is passed on.
  expect(store.getState().ui.issued).toMatchObject({ contact: MARGARET.address, contactName: 'Margaret' });
});

describe('thirty contacts', () => {
  const contacts = Array.from({ length: 30 }, (_, at) => ({
    ...onMsnp(`p${at}@ringback.local`),
    friendlyName: at === 4 || at === 20 ? 'Anna' : `Person ${at}`,
    presence: 'offline' as const,
  }));
  it('are searched, and two of one name are told apart', async () => {
    const { user } = openMainWindow(appState({ contacts }));
    expect(screen.getAllByText('Anna').map((name) => name.closest('li')?.textContent)).toEqual([
      expect.stringContaining('p4@ringback.local'),
      expect.stringContaining('p20@ringback.local'),
    ]);
    await user.type(screen.getByLabelText(t('contacts.search')), 'ANNA p20');
    expect(screen.getAllByText('Anna')).toHaveLength(1);
    await user.type(screen.getByLabelText(t('contacts.search')), 'x');
    screen.getByText(t('contacts.noMatch'));
  });
  it('are not looked for where there are few', () => {
    openMainWindow(appState());
    expect(screen.queryByLabelText(t('contacts.search'))).toBeNull();
    expect(screen.queryByRole('button', { name: t('contacts.remove', { name: 'Anna' }) })).toBeNull();
  });
});

it('says in Settings where the access token is kept, and on no other page', async () => {
  const notices = [{ id: 'n1', kind: 'info', key: 'notice.tokenNotEncrypted', values: {} } as const];
  const { user } = openMainWindow(appState({ notices }));
  expect(words()).not.toContain(t('notice.tokenNotEncrypted'));
  await user.click(theButton(t('nav.settings')));
  screen.getByText(t('notice.tokenNotEncrypted'));
});

describe('home', () => {
  it('says of a contact who has not said yes that, and not that they are away', () => {
    const [zoe, ...others] = appState().contacts;
    if (zoe !== undefined) openMainWindow(appState({ contacts: [{ ...zoe, unanswered: true }, ...others] }));
    const line = screen.getByText('Zoe').closest('li')?.textContent;
    expect(line).toContain(t('presence.unanswered'));
    expect(line).not.toContain(t('presence.offline'));
  });

  it('has one big button, and contacts with their presence; only who is online can be chosen', async () => {
    const { user, calls } = openMainWindow(appState());
    screen.getByText('Anna');
    screen.getByText(t('status.signedIn'));
    expect(screen.getByText('Tom').closest('li')?.textContent).toContain(t('presence.busy'));
    await user.click(theButton(t('home.ask')));
    expect(button(t('picker.askPerson', { name: 'Zoe' }))).toBeUndefined();
    screen.getByText(t('picker.offlineHint'));
    await user.click(theButton(t('picker.askPerson', { name: 'Anna' })));
    expect(calls()).toEqual([['askForHelp', onMsnp('anna@ringback.local')]]);
  });

  it('leaves the choice of a person by Back and by Escape', async () => {
    const { user } = openMainWindow(appState(), { picking: true });
    await user.click(theButton(t('common.back')));
    await user.click(theButton(t('home.ask')));
    await user.tab();
    await user.keyboard('{Escape}');
    theButton(t('home.ask'));
  });

  it('says why this computer cannot be shown before anyone asks', () => {
    openMainWindow(appState({ desktop: { capture: false, input: false, reason: 'desktop.noDisplay' } }));
    screen.getByText(t('desktop.noDisplay'));
    expect(isDisabled(theButton(t('home.ask')))).toBe(true);
    openMainWindow(appState({ desktop: { capture: true, input: false, reason: 'desktop.wayland' } }));
    screen.getByText(t('desktop.wayland'));
    expect(isDisabled(theButton(t('home.ask')))).toBe(false);
  });

  it('says that the messenger is out of reach, why, and when it is tried again; it can be tried now', async () => {
    const app = appState(faring({ tag: 'waiting', retryAtMs: NOW_MS + 60_000, code: 'UNREACHABLE' }));
    const { user, calls } = openMainWindow(app);
    expect(words()).toContain(`${t('status.waiting')} ${t('problem.UNREACHABLE')} ${t('status.retryIn', { count: 60 })}`);
    expect(isDisabled(theButton(t('home.ask')))).toBe(true);
    await user.click(theButton(t('status.tryNow')));
    expect(calls()).toEqual([['signIn', 'msnp']]);
  });

  it('leads from wrong credentials to the account, not to another try', async () => {
    const { user } = openMainWindow(appState(faring({ tag: 'signedOut', code: 'WRONG_CREDENTIALS' })));
    screen.getByText(t('problem.WRONG_CREDENTIALS'));
    expect(button(t('account.signIn'))).toBeUndefined();
    await user.click(theButton(t('account.change')));
    screen.getByRole('heading', { name: t('settings.title') });
  });

  it('sets the own presence', async () => {
    const { user, calls } = openMainWindow(appState());
    await user.selectOptions(screen.getByLabelText(t('presence.yours')), t('presence.away'));
    expect(calls()).toEqual([['setPresence', 'away']]);
  });

  it('removes a contact after asking, and tells a refusal with the form for new ones folded', async () => {
    const { user, calls } = openMainWindow(appState(), {}, { removeContact: { ok: false, code: 'NOT_SIGNED_IN', message: '' } });
    await user.click(theButton(t('activity.menuOf', { name: 'Anna' })));
    await user.click(theButton(t('contacts.remove', { name: 'Anna' })));
    const question = screen.getByRole('group', { name: t('contacts.removeSure', { name: 'Anna' }) });
    expect(calls()).toEqual([]);
    await user.click(within(question).getByRole('button', { name: t('common.cancel') }));
    expect(document.activeElement).toBe(theButton(t('contacts.remove', { name: 'Anna' })));
    await user.click(theButton(t('contacts.remove', { name: 'Anna' })));
    await user.click(theButton(t('common.remove')));
    expect(calls()).toEqual([['removeContact', onMsnp('anna@ringback.local')]]);
    await screen.findByText(t('problem.NOT_SIGNED_IN'));
    expect(screen.queryByLabelText(t('contacts.addAddress'))).toBeNull();
  });

  it('adds a contact and folds the form again', async () => {
    const { user, calls } = openMainWindow(appState());
    await user.click(theButton(t('contacts.add')));
    await user.type(screen.getByLabelText(t('contacts.addAddress')), ' peter@ringback.local {Enter}');
    expect(calls()).toEqual([['addContact', onMsnp('peter@ringback.local')]]);
    await screen.findByRole('button', { name: t('contacts.add') });
  });

  it('says how long a saved invitation is good, in minutes', () => {
    const saved = (ms: number) =>
      openMainWindow(appState({ fileInvitation: { id: 'f', state: 'waiting', wrongPasswords: 0, expiresAtMs: NOW_MS + ms } }));
    saved(3_540_000);
    screen.getByText(t('file.until', { count: 59 }));
    saved(0);
    screen.getByText(t('file.untilSoon'));
  });
});

describe('with a second messenger', () => {
  const transports = [...TRANSPORTS, PIGEONS];
  const bird: AccountView = { ...MARGARET, transport: 'pigeons', values: { loft: 'Roof 7' }, status: { tag: 'signedOut' } };

  it('each is in Settings by its description, with its own account and its own buttons', async () => {
    openMainWindow(appState(), { page: 'settings' });
    expect(words()).not.toContain(t('transport.msnp'));
    expect(button(t('account.add'))).toBeUndefined();
    openMainWindow(appState({ transports }), { page: 'settings' });
    screen.getByText(t('transport.msnp'));
    theButton(t('account.add'));
    const { user, calls } = openMainWindow(appState({ transports, accounts: [MARGARET, bird] }), { page: 'settings' });
    for (const shown of ['192.0.2.1:1863', 'Roof 7']) expect(words()).toContain(shown);
    expect(button(t('account.add'))).toBeUndefined();
    await user.click(theButton(t('account.signIn')));
    await user.click(theButton(t('account.signOut')));
    expect(calls()).toEqual([
      ['signIn', 'pigeons'],
      ['signOut', 'msnp'],
    ]);
  });

  it('home has a line for each account, and the same address on both is two people', async () => {
    const contacts = ['msnp', 'pigeons'].map(
      (transport) => ({ transport, address: 'tom@home', friendlyName: transport, presence: 'online' }) as const,
    );
    const conversations = [{ ...onMsnp('tom@home'), lines: [], unread: 3, typing: false }];
    const { user, calls } = openMainWindow(appState({ transports, accounts: [MARGARET, bird], contacts, conversations }));
    expect(screen.getAllByRole('region', { name: t('settings.messenger') })).toHaveLength(2);
    theButton(t('chat.open', { name: 'pigeons' }));
    await user.click(theButton(t('chat.openUnread', { name: 'msnp', count: 3 })));
    expect(calls()).toEqual([['readConversation', onMsnp('tom@home')]]);
  });
});

describe('who asks for help', () => {
  it('is announced at once: who, what it means, Accept and Decline', async () => {
    const { user, calls, send } = openMainWindow(appState());
    expect(button(t('invitation.accept'))).toBeUndefined();
    send(appState({ invitations: [INVITATION] }));
    const title = screen.getByRole('heading', { name: t('invitation.title', { name: 'Margaret' }) });
    expect(title.closest('[aria-live]')?.getAttribute('aria-live')).toBe('assertive');
    screen.getByText(t('invitation.meaning', { name: 'Margaret' }));
    screen.getByText('m@b.c');
    await user.click(theButton(t('invitation.decline')));
    await user.click(theButton(t('invitation.accept')));
    expect(calls()).toEqual([
      ['declineInvitation', 'i1'],
      ['acceptInvitation', 'i1'],
    ]);
  });

  it.each([{ page: 'settings' }, { page: 'history' }, { picking: true }, { welcome: 'hostReady' }] as const)(
    'is shown on %j',
    async (ui) => {
      const { user, calls } = openMainWindow(appState({ invitations: [INVITATION] }), ui);
      await user.click(theButton(t('invitation.accept')));
      expect(calls()).toEqual([['acceptInvitation', 'i1']]);
    },
  );

  it('is told why an invitation can no longer be accepted, also when its card is gone', async () => {
    const refusal = { ok: false, code: 'UNKNOWN_INVITATION', message: '' };
    const { user, send } = openMainWindow(appState({ invitations: [INVITATION] }), {}, { acceptInvitation: refusal });
    await user.click(theButton(t('invitation.accept')));
    await screen.findByText(t('problem.UNKNOWN_INVITATION'));
    send(appState());
    expect(button(t('invitation.accept'))).toBeUndefined();
    screen.getByText(t('problem.UNKNOWN_INVITATION'));
  });

  it('is named by text, whatever it is', () => {
    const from = { address: 'm@b.c', friendlyName: '<img src=x>{name}' };
    openMainWindow(appState({ invitations: [{ ...INVITATION, from }] }));
    screen.getByRole('heading', { name: '<img src=x>{name} asks for your help' });
    expect(document.querySelector('img')).toBeNull();
  });
});

describe('what is read out', () => {
  it('is in a region that was there before', () => {
    openMainWindow(appState());
    const regions = [...document.querySelectorAll('.appearing')];
    expect(regions).toHaveLength(8);
    for (const region of regions) {
      expect(region.getAttribute('aria-live') ?? region.getAttribute('role')).toMatch(/^(assertive|polite|status)$/);
      expect(region.childElementCount).toBe(0);
    }
  });

  it('can be put away, also without words of its own', async () => {
    const { user, calls } = openMainWindow(appState({ notices: [{ id: 'n', kind: 'error', key: 'notice.later', values: {} }] }));
    expect(screen.getByRole('alert').textContent).toContain('notice.later');
    await user.click(theButton(t('common.dismiss')));
    expect(calls()).toEqual([['dismissNotice', 'n']]);
  });
});

describe('history', () => {
  const entry = {
    id: 'h',
    role: 'novice',
    peer: { address: 'a@b.c', friendlyName: 'Anna' },
    startedAtMs: NOW_MS,
    endedAtMs: NOW_MS + 247_000,
    connectedBy: 'reverse',
    address: '192.0.2.7:5000',
    viewed: true,
    controlled: true,
    reason: 'stoppedByNovice',
  } as const;

  it('says who, when, how connected, what was allowed, how it ended; main is asked to clear it', async () => {
    const { user, calls } = openMainWindow(appState({ history: [entry] }));
    await user.click(theButton(t('nav.history')));
    expect(theButton(t('nav.history')).getAttribute('aria-current')).toBe('page');
    screen.getByText(t('history.role.novice', { name: 'Anna' }));
    screen.getByText(t('way.reverse.short', { address: '192.0.2.7:5000' }));
    screen.getByText(t('history.allowed.controlled'));
    screen.getByText(endedSentence('novice', 'stoppedByNovice', 'Anna'));
    await user.click(theButton(t('history.clear')));
    expect(calls()).toEqual([['clearHistory']]);
  });

  it.each([
    [{}, '4:07'],
    [{ connectedAtMs: NOW_MS + 60_000 }, '3:07'],
    [{ viewed: false, controlled: false, reason: 'viewRefused' }, undefined],
  ] as const)('counts from the connection: %j', (more, duration) => {
    openMainWindow(appState({ history: [{ ...entry, ...more }] }), { page: 'history' });
    expect(/ · (\d+:\d\d)/.exec(words())?.[1]).toBe(duration);
  });

  it('says when control was given, and that somebody asked again and again', () => {
    const grants = [{ fromMs: NOW_MS + 1_000, toMs: NOW_MS + 63_000 }];
    openMainWindow(
      appState({
        history: [
          { ...entry, grants },
          { ...entry, id: 'i', viewed: false, times: 12 },
        ],
      }),
      { page: 'history' },
    );
    screen.getByText(t('history.grant', { when: dateTime(NOW_MS + 1_000), duration: '1:02' }));
    expect(words()).toContain(t('history.times', { count: 12 }));
  });

  it('says that it was changed from outside, and when it was cleared; a copy of it can be saved', async () => {
    const record = { broken: { afterMs: NOW_MS }, clearedAtMs: NOW_MS - 60_000 };
    const { user, calls } = openMainWindow(appState({ history: [entry], record }), { page: 'history' });
    screen.getByText(t('history.broken', { when: dateTime(NOW_MS) }));
    screen.getByText(t('history.cleared', { when: dateTime(NOW_MS - 60_000) }));
    await user.click(theButton(t('history.export')));
    expect(calls()).toEqual([['exportHistory']]);
  });

  it('says that its beginning is another', () => {
    openMainWindow(appState({ record: { broken: {} } }), { page: 'history' });
    screen.getByText(t('history.brokenFromStart'));
  });

  it('has nothing to clear while it is empty', () => {
    openMainWindow(appState(), { page: 'history' });
    screen.getByText(t('history.empty'));
    expect(button(t('history.clear'))).toBeUndefined();
  });
});

describe('settings', () => {
  it('tell a refusal to sign in beside its button, and have the name of the account', async () => {
    const refusal = { ok: false, code: 'UNREACHABLE', message: '' };
    const { user, calls } = openMainWindow(appState(faring({ tag: 'signedOut' })), {}, { signIn: refusal });
    await user.click(theButton(t('nav.settings')));
    const name = screen.getByLabelText(t('presence.yourName'));
    expect(name).toHaveProperty('value', 'Margaret');
    await user.click(theButton(t('account.signIn')));
    await screen.findByText(t('problem.UNREACHABLE'));
    await user.clear(name);
    await user.type(name, 'Maggie');
    await user.click(theButton(t('account.saveName')));
    expect(calls()).toEqual([
      ['signIn', 'msnp'],
      ['setFriendlyName', 'Maggie'],
    ]);
  });

  it('are shown as chosen at once, and tell main', async () => {
    const { user, calls } = openMainWindow(appState(), { page: 'settings' });
    const sound = screen.getByRole('switch', { name: t('settings.playSound') });
    expect(sound).toHaveProperty('checked', true);
    await user.click(sound);
    expect(sound).toHaveProperty('checked', false);
    await user.click(screen.getByRole('radio', { name: t('settings.engineClassic'), description: t('settings.engineHint') }));
    expect(calls()).toEqual([
      ['saveSettings', { playSound: false }],
      ['saveSettings', { engine: 'classic' }],
    ]);
  });

  it('warn of a network in plain words, and say why hosting failed', () => {
    const { settings } = appState();
    const lan = appState({
      hosting: { tag: 'failed', code: 'PORT_IN_USE' },
      settings: { ...settings, hosting: { enabled: true, reach: 'lan', port: 1_863 } },
    });
    openMainWindow(lan, { page: 'settings' });
    screen.getByText(t('settings.lanWarning'));
    screen.getByText(t('settings.hostingFailed', { reason: t('problem.PORT_IN_USE') }));
    openMainWindow(appState(), { page: 'settings' });
    expect(words()).not.toContain(t('settings.lanWarning'));
  });

  it('say once why hosting failed when it was just switched on, and another refusal beside it', async () => {
    const { settings } = appState();
    const failed = appState({
      hosting: { tag: 'failed', code: 'PORT_IN_USE' },
      settings: { ...settings, hosting: { enabled: true, reach: 'lan', port: 1_863 } },
    });
    const reason = t('problem.PORT_IN_USE');
    for (const [code, times] of [
      ['PORT_IN_USE', 1],
      ['STORAGE', 2],
    ] as const) {
      const { user } = openMainWindow(failed, { page: 'settings' }, { setHosting: { ok: false, code, message: '' } });
      await user.click(screen.getByLabelText(t('settings.hostingSwitch')));
      const said = words().split(reason).length - 1 + (words().split(t('problem.STORAGE')).length - 1);
      expect(said).toBe(times);
    }
  });
});
