import { describe, expect, it } from 'vitest';
import type { AccountFacts, AppFacts } from '../../../src/main/shell/app-facts.ts';
import { createAppModel, MAX_NOTICES } from '../../../src/main/shell/app-model.ts';
import { pushState, STATE_INTERVAL_MS } from '../../../src/main/shell/state-push.ts';
import { projectState, stateFor } from '../../../src/main/shell/window-state.ts';
import type { MessengerState } from '../../../src/main/messenger/contract.ts';
import { TRANSPORTS } from '../../../src/main/messenger/transports.ts';
import { DEFAULT_SETTINGS } from '../../../src/main/settings/settings-store.ts';
import type { AppState } from '../../../src/preload/contract.ts';
import type { HistoryEntry, SessionStatus } from '../../../src/protocol/assistance/status.ts';
import { CONNECTED, session } from '../../renderer/app/fixtures.ts';
import { QUIET_FACTS } from '../../support/quiet-facts.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ME = { transport: 'msnp', address: 'me@home.example', friendlyName: 'Me' };
const account = (state: MessengerState): AccountFacts => ({ ...ME, values: { server: '127.0.0.1:1863' }, state });
const OUT = account({ tag: 'signedOut' });
const IN = account({ tag: 'signedIn', address: 'me@home.example', friendlyName: 'Me' });
const FACTS: AppFacts = { ...QUIET_FACTS, transports: TRANSPORTS, presence: 'busy' };
const helped = (address: string, endedAtMs: number, viewed = true): HistoryEntry => ({
  id: `${address}${endedAtMs}`,
  role: 'expert',
  peer: { address, friendlyName: 'x' },
  startedAtMs: 1,
  endedAtMs,
  viewed,
  controlled: false,
  reason: 'closedByExpert',
});

describe('the state that windows see', () => {
  it.each<[Partial<AppFacts>, AppState['messenger']]>([
    [{}, { tag: 'noAccount' }],
    [{ accounts: [OUT] }, { tag: 'signedOut' }],
    [{ accounts: [account({ tag: 'signedOut', reason: 'WRONG_CREDENTIALS' })] }, { tag: 'signedOut', code: 'WRONG_CREDENTIALS' }],
    [{ accounts: [account({ tag: 'connecting' })] }, { tag: 'connecting' }],
    [{ accounts: [IN] }, { tag: 'signedIn', presence: 'busy' }],
    [
      { accounts: [account({ tag: 'waiting', retryAtMs: 7, reason: 'UNREACHABLE' })] },
      { tag: 'waiting', retryAtMs: 7, code: 'UNREACHABLE' },
    ],
  ])('%j', (facts, expected) => {
    expect(projectState({ ...FACTS, ...facts }).messenger).toEqual(expected);
  });

  it('carries of a transport only what a form needs, and no window bounds', () => {
    const state = projectState({
      ...FACTS,
      accounts: [OUT],
      settings: { ...DEFAULT_SETTINGS, windowBounds: { x: 0, y: 0, width: 1, height: 1 } },
    });
    const ofEach = ['fields', 'lead', 'name', 'title'];
    expect(state.transports.map((transport) => [transport.name, Object.keys(transport).sort()])).toEqual([
      ['msnp', ofEach],
      ['xmpp', [...ofEach, 'invitesContacts', 'looksAtServer', 'makesAccounts'].sort()],
    ]);
    expect(state.accounts).toEqual([{ ...ME, values: { server: '127.0.0.1:1863' }, status: { tag: 'signedOut' } }]);
    expect(Object.keys(state.settings).sort()).toEqual([
      'allowOffers',
      'allowPlainExperts',
      'allowUnverified',
      'engine',
      'guestServer',
      'helpPage',
      'home',
      'hosting',
      'openRouter',
      'ownName',
      'ownPort',
      'playSound',
      'publicAddress',
      'quietSeconds',
      'relayOnly',
      'relayServer',
      'startHidden',
      'stopShortcut',
      'viewerScaling',
    ]);
  });

  it('shows nobody as online while signed out, and when someone was last helped', () => {
    const contacts = [
      { transport: 'msnp', address: 'anna@home.example', friendlyName: 'Anna', presence: 'online' as const },
      { transport: 'msnp', address: 'peter@home.example', friendlyName: 'Peter', presence: 'away' as const, unanswered: true as const },
    ];
    const facts: AppFacts = {
      ...FACTS,
      accounts: [OUT],
      contacts,
      history: [helped('anna@home.example', 20), helped('anna@home.example', 10), helped('peter@home.example', 30, false)],
    };
    expect(projectState(facts).contacts).toEqual([
      { transport: 'msnp', address: 'anna@home.example', friendlyName: 'Anna', presence: 'offline', lastHelpedAtMs: 20 },
      { transport: 'msnp', address: 'peter@home.example', friendlyName: 'Peter', presence: 'offline' },
    ]);
    const online = projectState({ ...facts, accounts: [IN] });
    expect(online.contacts.map((contact) => contact.presence)).toEqual(['online', 'away']);
    expect(online.contacts.map(({ unanswered }) => unanswered)).toEqual([undefined, true]);
  });
});

