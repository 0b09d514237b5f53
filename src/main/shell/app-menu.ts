import { app, dialog, Menu, type MenuItemConstructorOptions } from 'electron';
import { t } from '../../words/words.ts';

/** The name, version and licence, as a message box. */
function showAbout(): void {
  void dialog.showMessageBox({
    type: 'info',
    title: t('shell.menu.about'),
    message: t('shell.about.message', { version: app.getVersion() }),
    detail: t('shell.about.detail'),
    buttons: [t('common.close')],
  });
}

export interface AppMenu {
  /** Builds the menu when `locale` is another than last time. */
  update(locale: string): void;
}

/** The application menu: small, since what people do is in the window; macOS takes its editing keys from it. Not shown before `update`. */
export function createAppMenu(options: AppMenuOptions): AppMenu {
  let shown: string | undefined;
  return {
    update(locale) {
      if (locale === shown) return;
      shown = locale;
      Menu.setApplicationMenu(Menu.buildFromTemplate(appMenuTemplate(options)));
    },
  };
}

interface AppMenuOptions {
  readonly devTools: boolean;
  readonly quit: () => void;
}

function appMenuTemplate(options: AppMenuOptions): MenuItemConstructorOptions[] {
  const quit: MenuItemConstructorOptions = { label: t('shell.tray.quit'), accelerator: 'CommandOrControl+Q', click: options.quit };
  return [
    { label: t('shell.menu.app'), submenu: [{ label: t('shell.menu.about'), click: showAbout }, { type: 'separator' }, quit] },
    {
      label: t('shell.menu.edit'),
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        { type: 'separator' },
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: t('shell.menu.window'),
      submenu: [{ role: 'minimize' }, { role: 'close' }, ...(options.devTools ? [{ role: 'toggleDevTools' } as const] : [])],
    },
  ];
}
