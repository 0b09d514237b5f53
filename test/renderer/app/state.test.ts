import type { Preferences } from '../../../src/facts/preferences.ts';
import { describe, expect, it } from 'vitest';
import { createActions } from '../../../src/renderer/app/actions.ts';
import { addressFor, freeAddressFor } from '../../../src/renderer/app/address.ts';
import { acceleratorOf, type KeyPress } from '../../../src/renderer/app/accelerator.ts';
import { ago, byteCount, duration, runningFor, runningWords, secondsUntil, shortcutText } from '../../../src/renderer/app/figures.ts';
import { newInvitation } from '../../../src/renderer/app/invitations.ts';
import {
  displayName,
  askObstacle,
  reachable,
  shownSettings,
  showsWelcome,
  sortedContacts,
  unreachable,
} from '../../../src/renderer/app/selectors.ts';
import { createWindowStore, INITIAL_UI, withAnswer, withApp, withChosen, withPage, withPending } from '../../../src/renderer/app/store.ts';
import { appState, fakeBridge, NOW_MS, session, onMsnp } from './fixtures.ts';

const MINUTE_MS = 60_000;

describe('reducers', () => {
  it('put a refusal where its command belongs and take it away with the next try', () => {
    const start = createWindowStore().getState();
    const pending = withPending(start, 'ask');
    expect(pending.ui.pending).toEqual(['ask']);
    const refused = withAnswer(pending, 'ask', { code: 'BUSY' });
    expect(refused.ui).toMatchObject({ pending: [], problems: { ask: { code: 'BUSY' } } });
    expect(withPending(refused, 'ask').ui.problems).toEqual({});
    expect(withPending(refused, 'history').ui.problems).toEqual({ ask: { code: 'BUSY' } });
  });

  it('counts two commands of one place apart', () => {
    const two = withPending(withPending(createWindowStore().getState(), 'settings'), 'settings');
    expect(withAnswer(two, 'settings', undefined).ui.pending).toEqual(['settings']);
  });

  it('a session that begins closes the contact picker and shows home; one that goes on does not', () => {
    const picking = createWindowStore({ app: appState(), ui: { ...INITIAL_UI, picking: true, page: 'settings' } }).getState();
    const began = withApp(picking, appState({ session: session('novice', { tag: 'inviting' }) }));
    expect(began.ui).toMatchObject({ picking: false, page: 'home' });
    const elsewhere = withPage(began, 'history');
    expect(withApp(elsewhere, appState({ session: session('novice', { tag: 'tickets' }) })).ui.page).toBe('history');
  });
});

describe('a chosen setting', () => {
  const shown = (store: ReturnType<typeof createWindowStore>) => {
    const { app, ui } = store.getState();
    return app && shownSettings(app, ui.chosen);
  };
  const app = appState();
  const told = (settings: Partial<Preferences>) => appState({ settings: { ...app.settings, ...settings } });

  it('is shown at once, and stays when older news comes before what main makes of it', async () => {
    const { bridge } = fakeBridge();
    const store = createWindowStore({ app });
    const actions = createActions(store, bridge);
    const saved = actions.saveSettings({ engine: 'classic' });
    expect(shown(store)?.engine).toBe('classic');
    await saved;
    store.setState((state) => withApp(state, told({ playSound: false })));
    expect(shown(store)).toMatchObject({ engine: 'classic', playSound: false });
    store.setState((state) => withApp(state, told({ engine: 'classic' })));
    expect(store.getState().ui.chosen).toEqual({});
    store.setState((state) => withApp(state, told({ engine: 'ringback' })));
    expect(shown(store)?.engine).toBe('ringback');
  });

  it('goes back when main refuses it, unless another has been chosen meanwhile', async () => {
    const refusal = { ok: false, code: 'PORT_IN_USE', message: '' } as const;
    const { bridge } = fakeBridge({ setHosting: refusal });
    const store = createWindowStore({ app });
    const actions = createActions(store, bridge);
    const { hosting } = app.settings;
    await actions.setHosting({ ...hosting, port: 4_000 });
    expect(shown(store)?.hosting).toEqual(hosting);
    const first = actions.setHosting({ ...hosting, port: 4_000 });
    store.setState((state) => withChosen(state, { hosting: { ...hosting, port: 5_000 } }));
    await first;
    expect(shown(store)?.hosting.port).toBe(5_000);
  });
});

describe('refusals of invitations', () => {
  it('go when another invitation comes, and stay with one that is known', () => {
    const asked = (id: string) => appState({ invitations: [{ id, from: { address: 'a@b.c', friendlyName: 'A' }, receivedAtMs: 0 }] });
    const refused = withAnswer(createWindowStore({ app: asked('1') }).getState(), 'invitation', { code: 'UNKNOWN_INVITATION' });
    expect(withApp(refused, appState()).ui.problems).toHaveProperty('invitation');
    expect(withApp(refused, asked('1')).ui.problems).toHaveProperty('invitation');
    expect(withApp(refused, asked('2')).ui.problems).not.toHaveProperty('invitation');
  });
});

