import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { AccountView, AppState, TransportView } from '../../../src/preload/contract.ts';
import { createActions } from '../../../src/renderer/app/actions.ts';
import { App } from '../../../src/renderer/app/app.tsx';
import { SessionApp } from '../../../src/renderer/app/session-app.tsx';
import { endedSentence, headline, nextStep } from '../../../src/renderer/app/session/session-words.ts';
import { timeOfDay } from '../../../src/words/locale.ts';
import { createWindowStore, INITIAL_UI, type UiState } from '../../../src/renderer/app/store.ts';
import { t } from '../../../src/words/words.ts';
import {
  appState,
  CONNECTED,
  END_REASONS,
  fakeBridge,
  LIVE,
  NOW_MS,
  ROLES,
  RUNNING_PHASES,
  session,
  faring,
  onMsnp,
  MARGARET,
  TRANSPORTS,
} from './fixtures.ts';

const { bridge } = fakeBridge();
const neverMounted = () => {
  throw new Error('the viewer is mounted in a page only');
};

function mainWindow(app: AppState | undefined, ui: Partial<UiState> = {}): string {
  const store = createWindowStore({ app, ui: { ...INITIAL_UI, ...ui } });
  return renderToStaticMarkup(<App store={store} actions={createActions(store, bridge)} />);
}

function sessionWindow(app: AppState): string {
  const store = createWindowStore({ app });
  return renderToStaticMarkup(<SessionApp store={store} actions={createActions(store, bridge)} mount={neverMounted} platform="linux" />);
}

/** As React writes text into markup. */
const shown = (text: string): string => text.replaceAll('&', '&amp;').replaceAll("'", '&#x27;').replaceAll('"', '&quot;');
const button = (html: string, words: string): string | undefined =>
  html.match(/<button.*?<\/button>/gs)?.find((found) => found.includes(shown(words)));
const withoutAccount = appState({ messenger: { tag: 'noAccount' }, accounts: [], contacts: [] });

