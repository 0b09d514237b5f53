import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ConnectedBy } from '../../protocol/assistance/status.ts';
import type { Clock } from '../clock.ts';
import type { SessionCertificate } from './certificate.ts';
import { ConnectionError, type HostPort, type NoviceEndpoint, type NoviceEndpointEvent, type NoviceLink } from './contract.ts';
import { addressText, dialAll } from './dialler.ts';
import { Events } from './events.ts';
import type { HandshakeError } from './handshake.ts';
import type { Listener } from './listener.ts';
import { type PendingConnection, PendingConnections } from './pending-connections.ts';
import { RdpServerLink } from './rdp-server-link.ts';
import { SessionIdCheck } from './session-id.ts';

const SESSION_ID_BYTES = 32;

export interface NoviceEndpointOptions {
  readonly clock: Clock;
  readonly certificate: SessionCertificate;
  readonly standing: boolean;
}

/** The novice's end of the race (docs/decisions/0001): RDP server on every connection; the first that presents the session id is let in. */
export class NoviceSide implements NoviceEndpoint {
  readonly sessionId: Uint8Array = new Uint8Array(randomBytes(SESSION_ID_BYTES));
  readonly pin: Uint8Array;
  readonly certificate: Uint8Array;
  readonly #options: NoviceEndpointOptions;
  readonly #check = new SessionIdCheck(this.sessionId);
  readonly #events = new Events<NoviceEndpointEvent>();
  readonly #candidates = new Set<RdpServerLink>();
  readonly #pending = new PendingConnections();
  readonly #dials = new AbortController();
  #listener: Listener | undefined;
  #addresses: readonly HostPort[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: NoviceEndpointOptions) {
    this.#options = options;
    this.pin = options.certificate.pin;
    this.certificate = options.certificate.der;
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

  /** A connection on the listener: the expert's forward connect, or a stranger. */
  readonly accept = (socket: Socket): void => {
    const remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.#begin(socket, 'forward', remote, () => undefined);
  };

  dial(addresses: readonly HostPort[]): void {
    if (this.#closing !== undefined) return;
    let left = 0;
    const failed = (): void => {
      left -= 1;
      if (left === 0 && this.#closing === undefined) this.#events.emit({ tag: 'dialFailed' });
    };
    left = dialAll(addresses, {
      clock: this.#options.clock,
      signal: this.#dials.signal,
      onSocket: (socket, target) => this.#begin(socket, 'reverse', target, failed),
      onFailure: (target, error) => {
        this.#events.emit({ tag: 'refused', by: 'reverse', address: addressText(target), error });
        failed();
      },
    });
    if (left === 0) this.#events.emit({ tag: 'dialFailed' });
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  #begin(socket: Socket, by: ConnectedBy, remote: HostPort, failed: () => void): void {
    if (this.#closing !== undefined) {
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    const address = addressText(remote);
    this.#events.emit({ tag: 'attempt', by, address });
    let link: RdpServerLink | undefined;
    const pending: PendingConnection = {
      remote: remote.host,
      get stage() {
        return link?.stage ?? 0;
      },
      evict: () => link?.refuse(new ConnectionError('ABORTED', 'made room for another connection')),
    };
    const leave = (): void => {
      if (link !== undefined) this.#candidates.delete(link);
      this.#pending.remove(pending);
    };
    // What we dialled ourselves is bounded by the ticket.
    if (by === 'forward') this.#pending.add(pending);
    link = new RdpServerLink({
      socket,
      connection: { by, address },
      certificate: this.#options.certificate,
      clock: this.#options.clock,
      admits: (workingDir) => this.#closing === undefined && this.#check.admit(workingDir),
      presented: (presented) => {
        leave();
        this.#won(presented);
      },
      refused: (error: HandshakeError) => {
        leave();
        if (this.#closing !== undefined) return;
        this.#events.emit({ tag: 'refused', by, address, error });
        failed();
      },
    });
    this.#candidates.add(link);
  }

  #won(link: NoviceLink): void {
    if (this.#options.standing) {
      link.onEvent((event) => {
        if (event.tag === 'ended') this.#check.renew();
      });
      this.#events.emit({ tag: 'presented', link });
      return;
    }
    void this.close();
    this.#events.finish({ tag: 'presented', link });
  }

  async #stop(): Promise<void> {
    this.#dials.abort();
    const losers = [...this.#candidates];
    this.#candidates.clear();
    for (const loser of losers) loser.abandon();
    await Promise.all([this.#listener?.close(), ...losers.map(({ gone }) => gone)]);
  }
}
