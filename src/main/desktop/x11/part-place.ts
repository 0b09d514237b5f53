import type { Monitor } from '../../../protocol/rdp/desktop-layout.ts';
import type { Rect } from '../../../protocol/rdp/geometry.ts';
import type { Place } from '../../../protocol/rdp/graphics/contract.ts';

/** Where a part is to be read, and where it is on the root. */
export interface PartPlace {
  readonly drawable: number;
  /** In the drawable. */
  readonly x: number;
  readonly y: number;
  /** Where it begins in the positions of damage. */
  readonly origin: Place;
  /** On the root. */
  readonly area: Rect;
  /** Those that are in it, where there are several. */
  readonly monitors?: readonly Monitor[];
}
