import { reply, type X11Connection } from './x11-connection.ts';

/* XKB protocol, section 16.3: GetMap and SetMap, and the sizes of what both have in common. */
const GET_MAP = 8;
const GET_MAP_BYTES = 28;
const SET_MAP = 9;
const SET_MAP_HEADER_BYTES = 36;
const ALL_PARTS = 0xff;
/** SetMapResizeTypes: the other map may have more key types. */
const RESIZE_TYPES = 1;
/** Bytes of the reply that the package cuts off. */
const CUT_BYTES = 8;
const REPLY_HEADER_BYTES = 40;
const KEY_TYPE_BYTES = 8;
const TYPE_ENTRY_BYTES = 8;
const PRESERVED_BYTES = 4;
/** Keys that report themselves as keyboards and have no layout that anybody chose. */
const NO_LAYOUT = /button|video|lid|switch|headset|camera/i;

/**
 * Gives XTEST's keyboard the layout of the novice's own, where somebody has set one for the other only: scancodes mean what they mean under
 * the novice's hands. The returned function gives XTEST its own layout back. Changes nothing where both are the same.
 */
export async function matchXtestLayout(connection: X11Connection): Promise<() => void> {
  const xkb = await connection.extension('xkb');
  const xinput = await connection.extension('xinput');
  if (xkb === undefined || xinput === undefined) return () => {};
  const { majorOpcode } = xkb;
  const { client } = connection;
  const devices = await reply<readonly { readonly deviceId: number; readonly use: number; readonly name: string }[]>((done) =>
    xinput.XIQueryDevice(0, done),
  );
  const keyboards = devices.filter(({ use }) => use === xinput.DeviceType.SlaveKeyboard);
  const isXtest = ({ name }: { readonly name: string }): boolean => name.endsWith('XTEST keyboard');
  const injected = keyboards.find(isXtest);
  const own = keyboards.find((device) => !isXtest(device) && !NO_LAYOUT.test(device.name));
  if (injected === undefined || own === undefined) return () => {};

  const getMap = (device: number): Promise<Buffer> =>
    reply((done) => {
      const request = Buffer.alloc(GET_MAP_BYTES);
      request[0] = majorOpcode;
      request[1] = GET_MAP;
      request.writeUInt16LE(GET_MAP_BYTES / 4, 2);
      request.writeUInt16LE(device, 4);
      request.writeUInt16LE(ALL_PARTS, 6);
      client.seq_num += 1;
      client.pack_stream.put(request);
      client.replies[client.seq_num] = [(body) => Buffer.from(body), done];
      client.pack_stream.submit(true);
    });
  const setMap = (device: number, map: Buffer): void => {
    const request = setMapRequest(map);
    request[0] = majorOpcode;
    request[1] = SET_MAP;
    request.writeUInt16LE(device, 4);
    client.seq_num += 1;
    client.pack_stream.put(request);
    client.pack_stream.submit();
  };

  const [before, wanted] = [await getMap(injected.deviceId), await getMap(own.deviceId)];
  if (before.equals(wanted)) return () => {};
  setMap(injected.deviceId, wanted);
  return () => setMap(injected.deviceId, before);
}

/** A SetMap request, without opcodes and device, that sets what this reply to GetMap says. */
function setMapRequest(map: Buffer): Buffer {
  // The fields from firstType on are the same but for totals that SetMap does not have, and in another order.
  const at = (offset: number): number => map[offset - CUT_BYTES] ?? 0;
  const types = keyTypes(map.subarray(REPLY_HEADER_BYTES - CUT_BYTES), at(15));
  const header = Buffer.alloc(SET_MAP_HEADER_BYTES);
  header.writeUInt16LE(ALL_PARTS, 6);
  header.writeUInt16LE(RESIZE_TYPES, 8);
  // From the reply's offsets, one byte each: keycodes, types, keysyms, actions, behaviours, explicit parts, modifiers, virtual modifiers.
  const fields = [10, 11, 14, 15, 17, 20, 18, 19, 21, 24, 22, 23, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 38, 39];
  for (const [index, offset] of fields.entries()) header[10 + index] = at(offset);
  const rest = map.subarray(REPLY_HEADER_BYTES - CUT_BYTES + types.readBytes);
  const request = Buffer.concat([header, types.written, rest]);
  request.writeUInt16LE(request.length / 4, 2);
  return request;
}

/** The key types as SetMap takes them: without what the server works out itself. */
function keyTypes(from: Buffer, count: number): { readonly readBytes: number; readonly written: Buffer } {
  const written: Buffer[] = [];
  let offset = 0;
  for (let type = 0; type < count; type += 1) {
    const head = from.subarray(offset, offset + KEY_TYPE_BYTES);
    const [entries, preserve] = [head[5] ?? 0, (head[6] ?? 0) !== 0];
    offset += KEY_TYPE_BYTES;
    written.push(head);
    for (let entry = 0; entry < entries; entry += 1) {
      const [level, realMods, low, high] = from.subarray(offset + 2, offset + 6);
      written.push(Buffer.of(level ?? 0, realMods ?? 0, low ?? 0, high ?? 0));
      offset += TYPE_ENTRY_BYTES;
    }
    const preserved = preserve ? entries * PRESERVED_BYTES : 0;
    written.push(from.subarray(offset, offset + preserved));
    offset += preserved;
  }
  return { readBytes: offset, written: Buffer.concat(written) };
}
