import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import { overlap } from '../../../protocol/rdp/graphics/tiles/areas.ts';
import type { InputEvent } from '../../../protocol/rdp/input/events.ts';
import type { SharedPart } from '../../../protocol/rdp/shared-part.ts';
import type { Aim, Lands } from '../own-window-guard.ts';
import { reply, type X11Connection } from './x11-connection.ts';
import { X11OnTop } from './x11-on-top.ts';
import type { X11OwnWindows } from './x11-own-windows.ts';
import { X11SharedPart } from './x11-shared-part.ts';

/** GetInputFocus: whatever is under the pointer. */
const POINTER_ROOT = 1;
/** A window is not nested deeper. */
const MAX_DEPTH = 32;

/** A screen may be elsewhere without an event that says it. */
const LOOK_AGAIN_MS = 1_000;

/** Where input arrives whose positions are those of the shared part. */
export class X11Aim {
  private readonly connection: X11Connection;
  private readonly ownWindows: X11OwnWindows;
  private readonly shared: X11SharedPart;
  private onTop: X11OnTop | undefined;

  private constructor(connection: X11Connection, ownWindows: X11OwnWindows, shared: X11SharedPart) {
    this.connection = connection;
    this.ownWindows = ownWindows;
    this.shared = shared;
  }

  static async open(connection: X11Connection, ownWindows: X11OwnWindows, part: SharedPart): Promise<X11Aim> {
    return new X11Aim(connection, ownWindows, await X11SharedPart.open(connection, part, () => undefined));
  }

  show(part: SharedPart): void {
    this.shared.show(part);
  }

  /** Until it is known where the part is. Rejects when the connection is lost. */
  async known(): Promise<void> {
    // A window moves with its frame, which tells nobody else.
    if (this.shared.unsure || this.shared.part.tag === 'window' || this.shared.sinceMs > LOOK_AGAIN_MS) await this.shared.follow();
  }

  /** The event with its position on the root, once that is {@link known}. */
  onRoot(event: InputEvent): InputEvent {
    if (event.tag !== 'pointerMove' && event.tag !== 'pointerButton') return event;
    const { x = 0, y = 0 } = this.shared.place?.area ?? {};
    return { ...event, x: event.x + x, y: event.y + y };
  }

  /** The position of the root as one of the part. */
  inPart(rootX: number, rootY: number): { readonly x: number; readonly y: number } {
    const { x = 0, y = 0 } = this.shared.place?.area ?? {};
    return { x: rootX - x, y: rootY - y };
  }

  /** Not everything is shown, and so what reaches all of the desktop does not arrive in the part. */
  get isLimited(): boolean {
    return this.shared.part.tag !== 'all';
  }

  /** Where what is aimed like this arrives; points are the root's. */
  async lands(aim: Aim | undefined): Promise<Lands> {
    if (aim === undefined) return 'there';
    switch (aim.tag) {
      case 'point':
        if (!(await this.covers(aim.x, aim.y))) return 'outside';
        return (await this.ownWindows.at(aim.x, aim.y)) ? 'own' : 'there';
      case 'pointer':
        if (await this.ownWindows.underPointer()) return 'own';
        return (await this.coversPointer()) ? 'there' : 'outside';
      case 'focus':
        if (await this.ownWindows.focused()) return 'own';
        return (await this.coversFocus()) ? 'there' : 'outside';
    }
  }

  private async covers(x: number, y: number): Promise<boolean> {
    // The X server keeps a pointer on the desktop, and whoever sees all of it may push against its edge.
    if (this.shared.part.tag === 'all') return true;
    const area = this.shared.place?.area;
    const inside = area !== undefined && x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
    return inside && (this.shared.part.tag !== 'window' || (await this.isOnTop(this.shared.windowNumber ?? 0, x, y)));
  }

  private isOnTop(window: number, x: number, y: number): Promise<boolean> {
    if (this.onTop?.window !== window) this.onTop = new X11OnTop(this.connection, window);
    return this.onTop.at(x, y);
  }

  private async coversPointer(): Promise<boolean> {
    if (this.shared.part.tag === 'all') return true;
    const { client, screen } = this.connection;
    const { rootX, rootY } = await reply<{ readonly rootX: number; readonly rootY: number }>((done) =>
      client.QueryPointer(screen.root, done),
    );
    return this.covers(rootX, rootY);
  }

  /** Whoever types sees something of where it goes. */
  private async coversFocus(): Promise<boolean> {
    if (this.shared.part.tag === 'all') return true;
    const { client, screen } = this.connection;
    const { focus } = await reply<{ readonly focus: number }>((done) => client.GetInputFocus(done));
    if (focus === POINTER_ROOT || focus === screen.root) return this.coversPointer();
    const area = this.shared.place?.area;
    if (area === undefined || focus === 0) return false;
    try {
      if (this.shared.part.tag === 'window') return (await this.around(focus)).includes(this.shared.windowNumber ?? 0);
      return overlap(await this.topLevelArea(focus), area);
    } catch {
      // It has gone meanwhile; where keys go now nobody knows.
      return false;
    }
  }

  /** The window and those it is in, without the root. */
  private async around(window: number): Promise<readonly number[]> {
    const { client, screen } = this.connection;
    const found = [window];
    for (let inner = window; found.length < MAX_DEPTH; ) {
      const { parent } = await reply<{ readonly parent: number }>((done) => client.QueryTree(inner, done));
      if (parent === screen.root || parent === 0) break;
      found.push(parent);
      inner = parent;
    }
    return found;
  }

  private async topLevelArea(window: number): Promise<Rect> {
    const { client } = this.connection;
    const top = (await this.around(window)).at(-1) ?? window;
    const { xPos, yPos, width, height } = await reply<Size & { readonly xPos: number; readonly yPos: number }>((done) =>
      client.GetGeometry(top, done),
    );
    return { x: xPos, y: yPos, width, height };
  }
}
