import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onEachPeriod } from '../../../src/renderer/app/clock.tsx';

/** What the clock knows of its page. */
class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';
  show(visibilityState: DocumentVisibilityState): void {
    this.visibilityState = visibilityState;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

describe('a clock', () => {
  beforeEach(() => vi.useFakeTimers({ now: 10_300 }));
  afterEach(() => vi.useRealTimers());

  it('moves as each second begins', () => {
    const seen: number[] = [];
    const stop = onEachPeriod(1_000, new FakePage(), () => seen.push(Date.now()));
    vi.advanceTimersByTime(2_000);
    expect(seen).toEqual([10_300, 11_000, 12_000]);
    stop();
    vi.advanceTimersByTime(5_000);
    expect(seen).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts minutes from where it is told to', () => {
    const seen: number[] = [];
    const stop = onEachPeriod(60_000, new FakePage(), () => seen.push(Date.now()), 4_000);
    vi.advanceTimersByTime(120_000);
    expect(seen).toEqual([10_300, 64_000, 124_000]);
    stop();
  });

  it('stands still while nobody can see it, and is right at once when somebody can', () => {
    const page = new FakePage();
    const seen: number[] = [];
    const stop = onEachPeriod(1_000, page, () => seen.push(Date.now()));
    page.show('hidden');
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    page.show('visible');
    expect(seen).toEqual([10_300, 70_300]);
    vi.advanceTimersByTime(700);
    expect(seen.at(-1)).toBe(71_000);
    stop();
    page.show('visible');
    expect(seen).toHaveLength(3);
  });
});
