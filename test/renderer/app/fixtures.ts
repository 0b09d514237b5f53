import type { AccountField } from '../../../src/facts/accounts.ts';
import type { RingbackBridge } from '../../../src/preload/commands.ts';
import type { AccountView, AppState, TransportView } from '../../../src/preload/contract.ts';
import { ACTIVITY_KINDS } from '../../../src/protocol/applications/applications.ts';
import type { EndReason, Role, SessionPhase, SessionStatus, StepNumber } from '../../../src/protocol/assistance/status.ts';

export const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);

// A Record forces the list to name every member of the union, and nothing else.
const REASONS: Readonly<Record<EndReason, true>> = {
  declined: true,
  cancelledByYou: true,
  cancelledByPeer: true,
  answeredElsewhere: true,
  timedOut: true,
  contactOffline: true,
  appNotPresent: true,
  messengerLost: true,
  peerLeftMessenger: true,
  ticketRefused: true,
  notVerifiable: true,
  protectionRemoved: true,
  tampered: true,
  codeBurnt: true,
  codeExpired: true,
  noConnection: true,
  pinMismatch: true,
  wrongPassword: true,
  invitationExpired: true,
  versionMismatch: true,
  incompatible: true,
  engineFailed: true,
  viewRefused: true,
  consentTimedOut: true,
  stoppedByNovice: true,
  closedByExpert: true,
  timeUp: true,
  peerGone: true,
  connectionLost: true,
  desktopUnavailable: true,
  protocolError: true,
  internalError: true,
};
export const END_REASONS = Object.keys(REASONS) as EndReason[];
export const ROLES: readonly Role[] = ['novice', 'expert'];

export const RUNNING_PHASES: readonly SessionPhase[] = [
  { tag: 'inviting' },
  { tag: 'tickets' },
  { tag: 'connecting', way: 'reverse', next: { way: 'forward', atMs: NOW_MS + 3_000 } },
  { tag: 'connecting', way: 'reverse' },
  { tag: 'connecting', way: 'forward' },
  { tag: 'connecting', way: 'pigeon', next: { way: 'smoke', atMs: NOW_MS + 3_000 } },
  { tag: 'awaitingConsent' },
];

export function session(role: Role, phase: SessionPhase, more: Partial<SessionStatus> = {}): SessionStatus {
  return {
    id: 's1',
    role,
    peer: { transport: 'msnp', address: 'anna@ringback.local', friendlyName: 'Anna' },
    startedAtMs: NOW_MS - 60_000,
    phase,
    steps: ([1, 2, 3, 4, 5, 6, 7] as StepNumber[]).map((step) =>
      step < 4 ? { step, state: 'done', atMs: NOW_MS } : { step, state: step === 4 ? 'active' : 'pending' },
    ),
    viewing: false,
    control: 'no',
    ...more,
  };
}

export const CONNECTED: SessionPhase = { tag: 'connected', sinceMs: NOW_MS - 65_000 };
export const LIVE = {
  viewing: true,
  connection: { by: 'reverse', address: '192.0.2.7:49231' },
  traffic: { bytesSent: 12_400_000, bytesReceived: 83_000, framesPerSecond: 24.3, roundTripMs: 12.4, pictureAgeMs: 31.6 },
  desktop: { width: 1920, height: 1080 },
} as const;

const field = (name: 'server' | 'address' | 'friendlyName' | 'accessToken', kind: AccountField['kind'] = 'text'): AccountField => ({
  name,
  kind,
  label: `account.${name}`,
  hint: `account.${name}Hint`,
  maxLength: 100,
});
export const TRANSPORTS: readonly TransportView[] = [
  {
    name: 'msnp',
    title: 'transport.msnp',
    lead: 'account.lead',
    fields: [field('server'), field('address'), field('friendlyName', 'name'), field('accessToken', 'secret')],
  },
];
/** A second messenger, which wants to know other things. */
export const PIGEONS: TransportView = {
  name: 'pigeons',
  title: 'app.name',
  lead: 'account.lead',
  fields: [
    { name: 'address', kind: 'text', label: 'account.address', hint: 'account.addressHint', maxLength: 50 },
    { name: 'loft', kind: 'text', label: 'account.server', hint: 'account.serverHint', maxLength: 50, optional: true },
  ],
};
export const MARGARET: AccountView = {
  transport: 'msnp',
  address: 'margaret@ringback.local',
  friendlyName: 'Margaret',
  values: { server: '192.0.2.1:1863', address: 'margaret@ringback.local', friendlyName: 'Margaret' },
  status: { tag: 'signedIn', presence: 'online' },
};

/** How the one account fares, and so the messenger as a whole. */
export const faring = (status: AccountView['status']): Pick<AppState, 'messenger' | 'accounts'> => ({
  messenger: status,
  accounts: [{ ...MARGARET, status }],
});
/** Somebody on the messenger. */
export const onMsnp = (address: string) => ({ transport: 'msnp', address });

export function appState(more: Partial<AppState> = {}): AppState {
  return {
    version: '0.1.0',
    locale: 'en-u-hc-h23',
    messenger: { tag: 'signedIn', presence: 'online' },
    transports: TRANSPORTS,
    accounts: [MARGARET],
    contacts: [
      { transport: 'msnp', address: 'zoe@ringback.local', friendlyName: 'Zoe', presence: 'offline' },
      { transport: 'msnp', address: 'tom@ringback.local', friendlyName: 'Tom', presence: 'busy' },
      { transport: 'msnp', address: 'anna@ringback.local', friendlyName: 'Anna', presence: 'online', lastHelpedAtMs: NOW_MS - 7_200_000 },
    ],
    hosting: { tag: 'off' },
    invitations: [],
    strangers: [],
    activities: [],
    programs: ACTIVITY_KINDS.map((kind) => ({
      kind,
      choice: { use: 'default' },
      ready: kind === 'voice',
      ...(kind === 'voice' ? { defaultLine: 'sip:{address}:{port}' } : {}),
    })),
    conversations: [],
    history: [],
    record: {},
    settings: {
      engine: 'ringback',
      viewerScaling: 'fit',
      stopShortcut: 'CommandOrControl+Alt+End',
      home: 'need',
      playSound: true,
      startHidden: false,
      allowOffers: false,
      allowPlainExperts: false,
      allowUnverified: false,
      relayOnly: false,
      openRouter: true,
      ownPort: 0,
      publicAddress: '',
      relayServer: { url: '', username: '', password: '' },
      ownName: '',
      guestServer: '',
      helpPage: '',
      quietSeconds: 3,
      hosting: { enabled: false, reach: 'loopback', port: 0 },
    },
    suggestedName: 'Nora',
    notices: [],
    desktop: { capture: true, input: true },
    stopKeys: 'held',
    asking: false,
    panelFolded: false,
    ...more,
  };
}

/** Main as the window sees it: what was called, and the answers a test gives. */
export function fakeBridge(answers: Partial<Record<keyof RingbackBridge, unknown>> = {}) {
  const calls: unknown[][] = [];
  let send: (state: AppState) => void = () => undefined;
  const bridge = new Proxy({} as RingbackBridge, {
    get: (_target, name: string) => {
      if (name === 'onState') {
        return (listener: typeof send) => {
          send = listener;
          return () => undefined;
        };
      }
      return async (...args: unknown[]) => {
        calls.push([name, ...args]);
        const answer = answers[name as keyof RingbackBridge];
        if (answer instanceof Error) throw answer;
        return answer ?? { ok: true, value: undefined };
      };
    },
  });
  return { bridge, calls, send: (state: AppState) => send(state) };
}
