import { describe, expect, it } from 'vitest';
import { BORDER_WIDTH, createSharedBorder, edgesOf, type Edges } from '../../../src/main/shell/shared-border.ts';
import { isFolded } from '../../../src/main/shell/panel-folding.ts';
import { placeBar } from '../../../src/main/shell/window-bounds.ts';
import { CONNECTED, LIVE, session } from '../../renderer/app/fixtures.ts';

type Edge = Parameters<Edges['show']>[0];

const SCREENS = [
  { x: 0, y: 0, width: 1280, height: 720 },
  { x: 1280, y: 0, width: 1920, height: 1080 },
];

function screens() {
  const shown: Edge[] = [];
  let changed = (): void => undefined;
  const state = { screens: SCREENS as readonly Edge[] };
  const border = createSharedBorder({
    screens: () => state.screens,
    onScreens: (listener) => (changed = listener),
    show: (edge) => {
      shown.push(edge);
      return { close: () => void shown.splice(shown.indexOf(edge), 1) };
    },
  });
  return { shown, border, state, change: () => changed() };
}

const seen = session('novice', CONNECTED, LIVE);

describe('the border around what is shared', () => {
  it('is on every screen for as long as somebody sees it, and for a novice only', () => {
    const { shown, border } = screens();
    border.update(session('novice', { tag: 'awaitingConsent' }));
    border.update(session('expert', CONNECTED, LIVE));
    expect(shown).toEqual([]);
    border.update(seen);
    border.update(seen);
    expect(shown).toEqual(SCREENS.flatMap(edgesOf));
    border.update(session('novice', CONNECTED, { ...LIVE, viewing: false }));
    expect(shown).toEqual([]);
    border.update(seen);
    border.update(undefined);
    expect(shown).toEqual([]);
  });

  it('follows the screens while it is there', () => {
    const { shown, border, state, change } = screens();
    change();
    expect(shown).toEqual([]);
    border.update(seen);
    state.screens = SCREENS.slice(0, 1);
    change();
    expect(shown).toEqual(SCREENS.slice(0, 1).flatMap(edgesOf));
  });

  it('covers each edge once and nothing else', () => {
    const [screen = expect.fail('none')] = SCREENS;
    const edges = edgesOf(screen);
    const area = edges.reduce((sum, { width, height }) => sum + width * height, 0);
    expect(area).toBe(1280 * 720 - (1280 - 2 * BORDER_WIDTH) * (720 - 2 * BORDER_WIDTH));
  });
});

describe('the novice’s panel', () => {
  it('folds when the screen begins to be shared, stays as the person has it, and is whole again at the end', () => {
    const before = { session: session('novice', { tag: 'awaitingConsent' }), panelFolded: false };
    expect(isFolded(before, before.session)).toBe(false);
    expect(isFolded(before, seen)).toBe(true);
    expect(isFolded({ session: seen, panelFolded: false }, seen)).toBe(false);
    expect(isFolded({ session: seen, panelFolded: true }, seen)).toBe(true);
    expect(isFolded({ session: seen, panelFolded: true }, session('novice', { tag: 'ended', reason: 'peerGone', atMs: 1 }))).toBe(false);
    expect(isFolded(before, session('expert', CONNECTED, LIVE))).toBe(false);
  });

  it.each(SCREENS)('as a bar is at an edge of %o, whole', (area) => {
    for (const edge of ['top', 'bottom'] as const) {
      const bar = placeBar(area, edge);
      expect(bar.x >= area.x && bar.x + bar.width <= area.x + area.width).toBe(true);
      expect(edge === 'top' ? bar.y - area.y : area.y + area.height - bar.y - bar.height).toBe(8);
    }
    // Whoever sees the screen stands in whole words beside control and Stop.
    expect(placeBar({ x: 0, y: 0, width: 1_280, height: 720 }, 'bottom')).toMatchObject({ width: 1_180, height: 84 });
    expect(placeBar({ x: 0, y: 0, width: 1_024, height: 768 }, 'bottom')).toMatchObject({ width: 1_008, height: 150 });
    expect(placeBar({ x: 0, y: 0, width: 480, height: 300 }, 'bottom')).toEqual({ x: 8, y: 142, width: 464, height: 150 });
  });
});
