import type { RendezvousSignal } from '../../protocol/assistance/negotiation.ts';
import type { NoviceEffect, NoviceEvent } from '../../protocol/assistance/novice-negotiation.ts';
import { NoviceNegotiation } from '../../protocol/assistance/novice-negotiation.ts';
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import type { NoviceEndpoint, NoviceEndpointEvent, NoviceLink } from '../connection/contract.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceParts } from './contract.ts';
import { errorText } from './error-text.ts';
import { followLink } from './negotiated-link.ts';
import { NegotiationDriver } from './negotiation-driver.ts';
import { NoviceSession } from './novice-session.ts';
import { askPerson } from './prompt.ts';
import { followRendezvous, logRefusal, sendTicket } from './rendezvous-signal.ts';
import type { RunningSession, SessionFacts, SessionHost } from './running-session.ts';
import { statusOf } from './running-session.ts';
import { noviceChannels } from './session-channels.ts';
import { SessionLife } from './session-life.ts';

/** The novice's side of KB 306298, from the invitation just sent (or the offer just taken) to the end of the session. */
export class AskForHelp implements RunningSession {
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly rendezvous: RendezvousSession;
  private readonly machine: NoviceNegotiation;
  private readonly driver: NegotiationDriver<NoviceEvent, NoviceEffect>;
  private readonly life: SessionLife;
  private endpoint: NoviceEndpoint | undefined;
  private link: NoviceLink | undefined;
  private session: NoviceSession | undefined;

  constructor(parts: AssistanceParts, host: SessionHost, rendezvous: RendezvousSession) {
    this.parts = parts;
    this.host = host;
    this.rendezvous = rendezvous;
    this.life = new SessionLife(parts, host, 'novice');
    this.machine = new NoviceNegotiation(parts.connection.ways, this.life.startedAtMs);
    this.driver = new NegotiationDriver(
      this.machine,
      parts.clock,
      (effect) => this.perform(effect),
      () => host.changed(),
    );
    this.life.scope.add(() => this.driver.stop());
    const dispatch = (signal: RendezvousSignal): void => this.driver.dispatch(signal);
    this.life.scope.add(followRendezvous({ rendezvous, role: 'novice', host, dispatch }));
    if (rendezvous.flag === 'INVITEE') {
      rendezvous.accept();
      dispatch({ tag: 'accepted', ...(rendezvous.peerFeatures === undefined ? {} : { features: rendezvous.peerFeatures }) });
    }
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

  stop(): void {
    this.driver.dispatch({ tag: 'stop' });
  }

  offerControl(): void {
    this.session?.offerControl();
  }

  takeBackControl(): void {
    this.session?.takeBackControl();
  }

  private perform(effect: NoviceEffect): void {
    switch (effect.tag) {
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
      case 'askViewConsent':
        void this.askViewConsent();
        return;
      case 'admit':
        void this.session?.admit();
        return;
      case 'refused':
        logRefusal(this.host.log, 'novice', effect.error);
        return;
      case 'closeLink': {
        const closing = this.session?.close(effect.reason);
        this.life.scope.add(() => closing);
        return;
      }
      case 'cancelRendezvous':
        this.rendezvous.cancel(effect.code);
        return;
      case 'ended':
        void this.life.finish(() => this.facts);
    }
  }

  private async openEndpoint(): Promise<void> {
    try {
      const endpoint = await this.life.scope.open((signal) => this.parts.connection.openNovice(signal));
      if (endpoint === undefined) return;
      this.endpoint = endpoint;
      this.life.scope.add(endpoint.onEvent((event) => this.onEndpoint(event)));
      const { ticket, sessionId, pin } = endpoint;
      this.driver.dispatch({ tag: 'endpointOpened', addresses: ticket.addresses, sessionId, pin });
    } catch (error) {
      this.driver.dispatch({ tag: 'endpointFailed', detail: errorText(error) });
    }
  }

  private onEndpoint(event: NoviceEndpointEvent): void {
    switch (event.tag) {
      case 'attempt':
        this.driver.dispatch({ tag: 'attempt', way: event.by });
        return;
      case 'refused':
        this.host.log('connection refused', { role: 'novice', by: event.by, code: event.error.code });
        this.driver.dispatch({ tag: 'wayRefused', way: event.by, failure: event.failure });
        return;
      case 'wayFailed':
        this.driver.dispatch({ tag: 'wayFailed', way: event.by, failure: event.failure });
        return;
      case 'presented':
        this.onPresented(event.link);
    }
  }

  private onPresented(link: NoviceLink): void {
    const session = new NoviceSession({
      link,
      channels: noviceChannels(),
      desktop: this.parts.desktop,
      consent: this.parts.consent,
      clock: this.parts.clock,
      peer: this.rendezvous.peer,
      onError: (error) => this.life.logError(error),
      changed: () => this.host.changed(),
      desktopFailed: (detail) => this.driver.dispatch({ tag: 'desktopFailed', detail }),
      failed: (detail) => this.driver.dispatch({ tag: 'failed', detail }),
    });
    this.link = link;
    this.session = session;
    // Whatever way it ends; the reason has been given by `closeLink` before, if there was one to give.
    this.life.scope.add(() => session.close('userRequested'));
    followLink({ link, driver: this.driver, life: this.life, onEvent: (event) => session.onLink(event) });
    this.driver.dispatch({ tag: 'presented', connection: link.connection });
  }

  private async askViewConsent(): Promise<void> {
    const abort = new AbortController();
    this.life.scope.add(() => abort.abort());
    const allowed = await askPerson((signal) => this.parts.consent.allowView(this.rendezvous.peer, signal), abort.signal);
    this.driver.dispatch({ tag: allowed ? 'viewAllowed' : 'viewRefused' });
  }

  private get facts(): SessionFacts {
    const {
      life: { startedAtMs },
      rendezvous: { id, peer },
      machine: negotiation,
      link,
      session,
    } = this;
    return { role: 'novice', id, peer, startedAtMs, negotiation, link, session };
  }
}
