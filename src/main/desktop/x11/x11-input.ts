import type { InputEvent, LockKeys, PointerButton } from '../../../protocol/rdp/input/events.ts';
import { PauseReader, x11KeycodeOf } from '../../../protocol/rdp/input/scancodes.ts';
import type { Clock } from '../../clock.ts';
import { DesktopError, type InputInjector } from '../contract.ts';
import { Wheel } from '../wheel.ts';
import { connectX11, reply, type X11Address, type X11Connection } from './x11-connection.ts';
import { findKey, hasCase, keysymOf, LOCK_MASK, readKeymap, SHIFT_MASK, type LockKey, type X11Keymap } from './x11-keymap.ts';

/** A remapped key keeps its character this long: clients fetch the new map only when they see the key, and a busy client sees it late. */
const SLOT_REUSE_MS = 300;
/** Bound on events that wait behind characters without a key; further ones drop the oldest. */
const MAX_QUEUED_EVENTS = 4_096;
/** MappingNotify request for the keyboard (X11 protocol, section 11). */
const MAPPING_KEYBOARD = 1;
const MAPPING_MODIFIER = 0;
/** Group in the state of QueryPointer (XKB protocol, section 2.2.2). */
const GROUP_MASK = 0x6000;
/** Control, Alt, Super, AltGr …: with one of these held a key gives a command or another level's character. */
const OTHER_MODIFIERS_MASK = 0x04 | 0x08 | 0x20 | 0x40 | 0x80;

const BUTTON: Readonly<Record<PointerButton, number>> = { left: 1, middle: 2, right: 3, x1: 8, x2: 9 };
const WHEEL_BUTTON = { vertical: { more: 4, less: 5 }, horizontal: { more: 7, less: 6 } } as const;

export interface X11InputOptions {
  readonly address: X11Address;
  readonly clock: Clock;
  /** Called with every injected position, so that the capture can tell the novice's own movements from injected ones. */
  readonly onMoved?: (x: number, y: number) => void;
}

/**
 * Opens an injector over XTEST on a connection of its own.
 * Rejects with DesktopError NO_DISPLAY, or UNSUPPORTED when the server has no XTEST.
 */
export async function openX11Input(options: X11InputOptions): Promise<InputInjector> {
  const connection = await connectX11(options.address, false);
  try {
    const xtest = await connection.extension('xtest');
    if (xtest === undefined) throw new DesktopError('UNSUPPORTED', 'the X server has no XTEST extension');
    const keymap = await readKeymap(connection);
    // Impervious to grabs: menus and dialogs that grab the server must not block injection.
    xtest.GrabControl(true);
    return new X11Input(connection, xtest, keymap, options);
  } catch (error) {
    connection.close();
    throw error;
  }
}

interface Slot {
  readonly keycode: number;
  keysym: number;
  usedAtMs: number;
}

class X11Input implements InputInjector {
  private readonly connection: X11Connection;
  private readonly xtest: import('x11').Extensions['xtest'];
  private readonly clock: Clock;
  private readonly onMoved: (x: number, y: number) => void;
  private keymap: X11Keymap;
  private slots: Slot[] = [];
  private borrowed: ReadonlySet<number> = new Set();
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
  private queue: InputEvent[] = [];
  private pumping = false;
  private over = false;

  constructor(connection: X11Connection, xtest: import('x11').Extensions['xtest'], keymap: X11Keymap, options: X11InputOptions) {
    this.connection = connection;
    this.xtest = xtest;
    this.clock = options.clock;
    this.onMoved = options.onMoved ?? (() => undefined);
    this.keymap = keymap;
    this.takeSpareKeys();
    connection.onLost(() => {
      this.over = true;
    });
    connection.onEvent((event) => {
      if (event.name === 'MappingNotify' && (event.request === MAPPING_KEYBOARD || event.request === MAPPING_MODIFIER))
        this.keymapChanged();
    });
  }

