/* A contact that a link names (XEP-0379): shown, and added only when the person says so. Knows no Electron. */
import { isDeepStrictEqual } from 'node:util';
import { samePeer, type PeerAddress } from '../../protocol/applications/peer.ts';
import { contactLinkIn, type ContactInvitation } from '../../protocol/xmpp/invitation-link.ts';
import type { Messengers } from '../messenger/contract.ts';
import type { AppModel } from './app-model.ts';
import { OneOffer } from './one-offer.ts';
import { CommandError } from './refusal.ts';

/** Whose links these are. */
const LINKED_TRANSPORT = 'xmpp';

export interface ContactOffersDeps {
  readonly model: Pick<AppModel, 'update' | 'facts'>;
  readonly messengers: Pick<Messengers, 'addContact'>;
}

export interface ContactOffers {
  /** Shows the contact of the first such link in a text. Throws CommandError CONTACT_LINK_NO_ACCOUNT, CONTACT_LINK_OWN, CONTACT_LINK_KNOWN, LINK_NO_LINK. */
  offer(text: string): void;
  /** Adds the one that is shown. Rejects with CommandError NO_LINK_OPEN, and MessengerError: then it stays. */
  use(): Promise<void>;
  putAway(): void;
}

export function createContactOffers({ model, messengers }: ContactOffersDeps): ContactOffers {
  // Its token stays here.
  const offers = new OneOffer<ContactInvitation>(isDeepStrictEqual, (shown, another) =>
    model.update({ offeredContact: shown && { ...peerOf(shown), ...(another ? { another } : {}) } }),
  );

  return {
    offer(text) {
      const invitation = contactLinkIn(text);
      if (invitation === undefined) throw new CommandError('LINK_NO_LINK', 'no link');
      const peer = peerOf(invitation);
      const { accounts, contacts } = model.facts;
      if (!accounts.some(({ transport }) => transport === LINKED_TRANSPORT))
        throw new CommandError('CONTACT_LINK_NO_ACCOUNT', 'no account there');
      if (accounts.some((account) => samePeer(account, peer))) throw new CommandError('CONTACT_LINK_OWN', 'that is your own address');
      if (contacts.some((contact) => samePeer(contact, peer))) throw new CommandError('CONTACT_LINK_KNOWN', 'already a contact');
      offers.offer(invitation);
    },
    async use() {
      const { value } = offers;
      if (value === undefined) throw new CommandError('NO_LINK_OPEN', 'no link is open');
      await messengers.addContact(peerOf(value), value.token);
      if (offers.value === value) offers.putAway();
    },
    putAway: () => offers.putAway(),
  };
}

const peerOf = ({ address }: ContactInvitation): PeerAddress => ({ transport: LINKED_TRANSPORT, address });
