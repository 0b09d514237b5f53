/** Cryptographically random bytes, as many as asked for. */
export type RandomBytes = (count: number) => Uint8Array;
