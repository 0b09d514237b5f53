import type { Peer } from '../protocol/applications/peer.ts';

export type Presence = 'online' | 'busy' | 'away' | 'offline';

/** Somebody on a contact list. */
export interface Contact extends Peer {
  readonly presence: Presence;
  /** They have been asked whether this person may see them, and have not said: nothing is known of where they are. */
  readonly unanswered?: true;
}
