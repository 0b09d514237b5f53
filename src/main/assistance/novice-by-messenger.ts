import type { NoviceEffect, NoviceEvent } from '../../protocol/assistance/novice-negotiation.ts';
import { NoviceNegotiation } from '../../protocol/assistance/novice-negotiation.ts';
import type { RendezvousSignal } from '../../protocol/assistance/negotiation.ts';
import type { NoviceEndpoint, NoviceEndpointEvent } from '../connection/contract.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceParts } from './contract.ts';
import { RendezvousCourier } from './courier.ts';
import { errorText } from './error-text.ts';
import { noviceFeatures } from './novice-features.ts';
import { NegotiationDriver } from './negotiation-driver.ts';
import type { NoviceNews, NoviceRole } from './novice-role.ts';
import { trustedAnswer } from './open-trust.ts';
import { raceSignal } from './race-signal.ts';
import { followRendezvous, logRefusal, sendTicket, type TrustedRendezvous } from './rendezvous-signal.ts';
import type { Entrance, SessionHost } from './running-session.ts';
import { noviceChannels } from './session-channels.ts';

/** The novice's side of KB 306298, from the invitation just sent (or the offer just taken): the seven steps. */
export class NoviceByMessenger implements Entrance<NoviceNews> {
  readonly progress: NoviceNegotiation;
  private readonly role: NoviceRole;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly rendezvous: RendezvousSession;
  private readonly driver: NegotiationDriver<NoviceEvent, NoviceEffect>;
  private readonly courier: RendezvousCourier;
  private endpoint: NoviceEndpoint | undefined;

  constructor(role: NoviceRole, parts: AssistanceParts, host: SessionHost, { rendezvous, trust }: TrustedRendezvous) {
    this.role = role;
    this.parts = parts;
    this.host = host;
    this.rendezvous = rendezvous;
    this.progress = new NoviceNegotiation(parts.connection.ways, trust, role.life.startedAtMs, rendezvous.flag === 'INVITEE');
    this.driver = new NegotiationDriver(
      this.progress,
      parts.clock,
      (effect) => this.perform(effect),
      () => host.changed(),
    );
    role.life.scope.add(() => this.driver.stop());
    this.courier = new RendezvousCourier(parts.messengers, 'novice', rendezvous, () => role.endedWhileMissing());
    role.life.scope.add(() => this.courier.close());
    role.use(this.courier);
    const dispatch = (signal: RendezvousSignal): void => {
      if (!this.courier.took(signal, () => role.endedWhileMissing())) this.driver.dispatch(signal);
    };
    role.life.scope.add(followRendezvous({ rendezvous, role: 'novice', host, dispatch }));
  }

  adopt(rendezvous: RendezvousSession): boolean {
    return this.courier.adopt(rendezvous);
  }

  get id(): string {
    return this.rendezvous.id;
  }
  get peer(): RendezvousSession['peer'] {
    return this.progress.trust.about(this.rendezvous.peer);
  }

  get offered(): boolean {
    return this.rendezvous.flag === 'INVITEE';
  }

  /** Takes the offer, where it is one. */
  begin(): void {
    const { rendezvous, progress, parts } = this;
    if (rendezvous.flag !== 'INVITEE') return;
    const { peerFeatures: features } = rendezvous;
    this.driver.dispatch({ tag: 'accepted', ...(features === undefined ? {} : { features }) });
    if (progress.phase.tag === 'ended') return;
    rendezvous.accept({ features: noviceFeatures(parts.desktop, progress.trust, features), ...trustedAnswer(progress.trust, features) });
  }

  enterCode(code: string): void {
    this.driver.dispatch({ tag: 'code', code });
  }

  stop(): void {
    this.driver.dispatch({ tag: 'stop' });
  }

  tell(news: NoviceNews): void {
    if (news.tag === 'active') this.role.life.showing();
    this.driver.dispatch(news);
  }

  private perform(effect: NoviceEffect): void {
    switch (effect.tag) {
      case 'rememberTicket':
        this.host.tickets.remember(effect.id);
        return;
      case 'openEndpoint':
        void this.openEndpoint(effect.sessionId);
        return;
      case 'remember':
        this.parts.trust.remember(this.rendezvous.peer, effect.device);
        return;
      case 'sendContextData':
        sendTicket(this.rendezvous, effect, this.driver);
        return;
      case 'expect':
        this.endpoint?.expect(effect.ticket);
        return;
      case 'reach':
        this.endpoint?.reach(effect.way);
        return;
      case 'signal':
        this.endpoint?.signal(effect.way, effect.text);
        return;
      case 'askViewConsent':
        void this.askView();
        return;
      case 'admit':
        this.role.admit();
        return;
      case 'refused':
        logRefusal(this.host.log, 'novice', effect.error);
        return;
      case 'closeLink':
        this.role.closeLink(effect.reason);
        return;
      case 'cancelRendezvous':
        this.rendezvous.cancel(effect.code);
        return;
      case 'ended':
        this.role.finish();
    }
  }

  private async openEndpoint(sessionId: Uint8Array | undefined): Promise<void> {
    try {
      const { messengers, connection } = this.parts;
      const reach = messengers.reachOf(this.rendezvous.peer.transport);
      const options = { reach, ...(sessionId === undefined ? {} : { sessionId }) };
      const endpoint = await this.role.life.scope.open((signal) => connection.openNovice(signal, options));
      if (endpoint === undefined) return;
      this.endpoint = endpoint;
      this.role.life.noDoor = endpoint.noDoor;
      this.role.life.scope.add(endpoint.onEvent((event) => this.onEndpoint(event)));
      const { ticket, sessionId: id, pin } = endpoint;
      this.driver.dispatch({ tag: 'endpointOpened', addresses: ticket.addresses, sessionId: id, pin });
    } catch (error) {
      this.driver.dispatch({ tag: 'endpointFailed', detail: errorText(error) });
    }
  }

  private onEndpoint(event: NoviceEndpointEvent): void {
    if (event.tag !== 'presented') {
      this.driver.dispatch(raceSignal(event, 'novice', this.host.log));
      return;
    }
    this.role.connected(event.link, noviceChannels());
    this.driver.dispatch({ tag: 'presented', connection: event.link.connection });
  }

  private async askView(): Promise<void> {
    const allowed = await this.role.askView();
    this.driver.dispatch({ tag: allowed ? 'viewAllowed' : 'viewRefused' });
  }
}
