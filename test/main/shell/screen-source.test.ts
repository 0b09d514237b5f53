import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../src/main/shell/screen-source.ts';

const source = (id: string, display: string) => ({ id, display_id: display });

describe('the source of a screen', () => {
  const both = [source('screen:0:0', '11'), source('screen:1:0', '22')];

  it('is the one of this display, wherever it stands in the list, and never another', () => {
    expect(sourceOf(both, '22', 2)).toBe(both[1]);
    expect(sourceOf(both.toReversed(), '22', 2)).toBe(both[1]);
    expect(sourceOf(both, '33', 2)).toBeUndefined();
    expect(sourceOf(both.slice(0, 1), '22', 1)).toBeUndefined();
    expect(sourceOf([], '22', 0)).toBeUndefined();
  });

  it('need not say whose it is where there is one of both', () => {
    const nameless = [source('screen:0:0', ''), source('screen:1:0', '')];
    expect(sourceOf(nameless.slice(0, 1), '11', 1)).toBe(nameless[0]);
    expect(sourceOf(nameless.slice(0, 1), '11', 2)).toBeUndefined();
    expect(sourceOf(nameless, '11', 1)).toBeUndefined();
  });

  it('is what the system’s own dialog gave where none is meant', () => {
    expect(sourceOf(both, undefined, 2)).toBe(both[0]);
    expect(sourceOf([], undefined, 2)).toBeUndefined();
  });
});
