// The pictures of the benchmark's film: everything moves, with edges, soft parts and a little noise. Any of them can be made again, to compare with.

/** Each picture has its number at the top left, in so many black and white blocks of this side: what is seen says which picture it is. */
export const STAMP = { bits: 16, block: 16 };

/** After so many pictures the film begins anew: no more than fit beside a display in memory, and enough that none is remembered. */
export function filmLength(width, height) {
  return Math.max(8, Math.min(30, Math.floor(130_000_000 / (width * height * 4))));
}

/** Picture `n` as BGRX, rows top down, without its number. */
export function filmPicture(n, width, height) {
  const pixels = Buffer.alloc(width * height * 4);
  const across = Float64Array.from({ length: width }, (_, column) => Math.sin((column + n * 12) / 40));
  const down = Float64Array.from({ length: height }, (_, row) => Math.cos((row - n * 8) / 30));
  const slant = Float64Array.from({ length: width + height }, (_, at) => Math.sin((at + n * 10) / 60));
  let noise = 12_345 + n;
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1, at += 4) {
      noise = (noise * 1_103_515_245 + 12_345) & 0x7fffffff;
      const wave = across[column] + down[row];
      pixels[at] = 128 + wave * 50 + ((noise >> 16) & 7);
      pixels[at + 1] = 128 + slant[column + row] * 90;
      pixels[at + 2] = ((column >> 7) + (row >> 7) + (n >> 2)) & 1 ? 60 + 20 * wave : 190 + 20 * wave;
    }
  }
  return pixels;
}
