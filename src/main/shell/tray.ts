import { Menu, nativeImage, Tray, type MenuItemConstructorOptions, type NativeImage } from 'electron';
import { join } from 'node:path';
import type { AppState } from '../../preload/contract.ts';
import { waitingActivities } from './activity-words.ts';
import { trayMenu, trayStatus, type TrayActions, type TrayItem } from './tray-menu.ts';

/** The picture `name` of `folder` with its @2x form; an empty one (the system shows its own) where the file is missing or damaged. */
export function iconFrom(folder: string, name: string): NativeImage {
  return nativeImage.createFromPath(join(folder, name));
}

export interface TrayIcons {
  readonly normal: NativeImage;
  /** Someone asks for help, or invites to something else. */
  readonly attention: NativeImage;
  /** The novice's screen is seen, or the expert sees one. */
  readonly session: NativeImage;
}

const template = (items: readonly TrayItem[]): MenuItemConstructorOptions[] =>
  items.map((item) => {
    if (item.type === 'separator') return { type: 'separator' };
    const { submenu, ...rest } = item;
    return submenu === undefined ? rest : { ...rest, submenu: template(submenu) };
  });

export interface TrayIcon {
  update(state: AppState): void;
  close(): void;
}

/** The icon, its menu and tooltip. Throws where there can be no tray. */
export function createTray(icons: TrayIcons, actions: TrayActions): TrayIcon {
  const tray = new Tray(icons.normal);
  let shown = '';
  let said = '';
  // On macOS a click opens the menu, which a window coming to the front would close again.
  if (process.platform !== 'darwin') tray.on('click', () => actions.open());
  return {
    update(state) {
      const { locale, messenger, session, invitations, asking } = state;
      const activities = waitingActivities(state.activities);
      // Counters of a session change all the time; a menu must not be replaced under the mouse for that.
      const key = JSON.stringify([
        locale,
        messenger.tag,
        session?.id,
        session?.role,
        session?.phase.tag,
        session?.viewing,
        session?.sharing === undefined ? undefined : { ...session.sharing, title: undefined },
        session?.peer,
        invitations,
        activities,
        asking,
      ]);
      // A window's title may change all the time, too: only this line says it.
      const line = trayStatus(state);
      if (line !== said) tray.setToolTip(line);
      said = line;
      if (key === shown) return;
      shown = key;
      tray.setContextMenu(Menu.buildFromTemplate(template(trayMenu(state, actions))));
      // Red is what the windows show while somebody looks, and nothing else.
      const live =
        session?.phase.tag === 'connected' && (session.role === 'expert' || (session.viewing && session.sharing?.state !== 'gone'));
      tray.setImage(asking || invitations.length + activities.length > 0 ? icons.attention : live ? icons.session : icons.normal);
    },
    close: () => tray.destroy(),
  };
}
