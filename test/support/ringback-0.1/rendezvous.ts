import {
  MessengerError,
  type Application,
  type CancelCode,
  type InvitationDetails,
  type RendezvousAnswer,
  type RendezvousEvent,
  type RendezvousSession,
  type RendezvousState,
} from './contract.ts';

/** Longest context data, characters (the public Messenger API's limit of the time). */
const CONTEXT_DATA_LIMIT = 300;

/** What one session has to say to the other side. `LAUNCH` is the inviter's own acceptance. */
export type RendezvousMessage =
  | { readonly tag: 'ACCEPT' | 'LAUNCH'; readonly answer: RendezvousAnswer }
  | { readonly tag: 'CANCEL'; readonly code: CancelCode }
  | { readonly tag: 'CONTEXT'; readonly data: string };

/** How a transport carries a session. */
export interface RendezvousCarrier {
  /** In the order of the calls. Trouble comes back through `end`. */
  send(message: RendezvousMessage): void;
  /** The session is over; what was sent before still goes out. */
  over(): void;
}

/** Throws MessengerError REFUSED for a control character, TOO_LARGE for more than 300 characters. */
function checkLine(data: string): void {
  // oxlint-disable-next-line no-control-regex -- a line break would fake further fields of the message
  if (/[\u0000-\u001f\u007f]/.test(data)) throw new MessengerError('REFUSED', 'context data holds a control character');
  if (data.length > CONTEXT_DATA_LIMIT)
    throw new MessengerError('TOO_LARGE', `context data of ${data.length} characters, at most ${CONTEXT_DATA_LIMIT}`);
}

function checkAnswer({ ipAddress = '', contextData = '' }: RendezvousAnswer): void {
  checkLine(ipAddress);
  checkLine(contextData);
}

/** What an inviter wants to say; throws like `checkLine`, before anything is sent. */
export function checkDetails({ contextData = '', answer = {} }: InvitationDetails): void {
  checkLine(contextData);
  checkAnswer(answer);
}

const OVER: ReadonlySet<RendezvousState> = new Set(['CANCELLED', 'DECLINED', 'TERMINATED']);

/** The state of one invitation, the same for every transport. What the user does goes to the carrier; what the peer did comes from it. */
export class Rendezvous implements RendezvousSession {
  readonly id: string;
  readonly flag: 'INVITER' | 'INVITEE';
  readonly application: Application;
  readonly peer: { readonly address: string; readonly friendlyName: string };
  readonly contextData: string | undefined;
  private readonly ownAnswer: RendezvousAnswer;
  private theirAnswer: RendezvousAnswer | undefined;
  private current: RendezvousState = 'INVITATION';
  private readonly carrier: RendezvousCarrier;
  private readonly listeners = new Set<(event: RendezvousEvent) => void>();

  /** `details.answer` is the inviter's own. */
  constructor(
    about: Pick<RendezvousSession, 'id' | 'flag' | 'application' | 'peer'>,
    details: InvitationDetails,
    carrier: RendezvousCarrier,
  ) {
    this.id = about.id;
    this.flag = about.flag;
    this.application = about.application;
    this.peer = about.peer;
    this.contextData = details.contextData;
    this.ownAnswer = details.answer ?? {};
    this.carrier = carrier;
  }

  get peerAnswer(): RendezvousAnswer | undefined {
    return this.theirAnswer;
  }

  get state(): RendezvousState {
    return this.current;
  }

  get isOver(): boolean {
    return OVER.has(this.current);
  }

  onEvent(listener: (event: RendezvousEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /* ---------- what the user does ---------- */

  accept(answer: RendezvousAnswer = {}): void {
    this.requireInvitation('accept');
    checkAnswer(answer);
    this.current = 'ACCEPTED';
    this.carrier.send({ tag: 'ACCEPT', answer });
  }

  decline(code: 'REJECT' | 'REJECT_NOT_INSTALLED' = 'REJECT'): void {
    this.requireInvitation('decline');
    this.finish('DECLINED', { tag: 'CANCEL', code });
  }

  /** Gives no event here: who cancels knows. */
  cancel(code: CancelCode = 'OUTBANDCANCEL'): void {
    if (this.isOver) return;
    if (this.flag === 'INVITEE' && this.current === 'INVITATION') return this.decline();
    this.finish('CANCELLED', { tag: 'CANCEL', code });
  }

  sendContextData(data: string): void {
    if (this.current !== 'CONNECTED') throw new MessengerError('REFUSED', `context data in state ${this.current}`);
    checkLine(data);
    this.carrier.send({ tag: 'CONTEXT', data });
  }

  /* ---------- what comes from the carrier ---------- */

  /** ACCEPT of the other side: the invitee's yes, or the inviter's own that follows it. Repeated ones change nothing. */
  peerAccepted(answer: RendezvousAnswer): void {
    if (this.flag === 'INVITEE') {
      // Context data may have come first; the address is told all the same.
      if (this.current === 'ACCEPTED' || this.current === 'CONNECTED') this.theirAnswer ??= answer;
      if (this.current === 'ACCEPTED') this.launch();
      return;
    }
    if (this.current !== 'INVITATION') return;
    this.theirAnswer = answer;
    this.current = 'ACCEPTED';
    this.emit({ tag: 'accepted' });
    // The listener may have cancelled.
    if (this.state !== 'ACCEPTED') return;
    this.carrier.send({ tag: 'LAUNCH', answer: this.ownAnswer });
    this.launch();
  }

  peerCancelled(code: CancelCode): void {
    const answered = this.flag === 'INVITER' && this.current === 'INVITATION';
    if (answered && code === 'REJECT') this.end('DECLINED', { tag: 'declined' });
    else if (answered && code === 'REJECT_NOT_INSTALLED') this.end('DECLINED', { tag: 'appNotPresent' });
    else this.end('CANCELLED', { tag: 'cancelled', code });
  }

  contextArrived(data: string): void {
    // It may overtake the inviter's ACCEPT where they came by different switchboards; it says the same and more.
    if (this.flag === 'INVITEE' && this.current === 'ACCEPTED') this.launch();
    if (this.current === 'CONNECTED') this.emit({ tag: 'contextData', data });
  }

  /** The session ends here with its last event. */
  end(state: 'CANCELLED' | 'DECLINED' | 'TERMINATED', event: RendezvousEvent): void {
    if (this.isOver) return;
    this.current = state;
    this.carrier.over();
    this.emit(event);
  }

  private finish(state: 'CANCELLED' | 'DECLINED', message: RendezvousMessage): void {
    this.current = state;
    this.carrier.send(message);
    this.carrier.over();
  }

  private launch(): void {
    this.current = 'CONNECTED';
    this.emit({ tag: 'readyToLaunch' });
  }

  private requireInvitation(what: string): void {
    if (this.flag !== 'INVITEE' || this.current !== 'INVITATION') {
      throw new MessengerError('REFUSED', `${what} in state ${this.current} as ${this.flag}`);
    }
  }

  private emit(event: RendezvousEvent): void {
    for (const listener of Array.from(this.listeners)) listener(event);
  }
}
