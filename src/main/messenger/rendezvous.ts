import { ProtocolError } from '../../protocol/bytes/errors.ts';
import { CONVERSATION_VERSION, type Features, formatFeatures, PARTS_FEATURE, parseFeatures } from '../../protocol/rendezvous/features.ts';
import type { Clock } from '../clock.ts';
import { checkLine, ContextMessages } from './context-messages.ts';
import {
  MessengerError,
  type Application,
  type CancelCode,
  type InvitationDetails,
  type InviteeAnswer,
  type Peer,
  type RendezvousAnswer,
  type RendezvousEvent,
  type RendezvousSession,
  type RendezvousState,
} from './contract.ts';
import { Emitter } from '../emitter.ts';

/** Of what is passed over, this much is told; all of it is counted. */
const TOLD_LIMIT = 8;

/** What one session has to say to the other side. `LAUNCH` is the inviter's own acceptance; `features` is the features line. */
export type RendezvousMessage =
  | { readonly tag: 'ACCEPT' | 'LAUNCH'; readonly answer: RendezvousAnswer; readonly features: string }
  | { readonly tag: 'CANCEL'; readonly code: CancelCode }
  | { readonly tag: 'CONTEXT'; readonly data: string };

/** How a transport carries a session. */
export interface RendezvousCarrier {
  /** In the order of the calls. Trouble comes back through `end`. */
  send(message: RendezvousMessage): void;
  /** The session is over; what was sent before still goes out. */
  over(): void;
}

/** What a transport knows of a session when it begins. */
export interface RendezvousAbout extends Pick<RendezvousSession, 'id' | 'flag' | 'application' | 'peer'> {
  /** By which both sides know the session on the wire; `id` where it is left out. */
  readonly wireId?: string;
  /** Invitee: the features line of the INVITE, where it has one. */
  readonly invited?: string | undefined;
}

function checkAnswer({ ipAddress = '', contextData = '' }: RendezvousAnswer): void {
  checkLine(ipAddress);
  checkLine(contextData);
}

/** What an inviter wants to say; throws MessengerError REFUSED, TOO_LARGE before anything is sent. */
function checkDetails({ contextData = '', answer = {}, features }: InvitationDetails): void {
  checkLine(contextData);
  if (typeof answer !== 'function') checkAnswer(answer);
  featuresLine(features);
}

/** What this program says of itself, the application's features among it. */
function featuresLine(features: ReadonlyMap<string, string> = new Map()): string {
  try {
    return formatFeatures({ version: CONVERSATION_VERSION, named: new Map([[PARTS_FEATURE, ''], ...features]) });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new MessengerError('REFUSED', error.message, { cause: error });
  }
}

const OVER: ReadonlySet<RendezvousState> = new Set(['CANCELLED', 'DECLINED', 'TERMINATED']);

/** The state of one invitation, the same for every transport. What the user does goes to the carrier; what the peer did comes from it. */
export class Rendezvous implements RendezvousSession {
  readonly id: string;
  readonly flag: 'INVITER' | 'INVITEE';
  readonly application: Application;
  readonly peer: Peer;
  readonly contextData: string | undefined;
  /** The features line of the INVITE (inviter). */
  readonly ownFeatures: string;
  readonly wireId: string;
  private saidLine: string | undefined;
  private heardLine: string | undefined;
  private readonly ownAnswer: Exclude<InvitationDetails['answer'], undefined>;
  private readonly context: ContextMessages;
  private theirFeatures: Features | undefined;
  private passedOverCount = 0;
  private theirAnswer: RendezvousAnswer | undefined;
  private current: RendezvousState = 'INVITATION';
  private readonly carrier: RendezvousCarrier;
  private readonly events = new Emitter<RendezvousEvent>();

  /** `details` are the inviter's own, and MessengerErrors are thrown as `checkDetails` does; an invitee gives the INVITE's context data. */
  constructor(about: RendezvousAbout, details: InvitationDetails, carrier: RendezvousCarrier, clock: Clock) {
    if (about.flag === 'INVITER') checkDetails(details);
    this.id = about.id;
    this.flag = about.flag;
    this.application = about.application;
    this.peer = about.peer;
    this.contextData = details.contextData;
    this.ownAnswer = details.answer ?? {};
    this.ownFeatures = featuresLine(details.features);
    this.wireId = about.wireId ?? about.id;
    if (about.flag === 'INVITER') this.saidLine = this.ownFeatures;
    this.carrier = carrier;
    this.context = new ContextMessages(clock, {
      arrived: (data, kind) => this.emit({ tag: 'contextData', data, ...(kind === undefined ? {} : { kind }) }),
      passedOver: (error) => this.passOver(error),
    });
    this.learn(about.invited);
  }

