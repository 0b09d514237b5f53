import type { Clock } from '../../clock.ts';
import type { X11Connection } from './x11-connection.ts';
import type { X11Keymap } from './x11-keymap.ts';

/** A remapped key keeps its character this long: clients fetch the new map only when they see the key, and a busy client sees it late. */
const REUSE_MS = 300;

interface SpareKey {
  readonly keycode: number;
  keysym: number;
  usedAtMs: number;
}

/** The keycodes that the novice's layout leaves unused, borrowed for characters that it does not have. */
export class SpareKeys {
  private readonly connection: X11Connection;
  private readonly clock: Clock;
  private keys: SpareKey[] = [];
  private keycodes: ReadonlySet<number> = new Set();
  private over = false;

  constructor(connection: X11Connection, clock: Clock) {
    this.connection = connection;
    this.clock = clock;
  }

  /** Keycodes whose keysyms are not the layout's own. */
  get borrowed(): ReadonlySet<number> {
    return this.keycodes;
  }

  /** The keysyms given so far, to be handed to {@link take} with a map that was asked for afterwards. */
  given(): readonly number[] {
    return this.keys.map(({ keysym }) => keysym);
  }

  /**
   * Takes the keycodes that the map leaves unused and those already remapped; a new layout may use keycodes that the last one did not, and may
   * have taken back what was remapped. `given` was asked for before the map: the server answers in order, so keysyms given before the request
   * are in its answer, later ones are not.
   */
  take(keymap: X11Keymap, given: readonly number[] = []): void {
    for (const [index, key] of this.keys.entries()) {
      const taken = keymap.rows[key.keycode - keymap.minKeycode]?.includes(key.keysym) !== true;
      if (taken && key.keysym === given[index]) key.keysym = 0;
    }
    const inUse = this.keys.filter(({ keysym }) => keysym !== 0);
    const free = keymap.spare.filter((keycode) => !inUse.some((key) => key.keycode === keycode));
    this.keys = [
      ...inUse,
      ...free.map(
        (keycode) => this.keys.find((key) => key.keycode === keycode) ?? { keycode, keysym: 0, usedAtMs: Number.NEGATIVE_INFINITY },
      ),
    ];
    this.keycodes = new Set(this.keys.map(({ keycode }) => keycode));
  }

  /** A spare key that gives this keysym, remapping the least recently used one. Undefined when the map has no spare key. */
  async keycodeFor(keysym: number): Promise<number | undefined> {
    let key = this.keys.find((candidate) => candidate.keysym === keysym);
    if (key === undefined) {
      key = this.keys.reduce<SpareKey | undefined>(
        (oldest, candidate) => (oldest === undefined || candidate.usedAtMs < oldest.usedAtMs ? candidate : oldest),
        undefined,
      );
      if (key === undefined) return undefined;
      await this.untilRead(key.usedAtMs);
      if (this.over) return undefined;
      key.keysym = keysym;
      this.connection.client.ChangeKeyboardMapping(key.keycode, 2, [keysym, keysym]);
    }
    key.usedAtMs = this.clock.monotonicMs();
    return key.keycode;
  }

  /** Gives the keys back, once the focused program has read the map that types the last character. */
  async giveBack(): Promise<void> {
    this.over = true;
    const used = this.keys.filter(({ keysym }) => keysym !== 0);
    await this.untilRead(Math.max(...used.map(({ usedAtMs }) => usedAtMs)));
    for (const { first, count } of runs(used.map(({ keycode }) => keycode)))
      this.connection.client.ChangeKeyboardMapping(
        first,
        1,
        Array.from({ length: count }, () => 0),
      );
  }

  private async untilRead(usedAtMs: number): Promise<void> {
    const sinceMs = this.clock.monotonicMs() - usedAtMs;
    if (sinceMs < REUSE_MS) await new Promise<void>((resolve) => void this.clock.after(REUSE_MS - sinceMs, resolve));
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
