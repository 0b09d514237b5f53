import { ProtocolError } from '../../../bytes/errors.ts';
import type { DynvcData } from './data.ts';

/** Joins the fragments of one dynamic channel ([MS-RDPEDYC] 3.1.5.2.3): Data First says how long the whole is, Data go on until it is there. */
export class MessageJoiner {
  private readonly maxBytes: number;
  /** The message being joined, allocated whole, so that tiny fragments cost no more than big ones. */
  private message: Uint8Array | undefined;
  private joined = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** The whole message with its last fragment; undefined before. Throws `TOO_LARGE`, `OUT_OF_RANGE`, `MALFORMED`. */
  push({ length, data }: Omit<DynvcData, 'channelId'>): Uint8Array | undefined {
    if (length !== undefined) {
      if (this.message !== undefined) throw new ProtocolError('MALFORMED', 'DYNVC_DATA_FIRST', 'the rest of a message', 'another one');
      this.check('DYNVC_DATA_FIRST.Length', length);
      this.message = new Uint8Array(length);
      this.joined = 0;
    }
    const { message } = this;
    if (message === undefined) {
      this.check('DYNVC_DATA', data.length);
      return data.slice();
    }
    if (this.joined + data.length > message.length)
      throw new ProtocolError('OUT_OF_RANGE', 'DYNVC_DATA', `<= ${message.length} bytes`, this.joined + data.length);
    message.set(data, this.joined);
    this.joined += data.length;
    if (this.joined < message.length) return undefined;
    this.message = undefined;
    return message;
  }

  private check(field: string, length: number): void {
    if (length > this.maxBytes) throw new ProtocolError('TOO_LARGE', field, `<= ${this.maxBytes} bytes`, length);
  }
}
