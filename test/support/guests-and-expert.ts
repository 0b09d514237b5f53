/* An expert with an account, and guests of the same server. */
import { GUEST_TRANSPORT } from '../../src/facts/accounts.ts';
import type { OpenXmppStream } from '../../src/main/messenger/xmpp/stream-contract.ts';
import { peopleOnXmpp, type Person } from './people-on-xmpp.ts';

export type { Person } from './people-on-xmpp.ts';

/** Where an account's server is, beside what its address says. */
export type Place = Readonly<Record<string, string>>;

export interface GuestsAndExpert {
  /** Signed in as `erik@` that domain. */
  expert(password: string): Promise<Person>;
  guest(friendlyName: string): Promise<Person>;
  /** The try with a code, and what came of it: `asked`, or the code of the refusal. */
  ask(guest: Person, code: string): Promise<string>;
  close(): Promise<void>;
}

export const wrongOf = (code: string): string => `${code.startsWith('C') ? 'F' : 'C'}${code.slice(1)}`;

export function guestsAndExpert(open: OpenXmppStream, domain: string, place: Place = {}): GuestsAndExpert {
  const people = peopleOnXmpp(open);
  return {
    expert: (password) =>
      people.person({ transport: 'xmpp', address: `erik@${domain}`, friendlyName: 'Erik', password, ...place }, { host: '192.168.1.20' }),
    guest: (friendlyName) =>
      people.person(
        { transport: GUEST_TRANSPORT, address: `guest@${domain}`, guestHost: `guest.${domain}`, friendlyName, password: '', ...place },
        { host: '192.168.1.10' },
      ),
    async ask({ assistance }, code) {
      try {
        await assistance.askAsGuest({ transport: GUEST_TRANSPORT, address: `erik@${domain}` }, code);
        return 'asked';
      } catch (error) {
        return (error as { code?: string }).code ?? String(error);
      }
    },
    close: () => people.close(),
  };
}
