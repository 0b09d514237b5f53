import { randomUUID } from 'node:crypto';
import { reasonOfLinkEnd } from '../../protocol/assistance/negotiation.ts';
import type { EndReason } from '../../protocol/assistance/status.ts';
import { CONSENT_DEADLINE_MS } from '../../protocol/assistance/timing.ts';
import type { DisconnectReason } from '../../protocol/rdp/pdu/disconnect-reasons.ts';
import type { NoviceLink } from '../connection/contract.ts';
import type { AssistanceParts, Peer } from './contract.ts';
import { InvitedProgress } from './invited-progress.ts';
import type { NoviceNews, NoviceRole } from './novice-role.ts';
import type { LinkActive } from './remdesk-gate.ts';
import type { Entrance, SessionFacts, SessionHost } from './running-session.ts';
import type { NoviceChannels } from './session-channels.ts';

/** An expert at the door of a saved invitation, who has proved the password. */
export interface ArrivedExpert {
  readonly link: NoviceLink;
  readonly peer: Peer;
  /** The connection as it stands: how the picture goes may be known later than that. */
  readonly active: () => LinkActive;
  /** The channels that the link has been admitted with. */
  readonly channels: NoviceChannels;
  /** Tells the expert the novice's answer; a no closes the connection. */
  readonly answer: (allowed: boolean) => void;
}

/** An expert has come by an invitation file: there is a connection, and the novice is asked. */
export class NoviceByFile implements Entrance<NoviceNews> {
  readonly id = randomUUID();
  readonly peer: Peer;
  private readonly role: NoviceRole;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly expert: ArrivedExpert;
  private readonly invited: InvitedProgress;

  constructor(role: NoviceRole, parts: AssistanceParts, host: SessionHost, expert: ArrivedExpert) {
    this.role = role;
    this.parts = parts;
    this.host = host;
    this.expert = expert;
    this.peer = expert.peer;
    this.invited = new InvitedProgress(parts.connection.ways, role.life.startedAtMs);
    this.invited.authenticated(expert.link.connection, role.life.startedAtMs);
  }

  get progress(): SessionFacts['negotiation'] {
    return this.invited.facts;
  }

  /** Puts the question. */
  begin(): void {
    this.role.connected(this.expert.link, this.expert.channels);
    void this.ask();
  }

  stop(): void {
    if (this.invited.phase === 'awaitingConsent') this.expert.answer(false);
    this.end(this.invited.phase === 'connected' ? 'stoppedByNovice' : 'cancelledByYou', 'userRequested');
  }

  tell(news: NoviceNews): void {
    switch (news.tag) {
      case 'active':
        return;
      case 'linkEnded':
        return this.end(reasonOfLinkEnd(news.end, 'novice', this.invited.phase === 'connected'), 'userRequested', news.detail);
      case 'peerBroke':
        return this.end('protocolError', 'protocolError', news.detail);
      case 'desktopFailed':
        return this.end('desktopUnavailable', 'desktopUnavailable', news.detail);
      case 'timeUp':
        return this.end('timeUp', 'sessionLimit');
      case 'failed':
        return this.end('internalError', 'userRequested', news.detail);
    }
  }

  private async ask(): Promise<void> {
    const cancelDeadline = this.parts.clock.after(CONSENT_DEADLINE_MS, () => this.refuse('consentTimedOut', 'timeout'));
    this.role.life.scope.add(cancelDeadline);
    const allowed = await this.role.askView();
    cancelDeadline();
    if (!allowed) return this.refuse('viewRefused', 'denied');
    if (this.invited.phase !== 'awaitingConsent') return;
    this.expert.answer(true);
    this.invited.connected(this.parts.clock.now());
    this.host.changed();
    await this.role.show(this.expert.active());
  }

  private refuse(reason: EndReason, tell: DisconnectReason): void {
    if (this.invited.phase !== 'awaitingConsent') return;
    this.expert.answer(false);
    this.end(reason, tell);
  }

  private end(reason: EndReason, tell: DisconnectReason, detail?: string): void {
    if (!this.invited.end(reason, this.parts.clock.now(), detail)) return;
    this.role.closeLink(tell);
    this.role.finish();
    this.host.changed();
  }
}
