import type { RingbackBridge } from '../../preload/contract.ts';

declare global {
  interface Window {
    /** From the preload. */
    readonly ringback: RingbackBridge;
  }
}

export const bridge: RingbackBridge = window.ringback;
