import { describe, expect, it } from 'vitest';
import { GivingWay, otherEdge } from '../../../src/main/shell/giving-way.ts';
import { placeBar } from '../../../src/main/shell/window-bounds.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const SCREEN = { x: 0, y: 0, width: 1920, height: 1040 };
const MIDDLE = { x: 960, y: 520 };
const BOTTOM = { bar: placeBar(SCREEN, 'bottom'), workArea: SCREEN, pointer: MIDDLE };
const TOP = { ...BOTTOM, bar: placeBar(SCREEN, 'top') };

function begin() {
  const clock = new VirtualClock();
  const way = new GivingWay(clock);
  let count = 0;
  const kept = (what: 'pointer' | 'keys', place = BOTTOM) => {
    count += 1;
    return way.edgeFor({ what, count }, () => place);
  };
  return { clock, way, kept };
}

describe('the bar that is in the way', () => {
  it('goes to the other edge, also from where it was dragged to', () => {
    expect(otherEdge(BOTTOM)).toBe('top');
    expect(otherEdge(TOP)).toBe('bottom');
    expect(otherEdge({ ...BOTTOM, bar: { ...BOTTOM.bar, x: 10, y: 600 } })).toBe('top');
    expect(otherEdge({ ...TOP, bar: { ...TOP.bar, x: 10, y: 300 } })).toBe('bottom');
  });

  it('stays while the novice’s pointer is on it, and never goes under a pointer', () => {
    const { x, y } = BOTTOM.bar;
    expect(otherEdge({ ...BOTTOM, pointer: { x: x + 900, y: y + 40 } })).toBeUndefined();
    expect(otherEdge({ ...BOTTOM, pointer: { x, y: y - 1 } })).toBe('top');
    expect(otherEdge({ ...BOTTOM, pointer: { x: 960, y: TOP.bar.y + 10 } })).toBeUndefined();
    expect(otherEdge({ ...BOTTOM, pointer: { x: 960, y: TOP.bar.y + TOP.bar.height + 40 } })).toBeUndefined();
  });

  it('gives way once to each click, at most every five seconds', async () => {
    const { clock, way, kept } = begin();
    expect(way.edgeFor(undefined, () => BOTTOM)).toBeUndefined();
    expect(kept('pointer')).toBe('top');
    // The state is told again whenever anything changes.
    await clock.advance(60_000);
    expect(way.edgeFor({ what: 'pointer', count: 1 }, () => TOP)).toBeUndefined();
    expect(kept('pointer', TOP)).toBe('bottom');
    await clock.advance(4_999);
    expect(kept('pointer')).toBeUndefined();
    await clock.advance(1);
    expect(kept('pointer')).toBe('top');
  });

  it('is not moved by keys, and not right after the novice has put it somewhere', async () => {
    const { clock, way, kept } = begin();
    expect(kept('keys')).toBeUndefined();
    way.moved();
    expect(kept('pointer')).toBeUndefined();
    await clock.advance(5_000);
    expect(kept('pointer')).toBe('top');
  });

  it('that could not give way because of the pointer does so at the next click', () => {
    const { kept } = begin();
    expect(kept('pointer', { ...BOTTOM, pointer: { x: 960, y: 20 } })).toBeUndefined();
    expect(kept('pointer')).toBe('top');
  });
});
