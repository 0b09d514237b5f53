/** Between two screens that touch, in parts of the whole drawing. */
const GAP = 0.03;

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A drawing of screens as they stand, for SVG, in their own unit. */
export interface ScreensOutline {
  readonly viewBox: string;
  /** Attributes of a rectangle for each screen, in order. */
  readonly places: readonly (Area & { readonly rx: number })[];
}

/** Of one screen at least. */
export function screensOutline(screens: readonly Area[]): ScreensOutline {
  const left = Math.min(...screens.map(({ x }) => x));
  const top = Math.min(...screens.map(({ y }) => y));
  const width = Math.max(...screens.map((screen) => screen.x + screen.width)) - left;
  const height = Math.max(...screens.map((screen) => screen.y + screen.height)) - top;
  const gap = Math.max(width, height) * GAP;
  const inside = (length: number): number => Math.max(0, length - 2 * gap);
  return {
    viewBox: `${left} ${top} ${width} ${height}`,
    places: screens.map((screen) => ({
      x: screen.x + gap,
      y: screen.y + gap,
      width: inside(screen.width),
      height: inside(screen.height),
      rx: gap,
    })),
  };
}
