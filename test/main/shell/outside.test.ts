import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { Interruptions } from '../../../src/main/interruptions.ts';
import { createOutside, type OutsideDeps } from '../../../src/main/shell/outside.ts';
import { session } from '../../renderer/app/fixtures.ts';

const electron = vi.hoisted(() => ({
  hasTray: true,
  hasNotifications: true,
  image: '',
  menu: [] as readonly { readonly label?: string; readonly click?: () => void }[],
  shown: [] as { readonly title: string; emit(event: string): void }[],
  destroyed: 0,
}));
vi.mock('electron', async () => {
  const { EventEmitter: Events } = await import('node:events');
  class Tray extends Events {
    constructor() {
      super();
      if (!electron.hasTray) throw new Error('no tray here');
    }
    setContextMenu(menu: typeof electron.menu): void {
      electron.menu = menu;
    }
    setToolTip(): void {}
    setImage({ path }: { readonly path: string }): void {
      electron.image = path;
    }
    destroy(): void {
      electron.destroyed += 1;
    }
  }
  class Notification extends Events {
    static readonly isSupported = (): boolean => electron.hasNotifications;
    readonly title: string;
    constructor(options: { readonly title: string }) {
      super();
      this.title = options.title;
    }
    show(): void {
      electron.shown.push(this);
    }
    close(): void {
      electron.shown.splice(electron.shown.indexOf(this), 1);
    }
  }
  return {
    Tray,
    Notification,
    Menu: { buildFromTemplate: (items: unknown) => items },
    nativeImage: { createFromPath: (path: string) => ({ path, isEmpty: () => true }) },
  };
});

const ANNA = { transport: 'msnp', address: 'anna@home.example', friendlyName: 'Anna' };
const QUIET = {
  messenger: { tag: 'signedIn', presence: 'online' },
  invitations: [],
  strangers: [],
  activities: [],
  contacts: [{ ...ANNA, presence: 'online' }],
  conversations: [],
} as const;
const ASKED = { ...QUIET, invitations: [{ id: 'i1', from: ANNA, receivedAtMs: 1 }] };
const WRITTEN = { ...QUIET, conversations: [{ transport: ANNA.transport, address: ANNA.address, lines: [], unread: 1, typing: false }] };

function desk(env: Readonly<Record<string, string>> = { XDG_CURRENT_DESKTOP: 'KDE' }, platform: NodeJS.Platform = 'darwin') {
  const did: string[] = [];
  const note =
    (what: string) =>
    (...args: unknown[]): void =>
      void did.push([what, ...args].join(' '));
  let looking = false;
  const main = Object.assign(new EventEmitter(), { isFocused: () => looking });
  const model = { state: QUIET as unknown };
  const outside = createOutside({
    windows: { main, openMain: note('open'), flashMain: note('flash'), callAttention: note('call'), closeMainBy: note('close by') },
    model,
    interruptions: new Interruptions(systemClock),
    questions: { raise: note('question') },
    assistance: { acceptInvitation: note('accept'), declineInvitation: note('decline'), endSession: note('end') },
    activities: { accept: note('accept activity'), cancel: note('decline activity') },
    attempt: (_what: string, run: () => void) => run(),
    log: { write: note('log') },
    clock: systemClock,
    iconsDir: 'icons',
    platform,
    env,
    quit: note('quit'),
  } as unknown as OutsideDeps);
  const update = (state: object): void => {
    model.state = state;
    outside.update(state as never);
  };
  const click = (label: RegExp): void => electron.menu.find((item) => label.test(item.label ?? ''))?.click?.();
  const look = (on: boolean): void => void (looking = on);
  return { outside, update, did, click, look };
}

beforeEach(() => Object.assign(electron, { hasTray: true, hasNotifications: true, menu: [], shown: [], destroyed: 0 }));

