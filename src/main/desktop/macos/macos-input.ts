import type { DesktopSupport, KeyboardLayout } from '../../../facts/desktop.ts';
import type { Size } from '../../../protocol/rdp/geometry.ts';
import type { Place } from '../../../protocol/rdp/graphics/contract.ts';
import type { InputEvent } from '../../../protocol/rdp/input/events.ts';
import { macKeycodeOf } from '../../../protocol/rdp/input/scancodes.ts';
import type { Clock } from '../../clock.ts';
import { DesktopError, type DesktopScreen, type InputInjector } from '../contract.ts';
import type { DesktopShortcut, Modifier } from '../desktop-shortcuts.ts';
import { NativeInjector, type NativeInjectorParts, type NativeSystem } from '../native-injector.ts';
import { type CoreGraphics, coreGraphics } from './core-graphics.ts';
import type { InputTrace } from '../native-own-input.ts';
import type { ListedDisplay } from '../page/listed-screens.ts';
import { MacEvents, type MacKey, type MacScreen, pixels, points } from './mac-events.ts';
import { macScreens } from './mac-screens.ts';

/** Capture and input both need a permission in System Settings, Privacy; asking for screen recording also lists this program there. */
export async function support(): Promise<DesktopSupport> {
  const graphics = coreGraphics();
  return macSupport(graphics.mayRecord(), graphics.isTrusted());
}

/**
 * Without permission to record the screen macOS gives a picture of the wallpaper without windows, which an expert would take for the desktop;
 * without Accessibility, injected events reach no other program.
 */
export function macSupport(mayRecord: boolean, isTrusted: boolean): DesktopSupport {
  if (!mayRecord) return { capture: false, input: false, reason: 'desktop.needsPermission' };
  return isTrusted ? { capture: true, input: true } : { capture: true, input: false, reason: 'desktop.needsPermission' };
}

/**
 * Opens an injector over CGEventPost; `mac-events.ts` decides which events are posted. Rejects with NOT_PERMITTED without Accessibility.
 */
export async function open(parts: Omit<NativeInjectorParts, 'system'>): Promise<InputInjector> {
  const graphics = coreGraphics();
  if (!graphics.isTrusted()) throw new DesktopError('NOT_PERMITTED', 'the person has not allowed this program to control the computer');
  return new NativeInjector({ ...parts, system: new MacSystem(graphics, parts.clock) });
}

export async function keyboardLayout(): Promise<KeyboardLayout | undefined> {
  return coreGraphics().layout();
}

export function screens(displays: readonly ListedDisplay[]): readonly DesktopScreen[] {
  return macScreens(displays);
}

/** cmdKey, shiftKey, optionKey and controlKey of Carbon. */
const CARBON: Readonly<Record<Modifier, number>> = { logo: 0x100, shift: 0x200, alt: 0x800, control: 0x1000 };
const CARBON_MODIFIERS = 0x1b00;

/** Keys that macOS takes as it comes: the list of programs, Spotlight, Force Quit, pictures of the screen, Mission Control and its spaces, the desktop. */
const SHORTCUTS: readonly DesktopShortcut[] = [
  { keys: ['none15', 'none57'], held: ['logo'] },
  { keys: ['none57'], held: ['control'] },
  { keys: ['none1'], held: ['logo', 'alt'] },
  { keys: ['none4', 'none5', 'none6', 'none7'], characters: '3456#$%^', held: ['logo', 'shift'] },
  { keys: ['e072', 'e080', 'e075', 'e077'], held: ['control'] },
  { keys: ['none87'], held: [] },
];

/**
 * CoreGraphics as an injector needs it. macOS lets no program switch Caps Lock by an event, and has no other lock: none is changed, and none put back.
 */
export class MacSystem implements NativeSystem {
  readonly shortcuts = SHORTCUTS;
  private readonly graphics: CoreGraphics;
  private readonly clock: Clock;
  private readonly events: MacEvents;
  private readonly keys: ReadonlyMap<string, MacKey>;
  private readonly hotKeys: ReadonlySet<string>;
  /** Electron's id of a display is CoreGraphics' own (CGDirectDisplayID). */
  private display: number | undefined;
  private picture: Size | undefined;

  constructor(graphics: CoreGraphics, clock: Clock) {
    this.graphics = graphics;
    this.clock = clock;
    this.keys = graphics.keys();
    this.events = new MacEvents((character) => this.keys.get(character));
    this.hotKeys = new Set(graphics.hotKeys().map(({ keycode, modifiers }) => `${keycode} ${modifiers & CARBON_MODIFIERS}`));
  }

  place({ id }: DesktopScreen, picture: Size): void {
    this.display = Number(id);
    this.picture = picture;
  }

  post(events: readonly InputEvent[]): void {
    const { screen } = this;
    for (const event of events) for (const call of this.events.translate(event, screen, this.clock.monotonicMs())) this.graphics.post(call);
  }

  pointer(): Place {
    return pixels(this.graphics.pointer(), this.screen);
  }

  isOwnAt(at: Place): boolean {
    const { x, y } = points(at, this.screen);
    return this.graphics.processAt(x, y, this.clock.monotonicMs()) === process.pid;
  }

  hasFocus(): boolean {
    return this.graphics.focusedProcess() === process.pid;
  }

  focus(): Place | undefined {
    const focused = this.graphics.focusedProcess();
    const window = focused === undefined ? undefined : this.graphics.windowOf(focused, this.clock.monotonicMs());
    return window && pixels(window, this.screen);
  }

  isTaken(event: InputEvent, held: ReadonlySet<Modifier>): boolean {
    if (event.tag !== 'key' && event.tag !== 'unicode') return false;
    const character = event.tag === 'unicode' ? this.keys.get(String.fromCharCode(event.codeUnit)) : undefined;
    const keycode = event.tag === 'key' ? macKeycodeOf(event) : character?.keycode;
    // Without a modifier a character is text.
    if (keycode === undefined || (event.tag === 'unicode' && held.size === 0)) return false;
    let modifiers = character?.shift === true ? CARBON.shift : 0;
    for (const modifier of held) modifiers |= CARBON[modifier];
    return this.hotKeys.has(`${keycode} ${modifiers}`);
  }

  trace(): InputTrace {
    return { idleMs: this.graphics.idleMs(), ...this.pointer(), down: this.graphics.keysDown() };
  }

  /** A picture has a pixel for each of the display's, or for each of its points: which one depends on the version of macOS. */
  private get screen(): MacScreen {
    const { x, y, width } = this.graphics.bounds(this.display);
    const pixelsPerPoint = width > 0 ? (this.picture?.width ?? width) / width : 1;
    return { left: x, top: y, pixelsPerPoint };
  }
}
