import { randomBytes } from 'node:crypto';
import { bareOf, domainOf, foldedJid, readJid, writeJid } from '../../../protocol/xmpp/jid.ts';
import { NS } from '../../../protocol/xmpp/namespaces.ts';
import { element, type Stanza } from '../../../protocol/xmpp/stanza.ts';
import { XmppStanzaError } from '../../../protocol/xmpp/stanza-error.ts';
import type { Clock } from '../../clock.ts';
import { MessengerError } from '../contract.ts';
import type { XmppRequest, XmppStream } from './stream-contract.ts';

const ANSWER_DEADLINE_MS = 30_000;

interface Pending {
  readonly to: string | undefined;
  readonly resolve: (answer: Stanza) => void;
  readonly reject: (error: Error) => void;
  readonly cancelDeadline: () => void;
}

/** The `iq`s of a stream that wait for their answers (RFC 6120 section 8.2.3). */
export class PendingRequests {
  private readonly clock: Clock;
  private readonly own: string;
  private readonly write: XmppStream['send'];
  private readonly pending = new Map<string, Pending>();
  private readonly prefix = randomBytes(6).toString('base64url');
  private sent = 0;
  private failed: MessengerError | undefined;

  /** @param own ours in full */
  constructor(clock: Clock, own: string, write: XmppStream['send']) {
    this.clock = clock;
    this.own = foldedJid(own);
    this.write = write;
  }

  request({ type, to, payload }: XmppRequest, timeoutMs: number = ANSWER_DEADLINE_MS): Promise<Stanza> {
    if (this.failed !== undefined) return Promise.reject(this.failed);
    const id = `${this.prefix}-${((this.sent += 1)).toString(36)}`;
    return new Promise((resolve, reject) => {
      const cancelDeadline = this.clock.after(timeoutMs, () => {
        this.pending.delete(id);
        reject(new MessengerError('TIMEOUT', `no answer to ${payload.name}`));
      });
      this.pending.set(id, { to: to === undefined ? undefined : foldedJid(to), resolve, reject, cancelDeadline });
      this.write(element('iq', NS.client, { type, id, to }, payload));
    });
  }

  /** Takes an `iq` of type result or error; one that nobody waits for, or of somebody else than was asked, is dropped. */
  answer(stanza: Stanza): void {
    const { id = '', type, from } = stanza.attributes;
    const pending = this.pending.get(id);
    if (pending === undefined || !this.isFrom(from, pending.to)) return;
    this.pending.delete(id);
    pending.cancelDeadline();
    if (type === 'result') pending.resolve(stanza);
    else pending.reject(new XmppStanzaError(stanza));
  }

  /** Rejects all that wait, and whatever is asked later. */
  fail(error: MessengerError): void {
    this.failed = error;
    const pending = [...this.pending.values()];
    this.pending.clear();
    for (const { cancelDeadline, reject } of pending) {
      cancelDeadline();
      reject(error);
    }
  }

  /** What was asked of the own account is answered without an address, by the account, or by its server. */
  private isFrom(from: string | undefined, to: string | undefined): boolean {
    const jid = readJid(from);
    const by = jid === undefined ? undefined : writeJid(jid);
    const own = [bareOf(this.own), this.own];
    if (to !== undefined && !own.includes(to)) return by === to;
    return by === undefined || by === domainOf(this.own) || own.includes(by);
  }
}
