import type { Extensions } from 'x11';
import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import { overlap, without } from '../../../protocol/rdp/graphics/tiles/areas.ts';
import { DesktopError } from '../contract.ts';
import { reply, type X11Connection } from './x11-connection.ts';

/** Core protocol: IsViewable, and the class of windows that nothing can be drawn in. */
const VIEWABLE = 2;
const INPUT_ONLY = 2;
/** Of the windows in a window, so many are asked to draw themselves. */
const MAX_WINDOWS = 256;

/** The size is without the border. */
type Outline = Size & { readonly borderWidth: number };

interface Needed {
  readonly composite: Extensions['composite'];
  readonly fixes: Extensions['fixes'];
}

/**
 * The picture of one window that the Composite extension keeps apart from the screen's.
 *
 * The server fills a new pixmap of a window with what is on the screen there, whoever has drawn it, and many programs' windows have no background that
 * would be put over that. So only what was to be seen of the window itself before it had a pixmap is taken as its picture; everything else is made
 * black, and the program is asked to draw it (Expose).
 */
export class X11WindowPixmap {
  private readonly connection: X11Connection;
  private readonly window: number;
  private redirected = false;
  private current: ({ readonly id: number } & Outline) | undefined;

  constructor(connection: X11Connection, window: number) {
    this.connection = connection;
    this.window = window;
  }

  /** Whether this is the outline of the one that was taken last: with another border it is another one, too. */
  isOf({ width, height, borderWidth }: Outline): boolean {
    const { current } = this;
    return current?.width === width && current.height === height && current.borderWidth === borderWidth;
  }

  /** The window has a pixmap whenever it is to be seen. Rejects with DesktopError UNSUPPORTED where the server cannot do that. */
  async redirect(): Promise<void> {
    if (this.redirected) return;
    const { composite } = await this.needed();
    composite.RedirectWindow(this.window, composite.Redirect.Automatic);
    this.redirected = true;
  }

  /**
   * The pixmap of the window, which is to be seen and has this outline. A pixmap is the window's own until its size or its border changes or it is
   * hidden: then {@link forget}.
   */
  async take({ width, height, borderWidth }: Outline): Promise<number> {
    if (this.current !== undefined && this.isOf({ width, height, borderWidth })) return this.current.id;
    this.forget();
    const id = this.connection.client.AllocID();
    const whole = { x: -borderWidth, y: -borderWidth, width: width + 2 * borderWidth, height: height + 2 * borderWidth };
    const strange = without([whole], await this.name(id));
    this.current = { id, width, height, borderWidth };
    this.blank(id, strange, borderWidth);
    await this.askToDraw(strange);
    return id;
  }

  forget(): void {
    if (this.current !== undefined) this.connection.client.FreePixmap(this.current.id);
    this.current = undefined;
  }

  private async needed(): Promise<Needed> {
    const composite = await this.connection.extension('composite');
    const fixes = await this.connection.extension('fixes');
    if (composite === undefined || fixes === undefined)
      throw new DesktopError('UNSUPPORTED', 'the X server cannot show a window by itself');
    return { composite, fixes };
  }

  /** Names the pixmap, and gives the parts of it that surely are the window's: positions are those of the window. */
  private async name(id: number): Promise<readonly Rect[]> {
    const { composite, fixes } = await this.needed();
    const { client } = this.connection;
    if (this.redirected) {
      composite.NameWindowPixmap(this.window, id);
      return [];
    }
    const region = client.AllocID();
    // What is in front of the window cannot change in between. Nothing is waited for meanwhile.
    client.GrabServer();
    composite.CreateRegionFromBorderClip(region, this.window);
    composite.RedirectWindow(this.window, composite.Redirect.Automatic);
    composite.NameWindowPixmap(this.window, id);
    client.UngrabServer();
    this.redirected = true;
    const { rectangles } = await reply<{ readonly rectangles: readonly Rect[] }>((done) => fixes.FetchRegion(region, done));
    fixes.DestroyRegion(region);
    return rectangles;
  }

  private blank(pixmap: number, rects: readonly Rect[], borderWidth: number): void {
    if (rects.length === 0) return;
    const { client } = this.connection;
    const gc = client.AllocID();
    client.CreateGC(gc, pixmap, { foreground: 0 });
    client.PolyFillRectangle(
      pixmap,
      gc,
      rects.flatMap(({ x, y, width, height }) => [x + borderWidth, y + borderWidth, width, height]),
    );
    client.FreeGC(gc);
  }

  /** Each window in it is asked by itself. What goes meanwhile need not draw. */
  private async askToDraw(rects: readonly Rect[]): Promise<void> {
    if (rects.length === 0) return;
    const { client } = this.connection;
    for (const { x, y, width, height } of rects) client.ClearArea(this.window, x, y, width, height, 1);
    let level: readonly Inner[] = [{ window: this.window, area: { x: 0, y: 0, width: 0, height: 0 } }];
    for (let asked = 0; level.length > 0 && asked < MAX_WINDOWS; asked += level.length) {
      const inside: readonly (readonly Inner[])[] = await Promise.all(level.map((parent) => this.visibleIn(parent).catch(() => [])));
      const next = inside.flat().slice(0, MAX_WINDOWS - asked);
      for (const { window, area } of next) if (rects.some((rect) => overlap(rect, area))) client.ClearArea(window, 0, 0, 0, 0, 1);
      level = next;
    }
  }

  /** The windows in one that are to be seen. */
  private async visibleIn({ window, area: { x, y } }: Inner): Promise<Inner[]> {
    const { client } = this.connection;
    const { children } = await reply<{ readonly children: readonly number[] }>((done) => client.QueryTree(window, done));
    const found = await Promise.all(
      children.map(async (child): Promise<Inner | undefined> => {
        const { mapState, klass } = await reply<{ readonly mapState: number; readonly klass: number }>((done) =>
          client.GetWindowAttributes(child, done),
        );
        if (mapState !== VIEWABLE || klass === INPUT_ONLY) return undefined;
        const { xPos, yPos, width, height } = await reply<Size & { readonly xPos: number; readonly yPos: number }>((done) =>
          client.GetGeometry(child, done),
        );
        return { window: child, area: { x: x + xPos, y: y + yPos, width, height } };
      }),
    );
    return found.filter((inner) => inner !== undefined);
  }
}

interface Inner {
  readonly window: number;
  /** In the outermost window. */
  readonly area: Rect;
}
