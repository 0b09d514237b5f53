import type { FromCapture } from '../../../protocol/rdp/graphics/capture-messages.ts';
import type { Rect } from '../../../protocol/rdp/geometry.ts';
import type { PointerShape } from '../../../protocol/rdp/pointer-shape.ts';
import { pointerShapeFromX, samePointerShape, type XCursorImage } from './cursor-shape.ts';
import { reply, type X11Connection } from './x11-connection.ts';

/** Shortest interval between two queries of position or shape; nothing is queried while neither changes. */
const POINTER_INTERVAL_MS = 50;
const DISPLAY_CURSOR_NOTIFY_MASK = 1;

/** Watches the cursor apart from the picture: XFIXES tells when its shape changes, XInput 2 raw motion when it may have moved. */
export interface X11Pointer {
  /** Reports shape and position even when unchanged, for a client that has just connected. */
  tellAgain(): void;
  /**
   * Queries the position after the picture changed, because programs that warp the pointer (games, drawing programs) cause no raw motion.
   */
  screenChanged(): void;
  close(): void;
}

/** `area`: where on the root the picture is from; outside of it the pointer is hidden. */
export async function watchX11Pointer(
  connection: X11Connection,
  post: (message: FromCapture) => void,
  area: () => Rect | undefined,
): Promise<X11Pointer> {
  const fixes = await connection.extension('fixes');
  const xinput = await connection.extension('xinput');
  const { root } = connection.screen;
  /** As it is, and as it was told; undefined until then. */
  let shape: PointerShape | null | undefined;
  let told: PointerShape | null | undefined;
  let inside: boolean | undefined;
  let position = '';
  let closed = false;

  const tellShape = (): void => {
    if (shape === undefined || inside === undefined) return;
    const shown = inside ? shape : null;
    if (closed || (told !== undefined && samePointerShape(told, shown))) return;
    told = shown;
    post({ tag: 'pointerShape', shape: shown });
  };

  const lookAtShape = throttle(async () => {
    if (fixes === undefined) return;
    shape = pointerShapeFromX(await reply<XCursorImage>((done) => fixes.GetCursorImage(done)));
    tellShape();
  });
  const lookAtPosition = throttle(async () => {
    const { rootX, rootY } = await reply<{ readonly rootX: number; readonly rootY: number }>((done) =>
      connection.client.QueryPointer(root, done),
    );
    const { x, y, width, height } = area() ?? { x: 0, y: 0, width: 0, height: 0 };
    const [left, top] = [rootX - x, rootY - y];
    inside = left >= 0 && top >= 0 && left < width && top < height;
    tellShape();
    if (!inside) position = '';
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
    screenChanged: () => lookAtPosition.now(),
    close: () => {
      closed = true;
      lookAtShape.stop();
      lookAtPosition.stop();
    },
  };
}

/** `now` runs `run` at once the first time, then at most every POINTER_INTERVAL_MS, and once more after the last call. */
function throttle(run: () => Promise<void>): { now(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  let stopped = false;
  const go = () => {
    again = false;
    // A reply that never comes means a lost connection, which `onLost` reports.
    run().catch(() => undefined);
    timer = setTimeout(() => {
      timer = undefined;
      if (again && !stopped) go();
    }, POINTER_INTERVAL_MS);
  };
  return {
    now: () => {
      again = true;
      if (timer === undefined && !stopped) go();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
