import type { LockKeys } from '../../../protocol/rdp/input/events.ts';
import { reply, type X11Connection } from './x11-connection.ts';
import type { LockKey, X11Keymap } from './x11-keymap.ts';

/** ModifierLock among the parts of StateNotify (XKB protocol, section 5.3). */
const MODIFIER_LOCK_PART = 1 << 3;
type Lock = 'capsLock' | 'numLock' | 'scrollLock';
const LOCKS: readonly Lock[] = ['capsLock', 'numLock', 'scrollLock'];

/** The modifier state of the core keyboard, with the locks. */
export async function modifierState(connection: X11Connection): Promise<number> {
  return (await reply<{ readonly keyMask: number }>((done) => connection.client.QueryPointer(connection.screen.root, done))).keyMask;
}

/** Keeps the novice's lock keys as the expert has them, and gives them back as they were. */
export class X11Locks {
  private readonly connection: X11Connection;
  private readonly tap: (keycode: number) => void;
  private readonly found: Readonly<Record<Lock, boolean>>;
  private wished: Record<Lock, boolean> | undefined;
  /** False while nothing has changed the locks since they were last compared with the wish. */
  private unsure = true;
  private readonly watched: boolean;
  private changed = false;

  private constructor(connection: X11Connection, tap: (keycode: number) => void, found: Readonly<Record<Lock, boolean>>, watched: boolean) {
    this.connection = connection;
    this.tap = tap;
    this.found = found;
    this.watched = watched;
    connection.onEvent((event) => {
      if (event.name === 'XkbStateNotify') this.unsure = true;
    });
  }

  /** `tap` presses and releases a key. Without XKEYBOARD the server reports no change, and the locks are compared before every key. */
  static async open(connection: X11Connection, keymap: X11Keymap, tap: (keycode: number) => void): Promise<X11Locks> {
    const xkb = await connection.extension('xkb');
    xkb?.SelectEvents(xkb.UseCoreKbd, xkb.EventType.StateNotify, 0, 0, 0, 0, { stateNotify: [MODIFIER_LOCK_PART, MODIFIER_LOCK_PART] });
    const state = await modifierState(connection);
    return new X11Locks(connection, tap, locksIn(state, keymap), xkb !== undefined);
  }

  wish(locks: LockKeys): void {
    this.wished = { capsLock: locks.capsLock, numLock: locks.numLock, scrollLock: locks.scrollLock };
    this.unsure = true;
  }

  /** The expert has pressed this key: of a lock it is a wish as well. */
  pressed(keycode: number, keymap: X11Keymap): void {
    for (const lock of LOCKS) {
      if (keymap[lock]?.keycode !== keycode) continue;
      this.changed = true;
      if (this.wished !== undefined) this.wished[lock] = !this.wished[lock];
    }
  }

  /** Whether the locks may differ from the wish, so that {@link settle} is due. */
  get mayDiffer(): boolean {
    return this.wished !== undefined && (this.unsure || !this.watched);
  }

  /** Sets the locks as wished. Nothing when `stillWanted` says no once the server has answered. */
  async settle(keymap: X11Keymap, stillWanted: () => boolean): Promise<void> {
    this.unsure = false;
    const state = await modifierState(this.connection);
    if (this.wished !== undefined && stillWanted()) this.set(state, keymap, this.wished);
  }

  /** Sets the locks as they were found, if this side has changed one. */
  async giveBack(keymap: X11Keymap): Promise<void> {
    if (this.changed) this.set(await modifierState(this.connection), keymap, this.found);
  }

  private set(state: number, keymap: X11Keymap, wanted: Readonly<Record<Lock, boolean>>): void {
    for (const lock of LOCKS) {
      const key: LockKey | undefined = keymap[lock];
      if (key === undefined || ((state & key.mask) !== 0) === wanted[lock]) continue;
      this.changed = true;
      this.tap(key.keycode);
    }
  }
}

function locksIn(state: number, keymap: X11Keymap): Record<Lock, boolean> {
  const isOn = (lock: Lock): boolean => (state & (keymap[lock]?.mask ?? 0)) !== 0;
  return { capsLock: isOn('capsLock'), numLock: isOn('numLock'), scrollLock: isOn('scrollLock') };
}
