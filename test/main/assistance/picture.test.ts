import { describe, expect, test } from 'vitest';
import type { PictureQuality } from '../../../src/protocol/rdp/picture-quality.ts';
import type { FrameAcknowledgement } from '../../../src/protocol/rdp/graphics/contract.ts';
import { LONGEST_PAUSE_MS } from '../../../src/main/assistance/viewers.ts';
import { FakeViewer, createPair } from '../../support/pair.ts';

async function connected(withViewer = true, acknowledgement: FrameAcknowledgement = 'marked') {
  const pair = await createPair();
  pair.internet.graphics = { ...pair.internet.graphics, acknowledgement };
  const viewer = new FakeViewer();
  await pair.connect();
  if (withViewer) pair.expert.assistance.attachViewer(viewer);
  await pair.clock.advance(50);
  const link = pair.internet.novices[0];
  const view = pair.internet.experts[0];
  if (link === undefined || view === undefined) throw new Error('not connected');
  const paint = async (): Promise<void> => {
    viewer.act({ tag: 'painted', frameId: link.sent.length });
    await pair.clock.advance(10);
  };
  const finish = async (): Promise<void> => {
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  };
  return { ...pair, viewer, link, view, capture: pair.novice.desktop.capture, paint, finish };
}

describe('the picture', () => {
  test.each(['marked', 'channel'] as const)('at most two frames are on their way (%s); what changes meanwhile comes as one', async (by) => {
    const { capture, link, clock, paint, finish } = await connected(true, by);
    // What was dropped before the viewer came, then the whole picture it asked for.
    const before = link.sent.length;
    await paint();
    for (let times = 0; times < 20; times += 1) {
      capture.change();
      await clock.advance(5);
    }
    expect(link.sent.length).toBe(before + 2);
    await paint();
    expect(link.sent.length).toBe(before + 3);
    await finish();
  });

  test('without frame markers only the socket sets the pace', async () => {
    const pair = await createPair();
    pair.internet.graphics = { ...pair.internet.graphics, acknowledgement: 'unmarked' };
    const viewer = new FakeViewer();
    await pair.connect();
    pair.expert.assistance.attachViewer(viewer);
    await pair.clock.advance(50);
    const before = pair.internet.novices[0]?.sent.length ?? 0;
    for (let times = 0; times < 20; times += 1) {
      pair.novice.desktop.capture.change();
      await pair.clock.advance(5);
    }
    expect(pair.internet.novices[0]?.sent.length).toBe(before + 20);
    expect(viewer.graphics).toBeGreaterThanOrEqual(20);
    expect(pair.expert.assistance.status?.traffic?.framesPerSecond).toBeGreaterThan(0);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('no viewer: nothing is sent and nothing is kept; the first one gets a whole picture', async () => {
    const { capture, link, clock, expert, finish } = await connected(false);
    const before = link.sent.length;
    for (let times = 0; times < 10; times += 1) {
      capture.change();
      await clock.advance(5);
    }
    expect(link.sent.length).toBe(before);
    const viewer = new FakeViewer();
    expert.assistance.attachViewer(viewer);
    await clock.advance(50);
    expect(viewer.messages[0]).toEqual({ tag: 'size', size: { width: 640, height: 480 } });
    expect(capture.refreshed).toContainEqual({ x: 0, y: 0, width: 640, height: 480 });
    expect(viewer.graphics).toBeGreaterThan(0);
    await finish();
  });

  test('both statuses say whether somebody looks, and the novice is told at once', async () => {
    const { novice, expert, viewer, clock, finish } = await connected(false);
    const looks = (): unknown[] => [novice.assistance.status?.viewing, expert.assistance.status?.viewing];
    let told = 0;
    novice.assistance.onChange(() => (told += 1));
    expect(looks()).toEqual([false, false]);
    const detach = expert.assistance.attachViewer(viewer);
    await clock.advance(50);
    expect(looks()).toEqual([true, true]);
    viewer.act({ tag: 'displayWanted', wanted: false });
    const before = told;
    await clock.advance(50);
    expect(looks()).toEqual([false, false]);
    expect(told).toBe(before + 1);
    viewer.act({ tag: 'displayWanted', wanted: true });
    await clock.advance(50);
    expect(looks()).toEqual([true, true]);
    detach();
    await clock.advance(50);
    expect(looks()).toEqual([false, false]);
    await finish();
    expect(looks()).toEqual([false, false]);
  });

  test('a window that was reloaded does not leave the novice waiting for its acknowledgements', async () => {
    const { capture, link, clock, expert, finish } = await connected();
    for (let times = 0; times < 5; times += 1) {
      capture.change();
      await clock.advance(10);
    }
    const stuck = link.sent.length;
    const second = new FakeViewer();
    expert.assistance.attachViewer(second);
    await clock.advance(50);
    expect(link.sent.length).toBeGreaterThan(stuck);
    expect(second.graphics).toBeGreaterThan(0);
    await finish();
  });

  test('a window that was reloaded is told shape and place of the pointer again, until the desktop has another size', async () => {
    const { view, clock, expert, capture, finish } = await connected();
    const shape = { width: 1, height: 1, hotX: 0, hotY: 0, pixels: Uint8Array.of(1, 2, 3, 255) };
    view.emitter.emit({ tag: 'pointerShape', shape });
    view.emitter.emit({ tag: 'pointerPosition', x: 30, y: 40 });
    const pointerOf = (viewer: FakeViewer): unknown[] => viewer.messages.filter(({ tag }) => tag.startsWith('pointer'));
    const second = new FakeViewer();
    expert.assistance.attachViewer(second);
    expect(pointerOf(second)).toEqual([
      { tag: 'pointerShape', shape },
      { tag: 'pointerPosition', x: 30, y: 40 },
    ]);
    capture.resize({ width: 20, height: 20 });
    await clock.advance(50);
    const third = new FakeViewer();
    expert.assistance.attachViewer(third);
    expect(pointerOf(third)).toEqual([{ tag: 'pointerShape', shape }]);
    await finish();
  });

  test('a window that is hidden while the novice is being asked is sent nothing until it is shown', async () => {
    const pair = await createPair();
    pair.novice.prompts.view = 'wait';
    const viewer = new FakeViewer();
    pair.expert.assistance.acceptInvitation(await pair.invite());
    pair.expert.assistance.attachViewer(viewer);
    // Before there is a connection, or before it is active.
    viewer.act({ tag: 'displayWanted', wanted: false });
    await pair.clock.advance(1_000);
    pair.novice.prompts.answer(true);
    await pair.clock.advance(50);
    const before = viewer.graphics;
    for (let times = 0; times < 5; times += 1) {
      pair.novice.desktop.capture.change();
      await pair.clock.advance(20);
    }
    expect(viewer.graphics).toBe(before);
    viewer.act({ tag: 'displayWanted', wanted: true });
    await pair.clock.advance(50);
    expect(viewer.graphics).toBe(before + 1);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('a hidden window pauses the picture', async () => {
    const { capture, link, viewer, clock, paint, finish } = await connected();
    await paint();
    viewer.act({ tag: 'displayWanted', wanted: false });
    await clock.advance(20);
    capture.change();
    await clock.advance(20);
    const before = link.sent.length;
    const pulls = capture.pulls;
    for (let times = 0; times < 5; times += 1) {
      capture.change();
      await clock.advance(20);
    }
    expect(link.sent.length).toBe(before);
    expect(capture.pulls).toBe(pulls);
    viewer.act({ tag: 'displayWanted', wanted: true });
    await clock.advance(20);
    expect(link.sent.length).toBe(before + 1);
    await finish();
  });

  test('the novice changes the resolution: no picture in between, then a whole one', async () => {
    const { capture, link, viewer, clock, expert, paint, finish } = await connected();
    await paint();
    capture.resize({ width: 800, height: 600 });
    const before = link.sent.length;
    capture.change();
    await clock.advance(2);
    expect(link.sent.length).toBe(before);
    await clock.advance(50);
    expect(expert.assistance.status?.desktop).toEqual({ width: 800, height: 600 });
    expect(viewer.messages).toContainEqual({ tag: 'size', size: { width: 800, height: 600 } });
    expect(link.sent.length).toBeGreaterThan(before);
    expect(expert.assistance.status?.phase.tag).toBe('connected');
    await finish();
  });

  test('two changes of resolution in a row', async () => {
    const { capture, clock, expert, finish } = await connected();
    capture.resize({ width: 800, height: 600 });
    capture.resize({ width: 1_024, height: 768 });
    await clock.advance(100);
    expect(expert.assistance.status?.desktop).toEqual({ width: 1_024, height: 768 });
    expect(expert.assistance.status?.phase.tag).toBe('connected');
    await finish();
  });

  test('the pointer is told, but not back to the hand that moves it', async () => {
    const { capture, link, viewer, clock, expert, finish } = await connected();
    capture.emit({ tag: 'pointerMoved', x: 1, y: 2 });
    expect(link.positions).toEqual([{ x: 1, y: 2 }]);
    expert.assistance.requestControl();
    await clock.advance(20);
    viewer.act({ tag: 'input', events: [{ tag: 'pointerMove', x: 9, y: 9 }] });
    await clock.advance(20);
    capture.emit({ tag: 'pointerMoved', x: 9, y: 9 });
    expect(link.positions).toHaveLength(1);
    await clock.advance(600);
    capture.emit({ tag: 'pointerMoved', x: 3, y: 4 });
    expect(link.positions).toHaveLength(2);
    await finish();
  });

  test('what the novice did to the pointer right after the expert is told once the expert’s hand came to rest', async () => {
    const { capture, link, viewer, clock, expert, finish } = await connected();
    expert.assistance.requestControl();
    await clock.advance(20);
    const steer = async (x: number): Promise<void> => {
      viewer.act({ tag: 'input', events: [{ tag: 'pointerMove', x, y: 9 }] });
      await clock.advance(20);
    };
    await steer(8);
    capture.emit({ tag: 'pointerMoved', x: 1, y: 1 });
    await steer(9);
    await clock.advance(1_000);
    expect(link.positions).toEqual([]);
    await steer(9);
    capture.emit({ tag: 'pointerMoved', x: 2, y: 2 });
    capture.emit({ tag: 'pointerMoved', x: 3, y: 4 });
    await clock.advance(200);
    expect(link.positions).toEqual([]);
    await clock.advance(400);
    expect(link.positions).toEqual([{ x: 3, y: 4 }]);
    // Not after the end.
    await steer(9);
    capture.emit({ tag: 'pointerMoved', x: 5, y: 6 });
    await finish();
  });

  test('a viewer that throws is let go, the session goes on', async () => {
    const { capture, viewer, clock, expert, finish } = await connected();
    viewer.send = () => {
      throw new Error('the window is gone');
    };
    capture.change();
    await clock.advance(20);
    expect(viewer.listenerCount).toBe(0);
    expect(expert.assistance.status?.phase.tag).toBe('connected');
    await finish();
  });

  test('a viewer attached before the connection gets it when it comes', async () => {
    const pair = await createPair();
    pair.novice.prompts.view = 'wait';
    await pair.connect();
    const viewer = new FakeViewer();
    const detach = pair.expert.assistance.attachViewer(viewer);
    pair.novice.prompts.answer(true);
    await pair.clock.advance(100);
    expect(viewer.messages.map(({ tag }) => tag)).toContain('size');
    expect(viewer.graphics).toBeGreaterThan(0);
    detach();
    expect(viewer.listenerCount).toBe(0);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('a window that hangs holds up neither control nor the end', async () => {
    const { viewer, view, clock, expert, finish } = await connected();
    viewer.slow = true;
    const update = { tag: 'update', updateCode: 1, data: new Uint8Array(60_000) } as const;
    for (let count = 0; view.reading && count < 1_000; count += 1) view.emitter.emit({ tag: 'graphics', graphics: update });
    expect(view.reading).toBe(false);
    await clock.advance(LONGEST_PAUSE_MS);
    expect(view.reading).toBe(true);
    expect(viewer.messages.at(-1)).toEqual({ tag: 'behind' });
    expert.assistance.requestControl();
    await clock.advance(50);
    expect(viewer.control).toBe(true);
    expect(expert.assistance.status?.control).toBe('granted');
    await finish();
    expect(view.reading).toBe(true);
  });

  test('is made for what the expert chooses, and its age is told', async () => {
    const pair = await createPair();
    pair.internet.graphics = { encoder: { name: 'channel', avc420: true }, acknowledgement: 'channel' };
    const viewer = new FakeViewer();
    await pair.connect();
    pair.expert.assistance.attachViewer(viewer);
    await pair.clock.advance(50);
    const { capture } = pair.novice.desktop;
    expect(pair.expert.assistance.status?.quality).toBe('balanced');
    pair.expert.assistance.choosePicture('thin');
    await pair.clock.advance(50);
    expect(pair.expert.assistance.status?.quality).toBe('thin');
    const link = pair.internet.novices[0];
    if (link === undefined) throw new Error('not connected');
    link.line = { ...link.line, minRoundTripMs: 20 };
    viewer.act({ tag: 'painted', frameId: link.sent.length });
    await pair.clock.advance(2_000);
    capture.change();
    await pair.clock.advance(60);
    viewer.act({ tag: 'painted', frameId: link.sent.length });
    await pair.clock.advance(2_100);
    expect(capture.share).toMatchObject({ quality: 'thin' });
    const { pictureAgeMs } = pair.expert.assistance.status?.traffic ?? {};
    expect(pictureAgeMs).toBeGreaterThanOrEqual(50);
    expect(pictureAgeMs).toBeLessThan(70);
    expect(pair.novice.assistance.status?.traffic?.pictureAgeMs).toBeCloseTo(pictureAgeMs ?? 0, 0);
    expect(() => pair.novice.assistance.choosePicture('sharp')).toThrow('not in this role');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('is made for what was chosen in a session before, and says what makes its film', async () => {
    const choices = new Map<string, PictureQuality>();
    const pair = await createPair({
      pictureChoices: { of: ({ address }) => choices.get(address), keep: ({ address }, quality) => choices.set(address, quality) },
    });
    pair.internet.graphics = { encoder: { name: 'channel', avc420: true }, acknowledgement: 'channel' };
    const viewer = new FakeViewer();
    const meet = async (): Promise<void> => {
      await pair.connect();
      pair.expert.assistance.attachViewer(viewer);
      await pair.clock.advance(50);
    };
    await meet();
    expect(pair.expert.assistance.status).toMatchObject({ quality: 'balanced', filmBy: 'none' });
    pair.expert.assistance.choosePicture('sharp');
    await pair.clock.advance(50);
    const { capture } = pair.novice.desktop;
    capture.filmBy = 'openh264';
    capture.change();
    await pair.clock.advance(60);
    viewer.act({ tag: 'painted', frameId: pair.internet.novices[0]?.sent.length ?? 0 });
    await pair.clock.advance(2_000);
    expect(pair.expert.assistance.status).toMatchObject({ quality: 'sharp', filmBy: 'openh264' });
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    for (const { assistance } of [pair.novice, pair.expert]) assistance.dismissSession();
    await meet();
    expect(pair.expert.assistance.status?.quality).toBe('sharp');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('has nothing to choose where it is never film', async () => {
    const { expert, finish } = await connected();
    expert.assistance.choosePicture('thin');
    expect(expert.assistance.status?.quality).toBeUndefined();
    await finish();
  });

  test('traffic is told once a second, not for every frame', async () => {
    const { capture, link, clock, novice, viewer, finish } = await connected();
    let told = 0;
    novice.assistance.onChange(() => {
      told += 1;
    });
    for (let times = 0; times < 40; times += 1) {
      capture.change();
      await clock.advance(25);
      viewer.act({ tag: 'painted', frameId: link.sent.length });
      await clock.advance(25);
    }
    expect(told).toBe(2);
    expect(novice.assistance.status?.traffic?.framesPerSecond).toBeGreaterThan(18);
    expect(novice.assistance.status?.traffic?.bytesSent).toBe(link.bytesSent);
    await finish();
  });

  test('while nothing happens nothing is told', async () => {
    const { clock, novice, expert, finish } = await connected();
    await clock.advance(5_000);
    let told = 0;
    for (const { assistance } of [novice, expert])
      assistance.onChange(() => {
        told += 1;
      });
    await clock.advance(60_000);
    expect(told).toBe(0);
    await finish();
  });
});
