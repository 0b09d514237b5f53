import { describe, expect, it, vi } from 'vitest';
import { CaptureGoneError, type CaptureEvent, type ScreenCapture } from '../../../src/main/desktop/contract.ts';
import { CLOSE_DEADLINE_MS, openRemoteCapture, type CaptureChannel } from '../../../src/main/desktop/remote-capture.ts';
import type { FilmPage, OpenFilmPage } from '../../../src/main/desktop/film/contract.ts';
import { MOST_STARTS } from '../../../src/protocol/rdp/graphics/film/film-ways.ts';
import type { ToCapture } from '../../../src/protocol/rdp/graphics/capture-messages.ts';
import type { GraphicsSettings } from '../../../src/protocol/rdp/graphics/contract.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const SETTINGS: GraphicsSettings = {
  encoder: { name: 'planar', scrollCopies: false, skipAlpha: true, maxPduBytes: 16_000 },
  acknowledgement: 'unmarked',
};
const SIZE = { width: 64, height: 32 };

class OtherSide implements CaptureChannel {
  readonly told: ToCapture[] = [];
  ended = 0;
  private listener: (message: unknown) => void = () => undefined;
  gone: (why: string) => void = () => undefined;
  readonly filmPages: (FilmPage | undefined)[] = [];
  handFilmPage(page: FilmPage | undefined): void {
    this.filmPages.push(page);
  }
  send(message: ToCapture): void {
    this.told.push(message);
  }
  onMessage(listener: (message: unknown) => void): void {
    this.listener = listener;
  }
  onGone(listener: (why: string) => void): void {
    this.gone = listener;
  }
  end(): Promise<void> {
    this.ended += 1;
    return Promise.resolve();
  }
  says(message: unknown): void {
    this.listener(message);
  }
  frame(frameId: number, generation: number): void {
    this.says({
      tag: 'frame',
      generation,
      frame: { frameId, updates: [{ route: 'fastPath', bytes: Uint8Array.of(frameId) }], changedPixels: 4, captureMs: 1, encodeMs: 1 },
    });
  }
  count(tag: ToCapture['tag']): number {
    return this.told.filter((message) => message.tag === tag).length;
  }
}

async function opened(
  ownPointer?: (x: number, y: number) => boolean,
  openFilmPage?: OpenFilmPage,
): Promise<{ other: OtherSide; clock: VirtualClock; capture: ScreenCapture; events: CaptureEvent[] }> {
  const other = new OtherSide();
  const clock = new VirtualClock();
  const opening = openRemoteCapture(other, {
    clock,
    signal: new AbortController().signal,
    ...(ownPointer === undefined ? {} : { ownPointer }),
    ...(openFilmPage === undefined ? {} : { openFilmPage }),
  });
  other.says({ tag: 'opened', size: SIZE, way: 'test' });
  const capture = await opening;
  const events: CaptureEvent[] = [];
  capture.onEvent((event) => events.push(event));
  return { other, clock, capture, events };
}

const forever = () => new AbortController().signal;

