import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import type { Rect, Size } from '../../geometry.ts';
import type { PictureMove } from '../contract.ts';
import type { FrameWords } from '../pixel-words.ts';
import { intersection } from '../tiles/areas.ts';
import { changedBox, isChanged } from './changed-box.ts';
import { movedParts } from './moved-parts.ts';
import { copyOnPicture } from './screen-copy.ts';

/** Moves that would copy fewer pixels are passed over: so much is quickly sent. */
const MIN_COPIED = 4_096;
/** So many moves are looked into in one picture. */
const MAX_MOVES = 16;

/** A move that explains so much of what has changed where the window is now is taken without a look at the others. */
const ENOUGH = 0.75;

/** What a move explains. */
interface Explained {
  readonly move: PictureMove;
  readonly copies: readonly ScreenCopy[];
  readonly pixels: number;
  /** As a share of what has changed there. */
  readonly share: number;
}

/**
 * What of these moves is to be seen between two pictures, inside `damage`, as copies in this order, which are made on `previous`: they leave every pixel that they
 * write as it is in `now`. The move that explains most is made first, and what is left is compared with that, because windows lie above each other
 * and several moves may be told of one.
 */
export function copyMoves(
  now: FrameWords,
  previous: Int32Array,
  size: Size,
  damage: readonly Rect[],
  moves: readonly PictureMove[],
): ScreenCopy[] {
  const made: ScreenCopy[] = [];
  let left = moves.slice(0, MAX_MOVES);
  while (left.length > 0) {
    let best: Explained | undefined;
    const others: PictureMove[] = [];
    for (const move of left) {
      if (best !== undefined && best.share >= ENOUGH) {
        others.push(move);
        continue;
      }
      const explained = explain(now, previous, size, damage, move);
      if (explained === undefined) continue;
      if (best !== undefined) others.push(best.pixels < explained.pixels ? best.move : move);
      if (best === undefined || best.pixels < explained.pixels) best = explained;
    }
    if (best === undefined) break;
    for (const copy of best.copies) copyOnPicture(previous, size, copy);
    made.push(...best.copies);
    left = others;
  }
  return made;
}

/** Undefined where it is not worth a copy. */
function explain(now: FrameWords, previous: Int32Array, size: Size, damage: readonly Rect[], move: PictureMove): Explained | undefined {
  const { from, to } = move;
  const place = { x: to.x, y: to.y, width: Math.min(from.width, to.width), height: Math.min(from.height, to.height) };
  const within = damage.flatMap((rect) => intersection(rect, place) ?? []);
  const changed = changedBox(now, previous, size, within);
  // No column beside the window: its strip would differ in every row.
  const inside = changed === undefined ? undefined : intersection(changed, place);
  if (inside === undefined) return undefined;
  // What is blank and was copied already looks as if every other move had moved it, too.
  const copies = movedParts(now, previous, size, inside, { dx: to.x - from.x, dy: to.y - from.y }).filter((copy) =>
    isChanged(now, previous, size, copy),
  );
  const pixels = copies.reduce((sum, { width, height }) => sum + width * height, 0);
  return pixels < MIN_COPIED ? undefined : { move, copies, pixels, share: pixels / (inside.width * inside.height) };
}
