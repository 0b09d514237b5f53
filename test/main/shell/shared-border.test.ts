import { describe, expect, it } from 'vitest';
import { BORDER_WIDTH, createSharedBorder, edgesOf, type Edges, seenEdges } from '../../../src/main/shell/shared-border.ts';
import { isFolded } from '../../../src/main/shell/panel-folding.ts';
import { placeBar } from '../../../src/main/shell/window-bounds.ts';
import type { SharedPart, SharedState } from '../../../src/protocol/rdp/shared-part.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { CONNECTED, LIVE, session } from '../../renderer/app/fixtures.ts';

type Edge = Parameters<Edges['show']>[0];

const SCREENS = [
  { x: 0, y: 0, width: 1280, height: 720 },
  { x: 1280, y: 0, width: 1920, height: 1080 },
];

const WINDOW = { x: 100, y: 50, width: 300, height: 200 };

function screens() {
  const shown: Edge[] = [];
  const followed: string[] = [];
  let changed = (): void => undefined;
  const clock = new VirtualClock();
  const state = { screens: SCREENS as readonly Edge[], looks: 0 };
  const border = createSharedBorder(
    {
      areas: async (part) => {
        state.looks += 1;
        if (part.tag === 'all') return state.screens;
        const area = part.tag === 'screen' ? state.screens[Number(part.id)] : undefined;
        return area === undefined ? [] : [area];
      },
      onScreens: (listener) => {
        changed = listener;
      },
      show: (edge) => {
        shown.push(edge);
        return { close: () => void shown.splice(shown.indexOf(edge), 1) };
      },
      around: (window) => {
        followed.push(window);
        return { close: () => void followed.splice(followed.indexOf(window), 1) };
      },
    },
    (error) => expect.fail(String(error)),
  );
  const update = async (of: Parameters<typeof border.update>[0]): Promise<void> => {
    border.update(of);
    await clock.settle();
  };
  return { shown, followed, update, state, clock, change: () => changed() };
}

const seen = session('novice', CONNECTED, LIVE);
const sharing = (part: SharedPart, state: SharedState = 'shown') =>
  session('novice', CONNECTED, { ...LIVE, sharing: { part, state, screens: [] } });

describe('the border around what is shared', () => {
  it('is on every screen for as long as somebody sees it, and for a novice only', async () => {
    const { shown, update } = screens();
    await update(session('novice', { tag: 'awaitingConsent' }));
    await update(session('expert', CONNECTED, LIVE));
    expect(shown).toEqual([]);
    await update(seen);
    await update(seen);
    expect(shown).toEqual(SCREENS.flatMap(edgesOf));
    await update(session('novice', CONNECTED, { ...LIVE, viewing: false }));
    expect(shown).toEqual([]);
    await update(seen);
    await update(undefined);
    expect(shown).toEqual([]);
  });

  it('follows the screens while it is there', async () => {
    const { shown, update, state, clock, change } = screens();
    change();
    expect(shown).toEqual([]);
    await update(seen);
    state.screens = SCREENS.slice(0, 1);
    change();
    await clock.settle();
    expect(shown).toEqual(SCREENS.slice(0, 1).flatMap(edgesOf));
  });

  it('is on the one screen that is shown, and goes to the other with it', async () => {
    const { shown, update } = screens();
    await update(sharing({ tag: 'screen', id: '0' }));
    expect(shown).toEqual(SCREENS.slice(0, 1).flatMap(edgesOf));
    await update(sharing({ tag: 'screen', id: '1' }));
    expect(shown).toEqual(SCREENS.slice(1).flatMap(edgesOf));
    await update(sharing({ tag: 'screen', id: '1' }, 'gone'));
    expect(shown).toEqual([]);
  });

  it('follows the window that is shown, and nothing once it is not, or is not to be seen', async () => {
    const { shown, followed, update, state, clock, change } = screens();
    const window = { tag: 'window', id: '7' } as const;
    await update(sharing(window));
    expect([shown, followed]).toEqual([[], ['7']]);
    // Its place may be counted in other units now.
    change();
    await clock.settle();
    expect(followed).toEqual(['7']);
    await update(sharing(window, 'hidden'));
    expect(followed).toEqual([]);
    await update(sharing(window));
    await update(sharing({ tag: 'screen', id: '1' }));
    expect([shown, followed]).toEqual([SCREENS.slice(1).flatMap(edgesOf), []]);
    await update(sharing(window));
    await update(undefined);
    expect([shown, followed]).toEqual([[], []]);
    expect(state.looks).toBe(1);
  });

  it('is cut where something lies in front of the window', () => {
    const seen = (...covers: Edge[]) => seenEdges({ area: WINDOW, covers }).map((part) => part.seen);
    expect(seen()).toEqual(edgesOf(WINDOW).map((edge) => [edge]));
    // Over the right half, beyond the upper edge and above the lower one.
    const [top, bottom, left] = seen({ x: 250, y: 0, width: 500, height: 200 });
    expect(top).toEqual([{ x: 100, y: 50, width: 150, height: BORDER_WIDTH }]);
    expect(bottom).toEqual([{ x: 100, y: 247, width: 300, height: BORDER_WIDTH }]);
    expect(left).toEqual([edgesOf(WINDOW)[2]]);
    expect(seen({ x: 0, y: 0, width: 1_000, height: 1_000 })).toEqual([[], [], [], []]);
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
    expect(placeBar({ x: 0, y: 0, width: 480, height: 300 }, 'bottom')).toEqual({ x: 8, y: 112, width: 464, height: 180 });
  });
});
