import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import type { Framed } from '../../../protocol/xmpp/framer.ts';
import { bareOf, domainOf, readJid, writeJid } from '../../../protocol/xmpp/jid.ts';
import { NS } from '../../../protocol/xmpp/namespaces.ts';
import { countOf, type SignInOutcome } from '../../../protocol/xmpp/sign-in.ts';
import { childOf, element, isStanzaName, type Stanza, writeStanza } from '../../../protocol/xmpp/stanza.ts';
import { errorOf, resultOf } from '../../../protocol/xmpp/stanza-error.ts';
import { XmppStreamError } from '../../../protocol/xmpp/stream-error.ts';
import { ACKNOWLEDGE, type Resumption, StreamManagement } from '../../../protocol/xmpp/stream-management.ts';
import type { Clock } from '../../clock.ts';
import { Emitter } from '../../emitter.ts';
import { MessengerError } from '../contract.ts';
import type { Established } from './establish.ts';
import { PendingRequests } from './pending-requests.ts';
import type { StanzaListener, StreamEnd, StreamFeatures, XmppRequest, XmppStream } from './stream-contract.ts';
import { problemOf } from './stream-problems.ts';
import type { XmppSocket } from './xmpp-socket.ts';

/** An acknowledgement is asked for once nothing has been sent for so long. */
const ACKNOWLEDGE_AFTER_MS = 250;
/** And at once after so many, since whoever asks us without a pause leaves no such moment. */
const ACKNOWLEDGE_EACH = 64;
/** A silent server is asked for a word, also so that routers on the way keep the connection. */
const SILENCE_MS = 60_000;
const WORD_DEADLINE_MS = 15_000;
const CHECK_DEADLINE_MS = 5_000;
/** How long a server keeps a broken stream where it does not say: both of those we know say 120 s or so. */
const RESUMABLE_MS = 120_000;
/** Whatever a server promises: meanwhile a person is told that they are signed in. */
const MAX_RESUMABLE_MS = 600_000;
const MAX_PAUSE_MS = 15_000;

type Bound = SignInOutcome & { readonly tag: 'bound' };

export interface ConnectedStreamOptions {
  readonly clock: Clock;
  readonly established: Established<SignInOutcome>;
  readonly bound: Bound;
  readonly features: StreamFeatures;
  /** Dials and signs in again, to take this stream up. Rejects with MessengerError. */
  readonly again: (resumption: Resumption, handled: number, signal: AbortSignal) => Promise<Established<SignInOutcome>>;
}

/** A stream that is signed in, on one socket after the other. */
export class ConnectedStream implements XmppStream {
  readonly jid: string;
  readonly features: StreamFeatures;
  private readonly options: ConnectedStreamOptions;
  private readonly clock: Clock;
  private readonly resumption: Resumption | undefined;
  private readonly management: StreamManagement | undefined;
  private readonly requests: PendingRequests;
  private readonly stanzas = new Emitter<{ readonly stanza: Stanza; isTaken: boolean }>();
  private readonly ends = new Emitter<StreamEnd>();
  private readonly breaks = new Emitter();
  private readonly resumptions = new Emitter();
  /** Undefined while another one is looked for, and after the end. */
  private socket: XmppSocket | undefined;
  private lastSocket: XmppSocket;
  private readonly searching = new AbortController();
  private isOver = false;
  private heardAtMs: number;
  private cancelAcknowledge: (() => void) | undefined;
  private cancelSilence: (() => void) | undefined;
  private cancelWord: (() => void) | undefined;
  private cancelSearch: (() => void) | undefined;

  constructor(options: ConnectedStreamOptions) {
    const { clock, established, bound, features } = options;
    this.options = options;
    this.clock = clock;
    this.jid = bound.jid;
    this.features = features;
    this.resumption = bound.management?.resumption;
    this.management = bound.management && new StreamManagement();
    this.requests = new PendingRequests(clock, bound.jid, (stanza) => this.send(stanza));
    this.heardAtMs = clock.monotonicMs();
    // Whoever opened it listens before anything is told.
    queueMicrotask(() => {
      for (const stanza of bound.early) this.guarded(established.socket, () => this.stanza(stanza));
      this.take(established);
    });
    this.socket = established.socket;
    this.lastSocket = established.socket;
  }

