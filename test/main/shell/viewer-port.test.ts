import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createViewerPort, forPort, type PortEnd } from '../../../src/main/shell/viewer-port.ts';
import { parseFromPicture, parseFromSteering } from '../../../src/main/shell/viewer-messages.ts';
import { type FromPicture, type FromSteering, MAX_SOUND_ON_THE_WAY } from '../../../src/protocol/rdp/graphics/viewer-messages.ts';

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

function fakePorts(): { pictures: FakePort; steering: FakePort } {
  return { pictures: new FakePort(), steering: new FakePort() };
}

const FROM_PICTURE: FromPicture[] = [
  { tag: 'painted', frameId: 7 },
  { tag: 'resized', size: { width: 1_280, height: 720 } },
  { tag: 'taken', count: 3 },
];
const FROM_STEERING: FromSteering[] = [
  { tag: 'displayWanted', wanted: false },
  { tag: 'pointerShown' },
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
    expect(parseFromPicture(FROM_PICTURE)).toEqual(FROM_PICTURE);
    for (const message of FROM_STEERING) expect(parseFromSteering(message)).toEqual(message);
    for (const message of FROM_PICTURE) expect(parseFromSteering(message)).toBeUndefined();
    for (const message of FROM_STEERING) expect(parseFromPicture([message])).toBeUndefined();
    for (const message of FROM_PICTURE) expect(parseFromPicture(message)).toBeUndefined();
    for (const list of [[], Array.from({ length: 257 }, () => FROM_PICTURE[0])]) expect(parseFromPicture(list)).toBeUndefined();
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
    { tag: 'taken', count: 0 },
    { tag: 'taken', count: 65_536 },
    { tag: 'input', events: [] },
    { tag: 'input', events: Array.from({ length: 257 }, () => ({ tag: 'pointerMove', x: 0, y: 0 })) },
    { tag: 'input', events: [{ tag: 'key', scancode: 256, prefix: 'none', down: true }] },
    { tag: 'input', events: [{ tag: 'pointerMove', x: -1, y: 0 }] },
    { tag: 'input', events: [{ tag: 'pointerMove', x: Number.NaN, y: 0 }] },
    { tag: 'input', events: [{ tag: 'wheel', axis: 'vertical', delta: 99_999, x: 0, y: 0 }] },
    { tag: 'grantControl' },
  ])('%j is dropped', (message) => {
    expect(parseFromPicture([message])).toBeUndefined();
    expect(parseFromSteering(message)).toBeUndefined();
  });

  it('never throws', () => {
    const anything = fc.anything({ withTypedArray: true, withMap: true, withBigInt: true });
    fc.assert(fc.property(anything, (data) => void [parseFromPicture(data), parseFromSteering(data)]));
  });

  it('is counted when wrong or on the wrong port, and the ports live on', () => {
    const ports = fakePorts();
    const viewer = createViewerPort(ports);
    const heard: unknown[] = [];
    viewer.onEvent((event) => heard.push(event));
    ports.pictures.say([{ tag: 'nope' }]);
    ports.pictures.say([{ tag: 'displayWanted', wanted: false }]);
    ports.steering.say(FROM_PICTURE[0]);
    expect(viewer.dropped).toBe(3);
    ports.pictures.say(FROM_PICTURE);
    ports.steering.say(FROM_STEERING[2]);
    expect(heard).toEqual([...FROM_PICTURE, FROM_STEERING[2]]);
    expect([ports.pictures.started, ports.steering.started]).toEqual([true, true]);
  });
});

