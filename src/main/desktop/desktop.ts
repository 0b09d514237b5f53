import type { DesktopSupport, KeyboardLayout } from '../../facts/desktop.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import type { Clock } from '../clock.ts';
import {
  DesktopError,
  type Desktop,
  type DesktopParts,
  type InputInjector,
  type ScreenCapture,
  type Screens,
  type StartCaptureProcess,
} from './contract.ts';
import { OwnPointer } from './own-pointer.ts';
import { pageOpus } from './sound/opus/page-opus-encoder.ts';
import type { OpenSoundPage, SoundSource } from './sound/contract.ts';
import { pageSound } from './sound/page/page-sound.ts';
import { pulseSound } from './sound/pulse/pulse-sound.ts';
import type { OpenFilmPage } from './film/contract.ts';
import { type Displays, listedScreens, type NativeScreens, onlyScreen, screenOf } from './page/listed-screens.ts';
import { openPageCapture, type OpenCapturePage } from './page/page-capture.ts';
import { openPageScreenCapture } from './page/page-screen-capture.ts';
import type { NativeInjectorParts } from './native-injector.ts';
import { openX11Capture } from './x11/x11-capture.ts';
import { isWaylandSession } from './wayland-session.ts';
import { connectX11, type X11Address } from './x11/x11-connection.ts';
import { openX11Input } from './x11/x11-input.ts';
import { X11SeenWindow } from './x11/x11-seen-window.ts';
import { X11SharedPart } from './x11/x11-shared-part.ts';
import { x11Parts } from './x11/x11-parts.ts';
import { x11Layout } from './x11/x11-layout.ts';
import { x11Abilities, type X11Abilities } from './x11/x11-support.ts';

/** Environment variable; `webcodecs` hides the system's encoder, for tests and measurements of the other way. */
const FILM_BY = 'RINGBACK_FILM_BY';
/** Environment variable; with `page` a Linux desktop's sound is recorded as that of Windows and macOS is, for tests and measurements of that way. */
const SOUND_BY = 'RINGBACK_SOUND_BY';

export interface DesktopOptions {
  readonly platform: NodeJS.Platform;
  /** The environment: DISPLAY, XAUTHORITY, WAYLAND_DISPLAY, XDG_SESSION_TYPE, {@link FILM_BY} and {@link SOUND_BY}. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Starts the process that captures an X screen; without it a thread does, and where it has died. */
  readonly startCaptureProcess?: StartCaptureProcess;
  /** URL of the bundled `x11-capture-worker`. */
  readonly workerUrl: URL;
  /** Opens the hidden capture page; main owns the window and what it may capture. */
  readonly openCapturePage: OpenCapturePage;
  /** Opens the hidden page that encodes film or sound; without it there is no film where pictures are captured outside of a page, and no Opus. */
  readonly openFilmPage?: OpenFilmPage;
  /** Opens the hidden page that records what this computer plays, where the system gives that to a browser; without it there is no sound there. */
  readonly openSoundPage?: OpenSoundPage;
  /** Of macOS, by which it is known whether it has a way to its sound: `14.2.1`. */
  readonly systemVersion?: string;
  /** Those that the capture page may be given one of; without them nothing can be shown where it captures by itself. */
  readonly displays?: Displays;
  readonly clock: Clock;
}

/** Chooses the adapter for this system and session. Opens nothing. */
export function createDesktop(options: DesktopOptions): Desktop {
  const { platform, env } = options;
  if (platform === 'win32') return { ...pageDesktop(options, windowsDesktop), ...soundBy(options, pageSoundOf(options)) };
  if (platform === 'darwin') return { ...pageDesktop(options, macosDesktop), ...soundBy(options, pageSoundOf(options)) };
  if (platform !== 'linux' && platform !== 'freebsd' && platform !== 'openbsd') return noDesktop();
  const sound = soundBy(options, env[SOUND_BY] === 'page' ? pageSoundOf(options) : pulseSound(options));
  const wayland = isWaylandSession(env);
  const display = env['DISPLAY'] ?? '';
  if (display !== '') {
    const xauthority = env['XAUTHORITY'] ?? '';
    return { ...x11Desktop(options, { display, ...(xauthority === '' ? {} : { xauthority }) }, wayland), ...sound };
  }
  return wayland ? { ...waylandDesktop(options), ...sound } : noDesktop();
}

