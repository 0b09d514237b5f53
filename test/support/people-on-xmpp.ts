/* People with an Assistance room each on an XMPP messenger; what follows the tickets is in memory. */
import { randomBytes } from 'node:crypto';
import { createAssistance } from '../../src/main/assistance/assistance.ts';
import type { Assistance } from '../../src/main/assistance/contract.ts';
import { systemClock as clock } from '../../src/main/clock.ts';
import type { Account, Messengers } from '../../src/main/messenger/contract.ts';
import { createMessengers } from '../../src/main/messenger/messengers.ts';
import type { OpenXmppStream } from '../../src/main/messenger/xmpp/stream-contract.ts';
import { XmppMessenger } from '../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { ASK_FOR_REMOTE_ASSISTANCE, GOING_ON } from '../../src/protocol/assistance/application.ts';
import type { HistoryEntry, SessionPhase } from '../../src/protocol/assistance/status.ts';
import { FakeDesktop } from './fake-desktop.ts';
import { createInMemoryInternet } from './in-memory-connection.ts';
import type { InMemoryInternet } from './in-memory-internet.ts';
import { FakePrompts } from './pair.ts';
import { until } from './programs.ts';
import { MemoryTrust } from './trust.ts';

export interface Person {
  readonly account: Account;
  readonly assistance: Assistance;
  readonly messengers: Messengers;
  readonly prompts: FakePrompts;
  readonly history: readonly HistoryEntry[];
  /** So often a request for help has rung. */
  readonly rang: number;
  /** Where its session is; undefined before the first one. */
  readonly phase: SessionPhase['tag'] | undefined;
  readonly isSignedIn: boolean;
  /** So often it has become signed in. */
  readonly signIns: number;
}

export interface PersonOptions {
  /** An IPv4 address on the network in memory. */
  readonly host: string;
  /** Addresses of people whom this one has met. */
  readonly knows?: readonly string[];
  /** By which this installation is known; the friendly name by default. */
  readonly installation?: string;
  readonly device?: string;
}

export interface PeopleOnXmpp {
  readonly internet: InMemoryInternet;
  /** Somebody who is signed in. */
  person(account: Account, options: PersonOptions): Promise<Person>;
  close(): Promise<void>;
}

export function peopleOnXmpp(open: OpenXmppStream): PeopleOnXmpp {
  const internet = createInMemoryInternet(clock);
  const people: Person[] = [];

  async function person(account: Account, { host, knows = [], installation, device }: PersonOptions): Promise<Person> {
    let assistance: Assistance | undefined;
    let rang = 0;
    let signIns = 0;
    const { transport, friendlyName } = account;
    const messenger = new XmppMessenger(
      transport,
      { clock, random: Math.random, applications: [ASK_FOR_REMOTE_ASSISTANCE.guid, GOING_ON.guid] },
      { open, admitsGuest: () => assistance?.listensForGuests === true, ...(device === undefined ? {} : { device }) },
    );
    messenger.onEvent((event) => {
      if (event.tag === 'invitation' && event.session.application.guid === ASK_FOR_REMOTE_ASSISTANCE.guid) rang += 1;
      if (event.tag === 'state' && event.state.tag === 'signedIn') signIns += 1;
    });
    const messengers = createMessengers(new Map([[transport, messenger]]));
    const trust = new MemoryTrust(installation ?? friendlyName);
    for (const known of knows) trust.meet(known);
    const prompts = new FakePrompts();
    prompts.control = 'no';
    const history: HistoryEntry[] = [];
    const room = createAssistance({
      messengers,
      trust,
      connection: internet.room(host),
      desktop: new FakeDesktop(),
      consent: prompts,
      clock,
      history: { add: (entry) => void history.push(entry) },
      engine: () => 'ringback',
      userName: () => friendlyName,
      allowPlainExperts: () => false,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
    });
    assistance = room;
    const made: Person = {
      account,
      assistance: room,
      messengers,
      prompts,
      history,
      get rang() {
        return rang;
      },
      get phase() {
        return room.status?.phase.tag;
      },
      get signIns() {
        return signIns;
      },
      get isSignedIn() {
        return messengers.stateOf(transport).tag === 'signedIn';
      },
    };
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
    internet,
    person,
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
