/** Whether all pixels of an area have the colour of its first one; the fourth byte does not count. `first` is the top left, `stride` bytes from row to row. */
export function oneColour(first: usize, stride: u32, width: u32, height: u32): bool {
  const mask = i32x4.splat(0xff_ffff);
  const colour: u32 = load<u32>(first) & 0xff_ffff;
  const colours = i32x4.splat(colour);
  const fourfold: usize = (width & ~3) << 2;
  const end: usize = width << 2;
  for (let y: u32 = 0; y < height; y++) {
    const row: usize = first + y * stride;
    let difference = i32x4.splat(0);
    for (let at: usize = 0; at < fourfold; at += 16) difference = v128.or(difference, v128.xor(v128.load(row + at), colours));
    if (v128.any_true(v128.and(difference, mask))) return false;
    for (let at = fourfold; at < end; at += 4) if ((load<u32>(row + at) & 0xff_ffff) != colour) return false;
  }
  return true;
}
