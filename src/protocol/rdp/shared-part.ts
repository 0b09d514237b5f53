/** What of the novice's computer is shown. `id` is the capture's own: a screen's name, a window's number. Positions and sizes are those of the part. */
export type SharedPart = { readonly tag: 'all' } | { readonly tag: 'screen' | 'window'; readonly id: string };

/** `hidden`: a window that is not to be seen on the novice's screen either; its last picture stays. `gone`: there is no such screen or window any more, and nothing is shown. */
export type SharedState = 'shown' | 'hidden' | 'gone';

export interface NamedScreen {
  readonly id: string;
  readonly name: string;
}

/** What the expert is shown, and which screens there are. */
export interface Sharing {
  readonly part: SharedPart;
  readonly state: SharedState;
  /** Of the window that is shown. */
  readonly title?: string;
  readonly screens: readonly NamedScreen[];
}