  get peerFeatures(): Features | undefined {
    return this.theirFeatures;
  }

  get ownLine(): string | undefined {
    return this.saidLine;
  }

  get peerLine(): string | undefined {
    return this.heardLine;
  }

  get passedOver(): number {
    return this.passedOverCount;
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

  get onEvent(): RendezvousSession['onEvent'] {
    return this.events.on;
  }

  /* ---------- what the user does ---------- */

  accept({ features: named, ...answer }: InviteeAnswer = {}): void {
    this.requireInvitation('accept');
    checkAnswer(answer);
    const features = featuresLine(named);
    this.current = 'ACCEPTED';
    this.saidLine = features;
    this.carrier.send({ tag: 'ACCEPT', answer, features });
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

  sendContextData(data: string, kind?: string): void {
    if (this.current !== 'CONNECTED') throw new MessengerError('REFUSED', `context data in state ${this.current}`);
    for (const line of this.context.outgoing(data, kind, this.theirFeatures)) this.carrier.send({ tag: 'CONTEXT', data: line });
  }

  /* ---------- what comes from the carrier ---------- */

  /** ACCEPT of the other side: the invitee's yes, or the inviter's own that follows it. Repeated ones change nothing. */
  peerAccepted(answer: RendezvousAnswer, features?: string): void {
    if (this.flag === 'INVITEE') {
      // Context data may have come first; the address is told all the same.
      if (this.current === 'ACCEPTED' || this.current === 'CONNECTED') this.theirAnswer ??= answer;
      if (this.current === 'ACCEPTED') this.launch();
      return;
    }
    if (this.current !== 'INVITATION') return;
    this.theirAnswer = answer;
    this.learn(features);
    this.current = 'ACCEPTED';
    this.emit({ tag: 'accepted' });
    // The listener may have cancelled.
    if (this.state !== 'ACCEPTED') return;
    let own: RendezvousAnswer;
    try {
      own = typeof this.ownAnswer === 'function' ? this.ownAnswer(answer, this.theirFeatures) : this.ownAnswer;
      checkAnswer(own);
    } catch (error) {
      const wrong =
        error instanceof MessengerError ? error : new MessengerError('PROTOCOL', 'no answer to the acceptance', { cause: error });
      this.carrier.send({ tag: 'CANCEL', code: 'FAIL' });
      return this.end('CANCELLED', { tag: 'sendError', error: wrong });
    }
    this.carrier.send({ tag: 'LAUNCH', answer: own, features: this.ownFeatures });
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
    if (this.current === 'CONNECTED') this.context.incoming(data);
  }

  /** The session ends here with its last event. */
  end(state: 'CANCELLED' | 'DECLINED' | 'TERMINATED', event: RendezvousEvent): void {
    if (this.isOver) return;
    this.current = state;
    this.context.close();
    this.carrier.over();
    this.emit(event);
  }

  private finish(state: 'CANCELLED' | 'DECLINED', message: RendezvousMessage): void {
    this.current = state;
    this.context.close();
    this.carrier.send(message);
    this.carrier.over();
  }

  private launch(): void {
    this.current = 'CONNECTED';
    this.emit({ tag: 'readyToLaunch' });
  }

  /** A features line that makes no sense counts as none: it must not be a way to end a session. */
  private learn(features: string | undefined): void {
    if (features === undefined) return;
    this.heardLine = features;
    try {
      this.theirFeatures = parseFeatures(features);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.passOver(error);
    }
  }

  private passOver(error: ProtocolError): void {
    this.passedOverCount += 1;
    if (this.passedOverCount <= TOLD_LIMIT) this.emit({ tag: 'passedOver', error });
  }

  private requireInvitation(what: string): void {
    if (this.flag !== 'INVITEE' || this.current !== 'INVITATION') {
      throw new MessengerError('REFUSED', `${what} in state ${this.current} as ${this.flag}`);
    }
  }

  private emit(event: RendezvousEvent): void {
    this.events.emit(event);
  }
}
