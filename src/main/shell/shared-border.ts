/* A thin line around what is shared, for as long as somebody sees it. */
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import { without } from '../../protocol/rdp/graphics/tiles/areas.ts';
import type { SeenWindow } from '../desktop/contract.ts';

/** In units of the screen. */
export const BORDER_WIDTH = 3;

export interface Edges {
  /** Where the screens of this are now. Nothing where there are none. */
  areas(part: SharedPart): Promise<readonly Rect[]>;
  /** A screen has another place or size, or is another. */
  onScreens(listener: () => void): void;
  /** Shows one edge, which takes no click and no focus. */
  show(edge: Rect): { close(): void };
  /** Shows the edges of a window wherever that is, as far as they are not covered ({@link seenEdges}). */
  around(window: string): { close(): void };
}

export interface SharedBorder {
  update(session: SessionStatus | undefined): void;
}

/** The four edges of a screen or a window, on it, none on another. */
export function edgesOf({ x, y, width, height }: Rect): readonly Rect[] {
  const inner = Math.max(1, height - 2 * BORDER_WIDTH);
  return [
    { x, y, width, height: BORDER_WIDTH },
    { x, y: y + height - BORDER_WIDTH, width, height: BORDER_WIDTH },
    { x, y: y + BORDER_WIDTH, width: BORDER_WIDTH, height: inner },
    { x: x + width - BORDER_WIDTH, y: y + BORDER_WIDTH, width: BORDER_WIDTH, height: inner },
  ];
}

/** The four edges of a window, each as far as nothing lies in front of it: whoever has another window there sees that whole. */
export function seenEdges({ area, covers }: SeenWindow): readonly { readonly edge: Rect; readonly seen: readonly Rect[] }[] {
  return edgesOf(area).map((edge) => ({ edge, seen: without([edge], covers) }));
}

export function createSharedBorder(edges: Edges, onError: (error: unknown) => void): SharedBorder {
  let shown: readonly { close(): void }[] = [];
  let drawn = '';
  let seen: SharedPart | undefined;
  let looking: symbol | undefined;

  function draw(areas: readonly Rect[]): void {
    const next = JSON.stringify(areas);
    if (next === drawn && areas.length > 0) return;
    drawn = next;
    for (const edge of shown) edge.close();
    shown = areas.flatMap(edgesOf).map((edge) => edges.show(edge));
  }

  /** Of several looks only the last one counts. */
  async function look(): Promise<void> {
    const part = seen;
    const mine = Symbol('look');
    looking = mine;
    if (part === undefined) {
      draw([]);
      return;
    }
    if (part.tag === 'window') {
      draw([]);
      shown = [edges.around(part.id)];
      return;
    }
    const areas = await edges.areas(part);
    if (looking === mine) draw(areas);
  }
  function lookAgain(): void {
    look().catch(onError);
  }

  edges.onScreens(() => {
    if (seen !== undefined) lookAgain();
  });
  return {
    update(session) {
      const now = seenPart(session);
      if (JSON.stringify(now) === JSON.stringify(seen)) return;
      seen = now;
      lookAgain();
    },
  };
}

/** What the expert sees of this computer now. */
function seenPart(session: SessionStatus | undefined): SharedPart | undefined {
  if (session?.role !== 'novice' || session.phase.tag !== 'connected' || !session.viewing) return undefined;
  const { part, state } = session.sharing ?? { part: { tag: 'all' }, state: 'shown' };
  return state === 'shown' ? part : undefined;
}