describe('whether pictures are wanted', () => {
  it('takes the page and the window together, and tells only changes', () => {
    const ports = fakePorts();
    const port = ports.steering;
    const viewer = createViewerPort(ports);
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
  const endOfRead = () => Promise.resolve();
  const shape = (hotX: number) =>
    ({ tag: 'pointerShape', shape: { width: 9, height: 1, hotX, hotY: 0, pixels: new Uint8Array(36) } }) as const;

  const graphics = (bytes: number) =>
    ({ tag: 'graphics', graphics: { tag: 'update', updateCode: 1, data: new Uint8Array(bytes) } }) as const;
  /** With turns that end when the test says so. */
  const inTurns = (nowMs: () => number) => {
    const { pictures, steering } = fakePorts();
    const turns: (() => void)[] = [];
    const viewer = createViewerPort({ pictures, steering }, (run) => turns.push(run), nowMs);
    return { pictures, viewer, endTurn: () => turns.splice(0).forEach((run) => run()) };
  };

  it('goes to the worker if it is a picture, else straight to the page', async () => {
    const ports = fakePorts();
    const viewer = createViewerPort(ports, () => undefined);
    const size = { tag: 'size', size: { width: 3, height: 2 } } as const;
    viewer.send(size);
    viewer.send({ tag: 'control', granted: true });
    viewer.send({ tag: 'behind' });
    await endOfRead();
    expect(ports.pictures.sent).toEqual([[size]]);
    expect(ports.steering.sent).toEqual([{ tag: 'control', granted: true }]);
  });

  it('of pictures in one read is one message, much of it with the rest of the turn, in order, and none is kept long', async () => {
    let nowMs = 0;
    const { pictures, viewer, endTurn } = inTurns(() => (nowMs += 10));
    const size = { tag: 'size', size: { width: 3, height: 2 } } as const;
    const [small, middling, large] = [graphics(9), graphics(16 * 1024), graphics(128 * 1024)];
    for (const message of [size, small, small]) viewer.send(message);
    expect(pictures.sent).toEqual([]);
    await endOfRead();
    expect(pictures.sent).toEqual([[size, small, small]]);
    viewer.send(middling);
    await endOfRead();
    viewer.send(small);
    expect(pictures.sent).toHaveLength(1);
    endTurn();
    expect(pictures.sent.slice(1)).toEqual([[middling, small]]);
    // What is large does not wait for the rest of its turn.
    for (const message of [small, large, small]) viewer.send(message);
    expect(pictures.sent.slice(2)).toEqual([[small, large]]);
    await endOfRead();
    expect(pictures.sent.slice(3)).toEqual([[small]]);
    viewer.send(small);
    viewer.close();
    await endOfRead();
    endTurn();
    expect(pictures.sent).toHaveLength(4);
  });

  it('of reads that follow each other closely is one message a turn, however little each has brought', async () => {
    let nowMs = 0;
    const { pictures, viewer, endTurn } = inTurns(() => nowMs);
    const small = graphics(1);
    for (let read = 0; read < 1_000; read += 1) {
      nowMs += 0.001;
      viewer.send(small);
      await endOfRead();
    }
    expect(pictures.sent).toEqual([[small]]);
    endTurn();
    expect(pictures.sent.map((message) => (message as unknown[]).length)).toEqual([1, 999]);
    nowMs += 10;
    viewer.send(small);
    await endOfRead();
    expect(pictures.sent).toHaveLength(3);
  });

  it('is the end of it where the port does not take it any more', async () => {
    const ports = fakePorts();
    ports.pictures.postMessage = () => {
      throw new Error('gone');
    };
    const viewer = createViewerPort(ports);
    let closed = 0;
    viewer.onClose(() => (closed += 1));
    viewer.send({ tag: 'size', size: { width: 3, height: 2 } });
    await endOfRead();
    expect([closed, ports.steering.closed]).toEqual([1, true]);
  });

  it('about the pointer is the newest only while the page has not drawn the one before, and holds up nothing else', () => {
    const { pictures, steering } = fakePorts();
    const viewer = createViewerPort({ pictures, steering });
    for (let count = 0; count < 9; count += 1) {
      viewer.send(shape(count));
      viewer.send({ tag: 'pointerPosition', x: count, y: 0 });
    }
    viewer.send({ tag: 'control', granted: true });
    expect(steering.sent).toEqual([shape(0), { tag: 'control', granted: true }]);
    steering.say({ tag: 'pointerShown' });
    expect(steering.sent.slice(2)).toEqual([shape(8), { tag: 'pointerPosition', x: 8, y: 0 }]);
    // More answers than there were messages give nothing away.
    for (let count = 0; count < 5; count += 1) steering.say({ tag: 'pointerShown' });
    viewer.send(shape(1));
    viewer.send(shape(2));
    expect(steering.sent.slice(4)).toEqual([shape(1)]);
  });

  it('says that sound pauses once, however often it is said', () => {
    const ports = fakePorts();
    const port = createViewerPort(ports);
    const sound = { codec: 'pcm' as const, samplesPerSecond: 48_000, channels: 2, data: new Uint8Array(4), atMs: 0 };
    for (let time = 0; time < 1_000; time += 1) port.send({ tag: 'soundPaused' });
    expect(ports.steering.sent).toEqual([]);
    for (let time = 0; time < 1_000; time += 1) {
      port.send({ tag: 'sound', sound });
      port.send({ tag: 'soundPaused' });
    }
    // The page has taken none of it.
    expect(ports.steering.sent.length).toBeLessThanOrEqual(2 * MAX_SOUND_ON_THE_WAY);
  });

  it('takes no memory along that it does not mean', () => {
    const pool = new Uint8Array(37).fill(0xee);
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

  it.each([0, 6, 32])('is not copied when it owns its memory, but for the header of its PDU: %i', (header) => {
    const data = new Uint8Array(8_000).subarray(header);
    const sent = forPort({ tag: 'graphics', graphics: { tag: 'update', updateCode: 1, data } });
    expect(sent.tag === 'graphics' && sent.graphics.data).toBe(data);
  });

  it.each(['pictures', 'steering'] as const)('stops when either port is gone (%s), once, and takes the other along', async (gone) => {
    const ports = fakePorts();
    const viewer = createViewerPort(ports);
    let closed = 0;
    viewer.onClose(() => (closed += 1));
    ports[gone].close();
    viewer.close();
    viewer.send({ tag: 'control', granted: true });
    expect([ports.pictures.closed, ports.steering.closed, ports.steering.sent]).toEqual([true, true, []]);
    expect(closed).toBe(1);
    viewer.onClose(() => (closed += 1));
    await Promise.resolve();
    expect(closed).toBe(2);
  });
});
