/* The states that people see the windows in, each by what main tells, and what a person has pressed. */
import type { Page } from 'playwright-core';
import type { AppState, ConversationView } from '../../../src/preload/contract.ts';
import type { HistoryEntry, Role, SessionStatus } from '../../../src/protocol/assistance/status.ts';
import type { SoundState } from '../../../src/protocol/rdp/sound-state.ts';
import { t } from '../../../src/words/words.ts';
import { appState, CONNECTED, faring, LIVE, NOW_MS, onMsnp, ROLES, RUNNING_PHASES, session } from './fixtures.ts';

export interface State {
  readonly name: string;
  readonly window: 'index' | 'session';
  readonly state: AppState;
  /** The novice's panel as a slim bar. */
  readonly bar?: true;
  readonly act?: (page: Page) => Promise<void>;
}

const ANNA = { ...onMsnp('anna@ringback.local'), friendlyName: 'Anna' };
const SOUNDS: readonly (readonly [string, SoundState])[] = [
  ['off', { state: 'off' }],
  ['on', { state: 'on' }],
  ['ended', { state: 'off', why: 'failed' }],
  ['refused', { state: 'off', why: 'refused' }],
  ['thin', { state: 'on', why: 'thinLine' }],
  ['missing', { state: 'unavailable', why: 'noProgram' }],
];
const press =
  (...names: readonly (string | RegExp)[]) =>
  async (page: Page): Promise<void> => {
    for (const name of names) await page.getByRole('button', { name, exact: true }).first().click();
  };
const main = (name: string, state: AppState, act?: State['act']): State => ({ name, window: 'index', state, ...(act && { act }) });
const inSession = (name: string, status: SessionStatus, act?: State['act']): State => ({
  name,
  window: 'session',
  state: appState({ session: status }),
  ...(act && { act }),
});

/** What a session says of its traffic after so many seconds. */
async function tellTraffic(page: Page, second: number): Promise<void> {
  const wave = Math.sin(second / 5);
  const traffic = {
    ...LIVE.traffic,
    bytesReceived: LIVE.traffic.bytesReceived + second * 500_000 + Math.round(wave * 900_000),
    framesPerSecond: 20 + 9 * wave,
    roundTripMs: 14 + (second % 7),
    pictureAgeMs: 40 + 15 * wave,
  };
  const state = appState({ session: session('expert', CONNECTED, { ...LIVE, traffic, quality: 'balanced', filmBy: 'openh264' }) });
  await page.clock.setFixedTime(NOW_MS - 60_000 + second * 1_000);
  await page.evaluate((told) => (globalThis as unknown as { tellState: (state: unknown) => void }).tellState(told), state);
}

const nobody = appState({ messenger: { tag: 'noAccount' }, accounts: [], contacts: [] });
const hosting: AppState['hosting'] = {
  tag: 'on',
  addresses: ['192.168.1.20:1863', '10.8.0.2:1863'],
  reach: 'lan',
  accounts: [{ address: 'anna@ringback.local', friendlyName: 'Anna', online: true }],
};
const talk: ConversationView = {
  ...onMsnp('anna@ringback.local'),
  unread: 0,
  typing: true,
  lines: Array.from({ length: 121 }, (_, at) => ({
    id: `l${at}`,
    from: at % 3 === 0 ? ('me' as const) : ('them' as const),
    text: `Message number ${at}`,
    atMs: NOW_MS - (121 - at) * 60_000,
    ...(at === 120 ? { delivery: 'failed' as const } : {}),
  })),
};
const entry = (id: string, more: Partial<HistoryEntry>): HistoryEntry => ({
  id,
  role: 'expert',
  peer: ANNA,
  startedAtMs: NOW_MS - 7_200_000,
  endedAtMs: NOW_MS - 3_600_000,
  viewed: true,
  controlled: true,
  reason: 'stoppedByNovice',
  connectedBy: 'reverse',
  address: '192.0.2.7:50000',
  ...more,
});
const history = [
  entry('h1', {}),
  entry('h2', { role: 'novice', viewed: false, controlled: false, reason: 'declined' }),
  entry('h3', { viewed: false, controlled: false, offered: true, reason: 'appNotPresent' }),
];
/** Thirty contacts, two of them of one name. */
const thirty: AppState['contacts'] = Array.from({ length: 30 }, (_, at) => ({
  ...onMsnp(`person${at}@ringback.local`),
  friendlyName: at === 3 || at === 17 ? 'Anna' : `Person ${at}`,
  presence: at % 4 === 0 ? ('online' as const) : ('offline' as const),
}));

