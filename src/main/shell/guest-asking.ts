/* Asking for help without an account: by a link, shown before anything is done, or by an address and a code. Knows no Electron. */
import { isDeepStrictEqual } from 'node:util';
import { GUEST_TRANSPORT } from '../../facts/accounts.ts';
import type { OfferedHelpView } from '../../preload/contract.ts';
import { HelpLinkError, readHelpLink, type HelpLink } from '../../protocol/xmpp/help-link.ts';
import { domainOf, readJid, writeJid } from '../../protocol/xmpp/jid.ts';
import { AssistanceError, type Assistance } from '../assistance/contract.ts';
import { MessengerError } from '../messenger/contract.ts';
import type { AppModel } from './app-model.ts';
import { claimedName } from './claimed-name.ts';
import type { GuestAccess } from './guest-access.ts';
import { OneOffer } from './one-offer.ts';
import { CommandError } from './refusal.ts';

/** Wrong codes typed one after the other, before a new one is to be asked for: a slip of the ear is soon found, and the expert's code is not burnt by it. */
const TRIES = 5;

/** Who asks, and whom their program believes where they sign in. */
export interface GuestSelf {
  /** What the expert reads. */
  readonly name: string;
  /** Path of a PEM file: an authority that the person trusts for this server, beside those of the system. Empty for none. */
  readonly authority: string;
}

/** Whom to ask, and with which code. */
export interface GuestWish extends GuestSelf {
  readonly address: string;
  readonly code: string;
  /** `host:port`, where the expert has named one. */
  readonly server?: string;
}

export interface GuestAskingDeps {
  readonly help: Pick<Assistance, 'askAsGuest' | 'stopAskingAsGuest' | 'status' | 'onChange' | 'closeGuestCode'>;
  readonly guests: GuestAccess;
  readonly model: Pick<AppModel, 'update' | 'facts'>;
}

export interface GuestAsking {
  /**
   * Resolves once the expert is being asked. Rejects with CommandError GUEST_SERVER_…, GUEST_CODE_WRONG, GUEST_TRIES_USED, AssistanceError; nothing is open then.
   */
  ask(wish: GuestWish): Promise<void>;
  /** Gives a try up. */
  stop(): void;
  /** Shows what the first such link in a text would do. Throws CommandError LINK_…. */
  offer(text: string): void;
  /** Asks by the one that is shown. Rejects with CommandError NO_LINK_OPEN, and as `ask` does: then it stays. */
  useOffered(self: GuestSelf): Promise<void>;
  putAway(): void;
}

export function createGuestAsking({ help, guests, model }: GuestAskingDeps): GuestAsking {
  // Its code stays here.
  const offers = new OneOffer<HelpLink>(sameLink, (shown, another) => model.update({ offeredHelp: shown && viewOf(shown, another) }));
  let wrong = 0;
  /** This program has signed in for a try or a session that is not over. */
  let signedIn = false;
  let trying = false;
  let stopped = false;
  let signingIn = false;

  function leaveWhenOver(): void {
    const { status } = help;
    const goesOn = trying || (status?.peer.transport === GUEST_TRANSPORT && status.role === 'novice' && status.phase.tag !== 'ended');
    if (!signedIn || goesOn) return;
    signedIn = false;
    void guests.signOut();
  }

  function countWrong(): never {
    wrong += 1;
    const triesLeft = TRIES - wrong;
    if (triesLeft === 0) wrong = 0;
    model.update({ guestTriesLeft: triesLeft === 0 ? undefined : triesLeft });
    throw triesLeft === 0
      ? new CommandError('GUEST_TRIES_USED', 'too many wrong codes', 'code')
      : new CommandError('GUEST_CODE_WRONG', 'not the code', 'code');
  }

  async function ask({ to, host, server, code }: HelpLink, { name, authority }: GuestSelf): Promise<void> {
    if (trying) throw new CommandError('BUSY', 'somebody is being asked');
    const { status } = help;
    if (status !== undefined && status.phase.tag !== 'ended') throw new CommandError('BUSY', 'a session is running');
    trying = true;
    stopped = false;
    try {
      help.closeGuestCode();
      const domain = domainOf(to);
      const place = {
        host: host ?? `guest.${domain}`,
        domain,
        ...(server === undefined ? {} : { server }),
        ...(authority === '' ? {} : { authority }),
      };
      signingIn = true;
      await guests
        .signIn(place, name)
        .catch((error: unknown) => (stopped ? undefined : notLetIn(error)))
        .finally(() => {
          signingIn = false;
        });
      signedIn = true;
      if (stopped) throw new AssistanceError('ENDED', 'given up');
      await help.askAsGuest({ transport: GUEST_TRANSPORT, address: to }, code);
      wrong = 0;
      model.update({ guestTriesLeft: undefined });
    } catch (error) {
      if (error instanceof AssistanceError && error.code === 'GUEST_CODE_WRONG') countWrong();
      throw error;
    } finally {
      trying = false;
      leaveWhenOver();
    }
  }

  help.onChange(leaveWhenOver);
  return {
    ask({ address, code, server, ...self }) {
      const jid = readJid(address.trim());
      if (jid?.local === undefined || jid.resource !== undefined)
        return Promise.reject(new CommandError('INVALID_ARGUMENT', 'not an address', 'address'));
      return ask({ to: writeJid(jid), code, ...(server === undefined || server === '' ? {} : { server }) }, self);
    },
    stop() {
      stopped = true;
      help.stopAskingAsGuest();
      // Nobody waits for a server that does not answer.
      if (signingIn) void guests.signOut();
    },
    offer(text) {
      offers.offer(linkIn(text));
    },
    async useOffered(self) {
      const taken = offers.value;
      if (taken === undefined) throw new CommandError('NO_LINK_OPEN', 'no link is open');
      await ask(taken, self);
      if (offers.value === taken) offers.putAway();
    },
    putAway: () => offers.putAway(),
  };
}

const sameLink = (one: HelpLink, other: HelpLink): boolean => isDeepStrictEqual(one, other);

function viewOf({ to, name }: HelpLink, another: boolean): OfferedHelpView {
  return { address: to, claim: claimedName(name ?? '').name, ...(another ? { another } : {}) };
}

/** The server lets nobody in without an account, or it is not there. */
function notLetIn(error: unknown): never {
  if (!(error instanceof MessengerError)) throw error;
  if (error.code === 'WRONG_KEY') throw new CommandError('GUEST_SERVER_NOT_PROVED', error.message);
  const closed = error.code === 'REFUSED' || error.code === 'WRONG_CREDENTIALS';
  throw new CommandError(closed ? 'GUEST_SERVER_CLOSED' : 'GUEST_SERVER_UNREACHABLE', error.message, 'address');
}

function linkIn(text: string): HelpLink {
  try {
    return readHelpLink(text);
  } catch (error) {
    throw error instanceof HelpLinkError ? new CommandError(`LINK_${error.code}`, error.message) : error;
  }
}
