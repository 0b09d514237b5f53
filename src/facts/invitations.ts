import type { SessionPeer } from '../protocol/assistance/status.ts';

/** Someone asks us for help, or offers it. */
export interface Invitation {
  readonly id: string;
  readonly from: SessionPeer;
  readonly receivedAtMs: number;
  /** They offer: whoever accepts is the novice. */
  readonly offer?: true;
  /** One of many: it is shown, and nobody is called. */
  readonly quiet?: true;
  /** Somebody without an account, who has the code that was given out: the name is only what they say. */
  readonly guest?: true;
}

/**
 * A code given out to somebody without an account. `claimed`: a guest has it, and waits for the answer; `used`: that guest was taken or declined;
 * `burnt`: too many wrong codes. Only an open one lets anybody ask. Times in Unix ms.
 */
export interface GuestCode {
  readonly code: string;
  readonly state: 'open' | 'claimed' | 'used' | 'expired' | 'burnt';
  readonly expiresAtMs: number;
  /** Wrong codes that somebody has tried. */
  readonly wrong: number;
}

/** An invitation of ours that was saved to a file, without its password. `burnt`: three wrong passwords. Only a waiting one lets anyone in. */
export interface FileInvitation {
  readonly id: string;
  readonly state: 'waiting' | 'used' | 'expired' | 'cancelled' | 'burnt';
  readonly expiresAtMs: number;
  readonly wrongPasswords: number;
}
