import { describe, expect, test } from 'vitest';
import type { ViewerSink } from '../../../src/main/assistance/contract.ts';
import { LONGEST_WAIT_MS, MAX_ON_THE_WAY_BYTES } from '../../../src/main/assistance/viewer-flow.ts';
import { FOLLOWER_RESTS_MS, LONGEST_PAUSE_MS, Viewers } from '../../../src/main/assistance/viewers.ts';
import type { ToViewer } from '../../../src/protocol/rdp/graphics/viewer-messages.ts';
import { encodeScreenCopies } from '../../../src/protocol/rdp/pdu/drawing-orders.ts';
import { FakeViewer } from '../../support/pair.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const SIZE: ToViewer = { tag: 'size', size: { width: 640, height: 480 } };
const graphics = (bytes: number): ToViewer => ({
  tag: 'graphics',
  graphics: { tag: 'update', updateCode: 1, data: new Uint8Array(bytes) },
});

function watched() {
  const clock = new VirtualClock();
  const told: unknown[] = [];
  const session = { reading: true, refreshed: 0, wanted: true };
  const viewers = new Viewers({
    clock,
    onError: (error) => told.push(error),
    introduction: () => [SIZE],
    setDisplayWanted: (wanted) => void (session.wanted = wanted),
    refresh: () => void (session.refreshed += 1),
    setReading: (reading) => void (session.reading = reading),
    heard: (event) => told.push(event),
  });
  const join = (pace: ViewerSink['pace'], slow = false): FakeViewer => {
    const viewer = new FakeViewer(pace);
    viewer.slow = slow;
    viewers.attach(viewer, true);
    viewer.act({ tag: 'taken', count: 1 });
    return viewer;
  };
  /** What the other side would send for as long as it is read. */
  const pour = (bytes: number, most: number): number => {
    let poured = 0;
    for (; poured < most && session.reading; poured += 1) viewers.show(graphics(bytes));
    return poured;
  };
  return { clock, told, session, viewers, join, pour };
}
const behind = (viewer: FakeViewer): number => viewer.messages.filter(({ tag }) => tag === 'behind').length;

describe('one viewer sets the pace', () => {
  test('what is on its way to it is bounded, and the socket is read again when half of that is worked off', () => {
    const { session, join, pour } = watched();
    const viewer = join('sets', true);
    const poured = pour(30_000, 100_000);
    expect(session.reading).toBe(false);
    expect(poured * 30_000).toBeLessThanOrEqual(MAX_ON_THE_WAY_BYTES + 30_000);
    viewer.act({ tag: 'taken', count: Math.floor(poured * 0.4) });
    expect(session.reading).toBe(false);
    viewer.act({ tag: 'taken', count: Math.floor(poured * 0.2) });
    expect(session.reading).toBe(true);
  });

  test('small updates weigh more than their bytes: twenty thousand of them are not all taken in', () => {
    const { join, pour } = watched();
    join('sets', true);
    expect(pour(504, 20_000)).toBeLessThan(4_000);
  });

  test('however few bytes they are, what is carried out slowly slows the reading', async () => {
    const { clock, session, viewers, join } = watched();
    const viewer = join('sets', true);
    // As much as one update may do to a large desktop, in 98 bytes: a tenth of a second of copies.
    const part = { width: 8_192, height: 2_048, fromX: 0, fromY: 0 };
    const data = encodeScreenCopies(Array.from({ length: 6 }, (_, at) => ({ x: 0, y: (at % 4) * 2_048, ...part })));
    expect(data.length).toBe(98);
    const startedMs = clock.now();
    let sent = 0;
    for (let decoded = 0; session.reading; decoded += 1) {
      for (; sent < (decoded + 1) * 50; sent += 1) viewers.show({ tag: 'graphics', graphics: { tag: 'update', updateCode: 0, data } });
      await clock.advance(100);
      viewer.act({ tag: 'taken', count: 1 });
      expect(clock.now() - startedMs).toBeLessThan(10 * LONGEST_WAIT_MS);
    }
    expect(sent).toBeLessThan(20_000);
  });

  test('one that hangs keeps the socket waiting only so long: then it is behind, and starts anew once it has caught up', async () => {
    const { clock, session, viewers, join, pour } = watched();
    const viewer = join('sets', true);
    const poured = pour(30_000, 100_000);
    await clock.advance(LONGEST_PAUSE_MS - 1);
    expect([session.reading, session.wanted, behind(viewer)]).toEqual([false, true, 0]);
    await clock.advance(1);
    expect([session.reading, session.wanted, behind(viewer)]).toEqual([true, false, 1]);
    // Pictures pass it by; control does not.
    const had = viewer.messages.length;
    viewers.show(graphics(10));
    viewers.show({ tag: 'control', granted: true });
    expect(viewer.messages.slice(had)).toEqual([{ tag: 'control', granted: true }]);
    await clock.advance(60_000);
    const { refreshed } = session;
    viewer.act({ tag: 'taken', count: poured });
    expect(viewer.messages.at(-1)).toEqual(SIZE);
    expect([session.wanted, session.refreshed]).toEqual([true, refreshed + 1]);
    viewer.act({ tag: 'taken', count: 1 });
    expect(pour(30_000, 5)).toBe(5);
    expect(viewer.graphics).toBe(poured + 5);
  });

  test('one that goes away lets the socket be read', () => {
    const { session, viewers, pour } = watched();
    const viewer = new FakeViewer();
    viewer.slow = true;
    const detach = viewers.attach(viewer, true);
    pour(30_000, 100_000);
    expect(session.reading).toBe(false);
    detach();
    expect([session.reading, session.wanted]).toEqual([true, false]);
  });

  test('one whose window goes in the middle of a picture that fills it leaves nothing paused', async () => {
    const { clock, told, session, viewers } = watched();
    const gone = new Error('the port is closed');
    const viewer: ViewerSink = {
      pace: 'sets',
      send: (message) => {
        if (message.tag === 'graphics') throw gone;
      },
      onEvent: () => () => undefined,
    };
    viewers.attach(viewer, true);
    viewers.show(graphics(MAX_ON_THE_WAY_BYTES + 1));
    expect([told, session.reading, session.wanted, clock.pendingTimers]).toEqual([[gone], true, false, 0]);
  });

  test('counts that are too high give nothing away', () => {
    const { session, join, pour } = watched();
    const viewer = join('sets', true);
    for (let times = 0; times < 10; times += 1) viewer.act({ tag: 'taken', count: 0xffff });
    pour(30_000, 100_000);
    expect(session.reading).toBe(false);
  });
});

