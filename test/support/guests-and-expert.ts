/* People with an Assistance room each on an XMPP messenger; what follows the tickets is in memory. */
import { randomBytes } from 'node:crypto';
import { GUEST_TRANSPORT } from '../../src/facts/accounts.ts';
import { createAssistance } from '../../src/main/assistance/assistance.ts';
import type { Assistance } from '../../src/main/assistance/contract.ts';
import { systemClock as clock } from '../../src/main/clock.ts';
import type { Account, Messengers } from '../../src/main/messenger/contract.ts';
import { createMessengers } from '../../src/main/messenger/messengers.ts';
import type { OpenXmppStream } from '../../src/main/messenger/xmpp/stream-contract.ts';
import { XmppMessenger } from '../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { ASK_FOR_REMOTE_ASSISTANCE } from '../../src/protocol/assistance/application.ts';
import { FakeDesktop } from './fake-desktop.ts';
import { createInMemoryInternet } from './in-memory-connection.ts';
import { until } from './programs.ts';
import { MemoryTrust } from './trust.ts';

export interface Person {
  readonly assistance: Assistance;
  readonly messengers: Messengers;
}

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
  const internet = createInMemoryInternet(clock);
  const people: Person[] = [];

  async function person(account: Account, host: string): Promise<Person> {
    let assistance: Assistance | undefined;
    const { transport, friendlyName } = account;
    const messenger = new XmppMessenger(
      transport,
      { clock, random: Math.random, applications: [ASK_FOR_REMOTE_ASSISTANCE.guid] },
      { open, admitsGuest: () => assistance?.listensForGuests === true },
    );
    const messengers = createMessengers(new Map([[transport, messenger]]));
    assistance = createAssistance({
      messengers,
      trust: new MemoryTrust(friendlyName),
      connection: internet.room(host),
      desktop: new FakeDesktop(),
      consent: { allowView: () => Promise.resolve(true), allowControl: () => Promise.resolve(false) },
      clock,
      history: { add: () => undefined },
      engine: () => 'ringback',
      userName: () => friendlyName,
      allowPlainExperts: () => false,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
    });
    const made = { assistance, messengers };
    people.push(made);
    messengers.signIn(account);
    await until(() => {
      const state = messengers.stateOf(transport);
      if (state.tag === 'waiting' || (state.tag === 'signedOut' && state.reason !== undefined)) throw new Error(JSON.stringify(state));
      return state.tag === 'signedIn';
    }, `${account.address} to be signed in`);
    return made;
  }

  return {
    expert: (password) =>
      person({ transport: 'xmpp', address: `erik@${domain}`, friendlyName: 'Erik', password, ...place }, '192.168.1.20'),
    guest: (friendlyName) =>
      person(
        { transport: GUEST_TRANSPORT, address: `guest@${domain}`, guestHost: `guest.${domain}`, friendlyName, password: '', ...place },
        '192.168.1.10',
      ),
    async ask({ assistance }, code) {
      try {
        await assistance.askAsGuest({ transport: GUEST_TRANSPORT, address: `erik@${domain}` }, code);
        return 'asked';
      } catch (error) {
        return (error as { code?: string }).code ?? String(error);
      }
    },
    async close() {
      await Promise.all(
        people.splice(0).map(async ({ assistance, messengers }) => {
          await assistance.close();
          await messengers.close();
        }),
      );
    },
  };
}
