/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop; a check a pixel would cost a frame */

/** Whether `count` pixels have the same colour; the fourth byte does not count. */
export function rowsEqual(a: Int32Array, atA: number, b: Int32Array, atB: number, count: number): boolean {
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const p = atA + i;
    const q = atB + i;
    const difference =
      (a[p]! ^ b[q]!) |
      (a[p + 1]! ^ b[q + 1]!) |
      (a[p + 2]! ^ b[q + 2]!) |
      (a[p + 3]! ^ b[q + 3]!) |
      (a[p + 4]! ^ b[q + 4]!) |
      (a[p + 5]! ^ b[q + 5]!) |
      (a[p + 6]! ^ b[q + 6]!) |
      (a[p + 7]! ^ b[q + 7]!);
    if ((difference & 0xff_ffff) !== 0) return false;
  }
  for (; i < count; i++) if (((a[atA + i]! ^ b[atB + i]!) & 0xff_ffff) !== 0) return false;
  return true;
}