describe('the slices of the state', () => {
  const full = projectState({
    ...FACTS,
    accounts: [IN],
    contacts: [{ transport: 'msnp', address: 'anna@home.example', friendlyName: 'Anna', presence: 'online' }],
    hosting: { tag: 'on', addresses: ['192.0.2.7:1863'], reach: 'lan', accounts: [] },
    invitations: [{ id: 'i', from: ME, receivedAtMs: 1 }],
    activities: [{ id: 'a', kind: 'voice', role: 'invitee', peer: ME, startedAtMs: 1, phase: 'waiting', line: '' }],
    conversations: [{ transport: 'msnp', address: 'anna@home.example', lines: [], unread: 1, typing: false }],
    fileInvitation: { id: 'f', state: 'waiting', expiresAtMs: 1, wrongPasswords: 0 },
    offeredInvitation: { fileName: 'f', from: 'Anna', needsPassword: true, bound: true, past: false },
    history: [helped('anna@home.example', 20)],
    notices: [{ id: 'n', kind: 'info', key: 'notice.storageFailed', values: {} }],
  });

  it('tell the session window how much of the conversation is new, where there can be one', () => {
    const PETER = { transport: 'msnp', address: 'peter@home.example', friendlyName: 'Peter' };
    const facts: AppFacts = {
      ...FACTS,
      session: session('novice', CONNECTED, { peer: PETER }),
      contacts: [{ ...PETER, presence: 'online' }],
    };
    const unread = (more: Partial<AppFacts>) => stateFor('session', projectState({ ...facts, ...more })).unreadInSession;
    expect(unread({})).toBe(0);
    expect(unread({ conversations: [{ transport: 'msnp', address: PETER.address, lines: [], unread: 3, typing: false }] })).toBe(3);
    expect(unread({ contacts: [] })).toBeUndefined();
    expect(unread({ session: undefined })).toBeUndefined();
  });

  it('are all there for the main window', () => {
    expect(stateFor('main', full)).toEqual(full);
    expect(Object.keys(full)).toHaveLength(24);
  });

  it('that the session window shows are nine; of the others it is given nothing', () => {
    const { version, locale, messenger, settings, desktop, stopKeys, asking, panelFolded, ...others } = stateFor('session', full);
    expect({ version, locale, messenger, settings, desktop, stopKeys, asking, panelFolded }).toEqual({
      version: full.version,
      locale: full.locale,
      messenger: full.messenger,
      settings: full.settings,
      desktop: full.desktop,
      stopKeys: full.stopKeys,
      asking: full.asking,
      panelFolded: full.panelFolded,
    });
    expect(others).toEqual({
      transports: [],
      accounts: [],
      contacts: [],
      hosting: { tag: 'off' },
      invitations: [],
      strangers: [],
      activities: [],
      programs: [],
      conversations: [],
      history: [],
      record: {},
      suggestedName: '',
      notices: [],
    });
  });
});

describe('notices', () => {
  it('say the same thing once, give way to newer ones and can be put away', () => {
    const model = createAppModel(FACTS);
    model.notify('info', 'notice.storageFailed');
    model.notify('info', 'notice.storageFailed');
    expect(model.state.notices).toHaveLength(1);
    for (let index = 0; index < MAX_NOTICES; index += 1) model.notify('error', 'notice.unexpected', { file: String(index) });
    expect(model.state.notices).toHaveLength(MAX_NOTICES);
    expect(model.state.notices.some((notice) => notice.key === 'notice.storageFailed')).toBe(false);
    const id = model.state.notices[0]?.id ?? '';
    expect(model.dismissNotice(id)).toBe(true);
    expect(model.dismissNotice(id)).toBe(false);
    expect(new Set(model.state.notices.map((notice) => notice.id)).size).toBe(MAX_NOTICES - 1);
  });

  it('what others cause, however much of it, pushes out nothing that the program has to say', () => {
    const model = createAppModel(FACTS);
    model.notify('error', 'notice.storageFailed');
    for (let index = 0; index < MAX_NOTICES + 2; index += 1)
      model.notify('warning', 'notice.activity.unknown', { name: 'Peter', what: String(index) });
    expect(model.state.notices).toHaveLength(MAX_NOTICES);
    expect(model.state.notices[0]).toMatchObject({ key: 'notice.storageFailed' });
    expect(model.state.notices.at(-1)).toMatchObject({ values: { what: String(MAX_NOTICES + 1) } });
  });
});

