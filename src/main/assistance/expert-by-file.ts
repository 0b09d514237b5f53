import { randomUUID } from 'node:crypto';
import type { OpenInvitation } from '../../protocol/assistance/invitation.ts';
import { reasonOfLinkEnd } from '../../protocol/assistance/negotiation.ts';
import { RemdeskChannel, type RemdeskGarbled, type RemdeskSend } from '../../protocol/assistance/remdesk-channel.ts';
import { RemdeskExpert, type RemdeskExpertOutput, type RemdeskRejection } from '../../protocol/assistance/remdesk-expert.ts';
import type { EndReason, WayId } from '../../protocol/assistance/status.ts';
import { CONNECT_DEADLINE_MS, CONSENT_DEADLINE_MS, SILENCE_MARGIN_MS } from '../../protocol/assistance/timing.ts';
import type { ExpertEndpointEvent, ExpertLink, LinkEnd } from '../connection/contract.ts';
import type { AssistanceParts, Peer } from './contract.ts';
import { errorText } from './error-text.ts';
import type { ExpertNews, ExpertRole } from './expert-role.ts';
import { InvitedProgress } from './invited-progress.ts';
import type { Entrance, SessionFacts, SessionHost } from './running-session.ts';

const REASONS: Readonly<Record<RemdeskRejection, EndReason>> = {
  wrongPassword: 'wrongPassword',
  declined: 'viewRefused',
  expired: 'invitationExpired',
  badVersion: 'versionMismatch',
  refused: 'viewRefused',
};

/** `bound`: nobody can have made it who does not know its password. */
interface OpenedFile {
  readonly invitation: OpenInvitation;
  readonly bound: boolean;
}

/** The expert's entrance with an invitation file: dials the novice, checks its key, proves the password, waits for the yes. */
export class ExpertByFile implements Entrance<ExpertNews> {
  readonly id = randomUUID();
  readonly peer: Peer;
  private readonly role: ExpertRole;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly invitation: OpenInvitation;
  private readonly remdesk: RemdeskChannel<RemdeskExpertOutput>;
  private readonly invited: InvitedProgress;
  private readonly waysLeft: Set<WayId>;
  private cancelDeadline: () => void;
  private wrongKeySeen = false;

  constructor(role: ExpertRole, parts: AssistanceParts, host: SessionHost, { invitation, bound }: OpenedFile) {
    this.role = role;
    this.parts = parts;
    this.host = host;
    this.invitation = invitation;
    this.invited = new InvitedProgress(parts.connection.ways, role.life.startedAtMs);
    this.waysLeft = new Set(this.invited.ways);
    const [address] = invitation.addresses;
    // The name in a file that anybody could have made is nobody's.
    this.peer = {
      address: address === undefined ? '' : `${address.host}:${address.port}`,
      friendlyName: bound ? invitation.userName : '',
      verification: { tag: bound ? 'password' : 'unverified' },
    };
    const machine = new RemdeskExpert({ userName: parts.userName(), pass: invitation.pass, rcTicket: invitation.rcTicket });
    this.remdesk = new RemdeskChannel(machine, (fact) => this.onFact(fact));
    this.cancelDeadline = parts.clock.after(CONNECT_DEADLINE_MS, () => this.end(this.noConnection));
    role.life.scope.add(() => this.cancelDeadline());
  }

  get progress(): SessionFacts['negotiation'] {
    return this.invited.facts;
  }

  begin(): void {
    void this.dial();
  }

  stop(): void {
    this.end(this.invited.phase === 'connected' ? 'closedByExpert' : 'cancelledByYou');
  }

  tell(news: ExpertNews): void {
    switch (news.tag) {
      case 'active':
      case 'presented':
        return;
      case 'shown':
        return this.connected();
      case 'linkEnded':
        return this.end(this.reasonOf(news.end), news.detail);
      case 'peerBroke':
        return this.end('protocolError', news.detail);
      case 'failed':
        return this.end('internalError', news.detail);
    }
  }

  private async dial(): Promise<void> {
    const { parts, role } = this;
    // The classic engine has no channels, and the password is proved on one.
    const wanted = { engine: 'ringback', userName: parts.userName(), channels: [this.remdesk, ...role.channels], invited: true } as const;
    try {
      const endpoint = await role.life.scope.open((signal) => parts.connection.openExpert(wanted, signal));
      if (endpoint === undefined) return;
      role.life.scope.add(endpoint.onEvent((event) => this.onEndpoint(event)));
      endpoint.expect(this.invitation);
      for (const way of this.invited.ways) endpoint.reach(way);
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
      case 'signal':
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
    this.invited.authenticated(link.connection, this.parts.clock.now());
    this.cancelDeadline();
    this.cancelDeadline = this.parts.clock.after(CONSENT_DEADLINE_MS + SILENCE_MARGIN_MS, () => this.end('consentTimedOut'));
    this.role.connected(link, true);
    this.host.changed();
  }

  private onFact(fact: Exclude<RemdeskExpertOutput, RemdeskSend> | RemdeskGarbled): void {
    if (fact.tag === 'rejected') this.end(REASONS[fact.why], fact.code === undefined ? undefined : `remdesk ${fact.code}`);
    else if (fact.tag === 'disconnected') this.end(this.reasonOf('disconnected'));
  }

  /** The picture, or being named among the participants, is the yes. */
  private connected(): void {
    if (this.invited.phase !== 'awaitingConsent') return;
    this.cancelDeadline();
    this.invited.connected(this.parts.clock.now());
    this.role.life.showing();
    this.host.changed();
  }

  private reasonOf(end: LinkEnd): EndReason {
    return reasonOfLinkEnd(end, 'expert', this.invited.phase === 'connected');
  }

  private end(reason: EndReason, detail?: string): void {
    if (!this.invited.end(reason, this.parts.clock.now(), detail)) return;
    void this.role.finish();
    this.host.changed();
  }
}
