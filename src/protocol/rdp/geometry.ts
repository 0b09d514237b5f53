/** A rectangle in pixels; `x`,`y` inclusive, size > 0. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Width and height in pixels, both > 0. */
export interface Size {
  readonly width: number;
  readonly height: number;
}
