import { ProtocolError } from '../../protocol/bytes/errors.ts';
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
import { NegotiationDriver } from './negotiation-driver.ts';
import { rendezvousSignal, sendTicket } from './rendezvous-signal.ts';
import type { RunningSession, SessionFacts, SessionHost } from './running-session.ts';
import { everyTrafficPeriod, historyEntryOf, statusOf } from './running-session.ts';
import { Scope } from './scope.ts';

/** The expert's side of KB 306298, from the invitation just shown (or the offer just sent) to the end of the session. */
export class GiveHelp implements RunningSession {
  readonly closed: Promise<void>;
  readonly invitation: Invitation;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly rendezvous: RendezvousSession;
  private readonly machine: ExpertNegotiation;
  private readonly driver: NegotiationDriver<ExpertEvent, ExpertEffect>;
  private readonly scope: Scope;
  private readonly startedAtMs: number;
  private endpoint: ExpertEndpoint | undefined;
  private link: ExpertLink | undefined;
  private session: ExpertSession | undefined;
  private viewer: { readonly sink: ViewerSink; detach: () => void } | undefined;
  private accepted = false;
  private viewed = false;
  private resolveClosed: () => void = () => {};

  constructor(parts: AssistanceParts, host: SessionHost, rendezvous: RendezvousSession) {
    this.parts = parts;
    this.host = host;
    this.rendezvous = rendezvous;
    this.startedAtMs = parts.clock.now();
    this.invitation = { id: rendezvous.id, from: rendezvous.peer, receivedAtMs: this.startedAtMs };
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
    this.scope = new Scope((error) => this.logError(error));
    const offered = rendezvous.flag === 'INVITER';
    this.machine = new ExpertNegotiation(host.random(TICKET_ID_BYTES), this.startedAtMs, offered);
    this.accepted = offered;
    this.driver = new NegotiationDriver(
      this.machine,
      parts.clock,
      (effect) => this.perform(effect),
      () => host.changed(),
    );
    this.scope.add(() => this.driver.stop());
    this.scope.add(
      rendezvous.onEvent((event) => {
        // The novice has taken our offer: from here on it is as if they had asked and we had said yes.
        if (offered && event.tag === 'accepted') this.driver.dispatch({ tag: 'accept' });
        else this.driver.dispatch(rendezvousSignal(event, host.tickets.seen));
      }),
    );
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
    await this.scope.close();
    this.resolveClosed();
  }

  requestControl(): void {
    if (this.session === undefined || this.over) throw new AssistanceError('NO_CHANNEL', 'not connected yet');
    this.session.requestControl();
  }

  releaseControl(): void {
    this.session?.releaseControl();
  }

  /** May come before the connection; the picture starts when there is one. */
  attachViewer(sink: ViewerSink): () => void {
    this.viewer?.detach();
    const viewer = { sink, detach: this.session?.attach(sink) ?? ((): void => {}) };
    this.viewer = viewer;
    return () => {
      viewer.detach();
      if (this.viewer === viewer) this.viewer = undefined;
    };
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
        this.sendTicket(effect.data);
        return;
      case 'expect':
        this.endpoint?.expect(effect.ticket);
        return;
      case 'forward':
        this.endpoint?.forward();
        return;
      case 'refused':
        this.host.log('message refused', { role: 'expert', code: effect.error.code, field: effect.error.field });
        return;
      case 'closeLink':
      case 'closeEndpoint':
        // Registered in the scope when they were opened.
        return;
      case 'cancelRendezvous':
        this.rendezvous.cancel(effect.code);
        return;
      case 'ended':
        void this.finish();
    }
  }

  private async openEndpoint(): Promise<void> {
    const abort = new AbortController();
    const opening = this.parts.connection.openExpert({ engine: this.parts.engine(), userName: this.parts.userName() }, abort.signal);
    this.scope.add(async () => {
      // An endpoint that is open is closed in good order; one that is still opening is called off.
      if (this.endpoint === undefined) abort.abort();
      const endpoint = await opening.catch(() => undefined);
      await endpoint?.close();
    });
    try {
      const endpoint = await opening;
      if (this.scope.closed) return;
      this.endpoint = endpoint;
      this.scope.add(endpoint.onEvent((event) => this.onEndpoint(event)));
      this.driver.dispatch({ tag: 'endpointOpened', addresses: endpoint.addresses });
    } catch (error) {
      this.driver.dispatch({ tag: 'endpointFailed', detail: errorText(error) });
    }
  }

  private onEndpoint(event: ExpertEndpointEvent): void {
    switch (event.tag) {
      case 'attempt':
        this.driver.dispatch({ tag: 'attempt', by: event.by });
        return;
      case 'refused':
        this.host.log('connection refused', { role: 'expert', by: event.by, code: event.error.code });
        if (event.error.code === 'PIN_MISMATCH') this.driver.dispatch({ tag: 'pinMismatch' });
        return;
      case 'dialFailed':
        this.driver.dispatch({ tag: 'dialFailed' });
        return;
      case 'verified':
        this.onVerified(event.link);
    }
  }

  private onVerified(link: ExpertLink): void {
    const session = new ExpertSession({
      link,
      clock: this.parts.clock,
      onError: (error) => this.logError(error),
      changed: () => this.host.changed(),
    });
    this.link = link;
    this.session = session;
    this.scope.add(() => session.close());
    this.scope.add(
      link.onEvent((event) => {
        if (event.tag === 'ended') {
          const detail = event.error === undefined ? {} : { detail: event.error.message };
          this.driver.dispatch({ tag: 'linkEnded', end: event.end, ...detail });
          return;
        }
        if (event.tag === 'presented') this.driver.dispatch({ tag: 'presented' });
        if (event.tag === 'active') {
          if (!this.viewed) this.scope.add(everyTrafficPeriod(this.parts.clock, () => this.host.changed()));
          this.viewed = true;
          this.driver.dispatch({ tag: 'active' });
        }
        this.guarded(() => session.onLink(event));
      }),
    );
    this.driver.dispatch({ tag: 'verified', connection: link.connection });
    if (this.viewer !== undefined) this.viewer.detach = session.attach(this.viewer.sink);
  }

  private guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.driver.dispatch({ tag: error instanceof ProtocolError ? 'peerBroke' : 'failed', detail: errorText(error) });
    }
  }

  private sendTicket(data: string): void {
    const refused = sendTicket(this.rendezvous, data);
    if (refused !== undefined) this.driver.dispatch(refused);
  }

  private get facts(): SessionFacts {
    const { rendezvous, startedAtMs, machine: negotiation, link, session } = this;
    return { role: 'expert', rendezvous, startedAtMs, negotiation, link, session };
  }

  private async finish(): Promise<void> {
    await this.scope.close();
    // An invitation that was never accepted is no session.
    const entry = this.accepted ? historyEntryOf(this.facts, this.viewed) : undefined;
    try {
      if (entry !== undefined) await this.parts.history.add(entry);
    } catch (error) {
      this.logError(error);
    }
    this.resolveClosed();
  }

  private logError(error: unknown): void {
    this.host.log('error', { role: 'expert', message: errorText(error) });
  }
}
