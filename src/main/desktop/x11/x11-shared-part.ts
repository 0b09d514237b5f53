import { MAX_DESKTOP_SIDE } from '../../../protocol/rdp/graphics/capture-messages.ts';
import { type DesktopLayout, desktopLayout, isSameLayout } from '../../../protocol/rdp/desktop-layout.ts';
import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import type { SharedPart, SharedState } from '../../../protocol/rdp/shared-part.ts';
import { DesktopError } from '../contract.ts';
import type { PartPlace } from './part-place.ts';
import { X11SharedWindow } from './x11-shared-window.ts';
import { reply, type X11Connection } from './x11-connection.ts';
import { readMonitors } from './x11-monitors.ts';

/** RRNotify's number after the extension's first event; the package has no name for it. */
const RR_NOTIFY = 1;

/** So often it is looked anew because something has changed while it was. */
const MOST_LOOKS = 8;

/** Follows a part of an X desktop: where it is, and whether it still is there. A screen that comes back under its name is there again. */
export class X11SharedPart {
  private readonly connection: X11Connection;
  private wanted: SharedPart;
  private current: PartPlace | undefined;
  private hidden = false;
  private readonly reads: boolean;
  private readonly changed: () => void;
  private window: X11SharedWindow | undefined;
  private stale = false;
  private lookedAtMs = Number.NEGATIVE_INFINITY;
  private following: Promise<void> | undefined;

  private constructor(connection: X11Connection, part: SharedPart, reads: boolean, changed: () => void) {
    this.reads = reads;
    this.changed = changed;
    this.connection = connection;
    this.wanted = part;
  }

  /**
   * `changed`: what is known may not hold any more; {@link follow} finds out. The X server says so before it answers anything that was asked after
   * the change, so what has been read until then was read of the right place.
   * @param reads the picture is to be read, too: that of a window, and which monitors are in it
   */
  static async open(connection: X11Connection, part: SharedPart, changed: () => void, reads = false): Promise<X11SharedPart> {
    const shared = new X11SharedPart(connection, part, reads, changed);
    const randr = await connection.extension('randr');
    if (randr !== undefined) {
      const { ScreenChange, CrtcChange, OutputChange } = randr.NotifyMask;
      connection.onEvent(({ name, type }) => {
        if (name !== 'RRScreenChangeNotify' && type !== randr.firstEvent + RR_NOTIFY) return;
        shared.stale = true;
        changed();
      });
      randr.SelectInput(connection.screen.root, ScreenChange | CrtcChange | OutputChange);
    }
    await shared.follow();
    return shared;
  }

  get part(): SharedPart {
    return this.wanted;
  }
  /** Follows this part instead, once {@link follow} has found it. */
  show(part: SharedPart): void {
    this.wanted = part;
    this.stale = true;
  }

  /** Undefined where there is no such screen or window. */
  get place(): PartPlace | undefined {
    return this.current;
  }
  get state(): SharedState {
    if (this.current !== undefined) return 'shown';
    return this.hidden ? 'hidden' : 'gone';
  }
  /** Something has changed, and {@link follow} has not found out yet what. */
  get unsure(): boolean {
    return this.stale || this.following !== undefined;
  }

  /** Number of the window that is shown; undefined for what is no window. */
  get windowNumber(): number | undefined {
    return this.part.tag === 'window' ? this.window?.window : undefined;
  }

  /** How long ago it was looked: some changes (RRSetMonitor) are told by no event. */
  get sinceMs(): number {
    return performance.now() - this.lookedAtMs;
  }

  /** Rejects with DesktopError UNSUPPORTED for sizes that no picture has, or when the connection is lost. */
  follow(): Promise<void> {
    this.following ??= this.find().finally(() => {
      this.following = undefined;
    });
    return this.following;
  }

  /** It may be another place again each time, without end: then it stays unsure, and whoever waits goes on. A place of another part is none. */
  private async find(): Promise<void> {
    let looks = 0;
    let part: SharedPart;
    do {
      part = this.wanted;
      this.stale = false;
      this.current = await this.look();
      looks += 1;
    } while (part !== this.wanted || (this.stale && looks < MOST_LOOKS));
    this.lookedAtMs = performance.now();
  }

  private async look(): Promise<PartPlace | undefined> {
    const { root } = this.connection.screen;
    const { part } = this;
    this.hidden = false;
    if (part.tag === 'window') {
      if (this.window?.id !== part.id) {
        const window: X11SharedWindow = new X11SharedWindow(this.connection, part.id, this.reads, (what) => {
          if (this.window !== window) return;
          if (what === 'other') this.stale = true;
          this.changed();
        });
        this.window = window;
      }
      const found = await this.window.look();
      this.hidden = found === 'hidden';
      return found === 'hidden' ? undefined : found;
    }
    this.window = undefined;
    if (part.tag === 'all') {
      const { width, height } = await reply<Size>((done) => this.connection.client.GetGeometry(root, done));
      const { monitors }: DesktopLayout = this.reads
        ? desktopLayout({ width, height }, await readMonitors(this.connection))
        : { width, height };
      return { ...placed(root, { x: 0, y: 0, width, height }), ...(monitors === undefined ? {} : { monitors }) };
    }
    const screen = (await readMonitors(this.connection)).find(({ id }) => id === part.id);
    return screen === undefined ? undefined : placed(root, screen.area);
  }
}

export function isSamePlace(one: PartPlace | undefined, other: PartPlace | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.drawable === other.drawable && isSamePosition(one, other) && isSameLayout(layoutOf(one), layoutOf(other));
}

const isSamePosition = ({ area: one }: PartPlace, { area: other }: PartPlace): boolean => one.x === other.x && one.y === other.y;

/** The picture of what is there. */
export function layoutOf({ area, monitors }: PartPlace): DesktopLayout {
  return { width: area.width, height: area.height, ...(monitors === undefined ? {} : { monitors }) };
}

function placed(drawable: number, area: Rect): PartPlace {
  const { x, y, width, height } = area;
  if (width < 1 || height < 1 || width > MAX_DESKTOP_SIDE || height > MAX_DESKTOP_SIDE)
    throw new DesktopError('UNSUPPORTED', `a screen of ${width}×${height}`);
  return { drawable, x, y, origin: { x, y }, area };
}
