/**
 * What was opened, pasted or dropped and waits for the person's word: one at a time. What comes meanwhile waits behind it, the newest alone, so
 * that nothing is another thing by the time a finger comes down on it.
 */
export class OneOffer<T> {
  private shown: T | undefined;
  private next: T | undefined;
  private readonly same: (one: T, other: T) => boolean;
  private readonly changed: (shown: T | undefined, another: boolean) => void;

  /** `changed` gets what is shown now, and whether another one waits. */
  constructor(same: (one: T, other: T) => boolean, changed: (shown: T | undefined, another: boolean) => void) {
    this.same = same;
    this.changed = changed;
  }

  get value(): T | undefined {
    return this.shown;
  }

  offer(thing: T): void {
    if (this.shown === undefined) this.shown = thing;
    else this.next = this.same(this.shown, thing) ? undefined : thing;
    this.tell();
  }

  /** The one that is shown has had its answer; the one behind it is shown. */
  putAway(): void {
    this.shown = this.next;
    this.next = undefined;
    this.tell();
  }

  private tell(): void {
    this.changed(this.shown, this.next !== undefined);
  }
}
