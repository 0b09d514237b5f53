import { type DesktopLayout, isSameLayout, isSameSize } from '../../../protocol/rdp/desktop-layout.ts';
import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import type { PictureMove, PixelFrame, Place } from '../../../protocol/rdp/graphics/contract.ts';
import { openPictureMemory } from '../../../protocol/rdp/graphics/kernels/picture-memory.ts';
import type { SharedState } from '../../../protocol/rdp/shared-part.ts';
import type { PartPlace } from './part-place.ts';
import { grabAreas } from './grab-areas.ts';
import { openGrabber, type Grabber, type GrabWay, type PutPixels } from './grabber.ts';
import type { X11Connection } from './x11-connection.ts';
import type { X11Damage } from './x11-damage.ts';
import type { X11MenuLayer } from './x11-menu-layer.ts';
import { isSamePlace, layoutOf, type X11SharedPart } from './x11-shared-part.ts';
import type { ScreenPixels } from './x11-visual.ts';

/** With DAMAGE the whole is compared at this interval: some drivers and overlays draw past it. About 5 ms of work at 1920×1080. */
const SILENT_INTERVAL_MS = 2_000;
/** The size of a blank picture, where what is to be shared was gone from the beginning. */
const NOTHING_TO_SEE: DesktopLayout = { width: 640, height: 480 };
/** A grab fails while the screen is being resized: number of further tries. */
const MAX_RETRIES = 50;

/** What has been read: areas of the picture that are fresh now; nothing, because it is hidden or not known to be the right place; `elsewhere`, and to be followed; or not at the moment. */
export type PartRead = readonly Rect[] | 'nothing' | 'elsewhere' | 'later';

export interface X11PartReaderParts {
  readonly connection: X11Connection;
  readonly shared: X11SharedPart;
  readonly pixels: ScreenPixels;
  readonly way: GrabWay | 'auto';
}

/** The picture of a part of an X screen, read as it changes; nothing outside of the part is ever read. One call at a time. */
export class X11PartReader {
  private readonly parts: X11PartReaderParts;
  private grabber: Grabber;
  private current: DesktopLayout;
  private pixelFrame: PixelFrame;
  /** Undefined where the server has no DAMAGE: then everything counts as drawn. */
  damage: X11Damage | undefined;
  /** Of one window: its menus. */
  menus: X11MenuLayer | undefined;
  /** The next read takes the whole, because earlier ones may be stale. */
  private readAll = true;
  private lastWholeMs = Number.NEGATIVE_INFINITY;
  private retries = 0;
  /** What was drawn when it was read last; and what is taken for what is drawn next, because it was the same twice. */
  private drawn: readonly Rect[] = [];
  private expected: readonly Rect[] = [];
  private closed = false;

  constructor(parts: X11PartReaderParts, layout: DesktopLayout, grabber: Grabber, picture: PixelFrame) {
    this.parts = parts;
    this.current = layout;
    this.grabber = grabber;
    this.pixelFrame = picture;
  }

  static async open(parts: X11PartReaderParts): Promise<X11PartReader> {
    const { place } = parts.shared;
    const layout = place === undefined ? NOTHING_TO_SEE : layoutOf(place);
    const picture = openPictureMemory(layout);
    return new X11PartReader(parts, layout, await grabberFor(picture, parts), picture);
  }

  get way(): GrabWay {
    return this.grabber.way;
  }
  get layout(): DesktopLayout {
    return this.current;
  }
  /** In the kernels' memory; another one when the size is another. */
  get picture(): PixelFrame {
    return this.pixelFrame;
  }
  get state(): SharedState {
    return this.parts.shared.state;
  }
  /** Something may have been drawn since it was read. */
  get isDrawn(): boolean {
    return this.damage === undefined || this.damage.isAny || this.menus?.isChanged === true;
  }
  /** Until the whole is compared although nothing was drawn, in milliseconds. */
  get wholeInMs(): number {
    return Math.max(0, this.lastWholeMs + SILENT_INTERVAL_MS - performance.now());
  }

  /** What has moved on the root, as moves in the picture. */
  moves(onRoot: readonly PictureMove[]): readonly PictureMove[] {
    const { place } = this.parts.shared;
    return place === undefined ? [] : onRoot.map(({ from, to }) => ({ from: shifted(from, place), to: shifted(to, place) }));
  }

