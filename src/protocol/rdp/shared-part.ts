import type { Rect } from './geometry.ts';

/** What of the novice's computer is shown. `id` is the capture's own: a screen's name, a window's number. Positions and sizes are those of the part. */
export type SharedPart = { readonly tag: 'all' } | { readonly tag: 'screen' | 'window'; readonly id: string };

/** `hidden`: a window that is not to be seen on the novice's screen either; its last picture stays. `gone`: there is no such screen or window any more, and nothing is shown. */
export type SharedState = 'shown' | 'hidden' | 'gone';

export interface NamedScreen {
  readonly id: string;
  readonly name: string;
  /** On the whole desktop, in pixels: by where it stands a person knows it. */
  readonly area: Rect;
}

/** What the expert is shown, and which screens there are. */
export interface Sharing {
  readonly part: SharedPart;
  readonly state: SharedState;
  /** Of the window that is shown. */
  readonly title?: string;
  readonly screens: readonly NamedScreen[];
  /** No picture has all screens in it, where there are several. */
  readonly oneAtATime?: true;
}

/** Whether both are the same part. */
export const isSamePart = (a: SharedPart, b: SharedPart): boolean =>
  a.tag === 'all' || b.tag === 'all' ? a.tag === b.tag : a.tag === b.tag && a.id === b.id;
