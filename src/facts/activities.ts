import type { ActivityKind } from '../protocol/applications/applications.ts';
import type { Peer } from '../protocol/applications/peer.ts';

export type ActivityRole = 'inviter' | 'invitee';

/** An activity that waits for an answer or is being negotiated. Times in Unix ms. */
export interface Activity {
  readonly id: string;
  readonly kind: ActivityKind;
  readonly role: ActivityRole;
  readonly peer: Peer;
  readonly startedAtMs: number;
  readonly phase: 'waiting' | 'negotiating';
  /** The registered line that accepting runs. */
  readonly line: string;
  /** One of many invitations: it is shown, and nobody is called. */
  readonly quiet?: true;
}
