import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createViewerPort, forPort, type PortEnd } from '../../../src/main/shell/viewer-port.ts';
import { parseFromViewer } from '../../../src/main/shell/viewer-messages.ts';
import type { FromViewer } from '../../../src/preload/contract.ts';

class FakePort implements PortEnd {
  sent: unknown[] = [];
  started = false;
  closed = false;
  private readonly message: ((event: { readonly data: unknown }) => void)[] = [];
  private readonly closing: (() => void)[] = [];
  postMessage(message: unknown): void {
    this.sent.push(message);
  }
  on(event: 'message' | 'close', listener: ((event: { readonly data: unknown }) => void) & (() => void)): void {
    if (event === 'message') this.message.push(listener);
    else this.closing.push(listener);
  }
  start(): void {
    this.started = true;
  }
  close(): void {
    this.closed = true;
    for (const listener of this.closing) listener();
  }
  say(data: unknown): void {
    for (const listener of this.message) listener({ data });
  }
}

const GOOD: FromViewer[] = [
  { tag: 'painted', frameId: 7 },
  { tag: 'displayWanted', wanted: false },
  {
    tag: 'input',
    events: [
      { tag: 'key', scancode: 0x1e, prefix: 'e0', down: true },
      { tag: 'unicode', codeUnit: 0x20ac, down: false },
      { tag: 'pointerMove', x: 1, y: 2 },
      { tag: 'pointerButton', button: 'x2', down: true, x: 1, y: 2 },
      { tag: 'wheel', axis: 'horizontal', delta: -120, x: 1, y: 2 },
      { tag: 'locks', locks: { scrollLock: false, numLock: true, capsLock: false, kanaLock: false } },
    ],
  },
];

describe('what comes from the viewer', () => {
  it('is handed on as it is when it is right', () => {
    for (const message of GOOD) expect(parseFromViewer(message)).toEqual(message);
  });

  it.each([
    undefined,
    null,
    'painted',
    [],
    { tag: 'painted' },
    { tag: 'painted', frameId: -1 },
    { tag: 'painted', frameId: 1.5 },
    { tag: 'painted', frameId: 1, more: true },
    { tag: 'input', events: [] },
    { tag: 'input', events: Array.from({ length: 257 }, () => ({ tag: 'pointerMove', x: 0, y: 0 })) },
    { tag: 'input', events: [{ tag: 'key', scancode: 256, prefix: 'none', down: true }] },
    { tag: 'input', events: [{ tag: 'pointerMove', x: -1, y: 0 }] },
    { tag: 'input', events: [{ tag: 'pointerMove', x: Number.NaN, y: 0 }] },
    { tag: 'input', events: [{ tag: 'wheel', axis: 'vertical', delta: 99_999, x: 0, y: 0 }] },
    { tag: 'grantControl' },
  ])('%j is dropped', (message) => {
    expect(parseFromViewer(message)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything({ withTypedArray: true, withMap: true, withBigInt: true }), (data) => void parseFromViewer(data)));
  });

  it('is counted when wrong, and the port lives on', () => {
    const port = new FakePort();
    const viewer = createViewerPort(port);
    const heard: unknown[] = [];
    viewer.onEvent((event) => heard.push(event));
    port.say({ tag: 'nope' });
    port.say(GOOD[0]);
    expect(viewer.dropped).toBe(1);
    expect(heard).toEqual([GOOD[0]]);
    expect(port.started).toBe(true);
  });
});

describe('whether pictures are wanted', () => {
  it('takes the page and the window together, and tells only changes', () => {
    const port = new FakePort();
    const viewer = createViewerPort(port);
    const heard: unknown[] = [];
    viewer.onEvent((event) => heard.push(event));
    viewer.setWindowShown(true);
    port.say({ tag: 'displayWanted', wanted: true });
    expect(heard).toEqual([]);
    viewer.setWindowShown(false);
    port.say({ tag: 'displayWanted', wanted: false });
    viewer.setWindowShown(true);
    expect(heard).toEqual([{ tag: 'displayWanted', wanted: false }]);
    port.say({ tag: 'displayWanted', wanted: true });
    expect(heard).toEqual([
      { tag: 'displayWanted', wanted: false },
      { tag: 'displayWanted', wanted: true },
    ]);
  });
});

describe('what goes to the viewer', () => {
  it('takes no memory along that it does not mean', () => {
    const pool = new Uint8Array(1_000).fill(0xee);
    const data = pool.subarray(10, 14);
    const sent = forPort({ tag: 'graphics', graphics: { tag: 'update', updateCode: 1, data } });
    if (sent.tag !== 'graphics') throw new Error(sent.tag);
    expect(sent.graphics.data.buffer.byteLength).toBe(4);
    expect([...sent.graphics.data]).toEqual([0xee, 0xee, 0xee, 0xee]);
    const shape = forPort({ tag: 'pointerShape', shape: { width: 1, height: 1, hotX: 0, hotY: 0, pixels: data } });
    if (shape.tag !== 'pointerShape' || shape.shape === null || shape.shape === 'default') throw new Error('shape');
    expect(shape.shape.pixels.buffer.byteLength).toBe(4);
    expect(forPort({ tag: 'pointerShape', shape: 'default' })).toEqual({ tag: 'pointerShape', shape: 'default' });
  });

  it('is not copied when it owns its memory', () => {
    const data = new Uint8Array(8);
    const sent = forPort({ tag: 'graphics', graphics: { tag: 'update', updateCode: 1, data } });
    expect(sent.tag === 'graphics' && sent.graphics.data).toBe(data);
  });

  it('stops when the page is gone, once', async () => {
    const port = new FakePort();
    const viewer = createViewerPort(port);
    let closed = 0;
    viewer.onClose(() => (closed += 1));
    port.close();
    viewer.close();
    viewer.send({ tag: 'control', granted: true });
    expect(port.sent).toEqual([]);
    expect(closed).toBe(1);
    viewer.onClose(() => (closed += 1));
    await Promise.resolve();
    expect(closed).toBe(2);
  });
});