describe('a capture on the other side of a port', () => {
  it('asks for one frame at a time and gives it to whoever waits', async () => {
    const { other, capture } = await opened();
    capture.configure(SETTINGS);
    const next = capture.nextFrame(forever());
    await expect(capture.nextFrame(forever())).rejects.toMatchObject({ name: 'DesktopError' });
    expect(other.count('next')).toBe(1);
    other.frame(1, 1);
    expect((await next).frameId).toBe(1);
  });

  it('keeps a frame that comes after its caller has stopped waiting: its changes are in no other', async () => {
    const { other, capture } = await opened();
    capture.configure(SETTINGS);
    const controller = new AbortController();
    const given = capture.nextFrame(controller.signal);
    controller.abort(new Error('paused'));
    await expect(given).rejects.toThrow('paused');
    const again = capture.nextFrame(forever());
    expect(other.count('next')).toBe(1);
    other.frame(1, 1);
    expect((await again).frameId).toBe(1);

    const second = new AbortController();
    const dropped = capture.nextFrame(second.signal);
    second.abort(new Error('paused'));
    await expect(dropped).rejects.toThrow('paused');
    other.frame(2, 1);
    expect((await capture.nextFrame(forever())).frameId).toBe(2);
    expect(other.count('next')).toBe(2);
  });

  it('listens once for the end of a signal that comes with picture after picture, and to the newest', async () => {
    const { other, capture } = await opened();
    capture.configure(SETTINGS);
    const [first, second] = [new AbortController(), new AbortController()];
    const listens = vi.spyOn(first.signal, 'addEventListener');
    for (const number of [1, 2, 3]) {
      const next = capture.nextFrame(first.signal);
      other.frame(number, 1);
      expect((await next).frameId).toBe(number);
    }
    expect(listens).toHaveBeenCalledOnce();
    const next = capture.nextFrame(second.signal);
    first.abort(new Error('of a picture before'));
    other.frame(4, 1);
    expect((await next).frameId).toBe(4);
    const stopped = capture.nextFrame(second.signal);
    second.abort(new Error('paused'));
    await expect(stopped).rejects.toThrow('paused');
    await expect(capture.nextFrame(second.signal)).rejects.toThrow('paused');
  });

  it('that hangs is told of a flood of wishes in a few messages, the last of which is for all', async () => {
    const { other, capture } = await opened();
    capture.configure(SETTINGS);
    const asked = () => other.told.flatMap((message) => (message.tag === 'refresh' ? [message.areas] : []));
    const area = { x: 1, y: 1, width: 2, height: 2 };
    for (let count = 0; count < 10_000; count += 1) capture.refresh([area]);
    expect(asked().length).toBe(256);
    expect(asked().at(-1)).toEqual([{ x: 0, y: 0, ...SIZE }]);
    other.frame(1, 1);
    capture.refresh([area]);
    expect(asked().at(-1)).toEqual([area]);
  });

  it('drops a frame encoded for older settings and asks again', async () => {
    const { other, capture } = await opened();
    capture.configure(SETTINGS);
    const next = capture.nextFrame(forever());
    capture.configure({ ...SETTINGS, encoder: { ...SETTINGS.encoder, skipAlpha: false } });
    other.frame(1, 1);
    expect(other.count('next')).toBe(2);
    other.frame(2, 2);
    expect((await next).frameId).toBe(2);
  });

  it('drops a frame that was made for the size before', async () => {
    const { other, capture, events } = await opened();
    capture.configure(SETTINGS);
    const controller = new AbortController();
    const given = capture.nextFrame(controller.signal);
    controller.abort(new Error('paused'));
    await expect(given).rejects.toThrow('paused');
    other.frame(1, 1);
    other.says({ tag: 'resized', size: { width: 8, height: 8 } });
    expect(capture.size).toEqual({ width: 8, height: 8 });
    expect(events).toEqual([{ tag: 'resized', size: { width: 8, height: 8 } }]);
    const next = capture.nextFrame(forever());
    other.frame(2, 1);
    expect((await next).frameId).toBe(2);
  });

  it('says failed once, rejects what waits and everything after, and ends the other side', async () => {
    const { other, capture, events } = await opened();
    capture.configure(SETTINGS);
    const next = capture.nextFrame(forever());
    other.says({ tag: 'failed', code: 'LOST', message: 'the X server closed the connection' });
    other.gone('the thread ended');
    await expect(next).rejects.toMatchObject({ code: 'LOST' });
    await expect(capture.nextFrame(forever())).rejects.toMatchObject({ code: 'LOST' });
    await capture.close();
    expect(events.map((event) => event.tag)).toEqual(['failed']);
    expect(other.ended).toBe(1);
  });

  it('takes a message that is not of the protocol as the end', async () => {
    for (const bad of [
      undefined,
      7,
      { tag: 'frame' },
      { tag: 'frame', generation: 1, frame: { frameId: 1, updates: [{ route: 'fastPath', bytes: 'x' }] } },
      { tag: 'resized', size: { width: 0, height: 1 } },
      { tag: 'pointerShape', shape: { width: 9_999, height: 1 } },
      { tag: 'failed', code: 'WHATEVER', message: '' },
    ]) {
      const { other, capture, events } = await opened();
      other.says(bad);
      expect(events).toMatchObject([{ tag: 'failed', error: { code: 'LOST' } }]);
      await capture.close();
    }
  });

  it('passes the cursor on, but not the positions the expert has just put it to', async () => {
    const { other, events } = await opened((x) => x === 5);
    other.says({ tag: 'pointerShape', shape: { width: 1, height: 1, hotX: 0, hotY: 0, pixels: new Uint8Array(4) } });
    other.says({ tag: 'pointerShape', shape: null });
    other.says({ tag: 'pointerMoved', x: 5, y: 1 });
    other.says({ tag: 'pointerMoved', x: 6, y: 1 });
    expect(events.map((event) => event.tag)).toEqual(['pointerShape', 'pointerShape', 'pointerMoved']);
  });

  it('closes when the other side has answered, or after the deadline', async () => {
    const answered = await opened();
    const closing = answered.capture.close();
    expect(answered.other.told.at(-1)).toEqual({ tag: 'close' });
    expect(answered.other.ended).toBe(0);
    answered.other.says({ tag: 'closed' });
    await closing;
    expect(answered.other.ended).toBe(1);
    expect(answered.clock.pendingTimers).toBe(0);

    const silent = await opened();
    const slow = silent.capture.close();
    await silent.clock.advance(CLOSE_DEADLINE_MS - 1);
    expect(silent.other.ended).toBe(0);
    await silent.clock.advance(1);
    await slow;
    expect(silent.other.ended).toBe(1);
    await silent.capture.close();
    expect(silent.other.ended).toBe(1);
  });

  it('gives up opening on abort and on failure, and ends the other side', async () => {
    const other = new OtherSide();
    const controller = new AbortController();
    const opening = openRemoteCapture(other, { clock: new VirtualClock(), signal: controller.signal });
    controller.abort(new Error('no longer wanted'));
    await expect(opening).rejects.toThrow('no longer wanted');
    expect(other.ended).toBe(1);

    const refused = new OtherSide();
    const asking = openRemoteCapture(refused, { clock: new VirtualClock(), signal: forever() });
    refused.says({ tag: 'failed', code: 'NOT_PERMITTED', message: 'the person said no' });
    await expect(asking).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
    expect(refused.ended).toBe(1);
  });
});

