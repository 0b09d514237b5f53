import type { Socket } from 'node:net';
import type { ConnectedBy } from '../../protocol/assistance/status.ts';
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
import { addressText, dialAll } from './dialler.ts';
import { Events } from './events.ts';
import type { ExpertEngine } from './expert-engine.ts';
import type { Candidate, HandshakeError } from './handshake.ts';
import { isCommittedTo } from './key-commitment.ts';
import type { Listener } from './listener.ts';
import { type PendingConnection, PendingConnections } from './pending-connections.ts';
import { samePin } from './session-id.ts';

export interface ExpertEndpointOptions {
  readonly clock: Clock;
  readonly engine: ExpertEngine;
  readonly userName: string;
  /** Connects to the novice of an invitation. */
  readonly invited: boolean;
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
  readonly #options: ExpertEndpointOptions;
  readonly #events = new Events<ExpertEndpointEvent>();
  readonly #candidates = new Set<Candidate>();
  readonly #held = new Set<HeldSocket>();
  readonly #pending = new PendingConnections();
  readonly #dials = new AbortController();
  #listener: Listener | undefined;
  #addresses: readonly HostPort[] = [];
  #ticket: Ticket | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ExpertEndpointOptions) {
    this.#options = options;
  }

  /** Once, right after listening has begun. */
  opened(listener: Listener, addresses: readonly HostPort[]): void {
    this.#listener = listener;
    this.#addresses = addresses;
  }

  get addresses(): readonly HostPort[] {
    return this.#addresses;
  }

  readonly onEvent = this.#events.on;

  /** A connection on the listener: the novice's reverse connect, or a stranger. It may come before the novice ticket does. */
  readonly accept = (socket: Socket): void => {
    const remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    if (this.#closing !== undefined) return discard(socket);
    this.#events.emit({ tag: 'attempt', by: 'reverse', address: addressText(remote) });
    if (this.#ticket === undefined) this.#hold(socket, remote);
    else this.#begin(socket, 'reverse', remote, this.#ticket, () => undefined);
  };

  expect(novice: ExpectedNovice): void {
    if (this.#ticket !== undefined || this.#closing !== undefined) return;
    const ticket = ticketOf(novice);
    this.#ticket = ticket;
    for (const held of this.#held) {
      const socket = held.release();
      if (!socket.destroyed) this.#begin(socket, 'reverse', held.address, ticket, () => undefined);
    }
  }

  forward(): void {
    const ticket = this.#ticket;
    if (ticket === undefined || this.#closing !== undefined) return;
    let left = 0;
    const failed = (): void => {
      left -= 1;
      if (left === 0 && this.#closing === undefined) this.#events.emit({ tag: 'dialFailed' });
    };
    left = dialAll(ticket.addresses, {
      clock: this.#options.clock,
      signal: this.#dials.signal,
      onSocket: (socket, target) => {
        if (this.#closing !== undefined) return discard(socket);
        this.#events.emit({ tag: 'attempt', by: 'forward', address: addressText(target) });
        this.#begin(socket, 'forward', target, ticket, failed);
      },
      onFailure: (target, error) => {
        this.#events.emit({ tag: 'refused', by: 'forward', address: addressText(target), error });
        failed();
      },
    });
    if (left === 0) this.#events.emit({ tag: 'dialFailed' });
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  #hold(socket: Socket, remote: HostPort): void {
    const refuse = (error: ConnectionError): void => {
      discard(held.release());
      this.#events.emit({ tag: 'refused', by: 'reverse', address: addressText(remote), error });
    };
    const held = new HeldSocket(socket, remote, this.#options.clock, refuse, () => {
      this.#held.delete(held);
      this.#pending.remove(held);
    });
    this.#held.add(held);
    this.#pending.add(held);
  }

  #begin(socket: Socket, by: ConnectedBy, remote: HostPort, ticket: Ticket, failed: () => void): void {
    const address = addressText(remote);
    let candidate: Candidate | undefined;
    const pending: PendingConnection = {
      remote: remote.host,
      get stage() {
        return candidate?.stage ?? 0;
      },
      evict: () => candidate?.refuse(new ConnectionError('ABORTED', 'made room for another connection')),
    };
    const leave = (): void => {
      if (candidate !== undefined) this.#candidates.delete(candidate);
      this.#pending.remove(pending);
    };
    // What we dialled ourselves is bounded by the ticket.
    if (by === 'reverse') this.#pending.add(pending);
    candidate = this.#options.engine({
      socket,
      connection: { by, address },
      clock: this.#options.clock,
      userName: this.#options.userName,
      remdesk: this.#options.invited,
      workingDir: ticket.workingDir,
      trusts: ticket.trusts,
      verified: (link) => {
        leave();
        return this.#won(link);
      },
      refused: (error: HandshakeError) => {
        leave();
        if (this.#closing !== undefined) return;
        this.#events.emit({ tag: 'refused', by, address, error });
        failed();
      },
    });
    this.#candidates.add(candidate);
  }

  #won(link: ExpertLink): boolean {
    if (this.#closing !== undefined) return false;
    void this.close();
    this.#events.finish({ tag: 'verified', link });
    return true;
  }

  async #stop(): Promise<void> {
    this.#dials.abort();
    for (const held of this.#held) discard(held.release());
    const losers = [...this.#candidates];
    this.#candidates.clear();
    for (const loser of losers) loser.abandon();
    await Promise.all([this.#listener?.close(), ...losers.map(({ gone }) => gone)]);
  }
}

/** A connection that waits, unread, for the novice ticket: TCP is faster than a messenger. */
class HeldSocket implements PendingConnection {
  readonly address: HostPort;
  readonly stage = 0;
  readonly #socket: Socket;
  readonly #refuse: (error: ConnectionError) => void;
  readonly #left: () => void;
  readonly #cancelDeadline: () => void;

  constructor(socket: Socket, address: HostPort, clock: Clock, refuse: (error: ConnectionError) => void, left: () => void) {
    this.#socket = socket;
    this.address = address;
    this.#refuse = refuse;
    this.#left = left;
    socket.on('error', this.#broken);
    socket.on('close', this.#broken);
    this.#cancelDeadline = clock.after(HANDSHAKE_DEADLINE_MS, () =>
      refuse(new ConnectionError('DEADLINE', 'no novice ticket came for this connection')),
    );
  }

  get remote(): string {
    return this.address.host;
  }

  evict(): void {
    this.#refuse(new ConnectionError('ABORTED', 'made room for another connection'));
  }

  /** Hands the socket on: from here its errors are the taker's. */
  release(): Socket {
    this.#cancelDeadline();
    this.#socket.off('error', this.#broken);
    this.#socket.off('close', this.#broken);
    this.#left();
    return this.#socket;
  }

  readonly #broken = (cause?: unknown): void => {
    this.#refuse(new ConnectionError('SOCKET', 'the connection was closed while it waited', { cause }));
  };
}

function discard(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.destroy();
}
