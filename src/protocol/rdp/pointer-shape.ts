import type { Size } from './geometry.ts';

/** A cursor picture ([MS-RDPBCGR] 2.2.9.1.1.4.5), 32-bit BGRA not premultiplied, rows top down. Where one may be `null`, that hides the pointer. */
export interface PointerShape extends Size {
  readonly hotX: number;
  readonly hotY: number;
  readonly pixels: Uint8Array;
}
