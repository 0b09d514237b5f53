import { connectX11, reply } from '../../src/main/desktop/x11/x11-connection.ts';

/* X Input Device Extension: DeviceKeyPress and DeviceKeyRelease, from the extension's first event on. */
const PRESS = 1;
const RELEASE = 2;
const FAKE_INPUT = 2;
const REQUEST_BYTES = 36;

/** The keyboard under the novice's hands: keys come from the display's own device, not from XTEST's. */
export interface OwnKeyboard {
  readonly deviceId: number;
  readonly xtestDeviceId: number;
  press(keycode: number): void;
  release(keycode: number): void;
  tap(keycode: number): void;
  /** Everything that has been pressed has arrived. */
  settled(): Promise<void>;
  close(): void;
}

export async function openOwnKeyboard(display: string): Promise<OwnKeyboard> {
  const x = await connectX11({ display }, false);
  const [xtest, xinput] = [await x.extension('xtest'), await x.extension('xinput')];
  if (xtest === undefined || xinput === undefined) throw new Error('the display has no XTEST or no XInput');
  const devices = await reply<readonly { readonly deviceId: number; readonly use: number; readonly name: string }[]>((done) =>
    xinput.XIQueryDevice(0, done),
  );
  const keyboards = devices.filter(({ use }) => use === xinput.DeviceType.SlaveKeyboard);
  const own = keyboards.find(({ name }) => !name.includes('XTEST'));
  const injected = keyboards.find(({ name }) => name.includes('XTEST'));
  if (own === undefined || injected === undefined) throw new Error('the display has no keyboard of its own');
  const send = (event: number, keycode: number): void => {
    const request = Buffer.alloc(REQUEST_BYTES);
    request[0] = xtest.majorOpcode;
    request[1] = FAKE_INPUT;
    request.writeUInt16LE(REQUEST_BYTES / 4, 2);
    request[4] = xinput.firstEvent + event;
    request[5] = keycode;
    request[REQUEST_BYTES - 1] = own.deviceId;
    x.client.seq_num += 1;
    x.client.pack_stream.put(request);
    x.client.pack_stream.submit();
  };
  return {
    deviceId: own.deviceId,
    xtestDeviceId: injected.deviceId,
    press: (keycode) => send(PRESS, keycode),
    release: (keycode) => send(RELEASE, keycode),
    tap: (keycode) => {
      send(PRESS, keycode);
      send(RELEASE, keycode);
    },
    settled: async () => {
      await reply((done) => x.client.GetInputFocus(done));
    },
    close: () => x.close(),
  };
}
