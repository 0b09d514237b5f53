import type { ExpertLinkEvent } from '../connection/contract.ts';

type PointerEvent = Extract<ExpertLinkEvent, { readonly tag: 'pointerShape' | 'pointerPosition' }>;

/** The novice's mouse pointer as the expert last heard of it, for a viewer that comes later. */
export class ExpertPointer {
  private shape: Extract<PointerEvent, { readonly tag: 'pointerShape' }> | undefined;
  private position: Extract<PointerEvent, { readonly tag: 'pointerPosition' }> | undefined;

  heard(event: PointerEvent): void {
    if (event.tag === 'pointerShape') this.shape = event;
    else this.position = event;
  }

  /** The desktop has another size: the position was one on the old desktop. */
  forgetPosition(): void {
    this.position = undefined;
  }

  /** What a new viewer is told. */
  get introduction(): readonly PointerEvent[] {
    return [...(this.shape === undefined ? [] : [this.shape]), ...(this.position === undefined ? [] : [this.position])];
  }
}
