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
}

/** An invitation of ours that was saved to a file, without its password. `burnt`: three wrong passwords. Only a waiting one lets anyone in. */
export interface FileInvitation {
  readonly id: string;
  readonly state: 'waiting' | 'used' | 'expired' | 'cancelled' | 'burnt';
  readonly expiresAtMs: number;
  readonly wrongPasswords: number;
}
