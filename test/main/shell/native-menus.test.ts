import { afterEach, describe, expect, it, vi } from 'vitest';
import english from '../../../assets/locales/en.json' with { type: 'json' };
import { createAppMenu } from '../../../src/main/shell/app-menu.ts';
import { createTray, type TrayIcons } from '../../../src/main/shell/tray.ts';
import { LANGUAGES, type WordList } from '../../../src/words/languages.ts';
import { chooseLocale, setLocale } from '../../../src/words/locale.ts';
import { appState } from '../../renderer/app/fixtures.ts';

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

afterEach(() => setLocale(chooseLocale({ languages: [], formats: undefined })));

describe('menus of the system', () => {
  it('are built anew when the language changes, and not otherwise', () => {
    const actions = {
      open() {},
      showQuestion() {},
      accept() {},
      decline() {},
      acceptActivity() {},
      declineActivity() {},
      end() {},
      quit() {},
    };
    const menu = createAppMenu({ devTools: false, quit: () => undefined });
    const tray = createTray({} as TrayIcons, actions);
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
});
