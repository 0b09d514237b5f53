import type { SharedPart } from '../../src/protocol/rdp/shared-part.ts';

/** Everything that the novice's computer shows. */
export const ALL: SharedPart = { tag: 'all' };

/** A yes to showing everything, or a no. */
export const allOrNothing = (yes: boolean): SharedPart | undefined => (yes ? ALL : undefined);
