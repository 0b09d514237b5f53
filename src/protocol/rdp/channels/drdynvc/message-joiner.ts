import { ProtocolError } from '../../../bytes/errors.ts';
import type { DynvcData } from './data.ts';

/**
 * So much is set aside on the word of a first fragment; more as the rest comes, so that it costs no more to promise millions of bytes, and to close the
 * channel and promise them again, than to send what has been sent.
 */
const PROMISED_BYTES = 64 * 1024;

/** Joins the fragments of one dynamic channel ([MS-RDPEDYC] 3.1.5.2.3): Data First says how long the whole is, Data go on until it is there. */
export class MessageJoiner {
  private readonly maxBytes: number;
  /** The message being joined: as long as it will be, or twice what has come, so that tiny fragments cost no more than big ones. */
  private message: Uint8Array | undefined;
  private length = 0;
  private joined = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** The whole message with its last fragment; undefined before. Throws `TOO_LARGE`, `OUT_OF_RANGE`, `MALFORMED`. */
  push({ length, data }: Omit<DynvcData, 'channelId'>): Uint8Array | undefined {
    if (length !== undefined) {
      if (this.message !== undefined) throw new ProtocolError('MALFORMED', 'DYNVC_DATA_FIRST', 'the rest of a message', 'another one');
      this.check('DYNVC_DATA_FIRST.Length', length);
      this.message = new Uint8Array(Math.min(length, PROMISED_BYTES));
      this.length = length;
      this.joined = 0;
    }
    if (this.message === undefined) {
      this.check('DYNVC_DATA', data.length);
      return data.slice();
    }
    const joined = this.joined + data.length;
    if (joined > this.length) throw new ProtocolError('OUT_OF_RANGE', 'DYNVC_DATA', `<= ${this.length} bytes`, joined);
    const message = this.roomFor(this.message, joined);
    message.set(data, this.joined);
    this.joined = joined;
    this.message = joined < this.length ? message : undefined;
    return joined < this.length ? undefined : message;
  }

  private roomFor(message: Uint8Array, bytes: number): Uint8Array {
    if (bytes <= message.length) return message;
    const longer = new Uint8Array(Math.min(this.length, Math.max(bytes, 2 * message.length)));
    longer.set(message.subarray(0, this.joined));
    return longer;
  }

  private check(field: string, length: number): void {
    if (length > this.maxBytes) throw new ProtocolError('TOO_LARGE', field, `<= ${this.maxBytes} bytes`, length);
  }
}
