/** What an expert's input that was dropped was aimed at, as it is numbered on the wire; the last three are unknown to earlier versions, which pass them over. */
export const KEPT_AWAY = [
  /** A window of the novice's Ringback, with the mouse or by keys. */
  'pointer',
  'keys',
  /** Something that is not shown. */
  'pointerOutside',
  'keysOutside',
  /** All of the novice's desktop, of which only a part is shown. */
  'shortcut',
] as const;

export type KeptFrom = (typeof KEPT_AWAY)[number];
