/* An account that a link names: shown, and taken only when the person says so. Knows no Electron. */
import { isDeepStrictEqual } from 'node:util';
import type { OfferedAccountView } from '../../preload/contract.ts';
import { AccountLinkError, readAccountLink, type AccountLink } from '../../protocol/msnp/account-link.ts';
import type { Account } from '../messenger/contract.ts';
import type { AppModel } from './app-model.ts';
import { OneOffer } from './one-offer.ts';
import { CommandError } from './refusal.ts';
import { safeText } from './safe-text.ts';

/** What such links are for. */
const LINKED_TRANSPORT = 'msnp';

export interface AccountOffersDeps {
  readonly model: Pick<AppModel, 'update' | 'facts'>;
  readonly save: (account: Account) => Promise<void>;
}

export interface AccountOffers {
  /** The account that is shown, with its access token. */
  readonly shown: Account | undefined;
  /** Shows the account of the first link in a text. Throws CommandError LINK_…. */
  offer(text: string): void;
  /** Signs in with the one that is shown. Throws CommandError NO_LINK_OPEN, and what saving an account throws. */
  use(): Promise<void>;
  putAway(): void;
}

export function createAccountOffers({ model, save }: AccountOffersDeps): AccountOffers {
  // Its access token stays here until the account is taken.
  const offers = new OneOffer<AccountLink>(isDeepStrictEqual, (shown, another) =>
    model.update({ offeredAccount: shown && viewOf(shown, another) }),
  );

  function viewOf(link: AccountLink, another: boolean): OfferedAccountView {
    const now = model.facts.accounts.find(({ transport }) => transport === LINKED_TRANSPORT);
    return {
      server: link.server,
      address: link.address,
      friendlyName: safeText(link.friendlyName),
      ...(link.contact === undefined
        ? {}
        : { contact: { address: link.contact, friendlyName: safeText(link.contactName ?? link.contact) } }),
      ...(now === undefined ? {} : { instead: { address: now.address, friendlyName: safeText(now.friendlyName) } }),
      ...(another ? { another } : {}),
    };
  }

  return {
    get shown() {
      return offers.value && { ...offers.value, transport: LINKED_TRANSPORT };
    },
    offer: (text) => offers.offer(accountIn(text)),
    async use() {
      const { value } = offers;
      if (value === undefined) throw new CommandError('NO_LINK_OPEN', 'no link is open');
      offers.putAway();
      await save({ ...value, transport: LINKED_TRANSPORT });
    },
    putAway: () => offers.putAway(),
  };
}

function accountIn(text: string): AccountLink {
  try {
    return readAccountLink(text);
  } catch (error) {
    throw error instanceof AccountLinkError ? new CommandError(`LINK_${error.code}`, error.message) : error;
  }
}
