import type { Event, TreeEvent } from 'x11';
import type { Rect } from '../../../protocol/rdp/geometry.ts';
import type { PictureMove } from '../../../protocol/rdp/graphics/contract.ts';
import { reply, type X11Connection } from './x11-connection.ts';

/** SubstructureNotify among the event mask's bits, and IsViewable (core protocol). */
const SUBSTRUCTURE_NOTIFY = 0x8_0000;
const VIEWABLE = 2;
/** More windows than these are not followed. */
const MAX_WINDOWS = 1_024;
/**
 * Where windows were when so many pictures were read is remembered: where a compositing manager paints the screen, a picture shows where a window was a
 * frame before.
 */
const PLACES = 3;

/** Where the desktop's windows are, frames of the window manager and all, and where they have gone between two pictures. */
export interface X11WindowMoves {
  /**
   * How windows have moved since the pictures before. Called when a picture has been read: the server tells of a move before it answers what was asked
   * after it. However often a window has moved in between, it is one move.
   */
  take(): readonly PictureMove[];
}

interface Window {
  place: Rect;
  mapped: boolean;
  /** Where it was when the last pictures were read, the newest last. */
  seen: Rect[];
}

/** Begins to follow the children of the root window. */
export async function watchWindowMoves(connection: X11Connection): Promise<X11WindowMoves> {
  const { client, screen } = connection;
  const windows = new Map<number, Window>();
  /** Those that have moved lately. */
  const moving = new Set<Window>();
  const put = (id: number, place: Rect): void => {
    const known = windows.get(id);
    if (known === undefined) {
      if (windows.size < MAX_WINDOWS) windows.set(id, { place, mapped: false, seen: [place] });
    } else {
      known.place = place;
      if (known.mapped) moving.add(known);
    }
  };
  const forget = (id: number): void => {
    const known = windows.get(id);
    windows.delete(id);
    if (known !== undefined) moving.delete(known);
  };
  const map = (id: number, mapped: boolean): void => {
    const known = windows.get(id);
    if (known === undefined) return;
    known.mapped = mapped;
    // Where it was before it appeared nobody has seen.
    known.seen = [known.place];
    moving.delete(known);
  };
  connection.onEvent((event) => {
    if (!isOfTree(event)) return;
    switch (event.name) {
      case 'CreateNotify':
        put(event.wid, outerPlace(event));
        return;
      case 'ConfigureNotify':
        // `wid` is the window at which it was asked for, here the root.
        put(event.wid1, outerPlace(event));
        return;
      case 'ReparentNotify':
        if (event.parent !== screen.root) forget(event.wid);
        return;
      case 'DestroyNotify':
        forget(event.wid);
        return;
      default:
        map(event.wid, event.name === 'MapNotify');
    }
  });
  client.ChangeWindowAttributes(screen.root, { eventMask: SUBSTRUCTURE_NOTIFY });
  const { children } = await reply<{ readonly children: readonly number[] }>((done) => client.QueryTree(screen.root, done));
  await Promise.all(
    children.slice(0, MAX_WINDOWS).map(async (id) => {
      try {
        const [{ xPos: x, yPos: y, ...size }, { mapState }] = await Promise.all([
          reply<Geometry>((done) => client.GetGeometry(id, done)),
          reply<{ readonly mapState: number }>((done) => client.GetWindowAttributes(id, done)),
        ]);
        put(id, outerPlace({ x, y, ...size }));
        map(id, mapState === VIEWABLE);
      } catch {
        // It has gone meanwhile.
        forget(id);
      }
    }),
  );
  return {
    take: () =>
      [...moving].flatMap((window) => {
        window.seen = [...window.seen, window.place].slice(-PLACES);
        const moves = movesAlong(window.seen);
        if (moves.length === 0) moving.delete(window);
        return moves;
      }),
  };
}

/** From each place to each later one, the newest first and each once. */
function movesAlong(places: readonly Rect[]): PictureMove[] {
  const moves: PictureMove[] = [];
  for (let last = places.length - 1; last > 0; last -= 1) {
    for (let first = last - 1; first >= 0; first -= 1) {
      const [from, to] = [places[first], places[last]];
      if (from === undefined || to === undefined || (from.x === to.x && from.y === to.y)) continue;
      if (!moves.some((other) => sameRect(other.from, from) && sameRect(other.to, to))) moves.push({ from, to });
    }
  }
  return moves;
}

function sameRect(one: Rect, other: Rect): boolean {
  return one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;
}

interface Geometry {
  readonly xPos: number;
  readonly yPos: number;
  readonly width: number;
  readonly height: number;
  readonly borderWidth: number;
}

type Outline = Rect & { readonly borderWidth: number };

/** With the border, which lies outside of what X calls the window's size. */
function outerPlace({ x, y, width, height, borderWidth }: Outline): Rect {
  return { x, y, width: width + 2 * borderWidth, height: height + 2 * borderWidth };
}

const TREE_EVENTS: ReadonlySet<string> = new Set([
  'CreateNotify',
  'ConfigureNotify',
  'MapNotify',
  'UnmapNotify',
  'ReparentNotify',
  'DestroyNotify',
]);

function isOfTree(event: Event): event is Event & TreeEvent {
  return TREE_EVENTS.has(event.name);
}
