/*
 * Decodes and draws the novice's desktop away from the page's thread. Its port goes straight to the main process, which is told what has been
 * worked off and sends no more than that allows. Decoding is done in short slices, so that drawings get through in between.
 */
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { DesktopLayout } from '../../protocol/rdp/desktop-layout.ts';
import type { Surface } from '../../protocol/rdp/graphics/surface.ts';
import { type FromPicture, MAX_FROM_PICTURE_AT_ONCE, type ToPicture } from '../../protocol/rdp/graphics/viewer-messages.ts';
import { DECODERS } from '../../protocol/rdp/graphics/decoders.ts';
import { avc420Decoders } from './avc420-decoder.ts';
import { CodecMarks } from './codec-marks.ts';
import { newestOnly } from './newest-only.ts';
import { Picture } from './picture.ts';
import type { FromPictureWorker, CodecsWanted, PictureStart } from './worker-messages.ts';

const DECODE_SLICE_MS = 4;
/** So many decoded messages are told without waiting for the next drawing, which may take its time in a hidden window. */
const TELL_AFTER = 256;
/** The page is placed anew for each size, and the novice's program may say another in every message. */
const TELL_SIZE_EACH_MS = 50;
/** People read no faster. */
const TELL_SHARES_EACH_MS = 1_000;
/** Nothing is drawn sooner after the drawing before: displays of 144 Hz show no more, and the browser of a slower one takes what is newest. */
const DRAW_EACH_MS = 7;

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

const codecMarks = new CodecMarks();
let telling: ReturnType<typeof setInterval> | undefined;

scope.onmessage = ({ data }: MessageEvent<PictureStart | CodecsWanted>) => {
  if (!('tag' in data)) start(data);
  else if (data.tag === 'shares') tellShares(data.wanted);
  else {
    codecMarks.want(data.wanted);
    tellMarks();
  }
};

function tell(message: FromPictureWorker): void {
  scope.postMessage(message);
}

function tellMarks(): void {
  const marks = codecMarks.take();
  if (marks !== undefined) tell({ tag: 'marks', marks });
}

function tellShares(wanted: boolean): void {
  clearInterval(telling);
  if (!wanted) return;
  let told = '';
  const tellOnce = (): void => {
    const { shares } = codecMarks;
    const next = JSON.stringify(shares);
    if (next !== told) tell({ tag: 'shares', shares });
    told = next;
  };
  telling = setInterval(tellOnce, TELL_SHARES_EACH_MS);
  tellOnce();
}

function start({ canvas, port }: PictureStart): void {
  const lost = (): void => port.postMessage([{ tag: 'lost' }] satisfies FromPicture[]);
  const picture = new Picture(
    () => performance.now(),
    [...DECODERS, avc420Decoders(lost)],
    (rect, by, whole) => codecMarks.add(rect, by, whole),
  );
  const context = drawable(canvas);
  const slices = new MessageChannel();
  let image: { readonly surface: Surface; readonly data: ImageData } | undefined;
  let decoding = false;
  /** Draws what could not be drawn at once. */
  let later: ReturnType<typeof setTimeout> | undefined;
  let laterAtMs = 0;
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  /** Decoded, and not yet told. */
  let taken = 0;

  const tellSize = newestOnly<DesktopLayout>(TELL_SIZE_EACH_MS, (size) => {
    tell({ tag: 'size', size });
    port.postMessage([{ tag: 'resized', size: { width: size.width, height: size.height } }] satisfies FromPicture[]);
  });

  /** What has been decoded and what has been painted, in as few messages as may be. */
  function send(frameIds: readonly number[] = []): void {
    const messages: FromPicture[] = taken > 0 ? [{ tag: 'taken', count: taken }] : [];
    taken = 0;
    for (const frameId of frameIds) messages.push({ tag: 'painted', frameId });
    for (let at = 0; at < messages.length; at += MAX_FROM_PICTURE_AT_ONCE)
      port.postMessage(messages.slice(at, at + MAX_FROM_PICTURE_AT_ONCE));
  }

  /** Until everything is decoded; runs once at a time, however long a decoder takes. */
  async function decode(): Promise<void> {
    if (decoding) return;
    decoding = true;
    try {
      for (let first = true; picture.isWaiting; first = false) {
        if (!first) await nextTask();
        await decodeSlice();
        drawInTime();
        // The main process may be waiting for it; but what is drawn next is told together with it.
        if (picture.isWaiting || later === undefined || taken >= TELL_AFTER) send();
      }
    } catch (error) {
      send();
      const code = error instanceof ProtocolError ? error.code : 'INTERNAL';
      tell({ tag: 'failed', failure: { code, message: error instanceof Error ? error.message : String(error) } });
    } finally {
      decoding = false;
    }
  }

  async function decodeSlice(): Promise<void> {
    const stop = performance.now() + DECODE_SLICE_MS;
    while (picture.isWaiting && performance.now() < stop) {
      const layout = await picture.step();
      taken += 1;
      if (layout === undefined) continue;
      const { width, height } = layout;
      // A canvas that is given a size is blank.
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      tellSize(layout);
    }
  }

  function nextTask(): Promise<void> {
    return new Promise((resolve) => {
      slices.port1.onmessage = () => resolve();
      slices.port2.postMessage(undefined);
    });
  }

  /**
   * At once, so that it is there when the browser next takes the canvas: an animation frame would be asked of another process each time, and
   * hidden windows get none. What comes sooner after the drawing before waits, and so does a frame half way: its end may be late.
   */
  function drawInTime(): void {
    if (!picture.hasDrawing) return;
    const atMs = Math.max(picture.dueMs, drawnAtMs + DRAW_EACH_MS);
    const inMs = Math.ceil(atMs - performance.now());
    if (inMs <= 0) draw();
    else if (later === undefined || atMs < laterAtMs) {
      clearTimeout(later);
      laterAtMs = atMs;
      later = setTimeout(draw, inMs);
    }
  }

  function draw(): void {
    clearTimeout(later);
    later = undefined;
    const drawing = picture.takeDrawing();
    if (drawing !== undefined) {
      drawnAtMs = performance.now();
      const { surface, rectangles, frameIds } = drawing;
      if (image?.surface !== surface) {
        image = { surface, data: new ImageData(new Uint8ClampedArray(surface.words.buffer), surface.width, surface.height) };
      }
      for (const { x, y, width, height } of rectangles) context.putImageData(image.data, 0, 0, x, y, width, height);
      tellMarks();
      send(frameIds);
    } else {
      send();
      // Meant for a frame whose end has come; another one is half way.
      drawInTime();
    }
  }

  port.onmessage = (event: MessageEvent<readonly ToPicture[]>) => {
    for (const item of event.data) picture.push(item);
    void decode();
  };
}

/** @throws Error, which the page hears as the worker's, where there is no memory for a canvas */
function drawable(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (context === null) throw new Error('the picture cannot be drawn');
  return context;
}
