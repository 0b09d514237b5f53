import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import { intersection } from '../../../protocol/rdp/graphics/tiles/areas.ts';
import type { DesktopScreen } from '../contract.ts';
import { reply, type X11Connection } from './x11-connection.ts';

/* RANDR 1.5 RRGetMonitors: the request's minor opcode, and offsets in the reply, which the package hands over from byte 8 on. */
const GET_MONITORS = 42;
const MONITORS_COUNT = 4;
const MONITORS_BODY = 24;
const MONITOR_BYTES = 24;
/** More than anybody has. */
const MAX_MONITORS = 32;

/** The root as the only screen: its id is no name that RANDR could give. */
const ROOT_ID = '';

/**
 * The screens of this X server, as the root's pixels have them: monitors of RANDR 1.5, else the outputs of 1.2, else the root itself.
 * A screen never reaches outside of the root.
 */
export async function readMonitors(connection: X11Connection): Promise<readonly DesktopScreen[]> {
  const root = await reply<Size>((done) => connection.client.GetGeometry(connection.screen.root, done));
  const inside = (screens: readonly DesktopScreen[]): DesktopScreen[] =>
    screens.flatMap((screen) => {
      const area = intersection(screen.area, { x: 0, y: 0, width: root.width, height: root.height });
      return area === undefined ? [] : [{ ...screen, area }];
    });
  const found = inside((await monitors(connection)) ?? (await outputs(connection)));
  if (found.length > 0) return found;
  const area = { x: 0, y: 0, width: root.width, height: root.height };
  return [{ id: ROOT_ID, name: '', primary: true, area }];
}

/** Undefined before RANDR 1.5. */
async function monitors(connection: X11Connection): Promise<readonly DesktopScreen[] | undefined> {
  const randr = await connection.extension('randr');
  if (randr === undefined || randr.major_version < 1 || (randr.major_version === 1 && randr.minor_version < 5)) return undefined;
  const { client, screen } = connection;
  const request = Buffer.alloc(12);
  request[0] = randr.majorOpcode;
  request[1] = GET_MONITORS;
  request.writeUInt16LE(request.length / 4, 2);
  request.writeUInt32LE(screen.root, 4);
  // get-active: without those that show nothing.
  request[8] = 1;
  const body = await reply<Buffer>((done) => {
    client.seq_num += 1;
    client.pack_stream.put(request);
    client.replies[client.seq_num] = [(told) => Buffer.from(told), done];
    client.pack_stream.submit(true);
  });
  const count = Math.min(MAX_MONITORS, body.readUInt32LE(MONITORS_COUNT));
  const found: DesktopScreen[] = [];
  for (let index = 0, at = MONITORS_BODY; index < count && at + MONITOR_BYTES <= body.length; index += 1) {
    const atom = body.readUInt32LE(at);
    const name = await reply<string>((done) => client.GetAtomName(atom, done));
    const area = {
      x: body.readInt16LE(at + 8),
      y: body.readInt16LE(at + 10),
      width: body.readUInt16LE(at + 12),
      height: body.readUInt16LE(at + 14),
    };
    found.push({ id: name, name, primary: body[at + 4] === 1, area });
    at += MONITOR_BYTES + 4 * body.readUInt16LE(at + 6);
  }
  return found;
}

/** RANDR 1.2: outputs that a CRTC drives; several that show the same are one screen. */
async function outputs(connection: X11Connection): Promise<readonly DesktopScreen[]> {
  const randr = await connection.extension('randr');
  if (randr === undefined) return [];
  const { root } = connection.screen;
  try {
    const { crtcs } = await reply<{ readonly crtcs: readonly number[] }>((done) => randr.GetScreenResourcesCurrent(root, done));
    const found: DesktopScreen[] = [];
    for (const crtc of crtcs.slice(0, MAX_MONITORS)) {
      const { x, y, width, height, output } = await reply<Rect & { readonly output: readonly number[] }>((done) =>
        randr.GetCrtcInfo(crtc, 0, done),
      );
      const [first] = output;
      if (first === undefined || width === 0 || height === 0) continue;
      const { name } = await reply<{ readonly name: string }>((done) => randr.GetOutputInfo(first, 0, done));
      found.push({ id: name, name, primary: found.length === 0, area: { x, y, width, height } });
    }
    return found;
  } catch {
    // RANDR before 1.3 has no such resources.
    return [];
  }
}
