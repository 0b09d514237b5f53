import type { X11Connection } from './x11-connection.ts';

const TRUE_COLOR = 4;
const LSB_FIRST = 0;

/** Why this screen's pixels cannot be used; undefined when they are BGRX (32 bits, little-endian, red in bits 16 to 23). */
export function unusableVisual({ display, screen }: X11Connection): string | undefined {
  const depth = screen.root_depth;
  if (depth !== 24 && depth !== 32) return `the screen has ${depth} bits of colour, and 24 or 32 are needed`;
  if (display.format[depth]?.bits_per_pixel !== 32)
    return `the screen's pixels are ${display.format[depth]?.bits_per_pixel} bits, and 32 are needed`;
  if (display.image_byte_order !== LSB_FIRST) return 'the X server is big-endian';
  const visual = screen.depths[depth]?.[screen.root_visual];
  if (
    visual === undefined ||
    visual.class !== TRUE_COLOR ||
    visual.red_mask !== 0xff_0000 ||
    visual.green_mask !== 0xff00 ||
    visual.blue_mask !== 0xff
  ) {
    return 'the screen is not TrueColor with 8 bits each of red, green and blue';
  }
  return undefined;
}
