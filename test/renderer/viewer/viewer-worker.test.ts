import { afterEach, expect, it, vi } from 'vitest';
import type { FromPicture, ToPicture } from '../../../src/protocol/rdp/graphics/viewer-messages.ts';
import type { FromPictureWorker } from '../../../src/renderer/viewer/worker-messages.ts';
import { until } from '../../support/programs.ts';

afterEach(() => vi.unstubAllGlobals());

it('a picture that has another size all the time is told to the page no more often than it can be placed, and the last is', async () => {
  const told: FromPictureWorker[] = [];
  const sent: FromPicture[] = [];
  vi.stubGlobal('postMessage', (message: FromPictureWorker) => told.push(message));
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => setTimeout(draw, 10));
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  vi.stubGlobal('ImageData', Object);
  const scope = globalThis as unknown as { onmessage: (event: { readonly data: unknown }) => void };
  vi.stubGlobal('onmessage', undefined);
  // By its address: its types are a worker's.
  await import(new URL('../../../src/renderer/viewer/viewer.worker.ts', import.meta.url).href);
  const port = {
    onmessage: (_event: { readonly data: readonly ToPicture[] }): void => undefined,
    postMessage: (messages: readonly FromPicture[]) => sent.push(...messages),
  };
  const canvas = { width: 1, height: 1, getContext: () => ({ putImageData: () => undefined }) };
  scope.onmessage({ data: { canvas, port } });
  const sizes = Array.from({ length: 2_000 }, (_, at) => ({ width: 8 + (at % 2), height: 8 }));
  port.onmessage({ data: [...sizes, { width: 40, height: 30 }].map((size) => ({ tag: 'size', size })) });
  const sizesOf = (): readonly unknown[] => told.flatMap((message) => (message.tag === 'size' ? [message.size] : []));
  await until(() => JSON.stringify(sizesOf().at(-1)) === JSON.stringify({ width: 40, height: 30 }), 'the last size');
  expect(sizesOf().length).toBeLessThan(200);
  expect(sent.filter(({ tag }) => tag === 'resized').length).toBeLessThan(200);
  expect(sent.findLast(({ tag }) => tag === 'resized')).toEqual({ tag: 'resized', size: { width: 40, height: 30 } });
});
