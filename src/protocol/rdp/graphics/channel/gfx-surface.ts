import type { Rect, Size } from '../../geometry.ts';
import type { GfxPoint } from '../../pdu/rdpgfx/shapes.ts';
import type { BitmapDecoder, DecoderKind } from '../contract.ts';
import { bitmapTarget, createSurface, type BitmapTarget, type HeldPicture, type Surface } from '../surface.ts';
import { holds, without } from '../tiles/areas.ts';

/** What is copied from a held picture more often than this is drawn first: each small part costs more then than its pixels do. */
const MOST_PARTS = 64;

/**
 * A surface of the graphics channel, with what belongs to it alone. A film's picture, of which nobody sees anything before it is copied to another
 * surface, is held as its decoder has it until its pixels are asked for.
 */
export class GfxSurface implements Surface {
  readonly width: number;
  readonly height: number;
  readonly decoders = new Map<DecoderKind, BitmapDecoder>();
  /** Something has been drawn on it. */
  touched = false;
  private readonly pixels: Surface;
  private place: GfxPoint | undefined;
  private held: HeldPicture | undefined;
  /** Drawn elsewhere of the held picture. */
  private parts = 0;

  /** @throws ProtocolError OUT_OF_RANGE for an empty size, TOO_LARGE beyond our bounds */
  constructor(size: Size) {
    this.pixels = createSurface(size);
    this.width = size.width;
    this.height = size.height;
  }

  /** With everything that has been drawn. */
  get words(): Int32Array<ArrayBuffer> {
    const { held } = this;
    this.held = undefined;
    if (held !== undefined) this.drawParts(held, held.regions);
    return this.pixels.words;
  }

  /** Where its top left pixel is on the output; undefined while it is not on it. */
  get mappedTo(): GfxPoint | undefined {
    return this.place;
  }

  /** What is on the output is looked at without being asked for: nothing is held from now on. */
  mapTo(place: GfxPoint | undefined): void {
    this.place = place;
    if (place !== undefined) void this.words;
  }

  /** All of it, for a decoder whose data say which parts they draw. */
  get target(): BitmapTarget {
    return this.place === undefined ? new HoldingTarget(this) : bitmapTarget(this, { x: 0, y: 0, width: this.width, height: this.height });
  }

  /** Takes the place of the picture before. */
  hold(picture: HeldPicture): void {
    const before = this.held;
    this.held = picture;
    this.parts = 0;
    if (before !== undefined) this.drawParts(before, without(before.regions, picture.regions));
  }

  /** Draws a part of the held picture elsewhere. False where it is not one, or not any more: the pixels are to be copied then. */
  drawHeld(part: Rect, target: BitmapTarget): boolean {
    const { held } = this;
    if (held === undefined || this.parts >= MOST_PARTS || !held.regions.some((region) => holds(region, part))) return false;
    this.parts += 1;
    held.draw(part, target);
    return true;
  }

  private drawParts(picture: HeldPicture, parts: readonly Rect[]): void {
    for (const part of parts) picture.draw(part, bitmapTarget(this.pixels, part));
  }
}

/** Pixels are drawn when they are asked for, and not where a picture is held. */
class HoldingTarget implements BitmapTarget {
  readonly offset = 0;
  private readonly surface: GfxSurface;

  constructor(surface: GfxSurface) {
    this.surface = surface;
  }

  get words(): Int32Array {
    return this.surface.words;
  }

  get stride(): number {
    return this.surface.width;
  }

  get columns(): number {
    return this.surface.width;
  }

  get rows(): number {
    return this.surface.height;
  }

  hold(picture: HeldPicture): void {
    this.surface.hold(picture);
  }
}
