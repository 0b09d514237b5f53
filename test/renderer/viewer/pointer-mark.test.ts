import { describe, expect, it } from 'vitest';
import { PointerMark } from '../../../src/renderer/viewer/pointer-mark.ts';
import type { PointerPicture } from '../../../src/renderer/viewer/remote-pointer.ts';

/** What the mark does to its element. */
function marked() {
  const element = { hidden: false, style: { transform: '' }, replaceChildren: () => undefined };
  const mark = new PointerMark(element as unknown as HTMLElement);
  return { mark, where: () => (element.hidden ? undefined : element.style.transform) };
}

const ARROW = { canvas: { style: {} } as HTMLCanvasElement, hotX: 3, hotY: 5 } satisfies PointerPicture;
const at = (x: number, y: number, scale: number) => `translate(${x}px, ${y}px) scale(${scale}) translate(-3px, -5px)`;

describe('the mark where the novice points', () => {
  it('stays on its pixel when the picture is shown at another scale', () => {
    const { mark, where } = marked();
    mark.setScale(1.5, 'auto');
    mark.setShape(ARROW);
    mark.moveTo(100, 60);
    expect(where()).toBe(at(150, 90, 1.5));
    mark.setScale(1, 'auto');
    expect(where()).toBe(at(100, 60, 1));
  });

  it('shows once shape, place and scale are known, in whatever order they come', () => {
    const tell = [
      (mark: PointerMark) => mark.setScale(2, 'auto'),
      (mark: PointerMark) => mark.setShape(ARROW),
      (mark: PointerMark) => mark.moveTo(7, 8),
    ] as const;
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ] as const) {
      const { mark, where } = marked();
      for (const index of order) {
        expect(where()).toBeUndefined();
        tell[index](mark);
      }
      expect(where()).toBe(at(14, 16, 2));
    }
  });

  it('hides until the pointer moves next, whatever else is told', () => {
    const { mark, where } = marked();
    mark.setScale(1, 'auto');
    mark.setShape(ARROW);
    mark.moveTo(1, 1);
    mark.hide();
    mark.setScale(2, 'auto');
    mark.setShape(ARROW);
    expect(where()).toBeUndefined();
    mark.moveTo(2, 2);
    expect(where()).toBe(at(4, 4, 2));
  });

  it('goes with a pointer that the novice does not see either', () => {
    const { mark, where } = marked();
    mark.setScale(1, 'auto');
    mark.setShape(ARROW);
    mark.moveTo(1, 1);
    mark.setShape(undefined);
    expect(where()).toBeUndefined();
  });
});
