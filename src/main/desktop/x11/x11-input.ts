import type { InputEvent, PointerButton } from '../../../protocol/rdp/input/events.ts';
import { PauseReader, x11KeycodeOf } from '../../../protocol/rdp/input/scancodes.ts';
import type { Clock } from '../../clock.ts';
import { DesktopError, type InputInjector } from '../contract.ts';
import { InputQueue } from '../input-queue.ts';
import { Wheel } from '../wheel.ts';
import { SpareKeys } from './spare-keys.ts';
import { connectX11, reply, type X11Address, type X11Connection } from './x11-connection.ts';
import { openX11KeyRepeat, type X11KeyRepeat } from './x11-key-repeat.ts';
import { findKey, hasCase, keysymOf, LOCK_MASK, readKeymap, SHIFT_MASK, watchKeymap, type X11Keymap } from './x11-keymap.ts';
import { releasedAtTheLast } from './x11-last-release.ts';
import { modifierState, X11Locks } from './x11-locks.ts';
import { matchXtestLayout } from './x11-xtest-layout.ts';

/** Group in the state of QueryPointer (XKB protocol, section 2.2.2). */
const GROUP_MASK = 0x6000;

const BUTTON: Readonly<Record<PointerButton, number>> = { left: 1, middle: 2, right: 3, x1: 8, x2: 9 };
const WHEEL_BUTTON = { vertical: { more: 4, less: 5 }, horizontal: { more: 7, less: 6 } } as const;

export interface X11InputOptions {
  readonly address: X11Address;
  readonly clock: Clock;
  /** Called with every injected position, so that the capture can tell the novice's own movements from injected ones. */
  readonly onMoved?: (x: number, y: number) => void;
}

type Xtest = import('x11').Extensions['xtest'];

interface X11InputParts {
  readonly connection: X11Connection;
  readonly xtest: Xtest;
  readonly keymap: X11Keymap;
  readonly repeat: X11KeyRepeat | undefined;
  readonly locks: X11Locks;
  readonly restoreLayout: () => void;
}

/**
 * Opens an injector over XTEST on a connection of its own.
 * Rejects with DesktopError NO_DISPLAY, or UNSUPPORTED when the server has no XTEST.
 */
