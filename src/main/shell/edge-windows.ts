import { BaseWindow, screen } from 'electron';
import { t } from '../../words/words.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { Desktop } from '../desktop/contract.ts';
import { isWaylandSession } from '../desktop/wayland-session.ts';
import type { Edges } from './shared-border.ts';

/** `--danger-fill` of the design: what the panel is while somebody looks. */
const COLOUR = '#b9231c';

/** The edges as windows without a page: four bare strips, through which clicks go. */
export function createEdges(desktop: Pick<Desktop, 'parts'>): Edges {
  return {
    async areas(part) {
      if (part.tag === 'all') {
        // X11's picture is of all screens together; elsewhere the primary one is captured.
        const all = process.platform === 'linux' && !isWaylandSession(process.env);
        return (all ? screen.getAllDisplays() : [screen.getPrimaryDisplay()]).map(({ bounds }) => bounds);
      }
      const { screens, windows } = await desktop.parts();
      const found = (part.tag === 'screen' ? screens : windows).find(({ id }) => id === part.id);
      return found === undefined ? [] : [inUnits(found.area)];
    },
    onScreens(listener) {
      for (const change of ['display-metrics-changed', 'display-added', 'display-removed'] as const)
        screen.on(change as 'display-added', listener);
    },
    show(edge) {
      const window = new BaseWindow({
        ...edge,
        title: t('shell.window.border'),
        show: false,
        frame: false,
        focusable: false,
        skipTaskbar: true,
        alwaysOnTop: true,
        hasShadow: false,
        roundedCorners: false,
        resizable: false,
        movable: false,
        minimizable: false,
        maximizable: false,
        fullscreenable: false,
        backgroundColor: COLOUR,
      });
      window.setIgnoreMouseEvents(true);
      // Left out of the picture where the system can do that; elsewhere this does nothing.
      window.setContentProtection(true);
      window.setAlwaysOnTop(true, 'screen-saver');
      window.setBounds(edge);
      window.showInactive();
      return {
        close: () => {
          if (!window.isDestroyed()) window.destroy();
        },
      };
    },
  };
}

/** An area in pixels of the whole desktop, in the units that windows are placed in. */
function inUnits(area: Rect): Rect {
  const nearest = screen
    .getAllDisplays()
    .map(({ bounds, scaleFactor, nativeOrigin }) => {
      const origin = nativeOrigin ?? { x: bounds.x * scaleFactor, y: bounds.y * scaleFactor };
      const width = Math.min(area.x + area.width, origin.x + bounds.width * scaleFactor) - Math.max(area.x, origin.x);
      const height = Math.min(area.y + area.height, origin.y + bounds.height * scaleFactor) - Math.max(area.y, origin.y);
      return { bounds, scaleFactor, origin, overlap: Math.max(0, width) * Math.max(0, height) };
    })
    .toSorted((one, other) => other.overlap - one.overlap)[0];
  if (nearest === undefined) return area;
  const { bounds, scaleFactor, origin } = nearest;
  return {
    x: Math.round(bounds.x + (area.x - origin.x) / scaleFactor),
    y: Math.round(bounds.y + (area.y - origin.y) / scaleFactor),
    width: Math.round(area.width / scaleFactor),
    height: Math.round(area.height / scaleFactor),
  };
}
