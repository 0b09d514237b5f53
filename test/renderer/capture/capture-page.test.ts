import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FromCapture } from '../../../src/protocol/rdp/graphics/capture-messages.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Loads the page and hands it a port; what it then says over it. */
async function said(getDisplayMedia: () => Promise<unknown>): Promise<FromCapture[]> {
  const window = new EventTarget();
  vi.stubGlobal('window', window);
  vi.stubGlobal('navigator', { mediaDevices: { getDisplayMedia } });
  await import('../../../src/renderer/capture/capture.ts');
  const messages: FromCapture[] = [];
  const port = { postMessage: (message: FromCapture) => messages.push(message) };
  window.dispatchEvent(Object.assign(new Event('message'), { source: window, data: 'ringback:capture-port', ports: [port] }));
  await vi.waitFor(() => expect(messages).not.toEqual([]));
  return messages;
}

const streamOf = (...tracks: object[]) => Promise.resolve({ getVideoTracks: () => tracks });

describe('the capture page', () => {
  it.each([
    ['NotAllowedError', 'NOT_PERMITTED'],
    ['NotFoundError', 'NO_DISPLAY'],
    ['AbortError', 'LOST'],
  ])('says why the screen was not given: %s', async (name, code) => {
    expect(await said(() => Promise.reject(new DOMException('no', name)))).toEqual([{ tag: 'failed', code, message: 'no' }]);
  });

  it('says that there was no picture', async () => {
    expect(await said(() => streamOf())).toMatchObject([{ tag: 'failed', code: 'UNSUPPORTED' }]);
  });

  it('says that the picture cannot be read, and gives the screen back', async () => {
    const track = { contentHint: '', stop: vi.fn() };
    expect(await said(() => streamOf(track))).toMatchObject([
      { tag: 'failed', code: 'LOST', message: expect.stringMatching('MediaStreamTrackProcessor') },
    ]);
    expect(track.stop).toHaveBeenCalledOnce();
  });
});
