import type { ExpertEffect, ExpertEvent } from '../../protocol/assistance/expert-negotiation.ts';
import { takesText } from '../../protocol/rendezvous/features.ts';
import { ExpertNegotiation } from '../../protocol/assistance/expert-negotiation.ts';
import { TICKET_ID_BYTES } from '../../protocol/assistance/ticket.ts';
import type { ExpertEndpoint, ExpertEndpointEvent } from '../connection/contract.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceParts } from './contract.ts';
import { RendezvousCourier } from './courier.ts';
import { errorText } from './error-text.ts';
import type { ExpertNews, ExpertRole } from './expert-role.ts';
import { NegotiationDriver } from './negotiation-driver.ts';
import { trustedAnswer } from './open-trust.ts';
import { raceSignal } from './race-signal.ts';
import { followRendezvous, logRefusal, sendTicket, type TrustedRendezvous } from './rendezvous-signal.ts';
import type { Entrance, SessionHost } from './running-session.ts';

/** The expert's side of KB 306298, from the invitation just shown (or the offer just sent): the seven steps. */
export class ExpertByMessenger implements Entrance<ExpertNews> {
  readonly progress: ExpertNegotiation;
  private readonly role: ExpertRole;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly rendezvous: RendezvousSession;
  private readonly driver: NegotiationDriver<ExpertEvent, ExpertEffect>;
  private readonly courier: RendezvousCourier;
  private endpoint: ExpertEndpoint | undefined;

  constructor(role: ExpertRole, parts: AssistanceParts, host: SessionHost, { rendezvous, trust }: TrustedRendezvous) {
    this.role = role;
    this.parts = parts;
    this.host = host;
    this.rendezvous = rendezvous;
    const { scope, startedAtMs } = role.life;
    const offered = rendezvous.flag === 'INVITER';
    this.progress = new ExpertNegotiation(host.random(TICKET_ID_BYTES), parts.connection.ways, trust, startedAtMs, offered);
    this.driver = new NegotiationDriver(
      this.progress,
      parts.clock,
      (effect) => this.perform(effect),
      () => host.changed(),
    );
    scope.add(() => this.driver.stop());
    this.courier = new RendezvousCourier(parts.messengers, 'expert', rendezvous, () => role.endedWhileMissing());
    scope.add(() => this.courier.close());
    role.use(this.courier);
    scope.add(
      followRendezvous({
        rendezvous,
        role: 'expert',
        host,
        dispatch: (signal) => {
          if (this.courier.took(signal, () => role.endedWhileMissing())) return;
          // The novice has taken our offer: from here on it is as if they had asked and we had said yes.
          this.driver.dispatch(offered && signal.tag === 'accepted' ? this.yes : signal);
        },
      }),
    );
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

  get takesText(): boolean {
    return takesText(this.rendezvous.peerFeatures);
  }

  get offered(): boolean {
    return this.rendezvous.flag === 'INVITER';
  }

  /** The person's yes to the invitation; an offer is on its way already. */
  begin(): void {
    if (this.rendezvous.flag === 'INVITEE') this.driver.dispatch(this.yes);
  }

  enterCode(code: string): void {
    this.driver.dispatch({ tag: 'code', code });
  }

  /** To an invitation that has not been accepted it is a no. */
  stop(): void {
    this.driver.dispatch({ tag: 'stop' });
  }

  tell(news: ExpertNews): void {
    if (news.tag === 'shown') return;
    if (news.tag === 'active') this.role.life.showing();
    this.driver.dispatch(news);
  }

  private perform(effect: ExpertEffect): void {
    switch (effect.tag) {
      case 'acceptInvitation':
        this.acceptInvitation();
        return;
      case 'remember':
        this.parts.trust.remember(this.rendezvous.peer, effect.device);
        return;
      case 'declineInvitation':
        // A guest's was accepted when its code was to be proved.
        if (this.progress.trust.isAdmitted) this.rendezvous.cancel('REJECT');
        else this.rendezvous.decline();
        return;
      case 'rememberTicket':
        this.host.tickets.remember(effect.id);
        return;
      case 'openEndpoint':
        void this.openEndpoint();
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
      case 'refused':
        logRefusal(this.host.log, 'expert', effect.error);
        return;
      case 'closeLink':
        // The session's scope closes it.
        return;
      case 'cancelRendezvous':
        this.rendezvous.cancel(effect.code);
        return;
      case 'ended':
        // A request that was not answered, or answered with no, is kept too: the expert may want to call back.
        void this.role.finish();
    }
  }

  /** Somebody's yes, with what the novice's program has said of itself. */
  private get yes(): Extract<ExpertEvent, { tag: 'accept' }> {
    const { peerFeatures: features } = this.rendezvous;
    return { tag: 'accept', ...(features === undefined ? {} : { features }) };
  }

  private acceptInvitation(): void {
    const { rendezvous, progress } = this;
    if (rendezvous.flag !== 'INVITEE') return;
    const { peerFeatures } = rendezvous;
    rendezvous.accept({ features: progress.trust.features(peerFeatures), ...trustedAnswer(progress.trust, peerFeatures) });
  }

  private async openEndpoint(): Promise<void> {
    const { parts, role } = this;
    try {
      const reach = parts.messengers.reachOf(this.rendezvous.peer.transport);
      const options = { engine: parts.engine(), userName: parts.userName(), channels: role.channels, reach };
      const endpoint = await role.life.scope.open((signal) => parts.connection.openExpert(options, signal));
      if (endpoint === undefined) return;
      this.endpoint = endpoint;
      role.life.noDoor = endpoint.noDoor;
      role.life.scope.add(endpoint.onEvent((event) => this.onEndpoint(event)));
      this.driver.dispatch({ tag: 'endpointOpened', addresses: endpoint.ticket.addresses });
    } catch (error) {
      this.driver.dispatch({ tag: 'endpointFailed', detail: errorText(error) });
    }
  }

  private onEndpoint(event: ExpertEndpointEvent): void {
    if (event.tag !== 'verified') {
      this.driver.dispatch(raceSignal(event, 'expert', this.host.log));
      return;
    }
    this.role.connected(event.link, false);
    this.driver.dispatch({ tag: 'verified', connection: event.link.connection });
  }
}
