/** Whether two pictures are the same, a word at a time. Both start at a multiple of four; different lengths are different. */
export function sameBytes(one: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>): boolean {
  if (one.length !== other.length) return false;
  const words = one.length >>> 2;
  const a = new Int32Array(one.buffer, one.byteOffset, words);
  const b = new Int32Array(other.buffer, other.byteOffset, words);
  let i = 0;
  for (; i + 4 <= words; i += 4) {
    if (a[i] !== b[i] || a[i + 1] !== b[i + 1] || a[i + 2] !== b[i + 2] || a[i + 3] !== b[i + 3]) return false;
  }
  for (let at = i * 4; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}
