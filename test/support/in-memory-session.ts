import {
  MessengerError,
  type Application,
  type CancelCode,
  type ChatContent,
  type InvitationDetails,
  type RendezvousAnswer,
  type RendezvousEvent,
  type RendezvousSession,
  type RendezvousState,
} from '../../src/main/messenger/contract.ts';
import { Emitter } from '../../src/main/emitter.ts';

const MAX_CONTEXT_CHARACTERS = 300;

/** What travels between two users. `LAUNCH` is the inviter's own ACCEPT; `BYE` is leaving without a word. */
export type InMemoryMessage = {
  readonly from: string;
  readonly to: string;
  readonly sessionId: string;
} & (
  | { readonly kind: 'INVITE'; readonly application: Application; readonly contextData?: string }
  | { readonly kind: 'ACCEPT' | 'LAUNCH'; readonly answer: RendezvousAnswer }
  | { readonly kind: 'BYE' }
  | { readonly kind: 'CANCEL'; readonly code: CancelCode }
  | { readonly kind: 'CONTEXT'; readonly data: string }
  | { readonly kind: 'CHAT'; readonly content: ChatContent }
);

/** The rest is the session's to say. */
export type InMemoryBody = InMemoryMessage extends infer M
  ? M extends InMemoryMessage
    ? Omit<M, 'from' | 'to' | 'sessionId'>
    : never
  : never;

/** What a session needs of the messenger it belongs to. */
interface SessionOwner {
  sendFor(session: InMemorySession, body: InMemoryBody): void;
  forget(session: InMemorySession): void;
}

/** What the transport says as `IP-Address` by itself. */
const OWN_ADDRESS = '192.0.2.1';

export function checkLine(data: string): void {
  if (/[\r\n]/.test(data)) throw new MessengerError('REFUSED', 'context data holds a line break');
  if (data.length > MAX_CONTEXT_CHARACTERS) throw new MessengerError('TOO_LARGE', `context data of ${data.length} characters`);
}

export function checkAnswer({ ipAddress = '', contextData = '' }: RendezvousAnswer): void {
  checkLine(ipAddress);
  checkLine(contextData);
}

const OVER: ReadonlySet<RendezvousState> = new Set(['CANCELLED', 'DECLINED', 'TERMINATED']);

/** One end of one invitation in memory. */
export class InMemorySession implements RendezvousSession {
  readonly id: string;
  readonly flag: 'INVITER' | 'INVITEE';
  readonly application: Application;
  readonly peer: { readonly address: string; readonly friendlyName: string };
  state: RendezvousState = 'INVITATION';
  peerAnswer: RendezvousAnswer | undefined;
  readonly contextData: string | undefined;
  private readonly details: InvitationDetails;
  private readonly listeners = new Emitter<RendezvousEvent>();
  private readonly owner: SessionOwner;

  constructor(
    owner: SessionOwner,
    id: string,
    flag: 'INVITER' | 'INVITEE',
    application: Application,
    peer: RendezvousSession['peer'],
    details: InvitationDetails,
  ) {
    this.details = details;
    this.contextData = details.contextData;
    this.owner = owner;
    this.id = id;
    this.flag = flag;
    this.application = application;
    this.peer = peer;
  }

  get over(): boolean {
    return OVER.has(this.state);
  }

  onEvent(listener: (event: RendezvousEvent) => void): () => void {
    return this.listeners.on(listener);
  }

  accept(answer: RendezvousAnswer = {}): void {
    this.requireInvitation('accept');
    checkAnswer(answer);
    this.state = 'ACCEPTED';
    this.owner.sendFor(this, { kind: 'ACCEPT', answer: { ipAddress: OWN_ADDRESS, ...answer } });
  }

  decline(code: 'REJECT' | 'REJECT_NOT_INSTALLED' = 'REJECT'): void {
    this.requireInvitation('decline');
    this.state = 'DECLINED';
    this.owner.sendFor(this, { kind: 'CANCEL', code });
    this.owner.forget(this);
  }

  cancel(code: CancelCode = 'OUTBANDCANCEL'): void {
    if (this.over) return;
    if (this.flag === 'INVITEE' && this.state === 'INVITATION') return this.decline();
    this.state = 'CANCELLED';
    this.owner.sendFor(this, { kind: 'CANCEL', code });
    this.owner.forget(this);
  }

  sendContextData(data: string): void {
    if (this.state !== 'CONNECTED') throw new MessengerError('REFUSED', `context data in state ${this.state}`);
    checkLine(data);
    this.owner.sendFor(this, { kind: 'CONTEXT', data });
  }

  /** Ends the session here, with the last event. */
  end(state: RendezvousState, event: RendezvousEvent): void {
    if (this.over) return;
    this.state = state;
    this.owner.forget(this);
    this.listeners.emit(event);
  }

  receive(message: InMemoryMessage): void {
    switch (message.kind) {
      case 'ACCEPT':
        if (this.flag !== 'INVITER' || this.state !== 'INVITATION') return;
        this.peerAnswer = message.answer;
        this.state = 'ACCEPTED';
        this.listeners.emit({ tag: 'accepted' });
        if (this.over) return;
        this.owner.sendFor(this, { kind: 'LAUNCH', answer: { ipAddress: OWN_ADDRESS, ...this.details.answer } });
        this.state = 'CONNECTED';
        this.listeners.emit({ tag: 'readyToLaunch' });
        return;
      case 'LAUNCH':
        if (this.flag !== 'INVITEE' || this.state !== 'ACCEPTED') return;
        this.peerAnswer = message.answer;
        this.state = 'CONNECTED';
        this.listeners.emit({ tag: 'readyToLaunch' });
        return;
      case 'CONTEXT':
        if (this.state === 'CONNECTED') this.listeners.emit({ tag: 'contextData', data: message.data });
        return;
      case 'CANCEL':
        if (this.flag === 'INVITER' && this.state === 'INVITATION' && message.code === 'REJECT') this.end('DECLINED', { tag: 'declined' });
        else if (this.flag === 'INVITER' && this.state === 'INVITATION' && message.code === 'REJECT_NOT_INSTALLED') {
          this.end('DECLINED', { tag: 'appNotPresent' });
        } else this.end('CANCELLED', { tag: 'cancelled', code: message.code });
        return;
      case 'BYE':
        this.end('TERMINATED', { tag: 'terminated', reason: 'peerLeft' });
        return;
      case 'INVITE':
      case 'CHAT':
        return;
    }
  }

  private requireInvitation(what: string): void {
    if (this.flag !== 'INVITEE' || this.state !== 'INVITATION')
      throw new MessengerError('REFUSED', `${what} in state ${this.state} as ${this.flag}`);
  }
}
