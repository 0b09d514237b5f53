/*
 * Decodes and draws the novice's desktop away from the page's thread. Its port goes straight to the main process.
 * What arrives is queued at once and decoded in short slices, so that input, which passes through here too, never waits for a whole picture.
 */
import type { FromViewer, ToViewer } from '../../preload/contract.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { Surface } from '../../protocol/rdp/graphics/surface.ts';
import { Picture } from './picture.ts';
import type { FromPictureWorker, ToPictureWorker } from './worker-messages.ts';

const DECODE_SLICE_MS = 4;
/** A hidden window gets no animation frames; frames are still to be acknowledged, or the other side would stand still. */
const HIDDEN_DRAW_AFTER_MS = 250;

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = (event: MessageEvent<ToPictureWorker>) => {
  if (event.data.tag === 'start') start(event.data.canvas, event.data.port);
};

function start(canvas: OffscreenCanvas, port: MessagePort): void {
  const picture = new Picture();
  const context = drawable(canvas);
  const slices = new MessageChannel();
  let image: { readonly surface: Surface; readonly data: ImageData } | undefined;
  let sliceAsked = false;
  let drawAsked = false;

  function tell(message: FromPictureWorker): void {
    scope.postMessage(message);
  }
  function send(message: FromViewer): void {
    port.postMessage(message);
  }
  function fail(error: unknown): void {
    const code = error instanceof ProtocolError ? error.code : 'INTERNAL';
    tell({ tag: 'failed', failure: { code, message: error instanceof Error ? error.message : String(error) } });
  }

  function askForSlice(): void {
    if (sliceAsked) return;
    sliceAsked = true;
    slices.port2.postMessage(undefined);
  }

  function decodeSlice(): void {
    sliceAsked = false;
    const stop = performance.now() + DECODE_SLICE_MS;
    try {
      let now = performance.now();
      while (picture.isWaiting && now < stop) {
        const size = picture.step(now);
        if (size !== undefined) {
          canvas.width = size.width;
          canvas.height = size.height;
          tell({ tag: 'size', size });
        }
        now = performance.now();
      }
    } catch (error) {
      fail(error);
      return;
    }
    if (picture.isWaiting) askForSlice();
    if (picture.hasDrawing) askForDrawing();
  }

  function askForDrawing(): void {
    if (drawAsked) return;
    drawAsked = true;
    const late = setTimeout(() => {
      scope.cancelAnimationFrame(frame);
      draw();
    }, HIDDEN_DRAW_AFTER_MS);
    const frame = scope.requestAnimationFrame(() => {
      clearTimeout(late);
      draw();
    });
  }

  function draw(): void {
    drawAsked = false;
    const drawing = picture.takeDrawing(performance.now());
    if (drawing !== undefined) {
      const { surface, rectangles, frameIds } = drawing;
      if (image?.surface !== surface) {
        image = { surface, data: new ImageData(new Uint8ClampedArray(surface.words.buffer), surface.width, surface.height) };
      }
      for (const { x, y, width, height } of rectangles) context.putImageData(image.data, 0, 0, x, y, width, height);
      for (const frameId of frameIds) send({ tag: 'painted', frameId });
    }
    // a frame half way is looked at again: its end may be late
    if (picture.hasDrawing) askForDrawing();
  }

  slices.port1.onmessage = decodeSlice;

  port.onmessage = (event: MessageEvent<ToViewer>) => {
    const message = event.data;
    switch (message.tag) {
      case 'size':
      case 'graphics':
        picture.push(message);
        askForSlice();
        break;
      case 'pointerShape':
      case 'pointerPosition':
      case 'control':
        tell(message);
        break;
    }
  };

  scope.onmessage = (event: MessageEvent<ToPictureWorker>) => {
    const message = event.data;
    if (message.tag === 'forward') send(message.message);
    else if (message.tag === 'stop') {
      port.close();
      scope.close();
    }
  };
}

/** @throws Error, which the page hears as the worker's, where there is no memory for a canvas */
function drawable(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (context === null) throw new Error('the picture cannot be drawn');
  return context;
}
