import type { Rect } from '../../../protocol/rdp/geometry.ts';
import type { DesktopParts, DesktopScreen, DesktopWindow } from '../contract.ts';
import { readMonitors } from './x11-monitors.ts';
import { reply, type X11Connection } from './x11-connection.ts';
import { X11OwnWindows } from './x11-own-windows.ts';
import { titleAtoms, windowTitle } from './x11-title.ts';
import { markedId } from './x11-window-mark.ts';

/** More windows than anybody chooses among, and longer names than anybody reads. */
const MAX_WINDOWS = 64;
const MAX_TEXT = 200;
const TEXT_WORDS = 256;
/** AnyPropertyType; map state of GetWindowAttributes. */
const ANY_TYPE = 0;
const VIEWABLE = 2;

/** The screens of this X server, and the windows of other programs that are to be seen on them, the newest first. */
export async function x11Parts(connection: X11Connection): Promise<DesktopParts> {
  const screens = await readMonitors(connection);
  const windows = await readWindows(connection);
  const { root } = connection.screen;
  const { rootX, rootY } = await reply<{ readonly rootX: number; readonly rootY: number }>((done) =>
    connection.client.QueryPointer(root, done),
  );
  const here = screenAt(screens, rootX, rootY)?.id;
  return { screens, windows, ...(here === undefined ? {} : { here }) };
}

function screenAt(screens: readonly DesktopScreen[], x: number, y: number): DesktopScreen | undefined {
  return screens.find(({ area }) => x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height);
}

/** As the window manager lists them; none where there is no window manager. */
async function readWindows(connection: X11Connection): Promise<readonly DesktopWindow[]> {
  const own = await X11OwnWindows.open(connection);
  const atoms = await Promise.all(
    ['_NET_CLIENT_LIST', 'WM_CLASS', '_NET_WM_WINDOW_TYPE'].map((name) =>
      reply<number>((done) => connection.client.InternAtom(false, name, done)),
    ),
  );
  const [clientList = 0, wmClass = 0, type = 0] = atoms;
  const forTitles = await titleAtoms(connection);
  const furniture = await Promise.all(
    ['_NET_WM_WINDOW_TYPE_DESKTOP', '_NET_WM_WINDOW_TYPE_DOCK'].map((one) =>
      reply<number>((done) => connection.client.InternAtom(false, one, done)),
    ),
  );
  const read = async (window: number, property: number): Promise<Buffer> =>
    (await reply<{ readonly data: Buffer }>((done) => connection.client.GetProperty(0, window, property, ANY_TYPE, 0, TEXT_WORDS, done)))
      .data;
  const listed = words(await read(connection.screen.root, clientList))
    .toReversed()
    .slice(0, MAX_WINDOWS);
  const found = await Promise.all(
    listed.map(async (window): Promise<DesktopWindow | undefined> => {
      try {
        if (await own.owns(window)) return undefined;
        if (words(await read(window, type)).some((one) => furniture.includes(one))) return undefined;
        const area = await windowArea(connection, window);
        if (area === undefined) return undefined;
        // WM_CLASS is two texts, each ended by a zero: the instance and the class.
        const program = (await read(window, wmClass)).toString('latin1').split('\0')[1] ?? '';
        return {
          id: await markedId(connection, window),
          title: await windowTitle(connection, window, forTitles),
          ...(program === '' ? {} : { program: program.slice(0, MAX_TEXT) }),
          area,
        };
      } catch {
        // It has gone meanwhile.
        return undefined;
      }
    }),
  );
  return found.filter((window) => window !== undefined);
}

/** Where a window is on the root; undefined while it is not to be seen. Rejects when it has gone. */
async function windowArea({ client, screen }: X11Connection, window: number): Promise<Rect | undefined> {
  const { mapState } = await reply<{ readonly mapState: number }>((done) => client.GetWindowAttributes(window, done));
  if (mapState !== VIEWABLE) return undefined;
  const { width, height } = await reply<{ readonly width: number; readonly height: number }>((done) => client.GetGeometry(window, done));
  const { destX, destY } = await reply<{ readonly destX: number; readonly destY: number }>((done) =>
    client.TranslateCoordinates(window, screen.root, 0, 0, done),
  );
  return { x: destX, y: destY, width, height };
}

function words(data: Buffer): number[] {
  const list: number[] = [];
  for (let at = 0; at + 4 <= data.length; at += 4) list.push(data.readUInt32LE(at));
  return list;
}
