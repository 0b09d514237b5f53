import type { Size } from '../../../protocol/rdp/geometry.ts';
import { reply, type X11Connection } from './x11-connection.ts';

/** AnyPropertyType, IsViewable and InputOnly of the core protocol. */
const ANY_TYPE = 0;
const VIEWABLE = 2;
const INPUT_ONLY = 2;
/** A menu's menu has a menu … */
const MAX_CHAIN = 8;
const MAX_MENUS = 16;
const LIST_WORDS = 1_024;

const MENU_TYPES = ['MENU', 'DROPDOWN_MENU', 'POPUP_MENU', 'COMBO', 'TOOLTIP'] as const;

interface Atoms {
  readonly transientFor: number;
  readonly windowType: number;
  readonly clientList: number;
  readonly menuTypes: ReadonlySet<number>;
}

/** What of the screen a window's menus are. */
export interface OwnMenu {
  readonly window: number;
  /** Its frame's corner on the root. */
  readonly x: number;
  readonly y: number;
  readonly size: Size;
  readonly borderWidth: number;
  readonly depth: number;
}

/**
 * The menus and tips of one window: windows that no window manager has a hand in, of the same client of the X server, as the client's part of their
 * ids says, which nobody can feign; and that the window is theirs, of several that the client may have. That is so where WM_TRANSIENT_FOR leads to it,
 * and where the client says that they are menus (`_NET_WM_WINDOW_TYPE`; Chromium says no more) and has no other window.
 */
export class X11OwnMenus {
  private readonly connection: X11Connection;
  private readonly window: number;
  private atoms: Promise<Atoms> | undefined;

  constructor(connection: X11Connection, window: number) {
    this.connection = connection;
    this.window = window;
  }

  /** Whether the client that made the window made this one, too. */
  isOfClient(other: number): boolean {
    const { resource_mask: own } = this.connection.display;
    return other !== this.window && (other & ~own) >>> 0 === (this.window & ~own) >>> 0;
  }

  /** Those that are to be seen, the lowest first. Rejects when the connection is lost. */
  async list(): Promise<readonly OwnMenu[]> {
    const { client, screen } = this.connection;
    const { children } = await reply<{ readonly children: readonly number[] }>((done) => client.QueryTree(screen.root, done));
    const candidates = children.filter((child) => this.isOfClient(child)).slice(-MAX_MENUS);
    const found = await Promise.all(candidates.map((child) => this.menu(child)));
    return found.filter((menu) => menu !== undefined);
  }

  /** What is known of the window where it is such a menu; undefined for every other, and for one that has gone. */
  async menu(window: number): Promise<OwnMenu | undefined> {
    if (!this.isOfClient(window)) return undefined;
    const { client } = this.connection;
    try {
      const { mapState, klass, overrideRedirect } = await reply<{
        readonly mapState: number;
        readonly klass: number;
        readonly overrideRedirect: number;
      }>((done) => client.GetWindowAttributes(window, done));
      if (mapState !== VIEWABLE || klass === INPUT_ONLY || overrideRedirect === 0 || !(await this.belongs(window))) return undefined;
      const { xPos, yPos, width, height, borderWidth, depth } = await reply<
        Size & { readonly xPos: number; readonly yPos: number; readonly borderWidth: number; readonly depth: number }
      >((done) => client.GetGeometry(window, done));
      return { window, x: xPos, y: yPos, size: { width, height }, borderWidth, depth };
    } catch {
      return undefined;
    }
  }

  private async belongs(window: number): Promise<boolean> {
    this.atoms ??= this.intern();
    const { transientFor, windowType, clientList, menuTypes } = await this.atoms;
    let at = window;
    for (let step = 0; step < MAX_CHAIN; step += 1) {
      const [next] = await this.words(at, transientFor);
      if (next === undefined || next === 0) break;
      if (next === this.window) return true;
      if (!this.isOfClient(next)) return false;
      at = next;
    }
    // Whoever names another window means that one.
    if (at !== window) return false;
    const types = await this.words(window, windowType);
    if (!types.some((type) => menuTypes.has(type))) return false;
    const managed = await this.words(this.connection.screen.root, clientList);
    return managed.includes(this.window) && !managed.some((other) => this.isOfClient(other));
  }

  private async words(window: number, property: number): Promise<number[]> {
    const { data } = await reply<{ readonly data: Buffer }>((done) =>
      this.connection.client.GetProperty(0, window, property, ANY_TYPE, 0, LIST_WORDS, done),
    );
    return Array.from({ length: Math.floor(data.length / 4) }, (_, at) => data.readUInt32LE(at * 4));
  }

  private async intern(): Promise<Atoms> {
    const atom = (name: string): Promise<number> => reply<number>((done) => this.connection.client.InternAtom(false, name, done));
    const [transientFor, windowType, clientList] = await Promise.all(
      ['WM_TRANSIENT_FOR', '_NET_WM_WINDOW_TYPE', '_NET_CLIENT_LIST'].map(atom),
    );
    const menuTypes = await Promise.all(MENU_TYPES.map((type) => atom(`_NET_WM_WINDOW_TYPE_${type}`)));
    return { transientFor: transientFor ?? 0, windowType: windowType ?? 0, clientList: clientList ?? 0, menuTypes: new Set(menuTypes) };
  }
}
