import type { SessionTrust } from '../../protocol/assistance/session-trust.ts';
import { type Features, TEXT_FEATURE } from '../../protocol/rendezvous/features.ts';
import type { Desktop } from '../desktop/contract.ts';

/** What a novice's INVITE, or its ACCEPT of an offer (`theirs`), says of this computer. */
export function noviceFeatures(
  { typesText }: Pick<Desktop, 'typesText'>,
  trust: SessionTrust,
  theirs?: Features,
): ReadonlyMap<string, string> {
  return new Map([...(typesText === true ? [[TEXT_FEATURE, ''] as const] : []), ...trust.features(theirs)]);
}
