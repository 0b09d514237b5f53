import type { Socket } from 'node:net';
import type { Channel } from '../../protocol/rdp/channels/contract.ts';
import { base64Encode } from '../../protocol/bytes/text.ts';
import type { Clock } from '../clock.ts';
import { pinOf } from './certificate.ts';
import {
  ConnectionError,
  type ExpectedNovice,
  type ExpertEndpoint,
  type ExpertEndpointEvent,
  type ExpertLink,
  type HostPort,
} from './contract.ts';
import { HANDSHAKE_DEADLINE_MS } from './deadlines.ts';
import { addressText } from './dialler.ts';
import { Emitter } from '../emitter.ts';
import type { ExpertEngine } from './expert-engine.ts';
import { isCommittedTo } from './key-commitment.ts';
import type { Listener } from './listener.ts';
import type { PendingConnection } from './pending-connections.ts';
import { Race, type StartHandshake, discard, remoteOf } from './race.ts';
import { samePin } from './session-id.ts';

export interface ExpertEndpointOptions {
  readonly clock: Clock;
  readonly engine: ExpertEngine;
  readonly userName: string;
  readonly channels: readonly Channel[];
}

/** What the handshake goes by, wherever it comes from. */
interface Ticket {
  readonly addresses: readonly HostPort[];
  readonly workingDir: string;
  readonly trusts: (der: Uint8Array) => boolean;
}

function ticketOf(novice: ExpectedNovice): Ticket {
  if ('pin' in novice) {
    const { addresses, sessionId, pin } = novice;
    return { addresses, workingDir: base64Encode(sessionId), trusts: (der) => samePin(pinOf(der), pin) };
  }
  return { addresses: novice.addresses, workingDir: novice.raSessionId, trusts: (der) => isCommittedTo(novice, der) };
}

/** The expert's end of the race (docs/decisions/0001): RDP client on every connection; the first whose certificate is the pinned one wins. */
export class ExpertSide implements ExpertEndpoint {
  private readonly options: ExpertEndpointOptions;
  private readonly events = new Emitter<ExpertEndpointEvent>();
  private readonly held = new Set<HeldSocket>();
  private readonly race: Race;
  private ticketAddresses: readonly HostPort[] = [];
  private ticket: Ticket | undefined;

  constructor(options: ExpertEndpointOptions) {
    this.options = options;
    this.race = new Race({
      clock: options.clock,
      dialledBy: 'forward',
      tell: (event) => this.events.emit(event),
    });
  }

  /** Once, right after listening has begun. */
  opened(listener: Listener, addresses: readonly HostPort[]): void {
    this.race.listensOn(listener);
    this.ticketAddresses = addresses;
  }

  get addresses(): readonly HostPort[] {
    return this.ticketAddresses;
  }

  readonly onEvent = this.events.on;

  /** A connection on the listener: the novice's reverse connect, or a stranger. It may come before the novice ticket does. */
  readonly accept = (socket: Socket): void => {
    if (this.race.over) return discard(socket);
    const remote = remoteOf(socket);
    this.events.emit({ tag: 'attempt', by: 'reverse', address: addressText(remote) });
    if (this.ticket === undefined) this.hold(socket, remote);
    else this.race.enter({ socket, by: 'reverse', remote }, this.startWith(this.ticket));
  };

  expect(novice: ExpectedNovice): void {
    if (this.ticket !== undefined || this.race.over) return;
    const ticket = ticketOf(novice);
    this.ticket = ticket;
    for (const held of this.held) {
      const socket = held.release();
      if (!socket.destroyed) this.race.enter({ socket, by: 'reverse', remote: held.address }, this.startWith(ticket));
    }
  }

  forward(): void {
    const ticket = this.ticket;
    if (ticket === undefined || this.race.over) return;
    this.race.dial(ticket.addresses, this.startWith(ticket));
  }

  close(): Promise<void> {
    for (const held of this.held) discard(held.release());
    return this.race.close();
  }

  private hold(socket: Socket, remote: HostPort): void {
    const refuse = (error: ConnectionError): void => {
      discard(held.release());
      this.events.emit({ tag: 'refused', by: 'reverse', address: addressText(remote), error });
    };
    const held = new HeldSocket(socket, remote, this.options.clock, refuse, () => {
      this.held.delete(held);
      this.race.pending.remove(held);
    });
    this.held.add(held);
    this.race.pending.add(held);
  }

  private startWith({ workingDir, trusts }: Ticket): StartHandshake {
    return ({ socket, by, remote }, { left, refused }) =>
      this.options.engine({
        socket,
        connection: { by, address: addressText(remote) },
        clock: this.options.clock,
        userName: this.options.userName,
        channels: this.options.channels,
        workingDir,
        trusts,
        verified: (link) => {
          left();
          return this.won(link);
        },
        refused,
      });
  }

  private won(link: ExpertLink): boolean {
    if (this.race.over) return false;
    void this.close();
    this.events.finish({ tag: 'verified', link });
    return true;
  }
}

/** A connection that waits, unread, for the novice ticket: TCP is faster than a messenger. */
class HeldSocket implements PendingConnection {
  readonly address: HostPort;
  readonly stage = 0;
  private readonly socket: Socket;
  private readonly refuse: (error: ConnectionError) => void;
  private readonly left: () => void;
  private readonly cancelDeadline: () => void;

  constructor(socket: Socket, address: HostPort, clock: Clock, refuse: (error: ConnectionError) => void, left: () => void) {
    this.socket = socket;
    this.address = address;
    this.refuse = refuse;
    this.left = left;
    socket.on('error', this.broken);
    socket.on('close', this.broken);
    this.cancelDeadline = clock.after(HANDSHAKE_DEADLINE_MS, () =>
      refuse(new ConnectionError('DEADLINE', 'no novice ticket came for this connection')),
    );
  }

  get remote(): string {
    return this.address.host;
  }

  evict(): void {
    this.refuse(new ConnectionError('ABORTED', 'made room for another connection'));
  }

  /** Hands the socket on: from here its errors are the taker's. */
  release(): Socket {
    this.cancelDeadline();
    this.socket.off('error', this.broken);
    this.socket.off('close', this.broken);
    this.left();
    return this.socket;
  }

  private readonly broken = (cause?: unknown): void => {
    this.refuse(new ConnectionError('SOCKET', 'the connection was closed while it waited', { cause }));
  };
}
