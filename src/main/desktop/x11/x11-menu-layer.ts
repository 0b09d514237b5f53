import type { Event, TreeEvent } from 'x11';
import type { Rect } from '../../../protocol/rdp/geometry.ts';
import type { Place } from '../../../protocol/rdp/graphics/contract.ts';
import { intersection } from '../../../protocol/rdp/graphics/tiles/areas.ts';
import type { GrabbedPicture, Grabber } from './grabber.ts';
import type { X11Connection } from './x11-connection.ts';
import { type DamageExtensions, X11Damage } from './x11-damage.ts';
import { type OwnMenu, X11OwnMenus } from './x11-own-menus.ts';
import { X11WindowPixmap } from './x11-window-pixmap.ts';

/** SubstructureNotify among the event mask's bits. */
const SUBSTRUCTURE_NOTIFY = 0x8_0000;
const TREE_EVENTS: ReadonlySet<string> = new Set(['ConfigureNotify', 'MapNotify', 'UnmapNotify', 'DestroyNotify']);
/** Bits of a window whose pixels say how much of what is below shows through. */
const WITH_ALPHA = 32;

interface Known {
  readonly pixmap: X11WindowPixmap;
  readonly damage: X11Damage | undefined;
}

interface Shown extends Known {
  readonly menu: OwnMenu;
  readonly drawable: number;
  /** In the picture of the window; may leave it. */
  readonly rect: Rect;
}

export interface X11MenuLayerParts {
  readonly connection: X11Connection;
  readonly window: number;
  /** Undefined where the server has no DAMAGE: then all is read each time. */
  readonly extensions: DamageExtensions | undefined;
  /** Something may be otherwise than it was read. */
  readonly changed: () => void;
}

/**
 * The menus of a window ({@link X11OwnMenus}) in the window's picture, as far as they lie in it: each is read from a pixmap of its own, so that
 * nothing else is ever read.
 */
export class X11MenuLayer {
  private readonly parts: X11MenuLayerParts;
  private readonly menus: X11OwnMenus;
  private readonly known = new Map<number, Known>();
  private shown: readonly Shown[] = [];
  private stale = true;
  private lastOrigin: Place | undefined;
  /** For pixels that something shows through. */
  private scratch = new Uint8Array(0);

  constructor(parts: X11MenuLayerParts) {
    this.parts = parts;
    const { connection, window } = parts;
    this.menus = new X11OwnMenus(connection, window);
    connection.onEvent((event) => {
      if (isOfTree(event) ? this.happened(event) : this.isDrawnIn(event)) parts.changed();
    });
    connection.client.ChangeWindowAttributes(connection.screen.root, { eventMask: SUBSTRUCTURE_NOTIFY });
  }

  /** A menu has come, gone, moved, or been drawn in. */
  get isChanged(): boolean {
    return this.stale || this.shown.some(({ damage }) => damage?.isAny === true);
  }

  /** What of the picture is to be read anew because of that. `origin`: the picture's corner on the root. */
  async changes(origin: Place): Promise<readonly Rect[]> {
    const moved = this.lastOrigin === undefined || this.lastOrigin.x !== origin.x || this.lastOrigin.y !== origin.y;
    this.lastOrigin = { x: origin.x, y: origin.y };
    const drawn: Rect[] = [];
    if (this.stale || moved) {
      this.stale = false;
      const before = this.shown;
      this.shown = await this.find(origin);
      drawn.push(...before.map(({ rect }) => rect), ...this.shown.map(({ rect }) => rect));
    }
    for (const { damage, rect } of this.shown) {
      if (damage?.isAny !== true) continue;
      for (const part of await damage.take()) drawn.push({ ...part, x: part.x + rect.x, y: part.y + rect.y });
    }
    return drawn;
  }

  /** Puts what of the menus lies in these areas of the picture, which have just been read, over it. */
  async draw(areas: readonly Rect[], grabber: Grabber, picture: GrabbedPicture): Promise<void> {
    const { pixels, width } = picture;
    for (const { drawable, menu, rect } of this.shown)
      for (const area of areas) {
        const part = intersection(area, rect);
        if (part === undefined) continue;
        const from = { drawable, x: menu.borderWidth - rect.x, y: menu.borderWidth - rect.y };
        if (menu.depth !== WITH_ALPHA) {
          await grabber.grab(part, picture, from);
          continue;
        }
        if (this.scratch.length < pixels.length) this.scratch = new Uint8Array(pixels.length);
        await grabber.grab(part, { pixels: this.scratch, width }, from);
        blend(this.scratch, pixels, width, part);
      }
  }

  /** Whether that may be about a menu. */
  private happened(event: Event & TreeEvent): boolean {
    const window = event.name === 'ConfigureNotify' ? event.wid1 : event.wid;
    if (!this.menus.isOfClient(window)) return false;
    const known = this.known.get(window);
    // What it had as its picture is not drawn in any more.
    if (event.name === 'UnmapNotify' || event.name === 'DestroyNotify') known?.pixmap.forget();
    if (event.name === 'DestroyNotify') {
      known?.damage?.gone();
      this.known.delete(window);
    }
    this.stale = true;
    return true;
  }

  private isDrawnIn(event: Event): boolean {
    for (const { damage } of this.known.values()) if (damage?.hears(event) === true) return true;
    return false;
  }

  private async find(origin: Place): Promise<readonly Shown[]> {
    const { screen } = this.parts.connection;
    const found: Shown[] = [];
    for (const menu of await this.menus.list()) {
      if (menu.depth !== screen.root_depth && !(menu.depth === WITH_ALPHA && screen.root_depth === 24)) continue;
      const known = this.know(menu.window);
      // It may have been shown just now: nothing of what is on the screen there is surely its own.
      await known.pixmap.redirect();
      const drawable = await known.pixmap.take({ ...menu.size, borderWidth: menu.borderWidth });
      const { x, y, size, borderWidth } = menu;
      found.push({ ...known, menu, drawable, rect: { ...size, x: x + borderWidth - origin.x, y: y + borderWidth - origin.y } });
    }
    return found;
  }

  private know(window: number): Known {
    const known = this.known.get(window);
    if (known !== undefined) return known;
    const { connection, extensions } = this.parts;
    const pixmap = new X11WindowPixmap(connection, window);
    const damage = extensions === undefined ? undefined : new X11Damage(connection, extensions, window);
    const made: Known = { pixmap, damage };
    this.known.set(window, made);
    return made;
  }
}

function isOfTree(event: Event): event is Event & TreeEvent {
  return TREE_EVENTS.has(event.name);
}

/** Premultiplied pixels over those that are there: BGRA over BGRX. */
function blend(over: Uint8Array, picture: Uint8Array, width: number, { x, y, width: across, height }: Rect): void {
  for (let row = y; row < y + height; row += 1)
    for (let at = (row * width + x) * 4, end = at + across * 4; at < end; at += 4) {
      const through = 255 - (over[at + 3] ?? 0);
      for (let channel = at; channel < at + 3; channel += 1)
        picture[channel] = Math.min(255, (over[channel] ?? 0) + Math.round(((picture[channel] ?? 0) * through) / 255));
    }
}