describe('selectors', () => {
  it('order people: who can answer first, then by name', () => {
    const { contacts } = appState();
    expect(sortedContacts(contacts).map((contact) => contact.friendlyName)).toEqual(['Anna', 'Tom', 'Zoe']);
    expect(reachable(contacts).map((contact) => contact.friendlyName)).toEqual(['Anna', 'Tom']);
    expect(unreachable(contacts).map((contact) => contact.friendlyName)).toEqual(['Zoe']);
  });

  it('say why asking is not possible, the most lasting reason first', () => {
    expect(askObstacle(appState())).toBeUndefined();
    expect(askObstacle(appState({ messenger: { tag: 'connecting' } }))).toBe('messenger');
    expect(
      askObstacle(appState({ desktop: { capture: false, input: false, reason: 'desktop.noDisplay' }, messenger: { tag: 'connecting' } })),
    ).toBe('desktop');
    expect(askObstacle(appState({ session: session('expert', { tag: 'inviting' }) }))).toBe('session');
    expect(askObstacle(appState({ session: session('expert', { tag: 'ended', reason: 'declined', atMs: 0 }) }))).toBeUndefined();
  });

  it('keep the welcome until its last page is put away', () => {
    const store = createWindowStore({ app: appState(), ui: { ...INITIAL_UI, welcome: 'hostReady' } });
    expect(showsWelcome(store.getState())).toBe(true);
    expect(showsWelcome({ ...store.getState(), ui: INITIAL_UI })).toBe(false);
  });

  it('show a name on one line, no longer than fits, in our reading direction, and the address where nothing is left of it', () => {
    const named = (friendlyName: string) => displayName({ friendlyName, address: 'a@b.c' });
    expect(named(' Anna\u2028\tMüller ')).toBe('Anna Müller');
    expect(named('\u202E\u2066ann\u200F')).toBe('ann');
    expect(named('\u202E ')).toBe('a@b.c');
    expect(named('👩‍🔧 Zoe')).toBe('👩‍🔧 Zoe');
    expect(Array.from(named('x'.repeat(500)))).toHaveLength(48);
    expect(named('x'.repeat(500)).endsWith('…')).toBe(true);
    expect(named('x'.repeat(48))).toBe('x'.repeat(48));
  });

  it('tell a new invitation from a known one', () => {
    const asked = appState({ invitations: [{ id: '1', from: { address: 'a@b.c', friendlyName: 'A' }, receivedAtMs: 0 }] });
    expect(newInvitation(undefined, asked)).toBe(true);
    expect(newInvitation(asked, { ...asked })).toBe(false);
    expect(newInvitation(asked, appState())).toBe(false);
  });
});

