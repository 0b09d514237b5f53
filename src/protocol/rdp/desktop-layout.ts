import type { Rect, Size } from './geometry.ts';

/** As many as a client is told of ([MS-RDPBCGR] 2.2.1.3.6, [MS-RDPEGFX] 2.2.2.14). */
export const MAX_MONITORS = 16;

/** One of the monitors of a desktop. */
export interface Monitor {
  /** In the picture of the desktop. */
  readonly area: Rect;
  readonly primary: boolean;
}

/** A desktop's size, and how it is divided. */
export interface DesktopLayout extends Size {
  /** At least two; left out where the desktop is that of one monitor. */
  readonly monitors?: readonly Monitor[];
}

/**
 * The layout of a desktop of this size with these monitors: what of them is in the picture, and of those that show the same the first. At most
 * {@link MAX_MONITORS}, one of which is the primary one.
 */
export function desktopLayout({ width, height }: Size, monitors: readonly Monitor[] = []): DesktopLayout {
  const inside: Monitor[] = [];
  for (const { area, primary } of monitors) {
    const x = Math.max(0, area.x);
    const y = Math.max(0, area.y);
    const clipped = { x, y, width: Math.min(width, area.x + area.width) - x, height: Math.min(height, area.y + area.height) - y };
    if (clipped.width < 1 || clipped.height < 1 || inside.some((other) => isSameArea(other.area, clipped))) continue;
    inside.push({ area: clipped, primary });
  }
  if (inside.length < 2) return { width, height };
  const shown = inside.slice(0, MAX_MONITORS);
  const first = Math.max(
    0,
    shown.findIndex(({ primary }) => primary),
  );
  return { width, height, monitors: shown.map(({ area }, at) => ({ area, primary: at === first })) };
}

/** The monitors, or the one that the whole desktop is. */
export function monitorsOf({ width, height, monitors }: DesktopLayout): readonly Monitor[] {
  return monitors ?? [{ area: { x: 0, y: 0, width, height }, primary: true }];
}

/** Whether one of the monitors, where there are several, has this place. */
export function hasMonitor({ monitors = [] }: DesktopLayout, area: Rect): boolean {
  return monitors.some((monitor) => isSameArea(monitor.area, area));
}

export function isSameSize(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

/** Whether both have the same size and the same monitors, in the same order. */
export function isSameLayout(one: DesktopLayout, other: DesktopLayout): boolean {
  const [some, others] = [monitorsOf(one), monitorsOf(other)];
  return (
    isSameSize(one, other) &&
    some.length === others.length &&
    some.every(({ area, primary }, at) => {
      const there = others[at];
      return there !== undefined && there.primary === primary && isSameArea(there.area, area);
    })
  );
}

function isSameArea(one: Rect, other: Rect): boolean {
  return one.x === other.x && one.y === other.y && isSameSize(one, other);
}
