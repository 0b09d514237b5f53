import type { Size } from '../../src/protocol/rdp/geometry.ts';

/** Something that happens on a screen, painted without one: a picture of it at any moment, BGRX, rows without gaps. */
export interface Scene {
  readonly name: string;
  paint(size: Size, moment: number, pixels: Int32Array): void;
}

const GLYPH_WIDTH = 8;
const GLYPH_HEIGHT = 16;
const BACKGROUND = 0xff_ffff;

function mixed(seed: number): number {
  let value = Math.imul(seed ^ 0x9e37_79b1, 0x85eb_ca6b);
  value ^= value >>> 13;
  value = Math.imul(value, 0xc2b2_ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Strokes of a letter with soft edges, as rendered text has. */
function glyphPixel(letter: number, x: number, y: number): number {
  if (letter % 6 === 0 || y < 3 || y > 13 || x < 1 || x > 6) return BACKGROUND;
  const stroke = mixed(letter * 131 + (y >> 1)) & (1 << (x >> 1));
  if (stroke === 0) return BACKGROUND;
  return (x & 1) === 0 ? 0x30_3030 : 0x90_9090;
}

function paintText({ width, height }: Size, scrolled: number, pixels: Int32Array, columns: number): void {
  for (let y = 0; y < height; y += 1) {
    const line = Math.floor((y + scrolled) / GLYPH_HEIGHT);
    const inGlyph = (y + scrolled) % GLYPH_HEIGHT;
    const letters = (20 + (mixed(line) % 90)) * GLYPH_WIDTH;
    for (let x = 0; x < width; x += 1) {
      pixels[y * width + x] =
        x < columns && x < letters ? glyphPixel(mixed(line * 977 + (x >> 3)) % 96, x % GLYPH_WIDTH, inGlyph) : BACKGROUND;
    }
  }
}

/** Waves, edges that move and a little noise. */
function filmPixel(x: number, y: number, moment: number, noisy: boolean): number {
  const wave = Math.sin((x + moment * 12) / 40) + Math.cos((y - moment * 8) / 30);
  const blue = 128 + wave * 50 + (noisy ? mixed(x * 7919 + y * 104_729 + moment) & 3 : 0);
  const green = 128 + Math.sin((x + y + moment * 10) / 60) * 90;
  const red = (((x + moment * 8) >> 4) + ((y - moment * 4) >> 4)) & 1 ? 200 : 90 + (((x * y) >> 12) & 31);
  return (red << 16) | (green << 8) | (blue & 0xff);
}

export const SCENES: readonly Scene[] = [
  { name: 'terminal scrolls', paint: (size, moment, pixels) => paintText(size, moment * 3 * GLYPH_HEIGHT, pixels, size.width) },
  {
    name: 'page with photo scrolls',
    paint: (size, moment, pixels) => {
      const scrolled = moment * 24;
      paintText(size, scrolled, pixels, Math.floor(size.width * 0.55));
      for (let y = 0; y < size.height; y += 1)
        for (let x = Math.floor(size.width * 0.6); x < size.width * 0.95; x += 1)
          pixels[y * size.width + x] = filmPixel(x, y + scrolled, 0, true);
    },
  },
  {
    name: 'film in a page',
    paint: (size, moment, pixels) => {
      paintText(size, 0, pixels, size.width);
      for (let y = 0; y < 360; y += 1)
        for (let x = 0; x < 640; x += 1) pixels[(y + 200) * size.width + x + 40] = filmPixel(x, y, moment, true);
    },
  },
  {
    name: 'full-screen film',
    paint: (size, moment, pixels) => {
      for (let y = 0; y < size.height; y += 1)
        for (let x = 0; x < size.width; x += 1) pixels[y * size.width + x] = filmPixel(x, y, moment, false);
    },
  },
  {
    name: 'nothing happens',
    paint: (size, _moment, pixels) => paintText(size, 0, pixels, size.width),
  },
];
