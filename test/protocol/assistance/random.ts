import { createHash } from 'node:crypto';

/** The same bytes for the same seed, and no pattern in them. */
export function randomFrom(seed: number): (count: number) => Uint8Array {
  let counter = 0;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      counter += 1;
      return createHash('sha256').update(`${seed} ${counter}`).digest()[0] as number;
    });
}
