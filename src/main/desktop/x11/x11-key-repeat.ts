import { reply, type X11Connection } from './x11-connection.ts';

/* XKB protocol, section 16.2 (SetControls) and appendix C. */
const SET_CONTROLS = 7;
const SET_CONTROLS_BYTES = 100;
const CHANGE_CONTROLS_OFFSET = 32;
const PER_KEY_REPEAT_OFFSET = 68;
const PER_KEY_REPEAT_BIT = 0x4000_0000;
const REPEAT_KEYS_BIT = 1;
/** `xkbType` of ControlsNotify. */
const CONTROLS_NOTIFY = 3;

/** Which keys the novice's X server repeats, and a way to press one without its repetition. */
export interface X11KeyRepeat {
  /** Whether the novice's settings repeat this key. */
  repeats(keycode: number): boolean;
  /** Calls `press` in such a way that the server does not repeat the key. */
  pressWithout(keycode: number, press: () => void): void;
}

/**
 * The X server repeats what XTEST presses, as it does with the novice's own keys: by the bits that the master keyboard has when the key goes
 * down. They are changed for that moment only. Undefined when the server has no XKEYBOARD.
 */
export async function openX11KeyRepeat(connection: X11Connection): Promise<X11KeyRepeat | undefined> {
  const xkb = await connection.extension('xkb');
  const xinput = await connection.extension('xinput');
  if (xkb === undefined || xinput === undefined) return undefined;
  const devices = await reply<
    readonly { readonly deviceId: number; readonly use: number; readonly attachment: number; readonly name: string }[]
  >((done) => xinput.XIQueryDevice(0, done));
  const master = devices.find(({ use }) => use === xinput.DeviceType.MasterKeyboard);
  if (master === undefined) return undefined;
  // When the keyboard in use changes, the server copies the bits of the new one, XTEST's, to the master.
  const injected = devices.filter(
    ({ use, attachment, name }) =>
      use === xinput.DeviceType.SlaveKeyboard && attachment === master.deviceId && name.endsWith('XTEST keyboard'),
  );
  const changed = [...injected.map(({ deviceId }) => deviceId), master.deviceId];
  const { client } = connection;
  let enabled = true;
  let bits: readonly number[] = [];
  let reading = false;
  let stale = false;

  const read = async (): Promise<void> => {
    // The server answers in order, so an answer never has the bits of a press under way.
    const controls = await reply<{ readonly enabledControls: number; readonly perKeyRepeat: readonly number[] }>((done) =>
      xkb.GetControls(master.deviceId, done),
    );
    enabled = (controls.enabledControls & REPEAT_KEYS_BIT) !== 0;
    bits = controls.perKeyRepeat;
  };
  const readAgain = async (): Promise<void> => {
    stale = true;
    if (reading) return;
    reading = true;
    try {
      while (stale) {
        stale = false;
        await read();
      }
    } catch {
      // The connection is lost; what was read is kept.
    } finally {
      reading = false;
    }
  };
  const setBits = (device: number, perKeyRepeat: readonly number[]): void => {
    const request = Buffer.alloc(SET_CONTROLS_BYTES);
    request[0] = xkb.majorOpcode;
    request[1] = SET_CONTROLS;
    request.writeUInt16LE(SET_CONTROLS_BYTES / 4, 2);
    request.writeUInt16LE(device, 4);
    request.writeUInt32LE(PER_KEY_REPEAT_BIT, CHANGE_CONTROLS_OFFSET);
    request.set(perKeyRepeat, PER_KEY_REPEAT_OFFSET);
    client.seq_num += 1;
    client.pack_stream.put(request);
    client.pack_stream.submit();
  };
  const isSet = (keycode: number): boolean => ((bits[keycode >> 3] ?? 0) & (1 << (keycode & 7))) !== 0;

  await read();
  connection.onEvent((event) => {
    if (event.xkbType === CONTROLS_NOTIFY) void readAgain();
  });
  xkb.SelectEvents(xkb.UseCoreKbd, xkb.EventType.ControlsNotify, 0, xkb.EventType.ControlsNotify, 0, 0, {});
  return {
    repeats: (keycode) => enabled && isSet(keycode),
    pressWithout: (keycode, press) => {
      const before = bits;
      const without = before.map((byte, index) => (index === keycode >> 3 ? byte & ~(1 << (keycode & 7)) : byte));
      for (const device of changed) setBits(device, without);
      press();
      for (const device of changed) setBits(device, before);
    },
  };
}
