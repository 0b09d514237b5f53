import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { encodeBitmapUpdate } from '../../../src/protocol/rdp/pdu/bitmap-update.ts';
import { encodeFrameMarker } from '../../../src/protocol/rdp/pdu/frame-marker.ts';
import { FAST_PATH_UPDATE } from '../../../src/protocol/rdp/pdu/fast-path-output.ts';
import type { FromPicture, ToPicture } from '../../../src/protocol/rdp/graphics/viewer-messages.ts';
import type { FromPictureWorker } from '../../../src/renderer/viewer/worker-messages.ts';
import { until } from '../../support/programs.ts';

const told: FromPictureWorker[] = [];
const sent: FromPicture[] = [];
/** How often something was put on the canvas. */
let draws = 0;

beforeEach(() => {
  told.length = 0;
  sent.length = 0;
  draws = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The worker, given a canvas; returns what hands it a message of its port. */
async function startWorker(): Promise<(messages: readonly ToPicture[]) => void> {
  vi.stubGlobal('postMessage', (message: FromPictureWorker) => told.push(message));
  vi.stubGlobal('ImageData', Object);
  const scope = globalThis as unknown as { onmessage: (event: { readonly data: unknown }) => void };
  vi.stubGlobal('onmessage', undefined);
  vi.resetModules();
  // By its address: its types are a worker's.
  await import(new URL('../../../src/renderer/viewer/viewer.worker.ts', import.meta.url).href);
  const port = {
    onmessage: (_event: { readonly data: readonly ToPicture[] }): void => undefined,
    postMessage: (messages: readonly FromPicture[]) => sent.push(...messages),
  };
  const canvas = { width: 1, height: 1, getContext: () => ({ putImageData: () => (draws += 1) }) };
  scope.onmessage({ data: { canvas, port } });
  return (messages) => port.onmessage({ data: messages });
}

const marker = (action: 'begin' | 'end', frameId: number): ToPicture => ({
  tag: 'graphics',
  graphics: { tag: 'update', updateCode: FAST_PATH_UPDATE.surfaceCommands, data: encodeFrameMarker(action, frameId) },
});
const PLACE = { destLeft: 0, destTop: 0, destRight: 0, destBottom: 0, width: 1, height: 1 };
const dot: ToPicture = {
  tag: 'graphics',
  graphics: {
    tag: 'update',
    updateCode: FAST_PATH_UPDATE.bitmap,
    data: encodeBitmapUpdate([{ ...PLACE, bitsPerPixel: 32, compressed: false, data: new Uint8Array(4) }]),
  },
};
const size: ToPicture = { tag: 'size', size: { width: 8, height: 8 } };
/** What came of one message is decoded in microtasks: no task goes by, and no timer. */
const settled = async (): Promise<void> => {
  for (let count = 0; count < 50; count += 1) await Promise.resolve();
};
const painted = (): readonly number[] => sent.flatMap((message) => (message.tag === 'painted' ? [message.frameId] : []));

it('a frame that has come whole is drawn and acknowledged in the task it came in, in one message', async () => {
  vi.useFakeTimers();
  const receive = await startWorker();
  receive([size, marker('begin', 1), dot, marker('end', 1)]);
  await settled();
  expect(draws).toBe(2);
  expect(sent.filter(({ tag }) => tag !== 'resized')).toEqual([
    { tag: 'taken', count: 4 },
    { tag: 'painted', frameId: 1 },
  ]);
});

it('frames that follow one another sooner than a display shows them are drawn together', async () => {
  vi.useFakeTimers();
  const receive = await startWorker();
  for (const frameId of [1, 2, 3, 4]) {
    receive([...(frameId === 1 ? [size] : [dot]), marker('end', frameId)]);
    await settled();
  }
  expect([draws, painted()]).toEqual([1, [1]]);
  await vi.advanceTimersByTimeAsync(6);
  expect([draws, painted()]).toEqual([1, [1]]);
  await vi.advanceTimersByTimeAsync(1);
  expect([draws, painted()]).toEqual([2, [1, 2, 3, 4]]);
});

it('a frame half way is drawn with its end, or once that is late', async () => {
  vi.useFakeTimers();
  const receive = await startWorker();
  receive([size]);
  await settled();
  await vi.advanceTimersByTimeAsync(50);
  receive([marker('begin', 1), dot]);
  await settled();
  expect([draws, painted()]).toEqual([1, []]);
  receive([dot, marker('end', 1)]);
  await settled();
  expect(painted()).toEqual([1]);
  draws = 0;
  await vi.advanceTimersByTimeAsync(50);
  receive([marker('begin', 2), dot]);
  await settled();
  await vi.advanceTimersByTimeAsync(99);
  expect(draws).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect([draws, painted()]).toEqual([1, [1]]);
});

it('a picture that has another size all the time is told to the page no more often than it can be placed, and the last is', async () => {
  const receive = await startWorker();
  const sizes = Array.from({ length: 2_000 }, (_, at) => ({ width: 8 + (at % 2), height: 8 }));
  receive([...sizes, { width: 40, height: 30 }].map((next) => ({ tag: 'size', size: next })));
  const sizesOf = (): readonly unknown[] => told.flatMap((message) => (message.tag === 'size' ? [message.size] : []));
  await until(() => JSON.stringify(sizesOf().at(-1)) === JSON.stringify({ width: 40, height: 30 }), 'the last size');
  expect(sizesOf().length).toBeLessThan(200);
  expect(sent.filter(({ tag }) => tag === 'resized').length).toBeLessThan(200);
  expect(sent.findLast(({ tag }) => tag === 'resized')).toEqual({ tag: 'resized', size: { width: 40, height: 30 } });
});
