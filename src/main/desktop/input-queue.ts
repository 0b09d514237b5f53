import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import { DesktopError } from './contract.ts';

/** Bound on what waits, about 130,000 characters. More is more than anybody types or pastes. */
const MAX_WAITING_EVENTS = 262_144;
/** Events that have been taken are cut off from the list this many at a time. */
const CUT_EVENTS = 1_024;

/** Input on its way to a system that takes characters slower than they come. What waits for a character is injected in the order it came in. */
export class InputQueue {
  private events: InputEvent[] = [];
  private at = 0;
  private buttons = 0;
  private moves = 0;
  private notText = 0;

  /** Throws DesktopError LOST when more waits than anybody types. */
  push(event: InputEvent): void {
    if (this.events.length - this.at >= MAX_WAITING_EVENTS)
      throw new DesktopError('LOST', `more than ${MAX_WAITING_EVENTS} keys and characters wait to be typed`);
    this.events.push(event);
    this.count(event, 1);
  }

  /** The event whose turn it is, which waits until {@link done}. */
  get first(): InputEvent | undefined {
    return this.events[this.at];
  }

  done(): void {
    const { first } = this;
    if (first === undefined) return;
    this.count(first, -1);
    this.at += 1;
    if (this.at < CUT_EVENTS) return;
    this.events = this.events.slice(this.at);
    this.at = 0;
  }

  clear(): void {
    this.events = [];
    this.at = 0;
    this.buttons = 0;
    this.moves = 0;
    this.notText = 0;
  }

  /**
   * Whether the event need not wait: the pointer moves while text is being typed, unless a button is to go down or up before. A move does not
   * overtake another one, a button does
   * not overtake text, which a click would send somewhere else, and the wheel does not overtake the Control key that makes it a zoom.
   */
  mayOvertake(event: InputEvent): boolean {
    if (event.tag === 'pointerMove') return this.buttons === 0 && this.moves === 0;
    return event.tag === 'wheel' && this.notText === 0;
  }

  private count(event: InputEvent, by: 1 | -1): void {
    if (event.tag === 'pointerButton') this.buttons += by;
    if (event.tag === 'pointerMove') this.moves += by;
    if (event.tag !== 'unicode') this.notText += by;
  }
}
