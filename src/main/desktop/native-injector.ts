import type { Size } from '../../protocol/rdp/geometry.ts';
import type { Place } from '../../protocol/rdp/graphics/contract.ts';
import type { InputEvent, LockKeys } from '../../protocol/rdp/input/events.ts';
import { PauseReader } from '../../protocol/rdp/input/scancodes.ts';
import type { KeptFrom } from '../../protocol/rdp/kept-away.ts';
import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import type { Clock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { DesktopError, type DesktopScreen, type InjectorEvent, type InputInjector, type Screens } from './contract.ts';
import { type DesktopShortcut, heldModifiers, isDesktopShortcut, type Modifier } from './desktop-shortcuts.ts';
import { HeldInput } from './held-input.ts';
import { type InputTrace, NativeOwnInput } from './native-own-input.ts';
import { type Aim, keptFrom, type Lands, OwnWindowGuard } from './own-window-guard.ts';
import { onlyScreen, screenOf } from './page/listed-screens.ts';

/** How often the system is asked whether the person has used mouse or keyboard. */
const LOOK_EVERY_MS = 50;

/** What an injector needs of a system that answers at once: Windows, macOS. Places are those in the picture of one screen. */
export interface NativeSystem {
  /** It is this screen's from now on, and has this size: a system may make it smaller than the screen. */
  place(screen: DesktopScreen, picture: Size): void;
  post(events: readonly InputEvent[]): void;
  pointer(): Place;
  /** Whether what arrives there arrives in a window of this process. */
  isOwnAt(at: Place): boolean;
  hasFocus(): boolean;
  /** A place on the screen that most of the window is on that takes the keyboard; undefined where none does. */
  focus(): Place | undefined;
  /** The desktop's own that it says nothing of. */
  readonly shortcuts: readonly DesktopShortcut[];
  /** Whether the system says that this key, with these held, goes elsewhere than to what has the focus. */
  isTaken(event: InputEvent, held: ReadonlySet<Modifier>): boolean;
  trace(): InputTrace;
  /** The locks as they are; undefined where programs cannot switch them. */
  locks?(): LockKeys;
}

export interface NativeInjectorParts {
  readonly system: NativeSystem;
  readonly screens: Pick<Screens, 'list'>;
  readonly part: SharedPart;
  /** Size of the newest picture of this screen, by its id; the screen's where none is known. */
  readonly pictureOf?: (screen: string) => Size | undefined;
  readonly clock: Clock;
}

/** Injects through a system that answers at once, into one screen, and looks by itself whether the person uses mouse or keyboard. */
export class NativeInjector implements InputInjector {
  private readonly system: NativeSystem;
  private readonly screens: Pick<Screens, 'list'>;
  private readonly clock: Clock;
  private readonly heard = new Emitter<InjectorEvent>();
  private readonly guard = new OwnWindowGuard();
  private readonly held = new HeldInput();
  private readonly pause = new PauseReader();
  private readonly own: NativeOwnInput;
  private readonly found: LockKeys | undefined;
  private readonly pictureOf: (screen: string) => Size | undefined;
  private part: SharedPart;
  /** The screen that is shared, where it is there. */
  private screen: DesktopScreen | undefined;
  private picture: Size = { width: 0, height: 0 };
  /** There is no other one, which the expert does not see. */
  private isOnly = true;
  /** To be set once what is typed arrives in what is shared. */
  private wishedLocks: InputEvent | undefined;
  private locksChanged = false;
  private cancelLook: () => void = () => {};
  private over = false;

  constructor({ system, screens, part, pictureOf = () => undefined, clock }: NativeInjectorParts) {
    this.system = system;
    this.screens = screens;
    this.part = part;
    this.pictureOf = pictureOf;
    this.clock = clock;
    this.find();
    this.found = system.locks?.();
    this.own = new NativeOwnInput(system.trace(), clock.monotonicMs());
    this.lookLater();
  }

  readonly onEvent = this.heard.on;

  inject(events: readonly InputEvent[]): void {
    if (this.over) return;
    this.find();
    const posted: InputEvent[] = [];
    const kept: KeptFrom[] = [];
    for (const event of events) {
      // The second half of Pause's sequence injects nothing.
      if (event.tag === 'key' && this.pause.read(event, event.down) === undefined) continue;
      const aim: Aim | undefined = event.tag === 'locks' ? { tag: 'focus' } : this.guard.aimOf(event);
      // What comes before may move the pointer, or the keyboard to another window.
      if (aim !== undefined && aim.tag !== 'point') this.post(posted.splice(0));
      const lands = this.landing(event, aim);
      if (event.tag === 'locks') this.wishedLocks = event;
      if (aim?.tag === 'focus' && lands === 'there' && this.wishedLocks !== undefined) {
        posted.push(this.wishedLocks);
        this.wishedLocks = undefined;
      }
      if (event.tag === 'locks') continue;
      const judged = this.guard.judge(event, lands !== 'there');
      if (judged === 'pointer' || judged === 'keys') {
        if (lands !== 'there') kept.push(keptFrom(judged, lands));
      } else if (judged !== undefined) posted.push(judged);
    }
    this.post(posted);
    for (const what of kept) this.heard.emit({ tag: 'keptAway', what });
  }

  aim(part: SharedPart): void {
    if (part.tag === 'window') throw new DesktopError('UNSUPPORTED', 'a window cannot be shown by itself here');
    this.releaseAll();
    this.part = part;
  }

  releaseAll(): void {
    if (this.over) return;
    this.guard.forget();
    this.post(this.held.release());
  }

  async close(): Promise<void> {
    if (this.over) return;
    this.releaseAll();
    // The locks are the person's: as they were found, where this side has changed them.
    if (this.locksChanged && this.found !== undefined) this.post([{ tag: 'locks', locks: this.found }]);
    this.over = true;
    this.cancelLook();
  }

  /** Where the screen is now. */
  private find(): void {
    const list = this.screens.list();
    this.isOnly = list.length < 2;
    this.screen = this.part.tag === 'all' ? onlyScreen(list) : screenOf(list, this.part);
    if (this.screen === undefined) return;
    this.picture = this.pictureOf(this.screen.id) ?? this.screen.area;
    this.system.place(this.screen, this.picture);
  }

  private landing(event: InputEvent, aim: Aim | undefined): Lands {
    if (aim === undefined) return 'there';
    const lands = this.lands(aim);
    if (lands !== 'there' || this.isOnly || aim.tag !== 'focus') return lands;
    // Shortcuts of the desktop go past whatever has the focus.
    const isHeld = (key: string): boolean => this.held.has(key);
    const isTaken = isDesktopShortcut(event, this.system.shortcuts, isHeld) || this.system.isTaken(event, heldModifiers(isHeld));
    return isTaken ? 'shortcut' : 'there';
  }

  private lands(aim: Aim): Lands {
    const { system } = this;
    if (aim.tag === 'focus') {
      if (system.hasFocus()) return 'own';
      return this.coversFocus() ? 'there' : 'outside';
    }
    const at = aim.tag === 'point' ? aim : system.pointer();
    if (!this.covers(at)) return aim.tag === 'pointer' && system.isOwnAt(at) ? 'own' : 'outside';
    return system.isOwnAt(at) ? 'own' : 'there';
  }

  private covers({ x, y }: Place): boolean {
    const { picture } = this;
    if (this.screen === undefined) return false;
    // The system keeps a pointer on the desktop, and whoever sees all of it may push against its edge.
    return this.isOnly || (x >= 0 && y >= 0 && x < picture.width && y < picture.height);
  }

  /** Whoever types sees most of the window that it goes to; where no window has the keyboard, the pointer is on the screen. */
  private coversFocus(): boolean {
    if (this.isOnly) return this.screen !== undefined;
    return this.covers(this.system.focus() ?? this.system.pointer());
  }

  private post(events: readonly InputEvent[]): void {
    if (events.length === 0) return;
    for (const event of events) {
      this.held.note(event);
      if (event.tag === 'locks' || (event.tag === 'key' && isLock(event))) this.locksChanged = true;
    }
    this.system.post(events);
    this.own.injected(events, this.held.down, this.clock.monotonicMs());
  }

  private lookLater(): void {
    this.cancelLook = this.clock.after(LOOK_EVERY_MS, () => {
      this.lookLater();
      const holding = this.own.look(this.system.trace(), this.clock.monotonicMs());
      if (holding !== undefined) this.heard.emit({ tag: 'ownInput', holding });
    });
  }
}

/** Scancodes of Caps Lock, Num Lock and Scroll Lock. */
const LOCK_SCANCODES: ReadonlySet<number> = new Set([0x3a, 0x45, 0x46]);

function isLock({ scancode, prefix }: Extract<InputEvent, { tag: 'key' }>): boolean {
  return prefix === 'none' && LOCK_SCANCODES.has(scancode);
}
