import type { ToSteering } from '../../protocol/rdp/graphics/viewer-messages.ts';

type PointerMessage = Extract<ToSteering, { tag: 'pointerShape' | 'pointerPosition' }>;

/**
 * Tells a page about the pointer no faster than it draws: two bytes from the novice can stand for a shape of half a megabyte, and where the
 * pointer was a moment ago is of no use to anyone. What comes while something is being drawn is kept, the newest shape and the newest place.
 */
export class PointerTelling {
  private readonly send: (message: PointerMessage) => void;
  /** Messages that the page has not drawn yet. */
  private onTheWay = 0;
  private shape: PointerMessage | undefined;
  private position: PointerMessage | undefined;

  constructor(send: (message: PointerMessage) => void) {
    this.send = send;
  }

  tell(message: PointerMessage): void {
    if (message.tag === 'pointerShape') this.shape = message;
    else this.position = message;
    this.next();
  }

  /** The page has drawn one of the messages sent. */
  shown(): void {
    if (this.onTheWay > 0) this.onTheWay -= 1;
    this.next();
  }

  private next(): void {
    if (this.onTheWay > 0) return;
    const newest = [this.shape, this.position].filter((message) => message !== undefined);
    this.shape = undefined;
    this.position = undefined;
    this.onTheWay = newest.length;
    for (const message of newest) this.send(message);
  }
}
