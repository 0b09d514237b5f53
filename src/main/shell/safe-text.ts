import { cameByFile } from '../../protocol/applications/peer.ts';
import { t } from '../../words/words.ts';
import { claimedName } from './claimed-name.ts';

/*
 * Names and addresses come from other people. In a native prompt they must not be able to break lines, turn the
 * reading direction or push our own words out of sight.
 */

/** Longest name shown in a native prompt, in code points. */
export const MAX_SHOWN_CHARACTERS = 64;

/** Without control, format (bidi, zero width), separator, surrogate and private characters; spaces run together; cut with an ellipsis. */
export function safeText(text: string, maxCharacters: number = MAX_SHOWN_CHARACTERS): string {
  const plain = text
    .slice(0, maxCharacters * 16)
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Cs}\p{Co}\p{Cn}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu, '')
    // More than three combining marks on one letter only serve to cover the line above.
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim();
  const characters = Array.from(plain);
  return characters.length <= maxCharacters ? plain : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

interface ShownPeer {
  /** What they are called in a sentence. */
  readonly name: string;
  readonly address: string;
  /** Begins the sentence that says who somebody is, and how that is known. */
  readonly who: string;
}

/**
 * Somebody as our own prompts name them. The address of a socket is nobody's name: whoever came by an invitation file is known by having it,
 * and the name they give is only what they say: it stands in quotation marks.
 */
export function shownPeer(peer: { readonly transport?: string; readonly address: string; readonly friendlyName: string }): ShownPeer {
  const address = safeText(peer.address, 129);
  if (!cameByFile(peer)) {
    const given = safeText(peer.friendlyName);
    const name = given === '' ? address : given;
    return { name, address, who: t('person.withAddress', { name, address }) };
  }
  const { name: claim } = claimedName(peer.friendlyName);
  if (claim === '') return { name: t('person.withInvitation'), address, who: t('person.withInvitation') };
  const name = t('person.claimed', { name: claim });
  return { name, address, who: t('person.saysName', { name }) };
}