const UNTIL = { untilMs: NOW_MS + 100_000 };
/** The six digits on either side. */
const CODES: readonly (readonly [string, Role, Partial<SessionStatus>])[] = [
  ['to read out', 'novice', { code: { tag: 'tell', code: '428117', triesLeft: 3, ...UNTIL } }],
  [
    'to read out again, to a device with another key',
    'novice',
    { code: { tag: 'tell', code: '428117', triesLeft: 1, ...UNTIL }, device: 'replaced' },
  ],
  ['to type', 'expert', { code: { tag: 'enter', triesLeft: 3, ...UNTIL }, device: 'further' }],
  ['to type again', 'expert', { code: { tag: 'enter', triesLeft: 2, ...UNTIL } }],
  ['being checked', 'expert', { code: { tag: 'checking' } }],
];
const MISSING = { viewing: false, control: 'granted', search: { sinceMs: NOW_MS - 20_000, untilMs: NOW_MS + 100_000 } } as const;
const ANSWERED = { tag: 'ended', reason: 'answeredElsewhere', atMs: NOW_MS, answeredOn: 'laptop' } as const;
/** Nothing else had come through. */
const BY_SERVER: Partial<SessionStatus> = {
  connection: { by: 'relay', address: 'proxy.help.example', relayed: true },
  peer: { ...ANNA, verification: { tag: 'code' } },
  steps: session('expert', CONNECTED).steps.map(({ step }) =>
    step === 7
      ? { step, state: 'failed', atMs: NOW_MS, failures: [{ way: 'forward', failure: 'unreachable' }] }
      : { step, state: 'done', atMs: NOW_MS },
  ),
};
const UNVERIFIED = {
  peer: { transport: 'msnp', address: 'anna@ringback.local', friendlyName: 'Anna', verification: { tag: 'unverified' } },
} as const;

/** Two screens side by side, one of which is shown. */
const TWO_SCREENS = [
  { id: 'DP-2', name: 'DP-2', area: { x: 0, y: 0, width: 1920, height: 1080 } },
  { id: 'DP-1', name: 'DP-1', area: { x: 1920, y: 0, width: 1280, height: 1024 } },
];
const LEFT_SHOWN = { sharing: { part: { tag: 'screen', id: 'DP-2' }, state: 'shown', screens: TWO_SCREENS } } as const;
const WINDOW_SHOWN = {
  sharing: { part: { tag: 'window', id: '' }, state: 'shown', title: 'Letter to the bank – Writer', screens: TWO_SCREENS },
} as const;
const WINDOW_GONE = { sharing: { part: { tag: 'window', id: '' }, state: 'gone', screens: TWO_SCREENS } } as const;
/** What is shown, by how it is called in the names of states. */
const SHOWN = [
  ['the left screen', LEFT_SHOWN],
  ['one window', WINDOW_SHOWN],
  ['a window that was closed', WINDOW_GONE],
] as const;

const NEWCOMER: AppState['newcomer'] & {} = {
  code: 'K7QM2CFH',
  state: 'open',
  expiresAtMs: NOW_MS + 13 * 60_000,
  wrong: 0,
  link: 'ringback:help?v=1&to=erik%40help.example&name=Erik&code=K7QM2CFH&end=1',
  byPage: false,
  address: 'erik@help.example',
};
const { address: _spoken, ...LINK_ONLY } = NEWCOMER;
const GUEST: AppState['invitations'][number] = {
  id: 'g1',
  guest: true,
  from: { transport: 'xmpp', address: '840912@guest.help.example', friendlyName: '“Anna”', verification: { tag: 'code' } },
  receivedAtMs: NOW_MS,
};

/** Signed in to an XMPP server. */
const onServer = (more: Partial<AppState>): AppState =>
  appState({
    transports: [
      ...appState().transports,
      { name: 'xmpp', title: 'transport.xmpp', lead: 'xmpp.lead', fields: [], looksAtServer: true, invitesContacts: true },
    ],
    accounts: [
      {
        transport: 'xmpp',
        address: 'nora@chat.example',
        friendlyName: 'Nora',
        values: { address: 'nora@chat.example', friendlyName: 'Nora' },
        status: { tag: 'signedIn', presence: 'online' },
      },
    ],
    settings: {
      ...appState().settings,
      relayOnly: true,
      relayServer: { url: 'turns:relay.example:443', username: 'nora', password: '' },
      guestServer: 'guest.help.example',
    },
    ...more,
  });

