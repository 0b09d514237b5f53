import type { Socket } from 'node:net';
import type { ConnectedBy } from '../../protocol/assistance/status.ts';
import type { Clock } from '../clock.ts';
import { ConnectionError, type HostPort, type NoviceEndpointEvent } from './contract.ts';
import { addressText, dialAll } from './dialler.ts';
import type { Candidate, HandshakeOutcome } from './handshake.ts';
import type { Listener } from './listener.ts';
import { type PendingConnection, PendingConnections } from './pending-connections.ts';

/** What an endpoint of either role tells before one connection has won. */
type RaceEvent = Exclude<NoviceEndpointEvent, { tag: 'presented' }>;

interface RaceParts {
  readonly clock: Clock;
  /** How the connections come that we dial; the others come in on the listener. */
  readonly dialledBy: ConnectedBy;
  readonly tell: (event: RaceEvent) => void;
}

/** A TCP connection that may become the link. */
interface Contender {
  readonly socket: Socket;
  readonly by: ConnectedBy;
  readonly remote: HostPort;
}

interface ContenderOutcome extends HandshakeOutcome {
  /** It has got through its handshake, and is a link from here on. */
  readonly left: () => void;
}

/** Gives the connection to an engine. */
export type StartHandshake = (contender: Contender, outcome: ContenderOutcome) => Candidate;

/** All connections of one endpoint before one of them has won (docs/decisions/0001): dials, listener and handshakes, until all are closed. */
export class Race {
  readonly pending = new PendingConnections();
  private readonly parts: RaceParts;
  private readonly candidates = new Set<Candidate>();
  private readonly dials = new AbortController();
  private listener: Listener | undefined;
  private closing: Promise<void> | undefined;

  constructor(parts: RaceParts) {
    this.parts = parts;
  }

  /** Closes with the race. */
  listensOn(listener: Listener): void {
    this.listener = listener;
  }

  get over(): boolean {
    return this.closing !== undefined;
  }

  /** Dials all; each TCP connection goes to `start`. */
  dial(addresses: readonly HostPort[], start: StartHandshake): void {
    const { clock, dialledBy: by, tell } = this.parts;
    let left = 0;
    const failed = (): void => {
      left -= 1;
      if (left === 0 && !this.over) tell({ tag: 'dialFailed' });
    };
    left = dialAll(addresses, {
      clock,
      signal: this.dials.signal,
      onSocket: (socket, remote) => {
        if (this.over) return discard(socket);
        tell({ tag: 'attempt', by, address: addressText(remote) });
        this.enter({ socket, by, remote }, start, failed);
      },
      onFailure: (target, error) => {
        tell({ tag: 'refused', by, address: addressText(target), error });
        failed();
      },
    });
    if (left === 0) tell({ tag: 'dialFailed' });
  }

  /** Lets a connection take part. `failed` follows its refusal. */
  enter(contender: Contender, start: StartHandshake, failed: () => void = () => undefined): void {
    const { by, remote } = contender;
    let candidate: Candidate | undefined;
    const pending: PendingConnection = {
      remote: remote.host,
      get stage() {
        return candidate?.stage ?? 0;
      },
      evict: () => candidate?.refuse(new ConnectionError('ABORTED', 'made room for another connection')),
    };
    const left = (): void => {
      if (candidate !== undefined) this.candidates.delete(candidate);
      this.pending.remove(pending);
    };
    // What we dialled ourselves is bounded by the ticket.
    if (by !== this.parts.dialledBy) this.pending.add(pending);
    candidate = start(contender, {
      left,
      refused: (error) => {
        left();
        if (this.over) return;
        this.parts.tell({ tag: 'refused', by, address: addressText(remote), error });
        failed();
      },
    });
    this.candidates.add(candidate);
  }

  /** Nobody wins any more: resolves when the listener and every loser are gone. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    this.dials.abort();
    const losers = [...this.candidates];
    this.candidates.clear();
    for (const loser of losers) loser.abandon();
    await Promise.all([this.listener?.close(), ...losers.map(({ gone }) => gone)]);
  }
}

/** Where a connection on the listener comes from. */
export function remoteOf(socket: Socket): HostPort {
  return { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
}

export function discard(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.destroy();
}
