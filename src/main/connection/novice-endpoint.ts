import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { SessionCertificate } from './certificate.ts';
import type { HostPort, NoviceEndpoint, NoviceEndpointEvent, NoviceLink } from './contract.ts';
import { addressText } from './dialler.ts';
import { Emitter } from '../emitter.ts';
import type { Listener } from './listener.ts';
import { Race, type StartHandshake, discard, remoteOf } from './race.ts';
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
  private readonly options: NoviceEndpointOptions;
  private readonly check = new SessionIdCheck(this.sessionId);
  private readonly events = new Emitter<NoviceEndpointEvent>();
  private readonly race: Race;
  private ticketAddresses: readonly HostPort[] = [];

  constructor(options: NoviceEndpointOptions) {
    this.options = options;
    this.pin = options.certificate.pin;
    this.certificate = options.certificate.der;
    this.race = new Race({
      clock: options.clock,
      dialledBy: 'reverse',
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

  /** A connection on the listener: the expert's forward connect, or a stranger. */
  readonly accept = (socket: Socket): void => {
    if (this.race.over) return discard(socket);
    const remote = remoteOf(socket);
    this.events.emit({ tag: 'attempt', by: 'forward', address: addressText(remote) });
    this.race.enter({ socket, by: 'forward', remote }, this.start);
  };

  dial(addresses: readonly HostPort[]): void {
    if (!this.race.over) this.race.dial(addresses, this.start);
  }

  close(): Promise<void> {
    return this.race.close();
  }

  private readonly start: StartHandshake = ({ socket, by, remote }, { left, refused }) =>
    new RdpServerLink({
      socket,
      connection: { by, address: addressText(remote) },
      certificate: this.options.certificate,
      clock: this.options.clock,
      admits: (workingDir) => !this.race.over && this.check.admit(workingDir),
      presented: (link) => {
        left();
        this.won(link);
      },
      refused,
    });

  private won(link: NoviceLink): void {
    if (this.options.standing) {
      link.onEvent((event) => {
        if (event.tag === 'ended') this.check.renew();
      });
      this.events.emit({ tag: 'presented', link });
      return;
    }
    void this.close();
    this.events.finish({ tag: 'presented', link });
  }
}
