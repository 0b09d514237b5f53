import { inspect, isDeepStrictEqual } from 'node:util';
import { ProtocolError } from '../../src/protocol/bytes/errors.ts';
import type { Random } from './random.ts';

/** A decoder with what it must keep to. Everything it may throw is a {@link ProtocolError}. */
export interface Target {
  readonly name: string;
  /** Valid inputs: `check` takes each without an error. */
  readonly seeds: () => readonly Uint8Array[];
  /** Decodes, and throws a {@link BrokenRule} for what is wrong beyond that. */
  readonly check: (input: Uint8Array) => void;
  /** Longest input; 64 KiB unless told. */
  readonly maxBytes?: number;
  /** Memory in typed arrays that an input of this length may cost. */
  readonly mayAllocate?: (bytes: number) => number;
  /** A mutation that knows the shape; undefined leaves it to the bytes. */
  readonly mutate?: (input: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array | undefined;
}

export class BrokenRule extends Error {
  override readonly name = 'BrokenRule';
}

/** Decodes; where there is an encoder, what was decoded comes back from it the same. An encoder may refuse a value (ProtocolError) or not have it (undefined). */
export function decoding<T>(decode: (input: Uint8Array) => T, encode?: (value: T) => Uint8Array | undefined): (input: Uint8Array) => void {
  return (input) => {
    const value = decode(input);
    const encoded = encode === undefined ? undefined : unlessRefused(() => encode(value));
    if (encoded === undefined) return;
    let again: T;
    try {
      again = decode(encoded);
    } catch (error) {
      throw new BrokenRule(`what was decoded and encoded is refused: ${String(error)}`);
    }
    if (!isDeepStrictEqual(again, value)) throw new BrokenRule(`decode(encode(x)) is ${shown(again)}, x is ${shown(value)}`);
  };
}

/** undefined where it is refused. */
function unlessRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** A stream cut in any way gives the same, up to the same error. What came before an error in one chunk may be lost with it. */
export function anyChunks(open: () => (chunk: Uint8Array) => readonly unknown[]): (input: Uint8Array) => void {
  const read = (
    input: Uint8Array,
    size: (at: number) => number,
  ): { readonly items: readonly unknown[]; readonly error?: ProtocolError } => {
    const push = open();
    const items: unknown[] = [];
    try {
      for (let at = 0; at < input.length; ) {
        const end = Math.min(input.length, at + size(at));
        items.push(...push(input.slice(at, end)));
        at = end;
      }
    } catch (error) {
      if (error instanceof ProtocolError) return { items, error };
      throw error;
    }
    return { items };
  };
  return (input) => {
    const whole = read(input, () => input.length);
    // Some hundred chunks at most, so that the time is the reader's and not that of cutting.
    const least = 1 + (input.length >> 9);
    const sizes = [(at: number) => least + ((at * 7 + (input[at] ?? 0)) % 13), (at: number) => least + ((input[at] ?? 0) % 200)];
    if (least <= 2) sizes.push(() => 1);
    for (const size of sizes) {
      const parts = read(input, size);
      const same = isDeepStrictEqual(whole.error === undefined ? parts.items : parts.items.slice(0, whole.items.length), whole.items);
      if (!same || whole.error?.code !== parts.error?.code || whole.error?.field !== parts.error?.field)
        throw new BrokenRule(`whole ${shown([whole.items, whole.error?.message])}, in parts ${shown([parts.items, parts.error?.message])}`);
    }
    if (whole.error !== undefined) throw whole.error;
  };
}

export function shown(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY }).slice(0, 600);
}
