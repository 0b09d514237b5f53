import { ProtocolError } from '../../bytes/errors.ts';
import type { Rect, Size } from '../geometry.ts';
import type { FrameEncoder, GraphicsSettings, GraphicsUpdate, PictureChanges, PixelFrame } from './contract.ts';
import { createFrameEncoder } from './frame-encoder.ts';
import { ChangedTiles } from './tiles/changed-tiles.ts';

/** As many as one Refresh Rect has ([MS-RDPBCGR] 2.2.11.2.1); more become the whole picture. */
const MAX_FORCED_AREAS = 255;

export interface EncodedPicture {
  readonly generation: number;
  readonly frameId: number;
  readonly updates: readonly GraphicsUpdate[];
  readonly changedPixels: number;
}

/**
 * From pictures of a screen to what a client must be sent: knows what the client has by now and what it has asked for again.
 * Whoever captures has one; it keeps no time and waits for nothing.
 */
export class PictureStream {
  private readonly tiles = new ChangedTiles();
  private size: Size;
  private encoder: FrameEncoder | undefined;
  private scrollCopies = false;
  private generation = 0;
  private frameId = 0;
  private whole = true;
  private forced: Rect[] = [];
  /** Of all forced areas together, however they overlap. */
  private forcedPixels = 0;

  constructor(size: Size) {
    this.size = size;
  }

  get configured(): boolean {
    return this.encoder !== undefined;
  }

  /** A frame is due even if no pixel changes: the first after `configure` or `resize`, and whatever `refresh` asked for. */
  get dueAnyway(): boolean {
    return this.whole || this.forced.length > 0;
  }

  /** The next frame is a whole one. `generation` comes back in every frame encoded with these settings. */
  configure(settings: GraphicsSettings, generation: number): void {
    this.encoder = createFrameEncoder(settings);
    this.scrollCopies = settings.scrollCopies;
    this.generation = generation;
    this.whole = true;
  }

  /** The next frame is a whole one of this size. */
  resize(size: Size): void {
    this.size = size;
    this.whole = true;
    this.forgetForced();
  }

  /** These areas count as changed; parts outside the picture are left out. */
  refresh(areas: readonly Rect[]): void {
    for (const area of areas) {
      if (this.whole) return;
      const x = Math.max(0, area.x);
      const y = Math.max(0, area.y);
      const width = Math.min(this.size.width, area.x + area.width) - x;
      const height = Math.min(this.size.height, area.y + area.height) - y;
      if (width > 0 && height > 0) this.force({ x, y, width, height });
    }
  }

  /** What of `frame` the client must be sent. Only inside `damage` may it differ from the frame before. Counts as sent. */
  changes(frame: PixelFrame, damage: readonly Rect[]): PictureChanges {
    if (this.whole) {
      this.whole = false;
      this.forgetForced();
      this.tiles.forget();
      return { copies: [], areas: this.tiles.update(frame, []) };
    }
    const { forced } = this;
    this.forgetForced();
    // Who asks for something again may not have it: nothing is copied from there.
    const copies = this.scrollCopies && forced.length === 0 ? this.tiles.scroll(frame, damage) : [];
    return { copies, areas: [...this.tiles.update(frame, damage), ...forced] };
  }

  /** @throws ProtocolError ILLEGAL_TRANSITION before `configure` */
  encode(frame: PixelFrame, changed: PictureChanges): EncodedPicture {
    if (this.encoder === undefined) throw new ProtocolError('ILLEGAL_TRANSITION', 'PictureStream.encode', 'configured', 'not configured');
    this.frameId = (this.frameId + 1) >>> 0;
    return {
      generation: this.generation,
      frameId: this.frameId,
      updates: this.encoder.encode(frame, changed.areas, this.frameId, changed.copies),
      changedPixels: [...changed.copies, ...changed.areas].reduce((sum, rect) => sum + rect.width * rect.height, 0),
    };
  }

  /** Many wishes cost more than one whole frame, and they may come for as long as nobody takes one. */
  private force(area: Rect): void {
    this.forced.push(area);
    this.forcedPixels += area.width * area.height;
    if (this.forced.length <= MAX_FORCED_AREAS && this.forcedPixels < this.size.width * this.size.height) return;
    this.whole = true;
    this.forgetForced();
  }

  private forgetForced(): void {
    this.forced = [];
    this.forcedPixels = 0;
  }
}
