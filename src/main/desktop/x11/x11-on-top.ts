import { reply, type X11Connection } from './x11-connection.ts';
import { X11OwnMenus } from './x11-own-menus.ts';

/** A window is not nested deeper. */
const MAX_DEPTH = 32;

/** Whether nothing lies in front of a window at a point but its own menus. */
export class X11OnTop {
  readonly window: number;
  private readonly connection: X11Connection;
  private readonly menus: X11OwnMenus;

  constructor(connection: X11Connection, window: number) {
    this.connection = connection;
    this.window = window;
    this.menus = new X11OwnMenus(connection, window);
  }

  /** `x`, `y`: on the root. Rejects when the connection is lost. */
  async at(x: number, y: number): Promise<boolean> {
    const { client, screen } = this.connection;
    let at = screen.root;
    for (let depth = 0; depth < MAX_DEPTH && at !== 0; depth += 1) {
      if (at === this.window) return true;
      if (depth === 1 && (await this.menus.menu(at)) !== undefined) return true;
      const { child } = await reply<{ readonly child: number }>((done) => client.TranslateCoordinates(screen.root, at, x, y, done));
      at = child;
    }
    return false;
  }
}
