/** Wheel units of one notch (WHEEL_DELTA). */
const WHEEL_NOTCH = 120;
/** Bound on one event. RDP's 9 bits hold 2 notches; events of our own viewer may hold some more. */
const MAX_NOTCHES = 32;

/** Adds up the fine steps of smooth wheels for systems that take whole notches only. A change of direction drops the remainder. */
export class Wheel {
  private readonly rest = { vertical: 0, horizontal: 0 };

  /** @returns whole notches due, positive up or right */
  turn(axis: 'vertical' | 'horizontal', delta: number): number {
    const before = this.rest[axis];
    const sum = (Math.sign(before) * Math.sign(delta) < 0 ? 0 : before) + delta;
    // `+ 0` makes a plain zero of a negative one.
    const notches = Math.trunc(sum / WHEEL_NOTCH) + 0;
    this.rest[axis] = sum - notches * WHEEL_NOTCH;
    return Math.max(-MAX_NOTCHES, Math.min(MAX_NOTCHES, notches));
  }

  reset(): void {
    this.rest.vertical = 0;
    this.rest.horizontal = 0;
  }
}