function soundBy({ openFilmPage, clock }: DesktopOptions, sound: SoundSource | undefined): Pick<Desktop, 'sound' | 'openSoundEncoder'> {
  if (sound === undefined) return {};
  return { sound, ...(openFilmPage === undefined ? {} : { openSoundEncoder: pageOpus(openFilmPage, clock) }) };
}

function pageSoundOf({ openSoundPage, platform, systemVersion = '', clock }: DesktopOptions): SoundSource | undefined {
  if (openSoundPage === undefined) return undefined;
  return pageSound({ openPage: openSoundPage, clock, ...(platform === 'darwin' ? { macos: { version: systemVersion } } : {}) });
}

function noDesktop(): Desktop {
  const refuse = () => Promise.reject(new DesktopError('NO_DISPLAY', 'there is no desktop to share here'));
  return {
    support: async () => ({ capture: false, input: false, reason: 'desktop.noDisplay' }),
    size: async () => undefined,
    parts: async () => NO_PARTS,
    keyboardLayout: async () => undefined,
    openCapture: refuse,
    openInput: refuse,
  };
}

/** The portal lets the person choose a screen to show; nothing but a desktop's own portal may inject input, so there is none. */
function waylandDesktop({ openCapturePage, clock }: DesktopOptions): Desktop {
  return {
    support: async () => ({ capture: true, input: false, reason: 'desktop.wayland' }),
    size: async () => undefined,
    parts: async () => NO_PARTS,
    keyboardLayout: async () => undefined,
    openCapture: async (signal, part, framesBefore = 0) => {
      if (part.tag !== 'all') throw new DesktopError('UNSUPPORTED', `a ${part.tag} cannot be shown by itself here`);
      return openPageCapture({ openCapturePage, clock, signal, framesBefore });
    },
    openInput: () => Promise.reject(new DesktopError('UNSUPPORTED', 'mouse and keyboard cannot be controlled in a Wayland session')),
  };
}

/**
 * In a Wayland session DISPLAY is Xwayland: it has the windows of X programs only, and no picture of the desktop. So that session is
 * treated as Wayland, unless DISPLAY is another X server (Xvfb, Xephyr), which is then whole.
 */
function x11Desktop(options: DesktopOptions, address: X11Address, waylandSession: boolean): Desktop {
  const own = new OwnPointer(options.clock);
  const wayland = waylandDesktop(options);
  const probe = async (): Promise<X11Abilities> => {
    const connection = await connectX11(address, false);
    try {
      return await x11Abilities(connection);
    } finally {
      connection.close();
    }
  };
  const partSize = async (part: SharedPart): Promise<Size | undefined> => {
    const connection = await connectX11(address, false);
    try {
      const { place } = await X11SharedPart.open(connection, part, () => undefined);
      return place === undefined ? undefined : { width: place.area.width, height: place.area.height };
    } finally {
      connection.close();
    }
  };
  const isWayland = async () => waylandSession && (await probe()).xwayland;
  return {
    typesText: true,
    support: async () => {
      let abilities: X11Abilities;
      try {
        abilities = await probe();
      } catch {
        return waylandSession ? wayland.support() : { capture: false, input: false, reason: 'desktop.noDisplay' };
      }
      if (waylandSession && abilities.xwayland) return wayland.support();
      return x11Support(abilities);
    },
    size: async (part) => ((await isWayland()) ? undefined : partSize(part)),
    parts: async () => {
      if (await isWayland()) return NO_PARTS;
      const connection = await connectX11(address, false);
      try {
        return await x11Parts(connection);
      } finally {
        connection.close();
      }
    },
    followWindow: async (id, ignored, listener) => new X11SeenWindow(await connectX11(address, false), id, ignored, listener),
    keyboardLayout: async () => {
      if (await isWayland()) return undefined;
      const connection = await connectX11(address, false);
      try {
        return await x11Layout(connection);
      } finally {
        connection.close();
      }
    },
    openCapture: async (signal, part, framesBefore = 0): Promise<ScreenCapture> => {
      if (await isWayland()) return wayland.openCapture(signal, part, framesBefore);
      return openX11Capture({
        part,
        framesBefore,
        address,
        way: 'auto',
        useDamage: true,
        ...(options.startCaptureProcess === undefined ? {} : { startProcess: options.startCaptureProcess }),
        nativeFilm: options.env[FILM_BY] !== 'webcodecs',
        workerUrl: options.workerUrl,
        clock: options.clock,
        signal,
        ownPointer: (x, y) => own.isOwn(x, y),
        ...(options.openFilmPage === undefined ? {} : { openFilmPage: options.openFilmPage }),
      });
    },
    openInput: async (signal, part): Promise<InputInjector> => {
      if (await isWayland()) return wayland.openInput(signal, part);
      const injector = await openX11Input({ address, part, clock: options.clock, onMoved: (x, y) => own.moved(x, y) });
      if (!signal.aborted) return injector;
      await injector.close();
      throw signal.reason;
    },
  };
}

