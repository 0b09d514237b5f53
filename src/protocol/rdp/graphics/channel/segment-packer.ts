import { encodeSegmentedData, MAX_SEGMENT_BYTES, type Segment } from '../../pdu/rdpgfx/segmented-data.ts';
import type { Rdp8Compressor } from '../rdp8/rdp8-compressor.ts';

/** Makes whole messages of the graphics channel from PDUs: as many to a segment as fit, each segment a message of its own, so that reading can begin early. */
export class SegmentPacker {
  private readonly compressor: Rdp8Compressor;
  private readonly buffer = new Uint8Array(MAX_SEGMENT_BYTES);
  private used = 0;
  private messages: Uint8Array[] = [];

  constructor(compressor: Rdp8Compressor) {
    this.compressor = compressor;
  }

  push(pdu: Uint8Array): void {
    if (this.used + pdu.length > MAX_SEGMENT_BYTES) this.flush();
    if (pdu.length > MAX_SEGMENT_BYTES) {
      this.messages.push(this.multipart(pdu));
      return;
    }
    this.buffer.set(pdu, this.used);
    this.used += pdu.length;
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
    this.messages.push(encodeSegmentedData({ segments: [this.compressor.compress(this.buffer.subarray(0, this.used))] }));
    this.used = 0;
  }

  private multipart(pdu: Uint8Array): Uint8Array {
    const segments: Segment[] = [];
    for (let at = 0; at < pdu.length; at += MAX_SEGMENT_BYTES)
      segments.push(this.compressor.compress(pdu.subarray(at, at + MAX_SEGMENT_BYTES)));
    return encodeSegmentedData({ segments, uncompressedBytes: pdu.length });
  }
}
