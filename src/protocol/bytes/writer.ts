import { ProtocolError } from './errors.ts';

/** Grows as it is written to. `finish()` gives a view of exactly what was written. */
export class ByteWriter {
  private buffer: Uint8Array;
  private view: DataView;
  private length = 0;

  constructor(initialCapacity = 64) {
    this.buffer = new Uint8Array(Math.max(1, initialCapacity));
    this.view = new DataView(this.buffer.buffer);
  }

  get size(): number {
    return this.length;
  }

  private room(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.buffer.length) {
      const bigger = new Uint8Array(Math.max(needed, this.buffer.length * 2));
      bigger.set(this.buffer.subarray(0, at));
      this.buffer = bigger;
      this.view = new DataView(bigger.buffer);
    }
    this.length = needed;
    return at;
  }

  private check(value: number, max: number, field: string, min = 0): void {
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new ProtocolError('OUT_OF_RANGE', field, `${min}..${max}`, value);
    }
  }

  u8(value: number, field = 'u8'): this {
    this.check(value, 0xff, field);
    // `room` comes first: it may replace the buffer that the next statement writes to.
    const at = this.room(1);
    this.view.setUint8(at, value);
    return this;
  }
  u16le(value: number, field = 'u16le'): this {
    this.check(value, 0xffff, field);
    const at = this.room(2);
    this.view.setUint16(at, value, true);
    return this;
  }
  u16be(value: number, field = 'u16be'): this {
    this.check(value, 0xffff, field);
    const at = this.room(2);
    this.view.setUint16(at, value, false);
    return this;
  }
  i16le(value: number, field = 'i16le'): this {
    this.check(value, 0x7fff, field, -0x8000);
    const at = this.room(2);
    this.view.setInt16(at, value, true);
    return this;
  }
  u32le(value: number, field = 'u32le'): this {
    this.check(value, 0xffff_ffff, field);
    const at = this.room(4);
    this.view.setUint32(at, value, true);
    return this;
  }
  u32be(value: number, field = 'u32be'): this {
    this.check(value, 0xffff_ffff, field);
    const at = this.room(4);
    this.view.setUint32(at, value, false);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.room(value.length);
    this.buffer.set(value, at);
    return this;
  }

  zeros(count: number): this {
    const at = this.room(count);
    this.buffer.fill(0, at, at + count);
    return this;
  }

  /** Overwrites a length field once the length is known. */
  patchU16be(at: number, value: number, field = 'length'): void {
    this.check(value, 0xffff, field);
    this.view.setUint16(at, value, false);
  }
  patchU16le(at: number, value: number, field = 'length'): void {
    this.check(value, 0xffff, field);
    this.view.setUint16(at, value, true);
  }
  patchU32le(at: number, value: number, field = 'length'): void {
    this.check(value, 0xffff_ffff, field);
    this.view.setUint32(at, value, true);
  }

  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
}