describe('pushing the state', () => {
  it('sends the newest of many changes, at most every interval, and the last one always', async () => {
    const clock = new VirtualClock();
    const model = createAppModel(FACTS);
    const sent: string[] = [];
    const stop = pushState(model, clock, (window, state) => {
      if (window === 'main') sent.push(state.version);
    });
    for (const version of ['1', '2', '3']) model.update({ version });
    await clock.advance(0);
    expect(sent).toEqual(['3']);
    for (let index = 0; index < 100; index += 1) {
      model.update({ version: `x${index}` });
      await clock.advance(1);
    }
    expect(sent.length).toBeLessThanOrEqual(1 + Math.ceil(100 / STATE_INTERVAL_MS));
    await clock.advance(STATE_INTERVAL_MS);
    expect(sent.at(-1)).toBe('x99');
    model.update({ version: 'late' });
    stop();
    await clock.advance(1_000);
    expect(sent.at(-1)).toBe('x99');
    expect(clock.pendingTimers).toBe(0);
  });

  it('shows the name of another device without what could turn or hide the sentence, in the session and in the history', () => {
    const answeredOn = 'lap\u202Etop\n\n' + 'x'.repeat(100);
    const phase = { tag: 'ended', reason: 'answeredElsewhere', atMs: 2, answeredOn } as const;
    const session: SessionStatus = { id: 's', role: 'expert', peer: ME, startedAtMs: 1, phase, steps: [], viewing: false, control: 'no' };
    const { session: shown, history } = createAppModel({
      ...FACTS,
      session,
      history: [{ ...helped('anna@home.example', 20), answeredOn }, helped('peter@home.example', 30)],
    }).state;
    const name = `laptop ${'x'.repeat(56)}…`;
    expect(shown?.phase).toMatchObject({ reason: 'answeredElsewhere', answeredOn: name });
    expect(history.map((entry) => entry.answeredOn)).toEqual([name, undefined]);
  });

  it('gives each window what it shows: counts to the session window alone, contacts and history to the main one alone', async () => {
    const clock = new VirtualClock();
    const session: SessionStatus = {
      id: 's',
      role: 'novice',
      peer: ME,
      startedAtMs: 1,
      phase: { tag: 'connected', sinceMs: 2 },
      steps: [],
      viewing: true,
      control: 'no',
    };
    const traffic = (bytesSent: number) => ({ bytesSent, bytesReceived: 0, framesPerSecond: 0 });
    const model = createAppModel({ ...FACTS, accounts: [IN], history: [helped('anna@home.example', 20)] });
    const sent: [string, AppState][] = [];
    const told = async (change: Partial<AppFacts>): Promise<string[]> => {
      sent.length = 0;
      model.update(change);
      await clock.advance(STATE_INTERVAL_MS);
      return sent.map(([window]) => window).sort();
    };
    pushState(model, clock, (window, state) => sent.push([window, state]));
    expect(await told({ session: { ...session, traffic: traffic(1) }, invitations: [] })).toEqual(['main', 'session']);
    const [main, panel] = [sent.find(([window]) => window === 'main')?.[1], sent.find(([window]) => window === 'session')?.[1]];
    expect(main).toMatchObject({ session: { id: 's' }, history: [{ role: 'expert' }], accounts: [ME] });
    expect(main?.session).not.toHaveProperty('traffic');
    expect(panel).toMatchObject({ session: { traffic: { bytesSent: 1 } }, history: [], settings: { engine: 'ringback' } });
    expect([panel?.accounts, panel?.transports]).toEqual([[], []]);
    // What comes from the use case is a new list each time, with nothing new in it.
    expect(await told({ session: { ...session, traffic: traffic(2) }, invitations: [] })).toEqual(['session']);
    expect(await told({ session: { ...session, traffic: traffic(2), control: 'granted' }, invitations: [] })).toEqual(['main', 'session']);
    expect(await told({ settings: { ...DEFAULT_SETTINGS } })).toEqual(['main', 'session']);
    expect(await told({ session: undefined })).toEqual(['main', 'session']);
  });
});
