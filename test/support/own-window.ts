import { connectX11, reply, type X11Connection } from '../../src/main/desktop/x11/x11-connection.ts';

/* Core protocol: the events of interest, and CreateWindow's classes and attributes that are used here. */
const KEYS_AND_POINTER = 0x7f;
const STRING = 31;
const WM_NAME = 39;

/** A window of the test's own process: what an injector in this process must leave alone. */
export interface OwnWindow {
  readonly id: number;
  /** Names of the events of mouse and keyboard that have come since the last call. */
  heard(): Promise<readonly string[]>;
  focus(): Promise<void>;
  /** Marks it as a window that a window manager manages. */
  manage(): Promise<void>;
  close(): void;
}

interface Requests {
  CreateWindow(id: number, parent: number, x: number, y: number, width: number, height: number, ...rest: readonly unknown[]): void;
  MapWindow(id: number): void;
  SetInputFocus(id: number, revertTo: number): void;
  ChangeProperty(mode: number, id: number, name: number, type: number, units: number, data: string | Buffer): void;
}

export async function openOwnWindow(
  display: string,
  { x, y, width, height, title = 'own' }: { x: number; y: number; width: number; height: number; title?: string },
): Promise<OwnWindow> {
  const connection: X11Connection = await connectX11({ display }, false);
  const requests = connection.client as unknown as Requests;
  const { root } = connection.screen;
  const id = connection.client.AllocID();
  let names: string[] = [];
  connection.onEvent((event) => {
    names.push(event.name);
  });
  requests.CreateWindow(id, root, x, y, width, height, 0, 0, 0, 0, { eventMask: KEYS_AND_POINTER, backgroundPixel: 0xffffff });
  requests.ChangeProperty(0, id, WM_NAME, STRING, 8, title);
  requests.MapWindow(id);
  const settled = async (): Promise<void> => {
    await reply((done) => connection.client.GetInputFocus(done));
  };
  await settled();
  names = [];
  return {
    id,
    heard: async () => {
      await settled();
      const so = names;
      names = [];
      return so;
    },
    focus: async () => {
      requests.SetInputFocus(id, 0);
      await settled();
    },
    manage: async () => {
      const state = await reply<number>((done) => connection.client.InternAtom(false, 'WM_STATE', done));
      requests.ChangeProperty(0, id, state, state, 32, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]));
      await settled();
    },
    close: () => connection.close(),
  };
}
