import type { Rect, Size } from '../../protocol/rdp/geometry.ts';

/** Where to put a window: the remembered place while its title bar is on a screen of today, else centred; never larger than the screen. */
export function placeWindow(
  remembered: Rect | undefined,
  wanted: { readonly width: number; readonly height: number },
  workAreas: readonly Rect[],
): Rect {
  const primary = workAreas[0] ?? { x: 0, y: 0, ...wanted };
  if (remembered !== undefined) {
    const home = workAreas.find(
      (area) =>
        remembered.x + remembered.width - 80 > area.x &&
        remembered.x + 80 < area.x + area.width &&
        remembered.y >= area.y &&
        remembered.y + 40 <= area.y + area.height,
    );
    if (home !== undefined) {
      return {
        x: remembered.x,
        y: remembered.y,
        width: Math.min(remembered.width, home.width),
        height: Math.min(remembered.height, home.height),
      };
    }
  }
  const width = Math.min(wanted.width, primary.width);
  const height = Math.min(wanted.height, primary.height);
  return {
    x: primary.x + Math.floor((primary.width - width) / 2),
    y: primary.y + Math.floor((primary.height - height) / 2),
    width,
    height,
  };
}

/** The smallest size that a window may be made: no larger than the screen, which at 200 % has half as many of its units. */
export function smallestSize(wanted: Size, workArea: Rect): { readonly minWidth: number; readonly minHeight: number } {
  return { minWidth: Math.min(wanted.width, workArea.width), minHeight: Math.min(wanted.height, workArea.height) };
}

/** The novice's panel: bottom right, out of the way of what is being helped with. */
export function placePanel(wanted: { readonly width: number; readonly height: number }, workArea: Rect): Rect {
  const margin = 16;
  const width = Math.min(wanted.width, workArea.width);
  const height = Math.min(wanted.height, workArea.height);
  return {
    x: Math.max(workArea.x, workArea.x + workArea.width - width - margin),
    y: Math.max(workArea.y, workArea.y + workArea.height - height - margin),
    width,
    height,
  };
}
