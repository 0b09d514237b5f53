import { INVITATION_TIMEOUT_MS, SILENCE_MARGIN_MS } from '../../protocol/assistance/timing.ts';
import type { EndReason } from '../../protocol/assistance/status.ts';
import type { Clock } from '../clock.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { Invitation } from './contract.ts';

/** "Offer Remote Assistance", until the novice answers. Taken, it becomes an `AskForHelp`. */
export class ReceivedOffer {
  readonly invitation: Invitation;
  readonly rendezvous: RendezvousSession;
  private readonly stops: readonly (() => void)[];

  /** `gone` is called when it can be taken no more, unless it was settled here. */
  constructor(rendezvous: RendezvousSession, clock: Clock, gone: (reason: EndReason) => void) {
    this.rendezvous = rendezvous;
    this.invitation = { id: rendezvous.id, from: rendezvous.peer, receivedAtMs: clock.now(), offer: true };
    const over = (reason: EndReason): void => {
      this.settle();
      gone(reason);
    };
    this.stops = [
      rendezvous.onEvent((event) => {
        if (event.tag === 'cancelled') over(event.code === 'TIMEOUT' ? 'timedOut' : 'cancelledByPeer');
        else if (event.tag === 'terminated') over(event.reason === 'peerLeft' ? 'peerLeftMessenger' : 'messengerLost');
        else if (event.tag === 'sendError') over('messengerLost');
      }),
      clock.after(INVITATION_TIMEOUT_MS + SILENCE_MARGIN_MS, () => {
        rendezvous.decline();
        over('timedOut');
      }),
    ];
  }

  /** It is answered, or forgotten: nothing of it is left. */
  settle(): void {
    for (const stop of this.stops) stop();
  }
}
