import type { Clock } from '../../clock.ts';
import { MessengerError, type InvitationDetails } from '../contract.ts';
import { Rendezvous, type RendezvousAbout, type RendezvousCarrier, type RendezvousMessage } from '../rendezvous.ts';
import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import { writeInvitation, type InvitationMessage } from '../../../protocol/msnp/invitation.ts';
import type { SwitchboardLink } from './switchboard-link.ts';
import type { Hold, SwitchboardPool } from './switchboard-pool.ts';

/** An INVITE that was not acknowledged is tried again in a new switchboard. */
const INVITE_ATTEMPTS = 3;
const RETRY_MS = 1_000;

/** `id` is the Session-ID. */
export interface CarriedAbout extends RendezvousAbout {
  /** Invitation-Cookie: what the peer knows the invitation by. */
  readonly cookie: string;
}

export interface CarriedOptions {
  readonly clock: Clock;
  readonly pool: SwitchboardPool;
  /** The session is over: nothing that comes is for it any more. */
  readonly over: () => void;
}

/** One invitation and what carries it: its cookie, its switchboard of the moment, its messages in order. */
export class CarriedInvitation implements RendezvousCarrier {
  readonly session: Rendezvous;
  private readonly cookie: string;
  private readonly options: CarriedOptions;
  private hold: Hold | undefined;
  /** The switchboard in which they are not there yet; its end is told by the call. */
  private calling: SwitchboardLink | undefined;
  /** Inviter: whether the INVITE may have got there. */
  private delivered: boolean;
  /** Inviter: while the INVITE is being tried, the end of a switchboard is only a reason to try again. */
  private inviting: boolean;
  /** Tail of the chain that sends messages one after the other. */
  private queue: Promise<void> = Promise.resolve();

  constructor({ cookie, ...about }: CarriedAbout, details: InvitationDetails, options: CarriedOptions) {
    this.cookie = cookie;
    this.options = options;
    this.delivered = about.flag === 'INVITEE';
    this.inviting = about.flag === 'INVITER';
    this.session = new Rendezvous({ ...about, wireId: cookie }, details, this, options.clock);
  }

  /** Inviter: begins to deliver the INVITE. */
  invite(): void {
    this.queue = this.deliverInvite().finally(() => {
      this.inviting = false;
    });
  }

  send(message: RendezvousMessage): void {
    this.queue = this.queue.then(() => this.deliver(message)).catch(() => {});
  }

  over(): void {
    this.options.over();
    // Whoever still waits for the peer to join has no reason to; everything sent before the end still goes out first.
    if (!this.delivered) this.letGo();
    else void this.queue.then(() => this.letGo());
  }

  /** The peer has spoken in `link`: what is said from now on goes there. */
  goOnIn(link: SwitchboardLink): void {
    const old = this.hold;
    if (old?.link === link) return;
    this.hold = this.options.pool.hold(link);
    old?.release();
  }

  linkEnded(link: SwitchboardLink, why: 'left' | 'idle' | 'lost'): void {
    if (this.hold?.link !== link) return;
    this.letGo();
    // An INVITE on its way is tried again by its own rules, and an idle switchboard is reopened when there is something to say.
    if (why === 'idle' || this.calling === link || (this.inviting && this.session.state === 'INVITATION')) return;
    this.session.end('TERMINATED', { tag: 'terminated', reason: why === 'left' ? 'peerLeft' : 'connectionLost' });
  }

  /** The peer went offline: a session that has no switchboard to tell it is over. */
  peerOffline(): void {
    if (this.hold === undefined && this.delivered) this.session.end('TERMINATED', { tag: 'terminated', reason: 'peerLeft' });
  }

  /* ---------- sending ---------- */

  private async deliverInvite(): Promise<void> {
    const { session } = this;
    let failure = new MessengerError('TIMEOUT', 'the invitation was not delivered');
    try {
      const payload = writeInvitation({
        command: 'INVITE',
        cookie: this.cookie,
        sessionId: session.id,
        applicationGuid: session.application.guid,
        applicationName: session.application.name,
        ...(session.application.url === undefined ? {} : { applicationUrl: session.application.url }),
        ...(session.contextData === undefined ? {} : { contextData: session.contextData }),
        features: session.ownFeatures,
      });
      for (let attempt = 1; attempt <= INVITE_ATTEMPTS && !session.isOver; attempt += 1) {
        const outcome = await this.tryInvite(payload);
        if (outcome === undefined) return;
        failure = outcome;
        if (outcome.code === 'CONTACT_OFFLINE' || outcome.code === 'NO_SUCH_USER' || outcome.code === 'NOT_SIGNED_IN') break;
        if (attempt < INVITE_ATTEMPTS && !session.isOver) await this.pause(RETRY_MS);
      }
    } catch (error) {
      failure = asMessengerError(error);
    }
    session.end('TERMINATED', { tag: 'sendError', error: failure });
  }

