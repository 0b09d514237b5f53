import { ASK_FOR_REMOTE_ASSISTANCE } from '../../../src/protocol/assistance/application.ts';
import type { InMemoryMessage, InMemoryNetwork } from '../in-memory-messenger.ts';
import { Rendezvous, type RendezvousMessage } from './rendezvous.ts';

/** An old program's user on the network in memory: reads and says what messages held then, and nothing newer. */
export class InMemoryWire {
  /** The newest invitation. */
  session: Rendezvous | undefined;
  private readonly address: string;
  private readonly way: ReturnType<InMemoryNetwork['join']>;

  constructor(network: InMemoryNetwork, address: string) {
    this.address = address;
    this.way = network.join(address, (message) => this.heard(message));
  }

  invite(to: string): Rendezvous {
    const session = this.begin('old-session', 'INVITER', to);
    this.way.send({ kind: 'INVITE', application: ASK_FOR_REMOTE_ASSISTANCE, from: this.address, to, sessionId: session.id });
    return session;
  }

  leave(): void {
    this.way.leave();
  }

  private begin(id: string, flag: 'INVITER' | 'INVITEE', peer: string): Rendezvous {
    const about = { id, flag, application: ASK_FOR_REMOTE_ASSISTANCE, peer: { address: peer, friendlyName: peer } };
    this.session = new Rendezvous(about, {}, { send: (message) => this.say(id, peer, message), over: () => {} });
    return this.session;
  }

  private say(sessionId: string, to: string, { tag: kind, ...body }: RendezvousMessage): void {
    this.way.send({ from: this.address, to, sessionId, kind, ...body } as InMemoryMessage);
  }

  private heard(message: InMemoryMessage): void {
    switch (message.kind) {
      case 'INVITE':
        return void this.begin(message.sessionId, 'INVITEE', message.from);
      case 'ACCEPT':
      case 'LAUNCH':
        return this.session?.peerAccepted(message.answer);
      case 'CONTEXT':
        return this.session?.contextArrived(message.data);
      case 'CANCEL':
        return this.session?.peerCancelled(message.code);
      case 'BYE':
      case 'CHAT':
    }
  }
}
