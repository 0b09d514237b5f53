import { ProtocolError } from '../bytes/errors.ts';
import { NS } from './namespaces.ts';
import { element, type Stanza, writeStanza } from './stanza.ts';

/** How a stream is taken up again, as the server said. */
export interface Resumption {
  readonly id: string;
  /** How long the server keeps the stream; undefined where it does not say. */
  readonly seconds: number | undefined;
}

/** Counters go round at 2^32. */
const ROUND = 0x1_0000_0000;

/** Bound on what waits for an acknowledgement. */
export const MAX_UNACKNOWLEDGED = 1024;

/** What has gone out and what has come in, counted (XEP-0198), on one stream and on those that take it up again. */
export class StreamManagement {
  private handled = 0;
  private acknowledged = 0;
  private waiting: Stanza[] = [];

  /** What was sent and has not been acknowledged, in order. */
  get unacknowledged(): readonly Stanza[] {
    return this.waiting;
  }

  /** How many of theirs have been taken: for `<resume/>` and acknowledgements. */
  get received(): number {
    return this.handled;
  }

  /** Throws ProtocolError TOO_LARGE where the server has acknowledged nothing for very long. */
  sent(stanza: Stanza): void {
    if (this.waiting.length >= MAX_UNACKNOWLEDGED)
      throw new ProtocolError('TOO_LARGE', 'StreamManagement.unacknowledged', `<= ${MAX_UNACKNOWLEDGED}`, this.waiting.length);
    this.waiting.push(stanza);
  }

  /** A stanza came, also one that was passed over. What belongs to the stream itself is not counted. */
  came(): void {
    this.handled = (this.handled + 1) % ROUND;
  }

  /** `<a/>`, the answer to `<r/>`. */
  answer(): string {
    return writeStanza(element('a', NS.management, { h: String(this.handled) }));
  }

  /** The server has had so many of ours. Throws ProtocolError OUT_OF_RANGE for more than there were. */
  handledByServer(count: number): void {
    const more = (count - this.acknowledged + ROUND) % ROUND;
    if (more > this.waiting.length) throw new ProtocolError('OUT_OF_RANGE', 'StreamManagement.h', `<= ${this.waiting.length} more`, more);
    this.acknowledged = count;
    this.waiting = this.waiting.slice(more);
  }
}

/** `<r/>`: how many have you had? */
export const ACKNOWLEDGE = writeStanza(element('r', NS.management));
