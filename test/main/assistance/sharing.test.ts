import { describe, expect, test } from 'vitest';
import type { DesktopScreen } from '../../../src/main/desktop/contract.ts';
import { FakeViewer, createPair } from '../../support/pair.ts';

const LEFT: DesktopScreen = { id: 'A', name: 'DP-1', primary: true, area: { x: 0, y: 0, width: 640, height: 480 }, scale: 1 };
const RIGHT: DesktopScreen = { id: 'B', name: 'DP-2', primary: false, area: { x: 640, y: 0, width: 800, height: 600 }, scale: 1 };
const SCREENS = [LEFT, RIGHT].map(({ id, name }) => ({ id, name }));

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
    const gone = { part: { tag: 'screen', id: 'A' }, state: 'gone', screens: [{ id: 'B', name: 'DP-2' }] };
    expect(novice.assistance.status?.sharing).toEqual(gone);
    expect(expert.assistance.status?.sharing).toEqual(gone);
    novice.assistance.share({ tag: 'screen', id: 'B' });
    await clock.advance(50);
    expect(expert.assistance.status?.sharing?.state).toBe('shown');
    await finish();
  });

  test('what the expert would rather see is told to the novice, and done by nobody else', async () => {
    const { novice, expert, clock, finish } = await connected();
    expert.assistance.wishForPart({ tag: 'screen', id: 'C' });
    expert.assistance.wishForPart({ tag: 'screen', id: 'A' });
    expert.assistance.wishForPart({ tag: 'window', id: '77' });
    await clock.advance(50);
    expect(novice.assistance.status?.wishedPart).toBeUndefined();
    expert.assistance.wishForPart({ tag: 'screen', id: 'B' });
    await clock.advance(50);
    expect(novice.assistance.status?.wishedPart).toEqual({ tag: 'screen', id: 'B' });
    expect(novice.desktop.shown).toHaveLength(1);
    novice.assistance.share({ tag: 'screen', id: 'B' });
    expect(novice.assistance.status?.wishedPart).toBeUndefined();
    expect(() => novice.assistance.wishForPart({ tag: 'all' })).toThrow('not in this role');
    await finish();
  });
});
