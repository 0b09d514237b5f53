import type { DesktopScreen } from '../contract.ts';
import type { ListedDisplay } from '../page/listed-screens.ts';

/**
 * The displays in pixels. macOS places them in points, which have more pixels on one than on another; so that areas lie beside each other as the displays
 * do, places are counted in pixels of the finest one.
 */
export function macScreens(displays: readonly ListedDisplay[]): readonly DesktopScreen[] {
  const finest = Math.max(1, ...displays.map(({ scaleFactor }) => scaleFactor));
  return displays.map(({ id, name, primary, bounds, scaleFactor }) => ({
    id,
    name,
    primary,
    area: {
      x: Math.round(bounds.x * finest),
      y: Math.round(bounds.y * finest),
      width: Math.round(bounds.width * scaleFactor),
      height: Math.round(bounds.height * scaleFactor),
    },
  }));
}
