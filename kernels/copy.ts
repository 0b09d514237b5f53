/** Copies `rows` rows of `bytes` bytes each, `stride` bytes from row to row on both sides, which do not overlap. */
export function copyRows(from: usize, to: usize, stride: u32, bytes: u32, rows: u32): void {
  for (let row: u32 = 0; row < rows; row++, from += stride, to += stride) memory.copy(to, from, bytes);
}
