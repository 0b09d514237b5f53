import type { FromCapture } from '../../../protocol/rdp/graphics/capture-messages.ts';
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

export async function watchX11Pointer(connection: X11Connection, post: (message: FromCapture) => void): Promise<X11Pointer> {
  const fixes = await connection.extension('fixes');
  const xinput = await connection.extension('xinput');
  const { root } = connection.screen;
  let shape: PointerShape | null | undefined;
  let position = '';
  let closed = false;

  const lookAtShape = throttle(async () => {
    if (fixes === undefined) return;
    const found = pointerShapeFromX(await reply<XCursorImage>((done) => fixes.GetCursorImage(done)));
    if (closed || (shape !== undefined && samePointerShape(shape, found))) return;
    shape = found;
    post({ tag: 'pointerShape', shape: found });
  });
  const lookAtPosition = throttle(async () => {
    const { rootX, rootY } = await reply<{ readonly rootX: number; readonly rootY: number }>((done) =>
      connection.client.QueryPointer(root, done),
    );
    if (closed || position === `${rootX},${rootY}`) return;
    position = `${rootX},${rootY}`;
    post({ tag: 'pointerMoved', x: Math.max(0, rootX), y: Math.max(0, rootY) });
  });

  connection.onEvent((event) => {
    if (event.name === 'CursorNotify') lookAtShape.now();
    else if (event.name === 'XIRawMotion') lookAtPosition.now();
  });
  fixes?.SelectCursorInput(root, DISPLAY_CURSOR_NOTIFY_MASK);
  xinput?.XISelectEvents(root, { deviceId: xinput.AllMasterDevices, mask: xinput.EventMask.RawMotion });

  return {
    tellAgain: () => {
      shape = undefined;
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
