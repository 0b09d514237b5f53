import * as fc from 'fast-check';
import { expect } from 'vitest';
import { ProtocolError } from '../../../../src/protocol/bytes/errors.ts';

/** Runs `decode`; whatever is wrong with the bytes must be a ProtocolError. */
export function onlyProtocolErrors(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
  }
}

/** `bytes` as it is, cut short, and with bytes changed: most of it gets deep into a decoder. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      keep: fc.nat({ max: bytes.length }),
      changes: fc.array(fc.tuple(fc.nat({ max: Math.max(0, bytes.length - 1) }), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
    })
    .map(({ keep, changes }) => {
      const copy = bytes.slice();
      for (const [at, value] of changes) copy[at] = value;
      return copy.subarray(0, keep);
    });
}

/** The pieces of `bytes` cut after the given numbers of bytes, again and again. */
export function chunks(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = Math.max(1, sizes[index % Math.max(1, sizes.length)] ?? bytes.length);
    out.push(bytes.subarray(at, at + size));
    at += size;
  }
  return out;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The code of the ProtocolError that `run` throws. */
export function errorCode(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return undefined;
}
