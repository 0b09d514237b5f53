import { Menu, nativeImage, Tray, type MenuItemConstructorOptions, type NativeImage } from 'electron';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import type { AppState } from '../../preload/contract.ts';
import { trayMenu, trayStatus, type TrayActions, type TrayItem } from './tray-menu.ts';

/** The first of these that exists in `folder`; an empty picture otherwise (windows then show the system's default). */
export function iconFrom(folder: string, names: readonly string[]): NativeImage {
  for (const name of names) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    const image = nativeImage.createFromPath(path);
    if (!image.isEmpty()) return image;
  }
  return nativeImage.createEmpty();
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

/** The icon, its menu and tooltip. `attention` is the icon while someone is waiting for an answer or sees the screen. */
export function createTray(icons: { readonly normal: NativeImage; readonly attention: NativeImage }, actions: TrayActions): TrayIcon {
  const tray = new Tray(icons.normal);
  let shown = '';
  tray.on('click', () => actions.open());
  return {
    update(state) {
      const { messenger, session, invitations } = state;
      // Counters of a session change all the time; a menu must not be replaced under the mouse for that.
      const key = JSON.stringify([messenger.tag, session?.id, session?.role, session?.phase.tag, session?.peer, invitations]);
      if (key === shown) return;
      shown = key;
      tray.setContextMenu(Menu.buildFromTemplate(template(trayMenu(state, actions))));
      tray.setToolTip(trayStatus(state));
      const attention = invitations.length > 0 || (session !== undefined && session.phase.tag === 'connected');
      tray.setImage(attention && !icons.attention.isEmpty() ? icons.attention : icons.normal);
    },
    close: () => tray.destroy(),
  };
}
