/** An invitation of ours that was saved to a file, without its password. `burnt`: three wrong passwords. Only a waiting one lets anyone in. */
export interface FileInvitation {
  readonly id: string;
  readonly state: 'waiting' | 'used' | 'expired' | 'cancelled' | 'burnt';
  readonly expiresAtMs: number;
  readonly wrongPasswords: number;
}
