import type { ExpertEffect, ExpertEvent } from '../../protocol/assistance/expert-negotiation.ts';
import { ExpertNegotiation } from '../../protocol/assistance/expert-negotiation.ts';
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import { TICKET_ID_BYTES } from '../../protocol/assistance/ticket.ts';
import type { ExpertEndpoint, ExpertEndpointEvent, ExpertLink } from '../connection/contract.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceParts, Invitation, ViewerSink } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { errorText } from './error-text.ts';
import { ExpertSession } from './expert-session.ts';
import { followLink } from './negotiated-link.ts';
import { NegotiationDriver } from './negotiation-driver.ts';
import { followRendezvous, logRefusal, sendTicket } from './rendezvous-signal.ts';
import type { RunningSession, SessionFacts, SessionHost } from './running-session.ts';
import { statusOf } from './running-session.ts';
import { expertChannels, type ExpertChannels } from './session-channels.ts';
import { SessionLife } from './session-life.ts';
import { ViewerSeats } from './viewer-seats.ts';

/** The expert's side of KB 306298, from the invitation just shown (or the offer just sent) to the end of the session. */
export class GiveHelp implements RunningSession {
  readonly invitation: Invitation;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly rendezvous: RendezvousSession;
  private readonly machine: ExpertNegotiation;
  private readonly driver: NegotiationDriver<ExpertEvent, ExpertEffect>;
  private readonly life: SessionLife;
  private readonly viewers = new ViewerSeats();
  private readonly channels: ExpertChannels;
  private endpoint: ExpertEndpoint | undefined;
  private link: ExpertLink | undefined;
  private session: ExpertSession | undefined;
  private accepted = false;

  constructor(parts: AssistanceParts, host: SessionHost, rendezvous: RendezvousSession) {
    this.parts = parts;
    this.host = host;
    this.rendezvous = rendezvous;
    this.life = new SessionLife(parts, host, 'expert');
    this.channels = expertChannels({ changed: () => this.session?.controlChanged(), named: () => undefined });
    this.invitation = { id: rendezvous.id, from: rendezvous.peer, receivedAtMs: this.life.startedAtMs };
    const offered = rendezvous.flag === 'INVITER';
    this.machine = new ExpertNegotiation(host.random(TICKET_ID_BYTES), parts.connection.ways, this.life.startedAtMs, offered);
    this.accepted = offered;
    this.driver = new NegotiationDriver(
      this.machine,
      parts.clock,
      (effect) => this.perform(effect),
      () => host.changed(),
    );
    this.life.scope.add(() => this.driver.stop());
    this.life.scope.add(() => this.viewers.close());
    this.life.scope.add(
      followRendezvous({
        rendezvous,
        role: 'expert',
        host,
        dispatch: (signal) => {
          // The novice has taken our offer: from here on it is as if they had asked and we had said yes.
          this.driver.dispatch(offered && signal.tag === 'accepted' ? { tag: 'accept' } : signal);
        },
      }),
    );
  }

  get closed(): Promise<void> {
    return this.life.closed;
  }
  get over(): boolean {
    return this.machine.state.tag === 'ended';
  }

  get status(): SessionStatus {
    return statusOf(this.facts);
  }

  accept(): void {
    this.accepted = true;
    this.driver.dispatch({ tag: 'accept' });
  }

  decline(): void {
    this.driver.dispatch({ tag: 'decline' });
  }

  stop(): void {
    this.driver.dispatch({ tag: 'stop' });
  }

  /** The program quits: lets an unanswered invitation go without a word; the messenger's signing out says it. */
  async abandon(): Promise<void> {
    await this.life.finish(() => undefined);
  }

  requestControl(): void {
    if (this.session === undefined || this.over) throw new AssistanceError('NO_CHANNEL', 'not connected yet');
    this.session.requestControl();
  }

  releaseControl(): void {
    this.session?.releaseControl();
  }

  attachViewer(sink: ViewerSink): () => void {
    return this.viewers.attach(sink);
  }

  private perform(effect: ExpertEffect): void {
    switch (effect.tag) {
      case 'acceptInvitation':
        if (this.rendezvous.flag === 'INVITEE') this.rendezvous.accept();
        return;
      case 'declineInvitation':
        this.rendezvous.decline();
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
      case 'refused':
        logRefusal(this.host.log, 'expert', effect.error);
        return;
      case 'closeLink':
        // Registered in the scope when it was opened.
        return;
      case 'cancelRendezvous':
        this.rendezvous.cancel(effect.code);
        return;
      case 'ended':
        // An invitation that was never accepted is no session.
        void this.life.finish(() => (this.accepted ? this.facts : undefined));
    }
  }

  private async openEndpoint(): Promise<void> {
    try {
      const endpoint = await this.life.scope.open((signal) =>
        this.parts.connection.openExpert(
          { engine: this.parts.engine(), userName: this.parts.userName(), channels: this.channels.list },
          signal,
        ),
      );
      if (endpoint === undefined) return;
      this.endpoint = endpoint;
      this.life.scope.add(endpoint.onEvent((event) => this.onEndpoint(event)));
      this.driver.dispatch({ tag: 'endpointOpened', addresses: endpoint.ticket.addresses });
    } catch (error) {
      this.driver.dispatch({ tag: 'endpointFailed', detail: errorText(error) });
    }
  }

  private onEndpoint(event: ExpertEndpointEvent): void {
    switch (event.tag) {
      case 'attempt':
        this.driver.dispatch({ tag: 'attempt', way: event.by });
        return;
      case 'refused':
        this.host.log('connection refused', { role: 'expert', by: event.by, code: event.error.code });
        this.driver.dispatch({ tag: 'wayRefused', way: event.by, failure: event.failure });
        return;
      case 'wayFailed':
        this.driver.dispatch({ tag: 'wayFailed', way: event.by, failure: event.failure });
        return;
      case 'verified':
        this.onVerified(event.link);
    }
  }

  private onVerified(link: ExpertLink): void {
    const session = new ExpertSession({
      link,
      control: this.channels.control,
      clock: this.parts.clock,
      onError: (error) => this.life.logError(error),
      changed: () => this.host.changed(),
    });
    this.link = link;
    this.session = session;
    this.life.scope.add(() => session.close());
    followLink({
      link,
      driver: this.driver,
      life: this.life,
      onEvent: (event) => {
        if (event.tag === 'presented') this.driver.dispatch({ tag: 'presented' });
        session.onLink(event);
      },
    });
    this.driver.dispatch({ tag: 'verified', connection: link.connection });
    this.viewers.connect(session);
  }

  private get facts(): SessionFacts {
    const {
      life: { startedAtMs },
      rendezvous: { id, peer },
      machine: negotiation,
      link,
      session,
    } = this;
    return { role: 'expert', id, peer, startedAtMs, negotiation, link, session };
  }
}
