/** Luma and the two colour differences (BT.709, full range), as film carries them. */
function parts([red = 0, green = 0, blue = 0]: readonly number[]): readonly number[] {
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return [luma, (blue - luma) / 1.8556, (red - luma) / 1.5748];
}

/**
 * Whether a flat colour of a film is the one that was painted, within two levels of what film carries: a step of a coarse quantiser in one colour
 * difference is four levels of blue. A stream taken for another range or matrix is off by more.
 */
export function isFilmColour(seen: readonly number[], painted: readonly number[]): boolean {
  const wanted = parts(painted);
  return parts(seen).every((part, index) => Math.abs(part - (wanted[index] ?? 0)) <= 2);
}