  onStanza(listener: StanzaListener): () => void {
    return this.stanzas.on((event) => {
      if (listener(event.stanza) === true) event.isTaken = true;
    });
  }

  onEnd(listener: (end: StreamEnd) => void): () => void {
    return this.ends.on(listener);
  }

  onBroken(listener: () => void): () => void {
    return this.breaks.on(listener);
  }

  onResumed(listener: () => void): () => void {
    return this.resumptions.on(listener);
  }

  send(stanza: Stanza): void {
    if (this.isOver) return;
    try {
      this.management?.sent(stanza);
    } catch (error) {
      return this.finish(problemOf(error));
    }
    this.socket?.write(writeStanza(stanza));
    const waiting = this.management?.unacknowledged.length ?? 0;
    if (waiting > 0 && waiting % ACKNOWLEDGE_EACH === 0) this.socket?.write(ACKNOWLEDGE);
    this.acknowledgeSoon();
  }

  request(iq: XmppRequest, timeoutMs?: number): Promise<Stanza> {
    return this.requests.request(iq, timeoutMs);
  }

  check(): void {
    this.askForWord(CHECK_DEADLINE_MS);
  }

  async close(): Promise<void> {
    if (!this.isOver) {
      this.putAway();
      this.lastSocket.end();
      this.requests.fail(new MessengerError('CONNECTION_LOST', 'signed out'));
    }
    await this.lastSocket.closed;
  }

  private take(established: Established<SignInOutcome>): void {
    if (this.isOver) return established.socket.destroy();
    const { socket } = established;
    this.socket = socket;
    this.lastSocket = socket;
    this.heardAtMs = this.clock.monotonicMs();
    this.watchSilence();
    established.take({
      framed: (framed) => {
        this.guarded(socket, () => this.framed(framed));
      },
      lost: (error) => {
        if (this.socket === socket) this.lost(error);
      },
    });
  }

