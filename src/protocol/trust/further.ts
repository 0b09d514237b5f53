import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode, utf8Decode, utf8Encode } from '../bytes/text.ts';
import type { FrameOpener, FrameSealer } from './sealed.ts';

/** Longest text that is sealed, in bytes of UTF-8: as base64 it has to fit into one message of a rendezvous session (4,096 bytes). */
export const MAX_FURTHER_BYTES = 3_000;
/** Messages that wait for one before them, or for the agreement. */
export const MAX_FURTHER_KEPT = 32;

const LINE = /^([1-9]\d{0,5}) (\S+)$/;

/** The keys that an agreement leaves, one for each direction. */
export interface AgreedKeys {
  readonly send: FrameSealer;
  readonly receive: FrameOpener;
}

/** What of it could be opened, and why one could not: it was repeated, changed, or never theirs. Nothing else is harmed by that one. */
export interface Further {
  readonly texts: readonly string[];
  readonly error?: ProtocolError;
}

/**
 * What two sides say to each other after their agreement, sealed under its keys: `number " " frame`, the frame as base64. The number only puts them in
 * order; a message that is repeated, changed or another one's opens with no key. Without I/O.
 */
export class FurtherMessages {
  private keys: AgreedKeys | undefined;
  private sent = 0;
  private opened = 0;
  private readonly kept = new Map<number, Uint8Array>();

  get begun(): boolean {
    return this.keys !== undefined;
  }

  /** Both sides have confirmed the keys, and have sealed all that belongs to the agreement itself. */
  begin(keys: AgreedKeys): void {
    this.keys ??= keys;
  }

  /** Throws ProtocolError TOO_LARGE. */
  seal(text: string): string {
    if (this.keys === undefined) throw new Error('not agreed yet');
    const plain = utf8Encode(text);
    if (plain.length > MAX_FURTHER_BYTES) throw new ProtocolError('TOO_LARGE', 'Further', `<= ${MAX_FURTHER_BYTES} bytes`, plain.length);
    this.sent += 1;
    return `${this.sent} ${base64Encode(this.keys.send.seal(plain))}`;
  }

  /** What has come, `line` or nothing new, as far as it can be opened: in the order of its sealing, each once. What comes early is kept. */
  open(line?: string): Further {
    const texts: string[] = [];
    try {
      if (line !== undefined) this.take(line);
      for (let text = this.next(); text !== undefined; text = this.next()) texts.push(text);
      return { texts };
    } catch (error) {
      if (error instanceof ProtocolError) return { texts, error };
      throw error;
    }
  }

  private take(line: string): void {
    const [, digits, frame = ''] = LINE.exec(line) ?? [];
    if (digits === undefined) throw new ProtocolError('MALFORMED', 'Further', 'a number and a frame', `${line.length} other characters`);
    const number = Number(digits);
    const ahead = number - this.opened;
    if (ahead < 1 || ahead > MAX_FURTHER_KEPT)
      throw new ProtocolError('OUT_OF_RANGE', 'Further.number', `${this.opened + 1} to ${this.opened + MAX_FURTHER_KEPT}`, number);
    this.kept.set(number, base64Decode(frame, 'Further.frame'));
  }

  /** Undefined while the next one is missing. */
  private next(): string | undefined {
    const number = this.opened + 1;
    const frame = this.kept.get(number);
    if (this.keys === undefined || frame === undefined) return undefined;
    this.kept.delete(number);
    const plain = this.keys.receive.open(frame);
    this.opened = number;
    return utf8Decode(plain);
  }
}