  /**
   * Rejects when the connection is lost, or when the screen cannot be read for long.
   * @param beside asks the server for something else that costs no wait of its own then
   */
  async read(beside: () => void = () => undefined): Promise<PartRead> {
    const { shared } = this.parts;
    const whole = rectOf(this.current);
    if (this.wholeInMs === 0 && (await this.isElsewhere())) return 'elsewhere';
    const { place } = shared;
    if (shared.state === 'hidden') {
      // The last picture stays; once it is to be seen again the whole is taken.
      this.damage?.forget();
      this.readAll = true;
      this.lastWholeMs = performance.now();
      return 'nothing';
    }
    if (place === undefined) return this.blank();
    const asked = this.ask(place, beside);
    const damaged = asked.damaged === undefined ? [whole] : (await asked.damaged).map((rect) => shifted(rect, place.origin));
    const menus = (await this.menus?.changes(place.area)) ?? [];
    const all = this.readAll || this.damage === undefined || this.wholeInMs === 0;
    const areas = all ? [whole] : grabAreas([...damaged, ...menus], this.current);
    const isExpected = this.expect(all ? [] : areas);
    // What is written in vain is taken back as the pictures change places, and must have been written by then.
    if (this.grabber.inPlace && !isExpected) await asked.pixels?.catch(() => undefined);
    this.picture.kernels?.turn(areas);
    try {
      const put = await (isExpected && asked.pixels !== undefined ? asked.pixels : this.askPixels(areas, place));
      put(this.picture);
      await this.menus?.draw(areas, this.grabber, this.picture);
    } catch (error) {
      // The screen shrank between the damage and the grab; its resize event is on the way.
      this.retries += 1;
      if (this.retries > MAX_RETRIES) throw error;
      return 'later';
    }
    // What has been read may be of another place already: whoever is told so follows, and takes it anew.
    if (shared.unsure) return 'nothing';
    this.retries = 0;
    this.readAll = false;
    if (all) this.lastWholeMs = performance.now();
    return areas;
  }

  /** Finds out where the part is; the next read takes the whole. Gives its layout where that is another. */
  async follow(): Promise<DesktopLayout | undefined> {
    const { shared } = this.parts;
    await shared.follow();
    this.readAll = true;
    this.expected = [];
    const layout = shared.place === undefined ? this.current : layoutOf(shared.place);
    if (isSameLayout(layout, this.current)) return undefined;
    if (!isSameSize(layout, this.current)) {
      const picture = openPictureMemory(layout);
      const grabber = await grabberFor(picture, this.parts);
      if (this.closed) {
        grabber.close();
        return undefined;
      }
      this.grabber.close();
      this.grabber = grabber;
      this.pixelFrame = picture;
    }
    this.current = layout;
    return layout;
  }

  close(): void {
    this.closed = true;
    this.grabber.close();
  }

  /** Asks what is drawn, and already for its pixels where that is likely to be what it was: the second wait for the server falls away. */
  private ask(place: PartPlace, beside: () => void): { readonly damaged?: Promise<readonly Rect[]>; readonly pixels?: Promise<PutPixels> } {
    const { damage, expected } = this;
    let damaged: Promise<readonly Rect[]> | undefined;
    let pixels: Promise<PutPixels> | undefined;
    this.parts.connection.together(() => {
      beside();
      damaged = damage?.take();
      if (expected.length > 0 && !this.readAll && this.wholeInMs > 0) pixels = this.grabber.ask(expected, place);
    });
    // Where it is in vain nobody waits for it.
    pixels?.catch(() => undefined);
    return { ...(damaged === undefined ? {} : { damaged }), ...(pixels === undefined ? {} : { pixels }) };
  }

  private askPixels(areas: readonly Rect[], place: PartPlace): Promise<PutPixels> {
    let pixels: Promise<PutPixels> | undefined;
    this.parts.connection.together(() => {
      pixels = this.grabber.ask(areas, place);
    });
    return pixels ?? Promise.resolve(() => undefined);
  }

  /** Whether these areas are what was expected. What is drawn twice alike is expected to be so again, unless asking in vain costs much. */
  private expect(areas: readonly Rect[]): boolean {
    const isExpected = isSame(areas, this.expected);
    const isCheap = this.way !== 'getImage' && this.menus === undefined;
    this.expected = isCheap && isSame(areas, this.drawn) ? areas : [];
    this.drawn = areas;
    return isExpected;
  }

  /** Looks where the part is, because not every change of monitors is told. */
  private async isElsewhere(): Promise<boolean> {
    const { shared } = this.parts;
    const before = shared.place;
    await shared.follow();
    return !isSamePlace(before, shared.place);
  }

  /** What is shared is not there any more: nothing is shown in its place. */
  private blank(): readonly Rect[] {
    this.readAll = false;
    this.damage?.forget();
    this.lastWholeMs = performance.now();
    const areas = [rectOf(this.current)];
    this.picture.kernels?.turn(areas);
    this.picture.pixels.fill(0);
    return areas;
  }
}

/** A window's picture is in a pixmap of its own, of another depth perhaps, and its menus are put over it. */
function grabberFor(picture: PixelFrame, { connection, shared, pixels, way }: X11PartReaderParts): Promise<Grabber> {
  return openGrabber(connection, picture, way, pixels, shared.part.tag === 'window' ? undefined : picture.kernels);
}

const rectOf = ({ width, height }: Size): Rect => ({ x: 0, y: 0, width, height });

function isSame(ones: readonly Rect[], others: readonly Rect[]): boolean {
  return ones.length === others.length && ones.every((one, index) => isSameRect(one, others[index]));
}

function isSameRect(one: Rect, other: Rect | undefined): boolean {
  return one.x === other?.x && one.y === other.y && one.width === other.width && one.height === other.height;
}

const shifted = (rect: Rect, { x, y }: Place): Rect => ({ ...rect, x: rect.x - x, y: rect.y - y });
