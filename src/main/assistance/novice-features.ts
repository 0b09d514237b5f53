import { TEXT_FEATURE } from '../../protocol/rendezvous/features.ts';
import type { Desktop } from '../desktop/contract.ts';

/** What a novice's INVITE, or its ACCEPT of an offer, says of this computer. */
export function noviceFeatures({ typesText }: Pick<Desktop, 'typesText'>): { readonly features: ReadonlyMap<string, string> } {
  return { features: new Map(typesText === true ? [[TEXT_FEATURE, '']] : []) };
}
