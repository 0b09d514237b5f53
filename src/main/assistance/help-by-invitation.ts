import { randomUUID } from 'node:crypto';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { OpenInvitation } from '../../protocol/assistance/invitation.ts';
import { RemdeskExpert, type RemdeskExpertOutput, type RemdeskRejection } from '../../protocol/assistance/remdesk-expert.ts';
import type { EndReason, SessionConnection, SessionPhase, SessionStatus, StepStatus } from '../../protocol/assistance/status.ts';
import { dialledSteps, invitedSteps, withActiveFailed } from '../../protocol/assistance/steps.ts';
import { CONNECT_DEADLINE_MS, CONSENT_DEADLINE_MS, SILENCE_MARGIN_MS } from '../../protocol/assistance/timing.ts';
import { REMDESK_CHANNEL } from '../../protocol/rdp/channels/remdesk.ts';
import type { ExpertEndpointEvent, ExpertLink, ExpertLinkEvent, LinkEnd } from '../connection/contract.ts';
import type { AssistanceParts, ViewerSink } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { errorText } from './error-text.ts';
import { ExpertSession } from './expert-session.ts';
import type { RunningSession, SessionFacts, SessionHost } from './running-session.ts';
import { everyTrafficPeriod, historyEntryOf, statusOf } from './running-session.ts';
import { Scope } from './scope.ts';

const REASONS: Readonly<Record<RemdeskRejection, EndReason>> = {
  wrongPassword: 'wrongPassword',
  declined: 'viewRefused',
  expired: 'invitationExpired',
  badVersion: 'versionMismatch',
  refused: 'viewRefused',
};

/** The expert's session with the novice of an invitation file: dial, check the key, prove the password, see the picture. */
export class HelpByInvitation implements RunningSession {
  readonly closed: Promise<void>;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly invitation: OpenInvitation;
  private readonly remdesk: RemdeskExpert;
  private readonly scope: Scope;
  private readonly startedAtMs: number;
  private readonly rendezvous: SessionFacts['rendezvous'];
  private connection: SessionConnection | undefined;
  private link: ExpertLink | undefined;
  private session: ExpertSession | undefined;
  private viewer: { readonly sink: ViewerSink; detach: () => void } | undefined;
  private phase: SessionPhase = { tag: 'forwardConnecting' };
  private steps: readonly StepStatus[];
  private cancelDeadline: () => void;
  private wrongKeySeen = false;
  private resolveClosed: () => void = () => {};

  constructor(parts: AssistanceParts, host: SessionHost, invitation: OpenInvitation) {
    this.parts = parts;
    this.host = host;
    this.invitation = invitation;
    this.startedAtMs = parts.clock.now();
    this.steps = dialledSteps(this.startedAtMs);
    const [address] = invitation.addresses;
    this.rendezvous = {
      id: randomUUID(),
      peer: { address: address === undefined ? '' : `${address.host}:${address.port}`, friendlyName: invitation.userName },
    };
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
    this.remdesk = new RemdeskExpert({ userName: parts.userName(), pass: invitation.pass, rcTicket: invitation.rcTicket });
    this.scope = new Scope((error) => this.logError(error));
    this.cancelDeadline = parts.clock.after(CONNECT_DEADLINE_MS, () => this.end(this.noConnection));
    this.scope.add(() => this.cancelDeadline());
  }

  get over(): boolean {
    return this.phase.tag === 'ended';
  }
  get status(): SessionStatus {
    return statusOf(this.facts);
  }