  /** What came with the last answer is read here, on nobody's call: whatever is wrong with it ends the connection and goes no further. */
  private guarded(socket: XmppSocket, read: () => void): void {
    if (this.socket !== socket) return;
    try {
      read();
    } catch (error) {
      socket.destroy();
      this.lost(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private framed(framed: Framed): void {
    this.heardAtMs = this.clock.monotonicMs();
    this.cancelWord?.();
    this.cancelWord = undefined;
    switch (framed.tag) {
      case 'header':
        throw new ProtocolError('ILLEGAL_TRANSITION', 'Stream', 'a stanza', 'an opening tag');
      case 'end':
        return this.finish(new MessengerError('CONNECTION_LOST', 'the server ended the stream'));
      case 'passedOver':
        if (isStanzaName(framed.name)) this.management?.came();
        return;
      case 'stanza':
        return this.element(framed.stanza);
    }
  }

  private element(stanza: Stanza): void {
    if (stanza.xmlns === NS.client && isStanzaName(stanza.name)) {
      this.management?.came();
      return this.stanza(stanza);
    }
    if (stanza.xmlns === NS.streams && stanza.name === 'error') throw new XmppStreamError(stanza);
    if (stanza.xmlns !== NS.management || this.management === undefined) return;
    if (stanza.name === 'r') this.socket?.write(this.management.answer());
    if (stanza.name === 'a') this.management.handledByServer(countOf(stanza.attributes['h'] ?? ''));
  }

  private stanza(stanza: Stanza): void {
    const { type = '' } = stanza.attributes;
    const isRequest = stanza.name === 'iq' && (type === 'get' || type === 'set');
    if (stanza.name === 'iq' && !isRequest) return this.requests.answer(stanza);
    if (isRequest && childOf(stanza, 'ping', NS.ping) !== undefined && this.isOurs(stanza.attributes['from']))
      return this.send(resultOf(stanza));
    const event = { stanza, isTaken: false };
    this.stanzas.emit(event);
    if (isRequest && !event.isTaken) this.send(errorOf(stanza, 'cancel', 'service-unavailable'));
  }

  /** The own server or account speaks. */
  private isOurs(from: string | undefined): boolean {
    const jid = readJid(from);
    return (
      from === undefined ||
      (jid !== undefined && [domainOf(this.jid), bareOf(this.jid)].includes(writeJid({ ...jid, resource: undefined })))
    );
  }

  private acknowledgeSoon(): void {
    if (this.management === undefined) return;
    this.cancelAcknowledge?.();
    this.cancelAcknowledge = this.clock.after(ACKNOWLEDGE_AFTER_MS, () => this.askForWord(WORD_DEADLINE_MS));
  }

  /** Looks again when the server could have been silent for long. */
  private watchSilence(): void {
    this.cancelSilence?.();
    const leftMs = Math.max(0, this.heardAtMs + SILENCE_MS - this.clock.monotonicMs());
    this.cancelSilence = this.clock.after(leftMs === 0 ? SILENCE_MS : leftMs, () => {
      if (this.clock.monotonicMs() - this.heardAtMs >= SILENCE_MS) this.askForWord(WORD_DEADLINE_MS);
      this.watchSilence();
    });
  }

  /** Any word of the server in time will do; without one the connection is dead. */
  private askForWord(deadlineMs: number): void {
    const { socket } = this;
    if (socket === undefined || this.isOver) return;
    if (this.management === undefined) {
      const ping = element('iq', NS.client, { type: 'get', id: 'word' }, element('ping', NS.ping));
      socket.write(writeStanza(ping));
    } else socket.write(ACKNOWLEDGE);
    this.cancelWord?.();
    this.cancelWord = this.clock.after(deadlineMs, () => {
      if (this.socket !== socket) return;
      socket.destroy();
      this.lost(new MessengerError('CONNECTION_LOST', 'the server is silent'));
    });
  }

  /** The socket is gone. What the server said last decides whether another one is looked for. */
  private lost(error: Error): void {
    this.socket = undefined;
    this.cancelTimers();
    const isBroken = error instanceof MessengerError && error.code === 'CONNECTION_LOST';
    if (this.resumption === undefined || !isBroken) return this.finish(problemOf(error));
    this.breaks.emit();
    const { seconds } = this.resumption;
    const keptMs = seconds === undefined ? RESUMABLE_MS : Math.min(seconds * 1000, MAX_RESUMABLE_MS);
    if (!this.isOver) this.search(this.resumption, this.clock.monotonicMs() + keptMs, 0);
  }

  private search(resumption: Resumption, untilMs: number, attempt: number): void {
    this.options.again(resumption, this.management?.received ?? 0, this.searching.signal).then(
      (established) => this.found(established),
      (error: unknown) => {
        if (this.isOver) return;
        const problem = problemOf(error);
        const pauseMs = Math.min(MAX_PAUSE_MS, 500 * 2 ** attempt);
        const isWeather = problem.code === 'UNREACHABLE' || problem.code === 'TIMEOUT' || problem.code === 'CONNECTION_LOST';
        if (!isWeather || this.clock.monotonicMs() + pauseMs >= untilMs) return this.finish(problem);
        this.cancelSearch = this.clock.after(pauseMs, () => this.search(resumption, untilMs, attempt + 1));
      },
    );
  }

  private found(established: Established<SignInOutcome>): void {
    const { outcome } = established;
    if (this.isOver) return established.socket.destroy();
    try {
      if (outcome.tag !== 'bound' && outcome.handled !== undefined) this.management?.handledByServer(outcome.handled);
    } catch (error) {
      established.socket.destroy();
      return this.finish(problemOf(error));
    }
    if (outcome.tag !== 'resumed') {
      established.socket.end();
      return this.finish(new MessengerError('CONNECTION_LOST', 'the server has given the stream up'));
    }
    this.socket = established.socket;
    this.lastSocket = established.socket;
    for (const stanza of this.management?.unacknowledged ?? []) established.socket.write(writeStanza(stanza));
    this.acknowledgeSoon();
    this.resumptions.emit();
    this.take(established);
  }

  private finish(error: MessengerError): void {
    if (this.isOver) return;
    const { socket } = this;
    this.putAway();
    socket?.end();
    this.requests.fail(new MessengerError('CONNECTION_LOST', error.message, { cause: error }));
    this.ends.finish({ error, lost: this.management?.unacknowledged ?? [] });
  }

  private putAway(): void {
    this.isOver = true;
    this.socket = undefined;
    this.cancelTimers();
    this.cancelSearch?.();
    this.searching.abort();
  }

  private cancelTimers(): void {
    for (const cancel of [this.cancelAcknowledge, this.cancelSilence, this.cancelWord]) cancel?.();
  }
}