describe('main window', () => {
  it('waits in words', () => expect(mainWindow(undefined)).toContain(t('app.loading')));

  it('first start: two choices and no more, the ways without a messenger folded away', () => {
    const html = mainWindow(withoutAccount);
    const [open = '', folded = ''] = html.split('<details');
    expect(open.match(/<button/g)).toHaveLength(2);
    expect(folded).toContain(t('file.save'));
    expect(button(html, t('welcome.haveAccount'))).toBeDefined();
    expect(button(html, t('welcome.host'))).toBeDefined();
  });

  it('account form: a refusal at its field, tied to it for screen readers', () => {
    const html = mainWindow(withoutAccount, { welcome: 'account', problems: { account: { code: 'INVALID_ARGUMENT', field: 'server' } } });
    const id = /id="([^"]+-error)"/.exec(html)?.[1] ?? 'none';
    expect(html).toContain(t('problem.field.server'));
    expect(html).toMatch(new RegExp(`<input[^>]*aria-describedby="[^"]*${id}"[^>]*aria-invalid="true"`));
    expect(html).toMatch(/<input[^>]*type="password"/);
  });

  it('hosting: an access token is shown with a copy button, and is gone once put away', () => {
    const issued = { friendlyName: 'Peter', address: 'peter@ringback.local', server: '127.0.0.1:1863', accessToken: 'k7Qm-2xPd' };
    const app = appState({ hosting: { tag: 'on', addresses: ['127.0.0.1:1863'], reach: 'loopback', accounts: [] } });
    const html = mainWindow(app, { welcome: 'hostReady', issued });
    expect(html).toContain('k7Qm-2xPd');
    expect(button(html, t('token.copyAll'))).toBeDefined();
    expect(mainWindow(app, { welcome: 'hostReady' })).toContain(t('hostStart.otherName'));
  });

  it('conversation: what was written, by whom, and what did not get there; help can be asked for in it', () => {
    const line = { id: '1', from: 'them', text: 'Shall I <b>help</b>?', atMs: NOW_MS } as const;
    const conversations = [
      {
        ...onMsnp('anna@ringback.local'),
        unread: 2,
        typing: true,
        lines: [line, { ...line, id: '2', from: 'me', text: 'Yes', delivery: 'failed' } as const],
      },
    ];
    const closed = mainWindow(appState({ conversations }));
    expect(closed).toContain(t('chat.openUnread', { name: 'Anna', count: 2 }));
    expect(closed).toContain(t('chat.open', { name: 'Tom' }));
    expect(button(closed, t('chat.newFrom', { name: 'Anna' }))).toBeDefined();
    expect(button(closed, t('chat.newFrom', { name: 'Tom' }))).toBeUndefined();
    const html = mainWindow(appState({ conversations }), { talkingTo: onMsnp('anna@ringback.local') });
    expect(html).toContain('Shall I &lt;b&gt;help&lt;/b&gt;?');
    expect(html).toContain(shown(t('chat.failed')));
    expect(html).toContain(`>${timeOfDay(NOW_MS)}</time>`);
    expect(html).toContain(shown(t('chat.typing', { name: 'Anna' })));
    expect(button(html, t('contacts.askShort'))).not.toContain('disabled');
    expect(html).toMatch(/<textarea[^>]*maxLength="400"/);
    const offline = mainWindow(appState(), { talkingTo: onMsnp('zoe@ringback.local') });
    expect(offline).toContain(shown(t('chat.offline', { name: 'Zoe' })));
    expect(offline).not.toContain('<textarea');
    expect(button(offline, t('contacts.askShort'))).toContain('disabled');
    expect(mainWindow(appState(), { talkingTo: onMsnp('gone@ringback.local') })).toContain(t('home.ask'));
  });

  describe('with a second messenger', () => {
    const pigeons: TransportView = {
      name: 'pigeons',
      title: 'app.name',
      fields: [
        { name: 'address', kind: 'text', label: 'account.address', hint: 'account.addressHint', maxLength: 50 },
        { name: 'loft', kind: 'text', label: 'account.server', hint: 'account.serverHint', maxLength: 50, optional: true },
      ],
    };
    const transports = [...TRANSPORTS, pigeons];
    const bird: AccountView = { ...MARGARET, transport: 'pigeons', values: { loft: 'Roof 7' }, status: { tag: 'signedOut' } };
    const title = shown(t('transport.msnp'));

    it('each appears in Settings by its description, with its own account and its own buttons', () => {
      const one = mainWindow(appState(), { page: 'settings' });
      expect(one).not.toContain(title);
      expect(one).not.toContain(t('account.add'));
      const added = mainWindow(appState({ transports }), { page: 'settings' });
      expect([added.includes(title), button(added, t('account.add')) !== undefined]).toEqual([true, true]);
      const both = mainWindow(appState({ transports, accounts: [MARGARET, bird] }), { page: 'settings' });
      for (const words of ['192.0.2.1:1863', 'Roof 7', t('account.signIn'), t('account.signOut')]) expect(both).toContain(words);
      expect(button(both, t('account.add'))).toBeUndefined();
    });

    it('a first account is for one of them, and its form asks for what that one needs', () => {
      const html = mainWindow(appState({ transports: [pigeons, ...TRANSPORTS], accounts: [], contacts: [] }), { welcome: 'account' });
      expect(html).toContain(title);
      expect(html.match(/<input[^>]*type="text"|<input(?![^>]*type=)/g)).toHaveLength(2);
      expect(html).not.toContain('type="password"');
    });

    it('home has a line for each account, and the same address on both is two people', () => {
      const doubled = ['msnp', 'pigeons'].map((transport) => ({
        transport,
        address: 'tom@home',
        friendlyName: transport,
        presence: 'online' as const,
      }));
      const conversations = [{ ...onMsnp('tom@home'), lines: [], unread: 3, typing: false }];
      const html = mainWindow(appState({ transports, accounts: [MARGARET, bird], contacts: doubled, conversations }));
      expect(html.match(/class="messenger-line/g)).toHaveLength(2);
      expect(html).toContain(shown(t('chat.openUnread', { name: 'msnp', count: 3 })));
      expect(html).toContain(shown(t('chat.open', { name: 'pigeons' })));
    });
  });

  it('home: one big button, and contacts with their presence', () => {
    const html = mainWindow(appState());
    expect(button(html, t('home.ask'))).not.toContain('disabled');
    for (const words of ['Anna', t('presence.busy'), t('status.signedIn')]) expect(html).toContain(words);
  });

  it('home: says why this computer cannot be shown before anyone asks', () => {
    const html = mainWindow(appState({ desktop: { capture: false, input: false, reason: 'desktop.noDisplay' } }));
    expect(html).toContain(shown(t('desktop.noDisplay')));
    expect(button(html, t('home.ask'))).toContain('disabled');
    const wayland = mainWindow(appState({ desktop: { capture: true, input: false, reason: 'desktop.wayland' } }));
    expect(wayland).toContain(shown(t('desktop.wayland')));
    expect(button(wayland, t('home.ask'))).not.toContain('disabled');
  });

  it('home: a messenger out of reach, with the reason and a way to try now', () => {
    const html = mainWindow(appState(faring({ tag: 'waiting', retryAtMs: Date.now() + 60_000, code: 'UNREACHABLE' })));
    expect(html).toContain(t('problem.UNREACHABLE'));
    expect(html).toMatch(/Trying again in \d+ seconds\./);
    expect(button(html, t('status.tryNow'))).toBeDefined();
    expect(button(html, t('home.ask'))).toContain('disabled');
  });

  it('home: wrong credentials lead to the account, not to another try', () => {
    const html = mainWindow(appState(faring({ tag: 'signedOut', code: 'WRONG_CREDENTIALS' })));
    expect(html).toContain(t('problem.WRONG_CREDENTIALS'));
    expect(button(html, t('account.change'))).toBeDefined();
    expect(button(html, t('account.signIn'))).toBeUndefined();
  });

  it('picker: only people who are online can be chosen', () => {
    const html = mainWindow(appState(), { picking: true });
    expect(html).toContain(shown(t('picker.askPerson', { name: 'Anna' })));
    expect(html).not.toContain(shown(t('picker.askPerson', { name: 'Zoe' })));
    expect(html).toContain(t('picker.offlineHint'));
  });

  it('invitation: who, what it means, Accept and Decline, announced at once', () => {
    const html = mainWindow(
      appState({ invitations: [{ id: 'i1', from: { address: 'm@b.c', friendlyName: 'Margaret' }, receivedAtMs: Date.now() }] }),
    );
    for (const words of [t('invitation.title', { name: 'Margaret' }), t('invitation.meaning', { name: 'Margaret' }), 'm@b.c'])
      expect(html).toContain(shown(words));
    expect(button(html, t('invitation.accept'))).toBeDefined();
    expect(button(html, t('invitation.decline'))).toBeDefined();
    expect(html).toContain('aria-live="assertive"');
  });

  it('who asks for help is shown on every page, and on the last page of the first start', () => {
    const asked = { invitations: [{ id: 'i1', from: { address: 'm@b.c', friendlyName: 'Margaret' }, receivedAtMs: Date.now() }] };
    for (const ui of [{ page: 'settings' }, { page: 'history' }, { picking: true }, { welcome: 'hostReady' }] as const)
      expect(button(mainWindow(appState(asked), ui), t('invitation.accept')), JSON.stringify(ui)).toBeDefined();
  });

  it('an invitation that can no longer be accepted says so, also when its card is gone', () => {
    const html = mainWindow(appState(), { problems: { invitation: { code: 'UNKNOWN_INVITATION' } } });
    expect(html).toContain(t('problem.UNKNOWN_INVITATION'));
  });

  it('what is read out when it appears is in a region that was there before', () => {
    expect(mainWindow(appState()).match(/<div class="stack appearing" (?:aria-live|role)[^>]*><\/div>/g)).toHaveLength(4);
  });

  it('a contact that could not be removed is told, with the form for new ones folded', () => {
    const html = mainWindow(appState(), { problems: { contacts: { code: 'NOT_SIGNED_IN' } } });
    expect(html).toContain(t('problem.NOT_SIGNED_IN'));
    expect(html).not.toContain(t('contacts.addAddress'));
  });

  it('an invitation file without an account: nothing about contacts that there cannot be', () => {
    const offeredInvitation = { fileName: 'Help.msrcIncident', from: 'Margaret', needsPassword: true, past: false };
    const html = mainWindow({ ...withoutAccount, offeredInvitation });
    expect(html).toContain(t('file.offered', { name: 'Margaret' }));
    expect(html).not.toContain(t('home.ask'));
    expect(html).not.toContain(t('contacts.title'));
  });

  it('first start: a file that was refused opens the fold that says why', () => {
    expect(mainWindow(withoutAccount)).toMatch(/<details class="fold">/);
    const html = mainWindow(withoutAccount, { problems: { file: { code: 'BAD_INVITATION' } } });
    expect(html).toMatch(/<details class="fold" open="">/);
    expect(html).toContain(t('problem.BAD_INVITATION'));
  });

  it('a saved invitation: how long it is good, in minutes', () => {
    const saved = (ms: number) =>
      mainWindow(appState({ fileInvitation: { id: 'f', state: 'waiting', wrongPasswords: 0, expiresAtMs: Date.now() + ms } }));
    expect(saved(3_540_000)).toMatch(/good for (59|60) more minutes/);
    expect(saved(0)).toContain(t('file.untilSoon'));
  });

  it('a name is shown as text, whatever it is', () => {
    const html = mainWindow(
      appState({ invitations: [{ id: 'i1', from: { address: 'm@b.c', friendlyName: '<img src=x>{name}' }, receivedAtMs: 0 }] }),
    );
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x&gt;{name} asks for your help');
  });

  it('notices can be put away, also those without words', () => {
    const html = mainWindow(appState({ notices: [{ id: 'n', kind: 'error', key: 'notice.later', values: {} }] }));
    expect(html).toContain('notice.later');
    expect(html).toContain(`aria-label="${t('common.dismiss')}"`);
    expect(html).toContain('role="alert"');
  });

  it('history: who, when, how connected, what was allowed, how it ended', () => {
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
    const html = mainWindow(appState({ history: [entry] }), { page: 'history' });
    for (const words of [
      t('history.role.novice', { name: 'Anna' }),
      '4:07',
      t('way.reverse.short', { address: '192.0.2.7:5000' }),
      t('history.allowed.controlled'),
      endedSentence('novice', 'stoppedByNovice', 'Anna'),
    ])
      expect(html).toContain(shown(words));
    const counted = (more: object) => mainWindow(appState({ history: [{ ...entry, ...more }] }), { page: 'history' });
    expect(counted({ connectedAtMs: NOW_MS + 60_000 })).toContain('3:07');
    expect(counted({ viewed: false, controlled: false, reason: 'viewRefused' })).not.toContain('4:07');
    expect(button(html, t('history.clear'))).toBeDefined();
    expect(mainWindow(appState(), { page: 'history' })).toContain(t('history.empty'));
  });

  it('settings: a refusal to sign in or out is told beside its button, and the name is the one of the account', () => {
    const html = mainWindow(appState(faring({ tag: 'signedOut' })), {
      page: 'settings',
      problems: { messenger: { code: 'UNREACHABLE' } },
    });
    expect(html).toContain(t('problem.UNREACHABLE'));
    expect(html).toMatch(/<input[^>]*value="Margaret"/);
  });

  it('settings: a plain warning for the network, and a failure of hosting', () => {
    const { settings } = appState();
    const lan = appState({
      hosting: { tag: 'failed', code: 'PORT_IN_USE' },
      settings: { ...settings, hosting: { enabled: true, reach: 'lan', port: 1_863 } },
    });
    const html = mainWindow(lan, { page: 'settings' });
    expect(html).toContain(shown(t('settings.lanWarning')));
    expect(html).toContain(shown(t('settings.hostingFailed', { reason: t('problem.PORT_IN_USE') })));
    expect(mainWindow(appState(), { page: 'settings' })).not.toContain(shown(t('settings.lanWarning')));
  });
});

