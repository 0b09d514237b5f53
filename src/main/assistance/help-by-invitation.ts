import { randomUUID } from 'node:crypto';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { OpenInvitation } from '../../protocol/assistance/invitation.ts';
import { reasonOfLinkEnd } from '../../protocol/assistance/negotiation.ts';
import { RemdeskChannel, type RemdeskGarbled, type RemdeskSend } from '../../protocol/assistance/remdesk-channel.ts';
import { RemdeskExpert, type RemdeskExpertOutput, type RemdeskRejection } from '../../protocol/assistance/remdesk-expert.ts';
import type { EndReason, SessionStatus, WayId } from '../../protocol/assistance/status.ts';
import { CONNECT_DEADLINE_MS, CONSENT_DEADLINE_MS, SILENCE_MARGIN_MS } from '../../protocol/assistance/timing.ts';
import type { ExpertEndpointEvent, ExpertLink, ExpertLinkEvent, LinkEnd } from '../connection/contract.ts';
import type { AssistanceParts, Peer, ViewerSink } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { errorText } from './error-text.ts';
import { ExpertSession } from './expert-session.ts';
import { InvitedProgress } from './invited-progress.ts';
import type { RunningSession, SessionFacts, SessionHost } from './running-session.ts';
import { statusOf } from './running-session.ts';
import { expertChannels, type ExpertChannels } from './session-channels.ts';
import { SessionLife } from './session-life.ts';
import { ViewerSeats } from './viewer-seats.ts';

const REASONS: Readonly<Record<RemdeskRejection, EndReason>> = {
  wrongPassword: 'wrongPassword',
  declined: 'viewRefused',
  expired: 'invitationExpired',
  badVersion: 'versionMismatch',
  refused: 'viewRefused',
};

/** The expert's session with the novice of an invitation file: dial, check the key, prove the password, see the picture. */
export class HelpByInvitation implements RunningSession {
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly invitation: OpenInvitation;
  private readonly remdesk: RemdeskChannel<RemdeskExpertOutput>;
  private readonly channels: ExpertChannels;
  private readonly life: SessionLife;
  private readonly id = randomUUID();
  private readonly peer: Peer;
  private readonly progress: InvitedProgress;
  private readonly viewers = new ViewerSeats();
  private link: ExpertLink | undefined;
  private session: ExpertSession | undefined;
  private cancelDeadline: () => void;
  private wrongKeySeen = false;
  private readonly waysLeft: Set<WayId>;

  constructor(parts: AssistanceParts, host: SessionHost, invitation: OpenInvitation) {
    this.parts = parts;
    this.host = host;
    this.invitation = invitation;
    this.life = new SessionLife(parts, host, 'expert');
    this.progress = new InvitedProgress(parts.connection.ways, this.life.startedAtMs);
    const [address] = invitation.addresses;
    this.waysLeft = new Set(this.progress.ways);
    this.peer = { address: address === undefined ? '' : `${address.host}:${address.port}`, friendlyName: invitation.userName };
    const machine = new RemdeskExpert({ userName: parts.userName(), pass: invitation.pass, rcTicket: invitation.rcTicket });
    this.remdesk = new RemdeskChannel(machine, (fact) => this.onFact(fact));
    // Being named among the participants is the yes, as the first picture is.
    this.channels = expertChannels({ changed: () => this.session?.controlChanged(), named: () => this.connected() });
    this.cancelDeadline = parts.clock.after(CONNECT_DEADLINE_MS, () => this.end(this.noConnection));
    this.life.scope.add(() => this.cancelDeadline());
    this.life.scope.add(() => this.viewers.close());
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

  start(): void {
    void this.dial();
  }
  stop(): void {
    this.end(this.progress.phase === 'connected' ? 'closedByExpert' : 'cancelledByYou');
  }
  requestControl(): void {
    // The novice hears nothing of it before the yes.
    if (this.session === undefined || this.progress.phase !== 'connected') throw new AssistanceError('NO_CHANNEL', 'not connected yet');
    this.session.requestControl();
  }
  releaseControl(): void {
    this.session?.releaseControl();
  }

  attachViewer(sink: ViewerSink): () => void {
    return this.viewers.attach(sink);
  }

  private async dial(): Promise<void> {
    // The other engine has no channels, and without them there is no password.
    const channels = [this.remdesk, ...this.channels.list];
    const wanted = { engine: 'ringback', userName: this.parts.userName(), channels, invited: true } as const;
    try {
      const endpoint = await this.life.scope.open((signal) => this.parts.connection.openExpert(wanted, signal));
      if (endpoint === undefined) return;
      this.life.scope.add(endpoint.onEvent((event) => this.onEndpoint(event)));
      endpoint.expect(this.invitation);
      for (const way of this.progress.ways) endpoint.reach(way);
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
        this.wrongKeySeen ||= event.failure === 'stranger';
        return;
      case 'wayFailed':
        this.waysLeft.delete(event.by);
        if (this.waysLeft.size === 0) this.end(this.noConnection);
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
      wantsPicture: true,
    });
    this.link = link;
    this.session = session;
    this.progress.authenticated(link.connection, this.parts.clock.now());
    this.cancelDeadline();
    this.cancelDeadline = this.parts.clock.after(CONSENT_DEADLINE_MS + SILENCE_MARGIN_MS, () => this.end('consentTimedOut'));
    this.life.scope.add(() => session.close());
    this.life.scope.add(link.onEvent((event) => this.onLink(session, event)));
    this.viewers.connect(session);
    this.host.changed();
  }

  private onLink(session: ExpertSession, event: ExpertLinkEvent): void {
    if (event.tag === 'ended') {
      this.end(this.reasonOf(event.end), event.error?.message);
      return;
    }
    try {
      if (event.tag === 'graphics') this.connected();
      if (!this.over) session.onLink(event);
    } catch (error) {
      this.end(error instanceof ProtocolError ? 'protocolError' : 'internalError', errorText(error));
    }
  }

  private onFact(fact: Exclude<RemdeskExpertOutput, RemdeskSend> | RemdeskGarbled): void {
    if (fact.tag === 'rejected') this.end(REASONS[fact.why], fact.code === undefined ? undefined : `remdesk ${fact.code}`);
    else if (fact.tag === 'disconnected') this.end(this.reasonOf('disconnected'));
  }

  private connected(): void {
    if (this.progress.phase !== 'awaitingConsent') return;
    this.cancelDeadline();
    this.progress.connected(this.parts.clock.now());
    this.life.showing();
    this.host.changed();
  }

  private reasonOf(end: LinkEnd): EndReason {
    return reasonOfLinkEnd(end, 'expert', this.progress.phase === 'connected');
  }

  private end(reason: EndReason, detail?: string): void {
    if (!this.progress.end(reason, this.parts.clock.now(), detail)) return;
    void this.life.finish(() => this.facts);
    this.host.changed();
  }

  private get facts(): SessionFacts {
    const { id, peer, life, progress, link, session } = this;
    return { role: 'expert', id, peer, startedAtMs: life.startedAtMs, negotiation: progress.facts, link, session };
  }
}
