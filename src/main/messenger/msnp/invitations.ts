import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Application, InvitationDetails, MessengerEvent, Peer, RendezvousSession } from '../contract.ts';
import { sameGuid } from '../../../protocol/applications/guid.ts';
import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import { malformedInviteCookie, readInvitation, writeInvitation, type InvitationMessage } from '../../../protocol/msnp/invitation.ts';
import { CarriedInvitation, type CarriedAbout } from './carried-invitation.ts';
import type { SwitchboardLink } from './switchboard-link.ts';
import type { SwitchboardClient, SwitchboardPool } from './switchboard-pool.ts';

const INCOMING_LIMIT = 16;
const INCOMING_PER_PEER_LIMIT = 4;
/** Invitations that are over are remembered, so that a repeated INVITE does not ring twice. */
const REMEMBERED_LIMIT = 256;

export interface InvitationsOptions {
  readonly clock: Clock;
  readonly pool: SwitchboardPool;
  readonly applications: readonly string[];
  /** Somebody on this transport, under the name that is known where none is given. */
  readonly peer: (address: string, friendlyName?: string) => Peer;
  readonly isBlocked: (address: string) => boolean;
  readonly invited: (session: RendezvousSession) => void;
  readonly refused: (event: MessengerEvent & { readonly tag: 'invitationRefused' }) => void;
}

/** All invitations of one sign-in. Replies are matched by cookie and peer, whichever switchboard they come in. */
export class Invitations implements SwitchboardClient {
  private readonly options: InvitationsOptions;
  private readonly carried = new Map<string, CarriedInvitation>();
  private readonly remembered = new Set<string>();

  constructor(options: InvitationsOptions) {
    this.options = options;
    options.pool.serve(this);
  }

  invite(address: string, application: Application, details: InvitationDetails): RendezvousSession {
    const peer = this.options.peer(address);
    let cookie: string;
    do cookie = String(randomInt(1, 2 ** 31));
    while (this.carried.has(keyOf(address, cookie)));
    const carried = this.carry({ flag: 'INVITER', cookie, id: newSessionId(), application, peer }, details);
    carried.invite();
    return carried.session;
  }

  /** A contact went offline: those of their sessions that have no switchboard to tell it are over. */
  contactOffline(address: string): void {
    for (const carried of Array.from(this.carried.values())) if (carried.session.peer.address === address) carried.peerOffline();
  }

  /** Ends every session with `terminated`. */
  close(): void {
    for (const { session } of Array.from(this.carried.values())) session.end('TERMINATED', { tag: 'terminated', reason: 'connectionLost' });
  }

  ended(link: SwitchboardLink, why: 'left' | 'idle' | 'lost'): void {
    for (const carried of Array.from(this.carried.values())) carried.linkEnded(link, why);
  }

  received(link: SwitchboardLink, from: string, friendlyName: string, payload: Uint8Array): boolean {
    let message: InvitationMessage;
    try {
      message = readInvitation(payload);
    } catch (error) {
      // Other programs' own messages, nonsense: none of it is for us, and the switchboard goes on.
      if (error instanceof ProtocolError) return this.malformed(link, from, friendlyName, payload, error);
      throw error;
    }
    const carried = this.carried.get(keyOf(from, message.cookie));
    if (carried === undefined) {
      if (message.command === 'INVITE') this.incoming(link, from, friendlyName, message);
    } else if (message.sessionId === undefined || sameGuid(message.sessionId, carried.session.id)) {
      carried.goOnIn(link);
      reply(carried.session, message);
    }
    return true;
  }

  /** An INVITE that makes no sense is answered, so that nobody waits; everything else that makes none is passed over. */
  private malformed(link: SwitchboardLink, from: string, friendlyName: string, payload: Uint8Array, error: ProtocolError): boolean {
    const cookie = malformedInviteCookie(payload);
    if (cookie === undefined || this.options.isBlocked(from)) return false;
    const key = keyOf(from, cookie);
    if (this.remembered.has(key) || this.carried.has(key)) return true;
    this.remember(key);
    void link.deliver(from, writeInvitation({ command: 'CANCEL', cookie, code: 'FAIL' }));
    this.options.refused({
      tag: 'invitationRefused',
      peer: this.options.peer(from, friendlyName),
      reason: 'malformed',
      what: error.message,
    });
    return true;
  }

  private incoming(link: SwitchboardLink, from: string, friendlyName: string, message: InvitationMessage & { command: 'INVITE' }): void {
    if (this.remembered.has(keyOf(from, message.cookie)) || this.options.isBlocked(from)) return;
    const carried = this.carry(
      {
        flag: 'INVITEE',
        cookie: message.cookie,
        id: message.sessionId ?? newSessionId(),
        application: {
          guid: message.applicationGuid,
          name: message.applicationName,
          ...(message.applicationUrl === undefined ? {} : { url: message.applicationUrl }),
        },
        peer: this.options.peer(from, friendlyName),
        invited: message.features,
      },
      message.contextData === undefined ? {} : { contextData: message.contextData },
    );
    carried.goOnIn(link);
    const incoming = [...this.carried.values()].filter(({ session }) => session.flag === 'INVITEE');
    const fromPeer = incoming.filter(({ session }) => session.peer.address === from);
    if (!this.options.applications.some((guid) => sameGuid(guid, message.applicationGuid))) {
      carried.session.decline('REJECT_NOT_INSTALLED');
      return this.options.refused({
        tag: 'invitationRefused',
        peer: carried.session.peer,
        reason: 'notInstalled',
        what: message.applicationName,
      });
    }
    if (incoming.length > INCOMING_LIMIT || fromPeer.length > INCOMING_PER_PEER_LIMIT) return carried.session.decline('REJECT');
    this.options.invited(carried.session);
  }

  private carry(about: CarriedAbout, details: InvitationDetails): CarriedInvitation {
    const { clock, pool } = this.options;
    const key = keyOf(about.peer.address, about.cookie);
    const over = (): void => {
      this.carried.delete(key);
      this.remember(key);
    };
    const carried = new CarriedInvitation(about, details, { clock, pool, over });
    this.carried.set(key, carried);
    return carried;
  }

  private remember(key: string): void {
    this.remembered.add(key);
    if (this.remembered.size > REMEMBERED_LIMIT) this.remembered.delete(this.remembered.values().next().value as string);
  }
}

/** What the peer has to say about a session that is known. */
function reply(session: CarriedInvitation['session'], message: InvitationMessage): void {
  switch (message.command) {
    case 'INVITE':
      return;
    case 'ACCEPT':
      return session.peerAccepted(
        {
          ...(message.ipAddress === undefined ? {} : { ipAddress: message.ipAddress }),
          ...(message.contextData === undefined ? {} : { contextData: message.contextData }),
        },
        message.features,
      );
    case 'CANCEL':
      return session.peerCancelled(message.code);
    case 'CONTEXT':
      return session.contextArrived(message.contextData);
  }
}

const newSessionId = (): string => `{${randomUUID().toUpperCase()}}`;

function keyOf(address: string, cookie: string): string {
  return `${address} ${cookie.toLowerCase()}`;
}