/** What is shown where the system's own dialog, or nobody, knows of parts. */
const NO_PARTS: DesktopParts = { screens: [], windows: [] };

/** What an X server's abilities mean for the novice. */
export function x11Support(abilities: X11Abilities): DesktopSupport {
  if (!abilities.capture) return { capture: false, input: false, reason: 'desktop.colours' };
  if (!abilities.input) return { capture: true, input: false, reason: 'desktop.noInjection' };
  return { capture: true, input: true };
}

interface NativeDesktop extends NativeScreens {
  support(): Promise<DesktopSupport>;
  keyboardLayout(): Promise<KeyboardLayout | undefined>;
  open(parts: Omit<NativeInjectorParts, 'system'>): Promise<InputInjector>;
}

/* Imported on demand: each binds libraries that exist on its own system only. */
const windowsDesktop = async (): Promise<NativeDesktop> => await import('./windows/windows-input.ts');
const macosDesktop = async (): Promise<NativeDesktop> => await import('./macos/macos-input.ts');

/** A page captures one screen, so that everything is what there is where there is one. */
function pageDesktop({ openCapturePage, displays = NO_DISPLAYS, clock }: DesktopOptions, native: () => Promise<NativeDesktop>): Desktop {
  const allScreens = async (): Promise<Screens> => listedScreens(displays, await native());
  /** Sizes of the newest pictures, by the screens' ids: what positions are of. */
  const pictures = new Map<string, Size>();
  /** Id of the screen that is meant: it need not be there. */
  const idOf = (screens: Screens, part: SharedPart): string => {
    if (part.tag === 'screen') return part.id;
    const only = part.tag === 'all' ? onlyScreen(screens.list()) : undefined;
    if (only !== undefined) return only.id;
    throw new DesktopError(
      'UNSUPPORTED',
      part.tag === 'all' ? 'one screen can be shown at a time' : `a ${part.tag} cannot be shown by itself here`,
    );
  };
  return {
    typesText: true,
    support: async () => (await native()).support(),
    size: async (part) => {
      const list = (await allScreens()).list();
      const area = (part.tag === 'all' ? onlyScreen(list) : screenOf(list, part))?.area;
      return area && { width: area.width, height: area.height };
    },
    parts: async () => {
      const screens = await allScreens();
      const here = screens.here();
      return { screens: screens.list(), windows: [], ...(here === undefined ? {} : { here }), oneAtATime: true };
    },
    keyboardLayout: async () => (await native()).keyboardLayout(),
    openCapture: async (signal, part, framesBefore = 0) => {
      const screens = await allScreens();
      const id = idOf(screens, part);
      const sized = (size: Size): void => void pictures.set(id, size);
      return openPageScreenCapture({ openCapturePage, screens, id, sized, clock, signal, framesBefore });
    },
    openInput: async (signal, part) => {
      const screens = await allScreens();
      const id = idOf(screens, part);
      const injector = await (await native()).open({
        screens,
        part: { tag: 'screen', id },
        pictureOf: (screen) => pictures.get(screen),
        clock,
      });
      if (!signal.aborted) return injector;
      await injector.close();
      throw signal.reason;
    },
  };
}

const NO_DISPLAYS: Displays = { list: () => [], here: () => undefined, onChange: () => () => undefined };
