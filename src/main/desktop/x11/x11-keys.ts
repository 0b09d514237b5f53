import type { InputEvent, LockKeys } from '../../../protocol/rdp/input/events.ts';
import { PauseReader, x11KeycodeOf } from '../../../protocol/rdp/input/scancodes.ts';
import type { Clock } from '../../clock.ts';
import { SpareKeys } from './spare-keys.ts';
import type { X11Connection } from './x11-connection.ts';
import type { X11KeyRepeat } from './x11-key-repeat.ts';
import { findKey, hasCase, keysymOf, LOCK_MASK, readKeymap, SHIFT_MASK, type X11Keymap } from './x11-keymap.ts';
import { modifierState, type X11Locks } from './x11-locks.ts';
import type { XtestEvents } from './xtest-events.ts';

/** Group in the state of QueryPointer (XKB protocol, section 2.2.2). */
const GROUP_MASK = 0x6000;

export interface X11KeysParts {
  readonly connection: X11Connection;
  readonly xtest: XtestEvents;
  readonly keymap: X11Keymap;
  readonly repeat: X11KeyRepeat | undefined;
  readonly locks: X11Locks;
  readonly clock: Clock;
}

/** The keyboard's part of injected input: keys by position, characters, and the locks. */
export class X11Keys {
  private readonly connection: X11Connection;
  private readonly xtest: XtestEvents;
  private readonly repeat: X11KeyRepeat | undefined;
  private readonly locks: X11Locks;
  private readonly spareKeys: SpareKeys;
  private keymap: X11Keymap;
  /** Settles when the changed keyboard map has been read again; undefined while none is being read. */
  private rereading: Promise<void> | undefined;
  private keymapStale = false;
  private releases = 0;
  private readonly heldKeys = new Set<number>();
  private readonly pauseReader = new PauseReader();
  private highSurrogate: number | undefined;

  constructor({ connection, xtest, keymap, repeat, locks, clock }: X11KeysParts) {
    this.connection = connection;
    this.xtest = xtest;
    this.repeat = repeat;
    this.locks = locks;
    this.keymap = keymap;
    this.spareKeys = new SpareKeys(connection, clock);
    this.spareKeys.take(keymap);
  }

  /** The key that it would be; undefined for a character that the map does not have. */
  keycodeOf(event: Extract<InputEvent, { tag: 'key' | 'unicode' }>): number | undefined {
    if (event.tag === 'key') return x11KeycodeOf(event);
    return findKey(this.keymap, keysymOf(event.codeUnit), this.spareKeys.borrowed)?.keycode;
  }

  /** Whether the locks are to be set first: {@link settleLocks}. */
  get locksMayDiffer(): boolean {
    return this.locks.mayDiffer;
  }

  async settleLocks(): Promise<void> {
    const { releases } = this;
    await this.locks.settle(this.keymap, () => this.releases === releases);
  }

  /** They are set with {@link settleLocks}. */
  wishLocks(locks: LockKeys): void {
    this.locks.wish(locks);
  }

  key(event: Extract<InputEvent, { tag: 'key' }>): void {
    const key = this.pauseReader.read(event, event.down);
    const keycode = key === undefined ? undefined : x11KeycodeOf(key);
    if (keycode !== undefined) this.press(keycode, event.down);
  }

  /** Also ends what waits in the middle of a character. */
  releaseAll(): void {
    this.releases += 1;
    this.highSurrogate = undefined;
    for (const keycode of this.heldKeys) this.xtest.key(keycode, false);
    this.heldKeys.clear();
  }

  /** Gives back what has been borrowed. Everything has been released. */
  async giveBack(): Promise<void> {
    await this.locks.giveBack(this.keymap);
    await this.spareKeys.giveBack();
  }

