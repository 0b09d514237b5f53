import { afterEach, describe, expect, it, vi } from 'vitest';
import { MAX_DESKTOP_SIDE } from '../../../src/protocol/rdp/graphics/capture-messages.ts';
import type { ScreenAnswer, ScreenWish } from '../../../src/renderer/capture/messages.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The worker, as the page sees it. */
class FakeWorker extends EventTarget {
  readonly told: unknown[] = [];
  terminated = 0;
  postMessage(message: unknown): void {
    this.told.push(message);
  }
  terminate(): void {
    this.terminated += 1;
  }
  wish(data: ScreenWish): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
  get answers(): ScreenAnswer[] {
    return this.told.filter((message) => typeof message === 'object' && message !== null && 'tag' in message) as ScreenAnswer[];
  }
}

/** Loads the page and hands it a port. */
async function page(getDisplayMedia: (constraints: unknown) => Promise<unknown>): Promise<FakeWorker> {
  const window = new EventTarget();
  const worker = new FakeWorker();
  vi.stubGlobal('window', window);
  vi.stubGlobal('navigator', { mediaDevices: { getDisplayMedia } });
  vi.stubGlobal('Worker', function Worker() {
    return worker;
  });
  await import('../../../src/renderer/capture/capture.ts');
  const port = {};
  window.dispatchEvent(Object.assign(new Event('message'), { source: window, data: 'ringback:capture-port', ports: [port] }));
  expect(worker.told).toEqual([{ port }]);
  return worker;
}

/** What the page answers to the first look. */
async function said(getDisplayMedia: () => Promise<unknown>): Promise<ScreenAnswer[]> {
  const worker = await page(getDisplayMedia);
  worker.wish({ tag: 'look', turn: 1 });
  await vi.waitFor(() => expect(worker.answers).not.toEqual([]));
  return worker.answers;
}

const trackOf = () => ({ contentHint: '', stop: vi.fn() });
const streamOf = (...tracks: object[]) => Promise.resolve({ getVideoTracks: () => tracks });
const readsTracks = () =>
  vi.stubGlobal(
    'MediaStreamTrackProcessor',
    class {
      readonly readable: unknown;
      constructor({ track }: { readonly track: unknown }) {
        this.readable = track;
      }
    },
  );

describe('the capture page', () => {
  it.each([
    ['NotAllowedError', 'NOT_PERMITTED'],
    ['NotFoundError', 'NO_DISPLAY'],
    ['AbortError', 'LOST'],
  ])('says why the screen was not given: %s', async (name, code) => {
    expect(await said(() => Promise.reject(new DOMException('no', name)))).toEqual([{ tag: 'refused', turn: 1, code, message: 'no' }]);
  });

  it('says that there was no picture', async () => {
    expect(await said(() => streamOf())).toMatchObject([{ tag: 'refused', code: 'UNSUPPORTED' }]);
  });

  it('says that the picture cannot be read, and gives the screen back', async () => {
    const track = trackOf();
    expect(await said(() => streamOf(track))).toMatchObject([
      { tag: 'refused', code: 'LOST', message: expect.stringMatching('MediaStreamTrackProcessor') },
    ]);
    expect(track.stop).toHaveBeenCalledOnce();
  });

  it('asks for every pixel, of a screen that may be larger than its own', async () => {
    readsTracks();
    const asked = vi.fn(() => streamOf(trackOf()));
    await said(asked);
    expect(asked).toHaveBeenCalledWith({
      video: expect.objectContaining({ width: { max: MAX_DESKTOP_SIDE }, height: { max: MAX_DESKTOP_SIDE } }),
      audio: false,
    });
  });

  it('gives one screen back before the next, and one that comes too late at once', async () => {
    readsTracks();
    const [first, late, second] = [trackOf(), trackOf(), trackOf()];
    const given = [streamOf(first)];
    let giveLate = (_stream: unknown): void => undefined;
    const worker = await page(
      () =>
        given.shift() ??
        new Promise((resolve) => {
          giveLate = resolve;
        }),
    );
    worker.wish({ tag: 'look', turn: 1 });
    await vi.waitFor(() => expect(worker.answers).toHaveLength(1));
    expect(first.stop).not.toHaveBeenCalled();
    worker.wish({ tag: 'look', turn: 2 });
    expect(first.stop).toHaveBeenCalledOnce();
    const answerSecond = giveLate;
    given.push(streamOf(second));
    worker.wish({ tag: 'look', turn: 3 });
    await vi.waitFor(() => expect(worker.answers).toHaveLength(2));
    answerSecond({ getVideoTracks: () => [late] });
    await vi.waitFor(() => expect(late.stop).toHaveBeenCalledOnce());
    expect(worker.answers).toEqual([
      { tag: 'given', turn: 1, frames: first },
      { tag: 'given', turn: 3, frames: second },
    ]);
    worker.wish({ tag: 'leave' });
    expect(second.stop).toHaveBeenCalledOnce();
  });
});
