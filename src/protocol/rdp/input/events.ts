/** Bits of TS_SYNC_EVENT toggleFlags ([MS-RDPBCGR] 2.2.8.1.1.3.1.1.5), as named fields. */
export interface LockKeys {
  readonly scrollLock: boolean;
  readonly numLock: boolean;
  readonly capsLock: boolean;
  readonly kanaLock: boolean;
}

export type PointerButton = 'left' | 'right' | 'middle' | 'x1' | 'x2';

/**
 * One input event, whether it travels as slow-path ([MS-RDPBCGR] 2.2.8.1.1.3) or fast-path (2.2.8.1.2) PDU.
 * Coordinates are pixels of the shared desktop; those of a wheel event are written for Ringback 0.1 and ignored when read (2.2.8.1.1.3.1.1.3). `delta` is in wheel units: 120 is one notch, positive is up or right.
 */
export type InputEvent =
  | { readonly tag: 'key'; readonly scancode: number; readonly prefix: 'none' | 'e0' | 'e1'; readonly down: boolean }
  | { readonly tag: 'unicode'; readonly codeUnit: number; readonly down: boolean }
  | { readonly tag: 'pointerMove'; readonly x: number; readonly y: number }
  | { readonly tag: 'pointerButton'; readonly button: PointerButton; readonly down: boolean; readonly x: number; readonly y: number }
  | { readonly tag: 'wheel'; readonly axis: 'vertical' | 'horizontal'; readonly delta: number; readonly x: number; readonly y: number }
  | { readonly tag: 'locks'; readonly locks: LockKeys };
