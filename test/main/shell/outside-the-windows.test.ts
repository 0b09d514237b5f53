import type { StopKeys } from '../../../src/facts/stop-keys.ts';
import type { Invitation } from '../../../src/facts/invitations.ts';
import type { Activity } from '../../../src/facts/activities.ts';
import { describe, expect, it, vi } from 'vitest';
import {
  createNotifications,
  helpNotificationWords,
  type NotificationOptions,
  type NotificationPort,
} from '../../../src/main/shell/notifications.ts';
import { createMessageNotifications } from '../../../src/main/shell/message-notifications.ts';
import { createStopShortcut } from '../../../src/main/shell/stop-shortcut.ts';
import { t } from '../../../src/words/words.ts';
import { trayMenu, type TrayActions, type TrayItem, type TrayState, trayStatus } from '../../../src/main/shell/tray-menu.ts';
import { placePanel, placeWindow, smallestSize } from '../../../src/main/shell/window-bounds.ts';
import type { AppState } from '../../../src/preload/contract.ts';
import type { SessionPhase, SessionStatus } from '../../../src/protocol/assistance/status.ts';

const ANNA = { transport: 'msnp', address: 'anna@home.example', friendlyName: 'Anna & Co' };
const invitation = (id: string): Invitation => ({ id, from: ANNA, receivedAtMs: 1 });
const session = (role: 'novice' | 'expert', phase: SessionPhase): SessionStatus => ({
  id: 's',
  role,
  peer: ANNA,
  startedAtMs: 1,
  phase,
  steps: [],
  viewing: false,
  control: 'no',
});
const CONNECTED: SessionPhase = { tag: 'connected', sinceMs: 1 };
const ENDED: SessionPhase = { tag: 'ended', reason: 'stoppedByNovice', atMs: 1 };

class FakeNotification implements NotificationPort {
  readonly options: NotificationOptions;
  shown = false;
  closed = false;
  readonly listeners = new Map<string, (event: { readonly actionIndex?: number }, index?: number) => void>();
  constructor(options: NotificationOptions) {
    this.options = options;
  }
  on(event: string, listener: (event: { readonly actionIndex?: number }, index?: number) => void): void {
    this.listeners.set(event, listener);
  }
  show(): void {
    this.shown = true;
  }
  close(): void {
    this.closed = true;
  }
  fire(event: string, details: { readonly actionIndex?: number } = {}, index?: number): void {
    this.listeners.get(event)?.(details, index);
  }
}

describe('notifications of invitations', () => {
  function notifying() {
    const made: FakeNotification[] = [];
    const deps = { accept: vi.fn(), decline: vi.fn(), open: vi.fn(), onUnseen: vi.fn() };
    const notifications = createNotifications({
      words: helpNotificationWords,
      answer: { accept: deps.accept, decline: deps.decline },
      open: deps.open,
      onUnseen: deps.onUnseen,
      create: (options) => {
        const notification = new FakeNotification(options);
        made.push(notification);
        return notification;
      },
    });
    return { made, notifications, ...deps };
  }

  it('come once for each invitation and go with it', () => {
    const { made, notifications, accept } = notifying();
    notifications.update([invitation('1')]);
    notifications.update([invitation('1'), invitation('2')]);
    expect(made.map((one) => one.shown)).toEqual([true, true]);
    expect(made[0]?.options.title).toContain('Anna & Co');
    expect(made[0]?.options.body).toContain('anna@home.example');
    expect(made[0]?.options.actions.map((action) => action.text)).toEqual(['Accept', 'Decline']);
    notifications.update([invitation('2')]);
    expect(made.map((one) => one.closed)).toEqual([true, false]);
    // A click that was under way when it was withdrawn answers nothing.
    made[0]?.fire('action', { actionIndex: 0 });
    expect(accept).not.toHaveBeenCalled();
  });

  it('accept, decline and open, by the old and the new shape of the event', () => {
    const { made, notifications, accept, decline, open } = notifying();
    notifications.update([invitation('1')]);
    made[0]?.fire('action', { actionIndex: 1 });
    made[0]?.fire('action', {}, 0);
    made[0]?.fire('action', {}, 7);
    made[0]?.fire('click');
    expect(made[0]?.closed).toBe(true);
    // Put away by the click; it does not come a second time.
    notifications.update([invitation('1')]);
    expect(made).toHaveLength(1);
    expect(open).toHaveBeenCalledExactlyOnceWith('1');
    expect(decline).toHaveBeenCalledExactlyOnceWith('1');
    expect(accept).toHaveBeenCalledExactlyOnceWith('1');
  });

  it('of somebody without an account have no address in them, which nobody could know again', () => {
    const { made, notifications } = notifying();
    const guest = {
      ...invitation('1'),
      guest: true,
      from: { transport: 'guest', address: '95169@guest.example', friendlyName: '“Nora”' },
    } as const;
    notifications.update([guest]);
    expect(made[0]?.options).toMatchObject({
      title: t('shell.notification.title', { name: '“Nora”' }),
      body: t('shell.notification.guestBody'),
    });
    expect(
      JSON.stringify(trayMenu({ messenger: { tag: 'noAccount' }, invitations: [guest], activities: [], asking: false }, {} as TrayActions)),
    ).not.toContain('95169');
  });

  it('draw attention otherwise where nobody would see them', () => {
    const { made, notifications, onUnseen } = notifying();
    notifications.update([invitation('1')]);
    made[0]?.fire('failed');
    expect(onUnseen).toHaveBeenCalledExactlyOnceWith('1');
    const without = vi.fn();
    createNotifications({
      words: helpNotificationWords,
      create: undefined,
      answer: { accept: vi.fn(), decline: vi.fn() },
      open: vi.fn(),
      onUnseen: without,
    }).update([invitation('2')]);
    expect(without).toHaveBeenCalledExactlyOnceWith('2');
  });
});