  /** Undefined when the message was delivered, else the error. */
  private async tryInvite(payload: Uint8Array): Promise<MessengerError | undefined> {
    try {
      const link = await this.call();
      if (this.session.isOver) {
        this.letGo();
        return undefined;
      }
      // From here on the other side may have it, so a cancel must tell them.
      this.delivered = true;
      if (await link.deliver(this.session.peer.address, payload)) return undefined;
      // An answer has come although the acknowledgement has not.
      if (this.session.state !== 'INVITATION') return undefined;
      this.letGo(link);
      return new MessengerError('TIMEOUT', 'the invitation was not delivered');
    } catch (error) {
      return asMessengerError(error);
    }
  }

  private async deliver(message: RendezvousMessage): Promise<void> {
    const { session } = this;
    const { address } = session.peer;
    // What was said before the end still goes out, where the peer knows of the session and is there; for a CANCEL they are called.
    if (session.isOver && (this.options.pool.isClosed || !this.delivered || session.state === 'TERMINATED')) return;
    if (session.isOver && message.tag !== 'CANCEL' && this.hold === undefined) return;
    try {
      const link = this.hold?.link ?? (await this.call());
      const written = writeInvitation(this.wire(message, link.localAddress));
      if ((await link.deliver(address, written)) || session.isOver) return;
      // Once more in a new switchboard: the old one may have been closed for idleness just now.
      this.letGo(link);
      if (await (await this.call()).deliver(address, written)) return;
      throw new MessengerError('TIMEOUT', 'the message was not delivered');
    } catch (error) {
      session.end('TERMINATED', { tag: 'sendError', error: asMessengerError(error) });
    }
  }

  /** A new switchboard with the peer in it; the one they have called us into meanwhile, where they have spoken there. */
  private async call(): Promise<SwitchboardLink> {
    const hold = await this.options.pool.call(this.session.peer.address, () => {
      if (this.session.isOver && !this.delivered) throw new MessengerError('REFUSED', 'the invitation was taken back');
    });
    if (this.hold !== undefined) {
      hold.release();
      return this.hold.link;
    }
    this.hold = hold;
    this.calling = hold.link;
    try {
      await hold.link.joined;
      return hold.link;
    } catch (error) {
      if (this.hold !== undefined && this.hold !== hold) return this.hold.link;
      throw error;
    } finally {
      this.calling = undefined;
    }
  }

  /** Gives up `link`, unless the invitation has gone on in another. */
  private letGo(link: SwitchboardLink | undefined = this.hold?.link): void {
    const { hold } = this;
    if (hold === undefined || hold.link !== link) return;
    this.hold = undefined;
    hold.release();
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.options.clock.after(ms, resolve);
    });
  }

  private wire(message: RendezvousMessage, ipAddress: string): InvitationMessage {
    const base = { cookie: this.cookie, sessionId: this.session.id };
    switch (message.tag) {
      case 'ACCEPT':
        return { ...base, command: 'ACCEPT', from: 'INVITEE', ipAddress, ...message.answer, features: message.features };
      case 'LAUNCH':
        return { ...base, command: 'ACCEPT', from: 'INVITER', ipAddress, ...message.answer, features: message.features };
      case 'CANCEL':
        return { ...base, command: 'CANCEL', code: message.code };
      case 'CONTEXT':
        return { ...base, command: 'CONTEXT', contextData: message.data };
    }
  }
}

function asMessengerError(error: unknown): MessengerError {
  if (error instanceof MessengerError) return error;
  if (error instanceof ProtocolError)
    return new MessengerError(error.code === 'TOO_LARGE' ? 'TOO_LARGE' : 'REFUSED', error.message, { cause: error });
  return new MessengerError('PROTOCOL', error instanceof Error ? error.message : String(error), { cause: error });
}
