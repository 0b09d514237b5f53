import type { RingbackBridge } from '../../preload/commands.ts';

declare global {
  interface Window {
    /** From the preload. */
    readonly ringback: RingbackBridge;
  }
}

export const bridge: RingbackBridge = window.ringback;
