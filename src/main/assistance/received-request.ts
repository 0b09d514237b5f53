import type { Invitation } from '../../facts/invitations.ts';
import type { EndReason } from '../../protocol/assistance/status.ts';
import type { AssistanceParts } from './contract.ts';
import { ExpertByMessenger } from './expert-by-messenger.ts';
import { ExpertRole } from './expert-role.ts';
import type { TrustedRendezvous } from './rendezvous-signal.ts';
import type { HelpingSession, PendingInvitation, SessionHost } from './running-session.ts';

/** "Ask for Remote Assistance", until the expert answers. Its session is there from the start: a novice who gives up ends it. */
export class ReceivedRequest implements PendingInvitation {
  readonly invitation: Invitation;
  private readonly session: ExpertRole;
  private taken = false;

  /** `gone` is called when it is over and was not taken. */
  constructor(parts: AssistanceParts, host: SessionHost, { rendezvous, trust }: TrustedRendezvous, gone: (reason: EndReason) => void) {
    const changed = (): void => {
      const { phase } = this.session.status;
      if (phase.tag === 'ended' && !this.taken) gone(phase.reason);
      else host.changed();
    };
    const told = { ...host, changed };
    this.session = new ExpertRole(parts, told, (role) => new ExpertByMessenger(role, parts, told, { rendezvous, trust }));
    const { id, peer: from } = rendezvous;
    this.invitation = { id, from, receivedAtMs: this.session.life.startedAtMs, ...(trust.isAdmitted ? { guest: true } : {}) };
  }

  take(): HelpingSession {
    this.taken = true;
    return this.session;
  }

  decline(): void {
    this.session.stop();
  }

  async abandon(): Promise<void> {
    await this.session.finish(false);
  }
}
