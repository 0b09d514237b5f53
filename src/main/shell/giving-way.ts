import type { KeptAway } from '../../protocol/assistance/status.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { Clock } from '../clock.ts';
import { type BarEdge, placeBar } from './window-bounds.ts';

/** A bar that jumps about under the novice's eyes is worse than one that is in the way. */
const AGAIN_MS = 5_000;
/** So far from the pointer: a click that is already on its way does not land in the bar. */
const POINTER_MARGIN = 48;

/** The novice's bar, the screen that it is on, and the pointer. */
interface BarPlace {
  readonly bar: Rect;
  readonly workArea: Rect;
  readonly pointer: { readonly x: number; readonly y: number };
}

/**
 * The other edge, unless the pointer is on the bar or would be. On the bar it is the novice's own, on its way to Stop: what the expert does never
 * gets there.
 */
export function otherEdge({ bar, workArea, pointer }: BarPlace): BarEdge | undefined {
  const isLow = bar.y + bar.height / 2 > workArea.y + workArea.height / 2;
  const edge = isLow ? 'top' : 'bottom';
  return isNear(bar, pointer, 0) || isNear(placeBar(workArea, edge), pointer, POINTER_MARGIN) ? undefined : edge;
}

const isNear = ({ x, y, width, height }: Rect, pointer: BarPlace['pointer'], margin: number): boolean =>
  pointer.x >= x - margin && pointer.x < x + width + margin && pointer.y >= y - margin && pointer.y < y + height + margin;

/** In one session: the bar goes out of the way when clicks that are meant for what is behind it were kept away. */
export class GivingWay {
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private seen = 0;
  private movedAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.clock = clock;
  }

  /** The edge to go to now; undefined where it stays. Whatever has been kept away before this call is not asked about again. */
  edgeFor(kept: KeptAway | undefined, place: () => BarPlace): BarEdge | undefined {
    if (kept === undefined || kept.count === this.seen) return undefined;
    this.seen = kept.count;
    if (kept.what !== 'pointer' || this.clock.monotonicMs() - this.movedAtMs < AGAIN_MS) return undefined;
    const edge = otherEdge(place());
    if (edge !== undefined) this.moved();
    return edge;
  }

  /** The novice has moved it: there it stays for a while. */
  moved(): void {
    this.movedAtMs = this.clock.monotonicMs();
  }
}
