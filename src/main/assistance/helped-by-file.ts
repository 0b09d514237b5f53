import { randomUUID } from 'node:crypto';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { EndReason, SessionPhase, SessionStatus, StepStatus } from '../../protocol/assistance/status.ts';
import { invitedSteps, withActiveFailed } from '../../protocol/assistance/steps.ts';
import { CONSENT_DEADLINE_MS } from '../../protocol/assistance/timing.ts';
import type { RdpDisconnectReason } from '../../protocol/rdp/server/contract.ts';
import type { LinkEnd, NoviceLink, NoviceLinkEvent } from '../connection/contract.ts';
import type { AssistanceParts, Peer } from './contract.ts';
import { errorText } from './error-text.ts';
import { NoviceSession } from './novice-session.ts';
import { askPerson } from './prompt.ts';
import type { LinkActive } from './remdesk-gate.ts';
import type { RunningSession, SessionFacts, SessionHost } from './running-session.ts';
import { everyTrafficPeriod, historyEntryOf, statusOf } from './running-session.ts';
import { Scope } from './scope.ts';

/** An expert at the door of a saved invitation, who has proved the password. */
export interface ArrivedExpert {
  readonly link: NoviceLink;
  readonly peer: Peer;
  readonly active: LinkActive;
  /** Tells the expert; a no closes the connection. */
  readonly answer: (allowed: boolean) => void;
}

/** The novice's session with an expert who came by an invitation file: the question, the picture, the end. */
export class HelpedByFile implements RunningSession {
  readonly closed: Promise<void>;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly expert: ArrivedExpert;
  private readonly scope: Scope;
  private readonly startedAtMs: number;
  private readonly rendezvous: SessionFacts['rendezvous'];
  private readonly session: NoviceSession;
  private phase: SessionPhase = { tag: 'awaitingConsent' };
  private steps: readonly StepStatus[];
  private resolveClosed: () => void = () => {};

  constructor(parts: AssistanceParts, host: SessionHost, expert: ArrivedExpert) {
    this.parts = parts;
    this.host = host;
    this.expert = expert;
    this.startedAtMs = parts.clock.now();
    this.steps = invitedSteps(expert.link.connection.by, this.startedAtMs);
    this.rendezvous = { id: randomUUID(), peer: expert.peer };
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
    this.scope = new Scope((error) => this.logError(error));
    this.session = new NoviceSession({
      link: expert.link,
      desktop: parts.desktop,
      consent: parts.consent,
      clock: parts.clock,
      peer: expert.peer,
      onError: (error) => this.logError(error),
      changed: () => host.changed(),
      desktopFailed: (detail) => this.end('desktopUnavailable', 'desktopUnavailable', detail),
      failed: (detail) => this.end('internalError', 'userRequested', detail),
    });
  }

  get over(): boolean {
    return this.phase.tag === 'ended';
  }
  get status(): SessionStatus {
    return statusOf(this.facts);
  }

  /** Puts the question. */
  start(): void {
    this.scope.add(this.expert.link.onEvent((event) => this.onLink(event)));
    void this.ask();
  }

  stop(): void {
    if (this.phase.tag === 'awaitingConsent') this.expert.answer(false);
    this.end(this.phase.tag === 'connected' ? 'stoppedByNovice' : 'cancelledByYou', 'userRequested');
  }
  offerControl(): void {
    this.session.offerControl();
  }
  takeBackControl(): void {
    this.session.takeBackControl();
  }

  private async ask(): Promise<void> {
    const prompt = new AbortController();
    this.scope.add(() => prompt.abort());
    let timedOut = false;
    const cancelDeadline = this.parts.clock.after(CONSENT_DEADLINE_MS, () => {
      timedOut = true;
      prompt.abort();
    });
    this.scope.add(cancelDeadline);
    const allowed = await askPerson((signal) => this.parts.consent.allowView(this.expert.peer, signal), prompt.signal);
    cancelDeadline();
    if (this.phase.tag !== 'awaitingConsent') return;
    this.expert.answer(allowed);
    if (!allowed) {
      this.end(timedOut ? 'consentTimedOut' : 'viewRefused', timedOut ? 'timeout' : 'denied');
      return;
    }
    this.phase = { tag: 'connected', sinceMs: this.parts.clock.now() };
    this.scope.add(everyTrafficPeriod(this.parts.clock, () => this.host.changed()));
    this.host.changed();
    await this.session.show(this.expert.active);
  }

  private onLink(event: NoviceLinkEvent): void {
    if (event.tag === 'ended') {
      this.end(this.reasonOf(event.end), 'userRequested', event.error?.message);
      return;
    }
    // Before the yes only what tells how the connection is; a request for control then is one too early.
    if (this.phase.tag !== 'connected' && event.tag !== 'display' && event.tag !== 'roundTrip') return;
    try {
      this.session.onLink(event);
    } catch (error) {
      const broke = error instanceof ProtocolError;
      this.end(broke ? 'protocolError' : 'internalError', broke ? 'protocolError' : 'userRequested', errorText(error));
    }
  }

  private reasonOf(end: LinkEnd): EndReason {
    switch (end) {
      case 'protocolError':
      case 'peerGone':
        return end;
      case 'userRequested':
      case 'disconnected':
        return this.phase.tag === 'connected' ? 'closedByExpert' : 'cancelledByPeer';
      default:
        return 'connectionLost';
    }
  }

  private end(reason: EndReason, tell: RdpDisconnectReason, detail?: string): void {
    if (this.phase.tag === 'ended') return;
    const atMs = this.parts.clock.now();
    const since = this.phase.tag === 'connected' ? { sinceMs: this.phase.sinceMs } : {};
    const viewed = this.phase.tag === 'connected';
    this.phase = { tag: 'ended', reason, atMs, ...since, ...(detail === undefined ? {} : { detail }) };
    this.steps = withActiveFailed(this.steps, atMs);
    this.scope.add(() => this.session.close(tell));
    void this.finish(viewed);
    this.host.changed();
  }

  private async finish(viewed: boolean): Promise<void> {
    await this.scope.close();
    const entry = historyEntryOf(this.facts, viewed);
    try {
      if (entry !== undefined) await this.parts.history.add(entry);
    } catch (error) {
      this.logError(error);
    }
    this.resolveClosed();
  }

  private get facts(): SessionFacts {
    const { rendezvous, startedAtMs, session, phase, steps } = this;
    const { link } = this.expert;
    return { role: 'novice', rendezvous, startedAtMs, negotiation: { phase, steps, connection: link.connection }, link, session };
  }

  private logError(error: unknown): void {
    this.host.log('error', { role: 'novice', message: errorText(error) });
  }
}
