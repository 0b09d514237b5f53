/* Every transport at once. What belongs to the person goes to all of them, what belongs to a peer to the peer's; who merges what is decided here. */
import type { Contact, Presence } from '../../facts/contacts.ts';
import type { ServerFacts } from '../../facts/server.ts';
import { Emitter } from '../emitter.ts';
import type { ReachServices } from '../reach-services.ts';
import {
  MessengerError,
  type Account,
  type Application,
  type InvitationDetails,
  type Messenger,
  type Messengers,
  type MessengersEvent,
  type MessengerEvent,
  type MessengerState,
  type PeerAddress,
  type RendezvousSession,
} from './contract.ts';

/** The messengers by the names of their transports; contacts come in the order of the map. */
export function createMessengers(members: ReadonlyMap<string, Messenger>): Messengers {
  return new AllMessengers(members);
}

/** What the lists of several transports are together: one after the other. The same address in two of them is two people. */
export function inOrder<T>(transports: readonly string[], lists: ReadonlyMap<string, readonly T[]>): readonly T[] {
  return transports.flatMap((transport) => lists.get(transport) ?? []);
}

/** What several transports are together: signed in as soon as one is, else what is nearest to it. Signed out where there is none. */
export function overall(states: readonly MessengerState[]): MessengerState {
  const rank = (state: MessengerState): number => {
    switch (state.tag) {
      case 'signedIn':
        return 0;
      case 'connecting':
        return 1;
      case 'waiting':
        return 2;
      case 'signedOut':
        return state.reason === undefined ? 4 : 3;
    }
  };
  const retry = (state: MessengerState): number => (state.tag === 'waiting' ? state.retryAtMs : 0);
  return states.toSorted((a, b) => rank(a) - rank(b) || retry(a) - retry(b))[0] ?? { tag: 'signedOut' };
}

class AllMessengers implements Messengers {
  readonly transports: readonly string[];
  private readonly members: ReadonlyMap<string, Messenger>;
  private readonly events = new Emitter<MessengersEvent>();
  /** What the person shows to others; every transport gets it when it has signed in. */
  private presence: Exclude<Presence, 'offline'> = 'online';

  constructor(members: ReadonlyMap<string, Messenger>) {
    this.members = members;
    this.transports = [...members.keys()];
    for (const [transport, member] of members) member.onEvent((event) => this.heard(transport, member, event));
  }

  get contacts(): readonly Contact[] {
    return inOrder(this.transports, new Map(Array.from(this.members, ([transport, { contacts }]) => [transport, contacts])));
  }

  stateOf(transport: string): MessengerState {
    return this.members.get(transport)?.state ?? { tag: 'signedOut' };
  }

  reachOf(transport: string): ReachServices | undefined {
    return this.members.get(transport)?.reach;
  }

  async lookAtServer(transport: string): Promise<ServerFacts> {
    const looking = this.of(transport).lookAtServer?.();
    if (looking === undefined) throw new MessengerError('NOT_SIGNED_IN', `${transport} has no server to look at`);
    return looking;
  }

  check(): void {
    for (const member of this.members.values()) member.check?.();
  }

  signIn(account: Account): void {
    this.of(account.transport).signIn(account);
  }

  async signOut(transport: string): Promise<void> {
    await this.of(transport).signOut();
  }

  close(): Promise<void> {
    return allOf([...this.members.values()], (member) => member.signOut());
  }

  setPresence(presence: Exclude<Presence, 'offline'>): Promise<void> {
    this.presence = presence;
    return allOf(this.signedIn(), (member) => member.setPresence(presence));
  }

  async setFriendlyName(name: string): Promise<void> {
    if (this.signedIn().length === 0) throw new MessengerError('NOT_SIGNED_IN', 'no messenger is signed in');
    await allOf(this.signedIn(), (member) => member.setFriendlyName(name));
  }

  async addContact({ transport, address }: PeerAddress, token?: string): Promise<void> {
    await this.of(transport).addContact(address, token);
  }

  async removeContact({ transport, address }: PeerAddress): Promise<void> {
    await this.of(transport).removeContact(address);
  }

  async blockContact({ transport, address }: PeerAddress): Promise<void> {
    await this.of(transport).blockContact(address);
  }

  async declineListing({ transport, address }: PeerAddress): Promise<void> {
    await this.of(transport).declineListing(address);
  }

  invite({ transport, address }: PeerAddress, application: Application, details?: InvitationDetails): RendezvousSession {
    return this.of(transport).invite(address, application, details);
  }

  async sendMessage({ transport, address }: PeerAddress, text: string): Promise<void> {
    await this.of(transport).sendMessage(address, text);
  }

  sendTyping({ transport, address }: PeerAddress): void {
    this.members.get(transport)?.sendTyping(address);
  }

  onEvent(listener: (event: MessengersEvent) => void): () => void {
    return this.events.on(listener);
  }

  private heard(transport: string, member: Messenger, event: MessengerEvent): void {
    switch (event.tag) {
      case 'state':
        if (event.state.tag === 'signedIn' && this.presence !== 'online')
          allOf([member], () => member.setPresence(this.presence)).catch(() => {});
        return this.events.emit({ ...event, transport });
      case 'contacts':
        return this.events.emit({ ...event, transport });
      case 'invitation':
      case 'chat':
      case 'saidElsewhere':
      case 'missed':
      case 'listed':
      case 'invitationRefused':
        return this.events.emit(event);
    }
  }

  /** The messenger of a transport. Throws NOT_SIGNED_IN for a transport that this version does not have. */
  private of(transport: string): Messenger {
    const member = this.members.get(transport);
    if (member === undefined) throw new MessengerError('NOT_SIGNED_IN', `no messenger ${transport}`);
    return member;
  }

  private signedIn(): Messenger[] {
    return [...this.members.values()].filter(({ state }) => state.tag === 'signedIn');
  }
}

/** One that refuses, or throws at once, does not keep the others from it; the first refusal is told when all are through. */
async function allOf(members: readonly Messenger[], act: (member: Messenger) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(members.map(async (member) => act(member)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
