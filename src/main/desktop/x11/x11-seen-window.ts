import type { Event, TreeEvent } from 'x11';
import type { Rect } from '../../../protocol/rdp/geometry.ts';
import { overlap } from '../../../protocol/rdp/graphics/tiles/areas.ts';
import type { SeenWindow } from '../contract.ts';
import { reply, type X11Connection } from './x11-connection.ts';
import { isMarked, markedWindow } from './x11-window-mark.ts';

/* Core protocol: StructureNotify and SubstructureNotify among the event mask's bits; IsViewable and InputOnly. */
const STRUCTURE_NOTIFY = 0x2_0000;
const SUBSTRUCTURE_NOTIFY = 0x8_0000;
const VIEWABLE = 2;
const INPUT_ONLY = 2;
const TREE_EVENTS: ReadonlySet<string> = new Set([
  'CreateNotify',
  'ConfigureNotify',
  'CirculateNotify',
  'MapNotify',
  'UnmapNotify',
  'ReparentNotify',
  'DestroyNotify',
]);
/** A window is not nested deeper, and no more windows in front of it are looked at. */
const MAX_DEPTH = 32;
const MAX_IN_FRONT = 256;
/** From one look to the next. */
export const LOOK_REST_MS = 100;

interface Geometry {
  readonly xPos: number;
  readonly yPos: number;
  readonly width: number;
  readonly height: number;
  readonly borderWidth: number;
}

/**
 * Follows where one window of an X desktop is to be seen: its place, and the windows in front of it. Those that this program says do not count, nor do the
 * server's own. The server says when any window has changed, and is told to be silent until it is looked again, so that windows that move without end cost
 * no more than that.
 */
export class X11SeenWindow {
  private readonly connection: X11Connection;
  private readonly id: string;
  private readonly window: number;
  private readonly ignored: ReadonlySet<number>;
  private readonly tell: (seen: SeenWindow | undefined) => void;
  private told = '';
  private over = false;
  private looking = false;
  /** Something has changed since it was begun to look. */
  private stale = false;
  private lookedAtMs = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  /** `tell`: at first and with each change; undefined while the window is not to be seen. */
  constructor(connection: X11Connection, id: string, ignored: readonly number[], tell: (seen: SeenWindow | undefined) => void) {
    this.connection = connection;
    this.id = id;
    this.window = markedWindow(id)?.window ?? 0;
    this.ignored = new Set(ignored);
    this.tell = tell;
    connection.onEvent((event) => {
      if (!TREE_EVENTS.has(event.name)) return;
      const { wid, wid1 } = event as Event & TreeEvent;
      if (!this.ignored.has(event.name === 'ConfigureNotify' ? wid1 : wid)) this.changed();
    });
    connection.onLost(() => {
      this.say(undefined);
      this.close();
    });
    void this.look();
  }

  close(): void {
    this.over = true;
    clearTimeout(this.timer);
    this.connection.close();
  }

  private changed(): void {
    if (this.over) return;
    this.stale = true;
    if (this.looking || this.timer !== undefined) return;
    this.listen(false);
    const restMs = this.lookedAtMs + LOOK_REST_MS - performance.now();
    if (restMs <= 0) void this.look();
    else
      this.timer = setTimeout(() => {
        this.timer = undefined;
        void this.look();
      }, restMs);
  }

  private async look(): Promise<void> {
    this.looking = true;
    this.stale = false;
    // First: whatever changes after that is told.
    this.listen(true);
    // A window that has gone is not to be seen, and one that goes in between is looked for again.
    const seen = await this.find().catch(() => undefined);
    this.lookedAtMs = performance.now();
    this.looking = false;
    this.say(seen);
    if (this.stale) this.changed();
  }

  private listen(on: boolean): void {
    const { client, screen } = this.connection;
    client.ChangeWindowAttributes(screen.root, { eventMask: on ? SUBSTRUCTURE_NOTIFY : 0 });
    if (this.window !== 0) client.ChangeWindowAttributes(this.window, { eventMask: on ? STRUCTURE_NOTIFY : 0 });
  }

  private say(seen: SeenWindow | undefined): void {
    const what = JSON.stringify(seen) ?? 'none';
    if (this.over || what === this.told) return;
    this.told = what;
    this.tell(seen);
  }

  private async find(): Promise<SeenWindow | undefined> {
    const { client, screen } = this.connection;
    const marked = markedWindow(this.id);
    if (marked === undefined || !(await isMarked(this.connection, marked))) return undefined;
    const { mapState } = await reply<{ readonly mapState: number }>((done) => client.GetWindowAttributes(this.window, done));
    if (mapState !== VIEWABLE) return undefined;
    const { width, height } = await reply<Geometry>((done) => client.GetGeometry(this.window, done));
    const { destX: x, destY: y } = await reply<{ readonly destX: number; readonly destY: number }>((done) =>
      client.TranslateCoordinates(this.window, screen.root, 0, 0, done),
    );
    const area = { x, y, width, height };
    const children = await this.inside(screen.root);
    const top = await this.topLevel();
    const inFront = children.slice(children.indexOf(top) + 1).filter((window) => !this.ignored.has(window) && !this.isServers(window));
    const places = await Promise.all(inFront.slice(-MAX_IN_FRONT).map((window) => this.placeOf(window)));
    return { area, covers: places.filter((place) => place !== undefined && overlap(place, area)) as Rect[] };
  }

  /** The window among the root's that it lies in: a window manager's frame, or itself. */
  private async topLevel(): Promise<number> {
    const { client, screen } = this.connection;
    let at = this.window;
    for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
      const { parent } = await reply<{ readonly parent: number }>((done) => client.QueryTree(at, done));
      if (parent === screen.root || parent === 0) break;
      at = parent;
    }
    return at;
  }

  private async inside(window: number): Promise<readonly number[]> {
    return (await reply<{ readonly children: readonly number[] }>((done) => this.connection.client.QueryTree(window, done))).children;
  }

  /** The overlay that a compositor draws on lies in front of everything, and shows all of it. */
  private isServers(window: number): boolean {
    const { display, screen } = this.connection;
    return (window & ~display.resource_mask) >>> 0 === (screen.root & ~display.resource_mask) >>> 0;
  }

  /** With its border; undefined where it is not to be seen. */
  private async placeOf(window: number): Promise<Rect | undefined> {
    const { client } = this.connection;
    try {
      const [{ mapState, klass }, { xPos: x, yPos: y, width, height, borderWidth }] = await Promise.all([
        reply<{ readonly mapState: number; readonly klass: number }>((done) => client.GetWindowAttributes(window, done)),
        reply<Geometry>((done) => client.GetGeometry(window, done)),
      ]);
      const isSeen = mapState === VIEWABLE && klass !== INPUT_ONLY;
      return isSeen ? { x, y, width: width + 2 * borderWidth, height: height + 2 * borderWidth } : undefined;
    } catch {
      // It has gone, which is told, too.
      return undefined;
    }
  }
}
