/* A thin line around what is shared, for as long as somebody sees it. */
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';

/** In units of the screen. */
export const BORDER_WIDTH = 3;

export interface Edges {
  /** The screens that somebody sees, as they are now. */
  screens(): readonly Rect[];
  /** One of them has another place or size, or is another. */
  onScreens(listener: () => void): void;
  /** Shows one edge, which takes no click and no focus. */
  show(edge: Rect): { close(): void };
}

export interface SharedBorder {
  update(session: SessionStatus | undefined): void;
}

/** The four edges of a screen, on the screen, none on another. */
export function edgesOf({ x, y, width, height }: Rect): readonly Rect[] {
  const inner = Math.max(1, height - 2 * BORDER_WIDTH);
  return [
    { x, y, width, height: BORDER_WIDTH },
    { x, y: y + height - BORDER_WIDTH, width, height: BORDER_WIDTH },
    { x, y: y + BORDER_WIDTH, width: BORDER_WIDTH, height: inner },
    { x: x + width - BORDER_WIDTH, y: y + BORDER_WIDTH, width: BORDER_WIDTH, height: inner },
  ];
}

export function createSharedBorder(edges: Edges): SharedBorder {
  let shown: readonly { close(): void }[] = [];
  let seen = false;
  function draw(): void {
    for (const edge of shown) edge.close();
    shown = seen
      ? edges
          .screens()
          .flatMap(edgesOf)
          .map((edge) => edges.show(edge))
      : [];
  }
  edges.onScreens(() => {
    if (seen) draw();
  });
  return {
    update(session) {
      const now = session?.role === 'novice' && session.phase.tag === 'connected' && session.viewing;
      if (now === seen) return;
      seen = now;
      draw();
    },
  };
}
