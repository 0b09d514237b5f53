import type { FromCapture } from '../../../protocol/rdp/graphics/capture-messages.ts';
import type { Rect } from '../../../protocol/rdp/geometry.ts';
import { holds } from '../../../protocol/rdp/graphics/tiles/areas.ts';
import type { Place } from '../../../protocol/rdp/graphics/contract.ts';
import type { PointerShape } from '../../../protocol/rdp/pointer-shape.ts';
import { PointerLooks } from './pointer-looks.ts';
import { pointerShapeFromX, samePointerShape, type XCursorImage } from './cursor-shape.ts';
import { reply, type X11Connection } from './x11-connection.ts';

const DISPLAY_CURSOR_NOTIFY_MASK = 1;

/** Watches the cursor apart from the picture: XFIXES tells when its shape changes, XInput 2 raw motion when it may have moved. */
export interface X11Pointer {
  /** Reports shape and position even when unchanged, for a client that has just connected. */
  tellAgain(): void;
  /** The picture is being read: the position is queried together with it, because programs that warp the pointer (games, drawing programs) cause no raw motion. */
  pictureRead(): void;
  /** The same after the picture changed, unless the next one is read before long. */
  screenChanged(): void;
  close(): void;
}

/** What of the root the picture is from; elsewhere the pointer is hidden. */
export interface PointerArea {
  rect(): Rect | undefined;
  /** False where something else lies in front of it, at a point of the root. */
  isOnTop(x: number, y: number): Promise<boolean>;
}

export async function watchX11Pointer(
  connection: X11Connection,
  post: (message: FromCapture) => void,
  area: PointerArea,
): Promise<X11Pointer> {
  const fixes = await connection.extension('fixes');
  const xinput = await connection.extension('xinput');
  const { root } = connection.screen;
  /** As it was last inside, and as it was told; undefined until then, the first also while it is outside. */
  let shape: PointerShape | null | undefined;
  let told: PointerShape | null | undefined;
  let inside: boolean | undefined;
  let position = '';
  let closed = false;

  const tellShape = (): void => {
    const shown = inside === false ? null : shape;
    if (shown === undefined || inside === undefined) return;
    if (closed || (told !== undefined && samePointerShape(told, shown))) return;
    told = shown;
    post({ tag: 'pointerShape', shape: shown });
  };

  const isInside = async (x: number, y: number): Promise<boolean> => {
    const rect = area.rect();
    return rect !== undefined && holds(rect, { x, y, width: 1, height: 1 }) && (await area.isOnTop(x, y));
  };

  const lookAtShape = new PointerLooks(async () => {
    if (fixes === undefined) return;
    // It comes with its place: a shape that it has elsewhere may be what is done there.
    const image = await reply<XCursorImage & Place>((done) => fixes.GetCursorImage(done));
    inside = await isInside(image.x, image.y);
    shape = inside ? pointerShapeFromX(image) : undefined;
    tellShape();
  });
  const lookAtPosition = new PointerLooks(async () => {
    const { rootX, rootY } = await reply<{ readonly rootX: number; readonly rootY: number }>((done) =>
      connection.client.QueryPointer(root, done),
    );
    inside = await isInside(rootX, rootY);
    if (!inside) {
      shape = undefined;
      position = '';
    } else if (shape === undefined) lookAtShape.now();
    tellShape();
    const { x = 0, y = 0 } = area.rect() ?? {};
    const [left, top] = [rootX - x, rootY - y];
    if (closed || !inside || position === `${left},${top}`) return;
    position = `${left},${top}`;
    post({ tag: 'pointerMoved', x: left, y: top });
  });

  connection.onEvent((event) => {
    if (event.name === 'CursorNotify') lookAtShape.now();
    else if (event.name === 'XIRawMotion') lookAtPosition.now();
  });
  fixes?.SelectCursorInput(root, DISPLAY_CURSOR_NOTIFY_MASK);
  xinput?.XISelectEvents(root, { deviceId: xinput.AllMasterDevices, mask: xinput.EventMask.RawMotion });

  return {
    tellAgain: () => {
      told = undefined;
      position = '';
      lookAtShape.now();
      lookAtPosition.now();
    },
    pictureRead: () => lookAtPosition.along(),
    screenChanged: () => lookAtPosition.maybe(),
    close: () => {
      closed = true;
      lookAtShape.stop();
      lookAtPosition.stop();
    },
  };
}
