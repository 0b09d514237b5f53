import { randomUUID } from 'node:crypto';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import { reasonOfLinkEnd } from '../../protocol/assistance/negotiation.ts';
import type { EndReason, SessionStatus } from '../../protocol/assistance/status.ts';
import { CONSENT_DEADLINE_MS } from '../../protocol/assistance/timing.ts';
import type { DisconnectReason } from '../../protocol/rdp/pdu/disconnect-reasons.ts';
import type { NoviceLink, NoviceLinkEvent } from '../connection/contract.ts';
import type { AssistanceParts, Peer } from './contract.ts';
import { errorText } from './error-text.ts';
import { InvitedProgress } from './invited-progress.ts';
import { NoviceSession } from './novice-session.ts';
import { askPerson } from './prompt.ts';
import type { LinkActive } from './remdesk-gate.ts';
import type { RunningSession, SessionFacts, SessionHost } from './running-session.ts';
import { statusOf } from './running-session.ts';
import type { NoviceChannels } from './session-channels.ts';
import { SessionLife } from './session-life.ts';

/** An expert at the door of a saved invitation, who has proved the password. */
export interface ArrivedExpert {
  readonly link: NoviceLink;
  readonly peer: Peer;
  readonly active: LinkActive;
  /** What it was let in with. */
  readonly channels: NoviceChannels;
  /** Tells the expert; a no closes the connection. */
  readonly answer: (allowed: boolean) => void;
}

/** The novice's session with an expert who came by an invitation file: the question, the picture, the end. */
export class HelpedByFile implements RunningSession {
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly expert: ArrivedExpert;
  private readonly life: SessionLife;
  private readonly id = randomUUID();
  private readonly session: NoviceSession;
  private readonly progress: InvitedProgress;

  constructor(parts: AssistanceParts, host: SessionHost, expert: ArrivedExpert) {
    this.parts = parts;
    this.host = host;
    this.expert = expert;
    this.life = new SessionLife(parts, host, 'novice');
    this.progress = new InvitedProgress(parts.connection.ways, this.life.startedAtMs);
    this.progress.authenticated(expert.link.connection, this.life.startedAtMs);
    this.session = new NoviceSession({
      link: expert.link,
      channels: expert.channels,
      desktop: parts.desktop,
      consent: parts.consent,
      clock: parts.clock,
      peer: expert.peer,
      onError: (error) => this.life.logError(error),
      changed: () => host.changed(),
      desktopFailed: (detail) => this.end('desktopUnavailable', 'desktopUnavailable', detail),
      failed: (detail) => this.end('internalError', 'userRequested', detail),
    });
  }

  get closed(): Promise<void> {
    return this.life.closed;
  }
  get over(): boolean {
    return this.progress.over;
  }
  get status(): SessionStatus {
    return statusOf(this.facts);
  }

  /** Puts the question. */
  start(): void {
    this.life.scope.add(this.expert.link.onEvent((event) => this.onLink(event)));
    void this.ask();
  }

  stop(): void {
    if (this.progress.phase === 'awaitingConsent') this.expert.answer(false);
    this.end(this.progress.phase === 'connected' ? 'stoppedByNovice' : 'cancelledByYou', 'userRequested');
  }
  offerControl(): void {
    this.session.offerControl();
  }
  takeBackControl(): void {
    this.session.takeBackControl();
  }

  private async ask(): Promise<void> {
    const prompt = new AbortController();
    this.life.scope.add(() => prompt.abort());
    let timedOut = false;
    const cancelDeadline = this.parts.clock.after(CONSENT_DEADLINE_MS, () => {
      timedOut = true;
      prompt.abort();
    });
    this.life.scope.add(cancelDeadline);
    const allowed = await askPerson((signal) => this.parts.consent.allowView(this.expert.peer, signal), prompt.signal);
    cancelDeadline();
    if (this.progress.phase !== 'awaitingConsent') return;
    this.expert.answer(allowed);
    if (!allowed) {
      this.end(timedOut ? 'consentTimedOut' : 'viewRefused', timedOut ? 'timeout' : 'denied');
      return;
    }
    this.progress.connected(this.parts.clock.now());
    this.host.changed();
    await this.session.show(this.expert.active);
    if (!this.over) this.life.showing();
  }

  private onLink(event: NoviceLinkEvent): void {
    if (event.tag === 'ended') {
      this.end(reasonOfLinkEnd(event.end, 'novice', this.progress.phase === 'connected'), 'userRequested', event.error?.message);
      return;
    }
    // Before the yes only what tells how the connection is; a request for control then is one too early.
    if (this.progress.phase !== 'connected' && event.tag !== 'display' && event.tag !== 'roundTrip') return;
    try {
      this.session.onLink(event);
    } catch (error) {
      const broke = error instanceof ProtocolError;
      this.end(broke ? 'protocolError' : 'internalError', broke ? 'protocolError' : 'userRequested', errorText(error));
    }
  }

  private end(reason: EndReason, tell: DisconnectReason, detail?: string): void {
    if (!this.progress.end(reason, this.parts.clock.now(), detail)) return;
    this.life.scope.add(() => this.session.close(tell));
    void this.life.finish(() => this.facts);
    this.host.changed();
  }

  private get facts(): SessionFacts {
    const { id, expert, life, progress, session } = this;
    return {
      role: 'novice',
      id,
      peer: expert.peer,
      startedAtMs: life.startedAtMs,
      negotiation: progress.facts,
      link: expert.link,
      session,
    };
  }
}
