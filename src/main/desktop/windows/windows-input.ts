import type { DesktopSupport, KeyboardLayout } from '../../../facts/desktop.ts';
import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import type { Place } from '../../../protocol/rdp/graphics/contract.ts';
import type { InputEvent, LockKeys } from '../../../protocol/rdp/input/events.ts';
import { DesktopError, type DesktopScreen, type InputInjector } from '../contract.ts';
import type { DesktopShortcut } from '../desktop-shortcuts.ts';
import { NativeInjector, type NativeInjectorParts, type NativeSystem } from '../native-injector.ts';
import type { InputTrace } from '../native-own-input.ts';
import type { ListedDisplay } from '../page/listed-screens.ts';
import { inputRecords, type InputRecord } from './send-input-records.ts';
import { type User32, user32Library } from './user32.ts';
import { centreOf, windowsScreens } from './windows-screens.ts';
import { WindowsText } from './windows-text.ts';

/** Always supported: any program may call SendInput. Windows of programs that run as administrator ignore it. */
export async function support(): Promise<DesktopSupport> {
  return process.arch === 'ia32' ? { capture: true, input: false, reason: 'desktop.noInjection' } : { capture: true, input: true };
}

/** Opens an injector over SendInput; `send-input-records.ts` decides which records are injected. */
export async function open(parts: Omit<NativeInjectorParts, 'system'>): Promise<InputInjector> {
  if (process.arch === 'ia32') throw new DesktopError('UNSUPPORTED', '32-bit Windows has another INPUT structure');
  return new NativeInjector({ ...parts, system: new WindowsSystem(user32Library()) });
}

/** The layout of the keyboard in the window that is in front. */
export async function keyboardLayout(): Promise<KeyboardLayout | undefined> {
  return user32Library().layout();
}

export function screens(displays: readonly ListedDisplay[]): readonly DesktopScreen[] {
  return windowsScreens(displays, (point) => user32Library().monitorAt(point));
}

/** What Windows itself knows of its monitors at this moment; Electron hears of a change later. */
export function stamp(found: readonly DesktopScreen[]): string {
  const user32 = user32Library();
  const { virtualLeft, virtualTop, virtualWidth, virtualHeight } = user32.screen();
  const monitors = found.map(({ area }) => user32.monitorAt(centreOf(area)));
  return JSON.stringify([user32.monitors(), virtualLeft, virtualTop, virtualWidth, virtualHeight, monitors]);
}

/**
 * Keys that Windows' own shell takes: the Windows keys, with whatever follows, and Print Screen; Alt+Tab, Alt+Esc, Ctrl+Esc, Ctrl+Shift+Esc. What other
 * programs have registered (RegisterHotKey) is listed nowhere.
 */
const SHORTCUTS: readonly DesktopShortcut[] = [
  { keys: ['e091', 'e092', 'e055', 'none84'], held: [] },
  { keys: ['none15', 'none1'], held: ['alt'] },
  { keys: ['none1'], held: ['control'] },
];

/** The functions of user32.dll as an injector needs them. A position of the virtual desktop is one of the monitor's picture, moved by where that is. */
export class WindowsSystem implements NativeSystem {
  readonly shortcuts = SHORTCUTS;
  private readonly user32: User32;
  private readonly text = new WindowsText();
  private area: Rect = { x: 0, y: 0, width: 1, height: 1 };
  private picture: Size = { width: 1, height: 1 };

  constructor(user32: User32) {
    this.user32 = user32;
  }

  place({ area }: DesktopScreen, picture: Size): void {
    this.area = area;
    this.picture = picture;
  }

  post(events: readonly InputEvent[]): void {
    const { user32 } = this;
    // Read once a batch: metrics change with the monitors, lock keys with the novice's own keyboard.
    const screen = user32.screen();
    const records: InputRecord[] = [];
    for (const event of events) {
      const onDesktop = event.tag === 'pointerMove' || event.tag === 'pointerButton' ? { ...event, ...this.onDesktop(event) } : event;
      records.push(...(this.text.records(event, (codeUnit) => user32.keyOf(codeUnit)) ?? inputRecords(onDesktop, screen)));
    }
    user32.sendInput(records);
  }

  pointer(): Place {
    return this.inPicture(this.user32.pointer());
  }

  isOwnAt(at: Place): boolean {
    return this.user32.isOwnProcess(this.user32.windowAt(this.onDesktop(at)));
  }

  hasFocus(): boolean {
    return this.user32.isOwnProcess(this.user32.inFront());
  }

  focus(): Place | undefined {
    const window = this.user32.inFront();
    const monitor = Number(window) === 0 || this.user32.isDesktop(window) ? undefined : this.user32.monitorOf(window);
    return monitor && this.inPicture(centreOf(monitor.area));
  }

  trace(): InputTrace {
    return { idleMs: this.user32.idleMs(), ...this.pointer(), down: this.user32.keysDown() };
  }

  locks(): LockKeys {
    return this.user32.screen().locks;
  }

  private onDesktop({ x, y }: Place): Place {
    const { area, picture } = this;
    return { x: area.x + Math.floor((x * area.width) / picture.width), y: area.y + Math.floor((y * area.height) / picture.height) };
  }

  private inPicture({ x, y }: Place): Place {
    const { area, picture } = this;
    return { x: Math.floor(((x - area.x) * picture.width) / area.width), y: Math.floor(((y - area.y) * picture.height) / area.height) };
  }
}
