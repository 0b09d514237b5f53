import type { Peer } from '../protocol/applications/peer.ts';

export type Presence = 'online' | 'busy' | 'away' | 'offline';

/** Somebody on a contact list. */
export interface Contact extends Peer {
  readonly presence: Presence;
}
