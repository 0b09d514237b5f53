import { BaseWindow, screen } from 'electron';
import { t } from '../../words/words.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { Desktop, SeenWindow } from '../desktop/contract.ts';
import { isWaylandSession } from '../desktop/wayland-session.ts';
import { onDisplayChange } from './display-changes.ts';
import { type Edges, seenEdges } from './shared-border.ts';

/** `--danger-fill` of the design: what the panel is while somebody looks. */
const COLOUR = '#b9231c';

/** The edges as windows without a page: four bare strips, through which clicks go. No window manager has a hand in them, so that they are never lost. */
export function createEdges(desktop: Pick<Desktop, 'parts' | 'followWindow'>, onError: (error: unknown) => void): Edges {
  return {
    async areas(part) {
      if (part.tag === 'all') {
        // X11's picture is of all screens together; elsewhere it is of the only one.
        const all = process.platform === 'linux' && !isWaylandSession(process.env);
        return (all ? screen.getAllDisplays() : [screen.getPrimaryDisplay()]).map(({ bounds }) => bounds);
      }
      // There a screen's id is Electron's.
      if ((process.platform === 'win32' || process.platform === 'darwin') && part.tag === 'screen')
        return screen
          .getAllDisplays()
          .filter(({ id }) => String(id) === part.id)
          .map(({ bounds }) => bounds);
      const { screens } = await desktop.parts();
      const found = screens.find(({ id }) => part.tag === 'screen' && id === part.id);
      return found === undefined ? [] : [inUnits(found.area)];
    },
    onScreens(listener) {
      onDisplayChange(listener);
    },
    show(edge) {
      const window = strip(edge);
      window.showInactive();
      return { close: () => end(window) };
    },
    around(shown) {
      const strips = Array.from({ length: 4 }, () => strip({ x: 0, y: 0, width: 1, height: 1 }));
      let closed = false;
      let follower: { close(): void } | undefined;
      const place = (seen: SeenWindow | undefined): void => {
        if (closed) return;
        const edges = seen === undefined ? [] : seenEdges({ area: inUnits(seen.area), covers: seen.covers.map(inUnits) });
        strips.forEach((window, at) => shape(window, edges[at]));
      };
      const follow = async (): Promise<void> => {
        follower = await desktop.followWindow?.(shown, strips.map(numberOf), place);
        if (closed) follower?.close();
      };
      follow().catch(onError);
      return {
        close: () => {
          closed = true;
          follower?.close();
          strips.forEach(end);
        },
      };
    },
  };
}

function strip(edge: Rect): BaseWindow {
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
  return window;
}

/** The program may be ending, too. */
function end(window: BaseWindow): void {
  if (!window.isDestroyed()) window.destroy();
}

/** Puts a strip there, with only what of it is to be seen. */
function shape(window: BaseWindow, part: ReturnType<typeof seenEdges>[number] | undefined): void {
  if (window.isDestroyed()) return;
  if (part === undefined || part.seen.length === 0) {
    window.hide();
    return;
  }
  const { edge, seen } = part;
  window.setBounds(edge);
  window.setShape(seen.map(({ x, y, width, height }) => ({ x: x - edge.x, y: y - edge.y, width, height })));
  if (!window.isVisible()) window.showInactive();
}

/** The window's number at the X server. */
const numberOf = (window: BaseWindow): number => window.getNativeWindowHandle().readUInt32LE(0);

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