describe('notifications of messages', () => {
  const written = (unread: number) => ({
    contacts: [{ ...ANNA, presence: 'online' as const }],
    conversations: [{ transport: ANNA.transport, address: ANNA.address, lines: [], unread, typing: false }],
  });
  function messaging(looking: boolean) {
    const made: FakeNotification[] = [];
    const open = vi.fn();
    const create = (options: NotificationOptions) => {
      const notification = new FakeNotification(options);
      made.push(notification);
      return notification;
    };
    return { made, open, messages: createMessageNotifications({ create, open, looking: () => looking }) };
  }

  it('come once for each person, ask for nothing, and go when it is read', () => {
    const { made, open, messages } = messaging(false);
    messages.heard(ANNA, written(1));
    messages.heard(ANNA, written(2));
    expect(made).toHaveLength(1);
    expect(made[0]?.options.title).toContain('Anna & Co');
    expect(made[0]?.options.actions).toEqual([]);
    messages.update(written(0));
    expect(made[0]?.closed).toBe(true);
    messages.heard(ANNA, written(1));
    made[1]?.fire('click');
    expect(open).toHaveBeenCalledOnce();
  });

  it('do not come to somebody who has the window before them, nor later', () => {
    const { made, messages } = messaging(true);
    messages.heard(ANNA, written(1));
    messages.update(written(1));
    expect(made).toEqual([]);
  });
});

