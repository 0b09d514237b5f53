import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { NoviceEffect, NoviceEvent } from '../../protocol/assistance/novice-negotiation.ts';
import { NoviceNegotiation } from '../../protocol/assistance/novice-negotiation.ts';
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import type { NoviceEndpoint, NoviceEndpointEvent, NoviceLink } from '../connection/contract.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceParts } from './contract.ts';
import { errorText } from './error-text.ts';
import { NegotiationDriver } from './negotiation-driver.ts';
import { NoviceSession } from './novice-session.ts';
import { askPerson } from './prompt.ts';
import { rendezvousSignal, sendTicket } from './rendezvous-signal.ts';
import type { RunningSession, SessionFacts, SessionHost } from './running-session.ts';
import { everyTrafficPeriod, historyEntryOf, statusOf } from './running-session.ts';
import { Scope } from './scope.ts';

/** The novice's side of KB 306298, from the invitation just sent (or the offer just taken) to the end of the session. */
export class AskForHelp implements RunningSession {
  readonly closed: Promise<void>;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly rendezvous: RendezvousSession;
  private readonly machine: NoviceNegotiation;
  private readonly driver: NegotiationDriver<NoviceEvent, NoviceEffect>;
  private readonly scope: Scope;
  private readonly startedAtMs: number;
  private endpoint: NoviceEndpoint | undefined;
  private link: NoviceLink | undefined;
  private session: NoviceSession | undefined;
  private viewed = false;
  private resolveClosed: () => void = () => {};

  constructor(parts: AssistanceParts, host: SessionHost, rendezvous: RendezvousSession) {
    this.parts = parts;
    this.host = host;
    this.rendezvous = rendezvous;
    this.startedAtMs = parts.clock.now();
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
    this.scope = new Scope((error) => this.logError(error));
    this.machine = new NoviceNegotiation(this.startedAtMs);
    this.driver = new NegotiationDriver(
      this.machine,
      parts.clock,
      (effect) => this.perform(effect),
      () => host.changed(),
    );
    this.scope.add(() => this.driver.stop());
    this.scope.add(rendezvous.onEvent((event) => this.driver.dispatch(rendezvousSignal(event, host.tickets.seen))));
    if (rendezvous.flag === 'INVITEE') {
      rendezvous.accept();
      this.driver.dispatch({ tag: 'accepted' });
    }
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
        this.sendTicket(effect.data);
        return;
      case 'dial':
        this.endpoint?.dial(effect.addresses);
        return;
      case 'askViewConsent':
        void this.askViewConsent();
        return;
      case 'admit':
        void this.session?.admit();
        return;
      case 'refused':
        this.host.log('message refused', { role: 'novice', code: effect.error.code, field: effect.error.field });
        return;
      case 'closeLink': {
        const closing = this.session?.close(effect.reason);
        this.scope.add(() => closing);
        return;
      }
      case 'closeEndpoint':
        // Registered in the scope when it was opened.
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
    const opening = this.parts.connection.openNovice(abort.signal);
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
      this.driver.dispatch({ tag: 'endpointOpened', addresses: endpoint.addresses, sessionId: endpoint.sessionId, pin: endpoint.pin });
    } catch (error) {
      this.driver.dispatch({ tag: 'endpointFailed', detail: errorText(error) });
    }
  }

  private onEndpoint(event: NoviceEndpointEvent): void {
    switch (event.tag) {
      case 'attempt':
        this.driver.dispatch({ tag: 'attempt', by: event.by });
        return;
      case 'refused':
        this.host.log('connection refused', { role: 'novice', by: event.by, code: event.error.code });
        return;
      case 'dialFailed':
        this.driver.dispatch({ tag: 'dialFailed' });
        return;
      case 'presented':
        this.onPresented(event.link);
    }
  }

  private onPresented(link: NoviceLink): void {
    const session = new NoviceSession({
      link,
      desktop: this.parts.desktop,
      consent: this.parts.consent,
      clock: this.parts.clock,
      peer: this.rendezvous.peer,
      onError: (error) => this.logError(error),
      changed: () => this.host.changed(),
      desktopFailed: (detail) => this.driver.dispatch({ tag: 'desktopFailed', detail }),
      failed: (detail) => this.driver.dispatch({ tag: 'failed', detail }),
    });
    this.link = link;
    this.session = session;
    // Whatever way it ends; the reason has been given by `closeLink` before, if there was one to give.
    this.scope.add(() => session.close('userRequested'));
    this.scope.add(
      link.onEvent((event) => {
        if (event.tag === 'ended') {
          const detail = event.error === undefined ? {} : { detail: event.error.message };
          this.driver.dispatch({ tag: 'linkEnded', end: event.end, ...detail });
          return;
        }
        if (event.tag === 'active') {
          if (!this.viewed) this.scope.add(everyTrafficPeriod(this.parts.clock, () => this.host.changed()));
          this.viewed = true;
          this.driver.dispatch({ tag: 'active' });
        }
        this.guarded(() => session.onLink(event));
      }),
    );
    this.driver.dispatch({ tag: 'presented', connection: link.connection });
  }

  private async askViewConsent(): Promise<void> {
    const abort = new AbortController();
    this.scope.add(() => abort.abort());
    const allowed = await askPerson((signal) => this.parts.consent.allowView(this.rendezvous.peer, signal), abort.signal);
    this.driver.dispatch({ tag: allowed ? 'viewAllowed' : 'viewRefused' });
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
    return { role: 'novice', rendezvous, startedAtMs, negotiation, link, session };
  }

  private async finish(): Promise<void> {
    await this.scope.close();
    const entry = historyEntryOf(this.facts, this.viewed);
    try {
      if (entry !== undefined) await this.parts.history.add(entry);
    } catch (error) {
      this.logError(error);
    }
    this.resolveClosed();
  }

  private logError(error: unknown): void {
    this.host.log('error', { role: 'novice', message: errorText(error) });
  }
}
