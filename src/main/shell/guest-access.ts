/* Signing in where somebody needs no account, for as long as it is needed. Nothing of it is kept. Knows no Electron. */
import { GUEST_TRANSPORT } from '../../facts/accounts.ts';
import type { Clock } from '../clock.ts';
import { MessengerError, type Account, type Messengers, type MessengerState } from '../messenger/contract.ts';

/** From dialling to being signed in: names are looked up, and a server behind a slow line has its time. */
const SIGN_IN_MS = 20_000;

/** Where guests sign in, and as whom. */
export interface GuestPlace {
  /** A domain that lets guests in. */
  readonly host: string;
  /** The domain of the account that guests ask there; its relay and its TURN are theirs too. */
  readonly domain: string;
  /** `host:port`, where the domain does not say it by itself. */
  readonly server?: string;
  /** As the account of the same server has it: its authority, which the person has chosen. */
  readonly authority?: string;
}

export interface GuestAccess {
  /** Resolves with the address that this program has there. Rejects with MessengerError; nothing is open then. */
  signIn(place: GuestPlace, friendlyName: string): Promise<string>;
  signOut(): Promise<void>;
  /** The address there, while signed in. */
  readonly address: string | undefined;
}

export function createGuestAccess(messengers: Messengers, clock: Clock): GuestAccess {
  const addressIn = (state: MessengerState): string | undefined => (state.tag === 'signedIn' ? state.address : undefined);

  /** Why it does not come to anything; it is not tried again by itself. */
  const failure = (state: MessengerState): MessengerError | undefined => {
    if (state.tag === 'waiting') return new MessengerError(state.reason, 'no guest was let in');
    return state.tag === 'signedOut' ? new MessengerError(state.reason ?? 'REFUSED', 'no guest was let in') : undefined;
  };

  function outcome(): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        stop();
        cancel();
        finish();
      };
      const look = (state: MessengerState): void => {
        const address = addressIn(state);
        const wrong = failure(state);
        if (address !== undefined) settle(() => resolve(address));
        else if (wrong !== undefined) settle(() => reject(wrong));
      };
      const stop = messengers.onEvent((event) => {
        if (event.tag === 'state' && event.transport === GUEST_TRANSPORT) look(event.state);
      });
      const cancel = clock.after(SIGN_IN_MS, () => settle(() => reject(new MessengerError('TIMEOUT', 'no guest was let in in time'))));
    });
  }

  return {
    async signIn({ host, domain, server, authority }, friendlyName) {
      const account: Account = {
        transport: GUEST_TRANSPORT,
        // Whose guest it is: any address of that domain.
        address: `guest@${domain}`,
        guestHost: host,
        friendlyName,
        password: '',
        ...(server === undefined ? {} : { server }),
        ...(authority === undefined ? {} : { authority }),
      };
      if (messengers.stateOf(GUEST_TRANSPORT).tag !== 'signedOut') await messengers.signOut(GUEST_TRANSPORT);
      const signedIn = outcome();
      messengers.signIn(account);
      try {
        return await signedIn;
      } catch (error) {
        await messengers.signOut(GUEST_TRANSPORT);
        throw error;
      }
    },
    signOut: () => messengers.signOut(GUEST_TRANSPORT),
    get address() {
      return addressIn(messengers.stateOf(GUEST_TRANSPORT));
    },
  };
}
