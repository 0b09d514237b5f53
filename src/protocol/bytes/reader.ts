import { ProtocolError } from './errors.ts';

/**
 * Reads one complete structure. Every read is checked against the end;
 * running out throws {@link ProtocolError} `TRUNCATED` with the field's name.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  private readonly view: DataView;
  private at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = start;
    this.end = end;
  }

  /** Offset of the next byte, from the start of the underlying array. */
  get position(): number {
    return this.at;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  private take(count: number, field: string): number {
    if (!(count >= 0)) throw new ProtocolError('OUT_OF_RANGE', field, 'length >= 0', count);
    if (count > this.remaining) throw new ProtocolError('TRUNCATED', field, `${count} bytes`, this.remaining);
    const start = this.at;
    this.at += count;
    return start;
  }

  u8(field: string): number {
    return this.view.getUint8(this.take(1, field));
  }
  u16le(field: string): number {
    return this.view.getUint16(this.take(2, field), true);
  }
  u16be(field: string): number {
    return this.view.getUint16(this.take(2, field), false);
  }
  i16le(field: string): number {
    return this.view.getInt16(this.take(2, field), true);
  }
  u32le(field: string): number {
    return this.view.getUint32(this.take(4, field), true);
  }
  u32be(field: string): number {
    return this.view.getUint32(this.take(4, field), false);
  }

  /** A view (no copy) of the next `count` bytes. */
  view8(count: number, field: string): Uint8Array {
    const start = this.take(count, field);
    return this.bytes.subarray(start, start + count);
  }

  /** A reader over exactly the next `count` bytes, which this reader skips. */
  sub(count: number, field: string): ByteReader {
    const start = this.take(count, field);
    return new ByteReader(this.bytes, start, start + count);
  }

  /** A view (no copy) of everything up to the end. */
  rest(): Uint8Array {
    return this.view8(this.remaining, 'rest');
  }

  skip(count: number, field: string): void {
    this.take(count, field);
  }

  /** The next byte without consuming it, or undefined at the end. */
  peek(): number | undefined {
    return this.remaining > 0 ? this.view.getUint8(this.at) : undefined;
  }
}
