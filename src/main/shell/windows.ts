import { join } from 'node:path';
import {
  BrowserWindow,
  screen,
  type BrowserWindowConstructorOptions,
  nativeTheme,
  type NativeImage,
  type WebContents,
  type WebFrameMain,
} from 'electron';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import { t } from '../../words/words.ts';
import type { Clock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { NovicePlace } from './novice-place.ts';
import { shownPeer } from './safe-text.ts';
import { APP_ORIGIN, APP_PARTITION, PAGES, WEB_PREFERENCES, type WindowKind } from './web-security.ts';
import { PANEL_SIZE, placePanel, placeWindow, smallestSize } from './window-bounds.ts';

export interface WindowsDeps {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Folder with `index.cjs`, `capture.cjs`, `question.cjs`, `ice.cjs`, `film.cjs` and `sound.cjs`. */
  readonly preloadDir: string;
  readonly icon: NativeImage;
  readonly devTools: boolean;
  readonly mainBounds: Rect | undefined;
  readonly keepMainBounds: (bounds: Rect) => void;
  readonly quit: () => void;
}

interface GonePage {
  readonly kind: WindowKind;
  readonly reason: string;
}

/** What closing the main window does while the app goes on. */
type CloseBehaviour = 'hide' | 'minimise' | 'quit';

export interface Windows {
  /** Sets what closing the main window does; until then it quits. */
  closeMainBy(behaviour: CloseBehaviour): void;
  /** The person has closed the session window. */
  readonly onSessionClosed: Emitter['on'];
  /** The process behind a page has gone. */
  readonly onPageGone: Emitter<GonePage>['on'];
  openMain(how?: { readonly hidden: boolean }): void;
  /** Draws attention to the main window without taking the keyboard. */
  flashMain(): void;
  /** Lets the main window ask for a look where it is not being looked at; opens nothing. */
  callAttention(): void;
  /** Gives the main window its title in the language that is spoken now. */
  titleMain(): void;
  /** Opens, retitles or closes the session window as the session goes. */
  showSession(session: SessionStatus | undefined, panelFolded: boolean): void;
  /** The novice's bar goes to the other edge of its screen. */
  moveBar(): void;
  readonly main: BrowserWindow | undefined;
  readonly session: BrowserWindow | undefined;
  /** A hidden page of the given preload that may capture the screen: this one, by its id, or what the system's own dialog gives. */
  openCapturePage(screen?: string): BrowserWindow;
  /** The screen that this page may capture. */
  screenOf(contents: WebContents): string | undefined;
  /** A hidden page for one connection over ICE, in the session of this partition. `relayOnly`: it sends nothing but to TURN servers, over TCP. */
  openIcePage(partition: string, relayOnly: boolean): BrowserWindow;
  /** A hidden page that encodes film, in the session of this partition. */
  openFilmPage(partition: string): BrowserWindow;
  /** A hidden page that may record what this computer plays, in the session of this partition. */
  openSoundPage(partition: string): BrowserWindow;
  /** A window for a question, not shown yet: above all others, and of no window's own, so that nothing waits for it. */
  openQuestion(title: string, bounds: Rect): BrowserWindow;
  kindOf(contents: WebContents | null | undefined): WindowKind | undefined;
  /** The kind of window whose main frame, showing our own page, this is. */
  kindOfSender(contents: WebContents, frame: WebFrameMain | null): WindowKind | undefined;
  /** To the page of this window, if there is one. */
  send(to: 'main' | 'session', channel: string, value: unknown): void;
  /** From now on windows close for good. */
  prepareToQuit(): void;
}

const MAIN_SIZE = { width: 980, height: 720 };
const VIEWER_SIZE = { width: 1_280, height: 820 };

/** Every height that the novice's window has: a slim bar, or the whole panel. */
const PANEL_LEAST = { width: 320, height: 72 };

const PRELOADS: Readonly<Record<WindowKind, string>> = {
  main: 'index.cjs',
  session: 'index.cjs',
  capture: 'capture.cjs',
  question: 'question.cjs',
  ice: 'ice.cjs',
  film: 'film.cjs',
  sound: 'sound.cjs',
};

/** Hidden, with a session of their own. */
const BARE: ReadonlySet<WindowKind> = new Set(['ice', 'film', 'sound']);

export function createWindows(deps: WindowsDeps): Windows {
  const kinds = new Map<number, WindowKind>();
  const captured = new Map<number, string>();
  let main: BrowserWindow | undefined;
  let sessionWindow: { readonly window: BrowserWindow; readonly id: string; readonly place?: NovicePlace } | undefined;
  /** A session whose window the person has closed does not open it again. */
  let closedSessionId: string | undefined;
  /** The main window, while it has stepped aside. */
  let asideFrom: BrowserWindow | undefined;
  let steppedAside: string | undefined;
  let quitting = false;
  let closeBehaviour: CloseBehaviour = 'quit';
  const sessionClosed = new Emitter();
  const pageGone = new Emitter<GonePage>();
  let keepMainBounds = (): void => undefined;

  function create(kind: WindowKind, options: BrowserWindowConstructorOptions, partition = APP_PARTITION): BrowserWindow {
    const window = new BrowserWindow({
      show: false,
      icon: deps.icon,
      // The ground of tokens.css, which is there before the page is.
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#161412' : '#f5f2ec',
      autoHideMenuBar: true,
      ...options,
      webPreferences: {
        ...WEB_PREFERENCES,
        preload: join(deps.preloadDir, PRELOADS[kind]),
        partition,
        devTools: deps.devTools && !BARE.has(kind),
        // A hidden page that works must not be slowed down.
        backgroundThrottling: kind !== 'capture' && !BARE.has(kind),
      },
    });
    const { webContents } = window;
    const { id } = webContents;
    kinds.set(id, kind);
    webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
    webContents.on('will-navigate', (event) => event.preventDefault());
    webContents.on('will-frame-navigate', (event) => event.preventDefault());
    webContents.on('will-redirect', (event) => event.preventDefault());
    webContents.on('will-attach-webview', (event) => event.preventDefault());
    // Pages do not set titles: main does, from the word list.
    window.on('page-title-updated', (event) => event.preventDefault());
    webContents.on('render-process-gone', (_event, details) => {
      if (details.reason !== 'clean-exit') pageGone.emit({ kind, reason: details.reason });
    });
    window.on('closed', () => kinds.delete(id));
    void window.loadURL(PAGES[kind]).catch(() => {
      // A page that cannot be loaded stays empty; `did-fail-load` has told why.
    });
    return window;
  }

  const workAreas = (): Rect[] => {
    const primary = screen.getPrimaryDisplay();
    return [primary, ...screen.getAllDisplays().filter((display) => display.id !== primary.id)].map((display) => display.workArea);
  };

  /** Out of the way while the novice's screen is shown, and back as it was. */
  function stepAside(on: boolean): void {
    if (main === undefined || on === (asideFrom !== undefined)) return;
    if (!on) {
      asideFrom = undefined;
      main.restore();
      main.show();
    } else if (main.isVisible() && !main.isMinimized()) {
      asideFrom = main;
      main.minimize();
    }
  }

  function raise(window: BrowserWindow): void {
    if (window === main) asideFrom = undefined;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  function openMain({ hidden } = { hidden: false }): void {
    if (main !== undefined) {
      if (!hidden) raise(main);
      return;
    }
    const bounds = placeWindow(deps.mainBounds, MAIN_SIZE, workAreas());
    const window = create('main', {
      ...bounds,
      ...smallestSize({ width: 680, height: 520 }, screen.getDisplayMatching(bounds).workArea),
      title: t('app.mainTitle'),
    });
    main = window;
    if (hidden) {
      if (closeBehaviour !== 'hide') window.minimize();
    } else window.once('ready-to-show', () => window.show());
    keepMainBounds = () => {
      if (!window.isMinimized() && !window.isFullScreen()) deps.keepMainBounds(window.getNormalBounds());
    };
    // Not on Linux.
    window.on('resized', keepMainBounds);
    window.on('moved', keepMainBounds);
    window.on('close', (event) => {
      keepMainBounds();
      if (quitting) return;
      event.preventDefault();
      if (closeBehaviour === 'hide') window.hide();
      else if (closeBehaviour === 'minimise') window.minimize();
      else deps.quit();
    });
    window.on('closed', () => {
      main = undefined;
      keepMainBounds = () => undefined;
    });
  }

  function closeSession(): void {
    const open = sessionWindow;
    sessionWindow = undefined;
    open?.window.destroy();
  }

  function openSession(session: SessionStatus): BrowserWindow {
    const areas = workAreas();
    const area = areas[0] ?? { x: 0, y: 0, ...VIEWER_SIZE };
    const novice = session.role === 'novice';
    const window = create(
      'session',
      novice
        ? {
            ...placePanel(PANEL_SIZE, area),
            ...smallestSize(PANEL_LEAST, area),
            frame: false,
            alwaysOnTop: true,
            minimizable: false,
            maximizable: false,
            fullscreenable: false,
          }
        : { ...placeWindow(undefined, VIEWER_SIZE, areas), ...smallestSize({ width: 640, height: 480 }, area), backgroundColor: '#101418' },
    );
    // What the expert types belongs to the novice's desktop, not to a menu of ours.
    window.removeMenu();
    if (!novice) window.webContents.setIgnoreMenuShortcuts(true);
    if (novice) {
      // Left out of the picture where the system can do that; elsewhere this does nothing.
      window.setContentProtection(true);
    }
    window.once('ready-to-show', () => window.show());
    window.on('closed', () => {
      if (sessionWindow?.window !== window) return;
      sessionWindow = undefined;
      closedSessionId = session.id;
      if (!quitting) sessionClosed.emit();
    });
    return window;
  }

  return {
    closeMainBy(behaviour) {
      closeBehaviour = behaviour;
    },
    onSessionClosed: sessionClosed.on,
    onPageGone: pageGone.on,
    openMain,
    flashMain() {
      openMain({ hidden: true });
      if (main === undefined) return;
      if (!main.isVisible() && !main.isMinimized()) main.showInactive();
      main.flashFrame(true);
    },
    callAttention() {
      if (main?.isFocused() === false) main.flashFrame(true);
    },
    titleMain() {
      const title = t('app.mainTitle');
      if (main !== undefined && main.getTitle() !== title) main.setTitle(title);
    },
    showSession(session, panelFolded) {
      const shared = session?.role === 'novice' && session.phase.tag === 'connected' ? session.id : undefined;
      if (shared !== steppedAside) {
        steppedAside = shared;
        stepAside(shared !== undefined);
      }
      if (session === undefined || (session.role === 'expert' && session.phase.tag === 'inviting')) {
        closeSession();
        return;
      }
      if (session.id === closedSessionId) return;
      if (sessionWindow !== undefined && sessionWindow.id !== session.id) closeSession();
      if (sessionWindow === undefined) {
        if (session.phase.tag === 'ended') return;
        const window = openSession(session);
        const place = session.role === 'novice' ? { place: new NovicePlace(window, deps.clock) } : {};
        sessionWindow = { window, id: session.id, ...place };
      }
      const title = t(session.role === 'novice' ? 'shell.window.novice' : 'shell.window.expert', { name: shownPeer(session.peer).name });
      if (sessionWindow.window.getTitle() !== title) sessionWindow.window.setTitle(title);
      sessionWindow.place?.fold(panelFolded);
      // Where the main window is open as well, what was kept away may have been meant for that one.
      if (main === undefined || !main.isVisible() || main.isMinimized()) sessionWindow.place?.giveWay(session.keptAway);
    },
    moveBar() {
      sessionWindow?.place?.moveBar();
    },
    get main() {
      return main;
    },
    get session() {
      return sessionWindow?.window;
    },
    openCapturePage(display) {
      const window = create('capture', { width: 320, height: 240, skipTaskbar: true, focusable: false });
      const { id } = window.webContents;
      if (display !== undefined) captured.set(id, display);
      window.on('closed', () => captured.delete(id));
      return window;
    },
    screenOf: ({ id }) => captured.get(id),
    openIcePage(partition, relayOnly) {
      const window = create('ice', { width: 320, height: 240, skipTaskbar: true, focusable: false }, partition);
      // Addresses as tickets tell them, too; else the page would give names that only multicast finds.
      window.webContents.setWebRTCIPHandlingPolicy(relayOnly ? 'disable_non_proxied_udp' : 'default_public_and_private_interfaces');
      return window;
    },
    openFilmPage: (partition) => create('film', { width: 320, height: 240, skipTaskbar: true, focusable: false }, partition),
    openSoundPage: (partition) => create('sound', { width: 320, height: 240, skipTaskbar: true, focusable: false }, partition),
    openQuestion(title, bounds) {
      const window = create('question', {
        ...bounds,
        title,
        alwaysOnTop: true,
        minimizable: false,
        maximizable: false,
        fullscreenable: false,
      });
      window.removeMenu();
      return window;
    },
    kindOf: (contents) => (contents ? kinds.get(contents.id) : undefined),
    kindOfSender(contents, frame) {
      const kind = kinds.get(contents.id);
      if (kind === undefined || frame === null) return undefined;
      // `parent` is null for a main frame only; the address is that of the document, which cannot be navigated away.
      if (frame.parent !== null || !frame.url.startsWith(`${APP_ORIGIN}/`)) return undefined;
      return frame.url.split(/[?#]/)[0] === PAGES[kind] ? kind : undefined;
    },
    send(to, channel, value) {
      const window = to === 'main' ? main : sessionWindow?.window;
      // A page that has crashed has no frame to send to; it reads the whole state when it is loaded again.
      if (window !== undefined && !window.isDestroyed() && !window.webContents.isCrashed()) window.webContents.send(channel, value);
    },
    prepareToQuit() {
      quitting = true;
      keepMainBounds();
    },
  };
}
