import { beforeEach, describe, expect, it } from 'vitest';
import type { SoundCapture, SoundCaptureEvent, SoundPage } from '../../../src/main/desktop/sound/contract.ts';
import { PageClock } from '../../../src/main/desktop/sound/page/page-clock.ts';
import { pageSound } from '../../../src/main/desktop/sound/page/page-sound.ts';
import type { FromSoundRecorder } from '../../../src/protocol/rdp/sound-recording.ts';
import { FakePage } from '../../support/fake-page.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const RATE = { samplesPerSecond: 48_000 };
const settle = () => new Promise((resolve) => setImmediate(resolve));
/** Ten milliseconds of 48 kHz. */
const PCM = new Uint8Array(1_920).fill(1);

class RecordingPage extends FakePage implements SoundPage {
  records(atMs: number, pcm = PCM): void {
    this.say({ tag: 'recorded', pcm, atMs } satisfies FromSoundRecorder);
  }
}

describe('sound recorded in a page', () => {
  let clock: VirtualClock;
  let page: RecordingPage;
  let events: SoundCaptureEvent[];
  let stop: AbortController;

  beforeEach(() => {
    clock = new VirtualClock(50_000);
    page = new RecordingPage();
    events = [];
    stop = new AbortController();
  });

  async function opened(macos?: { readonly version: string }): Promise<SoundCapture> {
    const capture = await pageSound({ openPage: () => Promise.resolve(page), clock, macos }).open(RATE, stop.signal);
    capture.onEvent((event) => events.push(event));
    expect([page.told, page.started]).toEqual([[{ tag: 'record', samplesPerSecond: 48_000 }], true]);
    return capture;
  }
  const failure = (code: string) => [{ tag: 'failed', error: expect.objectContaining({ name: 'SoundError', code }) }];

  it('comes in blocks of a tenth of a second at most, with the time by main’s clock', async () => {
    await opened();
    page.records(7_000);
    expect(events).toEqual([{ tag: 'sound', sound: { pcm: PCM, recordedAtMs: 49_990 } }]);
    events.length = 0;
    // It waited for 90 ms: that it is late is known.
    await clock.advance(250);
    page.records(7_010, new Uint8Array(28_800).fill(2));
    expect(events).toMatchObject([
      { sound: { pcm: { length: 19_200 }, recordedAtMs: expect.closeTo(50_000, 0) } },
      { sound: { pcm: { length: 9_600 }, recordedAtMs: expect.closeTo(50_100, 0) } },
    ]);
  });

  it('ends at once, with its page, and nothing is told afterwards', async () => {
    const capture = await opened();
    capture.close();
    capture.close();
    page.records(0);
    page.goAway('crashed');
    await clock.advance(60_000);
    expect([page.closed, events, clock.pendingTimers]).toEqual([1, [], 0]);
  });

  it('ends with its signal', async () => {
    await opened();
    stop.abort();
    page.records(0);
    expect([page.closed, events, clock.pendingTimers]).toEqual([1, [], 0]);
  });

  it.each<[string, unknown]>([
    ['its page goes', undefined],
    ['it says that it has ended', { tag: 'recordingEnded', why: 'lost', message: 'odd' }],
    ['nobody could have refused it', { tag: 'recordingEnded', why: 'refused', message: 'odd' }],
    ['it sends what was not agreed', { tag: 'recorded', pcm: [1], atMs: 0 }],
    ['it sends half a sample', { tag: 'recorded', pcm: new Uint8Array(6), atMs: 0 }],
    ['it sends too much at once', { tag: 'recorded', pcm: new Uint8Array(200_000), atMs: 0 }],
    ['it sends times that are none', { tag: 'recorded', pcm: PCM, atMs: Number.NaN }],
    ['it decides something', { tag: 'recorded', pcm: PCM, atMs: 0, mute: true }],
  ])('is lost when %s', async (_, message) => {
    await opened();
    if (message === undefined) page.goAway('crashed');
    else page.say(message);
    page.say(message);
    page.records(0);
    expect([events, page.closed, clock.pendingTimers]).toEqual([failure('LOST'), 1, 0]);
  });

  it('is lost when nothing comes for ten seconds, at the beginning and later', async () => {
    await opened();
    await clock.advance(9_000);
    page.records(0);
    await clock.advance(9_990);
    expect(events.length).toBe(1);
    await clock.advance(20);
    expect([events.slice(1), page.closed]).toEqual([failure('LOST'), 1]);
    page = new RecordingPage();
    events.length = 0;
    await opened();
    await clock.advance(10_010);
    expect([events, page.closed]).toEqual([failure('LOST'), 1]);
  });

  it('on a Mac is not permitted when it says so, or gives nothing at all', async () => {
    const macos = { version: '15.1' };
    await opened(macos);
    page.say({ tag: 'recordingEnded', why: 'refused', message: 'no sound was given' });
    expect(events).toEqual(failure('NOT_PERMITTED'));
    page = new RecordingPage();
    events.length = 0;
    await opened(macos);
    await clock.advance(10_010);
    expect(events).toEqual(failure('NOT_PERMITTED'));
    page = new RecordingPage();
    events.length = 0;
    await opened(macos);
    page.records(0);
    await clock.advance(10_010);
    expect(events.slice(1)).toEqual(failure('LOST'));
  });

  it('is not there when its page does not load, and leaves none that loads later', async () => {
    const failing = pageSound({ openPage: () => Promise.reject(new Error('no')), clock });
    await expect(failing.open(RATE, stop.signal)).rejects.toMatchObject({ name: 'SoundError', code: 'LOST' });
    const { promise, resolve } = Promise.withResolvers<SoundPage>();
    const slow = pageSound({ openPage: () => promise, clock });
    const first = expect(slow.open(RATE, stop.signal)).rejects.toMatchObject({ code: 'LOST' });
    await clock.advance(10_010);
    await first;
    const stopped = new Error('stopped');
    const second = expect(slow.open(RATE, stop.signal)).rejects.toBe(stopped);
    stop.abort(stopped);
    await second;
    await expect(slow.open(RATE, stop.signal)).rejects.toBe(stopped);
    resolve(page);
    await settle();
    expect([page.told, page.closed, clock.pendingTimers]).toEqual([[], 2, 0]);
  });
});

describe('the clock of a page', () => {
  it('shows what came late, follows one that is slow, and takes another for another', () => {
    const times = new PageClock();
    expect(times.timeOf(100, 10, 1_030)).toBe(1_020);
    // Sooner than the first one: so that was 15 ms late.
    expect(times.timeOf(110, 10, 1_025)).toBe(1_015);
    expect(times.timeOf(120, 10, 1_100)).toBeCloseTo(1_025, 1);
    // Ten minutes in which it loses 30 ms.
    let at = 0;
    for (let played = 0; played < 600_000; played += 10) at = times.timeOf(130 + played * (1 - 0.000_05), 10, 1_055 + played);
    expect(at).toBeCloseTo(601_035, 0);
    expect(times.timeOf(5, 10, 700_000)).toBe(699_990);
    expect(times.timeOf(900_000, 10, 700_010)).toBe(700_000);
  });
});
