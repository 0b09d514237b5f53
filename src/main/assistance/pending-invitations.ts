import type { Invitation } from '../../facts/invitations.ts';
import type { EndReason } from '../../protocol/assistance/status.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceParts } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { openTrust } from './open-trust.ts';
import { ReceivedOffer } from './received-offer.ts';
import { ReceivedRequest } from './received-request.ts';
import type { TrustedRendezvous } from './rendezvous-signal.ts';
import type { PendingInvitation, SessionHost } from './running-session.ts';
import { interrupterOf } from './running-session.ts';

/** More unanswered invitations than anyone reads; further ones are declined. */
const MAX_PENDING_INVITATIONS = 16;

/** Invitations that wait for this person's answer, and how loudly each of them may ask. */
export class PendingInvitations {
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly pending = new Map<string, PendingInvitation>();
  /** Those of the pending that call nobody. */
  private readonly quiet = new Set<string>();

  constructor(parts: AssistanceParts, host: SessionHost) {
    this.parts = parts;
    this.host = host;
  }

  get invitations(): readonly Invitation[] {
    return Array.from(this.pending, ([id, { invitation }]) => (this.quiet.has(id) ? { ...invitation, quiet: true } : invitation));
  }

  /** One that a contact has sent. It is declined where too many wait, or this person has been asked too often. */
  add(rendezvous: RendezvousSession, kind: 'invitation' | 'offer'): void {
    if (this.pending.size >= MAX_PENDING_INVITATIONS || this.pending.has(rendezvous.id)) {
      this.host.log('invitation declined', { pending: this.pending.size });
      rendezvous.decline();
      return;
    }
    const volume = this.host.interruptions.admit(kind, interrupterOf(rendezvous.peer));
    if (volume === 'none') {
      this.host.log('invitation declined', { reason: 'too many' });
      rendezvous.decline();
      return;
    }
    if (volume === 'quiet') this.quiet.add(rendezvous.id);
    else this.parts.connection.prepare();
    const gone = (reason: EndReason): void => this.gone(rendezvous.id, reason);
    this.pending.set(
      rendezvous.id,
      kind === 'offer'
        ? new ReceivedOffer(this.parts, this.host, rendezvous, gone)
        : new ReceivedRequest(
            this.parts,
            this.host,
            { rendezvous, trust: openTrust(this.parts, this.host, { role: 'expert', peer: rendezvous.peer, inviter: false }) },
            gone,
          ),
    );
    this.host.changed();
  }

  /**
   * Somebody without an account has proved the code that this person has given out: it is an invitation, and asks as loudly as any.
   * @param settled called where it goes, with whether this person has declined it
   */
  addGuest(guest: TrustedRendezvous, settled: (declined: boolean) => void): void {
    const { id } = guest.rendezvous;
    this.pending.set(
      id,
      new ReceivedRequest(this.parts, this.host, guest, (reason) => {
        settled(reason === 'declined');
        this.gone(id, reason);
      }),
    );
    this.host.changed();
  }

  /** The one of this id. Throws AssistanceError UNKNOWN_INVITATION. */
  get(id: string): PendingInvitation {
    const pending = this.pending.get(id);
    if (pending === undefined) throw new AssistanceError('UNKNOWN_INVITATION', 'this invitation is gone');
    return pending;
  }

  /** It is answered with yes. */
  forget(id: string): void {
    this.pending.delete(id);
    this.quiet.delete(id);
  }

  /** The program quits. */
  async abandon(): Promise<void> {
    const pending = [...this.pending.values()];
    this.pending.clear();
    this.quiet.clear();
    await Promise.all(pending.map((invitation) => invitation.abandon()));
  }

  private gone(id: string, reason: EndReason): void {
    this.forget(id);
    this.host.log('invitation gone', { reason });
    this.host.changed();
  }
}
