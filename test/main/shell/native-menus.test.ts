import { afterEach, describe, expect, it, vi } from 'vitest';
import english from '../../../assets/locales/en.json' with { type: 'json' };
import { createAppMenu } from '../../../src/main/shell/app-menu.ts';
import { createTray, type TrayIcons } from '../../../src/main/shell/tray.ts';
import { LANGUAGES, type WordList } from '../../../src/words/languages.ts';
import { chooseLocale, setLocale } from '../../../src/words/locale.ts';
import { t } from '../../../src/words/words.ts';
import { appState, CONNECTED, session } from '../../renderer/app/fixtures.ts';

const electron = vi.hoisted(() => ({ appMenus: [] as string[], trayMenus: [] as string[], tips: [] as string[] }));
vi.mock('electron', () => ({
  app: {},
  dialog: {},
  nativeImage: {},
  Menu: {
    buildFromTemplate: (items: readonly { readonly label?: string }[]) => items.map(({ label }) => label).join('|'),
    setApplicationMenu: (menu: string) => electron.appMenus.push(menu),
  },
  Tray: class {
    on = () => this;
    setContextMenu = (menu: string) => electron.trayMenus.push(menu);
    setToolTip = (tip: string) => electron.tips.push(tip);
    setImage = () => undefined;
  },
}));

const loud = Object.fromEntries(
  Object.entries(english).map(([key, entry]) => [key, typeof entry === 'string' ? entry.toUpperCase() : entry]),
) as WordList;

const ACTIONS = {
  open() {},
  showQuestion() {},
  accept() {},
  decline() {},
  acceptActivity() {},
  declineActivity() {},
  end() {},
  quit() {},
};

afterEach(() => setLocale(chooseLocale({ languages: [], formats: undefined })));

describe('menus of the system', () => {
  it('are built anew when the language changes, and not otherwise', () => {
    const menu = createAppMenu({ devTools: false, quit: () => undefined });
    const tray = createTray({} as TrayIcons, ACTIONS);
    const show = (locale: string): void => {
      setLocale(locale, { ...LANGUAGES, xx: loud });
      menu.update(locale);
      tray.update(appState({ locale }));
    };
    show('en');
    show('en');
    show('xx');
    expect(electron.appMenus).toEqual(['Ringback|Edit|Window', 'RINGBACK|EDIT|WINDOW']);
    expect(electron.trayMenus.map((items) => items.includes('QUIT RINGBACK'))).toEqual([false, true]);
    expect(electron.tips).toHaveLength(2);
  });

  it('stay as they are when a window that is seen is called something else; the line beside the tray follows', () => {
    const tray = createTray({} as TrayIcons, ACTIONS);
    electron.trayMenus.length = 0;
    electron.tips.length = 0;
    for (const title of ['Letter', 'Letter 2']) {
      const sharing = { part: { tag: 'window', id: '' }, state: 'shown', title, screens: [] } as const;
      tray.update(appState({ session: session('novice', CONNECTED, { viewing: true, sharing }) }));
    }
    expect(electron.trayMenus).toHaveLength(1);
    expect(electron.tips).toEqual(['Letter', 'Letter 2'].map((title) => t('sharing.novice.window', { name: 'Anna', title })));
  });
});
