import { encodeSegmentedData, MAX_SEGMENT_BYTES, type Segment } from '../../pdu/rdpgfx/segmented-data.ts';
import type { Rdp8Compressor } from '../rdp8/rdp8-compressor.ts';

/** From such a share of bytes in which nothing repeats on, a segment goes as it is. */
const PLAIN_SHARE = 7 / 8;

/** Makes whole messages of the graphics channel from PDUs: as many to a segment as fit, each segment a message of its own, so that reading can begin early. */
export class SegmentPacker {
  private readonly compressor: Rdp8Compressor;
  private readonly buffer = new Uint8Array(MAX_SEGMENT_BYTES);
  private used = 0;
  /** Of these, bytes in which nothing repeats. */
  private dense = 0;
  private messages: Uint8Array[] = [];

  constructor(compressor: Rdp8Compressor) {
    this.compressor = compressor;
  }

  /** `dense`: nothing in it repeats, and to look for that would cost as much as for what does. */
  push(pdu: Uint8Array, dense = false): void {
    if (this.used + pdu.length > MAX_SEGMENT_BYTES) this.flush();
    if (pdu.length > MAX_SEGMENT_BYTES) {
      this.messages.push(this.multipart(pdu, dense));
      return;
    }
    this.buffer.set(pdu, this.used);
    this.used += pdu.length;
    if (dense) this.dense += pdu.length;
  }

  /** How many bytes there are since the last time. What was pushed so far is in messages then. */
  get bytes(): number {
    this.flush();
    return this.messages.reduce((sum, { length }) => sum + length, 0);
  }

  /** Everything since the last time. */
  take(): Uint8Array[] {
    this.flush();
    const { messages } = this;
    this.messages = [];
    return messages;
  }

  private flush(): void {
    if (this.used === 0) return;
    const isDense = this.dense >= this.used * PLAIN_SHARE;
    this.messages.push(encodeSegmentedData({ segments: [this.segment(this.buffer.subarray(0, this.used), isDense)] }));
    this.used = 0;
    this.dense = 0;
  }

  private segment(data: Uint8Array, isDense: boolean): Segment {
    return isDense ? this.compressor.plain(data) : this.compressor.compress(data);
  }

  private multipart(pdu: Uint8Array, isDense: boolean): Uint8Array {
    const segments: Segment[] = [];
    for (let at = 0; at < pdu.length; at += MAX_SEGMENT_BYTES)
      segments.push(this.segment(pdu.subarray(at, at + MAX_SEGMENT_BYTES), isDense));
    return encodeSegmentedData({ segments, uncompressedBytes: pdu.length });
  }
}