describe('the page that encodes a capture’s film', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  class Page implements FilmPage {
    closed = 0;
    readonly port = { postMessage: () => undefined, on: () => undefined, start: () => undefined, close: () => undefined };
    onGone(): void {
      // it stays
    }
    close(): void {
      this.closed += 1;
    }
  }

  it('is opened when it is asked for, takes the place of the one before, and ends with the capture', async () => {
    const pages: Page[] = [];
    const { other, capture } = await opened(undefined, async () => {
      pages.push(new Page());
      return pages.at(-1) as Page;
    });
    expect(pages).toEqual([]);
    other.says({ tag: 'filmPageWanted' });
    await settled();
    other.says({ tag: 'filmPageWanted' });
    await settled();
    expect(other.filmPages).toEqual(pages);
    expect(pages.map(({ closed }) => closed)).toEqual([1, 0]);
    const closing = capture.close();
    other.says({ tag: 'closed' });
    await closing;
    expect(pages.map(({ closed }) => closed)).toEqual([1, 1]);
  });

  it.each([
    ['cannot be opened', () => Promise.reject(new Error('for a test'))],
    ['is not to be had at all', undefined],
  ])('is said not to be there when it %s', async (_why, open) => {
    const { other } = await opened(undefined, open);
    other.says({ tag: 'filmPageWanted' });
    await settled();
    expect(other.filmPages).toEqual([undefined]);
  });

  it('is opened once, however often it is asked for before it has come', async () => {
    const given: ((page: FilmPage) => void)[] = [];
    const { other } = await opened(undefined, () => new Promise((resolve) => given.push(resolve)));
    for (let count = 0; count < 20; count += 1) other.says({ tag: 'filmPageWanted' });
    await settled();
    expect(given.length).toBe(1);
  });

  it('is opened no oftener than whoever captures begins anew with one', async () => {
    let pages = 0;
    const { other } = await opened(undefined, () => {
      pages += 1;
      return Promise.resolve(new Page());
    });
    for (let count = 0; count < 20; count += 1) {
      other.says({ tag: 'filmPageWanted' });
      await settled();
    }
    expect(pages).toBe(MOST_STARTS);
    expect(other.filmPages.at(-1)).toBeUndefined();
  });

  it('is closed again when it comes after the capture’s end', async () => {
    let give: (page: FilmPage) => void = () => undefined;
    const { other } = await opened(
      undefined,
      () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    );
    other.says({ tag: 'filmPageWanted' });
    other.says({ tag: 'failed', code: 'LOST', message: 'for a test' });
    const page = new Page();
    give(page);
    await settled();
    expect([page.closed, other.filmPages.length]).toEqual([1, 0]);
  });
});