describe('others follow', () => {
  test('a slow one is told that it is behind, keeps nobody waiting, and starts anew after a rest', async () => {
    const { clock, session, join, pour } = watched();
    const window = join('sets');
    const recorder = join('follows', true);
    const poured = pour(30_000, 1_000);
    expect([poured, session.reading, window.graphics]).toEqual([1_000, true, 1_000]);
    expect([behind(window), behind(recorder)]).toEqual([0, 1]);
    expect(recorder.graphics * 30_000).toBeLessThanOrEqual(MAX_ON_THE_WAY_BYTES + 30_000);
    expect(recorder.messages.at(-1)).toEqual({ tag: 'behind' });
    recorder.act({ tag: 'taken', count: recorder.graphics });
    const { refreshed } = session;
    await clock.advance(FOLLOWER_RESTS_MS - 1);
    expect(recorder.messages.at(-1)).toEqual({ tag: 'behind' });
    await clock.advance(1);
    expect(recorder.messages.at(-1)).toEqual(SIZE);
    expect(session.refreshed).toBe(refreshed + 1);
  });

  test('a quick one gets everything', () => {
    const { join, pour } = watched();
    const window = join('sets');
    const recorder = join('follows');
    pour(30_000, 1_000);
    expect([window.graphics, recorder.graphics, behind(recorder)]).toEqual([1_000, 1_000, 0]);
  });

  test('only the one that sets the pace acknowledges; while it is behind, the next takes its place', async () => {
    const { clock, told, session, join, pour } = watched();
    const window = join('sets', true);
    const recorder = join('follows');
    recorder.act({ tag: 'painted', frameId: 1 });
    window.act({ tag: 'painted', frameId: 2 });
    expect(told).toEqual([{ tag: 'painted', frameId: 2 }]);
    pour(30_000, 100_000);
    await clock.advance(LONGEST_PAUSE_MS);
    expect([session.reading, session.wanted]).toEqual([true, true]);
    recorder.act({ tag: 'painted', frameId: 3 });
    window.act({ tag: 'painted', frameId: 4 });
    expect(told).toEqual([
      { tag: 'painted', frameId: 2 },
      { tag: 'painted', frameId: 3 },
    ]);
  });

  test('the picture is wanted while any of them wants it', () => {
    const { session, join } = watched();
    const [window, recorder] = [join('sets'), join('follows')];
    window.act({ tag: 'displayWanted', wanted: false });
    expect(session.wanted).toBe(true);
    recorder.act({ tag: 'displayWanted', wanted: false });
    expect(session.wanted).toBe(false);
    window.act({ tag: 'displayWanted', wanted: true });
    expect(session.wanted).toBe(true);
  });
});

test('a part of the picture that is lost is asked for again, unless everything is anyway', async () => {
  const { session, join, clock, pour } = watched();
  const viewer = join('sets', true);
  const { refreshed } = session;
  viewer.act({ tag: 'lost' });
  expect(session.refreshed).toBe(refreshed + 1);
  pour(30_000, 100_000);
  await clock.advance(LONGEST_PAUSE_MS);
  expect(behind(viewer)).toBe(1);
  viewer.act({ tag: 'lost' });
  expect(session.refreshed).toBe(refreshed + 1);
});
