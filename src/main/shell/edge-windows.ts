import { BaseWindow, screen } from 'electron';
import { t } from '../../words/words.ts';
import { isWaylandSession } from '../desktop/wayland-session.ts';
import type { Edges } from './shared-border.ts';

/** `--danger-fill` of the design: what the panel is while somebody looks. */
const COLOUR = '#b9231c';

/** The edges as windows without a page: four bare strips, through which clicks go. */
export function createEdges(): Edges {
  return {
    screens() {
      // X11's picture is of all screens together; elsewhere the primary one is captured.
      const all = process.platform === 'linux' && !isWaylandSession(process.env);
      return (all ? screen.getAllDisplays() : [screen.getPrimaryDisplay()]).map(({ bounds }) => bounds);
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