describe('the tray', () => {
  it('lets the main window hide where it surely is, and the app quit where there is none', () => {
    expect(desk().did).toEqual(['close by hide']);
    electron.hasTray = false;
    const { outside, update, did } = desk();
    expect(did).toEqual(['log tray Error: no tray here']);
    update(ASKED);
    outside.close();
    expect(electron.destroyed).toBe(0);
  });

  it('is red only while somebody sees a screen', () => {
    const { update } = desk();
    const looks = (more: object): boolean => {
      update({ ...QUIET, ...more });
      return electron.image.includes('tray-session');
    };
    const connected = { tag: 'connected', sinceMs: 1 } as const;
    expect(looks({ session: session('novice', { tag: 'awaitingConsent' }) })).toBe(false);
    expect(looks({ session: session('novice', connected) })).toBe(false);
    expect(looks({ session: session('novice', connected, { viewing: true }) })).toBe(true);
    expect(looks({ session: session('novice', connected) })).toBe(false);
    expect(looks({ session: session('expert', connected) })).toBe(true);
    expect(looks({})).toBe(false);
  });

  it('answers who asks, ends the session, opens and quits', () => {
    const { outside, update, did, click } = desk();
    did.length = 0;
    update({ ...ASKED, session: session('novice', { tag: 'connected', sinceMs: 1 }) });
    for (const label of [/^Accept/, /^Decline/, /^Stop/, /^Open/, /^Quit/]) click(label);
    expect(did).toEqual(['accept i1', 'decline i1', 'end', 'open', 'quit']);
    outside.close();
    expect(electron.destroyed).toBe(1);
  });
});

describe('notifications', () => {
  it('say who asks until they are answered, and a click opens the window', () => {
    const { update, did } = desk();
    did.length = 0;
    update(ASKED);
    update(ASKED);
    expect(electron.shown.map(({ title }) => title)).toEqual(['Anna asks for your help']);
    electron.shown[0]?.emit('click');
    expect(did).toEqual(['open']);
    update(QUIET);
    expect(electron.shown).toEqual([]);
  });

  it('give way to the window where the system has none', () => {
    electron.hasNotifications = false;
    const { update, did } = desk();
    did.length = 0;
    update(ASKED);
    expect(did).toEqual(['flash']);
  });

  it('on Linux are spoken over the message bus and never asked of Electron, which would wait for the desktop', async () => {
    electron.hasNotifications = true;
    const without = desk({}, 'linux');
    without.did.length = 0;
    without.update(ASKED);
    expect(without.did).toEqual(['flash']);
    const unreachable = desk({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }, 'linux');
    unreachable.did.length = 0;
    unreachable.update(ASKED);
    await vi.waitFor(() => expect(unreachable.did).toEqual([expect.stringMatching(/^log notification BusError/), 'flash']));
    expect(electron.shown).toEqual([]);
  });

  it('call nobody for what is quiet', () => {
    const { update } = desk();
    update({ ...ASKED, invitations: ASKED.invitations.map((invitation) => ({ ...invitation, quiet: true })) });
    expect(electron.shown).toEqual([]);
    update(ASKED);
    expect(electron.shown).toHaveLength(1);
  });

  it('tell of a contact who has written while nobody looks, and the window asks for a look', () => {
    const { outside, update, did } = desk();
    did.length = 0;
    update(WRITTEN);
    expect(electron.shown).toEqual([]);
    outside.heard(ANNA);
    expect(electron.shown).toHaveLength(1);
    expect(did).toEqual(['call']);
    update(QUIET);
    expect(electron.shown).toEqual([]);
  });

  it('however much was written while they looked', () => {
    const { outside, update, look } = desk();
    look(true);
    update(WRITTEN);
    for (let count = 0; count < 30; count += 1) outside.heard(ANNA);
    expect(electron.shown).toEqual([]);
    look(false);
    outside.heard(ANNA);
    expect(electron.shown).toHaveLength(1);
  });
});
