import type { X11Connection } from './x11-connection.ts';

const TRUE_COLOR = 4;
const LSB_FIRST = 0;
const RED_AT = 16;
const GREEN_AT = 8;
const BLUE_AT = 0;

/** How the server hands pixels over, and how they become the picture's: BGRX, 32 bits, little-endian, red in bits 16 to 23. */
export interface ScreenPixels {
  /** Bytes from one row to the next in a picture of this width (ZPixmap). */
  readonly stride: (width: number) => number;
  /** Undefined where the server's pixels are the picture's. Else converts `count` pixels at `from` of `source` to `at` of `into`; offsets in bytes. */
  readonly convert: ((source: Uint8Array, from: number, into: Uint8Array, at: number, count: number) => void) | undefined;
}

/** The pixels of this screen; a text that says why they cannot be used. Screens of 15, 16 and 30 bits are converted, to the nearest of eight bits a colour. */
export function screenPixels({ display, screen }: X11Connection): ScreenPixels | string {
  const depth = screen.root_depth;
  const format = display.format[depth];
  const visual = screen.depths[depth]?.[screen.root_visual];
  if (display.image_byte_order !== LSB_FIRST) return 'the X server is big-endian';
  if (format === undefined || visual === undefined || visual.class !== TRUE_COLOR) return 'the screen is not TrueColor';
  const bits = format.bits_per_pixel;
  if (bits !== 16 && bits !== 32) return `the screen's pixels are ${bits} bits, and 16 or 32 are needed`;
  const bytesPerPixel = bits / 8;
  const padBytes = format.scanline_pad / 8;
  const masks = [visual.red_mask, visual.green_mask, visual.blue_mask] as const;
  if (masks.some((mask) => widthOf(mask) === 0 || widthOf(mask) > 16)) return 'the screen has a colour without bits';
  const stride = (width: number): number => Math.ceil((width * bytesPerPixel) / padBytes) * padBytes;
  const asIs = bits === 32 && visual.red_mask === 0xff_0000 && visual.green_mask === 0xff00 && visual.blue_mask === 0xff;
  return { stride, convert: asIs ? undefined : bits === 16 ? from16Bits(masks) : from32Bits(masks) };
}

type Masks = readonly [red: number, green: number, blue: number];

/** The number of the lowest bit that is set. */
function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/** How many bits a colour has. */
function widthOf(mask: number): number {
  return mask === 0 ? 0 : 32 - Math.clz32(mask >>> lowestBit(mask));
}

/** For each value of a colour, the nearest of eight bits, already where it belongs. */
function levels(mask: number, at: number): Uint32Array {
  const most = 2 ** widthOf(mask) - 1;
  return Uint32Array.from({ length: most + 1 }, (_, value) => Math.round((value * 255) / most) << at);
}

function pixelOf([red, green, blue]: Masks): (value: number) => number {
  const [reds, greens, blues] = [levels(red, RED_AT), levels(green, GREEN_AT), levels(blue, BLUE_AT)];
  const [redAt, greenAt, blueAt] = [lowestBit(red), lowestBit(green), lowestBit(blue)];
  const [redMost, greenMost, blueMost] = [reds.length - 1, greens.length - 1, blues.length - 1];
  return (value) =>
    ((reds[(value >>> redAt) & redMost] ?? 0) |
      (greens[(value >>> greenAt) & greenMost] ?? 0) |
      (blues[(value >>> blueAt) & blueMost] ?? 0)) >>>
    0;
}

type Convert = NonNullable<ScreenPixels['convert']>;

/** Every pixel there can be, looked up. */
function from16Bits(masks: Masks): Convert {
  const pixel = pixelOf(masks);
  const table = Uint32Array.from({ length: 0x1_0000 }, (_, value) => pixel(value));
  return (source, from, into, at, count) => {
    const target = new Uint32Array(into.buffer, into.byteOffset + at, count);
    for (let index = 0; index < count; index += 1) {
      const place = from + index * 2;
      target[index] = table[(source[place] ?? 0) | ((source[place + 1] ?? 0) << 8)] ?? 0;
    }
  };
}

function from32Bits(masks: Masks): Convert {
  const pixel = pixelOf(masks);
  return (source, from, into, at, count) => {
    const target = new Uint32Array(into.buffer, into.byteOffset + at, count);
    const view = new DataView(source.buffer, source.byteOffset + from, count * 4);
    for (let index = 0; index < count; index += 1) target[index] = pixel(view.getUint32(index * 4, true));
  };
}
