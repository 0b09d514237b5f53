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

/** Small on purpose: what people do is in the window. Editing keys must be there for macOS. */
export function installAppMenu(options: { readonly devTools: boolean; readonly quit: () => void }): void {
  const quit: MenuItemConstructorOptions = { label: t('shell.tray.quit'), accelerator: 'CommandOrControl+Q', click: options.quit };
  const template: MenuItemConstructorOptions[] = [
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
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
