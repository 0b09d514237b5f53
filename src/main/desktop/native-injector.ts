import type { InputEvent, LockKeys } from '../../protocol/rdp/input/events.ts';
import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import { PauseReader } from '../../protocol/rdp/input/scancodes.ts';
import type { Clock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { DesktopError, type InjectorEvent, type InputInjector, type KeptAway } from './contract.ts';
import { HeldInput } from './held-input.ts';
import { type InputTrace, NativeOwnInput } from './native-own-input.ts';
import { type Aim, OwnWindowGuard } from './own-window-guard.ts';

/** How often the system is asked whether the person has used mouse or keyboard. */
const LOOK_EVERY_MS = 50;

/** What an injector needs of a system that answers at once: Windows, macOS. */
export interface NativeSystem {
  post(events: readonly InputEvent[]): void;
  /** Whether what arrives there arrives in a window of this process. */
  aimsAtUs(aim: Aim): boolean;
  trace(): InputTrace;
  /** The locks as they are; undefined where programs cannot switch them. */
  locks?(): LockKeys;
}

/** Injects through a system that answers at once, and looks by itself whether the person uses mouse or keyboard. */
export class NativeInjector implements InputInjector {
  private readonly system: NativeSystem;
  private readonly clock: Clock;
  private readonly heard = new Emitter<InjectorEvent>();
  private readonly guard = new OwnWindowGuard();
  private readonly held = new HeldInput();
  private readonly pause = new PauseReader();
  private readonly own: NativeOwnInput;
  private readonly found: LockKeys | undefined;
  private locksChanged = false;
  private cancelLook: () => void = () => {};
  private over = false;

  constructor(system: NativeSystem, clock: Clock) {
    this.system = system;
    this.clock = clock;
    this.found = system.locks?.();
    this.own = new NativeOwnInput(system.trace(), clock.monotonicMs());
    this.lookLater();
  }

  readonly onEvent = this.heard.on;

  inject(events: readonly InputEvent[]): void {
    if (this.over) return;
    const posted: InputEvent[] = [];
    const kept: KeptAway[] = [];
    for (const event of events) {
      // The second half of Pause's sequence injects nothing.
      if (event.tag === 'key' && this.pause.read(event, event.down) === undefined) continue;
      const aim = this.guard.aimOf(event);
      // What comes before may move the pointer, or the keyboard to another window.
      if (aim !== undefined && aim.tag !== 'point') this.post(posted.splice(0));
      const judged = this.guard.judge(event, aim !== undefined && this.system.aimsAtUs(aim));
      if (judged === 'pointer' || judged === 'keys') kept.push(judged);
      else if (judged !== undefined) posted.push(judged);
    }
    this.post(posted);
    for (const what of kept) this.heard.emit({ tag: 'keptAway', what });
  }

  aim(part: SharedPart): void {
    if (part.tag !== 'all') throw new DesktopError('UNSUPPORTED', `a ${part.tag} cannot be shown by itself here`);
    this.releaseAll();
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
