import type { Size } from '../../src/protocol/rdp/geometry.ts';

export interface FilmTestPicture {
  /** Y, U and V of the left half; the right half has the same upside down (255 - Y), and everything moves by `shift` pixels. */
  readonly colour: readonly [number, number, number];
  readonly shift: number;
  readonly noise: boolean;
  readonly key: boolean;
  readonly bitsPerSecond?: number;
}

/** The picture as I420. */
export function testPlanes({ width, height }: Size, { colour: [y, u, v], shift, noise }: FilmTestPicture): Uint8Array {
  const area = width * height;
  const i420 = new Uint8Array((area * 3) / 2);
  let random = 12_345 + shift;
  for (let at = 0; at < area; at++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const right = ((at % width) + shift) % width >= width / 2;
    i420[at] = (right ? 255 - y : y) + (noise ? random >>> 29 : 0);
  }
  i420.fill(u, area, (area * 5) / 4);
  i420.fill(v, (area * 5) / 4);
  return i420;
}