describe('a capture that may hang', () => {
  class Watched extends OtherSide {
    asked = 0;
    answers = true;
    askAlive(): void {
      this.asked += 1;
      if (this.answers) this.says({ tag: 'alive' });
    }
  }

  async function watched(clock = new VirtualClock()) {
    const other = new Watched();
    const opening = openRemoteCapture(other, { clock, signal: new AbortController().signal });
    other.says({ tag: 'opened', size: SIZE, way: 'test' });
    const capture = await opening;
    const failures: unknown[] = [];
    capture.onEvent((event) => void (event.tag === 'failed' && failures.push(event.error)));
    capture.configure(SETTINGS);
    return { other, clock, capture, failures };
  }

  it('is ended when it owes a frame and says nothing for four seconds', async () => {
    const { other, clock, capture, failures } = await watched();
    const next = capture.nextFrame(forever());
    other.answers = false;
    await clock.advance(3_900);
    expect([failures, other.ended]).toEqual([[], 0]);
    const gone = expect(next).rejects.toBeInstanceOf(CaptureGoneError);
    await clock.advance(4_000);
    await gone;
    expect(failures).toEqual([expect.any(CaptureGoneError)]);
    expect(other.ended).toBe(1);
  });

  it('is left alone for as long as the screen is idle and it answers, or says anything else', async () => {
    const { other, clock, capture, failures } = await watched();
    const next = capture.nextFrame(forever());
    await clock.advance(60_000);
    expect(other.asked).toBeGreaterThan(20);
    other.answers = false;
    for (let step = 0; step < 20; step += 1) {
      await clock.advance(1_500);
      other.says({ tag: 'pointerMoved', x: step, y: 0 });
    }
    other.frame(1, 1);
    expect((await next).frameId).toBe(1);
    expect([failures, other.ended]).toEqual([[], 0]);
  });

  it('is not asked while it owes nothing', async () => {
    const { other, clock, capture, failures } = await watched();
    const next = capture.nextFrame(forever());
    other.frame(1, 1);
    await next;
    other.answers = false;
    await clock.advance(2_000);
    const { asked } = other;
    await clock.advance(60_000);
    expect(other.asked).toBe(asked);
    void capture.nextFrame(forever()).catch(() => undefined);
    expect(other.asked).toBe(asked + 1);
    expect([failures, other.ended]).toEqual([[], 0]);
  });

  it('is not taken for one that hangs by a side that has slept itself', async () => {
    const sleeping = new SleepyClock();
    const { other, clock, capture, failures } = await watched(sleeping);
    const next = capture.nextFrame(forever());
    other.answers = false;
    for (let night = 0; night < 5; night += 1) {
      sleeping.asleepMs += 3_600_000;
      await clock.advance(2_000);
    }
    expect([failures, other.ended]).toEqual([[], 0]);
    other.frame(1, 1);
    expect((await next).frameId).toBe(1);
  });

  it('has longer to begin, but not for ever', async () => {
    const clock = new VirtualClock();
    const other = new Watched();
    other.answers = false;
    const opening = openRemoteCapture(other, { clock, signal: new AbortController().signal });
    await clock.advance(15_000);
    expect(other.ended).toBe(0);
    const gone = expect(opening).rejects.toBeInstanceOf(CaptureGoneError);
    await clock.advance(10_000);
    await gone;
    expect(other.ended).toBe(1);
  });

  it('is asked nothing any more once it is closed or given up', async () => {
    const { other, clock, capture } = await watched();
    void capture.nextFrame(forever()).catch(() => undefined);
    const closed = capture.close();
    other.says({ tag: 'closed' });
    await closed;
    const { asked } = other;
    const controller = new AbortController();
    const given = new Watched();
    const opening = openRemoteCapture(given, { clock, signal: controller.signal });
    controller.abort(new Error('given up'));
    await expect(opening).rejects.toThrow('given up');
    await clock.advance(60_000);
    expect([other.asked, given.asked, given.ended]).toEqual([asked, 1, 1]);
  });
});

/** Of a machine that sleeps while something waits. */
class SleepyClock extends VirtualClock {
  asleepMs = 0;
  override monotonicMs(): number {
    return super.monotonicMs() + this.asleepMs;
  }
}
