import { describe, expect, test, vi } from 'vitest';
import type { DesktopParts, DesktopScreen } from '../../../src/main/desktop/contract.ts';
import { CONSENT_DEADLINE_MS, CONTROL_COOL_DOWN_MS } from '../../../src/protocol/assistance/timing.ts';
import { desktopLayout } from '../../../src/protocol/rdp/desktop-layout.ts';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';
import type { SharedPart } from '../../../src/protocol/rdp/shared-part.ts';
import { FakeNoviceLink } from '../../support/in-memory-link.ts';
import { FakeViewer, createPair } from '../../support/pair.ts';

const LEFT: DesktopScreen = { id: 'A', name: 'DP-1', primary: true, area: { x: 0, y: 0, width: 640, height: 480 } };
const RIGHT: DesktopScreen = { id: 'B', name: 'DP-2', primary: false, area: { x: 640, y: 0, width: 800, height: 600 } };
const SCREENS = [LEFT, RIGHT].map(({ id, name, area }) => ({ id, name, area }));

async function connected() {
  const pair = await createPair();
  pair.novice.desktop.layoutOfScreens = [LEFT, RIGHT];
  pair.novice.desktop.windows = [{ id: '77', title: 'Letter', area: { x: 5, y: 5, width: 300, height: 200 } }];
  pair.novice.prompts.part = { tag: 'screen', id: 'A' };
  const viewer = new FakeViewer();
  await pair.connect();
  pair.expert.assistance.attachViewer(viewer);
  await pair.clock.advance(50);
  const finish = async (): Promise<void> => {
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  };
  return { ...pair, viewer, finish };
}

