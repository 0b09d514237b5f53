import { randomBytes } from 'node:crypto';
import type { NoDoor, SessionConnection, WayId } from '../../protocol/assistance/status.ts';
import type { WayTicket } from '../../protocol/assistance/ways.ts';
import type { SessionCertificate } from './certificate.ts';
import type { NoviceEndpoint, NoviceEndpointEvent, NoviceLink } from './contract.ts';
import { Emitter } from '../emitter.ts';
import { Race, type RaceParts } from './race.ts';
import type { Carrier } from './ways/contract.ts';
import { RdpServerLink } from './rdp-server-link.ts';
import { SessionIdCheck } from './session-id.ts';

const SESSION_ID_BYTES = 32;

export interface NoviceEndpointOptions extends Omit<RaceParts, 'role' | 'tell'> {
  readonly certificate: SessionCertificate;
  readonly standing: boolean;
  readonly returning: boolean;
  readonly sessionId: Uint8Array | undefined;
}

/** The novice's end of the race (docs/decisions/0001): RDP server on every connection; the first that presents the session id is let in. */
export class NoviceSide implements NoviceEndpoint {
  readonly sessionId: Uint8Array;
  readonly pin: Uint8Array;
  readonly certificate: Uint8Array;
  readonly identity: SessionCertificate;
  private readonly standing: boolean;
  private readonly returning: boolean;
  private readonly check: SessionIdCheck;
  private readonly events = new Emitter<NoviceEndpointEvent>();
  private readonly race: Race;

  constructor({ certificate, standing, returning, sessionId, ...parts }: NoviceEndpointOptions) {
    this.sessionId = sessionId ?? new Uint8Array(randomBytes(SESSION_ID_BYTES));
    this.check = new SessionIdCheck(this.sessionId);
    this.standing = standing;
    this.returning = returning;
    this.identity = certificate;
    this.pin = certificate.pin;
    this.certificate = certificate.der;
    this.race = new Race({ ...parts, role: 'novice', tell: (event) => this.events.emit(event) });
    const told = (carrier: Carrier, by: WayId): SessionConnection => this.race.told(carrier, by);
    this.race.begin(
      ({ carrier, by, ...more }, { left, refused }) =>
        new RdpServerLink({
          ...more,
          carrier,
          get connection() {
            return told(carrier, by);
          },
          certificate,
          clock: parts.clock,
          admits: (workingDir) => !this.race.over && this.check.admit(workingDir),
          presented: (link) => {
            left();
            this.won(link);
          },
          refused,
        }),
    );
  }

  /** Once, before anything else. Rejects as {@link Race.open} does. */
  open(signal: AbortSignal): Promise<void> {
    return this.race.open(signal);
  }

  get ticket(): WayTicket {
    return this.race.ticket;
  }

  get noDoor(): NoDoor | undefined {
    return this.race.noDoor;
  }

  readonly onEvent = this.events.on;

  expect(ticket: WayTicket): void {
    this.race.expect(ticket);
  }

  moved(ticket: WayTicket): void {
    this.race.moved(ticket);
  }

  reach(way: WayId): void {
    this.race.reach(way);
  }

  signal(way: WayId, text: string): void {
    this.race.signal(way, text);
  }

  close(): Promise<void> {
    return this.race.close();
  }

  private won(link: NoviceLink): void {
    if (this.returning) {
      this.check.renew();
      this.events.emit({ tag: 'presented', link });
      return;
    }
    if (this.standing) {
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
