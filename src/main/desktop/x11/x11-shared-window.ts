import type { Event, TreeEvent } from 'x11';
import type { Size } from '../../../protocol/rdp/geometry.ts';
import { MAX_DESKTOP_SIDE } from '../../../protocol/rdp/graphics/capture-messages.ts';
import { MAX_SURFACE_AREA } from '../../../protocol/rdp/graphics/surface.ts';
import { DesktopError } from '../contract.ts';
import { isSent, reply, type X11Connection } from './x11-connection.ts';
import type { PartPlace } from './part-place.ts';
import { isMarked, markedWindow } from './x11-window-mark.ts';
import { X11WindowPixmap } from './x11-window-pixmap.ts';

/** StructureNotify among the event mask's bits (core protocol). */
export const STRUCTURE_NOTIFY = 0x2_0000;
/** IsViewable (core protocol). */
const VIEWABLE = 2;
/** What it says of the window itself. */
const EVENTS: ReadonlySet<string> = new Set(['ConfigureNotify', 'MapNotify', 'UnmapNotify', 'ReparentNotify', 'DestroyNotify']);

/**
 * One window, whatever lies in front of it: the Composite extension keeps its picture apart from the screen's. Its menus are
 * windows of their own and not in it (`X11MenuLayer`).
 */
export class X11SharedWindow {
  private readonly connection: X11Connection;
  readonly id: string;
  /** 0 for what is no id of a window. */
  readonly window: number;
  private readonly mark: string;
  private readonly reads: boolean;
  private readonly pixmap: X11WindowPixmap;
  private watched = false;
  private destroyed = false;
  /** Since it was looked at it was hidden or had another size, if only for a moment: what it had as its picture is not drawn in any more. */
  private wasOther = false;

  /**
   * @param reads its picture is to be read, too
   * @param changed `placed`: it is somewhere else and nothing more, so what has been read is of it
   */
  constructor(connection: X11Connection, id: string, reads: boolean, changed: (what: 'placed' | 'other') => void) {
    this.connection = connection;
    this.id = id;
    const { window, mark } = markedWindow(id) ?? { window: 0, mark: '' };
    this.window = window;
    this.mark = mark;
    this.reads = reads;
    this.pixmap = new X11WindowPixmap(connection, this.window);
    connection.onEvent((event) => {
      if (!isOfStructure(event) || event.wid !== this.window) return;
      // Another window may get its number.
      if (event.name === 'DestroyNotify') this.destroyed = true;
      // A window manager's word is about where it is; what else has changed the server has told.
      const isPlaced = event.name === 'ConfigureNotify' && (isSent(event) || this.pixmap.isOf(event));
      if (event.name === 'UnmapNotify' || (event.name === 'ConfigureNotify' && !isPlaced)) this.wasOther = true;
      changed(isPlaced ? 'placed' : 'other');
    });
  }

  /** Where it is; `hidden` while it is not to be seen; undefined for good once it is gone. */
  async look(): Promise<PartPlace | 'hidden' | undefined> {
    if (this.destroyed || this.window === 0) return undefined;
    const { client, screen } = this.connection;
    try {
      if (!this.watched) await this.watch();
      if (this.destroyed) return undefined;
      if (this.wasOther) this.pixmap.forget();
      this.wasOther = false;
      const { mapState } = await reply<{ readonly mapState: number }>((done) => client.GetWindowAttributes(this.window, done));
      if (mapState !== VIEWABLE) {
        this.pixmap.forget();
        // It has one from the moment on that it is to be seen.
        if (this.reads) await this.pixmap.redirect();
        return 'hidden';
      }
      const { width, height, borderWidth, depth } = await reply<Size & { readonly borderWidth: number; readonly depth: number }>((done) =>
        client.GetGeometry(this.window, done),
      );
      if (this.reads && depth !== screen.root_depth && depth !== 32) throw new DesktopError('UNSUPPORTED', `a window of ${depth} bits`);
      const { destX: x, destY: y } = await reply<{ readonly destX: number; readonly destY: number }>((done) =>
        client.TranslateCoordinates(this.window, screen.root, 0, 0, done),
      );
      const drawable = this.reads ? await this.pixmap.take({ width, height, borderWidth }) : this.window;
      return { drawable, x: borderWidth, y: borderWidth, origin: { x: 0, y: 0 }, area: { x, y, ...inPicture({ width, height }) } };
    } catch (error) {
      if (error instanceof DesktopError) throw error;
      this.destroyed = true;
      return undefined;
    }
  }

  private async watch(): Promise<void> {
    const { connection, window, mark } = this;
    connection.client.ChangeWindowAttributes(window, { eventMask: STRUCTURE_NOTIFY });
    this.watched = true;
    // From here on its end is told. It may have come before, and another window have its number.
    if (!(await isMarked(connection, { window, mark }))) this.destroyed = true;
  }
}

/** What of a window of this size a picture has: any program may make it larger than pictures are. */
function inPicture({ width, height }: Size): Size {
  const across = Math.min(width, MAX_DESKTOP_SIDE);
  return { width: across, height: Math.min(height, MAX_DESKTOP_SIDE, Math.floor(MAX_SURFACE_AREA / across)) };
}

function isOfStructure(event: Event): event is Event & TreeEvent {
  return EVENTS.has(event.name);
}
