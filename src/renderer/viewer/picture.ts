import type { ViewerGraphics } from '../../protocol/rdp/client/contract.ts';
import type { Rect, Size } from '../../protocol/rdp/geometry.ts';
import { GraphicsDecoder } from '../../protocol/rdp/graphics/graphics-decoder.ts';
import type { Surface } from '../../protocol/rdp/graphics/surface.ts';

/** A frame whose end is this late is shown as far as it has come. */
export const LONGEST_FRAME_MS = 100;

/** More rectangles than this are drawn as the one that holds them all. */
const MAX_RECTANGLES = 128;

type PictureItem = { readonly tag: 'size'; readonly size: Size } | { readonly tag: 'graphics'; readonly graphics: ViewerGraphics };

/** What to put on the canvas now. */
export interface Drawing {
  readonly surface: Surface;
  readonly rectangles: readonly Rect[];
  /** Frames that are complete with this drawing; each is to be acknowledged. */
  readonly frameIds: readonly number[];
}

/**
 * The decoded desktop between its arrival and the canvas, without either: what waits is decoded item by item, so that input gets through
 * in between, and a drawing is given out when no frame is half way. Time comes as an argument.
 */
export class Picture {
  private readonly waiting: PictureItem[] = [];
  private decoder: GraphicsDecoder | undefined;
  private dirty: Rect[] = [];
  private frameIds: number[] = [];
  private frameSinceMs: number | undefined;
  private broken = false;

  /** Dropped once {@link step} has thrown: what came before it is missing. */
  push(item: PictureItem): void {
    if (!this.broken) this.waiting.push(item);
  }

  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /**
   * Takes the next waiting item. Graphics before the first size are dropped: they have nowhere to go.
   * @returns the new size when that was the item
   * @throws ProtocolError for bad graphics or an impossible size; nothing is taken any more then
   */
  step(nowMs: number): Size | undefined {
    const item = this.waiting.shift();
    if (item === undefined) return undefined;
    try {
      return this.take(item, nowMs);
    } catch (error) {
      this.broken = true;
      this.waiting.length = 0;
      throw error;
    }
  }

  private take(item: PictureItem, nowMs: number): Size | undefined {
    if (item.tag === 'size') {
      if (this.decoder === undefined) this.decoder = new GraphicsDecoder(item.size);
      else this.decoder.resize(item.size);
      this.frameSinceMs = undefined;
      this.dirty = [{ x: 0, y: 0, width: item.size.width, height: item.size.height }];
      return item.size;
    }
    if (this.decoder === undefined) return undefined;
    const { dirty, frames } = this.decoder.apply(item.graphics);
    for (const rect of dirty) this.addDirty(rect);
    for (const frame of frames) {
      if (frame.action === 'begin') {
        this.frameSinceMs = nowMs;
      } else {
        this.frameSinceMs = undefined;
        this.frameIds.push(frame.frameId);
      }
    }
    return undefined;
  }

  /** Whether {@link takeDrawing} would give something, now or once the frame under way is late. */
  get hasDrawing(): boolean {
    return this.dirty.length > 0 || this.frameIds.length > 0;
  }

  /** What changed since the last drawing; undefined when nothing did or a frame is half way and not yet late. */
  takeDrawing(nowMs: number): Drawing | undefined {
    if (this.decoder === undefined || !this.hasDrawing) return undefined;
    if (this.frameSinceMs !== undefined && nowMs - this.frameSinceMs < LONGEST_FRAME_MS) return undefined;
    const drawing = { surface: this.decoder.surface, rectangles: this.dirty, frameIds: this.frameIds };
    this.dirty = [];
    this.frameIds = [];
    return drawing;
  }

  private addDirty(rect: Rect): void {
    const last = this.dirty.at(-1);
    if (last !== undefined && last.y === rect.y && last.height === rect.height && last.x <= rect.x && last.x + last.width >= rect.x) {
      const right = Math.max(last.x + last.width, rect.x + rect.width);
      this.dirty[this.dirty.length - 1] = { x: last.x, y: last.y, width: right - last.x, height: last.height };
      return;
    }
    this.dirty.push(rect);
    if (this.dirty.length > MAX_RECTANGLES) this.dirty = [boundsOf(this.dirty)];
  }
}

function boundsOf(rectangles: readonly Rect[]): Rect {
  let left = Infinity;
  let top = Infinity;
  let right = 0;
  let bottom = 0;
  for (const rect of rectangles) {
    left = Math.min(left, rect.x);
    top = Math.min(top, rect.y);
    right = Math.max(right, rect.x + rect.width);
    bottom = Math.max(bottom, rect.y + rect.height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
