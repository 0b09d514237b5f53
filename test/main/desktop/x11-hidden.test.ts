import { afterEach, expect, it, vi } from 'vitest';
import type { X11PartReader } from '../../../src/main/desktop/x11/x11-part-reader.ts';
import type { X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import { X11Screen } from '../../../src/main/desktop/x11/x11-screen.ts';
import { planarSettings } from '../../support/encode-frame.ts';

afterEach(() => vi.useRealTimers());

it('a window that is hidden costs nothing, whatever is asked for again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  let reads = 0;
  let lastMs = performance.now();
  const size = { width: 64, height: 64 };
  const reader = {
    state: 'hidden',
    layout: size,
    picture: { ...size, stride: 256, pixels: new Uint8Array(64 * 256) },
    damage: undefined,
    menus: undefined,
    get wholeInMs() {
      return Math.max(0, lastMs + 2_000 - performance.now());
    },
    read: () => {
      reads += 1;
      lastMs = performance.now();
      return Promise.resolve('nothing');
    },
    moves: () => [],
    close: () => undefined,
  } as unknown as X11PartReader;
  const connection = { onLost: () => undefined, close: () => undefined } as unknown as X11Connection;
  const screen = new X11Screen({ connection, post: () => undefined, reader, film: [] });
  screen.receive({ tag: 'configure', settings: planarSettings(), generation: 1 });
  screen.receive({ tag: 'next', share: undefined });
  for (let time = 0; time < 100; time += 1) {
    screen.receive({ tag: 'refresh', areas: [{ x: 0, y: 0, ...size }] });
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(reads).toBeLessThanOrEqual(10);
  screen.receive({ tag: 'close' });
});
