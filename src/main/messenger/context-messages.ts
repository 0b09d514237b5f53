import { ProtocolError } from '../../protocol/bytes/errors.ts';
import { isMarked, MAX_CONTEXT_CHARS, parseContextLine } from '../../protocol/rendezvous/context-line.ts';
import { type Features, takesParts } from '../../protocol/rendezvous/features.ts';
import { contextLines, PartAssembly } from '../../protocol/rendezvous/parts.ts';
import type { Clock } from '../clock.ts';
import { MessengerError } from './contract.ts';

/** Context messages to a peer without parts (the public Messenger API's limit of the time). */
const MESSAGE_LIMIT = 5;
/** To one with them, and from anybody: each part counts. */
const MESSAGE_LIMIT_WITH_PARTS = 256;

interface Listener {
  /** A whole message; without `kind` it was not marked. */
  arrived(data: string, kind: string | undefined): void;
  /** It makes no sense, came too late or is too much: that message is lost. */
  passedOver(error: ProtocolError): void;
}

/** Throws MessengerError REFUSED for a control character. */
function checkOneLine(data: string): void {
  // oxlint-disable-next-line no-control-regex -- a line break would fake further fields of the message
  if (/[\u0000-\u001f\u007f]/.test(data)) throw new MessengerError('REFUSED', 'context data holds a control character');
}

/** Throws MessengerError REFUSED for a control character, TOO_LARGE for more than 300 characters. */
export function checkLine(data: string): void {
  checkOneLine(data);
  if (data.length > MAX_CONTEXT_CHARS)
    throw new MessengerError('TOO_LARGE', `context data of ${data.length} characters, at most ${MAX_CONTEXT_CHARS}`);
}

/** The context data of one session, in both directions: kinds, numbered parts, and how many may come and go. */
export class ContextMessages {
  private readonly clock: Clock;
  private readonly listener: Listener;
  private readonly assembly = new PartAssembly();
  private sent = 0;
  private received = 0;
  private nextId = 1;
  private closed = false;
  private cancelTimer: () => void = () => {};

  constructor(clock: Clock, listener: Listener) {
    this.clock = clock;
    this.listener = listener;
  }

  /**
   * The lines to send, in order. Throws MessengerError REFUSED for a control character, for a kind that the peer could not tell from the text,
   * and for unmarked data that looks marked; TOO_LARGE for a text that is too long or one message more than the peer takes.
   */
  outgoing(data: string, kind: string | undefined, peer: Features | undefined): string[] {
    checkOneLine(data);
    const lines = kind === undefined ? [unmarked(data)] : this.marked(data, kind, peer);
    const limit = takesParts(peer) ? MESSAGE_LIMIT_WITH_PARTS : MESSAGE_LIMIT;
    if (this.sent + lines.length > limit) throw new MessengerError('TOO_LARGE', `more than ${limit} context messages`);
    this.sent += lines.length;
    return lines;
  }

  /** One line of context data that has come. */
  incoming(line: string): void {
    if (this.closed) return;
    this.received += 1;
    try {
      if (this.received > MESSAGE_LIMIT_WITH_PARTS)
        throw new ProtocolError('TOO_LARGE', 'ContextData', `<= ${MESSAGE_LIMIT_WITH_PARTS} messages`, this.received);
      if (!isMarked(line)) return this.listener.arrived(line, undefined);
      const { kind, part, text } = parseContextLine(line);
      if (part === undefined) return this.listener.arrived(text, kind);
      const whole = this.assembly.receive({ kind, part, text }, this.clock.monotonicMs());
      if (whole !== undefined) this.listener.arrived(whole, kind);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.passOver(error);
    } finally {
      this.rearm();
    }
  }

  /** Nothing is waited for and nothing is told any more, also where a listener closes in the middle of a call. */
  close(): void {
    this.closed = true;
    this.cancelTimer();
  }

  private passOver(error: ProtocolError): void {
    if (!this.closed) this.listener.passedOver(error);
  }

  private marked(data: string, kind: string, peer: Features | undefined): string[] {
    if (!takesParts(peer)) throw new MessengerError('REFUSED', `context data of a kind (${kind}) to a peer that knows no kinds`);
    try {
      const lines = contextLines(kind, data, this.nextId);
      this.nextId += 1;
      return lines;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new MessengerError(error.code === 'TOO_LARGE' ? 'TOO_LARGE' : 'REFUSED', error.message, { cause: error });
    }
  }

  private rearm(): void {
    this.cancelTimer();
    this.cancelTimer = () => {};
    const due = this.assembly.nextDeadlineMs;
    if (due === undefined || this.closed) return;
    this.cancelTimer = this.clock.after(Math.max(0, due - this.clock.monotonicMs()), () => {
      for (const error of this.assembly.expire(this.clock.monotonicMs())) this.passOver(error);
      this.rearm();
    });
  }
}

function unmarked(data: string): string {
  checkLine(data);
  if (isMarked(data)) throw new MessengerError('REFUSED', 'context data without a kind that looks as if it had one');
  return data;
}