  inject(events: readonly InputEvent[]): void {
    if (this.over) return;
    this.queue.push(...events);
    if (this.queue.length > MAX_QUEUED_EVENTS) this.queue.splice(0, this.queue.length - MAX_QUEUED_EVENTS);
    if (!this.pumping) void this.pump();
  }

  releaseAll(): void {
    this.releases += 1;
    this.queue = [];
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
    const used = this.slots.filter((slot) => slot.keysym !== 0);
    // The focused program still has to read the map that types the last character.
    const sinceMs = this.clock.now() - Math.max(...used.map((slot) => slot.usedAtMs));
    if (sinceMs < SLOT_REUSE_MS) await this.pause(SLOT_REUSE_MS - sinceMs);
    for (const { first, count } of runs(used.map((slot) => slot.keycode)))
      this.connection.client.ChangeKeyboardMapping(
        first,
        1,
        Array.from({ length: count }, () => 0),
      );
    this.xtest.GrabControl(false);
    await reply((done) => this.connection.client.GetInputFocus(done)).catch(() => undefined);
    this.connection.close();
  }

  /** Injects queued events in order. A character that waits for the server or a pause delays the events after it, and nothing else. */
  private async pump(): Promise<void> {
    this.pumping = true;
    try {
      for (;;) {
        const event = this.queue.shift();
        if (event === undefined || this.over) return;
        const slow = this.injectOne(event);
        if (slow !== undefined) await slow;
      }
    } catch {
      // Only a lost connection rejects here, and the capture reports that.
      this.queue = [];
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
        this.move(event.x, event.y);
        const notches = this.wheel.turn(event.axis, event.delta);
        const button = notches > 0 ? WHEEL_BUTTON[event.axis].more : WHEEL_BUTTON[event.axis].less;
        for (let notch = Math.abs(notches); notch > 0; notch -= 1) {
          this.fake(this.xtest.ButtonPress, button);
          this.fake(this.xtest.ButtonRelease, button);
        }
        return undefined;
      }
      case 'locks':
        return this.locks(event.locks);
    }
  }

  /** Injects a key. Clients repeat a held key by further presses; the X server repeats by itself, so only the first press is injected. */
  private key(keycode: number, down: boolean): void {
    if (down === this.heldKeys.has(keycode)) return;
    if (down) this.heldKeys.add(keycode);
    else this.heldKeys.delete(keycode);
    this.fake(down ? this.xtest.KeyPress : this.xtest.KeyRelease, keycode);
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

  private tap(keycode: number): void {
    this.fake(this.xtest.KeyPress, keycode);
    this.fake(this.xtest.KeyRelease, keycode);
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

  /** Types one character: with its own key where the map has one and no other modifier is held, else with a spare key given its keysym. */
  private async character(codePoint: number): Promise<void> {
    const { releases } = this;
    const keysym = keysymOf(codePoint);
    const state = await this.modifierState();
    await this.rereading;
    if (this.releases !== releases) return;
    const key = findKey(this.keymap, keysym, this.borrowed);
    const cased = hasCase(codePoint);
    if (key !== undefined && (state & (GROUP_MASK | (OTHER_MODIFIERS_MASK & ~(this.keymap.numLock?.mask ?? 0)))) === 0) {
      const inverted = cased && (state & LOCK_MASK) !== 0;
      const shiftWanted = key.shift !== inverted;
      const shiftActive = (state & SHIFT_MASK) !== 0;
      if (shiftWanted === shiftActive) return this.tap(key.keycode);
      if (shiftWanted && this.keymap.shift !== undefined) {
        this.fake(this.xtest.KeyPress, this.keymap.shift);
        this.tap(key.keycode);
        this.fake(this.xtest.KeyRelease, this.keymap.shift);
        return;
      }
    }
    // A keysym in both columns is the same with and without Shift, but Xlib still applies Caps Lock to letters.
    const capsLock = cased && (state & LOCK_MASK) !== 0 ? this.keymap.capsLock : undefined;
    const keycode = await this.slotFor(keysym);
    if (keycode === undefined || this.releases !== releases) return;
    if (capsLock !== undefined) this.tap(capsLock.keycode);
    this.tap(keycode);
    if (capsLock !== undefined) this.tap(capsLock.keycode);
  }

  /** A spare key that gives this keysym, remapping the least recently used one. Undefined when the map has no spare key. */
  private async slotFor(keysym: number): Promise<number | undefined> {
    let slot = this.slots.find((candidate) => candidate.keysym === keysym);
    if (slot === undefined) {
      slot = this.slots.reduce<Slot | undefined>(
        (oldest, candidate) => (oldest === undefined || candidate.usedAtMs < oldest.usedAtMs ? candidate : oldest),
        undefined,
      );
      if (slot === undefined) return undefined;
      const sinceMs = this.clock.now() - slot.usedAtMs;
      if (sinceMs < SLOT_REUSE_MS) await this.pause(SLOT_REUSE_MS - sinceMs);
      if (this.over) return undefined;
      slot.keysym = keysym;
      this.connection.client.ChangeKeyboardMapping(slot.keycode, 2, [keysym, keysym]);
    }
    slot.usedAtMs = this.clock.now();
    return slot.keycode;
  }

  private async locks(wished: LockKeys): Promise<void> {
    const { releases } = this;
    const state = await this.modifierState();
    if (this.releases !== releases) return;
    const { capsLock, numLock, scrollLock } = this.keymap;
    const set = (key: LockKey | undefined, on: boolean) => {
      if (key !== undefined && ((state & key.mask) !== 0) !== on) this.tap(key.keycode);
    };
    set(capsLock, wished.capsLock);
    set(numLock, wished.numLock);
    set(scrollLock, wished.scrollLock);
  }

  private async modifierState(): Promise<number> {
    return (await reply<{ readonly keyMask: number }>((done) => this.connection.client.QueryPointer(this.connection.screen.root, done)))
      .keyMask;
  }

  /** Reads the map again after MappingNotify, which another layout causes and our own remapping too. */
  private keymapChanged(): void {
    this.keymapStale = true;
    this.rereading ??= this.readKeymapAgain();
  }

  private async readKeymapAgain(): Promise<void> {
    try {
      while (this.keymapStale) {
        this.keymapStale = false;
        // The server answers in order: keysyms assigned before the request are in its answer, later ones are not.
        const given = this.slots.map(({ keysym }) => keysym);
        this.keymap = await readKeymap(this.connection);
        for (const [index, slot] of this.slots.entries()) {
          const taken = this.keymap.rows[slot.keycode - this.keymap.minKeycode]?.includes(slot.keysym) !== true;
          if (taken && slot.keysym === given[index]) slot.keysym = 0;
        }
        this.takeSpareKeys();
      }
    } catch {
      // The connection is lost; the old map is kept.
    } finally {
      this.rereading = undefined;
    }
  }

  /**
   * Makes slots of the keycodes that the map leaves unused and of those already remapped; a new layout may use keycodes that the last one
   * did not.
   */
  private takeSpareKeys(): void {
    const inUse = this.slots.filter(({ keysym }) => keysym !== 0);
    const free = this.keymap.spare.filter((keycode) => !inUse.some((slot) => slot.keycode === keycode));
    this.slots = [
      ...inUse,
      ...free.map(
        (keycode) => this.slots.find((slot) => slot.keycode === keycode) ?? { keycode, keysym: 0, usedAtMs: Number.NEGATIVE_INFINITY },
      ),
    ];
    this.borrowed = new Set(this.slots.map(({ keycode }) => keycode));
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(ms, resolve));
  }
}

/** Joins neighbouring keycodes, because each change of the map makes window managers grab all their keys again. */
function runs(keycodes: readonly number[]): { readonly first: number; readonly count: number }[] {
  const found: { first: number; count: number }[] = [];
  for (const keycode of [...keycodes].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && last.first + last.count === keycode) last.count += 1;
    else found.push({ first: keycode, count: 1 });
  }
  return found;
}
