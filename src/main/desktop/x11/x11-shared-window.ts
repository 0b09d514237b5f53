import type { Event, TreeEvent } from 'x11';
import type { Size } from '../../../protocol/rdp/geometry.ts';
import { DesktopError } from '../contract.ts';
import { reply, type X11Connection } from './x11-connection.ts';
import type { PartPlace } from './part-place.ts';

/** StructureNotify among the event mask's bits, and IsViewable (core protocol). */
const STRUCTURE_NOTIFY = 0x2_0000;
const VIEWABLE = 2;
/** What it says of the window itself. */
const EVENTS: ReadonlySet<string> = new Set(['ConfigureNotify', 'MapNotify', 'UnmapNotify', 'ReparentNotify', 'DestroyNotify']);

/**
 * One window, whatever lies in front of it: the Composite extension keeps its picture apart from the screen's. Windows that it opens on top of itself (menus) are
 * windows of their own and not in it.
 */
export class X11SharedWindow {
  private readonly connection: X11Connection;
  readonly window: number;
  private readonly reads: boolean;
  /** The window's picture, until its size changes or it is hidden. */
  private pixmap: { readonly id: number; readonly size: Size } | undefined;
  private watched = false;
  private destroyed = false;

  /** @param reads its picture is to be read, too */
  constructor(connection: X11Connection, id: string, reads: boolean, changed: () => void) {
    this.connection = connection;
    this.window = Number(id);
    this.reads = reads;
    connection.onEvent((event) => {
      if (!isOfStructure(event) || event.wid !== this.window) return;
      // Another window may get its number.
      if (event.name === 'DestroyNotify') this.destroyed = true;
      changed();
    });
  }

  /** Where it is; `hidden` while it is not to be seen; undefined for good once it is gone. */
  async look(): Promise<PartPlace | 'hidden' | undefined> {
    if (this.destroyed || !Number.isSafeInteger(this.window) || this.window <= 0) return undefined;
    const { client, screen } = this.connection;
    try {
      if (!this.watched) await this.watch();
      const { mapState } = await reply<{ readonly mapState: number }>((done) => client.GetWindowAttributes(this.window, done));
      if (mapState !== VIEWABLE) {
        this.forgetPixmap();
        return 'hidden';
      }
      const { width, height, borderWidth, depth } = await reply<Size & { readonly borderWidth: number; readonly depth: number }>((done) =>
        client.GetGeometry(this.window, done),
      );
      if (this.reads && depth !== screen.root_depth && depth !== 32) throw new DesktopError('UNSUPPORTED', `a window of ${depth} bits`);
      const { destX: x, destY: y } = await reply<{ readonly destX: number; readonly destY: number }>((done) =>
        client.TranslateCoordinates(this.window, screen.root, 0, 0, done),
      );
      const drawable = this.reads ? await this.picture({ width, height }) : this.window;
      return { drawable, x: borderWidth, y: borderWidth, origin: { x: 0, y: 0 }, area: { x, y, width, height } };
    } catch (error) {
      if (error instanceof DesktopError) throw error;
      this.destroyed = true;
      return undefined;
    }
  }

  private async watch(): Promise<void> {
    const { client } = this.connection;
    client.ChangeWindowAttributes(this.window, { eventMask: STRUCTURE_NOTIFY });
    if (this.reads) {
      const composite = await this.connection.extension('composite');
      if (composite === undefined) throw new DesktopError('UNSUPPORTED', 'the X server cannot show a window by itself');
      composite.RedirectWindow(this.window, composite.Redirect.Automatic);
    }
    this.watched = true;
  }

  private async picture(size: Size): Promise<number> {
    const { pixmap } = this;
    if (pixmap !== undefined && pixmap.size.width === size.width && pixmap.size.height === size.height) return pixmap.id;
    this.forgetPixmap();
    const composite = await this.connection.extension('composite');
    const id = this.connection.client.AllocID();
    composite?.NameWindowPixmap(this.window, id);
    this.pixmap = { id, size };
    return id;
  }

  private forgetPixmap(): void {
    if (this.pixmap !== undefined) this.connection.client.FreePixmap(this.pixmap.id);
    this.pixmap = undefined;
  }
}

function isOfStructure(event: Event): event is Event & TreeEvent {
  return EVENTS.has(event.name);
}
