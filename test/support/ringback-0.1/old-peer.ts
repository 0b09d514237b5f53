import { NegotiationDriver } from '../../../src/main/assistance/negotiation-driver.ts';
import type { Clock } from '../../../src/main/clock.ts';
import type {
  ConnectionRoom,
  ExpertEndpoint,
  ExpertLink,
  LinkEnd,
  NoviceEndpoint,
  NoviceLink,
} from '../../../src/main/connection/contract.ts';
import type { RendezvousEvent } from './contract.ts';
import { type ExpertEffect, type ExpertEvent, ExpertNegotiation } from './expert-negotiation.ts';
import type { LinkEndSignal, RendezvousSignal } from './negotiation.ts';
import { type NoviceEffect, type NoviceEvent, NoviceNegotiation } from './novice-negotiation.ts';
import type { Rendezvous } from './rendezvous.ts';

const DESKTOP = { width: 640, height: 480 };

interface Parts {
  readonly clock: Clock;
  readonly room: ConnectionRoom;
  readonly rendezvous: Rendezvous;
}

function signal(event: RendezvousEvent): RendezvousSignal {
  if (event.tag === 'contextData') return { ...event, seen: [] };
  return event.tag === 'sendError' ? { tag: 'sendError', code: event.error.code } : event;
}

/** 0.1 knows no end for programs that do not fit: there they broke the protocol; nor one of the longest time. */
function oldEnd(end: LinkEnd): LinkEndSignal {
  if (end === 'sessionLimit') return 'timeout';
  return end === 'incompatible' || end === 'engineFailed' ? 'protocolError' : end;
}

/** The old novice: says yes to being seen, shows an empty desktop. */
export class OldNovice {
  readonly machine: NoviceNegotiation;
  private readonly parts: Parts;
  private readonly driver: NegotiationDriver<NoviceEvent, NoviceEffect>;
  private readonly abort = new AbortController();
  private endpoint: NoviceEndpoint | undefined;
  private link: NoviceLink | undefined;

  constructor(parts: Parts) {
    this.parts = parts;
    this.machine = new NoviceNegotiation(parts.clock.now());
    this.driver = new NegotiationDriver(
      this.machine,
      parts.clock,
      (effect) => void this.perform(effect),
      () => {},
    );
    parts.rendezvous.onEvent((event) => this.driver.dispatch(signal(event)));
  }

  stop(): void {
    this.driver.dispatch({ tag: 'stop' });
  }

  private async perform(effect: NoviceEffect): Promise<void> {
    switch (effect.tag) {
      case 'openEndpoint': {
        const endpoint = await this.parts.room.openNovice(this.abort.signal);
        this.endpoint = endpoint;
        endpoint.onEvent((event) => {
          if (event.tag === 'presented') this.presented(event.link);
        });
        const { ticket, sessionId, pin } = endpoint;
        return this.driver.dispatch({ tag: 'endpointOpened', addresses: ticket.addresses, sessionId, pin });
      }
      case 'sendContextData':
        return this.parts.rendezvous.sendContextData(effect.data);
      case 'dial':
        this.endpoint?.expect({ addresses: effect.addresses });
        return this.endpoint?.reach('reverse');
      case 'askViewConsent':
        return this.driver.dispatch({ tag: 'viewAllowed' });
      case 'admit':
        return this.link?.admit(DESKTOP);
      case 'closeLink':
        return this.link?.close(effect.reason);
      case 'cancelRendezvous':
        return this.parts.rendezvous.cancel(effect.code);
      case 'ended':
        this.driver.stop();
        return this.endpoint?.close();
      case 'rememberTicket':
      case 'closeEndpoint':
      case 'refused':
    }
  }

  private presented(link: NoviceLink): void {
    this.link = link;
    link.onEvent((event) => {
      if (event.tag === 'active') this.driver.dispatch({ tag: 'active' });
      else if (event.tag === 'ended') this.driver.dispatch({ tag: 'linkEnded', end: oldEnd(event.end) });
    });
    this.driver.dispatch({ tag: 'presented', connection: { by: 'reverse', address: '' } });
  }
}

/** The old expert: says yes to the invitation. */
export class OldExpert {
  readonly machine: ExpertNegotiation;
  private readonly parts: Parts;
  private readonly driver: NegotiationDriver<ExpertEvent, ExpertEffect>;
  private readonly abort = new AbortController();
  private endpoint: ExpertEndpoint | undefined;
  private link: ExpertLink | undefined;

  constructor(parts: Parts) {
    this.parts = parts;
    this.machine = new ExpertNegotiation(new Uint8Array(32).fill(0x0e), parts.clock.now());
    this.driver = new NegotiationDriver(
      this.machine,
      parts.clock,
      (effect) => void this.perform(effect),
      () => {},
    );
    parts.rendezvous.onEvent((event) => this.driver.dispatch(signal(event)));
    this.driver.dispatch({ tag: 'accept' });
  }

  stop(): void {
    this.driver.dispatch({ tag: 'stop' });
  }

  private async perform(effect: ExpertEffect): Promise<void> {
    switch (effect.tag) {
      case 'acceptInvitation':
        return this.parts.rendezvous.accept();
      case 'declineInvitation':
        return this.parts.rendezvous.decline();
      case 'openEndpoint': {
        const endpoint = await this.parts.room.openExpert({ engine: 'ringback', userName: 'Old' }, this.abort.signal);
        this.endpoint = endpoint;
        endpoint.onEvent((event) => {
          if (event.tag === 'verified') this.verified(event.link);
        });
        return this.driver.dispatch({ tag: 'endpointOpened', addresses: endpoint.ticket.addresses });
      }
      case 'sendContextData':
        return this.parts.rendezvous.sendContextData(effect.data);
      case 'expect':
        return this.endpoint?.expect(effect.ticket);
      case 'forward':
        return this.endpoint?.reach('forward');
      case 'closeLink':
        return this.link?.close();
      case 'cancelRendezvous':
        return this.parts.rendezvous.cancel(effect.code);
      case 'ended':
        this.driver.stop();
        return this.endpoint?.close();
      case 'rememberTicket':
      case 'closeEndpoint':
      case 'refused':
    }
  }

  private verified(link: ExpertLink): void {
    this.link = link;
    link.onEvent((event) => {
      if (event.tag === 'presented' || event.tag === 'active') this.driver.dispatch({ tag: event.tag });
      else if (event.tag === 'ended') this.driver.dispatch({ tag: 'linkEnded', end: oldEnd(event.end) });
    });
    this.driver.dispatch({ tag: 'verified', connection: { by: 'reverse', address: '' } });
  }
}