for (const role of ROLES) {
  describe(`session as ${role}`, () => {
    it.each(RUNNING_PHASES)('$tag: where we are, the seven steps, the way out', (phase) => {
      const app = appState({ session: session(role, phase) });
      for (const html of [mainWindow(app), sessionWindow(app)]) {
        expect(html).toContain(shown(headline(session(role, phase))));
        expect(html.match(/<li class="step /g)).toHaveLength(7);
        expect(html).toContain('aria-current="step"');
        expect(button(html, t('session.cancel'))).toBeDefined();
        expect(html).toContain('aria-live="polite"');
      }
    });

    it('ended: how long it lasted counts from the connection, and nothing lasted that never was one', () => {
      const ended = (more: object) =>
        sessionWindow(appState({ session: session(role, { tag: 'ended', reason: 'peerGone', atMs: NOW_MS, ...more }, LIVE) }));
      expect(ended({ sinceMs: NOW_MS - 65_000 })).toContain(t('ended.duration', { duration: '1:05' }));
      expect(ended({})).not.toContain(t('ended.duration', { duration: '' }).slice(0, 5));
    });

    it.each(END_REASONS)('ended, %s: why, and what next', (reason) => {
      const app = appState({ session: session(role, { tag: 'ended', reason, atMs: NOW_MS }) });
      for (const html of [mainWindow(app), sessionWindow(app)]) {
        expect(html).toContain(shown(endedSentence(role, reason, 'Anna')));
        expect(html).toContain(shown(nextStep(role, reason, 'Anna')));
        expect(button(html, t('ended.close'))).toBeDefined();
        expect(html).not.toContain('aria-current="step"');
      }
      expect(button(mainWindow(app), t('ended.askAgain')) !== undefined).toBe(role === 'novice');
      // The session window may not ask: main would refuse it.
      expect(button(sessionWindow(app), t('ended.askAgain'))).toBeUndefined();
    });
  });
}

describe('novice panel', () => {
  const panel = (more = {}) => sessionWindow(appState({ session: session('novice', CONNECTED, { ...LIVE, ...more }) }));

  it('shows red and says so while the screen is seen, green while it is not', () => {
    expect(panel()).toMatch(/seen--live.*Anna can see your screen/s);
    expect(panel({ viewing: false })).not.toContain('seen--live');
    expect(sessionWindow(appState({ session: session('novice', { tag: 'awaitingConsent' }, LIVE) }))).toContain(t('phase.novice.nobody'));
  });

  it('always has Stop, with its keys', () => {
    for (const control of ['no', 'asked', 'refused', 'granted'] as const) {
      const html = panel({ control });
      expect(button(html, t('session.stopLong'))).toContain('button--danger');
      expect(html).toContain('Ctrl + Alt + End');
      expect(html).toContain(shown(t(`control.novice.${control}`, { name: 'Anna' })));
    }
  });

  it('gives control by a question and takes it back at once', () => {
    expect(button(panel(), t('control.novice.give', { name: 'Anna' }))).toBeDefined();
    expect(button(panel({ control: 'granted' }), t('control.novice.takeBack'))).toBeDefined();
    expect(button(panel({ control: 'granted' }), t('control.novice.give', { name: 'Anna' }))).toBeUndefined();
    expect(button(panel({ control: 'asked' }), t('control.novice.give', { name: 'Anna' }))).toBeUndefined();
  });

  it('warns of people who ask for money, and keeps the figures behind a fold', () => {
    expect(panel()).toContain(t('session.scamHint'));
    expect(panel()).toMatch(/<details[^>]*>.*12 ms.*<\/details>/s);
  });
});

describe('expert window', () => {
  const viewing = (more = {}) => sessionWindow(appState({ session: session('expert', CONNECTED, { ...LIVE, ...more }) }));

  it.each([
    ['no', 'control.expert.ask'],
    ['granted', 'control.expert.granted'],
  ] as const)('control %s', (control, key) => expect(button(viewing({ control }), t(key))).toBeDefined());

  it('does not ask twice at a time, and may ask again after a no', () => {
    expect(button(viewing({ control: 'asked' }), t('control.expert.asked', { name: 'Anna' }))).toContain('disabled');
    expect(button(viewing({ control: 'refused' }), t('control.expert.refused', { name: 'Anna' }))).not.toContain('disabled');
  });

  it('shows figures, the connection and the seven steps, and names every tool', () => {
    const html = viewing();
    for (const words of ['24 fps', '12 ms', '1920 × 1080', t('way.reverse.short', { address: '192.0.2.7:49231' })])
      expect(html).toContain(words);
    expect(html.match(/<li class="step /g)).toHaveLength(7);
    for (const label of [t('viewer.fit'), t('viewer.actual'), t('viewer.fullScreen')]) expect(html).toContain(`aria-label="${label}"`);
    expect(html).toContain('role="toolbar"');
    expect(button(html, t('session.end'))).toBeDefined();
  });

  it('has no picture and no toolbar before the novice has said yes', () => {
    const html = sessionWindow(appState({ session: session('expert', { tag: 'awaitingConsent' }, LIVE) }));
    expect(html).not.toContain('viewing__host');
    expect(html).not.toContain('role="toolbar"');
  });
});
