import type { DesktopSupport, KeyboardLayout } from '../../../facts/desktop.ts';
import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import type { Place } from '../../../protocol/rdp/graphics/contract.ts';
import type { InputEvent, LockKeys } from '../../../protocol/rdp/input/events.ts';
import { DesktopError, type DesktopScreen, type InputInjector } from '../contract.ts';
import type { DesktopShortcut, Modifier } from '../desktop-shortcuts.ts';
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

/** Keys that Windows' own shell takes: the Windows keys, with whatever follows, and Print Screen; Alt+Tab, Alt+Esc, Ctrl+Esc, Ctrl+Shift+Esc. */
const SHORTCUTS: readonly DesktopShortcut[] = [
  { keys: ['e091', 'e092', 'e055', 'none84'], held: [] },
  { keys: ['none15', 'none1'], held: ['alt'] },
  { keys: ['none1'], held: ['control'] },
];

/** MOD_ALT, MOD_CONTROL, MOD_SHIFT and MOD_WIN of RegisterHotKey. */
const MOD: Readonly<Record<Modifier, number>> = { alt: 1, control: 2, shift: 4, logo: 8 };

/** F1 to F24, and the keys for browsers, sound, media and programs, which are registered without modifiers. */
const isBareHotKey = (vk: number): boolean => (vk >= 0x70 && vk <= 0x87) || (vk >= 0xa6 && vk <= 0xb7);

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

  /** Letters that are typed are not asked about: for a moment they would be nobody's. */
  isTaken(event: InputEvent, held: ReadonlySet<Modifier>): boolean {
    const { user32 } = this;
    if (event.tag !== 'key' && event.tag !== 'unicode') return false;
    const character = event.tag === 'unicode' ? user32.keyOf(event.codeUnit) : undefined;
    const vk = event.tag === 'key' ? user32.virtualKeyOf(event.scancode, event.prefix === 'e0') : (character?.vk ?? 0);
    const isChord = held.has('control') || held.has('alt') || held.has('logo');
    if (vk === 0 || !(isChord || (event.tag === 'key' && isBareHotKey(vk)))) return false;
    let modifiers = character?.shift === true ? MOD.shift : 0;
    for (const modifier of held) modifiers |= MOD[modifier];
    return user32.isHotKey(modifiers, vk);
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