describe('actions', () => {
  it('follow main, and do not let the first snapshot overtake a newer one', async () => {
    const { bridge, send } = fakeBridge({ getState: { ok: true, value: appState({ version: 'old' }) } });
    const store = createWindowStore();
    createActions(store, bridge).connect();
    send(appState({ version: 'new' }));
    await Promise.resolve();
    await Promise.resolve();
    expect(store.getState().app?.version).toBe('new');
  });

  it('turn a broken bridge into a sentence', async () => {
    const { bridge } = fakeBridge({ addContact: new Error('gone') });
    const store = createWindowStore();
    const result = await createActions(store, bridge).addContact(onMsnp('a@b.c'));
    expect(result.ok).toBe(false);
    expect(store.getState().ui).toMatchObject({ pending: [], problems: { contacts: { code: 'INTERNAL' } } });
  });

  it('put an ended session away before asking again', async () => {
    const { bridge, calls } = fakeBridge();
    const store = createWindowStore({ app: appState({ session: session('novice', { tag: 'ended', reason: 'declined', atMs: 0 }) }) });
    await createActions(store, bridge).askForHelp(onMsnp('anna@ringback.local'));
    expect(calls).toEqual([['dismissSession'], ['askForHelp', onMsnp('anna@ringback.local')]]);
  });

  it('make this computer the messenger, with an account of its own, and sign in to it', async () => {
    const { bridge, calls } = fakeBridge({ createHostedAccount: { ok: true, value: { server: '127.0.0.1:1863', accessToken: 'secret' } } });
    const store = createWindowStore({ app: appState() });
    await createActions(store, bridge).beginHosting('Margaret Hill', 'loopback');
    expect(calls).toEqual([
      ['setHosting', { enabled: true, reach: 'loopback', port: 0 }],
      ['createHostedAccount', { address: 'margaret.hill@ringback.local', friendlyName: 'Margaret Hill' }],
      [
        'saveAccount',
        {
          transport: 'msnp',
          address: 'margaret.hill@ringback.local',
          friendlyName: 'Margaret Hill',
          server: '127.0.0.1:1863',
          accessToken: 'secret',
        },
      ],
      ['saveSettings', { home: 'give' }],
    ]);
    expect(store.getState().ui.welcome).toBe('hostReady');
  });

  it('stop at the first refusal on that way and show it at the form', async () => {
    const { bridge, calls } = fakeBridge({ setHosting: { ok: false, code: 'HOSTING_FAILED', message: '' } });
    const store = createWindowStore({ app: appState({ accounts: [] }), ui: { ...INITIAL_UI, welcome: 'host' } });
    await createActions(store, bridge).beginHosting('Margaret', 'lan');
    expect(calls.map(([name]) => name)).toEqual(['setHosting']);
    expect(store.getState().ui).toMatchObject({ welcome: 'host', problems: { hosting: { code: 'HOSTING_FAILED' } } });
  });

  it('take the next port where the usual one is taken, and give up after twenty', async () => {
    const { bridge, calls } = fakeBridge({ setHosting: { ok: false, code: 'PORT_IN_USE', message: '' } });
    const store = createWindowStore({ app: appState() });
    await createActions(store, bridge).beginHosting('Margaret', 'lan');
    expect(calls.map(([, hosting]) => (hosting as { port: number }).port)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(store.getState().ui).toMatchObject({ problems: { hosting: { code: 'PORT_IN_USE' } } });
  });

  it('keep an issued access token only until it is put away', async () => {
    const { bridge } = fakeBridge({ createHostedAccount: { ok: true, value: { server: 's:1', accessToken: 'k7Qm-2xPd' } } });
    const store = createWindowStore({ app: appState() });
    const actions = createActions(store, bridge);
    await actions.createHostedAccount({ address: 'p@x.y', friendlyName: 'P' });
    expect(store.getState().ui.issued?.accessToken).toBe('k7Qm-2xPd');
    actions.putIssuedAway();
    expect(JSON.stringify(store.getState())).not.toContain('k7Qm-2xPd');
  });
});

describe('figures', () => {
  it('durations', () => {
    expect([0, 59_999, 247_000, 3_753_000, -5].map(duration)).toEqual(['0:00', '0:59', '4:07', '1:02:33', '0:00']);
  });

  it('how long something has been going on, in minutes', () => {
    expect([0, 59_999, 60_000, 3_599_999, 3_753_000, -5].map(runningFor)).toEqual([
      'under 1 min',
      'under 1 min',
      '1 min',
      '59 min',
      '1 hr 2 min',
      'under 1 min',
    ]);
  });

  it('the same as a sentence', () => {
    expect([0, 59_999, 60_000].map(runningWords)).toEqual(['has just begun', 'has just begun', 'running for 1 min']);
  });

  it('how long ago', () => {
    expect(
      [NOW_MS, NOW_MS + 5, NOW_MS - 3 * MINUTE_MS, NOW_MS - 150 * MINUTE_MS, NOW_MS - 1_440 * MINUTE_MS].map((at) => ago(at, NOW_MS)),
    ).toEqual(['just now', 'just now', '3 minutes ago', '2 hours ago', 'yesterday']);
  });

  it('amounts', () => {
    expect([812, 83_000, 12_400_000, 999_400_000].map(byteCount)).toEqual(['812 bytes', '83 kB', '12.4 MB', '999 MB']);
    expect(secondsUntil(NOW_MS - 1, NOW_MS)).toBe(0);
  });

  it('keys as people read them', () => {
    expect(shortcutText('CommandOrControl+Alt+PageUp')).toBe('Ctrl + Alt + Page Up');
    expect(shortcutText('CommandOrControl+Alt+End', true)).toBe('⌘ + Alt + End');
  });
});

describe('addresses and keys', () => {
  it('make an address from a name', () => {
    expect(addressFor('Änne Müller-Lüdenscheid', 'x')).toBe('anne.muller.ludenscheid@ringback.local');
    expect(addressFor('李雷', 'helper')).toBe('helper@ringback.local');
    expect(['Анна Щукина', 'Γιώργος', 'Łukasz Strauß'].map((name) => addressFor(name, 'helper').split('@')[0])).toEqual([
      'anna.shchukina',
      'giorgos',
      'lukasz.strauss',
    ]);
    expect(freeAddressFor('田中', 'helper', ['helper@ringback.local'])).toBe('helper2@ringback.local');
    expect(freeAddressFor('Anna', 'x', ['anna@ringback.local', 'anna2@ringback.local'])).toBe('anna3@ringback.local');
  });

  it('make an accelerator from keys, and never from one that others need', () => {
    const press = (code: string, more: Partial<KeyPress> = {}): KeyPress => ({
      code,
      ctrlKey: false,
      altKey: false,
      shiftKey: false,
      metaKey: false,
      ...more,
    });
    expect(acceleratorOf(press('End', { ctrlKey: true, altKey: true }))).toBe('Control+Alt+End');
    expect(acceleratorOf(press('KeyS', { ctrlKey: true, shiftKey: true }))).toBe('Control+Shift+S');
    expect(acceleratorOf(press('KeyS', { ctrlKey: true }))).toBeNull();
    expect(acceleratorOf(press('ControlLeft', { ctrlKey: true, altKey: true }))).toBeUndefined();
    expect(acceleratorOf(press('constructor', { ctrlKey: true, altKey: true }))).toBeUndefined();
  });
});
