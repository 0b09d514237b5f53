/* Links that make whoever has one a contact (XEP-0379): given out by the person, used once. Knows no Electron. */
import { createHash } from 'node:crypto';
import { hexEncode } from '../../protocol/bytes/text.ts';
import { contactLink } from '../../protocol/xmpp/invitation-link.ts';
import type { ContactLinksStore } from '../settings/contact-links-store.ts';

const TOKEN_BYTES = 16;
/** So long a link may lie in somebody's mail. */
const LINK_LIFE_MS = 7 * 86_400_000;
/** More that nobody has used than anybody sends; the oldest makes room. */
const LINK_LIMIT = 32;

export interface ContactLinksDeps {
  readonly store: ContactLinksStore;
  /** Unix ms. */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly onStorageError: (error: unknown) => void;
}

export interface ContactLinks {
  /** A fresh one for an account of this person's; resolves once it is kept. */
  make(own: string): Promise<string>;
  /** Whether a link of this account has the token and its time is not over; then it is used up. */
  readonly welcomes: (own: string, token: string) => boolean;
}

export function createContactLinks({ store, now, random, onStorageError }: ContactLinksDeps): ContactLinks {
  const open = () => store.value.links.filter(({ expiresAtMs }) => expiresAtMs > now());
  return {
    async make(own) {
      const token = hexEncode(random(TOKEN_BYTES));
      await store.set({
        version: 1,
        links: [...open().slice(1 - LINK_LIMIT), { own, hash: hashOf(token), expiresAtMs: now() + LINK_LIFE_MS }],
      });
      return contactLink(own, token);
    },
    welcomes(own, token) {
      const hash = hashOf(token);
      const links = open();
      const left = links.filter((link) => link.own !== own || link.hash !== hash);
      if (left.length === links.length) return false;
      store.set({ version: 1, links: left }).catch(onStorageError);
      return true;
    },
  };
}

/** A fast hash does: the token is drawn from 2^128. */
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
