import { connectX11, reply } from '../../src/main/desktop/x11/x11-connection.ts';

/* Core protocol: Exposure and StructureNotify among the event mask's bits; properties. */
const EXPOSURE = 0x8000;
const STRUCTURE_NOTIFY = 0x2_0000;
const STRING = 31;
const WM_NAME = 39;
/** In the font of cursors. */
const CROSSHAIR = 34;
const FOREGROUND_ONLY = { foreground: 0 };

/** A window of one colour, its pointer of the same, without a background of its own, as toolkits make them: what is in it is what its program has drawn. */
export interface DrawnWindow {
  readonly id: number;
  /** So often it has been drawn. */
  drawn(): number;
  /** From now on it is drawn only by {@link draw}. */
  hang(): void;
  /** In another colour from then on, where one is given. */
  draw(colour?: number): void;
  map(): void;
  unmap(): void;
  resize(width: number, height: number): void;
  move(x: number, y: number): void;
  border(width: number): void;
  /** Has the server tell whoever watches the window that it is gone, as any client may. */
  pretendToBeGone(): void;
  /** Until the server has done all that was asked for. */
  settled(): Promise<void>;
  close(): void;
}

/** Of 16 bits each. */
interface Colour {
  readonly R: number;
  readonly G: number;
  readonly B: number;
}

interface Requests {
  CreateWindow(id: number, parent: number, x: number, y: number, width: number, height: number, ...rest: readonly unknown[]): void;
  MapWindow(id: number): void;
  UnmapWindow(id: number): void;
  MoveWindow(id: number, x: number, y: number): void;
  ResizeWindow(id: number, width: number, height: number): void;
  ConfigureWindow(id: number, values: { readonly borderWidth: number }): void;
  SendEvent(destination: number, propagate: 0, mask: number, event: object): void;
  CreateGC(id: number, drawable: number, values: Partial<typeof FOREGROUND_ONLY>): void;
  OpenFont(id: number, name: string): void;
  CreateGlyphCursor(id: number, source: number, mask: number, glyph: number, ofMask: number, fore: Colour, back: Colour): void;
  ChangeGC(id: number, values: Partial<typeof FOREGROUND_ONLY>): void;
  PolyFillRectangle(drawable: number, gc: number, rectangles: readonly number[]): void;
  ChangeProperty(mode: number, id: number, name: number, type: number, units: number, data: string | Buffer): void;
}

export async function openDrawnWindow(
  display: string,
  {
    x,
    y,
    width,
    height,
    colour,
    title = 'drawn',
    bitGravity = 0,
  }: { x: number; y: number; width: number; height: number; colour: number; title?: string; bitGravity?: number },
): Promise<DrawnWindow> {
  const connection = await connectX11({ display }, false);
  const requests = connection.client as unknown as Requests;
  const { root } = connection.screen;
  const id = connection.client.AllocID();
  const gc = connection.client.AllocID();
  let drawn = 0;
  let hangs = false;
  const draw = (other?: number): void => {
    if (other !== undefined) requests.ChangeGC(gc, { foreground: other });
    drawn += 1;
    requests.PolyFillRectangle(id, gc, [0, 0, 4_000, 4_000]);
  };
  connection.onEvent((event) => {
    if (event.name === 'Expose' && !hangs) draw();
  });
  const font = connection.client.AllocID();
  const cursor = connection.client.AllocID();
  const ofCursor = { R: ((colour >> 16) & 0xff) * 257, G: ((colour >> 8) & 0xff) * 257, B: (colour & 0xff) * 257 };
  requests.OpenFont(font, 'cursor');
  requests.CreateGlyphCursor(cursor, font, font, CROSSHAIR, CROSSHAIR + 1, ofCursor, ofCursor);
  requests.CreateWindow(id, root, x, y, width, height, 0, 0, 0, 0, { eventMask: EXPOSURE | STRUCTURE_NOTIFY, bitGravity, cursor });
  requests.CreateGC(gc, id, { foreground: colour });
  requests.ChangeProperty(0, id, WM_NAME, STRING, 8, title);
  // Where a window manager is to leave it.
  const hints = Buffer.alloc(72);
  hints.writeUInt32LE(5, 0);
  hints.writeInt32LE(x, 4);
  hints.writeInt32LE(y, 8);
  requests.ChangeProperty(0, id, 40, 41, 32, hints);
  requests.MapWindow(id);
  const settled = async (): Promise<void> => {
    await reply((done) => connection.client.GetInputFocus(done));
  };
  await settled();
  return {
    id,
    drawn: () => drawn,
    hang: () => {
      hangs = true;
    },
    draw,
    map: () => requests.MapWindow(id),
    unmap: () => requests.UnmapWindow(id),
    resize: (newWidth, newHeight) => requests.ResizeWindow(id, newWidth, newHeight),
    move: (toX, toY) => requests.MoveWindow(id, toX, toY),
    border: (borderWidth) => requests.ConfigureWindow(id, { borderWidth }),
    pretendToBeGone: () => requests.SendEvent(id, 0, STRUCTURE_NOTIFY, { name: 'DestroyNotify', event: id, wid: id, seq: 0 }),
    settled,
    close: () => connection.close(),
  };
}
