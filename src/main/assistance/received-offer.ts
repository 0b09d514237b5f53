import type { Invitation } from '../../facts/invitations.ts';
import { INVITATION_TIMEOUT_MS, SILENCE_MARGIN_MS } from '../../protocol/assistance/timing.ts';
import type { EndReason } from '../../protocol/assistance/status.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceParts } from './contract.ts';
import { openTrust } from './open-trust.ts';
import { NoviceByMessenger } from './novice-by-messenger.ts';
import { NoviceRole } from './novice-role.ts';
import type { HelpedSession, PendingInvitation, SessionHost } from './running-session.ts';

/** "Offer Remote Assistance", until the novice answers. */
export class ReceivedOffer implements PendingInvitation {
  readonly invitation: Invitation;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly rendezvous: RendezvousSession;
  private readonly gone: (reason: EndReason) => void;
  private readonly stops: readonly (() => void)[];

  /** `gone` is called when it is over and was not taken. */
  constructor(parts: AssistanceParts, host: SessionHost, rendezvous: RendezvousSession, gone: (reason: EndReason) => void) {
    this.parts = parts;
    this.host = host;
    this.rendezvous = rendezvous;
    this.gone = gone;
    this.invitation = { id: rendezvous.id, from: rendezvous.peer, receivedAtMs: parts.clock.now(), offer: true };
    this.stops = [
      rendezvous.onEvent((event) => {
        if (event.tag === 'cancelled') this.over(event.code === 'TIMEOUT' ? 'timedOut' : 'cancelledByPeer');
        else if (event.tag === 'answeredElsewhere') this.over('answeredElsewhere');
        else if (event.tag === 'terminated') this.over(event.reason === 'peerLeft' ? 'peerLeftMessenger' : 'messengerLost');
        else if (event.tag === 'sendError') this.over('messengerLost');
      }),
      parts.clock.after(INVITATION_TIMEOUT_MS + SILENCE_MARGIN_MS, () => {
        rendezvous.decline();
        this.over('timedOut');
      }),
    ];
  }

  take(): HelpedSession {
    this.settle();
    const { parts, host, rendezvous } = this;
    const trust = openTrust(parts, host, { role: 'novice', peer: rendezvous.peer, inviter: false });
    return new NoviceRole(parts, host, (role) => new NoviceByMessenger(role, parts, host, { rendezvous, trust }));
  }

  decline(): void {
    this.rendezvous.decline();
    this.over('declined');
  }

  async abandon(): Promise<void> {
    this.settle();
    await Promise.resolve();
  }

  private over(reason: EndReason): void {
    this.settle();
    this.gone(reason);
  }

  private settle(): void {
    for (const stop of this.stops) stop();
  }
}