export async function openX11Input(options: X11InputOptions): Promise<InputInjector> {
  const connection = await connectX11(options.address, false);
  try {
    const extension = await connection.extension('xtest');
    if (extension === undefined) throw new DesktopError('UNSUPPORTED', 'the X server has no XTEST extension');
    const xtest = await releasedAtTheLast(connection, extension, options.address);
    const restoreLayout = await matchXtestLayout(connection);
    const keymap = await readKeymap(connection);
    const repeat = await openX11KeyRepeat(connection);
    const locks = await X11Locks.open(connection, keymap, (keycode) => tap(xtest, keycode));
    // Impervious to grabs: menus and dialogs that grab the server must not block injection.
    xtest.GrabControl(true);
    const input = new X11Input({ connection, xtest, keymap, repeat, locks, restoreLayout }, options);
    await watchKeymap(connection, () => input.keymapChanged());
    return input;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function tap(xtest: Xtest, keycode: number): void {
  xtest.FakeInput(xtest.KeyPress, keycode, 0, 0, 0, 0);
  xtest.FakeInput(xtest.KeyRelease, keycode, 0, 0, 0, 0);
}

class X11Input implements InputInjector {
  private readonly connection: X11Connection;
  private readonly xtest: Xtest;
  private readonly repeat: X11KeyRepeat | undefined;
  private readonly locks: X11Locks;
  private readonly restoreLayout: () => void;
  private readonly onMoved: (x: number, y: number) => void;
  private readonly spareKeys: SpareKeys;
  private keymap: X11Keymap;
  /** Settles when the changed keyboard map has been read again; undefined while none is being read. */
  private rereading: Promise<void> | undefined;
  private keymapStale = false;
  /** Number of calls of `releaseAll`, by which a waiting step sees that one came in between. */
  private releases = 0;
  private readonly heldKeys = new Set<number>();
  private readonly heldButtons = new Set<number>();
  private readonly wheel = new Wheel();
  private readonly pauseReader = new PauseReader();
  private highSurrogate: number | undefined;
  private readonly queue = new InputQueue();
  private pumping = false;
  private over = false;

  constructor({ connection, xtest, keymap, repeat, locks, restoreLayout }: X11InputParts, options: X11InputOptions) {
    this.connection = connection;
    this.xtest = xtest;
    this.repeat = repeat;
    this.locks = locks;
    this.restoreLayout = restoreLayout;
    this.onMoved = options.onMoved ?? (() => undefined);
    this.keymap = keymap;
    this.spareKeys = new SpareKeys(connection, options.clock);
    this.spareKeys.take(keymap);
    connection.onLost(() => {
      this.over = true;
    });
  }

  inject(events: readonly InputEvent[]): void {
    if (this.over) return;
    for (const event of events) {
      if (this.pumping && this.queue.mayOvertake(event)) void this.injectOne(event);
      else this.queue.push(event);
    }
    if (!this.pumping) void this.pump();
  }

  releaseAll(): void {
    this.releases += 1;
    this.queue.clear();
    this.highSurrogate = undefined;
    this.wheel.reset();
    if (this.over) return;
    for (const keycode of this.heldKeys) this.fake(this.xtest.KeyRelease, keycode);
    for (const button of this.heldButtons) this.fake(this.xtest.ButtonRelease, button);
    this.heldKeys.clear();
    this.heldButtons.clear();
  }

  async close(): Promise<void> {
    if (this.over) return;
    this.releaseAll();
    this.over = true;
    try {
      await this.locks.giveBack(this.keymap);
      await this.spareKeys.giveBack();
      this.restoreLayout();
      this.xtest.GrabControl(false);
      await reply((done) => this.connection.client.GetInputFocus(done));
    } catch {
      // The server is gone, and all of this with it.
    }
    this.connection.close();
  }

  /** Injects queued events in order. A character that waits for the server or a pause delays the events after it, but for `mayOvertake`. */
  private async pump(): Promise<void> {
    this.pumping = true;
    try {
      for (;;) {
        const event = this.queue.first;
        if (event === undefined || this.over) return;
        const { releases } = this;
        if (this.locks.mayDiffer && (event.tag === 'unicode' || event.tag === 'key') && event.down) {
          await this.locks.settle(this.keymap, () => this.releases === releases);
          if (this.releases !== releases) continue;
        }
        const slow = this.injectOne(event);
        if (slow !== undefined) await slow;
        if (this.releases === releases) this.queue.done();
      }
    } catch {
      // Only a lost connection rejects here, and the capture reports that.
      this.queue.clear();
    } finally {
      this.pumping = false;
    }
  }

  private injectOne(event: InputEvent): Promise<void> | undefined {
    switch (event.tag) {
      case 'key': {
        const key = this.pauseReader.read(event, event.down);
        const keycode = key === undefined ? undefined : x11KeycodeOf(key);
        if (keycode !== undefined) this.key(keycode, event.down);
        return undefined;
      }
      case 'unicode':
        return event.down ? this.unicode(event.codeUnit) : undefined;
      case 'pointerMove':
        this.move(event.x, event.y);
        return undefined;
      case 'pointerButton':
        this.move(event.x, event.y);
        this.button(BUTTON[event.button], event.down);
        return undefined;
      case 'wheel': {
        const notches = this.wheel.turn(event.axis, event.delta);
        const button = notches > 0 ? WHEEL_BUTTON[event.axis].more : WHEEL_BUTTON[event.axis].less;
        for (let notch = Math.abs(notches); notch > 0; notch -= 1) {
          this.fake(this.xtest.ButtonPress, button);
          this.fake(this.xtest.ButtonRelease, button);
        }
        return undefined;
      }
      case 'locks':
        return this.wishLocks(event.locks);
    }
  }

  private async wishLocks(locks: Parameters<X11Locks['wish']>[0]): Promise<void> {
    const { releases } = this;
    this.locks.wish(locks);
    await this.locks.settle(this.keymap, () => this.releases === releases);
  }

  /**
   * Injects a key. A press of a key that is down is a repetition of the expert's keyboard, and the only one there is; where the server's own
   * cannot be kept away, keys are let go of at once.
   */
  private key(keycode: number, down: boolean): void {
    const held = this.heldKeys.has(keycode);
    if (!down) {
      if (held) this.fake(this.xtest.KeyRelease, keycode);
      this.heldKeys.delete(keycode);
      return;
    }
    if (this.keymap.modifiers.has(keycode)) {
      if (held) return;
      this.heldKeys.add(keycode);
      this.locks.pressed(keycode, this.keymap);
      this.fake(this.xtest.KeyPress, keycode);
      return;
    }
    if (this.repeat === undefined) {
      tap(this.xtest, keycode);
      return;
    }
    if (held) {
      if (!this.repeat.repeats(keycode)) return;
      this.fake(this.xtest.KeyRelease, keycode);
    }
    this.heldKeys.add(keycode);
    this.repeat.pressWithout(keycode, () => this.fake(this.xtest.KeyPress, keycode));
  }

  private button(button: number, down: boolean): void {
    if (down === this.heldButtons.has(button)) return;
    if (down) this.heldButtons.add(button);
    else this.heldButtons.delete(button);
    this.fake(down ? this.xtest.ButtonPress : this.xtest.ButtonRelease, button);
  }

  private move(x: number, y: number): void {
    this.onMoved(x, y);
    this.xtest.FakeInput(this.xtest.MotionNotify, 0, 0, this.connection.screen.root, Math.min(x, 0x7fff), Math.min(y, 0x7fff));
  }

  private fake(type: number, detail: number): void {
    this.xtest.FakeInput(type, detail, 0, 0, 0, 0);
  }

  private async unicode(codeUnit: number): Promise<void> {
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
    if (capsLock !== undefined) tap(this.xtest, capsLock.keycode);
    tap(this.xtest, keycode);
    if (capsLock !== undefined) tap(this.xtest, capsLock.keycode);
  }

  /** Taps a key with Shift as `wanted`. False when Shift cannot be had so: the novice's own hand is on it, or there is none. */
  private tapShifted(keycode: number, wanted: boolean, active: boolean): boolean {
    const held = this.keymap.shifts.filter((shift) => this.heldKeys.has(shift));
    const { shift } = this.keymap;
    if (wanted && !active) {
      if (shift === undefined) return false;
      this.fake(this.xtest.KeyPress, shift);
      tap(this.xtest, keycode);
      this.fake(this.xtest.KeyRelease, shift);
      return true;
    }
    if (active && !wanted) {
      if (held.length === 0) return false;
      for (const each of held) this.fake(this.xtest.KeyRelease, each);
      tap(this.xtest, keycode);
      for (const each of held) this.fake(this.xtest.KeyPress, each);
      return true;
    }
    tap(this.xtest, keycode);
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
