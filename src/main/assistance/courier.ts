import { LETTER_KIND } from '../../protocol/assistance/letters.ts';
import { GOING_ON } from '../../protocol/assistance/application.ts';
import type { RendezvousSignal } from '../../protocol/assistance/negotiation.ts';
import type { Role } from '../../protocol/assistance/status.ts';
import type { Messengers, PeerAddress, RendezvousSession } from '../messenger/contract.ts';
import { Emitter } from '../emitter.ts';
import type { Courier } from './race-by-letters.ts';

/** Letters that wait for a new conversation, at most. */
const MOST_WAITING = 16;

/**
 * Carries the letters of one session: on the conversation that it began with, as long as that lives, and after that on another one, which the expert
 * begins and which rings nowhere.
 */
export class RendezvousCourier implements Courier {
  private readonly messengers: Messengers;
  private readonly role: Role;
  private readonly peer: PeerAddress;
  private readonly letters = new Emitter<string>();
  /** The other side says that it is over. */
  private readonly ended: () => void;
  private current: RendezvousSession | undefined;
  private own: RendezvousSession | undefined;
  private waiting: string[] = [];
  private over = false;

  /** `first`: whoever follows it passes on by {@link took} what comes there. */
  constructor(messengers: Messengers, role: Role, first: RendezvousSession, ended: () => void) {
    this.messengers = messengers;
    this.role = role;
    this.peer = first.peer;
    this.current = first;
    this.ended = ended;
  }

  get reach(): Courier['reach'] {
    return this.messengers.reachOf(this.peer.transport);
  }

  readonly onLetter = this.letters.on;

  /**
   * What comes on the conversation that the session began with. True where it is no business of whoever agreed on the session there: a letter, or
   * the other side's word that it is over, where `ended` says that this is what counts now.
   */
  took(signal: RendezvousSignal, ended: () => boolean): boolean {
    switch (signal.tag) {
      case 'contextData':
        if (signal.kind !== LETTER_KIND) return false;
        this.letters.emit(signal.data);
        return true;
      case 'accepted':
      case 'readyToLaunch':
        return false;
      default:
        if (this.own === undefined) this.current = undefined;
        return signal.tag === 'cancelled' && ended();
    }
  }

  send(text: string): void {
    if (this.over) return;
    const { current } = this;
    if (current !== undefined && current.state === 'CONNECTED') {
      this.say(current, text);
      return;
    }
    this.waiting = [...this.waiting, text].slice(-MOST_WAITING);
    if (current === undefined) this.renew();
  }

  /** Nothing comes back on the conversation that there is: another one. Where two began one at once, none would be left, so the novice waits for it. */
  renew(): void {
    if (this.over || this.role === 'novice') return;
    try {
      this.follow(this.messengers.invite(this.peer, GOING_ON));
    } catch {
      // Not signed in at the moment: the next letter tries it again.
      this.waiting = [];
    }
  }

  /** The other side has begun another conversation for this session. False where it is somebody else. */
  adopt(rendezvous: RendezvousSession): boolean {
    if (this.over || rendezvous.peer.transport !== this.peer.transport || rendezvous.peer.address !== this.peer.address) return false;
    this.follow(rendezvous);
    rendezvous.accept();
    return true;
  }

  close(): void {
    this.over = true;
    this.own?.cancel('OUTBANDCANCEL');
    this.own = undefined;
    this.current = undefined;
  }

  private follow(rendezvous: RendezvousSession): void {
    const before = this.own;
    this.own = rendezvous;
    this.current = rendezvous;
    before?.cancel('FAIL');
    rendezvous.onEvent((event) => {
      switch (event.tag) {
        case 'readyToLaunch':
          for (const text of this.waiting.splice(0)) this.say(rendezvous, text);
          return;
        case 'contextData':
          if (event.kind === LETTER_KIND) this.letters.emit(event.data);
          return;
        case 'accepted':
        case 'passedOver':
          return;
        default:
          if (this.own !== rendezvous) return;
          this.own = undefined;
          this.current = undefined;
          if (event.tag === 'cancelled' && event.code === 'OUTBANDCANCEL') this.ended();
      }
    });
  }

  private say(rendezvous: RendezvousSession, text: string): void {
    try {
      rendezvous.sendContextData(text, LETTER_KIND);
    } catch {
      // It is told by its events where it carries nothing any more.
    }
  }
}
