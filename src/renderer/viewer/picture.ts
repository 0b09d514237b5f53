import { type DesktopLayout, desktopLayout, isSameLayout, isSameSize } from '../../protocol/rdp/desktop-layout.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import { boundsOf } from '../../protocol/rdp/graphics/tiles/areas.ts';
import type { AppliedGraphics, DecoderKind, OnDrawn } from '../../protocol/rdp/graphics/contract.ts';
import { DECODERS } from '../../protocol/rdp/graphics/decoders.ts';
import { GraphicsDecoder } from '../../protocol/rdp/graphics/graphics-decoder.ts';
import type { Surface } from '../../protocol/rdp/graphics/surface.ts';
import type { ToPicture } from '../../protocol/rdp/graphics/viewer-messages.ts';

/** A frame whose end is this late is shown as far as it has come. */
export const LONGEST_FRAME_MS = 100;

/** One update may take so long. Ordinary ones take a few milliseconds; what takes longer than this was made to take long. */
export const LONGEST_UPDATE_MS = 2_000;

/** More rectangles than this are drawn as the one that holds them all. */
const MAX_RECTANGLES = 128;

/** Of more frames than these that are drawn at once the newest are acknowledged; each says that those before it have been drawn as well. */
const MAX_FRAMES_AT_ONCE = 64;

/** What to put on the canvas now. */
export interface Drawing {
  readonly surface: Surface;
  readonly rectangles: readonly Rect[];
  /** Frames that are complete with this drawing, the newest of them; each is to be acknowledged. */
  readonly frameIds: readonly number[];
}

/**
 * The decoded desktop between its arrival and the canvas, without either: what waits is decoded item by item and in order, however long a
 * decoder takes, and a drawing is given out when no frame is half way.
 */
export class Picture {
  private readonly nowMs: () => number;
  private readonly decoders: readonly DecoderKind[];
  private readonly onDrawn: OnDrawn | undefined;
  private waiting: ToPicture[] = [];
  /** How many of `waiting` are done with. */
  private done = 0;
  private decoder: GraphicsDecoder | undefined;
  private dirty: Rect[] = [];
  private frameIds: number[] = [];
  private frameSinceMs: number | undefined;
  private broken = false;
  private layout: DesktopLayout | undefined;

  constructor(nowMs: () => number, decoders: readonly DecoderKind[] = DECODERS, onDrawn?: OnDrawn) {
    this.nowMs = nowMs;
    this.onDrawn = onDrawn;
    this.decoders = decoders;
  }

  /** Dropped once {@link step} has failed: what came before it is missing. */
  push(item: ToPicture): void {
    if (!this.broken) this.waiting.push(item);
  }

  get isWaiting(): boolean {
    return this.done < this.waiting.length;
  }

  /**
   * Takes the next waiting item; one call at a time. Graphics before the first size are dropped: they have nowhere to go.
   * @returns the picture's size and monitors where they may be others
   * @throws ProtocolError for bad graphics, an impossible size, or an update that takes too long; nothing is taken any more then
   */
  async step(): Promise<DesktopLayout | undefined> {
    const item = this.next();
    if (item === undefined) return undefined;
    try {
      if (item.tag === 'size') return this.resize(item.size);
      if (this.decoder === undefined) return undefined;
      if (item.tag === 'layout') return this.arrange(item.layout);
      const untilMs = this.nowMs() + LONGEST_UPDATE_MS;
      const applied = this.decoder.apply(item.graphics, () => this.nowMs() > untilMs);
      return this.keep(applied instanceof Promise ? await applied : applied);
    } catch (error) {
      this.broken = true;
      this.waiting = [];
      this.done = 0;
      throw error;
    }
  }

  private next(): ToPicture | undefined {
    const item = this.waiting[this.done];
    if (item === undefined) return undefined;
    this.done += 1;
    // Shifting one by one costs the length of the queue each time.
    if (this.done === this.waiting.length || this.done >= 1_024) {
      this.waiting = this.waiting.slice(this.done);
      this.done = 0;
    }
    return item;
  }

  private resize(size: DesktopLayout): DesktopLayout {
    if (this.decoder === undefined) this.decoder = new GraphicsDecoder(size, this.decoders, this.onDrawn);
    else this.decoder.resize(size);
    this.frameSinceMs = undefined;
    this.dirty = [{ x: 0, y: 0, width: size.width, height: size.height }];
    this.layout = size;
    return size;
  }

  /** What is said beside the picture may be of another size than this one has by now: what of it is in this one counts. */
  private arrange({ monitors }: DesktopLayout): DesktopLayout | undefined {
    if (this.layout !== undefined) this.layout = desktopLayout(this.layout, monitors);
    return this.layout;
  }

  /** Gives the picture's new layout, where it has one. */
  private keep({ dirty, frames, layout: said }: AppliedGraphics): DesktopLayout | undefined {
    const { layout: before } = this;
    const layout = said !== undefined && before !== undefined && isSameLayout(said, before) ? undefined : said;
    if (layout !== undefined) {
      this.layout = layout;
      if (before === undefined || !isSameSize(layout, before)) this.dirty = [{ x: 0, y: 0, width: layout.width, height: layout.height }];
    }
    for (const rect of dirty) this.addDirty(rect);
    for (const frame of frames) {
      if (frame.action === 'begin') {
        this.frameSinceMs = this.nowMs();
      } else {
        this.frameSinceMs = undefined;
        this.frameIds.push(frame.frameId);
        if (this.frameIds.length > MAX_FRAMES_AT_ONCE) this.frameIds.shift();
      }
    }
    return layout;
  }

  /** Whether {@link takeDrawing} would give something, now or once the frame under way is late. */
  get hasDrawing(): boolean {
    return this.dirty.length > 0 || this.frameIds.length > 0;
  }

  /** From when on {@link takeDrawing} gives what there is: now, unless a frame is half way. */
  get dueMs(): number {
    return this.frameSinceMs === undefined ? this.nowMs() : this.frameSinceMs + LONGEST_FRAME_MS;
  }

  /** What changed since the last drawing; undefined when nothing did or a frame is half way and not yet late. */
  takeDrawing(): Drawing | undefined {
    if (this.decoder === undefined || !this.hasDrawing) return undefined;
    if (this.frameSinceMs !== undefined && this.nowMs() - this.frameSinceMs < LONGEST_FRAME_MS) return undefined;
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
