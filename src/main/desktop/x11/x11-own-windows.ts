import { reply, type X11Connection } from './x11-connection.ts';

/* Core protocol: SubstructureNotify among the event mask's bits, and the two windows that are not windows in GetInputFocus. */
const SUBSTRUCTURE_NOTIFY = 0x8_0000;
const POINTER_ROOT = 1;
/** AnyPropertyType, CARDINAL. */
const ANY_TYPE = 0;
const CARDINAL = 6;
/** What may change which windows are ours, and whose frame they are in. */
const TREE_EVENTS: ReadonlySet<string> = new Set(['DestroyNotify', 'ReparentNotify']);
/** Of the windows inside another one, that many levels and that many windows are looked at. */
const MAX_DEPTH = 8;
const MAX_WINDOWS = 256;

/**
 * What a top-level window is: ours, or the frame that a window manager has put around ours; a panel with our icon in it, where only the icon is
 * ours; or somebody else's.
 */
type Top = 'ours' | 'partly' | 'others';

/**
 * Which windows belong to this program: those that were made by a client of the same process as this connection (X-Resource 1.2 knows the process
 * of every local client), menus and file dialogs among them, and the frames that a window manager has put around them. Where the server does
 * not know processes, by the property `_NET_WM_PID`.
 */
export class X11OwnWindows {
  private readonly connection: X11Connection;
  private readonly ids: { readonly process: number; of(window: number): Promise<number | undefined> };
  private readonly wmState: number;
  /** By the part of a window's id that its client has, and by top-level window; both until the tree of windows changes. */
  private clients = new Map<number, boolean>();
  private tops = new Map<number, Top>();

  private constructor(connection: X11Connection, ids: X11OwnWindows['ids'], wmState: number) {
    this.connection = connection;
    this.ids = ids;
    this.wmState = wmState;
    connection.onEvent(({ name }) => {
      if (!TREE_EVENTS.has(name)) return;
      this.clients = new Map();
      this.tops = new Map();
    });
    connection.client.ChangeWindowAttributes(connection.screen.root, { eventMask: SUBSTRUCTURE_NOTIFY });
  }

  static async open(connection: X11Connection): Promise<X11OwnWindows> {
    const wmState = await atom(connection, 'WM_STATE');
    return new X11OwnWindows(connection, (await processesByClient(connection)) ?? (await processesByProperty(connection)), wmState);
  }

  /** Whether what arrives at this point of the screen arrives in a window of ours. One question to the server where the window is known. */
  async at(x: number, y: number): Promise<boolean> {
    const { root } = this.connection.screen;
    const top = await this.childAt(root, x, y);
    if (top === 0) return false;
    const what = await this.whatIs(top);
    if (what !== 'partly') return what === 'ours';
    try {
      let inner = top;
      for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
        inner = await this.childAt(inner, x, y);
        if (inner === 0) return false;
        if (await this.isOurs(inner)) return true;
      }
      return false;
    } catch {
      // It has gone meanwhile; what is there now nobody knows.
      return true;
    }
  }

  async underPointer(): Promise<boolean> {
    const { rootX, rootY } = await reply<{ readonly rootX: number; readonly rootY: number }>((done) =>
      this.connection.client.QueryPointer(this.connection.screen.root, done),
    );
    return this.at(rootX, rootY);
  }

  /** Whether what is typed arrives in a window of ours. */
  async focused(): Promise<boolean> {
    const { focus } = await reply<{ readonly focus: number }>((done) => this.connection.client.GetInputFocus(done));
    if (focus === POINTER_ROOT || focus === this.connection.screen.root) return this.underPointer();
    return focus !== 0 && (await this.whatIs(focus)) === 'ours';
  }

  /** Whether a client of this program has made the window. */
  owns(window: number): Promise<boolean> {
    return this.isOurs(window);
  }

  private async childAt(window: number, x: number, y: number): Promise<number> {
    const { client, screen } = this.connection;
    return (await reply<{ readonly child: number }>((done) => client.TranslateCoordinates(screen.root, window, x, y, done))).child;
  }

  private async isOurs(window: number): Promise<boolean> {
    const base = (window & ~this.connection.display.resource_mask) >>> 0;
    const known = this.clients.get(base);
    if (known !== undefined) return known;
    const { clients } = this;
    const process = await this.ids.of(window).catch(() => undefined);
    if (process !== undefined) clients.set(base, process === this.ids.process);
    return process === this.ids.process;
  }

  private async whatIs(window: number): Promise<Top> {
    const known = this.tops.get(window);
    if (known !== undefined) return known;
    const { tops } = this;
    // A window that has gone meanwhile is nobody's.
    const found = (await this.isOurs(window)) ? 'ours' : await this.lookInside(window).catch(() => 'others' as const);
    // A frame is marked a moment after our window is in it.
    if (found !== 'partly') tops.set(window, found);
    return found;
  }

  /** Windows that a window manager manages have the property WM_STATE; an icon in a panel has not. */
  private async lookInside(top: number): Promise<Top> {
    const { client } = this.connection;
    let [level, seen, found]: [readonly number[], number, Top] = [[top], 0, 'others'];
    for (let depth = 0; depth < MAX_DEPTH && level.length > 0 && seen < MAX_WINDOWS; depth += 1) {
      const trees = await Promise.all(
        level.map((window) => reply<{ readonly children: readonly number[] }>((done) => client.QueryTree(window, done))),
      );
      level = trees.flatMap(({ children }) => children).slice(0, MAX_WINDOWS - seen);
      seen += level.length;
      for (const window of level) {
        if (!(await this.isOurs(window))) continue;
        found = 'partly';
        const { type } = await reply<{ readonly type: number }>((done) =>
          client.GetProperty(0, window, this.wmState, ANY_TYPE, 0, 0, done),
        );
        if (type !== 0) return 'ours';
      }
    }
    return found;
  }
}

/** By X-Resource; undefined where the server does not know this connection's process: it is older, or at another computer. */
async function processesByClient(connection: X11Connection): Promise<X11OwnWindows['ids'] | undefined> {
  const res = await connection.extension('res');
  if (res === undefined) return undefined;
  const of = async (resource: number): Promise<number | undefined> => {
    const ids = await reply<readonly { readonly value: readonly number[] }[]>((done) =>
      res.QueryClientIds([{ client: resource, mask: res.ClientIdMask.LocalClientPID }], done),
    );
    return ids[0]?.value[0];
  };
  // As the server sees it: the number may be another one here, inside a sandbox.
  const own = await of(connection.display.resource_base).catch(() => undefined);
  return own === undefined || own === 0 ? undefined : { process: own, of };
}

async function processesByProperty(connection: X11Connection): Promise<X11OwnWindows['ids']> {
  const netWmPid = await atom(connection, '_NET_WM_PID');
  const of = async (window: number): Promise<number | undefined> => {
    const { data } = await reply<{ readonly data: Buffer }>((done) =>
      connection.client.GetProperty(0, window, netWmPid, CARDINAL, 0, 1, done),
    );
    return data.length < 4 ? undefined : data.readUInt32LE(0);
  };
  return { process: process.pid, of };
}

function atom(connection: X11Connection, name: string): Promise<number> {
  return reply((done) => connection.client.InternAtom(false, name, done));
}
