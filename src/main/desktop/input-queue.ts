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
  private text = 0;
  /** The first event is being carried out. */
  private underWay = false;
  /** Moves before this place are void: a later one has overtaken them. */
  private overtaken = 0;
  private notText = 0;

  /** Throws DesktopError LOST when more waits than anybody types. */
  push(event: InputEvent): void {
    if (this.events.length - this.at >= MAX_WAITING_EVENTS)
      throw new DesktopError('LOST', `more than ${MAX_WAITING_EVENTS} keys and characters wait to be typed`);
    this.events.push(event);
    this.count(event, 1);
  }

  /** The event whose turn it is. */
  get first(): InputEvent | undefined {
    while (!this.underWay && this.at < this.overtaken && this.events[this.at]?.tag === 'pointerMove') this.next();
    return this.events[this.at];
  }

  /** The first event is being carried out, until {@link done}. */
  begin(): void {
    this.underWay = true;
  }

  done(): void {
    this.underWay = false;
    if (this.at < this.events.length) this.next();
  }

  /** A move that comes now goes past what waits: those that wait would lead the pointer back. */
  overtake(): void {
    this.overtaken = this.events.length;
  }

  clear(): void {
    this.events = [];
    this.at = 0;
    this.buttons = 0;
    this.text = 0;
    this.overtaken = 0;
    this.underWay = false;
    this.notText = 0;
  }

  /**
   * Whether the event need not wait: the pointer moves while text is being typed, unless a button is to go down or up before. A button does
   * not overtake text, which a click would send somewhere else, and the wheel does not overtake the Control key that makes it a zoom.
   */
  mayOvertake(event: InputEvent): boolean {
    if (this.text === 0) return false;
    if (event.tag === 'pointerMove') return this.buttons === 0;
    return event.tag === 'wheel' && this.notText === 0;
  }

  private next(): void {
    const event = this.events[this.at];
    if (event !== undefined) this.count(event, -1);
    this.at += 1;
    if (this.at < CUT_EVENTS) return;
    this.events = this.events.slice(this.at);
    this.overtaken = Math.max(0, this.overtaken - this.at);
    this.at = 0;
  }

  private count(event: InputEvent, by: 1 | -1): void {
    if (event.tag === 'pointerButton') this.buttons += by;
    if (event.tag === 'unicode') this.text += by;
    else this.notText += by;
  }
}