  /**
   * Injects a key. A press of a key that is down is a repetition of the expert's keyboard, and the only one there is; where the server's own
   * cannot be kept away, keys are let go of at once.
   */
  private press(keycode: number, down: boolean): void {
    const held = this.heldKeys.has(keycode);
    if (!down) {
      if (held) this.xtest.key(keycode, false);
      this.heldKeys.delete(keycode);
      return;
    }
    if (this.keymap.modifiers.has(keycode)) {
      if (held) return;
      this.heldKeys.add(keycode);
      this.locks.pressed(keycode, this.keymap);
      this.xtest.key(keycode, true);
      return;
    }
    if (this.repeat === undefined) {
      this.xtest.tap(keycode);
      return;
    }
    if (held) {
      if (!this.repeat.repeats(keycode)) return;
      this.xtest.key(keycode, false);
    }
    this.heldKeys.add(keycode);
    this.repeat.pressWithout(keycode, () => this.xtest.key(keycode, true));
  }

  async unicode(codeUnit: number): Promise<void> {
    const high = this.highSurrogate;
    this.highSurrogate = undefined;
    if (codeUnit >= 0xd800 && codeUnit <= 0xdbff) {
      this.highSurrogate = codeUnit;
      return;
    }
    if (codeUnit >= 0xdc00 && codeUnit <= 0xdfff) {
      if (high !== undefined) await this.character(0x1_0000 + ((high - 0xd800) << 10) + (codeUnit - 0xdc00));
      return;
    }
    if (codeUnit !== 0) await this.character(codeUnit);
  }

  /**
   * Types one character: with its own key where the map has one, so that Ctrl and a letter are the shortcut, else with a spare key given its
   * keysym. A Shift of our own that the character does not want is let go of meanwhile.
   */
  private async character(codePoint: number): Promise<void> {
    const { releases } = this;
    const keysym = keysymOf(codePoint);
    const state = await modifierState(this.connection);
    await this.rereading;
    if (this.releases !== releases) return;
    const key = findKey(this.keymap, keysym, this.spareKeys.borrowed);
    const cased = hasCase(codePoint);
    if (key !== undefined && (state & (GROUP_MASK | this.keymap.levelMask)) === 0) {
      const inverted = cased && (state & LOCK_MASK) !== 0;
      if (this.tapShifted(key.keycode, key.shift !== inverted, (state & SHIFT_MASK) !== 0)) return;
    }
    // A keysym in both columns is the same with and without Shift, but Xlib still applies Caps Lock to letters.
    const capsLock = cased && (state & LOCK_MASK) !== 0 ? this.keymap.capsLock : undefined;
    const keycode = await this.spareKeys.keycodeFor(keysym);
    if (keycode === undefined || this.releases !== releases) return;
    if (capsLock !== undefined) this.xtest.tap(capsLock.keycode);
    this.xtest.tap(keycode);
    if (capsLock !== undefined) this.xtest.tap(capsLock.keycode);
  }

  /** Taps a key with Shift as `wanted`. False when Shift cannot be had so: the novice's own hand is on it, or there is none. */
  private tapShifted(keycode: number, wanted: boolean, active: boolean): boolean {
    const held = this.keymap.shifts.filter((shift) => this.heldKeys.has(shift));
    const { shift } = this.keymap;
    if (wanted && !active) {
      if (shift === undefined) return false;
      this.xtest.key(shift, true);
      this.xtest.tap(keycode);
      this.xtest.key(shift, false);
      return true;
    }
    if (active && !wanted) {
      if (held.length === 0) return false;
      for (const each of held) this.xtest.key(each, false);
      this.xtest.tap(keycode);
      for (const each of held) this.xtest.key(each, true);
      return true;
    }
    this.xtest.tap(keycode);
    return true;
  }

  /** Reads the map again, which another layout changes and our own remapping too. */
  keymapChanged(): void {
    this.keymapStale = true;
    this.rereading ??= this.readKeymapAgain();
  }

  private async readKeymapAgain(): Promise<void> {
    try {
      while (this.keymapStale) {
        this.keymapStale = false;
        const given = this.spareKeys.given();
        this.keymap = await readKeymap(this.connection);
        this.spareKeys.take(this.keymap, given);
      }
    } catch {
      // The connection is lost; the old map is kept.
    } finally {
      this.rereading = undefined;
    }
  }
}
