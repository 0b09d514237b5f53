import type { DesktopSupport, KeyboardLayout } from '../../facts/desktop.ts';
import type { DesktopLayout } from '../../protocol/rdp/desktop-layout.ts';
import type { Rect, Size } from '../../protocol/rdp/geometry.ts';
import type { CaptureFailureCode, EncodedFrame } from '../../protocol/rdp/graphics/capture-messages.ts';
import type { FrameShare, GraphicsSettings } from '../../protocol/rdp/graphics/contract.ts';
import type { KeptFrom } from '../../protocol/rdp/kept-away.ts';
import type { PointerShape } from '../../protocol/rdp/pointer-shape.ts';
import type { SharedPart, SharedState } from '../../protocol/rdp/shared-part.ts';
import type { FilmPageEnd } from './film/contract.ts';
import type { OpenSoundEncoder, SoundSource } from './sound/contract.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';

export class DesktopError extends Error {
  override readonly name = 'DesktopError';
  readonly code: CaptureFailureCode;
  constructor(code: CaptureFailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whatever captured has ended without a word, or said something else than was agreed: another one may do it. */
export class CaptureGoneError extends DesktopError {
  constructor(message: string, options?: ErrorOptions) {
    super('LOST', message, options);
  }
}

export type CaptureEvent =
  /** Its size, or its monitors. */
  | { readonly tag: 'resized'; readonly size: DesktopLayout }
  /** Whether what is shared is to be seen; `shown` until something else is said. While it is gone the picture is blank. */
  | { readonly tag: 'shared'; readonly state: SharedState }
  /** The computer's screens are others, or elsewhere, as far as whoever captures hears of it. */
  | { readonly tag: 'screensChanged' }
  /** What the window that is shared is called by now; not more often than people read. Another program's text. */
  | { readonly tag: 'titled'; readonly title: string }
  /** The cursor's shape, which the picture does not contain; `null` when it is hidden. */
  | { readonly tag: 'pointerShape'; readonly shape: PointerShape | null }
  | { readonly tag: 'pointerMoved'; readonly x: number; readonly y: number }
  /** The last event: the capture has ended. */
  | { readonly tag: 'failed'; readonly error: DesktopError };

/**
 * Pull, not push: `nextFrame` waits until something has changed since the last frame and gives only that, so a slow
 * socket skips pictures instead of queueing them, and an idle screen costs nothing.
 */
export interface ScreenCapture {
  readonly size: DesktopLayout;
  /** From the capability exchange. The next frame is a whole one. */
  configure(settings: GraphicsSettings): void;
  /** `share`: what the line has for it. At most one call at a time. Rejects with DesktopError LOST after `failed` or `close`, or with the signal's reason. */
  nextFrame(signal: AbortSignal, share?: FrameShare): Promise<EncodedFrame>;
  /** Refresh Rect ([MS-RDPBCGR] 2.2.11.2): these areas count as changed. */
  refresh(areas: readonly Rect[]): void;
  onEvent(listener: (event: CaptureEvent) => void): () => void;
  close(): Promise<void>;
}

export type InjectorEvent =
  /** The person at this computer uses mouse or keyboard: told at once, each time. `holding`: a key or button is down that is not ours. */
  | { readonly tag: 'ownInput'; readonly holding: boolean }
  /** What was aimed at a window of this program, or at what is not shared, and has been dropped. */
  | { readonly tag: 'keptAway'; readonly what: KeptFrom };

/**
 * Injects input into the system, but not into a window of this program. Tracks which keys and buttons it holds down, so that none stays down, and
 * tells when somebody else than itself uses mouse or keyboard.
 */
export interface InputInjector {
  inject(events: readonly InputEvent[]): void;
  onEvent(listener: (event: InjectorEvent) => void): () => void;
  /** Positions are those of this part from now on. Releases everything held; what is aimed at a place that nobody knows yet is dropped. */
  aim(part: SharedPart): void;
  /** Releases everything held. Called when control is taken back, on stop and on every error. */
  releaseAll(): void;
  close(): Promise<void>;
}

/** A monitor. */
export interface DesktopScreen {
  readonly id: string;
  /** As people may know it: `DP-1`, `Built-in display`. */
  readonly name: string;
  readonly primary: boolean;
  /** In pixels of the whole desktop, which may begin left of and above 0,0. */
  readonly area: Rect;
}

/** The monitors of a computer on which a page captures one of them at a time. */
export interface Screens {
  /** As they are now. */
  list(): readonly DesktopScreen[];
  /** The one that the pointer is on. */
  here(): string | undefined;
  /** Another text once they are others: read of the system itself, so that it is never older than a picture that has come. */
  stamp(): string;
  onChange(listener: () => void): () => void;
}

/** A window that is to be seen, of another program. */
export interface DesktopWindow {
  readonly id: string;
  readonly title: string;
  readonly program?: string;
  readonly area: Rect;
}

/** Where a window is, and what lies in front of it, in pixels of the whole desktop. */
export interface SeenWindow {
  readonly area: Rect;
  /** Other windows, whole, also where they reach beyond it. */
  readonly covers: readonly Rect[];
}

/** What of this computer can be shown by itself. No screens where only the system's own dialog knows. */
export interface DesktopParts {
  readonly screens: readonly DesktopScreen[];
  readonly windows: readonly DesktopWindow[];
  /** The screen that the pointer is on. */
  readonly here?: string;
  /** No picture has all screens in it, where there are several. */
  readonly oneAtATime?: true;
}

/** One way to share this computer's desktop: X11, the capture page, Windows and macOS injection … */
export interface Desktop {
  /** Injected characters count as keys: with Control, Alt or Meta held they are shortcuts. */
  readonly typesText?: true;
  support(): Promise<DesktopSupport>;
  /** The size that a capture would have now, found out without one; undefined where only a capture can tell, and where the part is not there. */
  size(part: SharedPart): Promise<Size | undefined>;
  parts(): Promise<DesktopParts>;
  /**
   * Follows where a window that is shown by itself is to be seen: at first and with each change, undefined while it is not. Left out where no window can be
   * shown by itself. Rejects with DesktopError NO_DISPLAY.
   * @param ignored numbers of this program's own windows that do not count as in front of it
   */
  followWindow?(id: string, ignored: readonly number[], listener: (seen: SeenWindow | undefined) => void): Promise<{ close(): void }>;
  /** The layout of this computer's keyboard as it is now; undefined where nobody knows. */
  keyboardLayout(): Promise<KeyboardLayout | undefined>;
  /**
   * Nothing outside of the part is read. UNSUPPORTED for a part that cannot be shown by itself here.
   * @param framesBefore number of the last frame that the client was sent, by another capture
   */
  openCapture(signal: AbortSignal, part: SharedPart, framesBefore?: number): Promise<ScreenCapture>;
  openInput(signal: AbortSignal, part: SharedPart): Promise<InputInjector>;
  /** What this computer plays; left out where there is no way to it. */
  readonly sound?: SoundSource;
  /** Makes Opus of it; left out where nothing does. */
  readonly openSoundEncoder?: OpenSoundEncoder;
}

/** A process of its own that captures. */
export interface CaptureProcess {
  /** Messages that are posted before it runs wait for it. */
  post(message: unknown, ports?: readonly FilmPageEnd[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Once, when it has ended or could not be started. */
  onGone(listener: (why: string) => void): void;
  /** Ends it at once, whatever it is doing. Idempotent. */
  kill(): void;
}
export type StartCaptureProcess = () => CaptureProcess;