describe('the tray menu', () => {
  const state = (more: Partial<AppState>): TrayState => ({
    messenger: { tag: 'signedIn', presence: 'online' },
    invitations: [],
    strangers: [],
    activities: [],
    asking: false,
    ...more,
  });
  const actions = () =>
    ({
      open: vi.fn(),
      showQuestion: vi.fn(),
      accept: vi.fn(),
      decline: vi.fn(),
      acceptActivity: vi.fn(),
      declineActivity: vi.fn(),
      end: vi.fn(),
      quit: vi.fn(),
    }) satisfies TrayActions;
  const labels = (items: readonly TrayItem[]): string[] => items.flatMap((item) => (item.type === 'separator' ? [] : [item.label]));
  const click = (items: readonly TrayItem[], text: RegExp): void => {
    for (const item of items) if (item.type !== 'separator' && text.test(item.label)) item.click?.();
  };

  it('offers Accept and Decline for each invitation', () => {
    const act = actions();
    const menu = trayMenu(state({ invitations: [invitation('1')] }), act);
    click(menu, /^Accept/);
    click(menu, /^Decline/);
    expect(act.accept).toHaveBeenCalledExactlyOnceWith('1');
    expect(act.decline).toHaveBeenCalledExactlyOnceWith('1');
    // `&` alone would be an access key.
    expect(labels(menu).some((label) => label.includes('Anna && Co'))).toBe(true);
  });

  it('offers Accept and Decline for each other invitation that waits for this person', () => {
    const act = actions();
    const activity = (id: string, more: Partial<Activity>): Activity => ({
      id,
      kind: 'whiteboard',
      role: 'invitee',
      peer: ANNA,
      startedAtMs: 1,
      phase: 'waiting',
      line: 'board',
      ...more,
    });
    const waiting = state({
      activities: [activity('a', {}), activity('b', { role: 'inviter' }), activity('c', { phase: 'negotiating' })],
    });
    const menu = trayMenu(waiting, act);
    click(menu, /^Accept – Whiteboard/);
    click(menu, /^Decline – Whiteboard/);
    expect(act.acceptActivity).toHaveBeenCalledExactlyOnceWith('a');
    expect(act.declineActivity).toHaveBeenCalledExactlyOnceWith('a');
    expect(trayStatus(waiting)).toBe('Someone invites you');
    const many = Array.from({ length: 100 }, (_, index) => activity(String(index), {}));
    expect(trayMenu(state({ activities: many, invitations: [invitation('1')] }), act).length).toBeLessThan(50);
  });

  it('leads to a question that waits, beside Stop, and answers none', () => {
    const act = actions();
    const asked = state({ asking: true, session: session('novice', CONNECTED) });
    const menu = trayMenu(asked, act);
    click(menu, /^Show the question/);
    click(menu, /^Stop/);
    expect(act.showQuestion).toHaveBeenCalledOnce();
    expect(act.end).toHaveBeenCalledOnce();
    expect(trayStatus(asked)).toBe('Ringback asks you something');
    expect(labels(trayMenu(state({}), act))).not.toContain('Show the question');
  });

  it('says which part of the screen is seen, as the windows do', () => {
    const status = (sharing: SessionStatus['sharing'], viewing = true): string =>
      trayStatus(state({ session: { ...session('novice', CONNECTED), viewing, ...(sharing === undefined ? {} : { sharing }) } }));
    const area = (x: number) => ({ x, y: 0, width: 800, height: 600 });
    const screens = [
      { id: 'DP-1', name: 'DP-1', area: area(0) },
      { id: 'DP-2', name: 'DP-2', area: area(800) },
    ];
    const window = { tag: 'window', id: '' } as const;
    expect(status(undefined)).toBe('Anna & Co sees your screen');
    expect(status({ part: { tag: 'all' }, state: 'shown', screens: screens.slice(1) })).toBe('Anna & Co sees your screen');
    expect(status({ part: { tag: 'all' }, state: 'shown', screens })).toBe('Anna & Co sees all your screens');
    expect(status({ part: { tag: 'screen', id: 'DP-2' }, state: 'shown', screens })).toBe('Anna & Co sees your right screen, no other');
    expect(status({ part: window, state: 'shown', title: 'Letter', screens })).toBe('Anna & Co sees one window: “Letter”');
    const long = { part: window, state: 'shown', title: `${'🖂 '.repeat(20)}Letter`, screens } as const;
    expect(status(long)).toBe(`Anna & Co sees one window: “${'🖂 '.repeat(20).trimEnd()}…”`);
    expect(status({ part: window, state: 'hidden', title: 'Letter', screens })).toBe(
      'Anna & Co sees the last picture of a window: “Letter”',
    );
    expect(status({ part: window, state: 'hidden', screens })).toBe('Anna & Co sees the last picture of a window');
    expect(status({ part: window, state: 'gone', screens })).toBe('Anna & Co sees nothing: that window is closed');
    expect(status({ part: window, state: 'shown', title: 'Letter', screens }, false)).toBe(
      t('shell.tray.notViewing', { name: 'Anna & Co' }),
    );
  });

  it('has a menu that stays as it is when a window that is seen is called something else', () => {
    const menuOf = (title: string) =>
      labels(
        trayMenu(
          state({
            session: {
              ...session('novice', CONNECTED),
              viewing: true,
              sharing: { part: { tag: 'window', id: '' }, state: 'shown', title, screens: [] },
            },
          }),
          actions(),
        ),
      );
    expect(menuOf('Letter')).toEqual(menuOf('Letter 2'));
    expect(menuOf('Letter')).toContain('Anna && Co sees one window');
  });

  it('offers Stop to the novice and End to the expert while there is something to end', () => {
    const act = actions();
    const novice = trayMenu(state({ session: session('novice', CONNECTED) }), act);
    click(novice, /^Stop/);
    expect(act.end).toHaveBeenCalledOnce();
    expect(labels(trayMenu(state({ session: session('expert', CONNECTED) }), act)).some((label) => label.startsWith('End'))).toBe(true);
    expect(labels(trayMenu(state({ session: session('novice', ENDED) }), act)).some((label) => label.startsWith('Stop'))).toBe(false);
    expect(labels(trayMenu(state({}), act))).toEqual(expect.arrayContaining(['Open Ringback', 'Quit Ringback']));
  });

  it('stays a menu with a hundred invitations', () => {
    const many = Array.from({ length: 100 }, (_, index) => invitation(String(index)));
    expect(trayMenu(state({ invitations: many }), actions()).length).toBeLessThan(50);
  });
});

