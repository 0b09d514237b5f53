import type { PointerPicture } from './remote-pointer.ts';

/** Draws where the novice points over the picture. What is told may come in any order: it is drawn once all of it is known. */
export class PointerMark {
  private readonly element: Pick<HTMLElement, 'hidden' | 'style' | 'replaceChildren'>;
  private shape: PointerPicture | undefined;
  private at: { readonly x: number; readonly y: number } | undefined;
  private scale: number | undefined;
  private rendering = 'auto';

  constructor(element: Pick<HTMLElement, 'hidden' | 'style' | 'replaceChildren'>) {
    this.element = element;
    this.draw();
  }

  /** Undefined: the novice's computer shows no pointer, or one that cannot be drawn. */
  setShape(shape: PointerPicture | undefined): void {
    this.shape = shape;
    this.element.replaceChildren(...(shape === undefined ? [] : [shape.canvas]));
    this.draw();
  }

  /** In pixels of the picture. */
  moveTo(x: number, y: number): void {
    this.at = { x, y };
    this.draw();
  }

  /** CSS pixels a pixel of the picture, and how the picture is scaled: the mark as well. */
  setScale(scale: number, rendering: 'pixelated' | 'auto'): void {
    this.scale = scale;
    this.rendering = rendering;
    this.draw();
  }

  /** Hides the mark until the novice's pointer moves again. */
  hide(): void {
    this.at = undefined;
    this.draw();
  }

  private draw(): void {
    const { element, shape, at, scale } = this;
    element.hidden = shape === undefined || at === undefined || scale === undefined;
    if (shape === undefined || at === undefined || scale === undefined) return;
    shape.canvas.style.imageRendering = this.rendering;
    element.style.transform = `translate(${at.x * scale}px, ${at.y * scale}px) scale(${scale}) translate(${-shape.hotX}px, ${-shape.hotY}px)`;
  }
}