  start(): void {
    void this.dial();
  }
  stop(): void {
    this.end(this.phase.tag === 'connected' ? 'closedByExpert' : 'cancelledByYou');
  }
  requestControl(): void {
    // The novice hears nothing of it before the yes.
    if (this.session === undefined || this.phase.tag !== 'connected') throw new AssistanceError('NO_CHANNEL', 'not connected yet');
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

  private async dial(): Promise<void> {
    const abort = new AbortController();
    // The other engine has no channels, and without them there is no password.
    const opening = this.parts.connection.openExpert({ engine: 'ringback', userName: this.parts.userName(), invited: true }, abort.signal);
    this.scope.add(async () => {
      abort.abort();
      await (await opening.catch(() => undefined))?.close();
    });
    try {
      const endpoint = await opening;
      if (this.scope.closed) return;
      this.scope.add(endpoint.onEvent((event) => this.onEndpoint(event)));
      endpoint.expect(this.invitation);
      endpoint.forward();
    } catch (error) {
      this.end('noConnection', errorText(error));
    }
  }

  private get noConnection(): EndReason {
    return this.wrongKeySeen ? 'pinMismatch' : 'noConnection';
  }

  private onEndpoint(event: ExpertEndpointEvent): void {
    switch (event.tag) {
      case 'attempt':
        return;
      case 'refused':
        this.host.log('connection refused', { role: 'expert', by: event.by, code: event.error.code });
        if (event.error.code === 'PIN_MISMATCH') this.wrongKeySeen = true;
        return;
      case 'dialFailed':
        this.end(this.noConnection);
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
      wantsPicture: true,
    });
    this.link = link;
    this.session = session;
    this.connection = link.connection;
    this.steps = invitedSteps(link.connection.by, this.parts.clock.now());
    this.phase = { tag: 'awaitingConsent' };
    this.cancelDeadline();
    this.cancelDeadline = this.parts.clock.after(CONSENT_DEADLINE_MS + SILENCE_MARGIN_MS, () => this.end('consentTimedOut'));
    this.scope.add(() => session.close());
    this.scope.add(link.onEvent((event) => this.onLink(session, event)));
    if (this.viewer !== undefined) this.viewer.detach = session.attach(this.viewer.sink);
    this.host.changed();
  }

  private onLink(session: ExpertSession, event: ExpertLinkEvent): void {
    if (event.tag === 'ended') {
      this.end(this.reasonOf(event.end), event.error?.message);
      return;
    }
    try {
      if (event.tag === 'channel' && event.name === REMDESK_CHANNEL) this.perform(this.remdesk.receive(event.data));
      // The first picture, or being named among the participants, is the yes.
      else if (event.tag === 'graphics' || event.tag === 'channel') this.connected();
      if (!this.over) session.onLink(event);
    } catch (error) {
      this.end(error instanceof ProtocolError ? 'protocolError' : 'internalError', errorText(error));
    }
  }

  private perform(outputs: readonly RemdeskExpertOutput[]): void {
    for (const output of outputs) {
      if (output.tag === 'send') this.link?.sendChannel(REMDESK_CHANNEL, output.data);
      else if (output.tag === 'rejected') this.end(REASONS[output.why], output.code === undefined ? undefined : `remdesk ${output.code}`);
      else if (output.tag === 'disconnected') this.end(this.reasonOf('disconnected'));
    }
  }

  private connected(): void {
    if (this.phase.tag !== 'awaitingConsent') return;
    this.cancelDeadline();
    this.phase = { tag: 'connected', sinceMs: this.parts.clock.now() };
    this.scope.add(everyTrafficPeriod(this.parts.clock, () => this.host.changed()));
    this.host.changed();
  }

  private reasonOf(end: LinkEnd): EndReason {
    const connected = this.phase.tag === 'connected';
    switch (end) {
      case 'denied':
        return 'viewRefused';
      case 'userRequested':
      case 'disconnected':
        return connected ? 'stoppedByNovice' : 'cancelledByPeer';
      case 'timeout':
        return connected ? 'connectionLost' : 'consentTimedOut';
      case 'protocolError':
      case 'desktopUnavailable':
      case 'peerGone':
        return end;
      default:
        return 'connectionLost';
    }
  }

  private end(reason: EndReason, detail?: string): void {
    if (this.phase.tag === 'ended') return;
    const atMs = this.parts.clock.now();
    const viewed = this.phase.tag === 'connected';
    const since = this.phase.tag === 'connected' ? { sinceMs: this.phase.sinceMs } : {};
    this.phase = { tag: 'ended', reason, atMs, ...since, ...(detail === undefined ? {} : { detail }) };
    this.steps = withActiveFailed(this.steps, atMs);
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
    const { rendezvous, startedAtMs, session, phase, steps, connection, link } = this;
    return { role: 'expert', rendezvous, startedAtMs, negotiation: { phase, steps, connection }, link, session };
  }

  private logError(error: unknown): void {
    this.host.log('error', { role: 'expert', message: errorText(error) });
  }
}