export const STATES: readonly State[] = [
  main('welcome', nobody),
  main('welcome, other ways', nobody, (page) => page.getByText(t('welcome.other'), { exact: true }).click()),
  main('welcome, an account', nobody, async (page) => {
    await page.getByText(t('welcome.other'), { exact: true }).click();
    await page.getByRole('button', { name: t('welcome.haveAccount'), exact: true }).click();
  }),
  main('welcome, needs help', nobody, press(new RegExp(`^${t('welcome.need')}`))),
  main('welcome, a wrong code of a guest', { ...nobody, guestTriesLeft: 4 }, press(new RegExp(`^${t('welcome.need')}`))),
  main('a link that asks for help', { ...nobody, offeredHelp: { address: 'erik@help.example', claim: 'Erik' } }),
  main('a link that asks for help, with another behind it', {
    ...nobody,
    suggestedName: '',
    offeredHelp: { address: 'erik@help.example', claim: 'Erik', another: true },
  }),
  main('a link to a contact', onServer({ offeredContact: { transport: 'xmpp', address: 'erik@chat.example' } })),
  main('settings of who is on a server', onServer({}), press(t('nav.settings'))),
  main('a code for somebody new', appState({ newcomer: NEWCOMER })),
  main('a code for somebody new, of who helps', {
    ...appState({ newcomer: { ...NEWCOMER, wrong: 3 } }),
    settings: { ...appState().settings, home: 'give' },
  }),
  main('a code for somebody new, on a server that has to be named', {
    ...appState({ newcomer: { ...NEWCOMER, server: '192.168.1.20:5222', authority: '/media/stick/help.pem' } }),
  }),
  main('a link for somebody new', appState({ newcomer: LINK_ONLY })),
  main('a code that is too old', appState({ newcomer: { ...NEWCOMER, state: 'expired' } })),
  main('a code that was locked', appState({ newcomer: { ...NEWCOMER, state: 'burnt' } })),
  main('asked by somebody without an account', appState({ invitations: [GUEST] })),
  main('asked by somebody with the name of a contact', appState({ invitations: [{ ...GUEST, like: 'Anna' }] })),
  main('choosing a helper by a code', appState(), async (page) => {
    await press(t('home.ask'))(page);
    await page.getByText(t('guest.somebodyElse'), { exact: true }).click();
  }),
  main('welcome, helps', nobody, press(new RegExp(`^${t('welcome.give')}`))),
  main('welcome, helps somebody in another home', nobody, async (page) => {
    await page.getByRole('button', { name: new RegExp(`^${t('welcome.give')}`) }).click();
    await page.getByLabel(t('hostStart.whereElsewhere'), { exact: true }).check();
  }),
  main('home', appState({ history })),
  main(
    'home with a missed request',
    appState({
      history: [
        entry('m1', {
          viewed: false,
          controlled: false,
          reason: 'timedOut',
          startedAtMs: NOW_MS - 600_000,
          endedAtMs: NOW_MS - 500_000,
        }),
      ],
    }),
  ),
  main('home of who helps', {
    ...appState({ history: [entry('h1', { viewed: false, controlled: false, reason: 'timedOut', startedAtMs: NOW_MS - 3_600_000 })] }),
    settings: { ...appState().settings, home: 'give' },
  }),
  main('home while the other computer is off', {
    ...appState(faring({ tag: 'waiting', retryAtMs: NOW_MS + 60_000, code: 'UNREACHABLE' })),
    accounts: faring({ tag: 'waiting', retryAtMs: NOW_MS + 60_000, code: 'UNREACHABLE' }).accounts.map((account) => ({
      ...account,
      values: { ...account.values, contact: 'peter@ringback.local', contactName: 'Peter' },
    })),
  }),
  main('home without contacts', appState({ contacts: [] })),
  main('home with thirty contacts', appState({ contacts: thirty })),
  main('home without connection', appState(faring({ tag: 'waiting', retryAtMs: NOW_MS + 60_000, code: 'UNREACHABLE' }))),
  main('home with wrong credentials', appState(faring({ tag: 'signedOut', code: 'WRONG_CREDENTIALS' }))),
  main('asked for help', appState({ invitations: [{ id: 'i1', from: ANNA, receivedAtMs: NOW_MS }] })),
  main('offered help', appState({ invitations: [{ id: 'i1', from: ANNA, receivedAtMs: NOW_MS, offer: true }] })),
  main(
    'invited to a call',
    appState({
      activities: [{ id: 'a1', kind: 'voice', role: 'invitee', peer: ANNA, startedAtMs: NOW_MS, phase: 'waiting', line: 'sip:{address}' }],
    }),
  ),
  main('activities of a contact', appState(), press(t('activity.menuOf', { name: 'Anna' }))),
  main(
    'notices',
    appState({
      notices: (['info', 'warning', 'error'] as const).map((kind) => ({ id: kind, kind, key: 'notice.storageFailed', values: {} })),
    }),
  ),
  main('choosing a helper', appState(), press(t('home.ask'))),
  main('choosing a helper without contacts', appState({ contacts: [] }), press(t('home.ask'))),
  main('conversation', appState({ conversations: [talk] }), press(t('chat.open', { name: 'Anna' }))),
  main('history', appState({ history }), press(t('nav.history'))),
  main(
    'history changed',
    appState({ history, record: { broken: { afterMs: NOW_MS - 3_600_000 }, clearedAtMs: NOW_MS - 9_000_000 } }),
    press(t('nav.history')),
  ),
  main('history empty', appState(), press(t('nav.history'))),
  main(
    'settings',
    appState({ hosting, settings: { ...appState().settings, hosting: { enabled: true, reach: 'lan', port: 1863 } } }),
    press(t('nav.settings')),
  ),
  main(
    'saved invitation',
    appState({ fileInvitation: { id: 'f1', state: 'waiting', expiresAtMs: NOW_MS + 3_600_000, wrongPasswords: 1 } }),
  ),
  main(
    'strangers',
    appState({
      strangers: [
        { ...onMsnp('x8821@ringback.local'), claim: 'Anna', mixed: true, like: 'Anna', wishes: ['help'], texts: [], looked: false },
        {
          ...onMsnp('eve@ringback.local'),
          claim: '',
          mixed: false,
          wishes: ['message', 'list'],
          texts: ['Is this your screen?'],
          looked: true,
        },
      ],
    }),
  ),
  main(
    'the account of a link, in place of another',
    appState({
      offeredAccount: {
        server: '192.168.1.20:1863',
        address: 'anna@ringback.local',
        friendlyName: 'Anna',
        contact: { address: 'peter@ringback.local', friendlyName: 'Peter' },
        instead: { address: 'margaret@ringback.local', friendlyName: 'Margaret' },
      },
    }),
  ),
  main('the account of a link, at the first start', {
    ...nobody,
    offeredAccount: {
      server: '192.168.1.20:1863',
      address: 'anna@ringback.local',
      friendlyName: 'Anna',
      contact: { address: 'peter@ringback.local', friendlyName: 'Peter' },
    },
  }),
  main(
    'opened invitation',
    appState({ offeredInvitation: { fileName: 'help.msrcIncident', from: 'Anna', needsPassword: true, bound: true, past: true } }),
  ),
  ...ROLES.flatMap((role): State[] => [
    ...RUNNING_PHASES.slice(0, 5).flatMap((phase, at): State[] => [
      main(`${role} ${at} ${phase.tag}`, appState({ session: session(role, phase) })),
      inSession(`${role} ${at} ${phase.tag} in the session window`, session(role, phase)),
    ]),
    main(`${role} waits for the yes`, appState({ session: session(role, { tag: 'awaitingConsent' }) })),
    inSession(`${role} waits for the yes in the session window`, session(role, { tag: 'awaitingConsent' })),
    main(`${role} connected`, appState({ session: session(role, CONNECTED, LIVE) })),
    main(`${role} over`, appState({ session: session(role, { tag: 'ended', reason: 'noConnection', atMs: NOW_MS }) })),
    inSession(
      `${role} over in the session window`,
      session(role, { tag: 'ended', reason: 'closedByExpert', atMs: NOW_MS, sinceMs: NOW_MS - 60_000 }, LIVE),
    ),
    ...(['no', 'asked', 'refused', 'granted'] as const).map((control) =>
      inSession(`${role} connected, control ${control}`, session(role, CONNECTED, { ...LIVE, control })),
    ),
  ]),
  ...ROLES.map((role) => inSession(`${role} looks for the other`, session(role, CONNECTED, { ...LIVE, ...MISSING }))),
  main('answered on another computer', appState({ session: session('expert', ANSWERED) })),
  inSession('expert details, by a server', session('expert', CONNECTED, { ...LIVE, ...BY_SERVER }), (page) =>
    page.locator('summary').first().click(),
  ),
  inSession('novice asked again and again', session('novice', CONNECTED, { ...LIVE, control: 'refused', controlWished: true })),
  ...CODES.flatMap(([name, role, more]) => [
    main(`digits: ${name}`, appState({ session: session(role, { tag: 'tickets' }, more) })),
    inSession(`digits: ${name} in the session window`, session(role, { tag: 'tickets' }, more)),
  ]),
  ...(['novice', 'expert'] as const).flatMap((role) => [
    main(`${role} not verified`, appState({ session: session(role, CONNECTED, { ...LIVE, ...UNVERIFIED }) })),
    inSession(`${role} not verified in the session window`, session(role, CONNECTED, { ...LIVE, ...UNVERIFIED })),
  ]),
  ...(['no', 'asked', 'granted'] as const).map(
    (control): State => ({
      name: `novice bar, control ${control}`,
      window: 'session',
      bar: true,
      state: appState({
        session: session('novice', CONNECTED, { ...LIVE, control }),
        panelFolded: true,
        unreadInSession: control === 'no' ? 0 : 2,
      }),
    }),
  ),
  {
    name: 'expert with a new message',
    window: 'session',
    state: appState({ session: session('expert', CONNECTED, LIVE), unreadInSession: 2 }),
  },
  ...(['asking', 'away'] as const).flatMap((attendance): State[] => [
    inSession(
      `novice ${attendance}`,
      session('novice', CONNECTED, { ...LIVE, attendance, control: 'granted', endsAtMs: NOW_MS + 600_000 }),
    ),
    {
      name: `novice bar, ${attendance}`,
      window: 'session',
      bar: true,
      state: appState({ session: session('novice', CONNECTED, { ...LIVE, attendance, control: 'granted' }), panelFolded: true }),
    },
  ]),
  ...SHOWN.flatMap(([name, shown]): State[] => [
    ...ROLES.map((role) => inSession(`${role} with ${name}`, session(role, CONNECTED, { ...LIVE, ...shown }))),
    {
      name: `novice bar with ${name}`,
      window: 'session',
      bar: true,
      state: appState({ session: session('novice', CONNECTED, { ...LIVE, ...shown }), panelFolded: true, unreadInSession: 2 }),
    },
  ]),
  inSession(
    'novice is wished another screen',
    session('novice', CONNECTED, { ...LIVE, ...LEFT_SHOWN, wishedPart: { tag: 'screen', id: 'DP-1' } }),
  ),
  ...([undefined, 'asked', 'refused'] as const).map((partWish) =>
    inSession(
      `expert with other screens, ${partWish ?? 'not asked for'}`,
      session('expert', CONNECTED, { ...LIVE, ...LEFT_SHOWN, ...(partWish && { partWish }) }),
      (page) => page.locator(`summary[aria-label="${t('sharing.expert.menu')}"]`).click(),
    ),
  ),
  ...SOUNDS.flatMap(([what, sound]): State[] => [
    inSession(`novice sound ${what}`, session('novice', CONNECTED, { ...LIVE, sound })),
    inSession(`expert sound ${what}`, session('expert', CONNECTED, { ...LIVE, sound }), (page) =>
      page.locator('.tool-menu > summary').first().click(),
    ),
  ]),
  {
    name: 'novice bar, sound on',
    window: 'session',
    bar: true,
    state: appState({ session: session('novice', CONNECTED, { ...LIVE, control: 'granted', sound: { state: 'on' } }), panelFolded: true }),
  },
  inSession('novice details', session('novice', CONNECTED, LIVE), (page) => page.getByText(t('session.details'), { exact: true }).click()),
  inSession('expert details', session('expert', CONNECTED, { ...LIVE, quality: 'balanced', filmBy: 'openh264' }), async (page) => {
    await page.locator('summary').first().click();
    for (let second = 0; second <= 60; second += 1) await tellTraffic(page, second);
  }),
];