describe('what is shown', () => {
  test('is what the novice said yes to, and both sides are told', async () => {
    const { novice, expert, finish } = await connected();
    expect(novice.desktop.shown).toEqual([{ tag: 'screen', id: 'A' }]);
    const sharing = { part: { tag: 'screen', id: 'A' }, state: 'shown', screens: SCREENS };
    expect(novice.assistance.status?.sharing).toEqual(sharing);
    expect(expert.assistance.status?.sharing).toEqual(sharing);
    await finish();
  });

  test('is another part when the novice says so: the old capture is closed first, and the size is told', async () => {
    const { novice, expert, clock, internet, finish } = await connected();
    const [before] = novice.desktop.captures;
    const sent = internet.novices[0]?.sent.length ?? 0;
    novice.assistance.share({ tag: 'screen', id: 'B' });
    expect(before?.closed).toBe(true);
    before?.change();
    await clock.advance(50);
    expect(novice.desktop.openCaptures).toBe(1);
    expect(expert.assistance.status?.sharing?.part).toEqual({ tag: 'screen', id: 'B' });
    expect(expert.assistance.status?.desktop).toEqual({ width: 800, height: 600 });
    expect(internet.novices[0]?.sent.length).toBeGreaterThan(sent);
    await finish();
  });

  test('two changes in a row leave the newest', async () => {
    const { novice, clock, expert, finish } = await connected();
    novice.assistance.share({ tag: 'screen', id: 'B' });
    novice.assistance.share({ tag: 'all' });
    novice.assistance.share({ tag: 'window', id: '77' });
    await clock.advance(50);
    expect(novice.desktop.openCaptures).toBe(1);
    expect(novice.desktop.captures.find(({ closed }) => !closed)?.size).toEqual({ width: 300, height: 200 });
    expect(expert.assistance.status?.sharing).toMatchObject({ part: { tag: 'window', id: '' }, title: 'Letter' });
    await finish();
  });

  test('input goes where the picture is from, and nothing stays pressed', async () => {
    const { novice, expert, clock, viewer, finish } = await connected();
    expert.assistance.requestControl();
    await clock.advance(50);
    const { injector } = novice.desktop;
    expect(injector.part).toEqual({ tag: 'screen', id: 'A' });
    viewer.act({ tag: 'input', events: [{ tag: 'key', scancode: 30, prefix: 'none', down: true }] });
    await clock.advance(10);
    expect(injector.held.size).toBe(1);
    novice.assistance.share({ tag: 'screen', id: 'B' });
    expect(injector.held.size).toBe(0);
    expect(injector.part).toEqual({ tag: 'screen', id: 'B' });
    await finish();
  });

  test('what the expert does before it has a picture of the new part arrives nowhere', async () => {
    const { novice, expert, clock, viewer, finish } = await connected();
    expert.assistance.requestControl();
    await clock.advance(50);
    const { injector } = novice.desktop;
    novice.assistance.share({ tag: 'screen', id: 'B' });
    const act = async (...events: InputEvent[]): Promise<void> => {
      viewer.act({ tag: 'input', events });
      await clock.advance(50);
    };
    const [press, key] = [
      { tag: 'pointerButton', x: 5, y: 5, button: 'left', down: true },
      { tag: 'key', scancode: 30, prefix: 'none', down: true },
    ] as const;
    const { frameId } = novice.desktop.capture;
    novice.assistance.share({ tag: 'screen', id: 'B' });
    await act(press, key);
    // A frame of the part before, late.
    viewer.act({ tag: 'painted', frameId });
    await act(press, key);
    expect(injector.events).toEqual([]);
    viewer.act({ tag: 'painted', frameId: novice.desktop.capture.frameId });
    await act(press, key);
    expect(injector.events).toEqual([press, key]);
    await finish();
  });

  test('the monitors of a picture reach the viewers, and its frames go on when they are others', async () => {
    const { novice, clock, internet, viewer, finish } = await connected();
    const area = (x: number, width: number) => ({ x, y: 0, width, height: 480 });
    const two = desktopLayout({ width: 640, height: 480 }, [
      { area: area(0, 300), primary: true },
      { area: area(300, 340), primary: false },
    ]);
    const told = () => viewer.messages.flatMap((message) => (message.tag === 'size' || message.tag === 'layout' ? [message] : []));
    novice.desktop.capture.resize(two);
    await clock.advance(50);
    expect(told().at(-1)).toEqual({ tag: 'size', size: two });
    const sent = internet.novices[0]?.sent.length ?? 0;
    novice.desktop.capture.change();
    await clock.advance(50);
    expect(internet.novices[0]?.sent.length).toBeGreaterThan(sent);
    // A server may say so without a new activation: what the viewers have stays.
    internet.experts[0]?.emitter.emit({ tag: 'monitors', monitors: [] });
    expect(told().at(-1)).toEqual({ tag: 'layout', layout: { width: 640, height: 480 } });
    await finish();
  });

  test('control may be offered while another part is about to be shown', async () => {
    const { novice, expert, clock, finish } = await connected();
    novice.assistance.share({ tag: 'screen', id: 'B' });
    novice.assistance.offerControl();
    await clock.advance(50);
    expect(novice.prompts.asked).toEqual(['view', 'control']);
    expect(expert.assistance.status?.control).toBe('granted');
    await finish();
  });

  test('nothing is shared before the yes, and an expert may not', async () => {
    const pair = await createPair();
    pair.novice.prompts.view = 'wait';
    await pair.connect();
    await pair.clock.advance(50);
    pair.novice.assistance.share({ tag: 'all' });
    await pair.clock.advance(50);
    expect(pair.novice.desktop.captures).toEqual([]);
    expect(pair.novice.assistance.status?.sharing).toBeUndefined();
    expect(() => pair.expert.assistance.share({ tag: 'all' })).toThrow('not in this role');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('a screen that is gone is told to both, and what there is instead', async () => {
    const { novice, expert, clock, finish } = await connected();
    novice.desktop.layoutOfScreens = [RIGHT];
    novice.desktop.capture.emit({ tag: 'shared', state: 'gone' });
    await clock.advance(50);
    const gone = { part: { tag: 'screen', id: 'A' }, state: 'gone', screens: SCREENS.slice(1) };
    expect(novice.assistance.status?.sharing).toEqual(gone);
    expect(expert.assistance.status?.sharing).toEqual(gone);
    novice.assistance.share({ tag: 'screen', id: 'B' });
    await clock.advance(50);
    expect(expert.assistance.status?.sharing?.state).toBe('shown');
    await finish();
  });

  test('a window that is minimised is still called what it was, and one that is closed nothing', async () => {
    const { novice, expert, clock, finish } = await connected();
    novice.assistance.share({ tag: 'window', id: '77' });
    await clock.advance(50);
    novice.desktop.windows = [];
    for (const [state, title] of [
      ['hidden', 'Letter'],
      ['gone', undefined],
    ] as const) {
      novice.desktop.captures.find(({ closed }) => !closed)?.emit({ tag: 'shared', state });
      await clock.advance(50);
      for (const { assistance } of [novice, expert]) {
        expect(assistance.status?.sharing?.state).toBe(state);
        expect(assistance.status?.sharing?.title).toBe(title);
      }
    }
    await finish();
  });

  test('of the pointer nothing is told any more that it was in what was shown before', async () => {
    const { novice, expert, viewer, clock, finish } = await connected();
    expert.assistance.requestControl();
    await clock.advance(50);
    viewer.act({ tag: 'input', events: [{ tag: 'pointerMove', x: 5, y: 5 }] });
    await clock.advance(50);
    const { capture } = novice.desktop;
    const pixels = new Uint8Array(4).fill(255);
    capture.emit({ tag: 'pointerShape', shape: { width: 1, height: 1, hotX: 0, hotY: 0, pixels } });
    // It is told once the expert's hand rests.
    capture.emit({ tag: 'pointerMoved', x: 100, y: 100 });
    await clock.advance(50);
    const told = [vi.spyOn(FakeNoviceLink.prototype, 'sendPointerShape'), vi.spyOn(FakeNoviceLink.prototype, 'sendPointerPosition')];
    novice.assistance.share({ tag: 'screen', id: 'B' });
    await clock.advance(1_000);
    expect(novice.desktop.shown.at(-1)).toEqual({ tag: 'screen', id: 'B' });
    for (const spy of told) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    await finish();
  });

  test('a window that comes and goes without end is told of now and then, and as it is in the end', async () => {
    const { novice, expert, clock, finish } = await connected();
    novice.assistance.share({ tag: 'window', id: '77' });
    await clock.advance(50);
    const looked = vi.spyOn(novice.desktop, 'parts');
    const { capture } = novice.desktop;
    for (let time = 0; time < 1_000; time += 1) {
      capture.emit({ tag: 'shared', state: time % 2 === 0 ? 'hidden' : 'shown' });
      await clock.advance(1);
    }
    capture.emit({ tag: 'shared', state: 'hidden' });
    await clock.advance(500);
    expect(looked.mock.calls.length).toBeLessThan(10);
    for (const { assistance } of [novice, expert]) expect(assistance.status?.sharing?.state).toBe('hidden');
    // However long one look takes, it is the only one.
    const slow = Promise.withResolvers<DesktopParts>();
    looked.mockClear();
    looked.mockReturnValue(slow.promise);
    for (let time = 0; time < 10; time += 1) {
      capture.emit({ tag: 'shared', state: time % 2 === 0 ? 'shown' : 'hidden' });
      await clock.advance(300);
    }
    expect(looked).toHaveBeenCalledTimes(1);
    looked.mockRestore();
    slow.resolve({ screens: [LEFT, RIGHT], windows: [] });
    await finish();
  });

  test('a window is called what it is called by now, on both sides, and whoever looks at the list later does not know better', async () => {
    const { novice, expert, clock, finish } = await connected();
    novice.assistance.share({ tag: 'window', id: '77' });
    await clock.advance(50);
    const called = () => [novice, expert].map(({ assistance }) => assistance.status?.sharing?.title);
    const { capture } = novice.desktop;
    for (const title of ['Letter 2', 'Letter 3']) {
      capture.emit({ tag: 'titled', title });
      await clock.advance(50);
      expect(called()).toEqual([title, title]);
    }
    // Its list is older than what the capture has said.
    capture.emit({ tag: 'shared', state: 'hidden' });
    await clock.advance(50);
    expect(called()).toEqual(['Letter 3', 'Letter 3']);
    novice.desktop.windows = [];
    capture.emit({ tag: 'shared', state: 'gone' });
    capture.emit({ tag: 'titled', title: 'Letter 4' });
    await clock.advance(50);
    expect(called()).toEqual([undefined, undefined]);
    novice.assistance.share({ tag: 'screen', id: 'B' });
    await clock.advance(50);
    capture.emit({ tag: 'titled', title: 'Letter 5' });
    await clock.advance(50);
    expect(called()).toEqual([undefined, undefined]);
    await finish();
  });

  const asksFor = async (...parts: readonly SharedPart[]): Promise<Awaited<ReturnType<typeof connected>>> => {
    const pair = await connected();
    for (const part of parts) pair.expert.assistance.wishForPart(part);
    await pair.clock.advance(50);
    return pair;
  };

  test('of what is not there, of windows, and of what is shown already, nobody is asked', async () => {
    const { novice, finish } = await asksFor({ tag: 'screen', id: 'C' }, { tag: 'screen', id: 'A' }, { tag: 'window', id: '77' });
    expect(novice.prompts.asked).toEqual(['view']);
    expect(() => novice.assistance.wishForPart({ tag: 'all' })).toThrow('not in this role');
    await finish();
  });

  test('that is in no picture is refused without a question', async () => {
    const { novice, expert, clock, finish } = await connected();
    novice.desktop.oneAtATime = true;
    novice.desktop.capture.emit({ tag: 'screensChanged' });
    await clock.advance(50);
    expect(expert.assistance.status?.sharing?.oneAtATime).toBe(true);
    expert.assistance.wishForPart({ tag: 'all' });
    await clock.advance(50);
    expect(novice.prompts.asked).toEqual(['view']);
    expect(expert.assistance.status?.partWish).toBe('refused');
    novice.assistance.share({ tag: 'screen', id: 'B' });
    expect(novice.assistance.status?.sharing?.oneAtATime).toBe(true);
    await finish();
  });

  test('and where they stand is told again when they are others', async () => {
    const { novice, expert, clock, finish } = await connected();
    novice.desktop.layoutOfScreens = [LEFT];
    novice.desktop.capture.emit({ tag: 'screensChanged' });
    await clock.advance(50);
    expect(expert.assistance.status?.sharing?.screens).toEqual(SCREENS.slice(0, 1));
    await finish();
  });

  test('what the expert would rather see the novice is asked about, once, and shows with a yes', async () => {
    const { novice, expert, clock, finish } = await asksFor({ tag: 'screen', id: 'B' }, { tag: 'screen', id: 'B' }, { tag: 'all' });
    expect(novice.prompts.asked).toEqual(['view', 'part']);
    expect(expert.assistance.status?.partWish).toBe('asked');
    expect(novice.desktop.shown).toHaveLength(1);
    novice.prompts.answer(true);
    await clock.advance(50);
    expect(expert.assistance.status).toMatchObject({ sharing: { part: { tag: 'screen', id: 'B' } }, desktop: { width: 800, height: 600 } });
    expect(expert.assistance.status?.partWish).toBeUndefined();
    expect(novice.desktop.shown.at(-1)).toEqual({ tag: 'screen', id: 'B' });
    await finish();
  });

  test('with a no, or without an answer, nothing else is shown, and the expert is told', async () => {
    const { novice, expert, clock, finish } = await asksFor({ tag: 'screen', id: 'B' });
    novice.prompts.answer(false);
    await clock.advance(50);
    expect(expert.assistance.status?.partWish).toBe('refused');
    // Soon after a no there is no question, and the same answer.
    expert.assistance.wishForPart({ tag: 'all' });
    await clock.advance(50);
    expect(expert.assistance.status?.partWish).toBe('refused');
    await clock.advance(CONTROL_COOL_DOWN_MS);
    expert.assistance.wishForPart({ tag: 'all' });
    await clock.advance(CONSENT_DEADLINE_MS + 50);
    expect(expert.assistance.status?.partWish).toBe('refused');
    expect(novice.prompts).toMatchObject({ asked: ['view', 'part', 'part'], open: 0 });
    expect(novice.desktop.shown).toHaveLength(1);
    await finish();
  });

  test('after two questions it is a quiet line, until the novice shows something else', async () => {
    const { novice, expert, clock, finish } = await connected();
    novice.prompts.another = 'no';
    for (let wish = 0; wish < 3; wish += 1) {
      expert.assistance.wishForPart({ tag: 'screen', id: 'B' });
      await clock.advance(CONTROL_COOL_DOWN_MS + 50);
    }
    expect(novice.prompts.asked).toEqual(['view', 'part', 'part']);
    expect(novice.assistance.status?.wishedPart).toEqual({ tag: 'screen', id: 'B' });
    novice.assistance.share({ tag: 'screen', id: 'B' });
    expect(novice.assistance.status?.wishedPart).toBeUndefined();
    await finish();
  });

  test('the question goes when the novice shows something else, and with the session', async () => {
    const { novice, expert, clock, finish } = await asksFor({ tag: 'screen', id: 'B' });
    expect(novice.prompts.open).toBe(1);
    novice.assistance.share({ tag: 'window', id: '77' });
    await clock.advance(50);
    expect(novice.prompts.open).toBe(0);
    expect(expert.assistance.status?.sharing).toMatchObject({ part: { tag: 'window' }, title: 'Letter' });
    await clock.advance(CONTROL_COOL_DOWN_MS);
    expert.assistance.wishForPart({ tag: 'screen', id: 'B' });
    await clock.advance(50);
    expect(novice.prompts.open).toBe(1);
    await finish();
    expect(novice.prompts.open).toBe(0);
  });
});
