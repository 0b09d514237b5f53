import type { Channel } from '../../protocol/rdp/channels/contract.ts';
import { base64Encode } from '../../protocol/bytes/text.ts';
import type { NoDoor, SessionConnection, WayId } from '../../protocol/assistance/status.ts';
import type { WayTicket } from '../../protocol/assistance/ways.ts';
import { pinOf } from './certificate.ts';
import type { ExpectedNovice, ExpertEndpoint, ExpertEndpointEvent, ExpertLink } from './contract.ts';
import { Emitter } from '../emitter.ts';
import type { ExpertEngine } from './expert-engine.ts';
import { isCommittedTo } from './key-commitment.ts';
import { Race, type RaceParts } from './race.ts';
import type { Carrier } from './ways/contract.ts';
import { samePin } from './session-id.ts';

export interface ExpertEndpointOptions extends Omit<RaceParts, 'role' | 'tell'> {
  readonly engine: ExpertEngine;
  readonly userName: string;
  readonly channels: readonly Channel[];
}

/** What the handshake goes by, wherever the novice's ticket comes from. */
interface Identity {
  readonly workingDir: string;
  readonly trusts: (der: Uint8Array) => boolean;
}

function identityOf(novice: ExpectedNovice): Identity {
  if ('pin' in novice) {
    const { sessionId, pin } = novice;
    return { workingDir: base64Encode(sessionId), trusts: (der) => samePin(pinOf(der), pin) };
  }
  return { workingDir: novice.raSessionId, trusts: (der) => isCommittedTo(novice, der) };
}

/** The expert's end of the race (docs/decisions/0001): RDP client on every connection; the first whose certificate is the pinned one wins. */
export class ExpertSide implements ExpertEndpoint {
  private readonly options: ExpertEndpointOptions;
  private readonly events = new Emitter<ExpertEndpointEvent>();
  private readonly race: Race;

  constructor(options: ExpertEndpointOptions) {
    this.options = options;
    this.race = new Race({ ...options, role: 'expert', tell: (event) => this.events.emit(event) });
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

  expect(novice: ExpectedNovice): void {
    if (!this.race.expect(novice)) return;
    const { engine, clock, userName, channels } = this.options;
    const identity = identityOf(novice);
    const told = (carrier: Carrier, by: WayId): SessionConnection => this.race.told(carrier, by);
    this.race.begin(({ carrier, by, ...more }, { left, refused }) =>
      engine({
        ...identity,
        ...more,
        carrier,
        get connection() {
          return told(carrier, by);
        },
        clock,
        userName,
        channels,
        verified: (link) => {
          left();
          return this.won(link);
        },
        refused,
      }),
    );
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

  private won(link: ExpertLink): boolean {
    if (this.race.over) return false;
    void this.close();
    this.events.finish({ tag: 'verified', link });
    return true;
  }
}
