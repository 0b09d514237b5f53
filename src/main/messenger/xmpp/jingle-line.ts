import type { JingleAction } from '../../../protocol/xmpp/jingle.ts';
import { writeJingle } from '../../../protocol/xmpp/jingle.ts';
import { XmppStanzaError } from '../../../protocol/xmpp/stanza-error.ts';
import { MessengerError } from '../contract.ts';
import type { Rendezvous } from '../rendezvous.ts';
import type { XmppStream } from './stream-contract.ts';

const ANSWER_DEADLINE_MS = 15_000;
/** What a server or a program answers that has nobody there any more. */
const GONE: ReadonlySet<string> = new Set(['service-unavailable', 'item-not-found', 'recipient-unavailable', 'gone']);

/** What one session says to the other side's program, action by action: none of it is kept for later by a server, and each is acknowledged. */
export class JingleLine {
  private readonly stream: Pick<XmppStream, 'request'>;
  private readonly session: Pick<Rendezvous, 'id' | 'end' | 'isOver'>;
  private readonly initiator: string;

  /** `initiator`: the inviter's full address. */
  constructor(stream: Pick<XmppStream, 'request'>, session: Pick<Rendezvous, 'id' | 'end' | 'isOver'>, initiator: string) {
    this.stream = stream;
    this.session = session;
    this.initiator = initiator;
  }

  /** An action that does not get there ends the session. */
  say(to: string, action: Exclude<JingleAction, { readonly tag: 'other' }>): void {
    const payload = writeJingle(action, this.initiator);
    this.stream.request({ type: 'set', to, payload }, ANSWER_DEADLINE_MS).catch((error: unknown) => this.failed(error));
  }

  private failed(error: unknown): void {
    if (this.session.isOver) return;
    if (error instanceof XmppStanzaError && GONE.has(error.condition))
      return this.session.end('TERMINATED', { tag: 'terminated', reason: 'peerLeft' });
    if (error instanceof MessengerError && error.code === 'CONNECTION_LOST')
      return this.session.end('TERMINATED', { tag: 'terminated', reason: 'connectionLost' });
    this.session.end('TERMINATED', { tag: 'sendError', error: asMessengerError(error) });
  }
}

/** What another program or the server has refused, in the messenger's words. */
export function asMessengerError(error: unknown): MessengerError {
  if (error instanceof MessengerError) return error;
  if (!(error instanceof XmppStanzaError))
    return new MessengerError('PROTOCOL', error instanceof Error ? error.message : String(error), { cause: error });
  switch (error.condition) {
    case 'resource-constraint':
      return new MessengerError('CONTACT_LIST_FULL', error.message, { cause: error });
    case 'remote-server-not-found':
    case 'jid-malformed':
      return new MessengerError('NO_SUCH_USER', error.message, { cause: error });
    case 'service-unavailable':
    case 'recipient-unavailable':
    case 'item-not-found':
      return new MessengerError('CONTACT_OFFLINE', error.message, { cause: error });
    case 'remote-server-timeout':
      return new MessengerError('TIMEOUT', error.message, { cause: error });
    default:
      return new MessengerError('REFUSED', error.message, { cause: error });
  }
}
