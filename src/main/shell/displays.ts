import { type Display, screen } from 'electron';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { Displays } from '../desktop/page/listed-screens.ts';
import { onDisplayChange } from './display-changes.ts';

/** The displays of this computer, as Electron knows them. */
export const displays: Displays = {
  list: () => {
    const primary = screen.getPrimaryDisplay().id;
    return screen.getAllDisplays().map((display) => ({
      id: String(display.id),
      name: display.label,
      primary: display.id === primary,
      bounds: rectOf(display.bounds),
      scaleFactor: display.scaleFactor,
      pixels: inPixels(display),
    }));
  },
  here: () => String(screen.getDisplayNearestPoint(screen.getCursorScreenPoint()).id),
  onChange: onDisplayChange,
};

function inPixels({ bounds, scaleFactor }: Display): Rect {
  // Windows places displays in pixels, and Electron knows how; macOS has no pixels that all of them share.
  if (process.platform === 'win32') return rectOf(screen.dipToScreenRect(null, bounds));
  const { x, y, width, height } = bounds;
  return {
    x: Math.round(x * scaleFactor),
    y: Math.round(y * scaleFactor),
    width: Math.round(width * scaleFactor),
    height: Math.round(height * scaleFactor),
  };
}

/** Electron's rectangles have more than these. */
const rectOf = ({ x, y, width, height }: Rect): Rect => ({ x, y, width, height });