describe('the Stop shortcut', () => {
  function shortcuts(register: (accelerator: string) => boolean = () => true, certain = true) {
    const told: StopKeys[] = [];
    const held = new Map<string, () => void>();
    const stop = vi.fn();
    const onUnavailable = vi.fn();
    const shortcut = createStopShortcut(
      {
        register: (accelerator, run) => {
          if (!register(accelerator)) return false;
          held.set(accelerator, run);
          return true;
        },
        unregister: (accelerator) => void held.delete(accelerator),
      },
      stop,
      { unavailable: onUnavailable, keys: (keys) => told.push(keys) },
      certain,
    );
    return { shortcut, held, stop, onUnavailable, told };
  }

  it('is promised while it is held, and never where the desktop may keep the keys', () => {
    const x11 = shortcuts();
    x11.shortcut.update(undefined, 'A');
    x11.shortcut.update(session('novice', CONNECTED), 'A');
    x11.shortcut.update(session('novice', CONNECTED), 'B');
    x11.shortcut.update(session('novice', ENDED), 'B');
    expect(x11.told).toEqual(['held', 'none']);
    const taken = shortcuts(() => false);
    taken.shortcut.update(session('novice', CONNECTED), 'A');
    expect(taken.told).toEqual([]);
    const wayland = shortcuts(() => true, false);
    wayland.shortcut.update(undefined, 'A');
    wayland.shortcut.update(session('novice', CONNECTED), 'A');
    expect(wayland.told).toEqual(['unsure']);
    expect([...wayland.held.keys()]).toEqual(['A']);
  });

  it('is held only while the novice has something to stop', () => {
    const { shortcut, held, stop } = shortcuts();
    shortcut.update(undefined, 'A');
    shortcut.update(session('expert', CONNECTED), 'A');
    expect(held.size).toBe(0);
    shortcut.update(session('novice', { tag: 'awaitingConsent' }), 'A');
    shortcut.update(session('novice', CONNECTED), 'A');
    held.get('A')?.();
    expect(stop).toHaveBeenCalledOnce();
    shortcut.update(session('novice', CONNECTED), 'B');
    expect([...held.keys()]).toEqual(['B']);
    shortcut.update(session('novice', ENDED), 'B');
    expect(held.size).toBe(0);
  });

  it.each([
    ['is taken', () => false],
    [
      'is not a key',
      () => {
        throw new TypeError('unknown key');
      },
    ],
  ])('says once a session when it %s', (_why, register) => {
    const { shortcut, onUnavailable } = shortcuts(register);
    for (let index = 0; index < 3; index += 1) shortcut.update(session('novice', CONNECTED), 'A');
    expect(onUnavailable).toHaveBeenCalledExactlyOnceWith('A');
    shortcut.update(session('novice', ENDED), 'A');
    shortcut.update(session('novice', CONNECTED), 'A');
    expect(onUnavailable).toHaveBeenCalledTimes(2);
  });
});

describe('where windows open', () => {
  const SCREEN = { x: 0, y: 0, width: 1_280, height: 800 };
  it('remembers a place that is still on a screen, and centres otherwise', () => {
    const place = { x: 100, y: 50, width: 900, height: 600 };
    expect(placeWindow(place, { width: 980, height: 720 }, [SCREEN])).toEqual(place);
    expect(placeWindow({ ...place, x: 5_000 }, { width: 980, height: 720 }, [SCREEN])).toEqual({ x: 150, y: 40, width: 980, height: 720 });
    expect(placeWindow({ ...place, y: -300 }, { width: 980, height: 720 }, [SCREEN])).toEqual({ x: 150, y: 40, width: 980, height: 720 });
    expect(placeWindow({ ...place, width: 4_000 }, { width: 980, height: 720 }, [SCREEN]).width).toBe(1_280);
    expect(placeWindow(undefined, { width: 2_000, height: 2_000 }, [SCREEN])).toEqual(SCREEN);
  });
  it('may be made as small as the screen, which at 200 % has half as many units', () => {
    const wanted = { width: 680, height: 520 };
    expect(smallestSize(wanted, { x: 0, y: 0, width: 640, height: 360 })).toEqual({ minWidth: 640, minHeight: 360 });
    expect(smallestSize(wanted, { x: 0, y: 0, width: 1280, height: 720 })).toEqual({ minWidth: 680, minHeight: 520 });
  });

  it('puts the panel in the corner, on the screen', () => {
    expect(placePanel({ width: 380, height: 560 }, SCREEN)).toEqual({ x: 884, y: 224, width: 380, height: 560 });
    expect(placePanel({ width: 2_000, height: 2_000 }, SCREEN)).toEqual(SCREEN);
  });
});
