import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { DisconnectReason } from '../../protocol/rdp/pdu/disconnect-reasons.ts';
import type { Clock } from '../clock.ts';
import type { ExpertLinkEvent, LinkEnd, NoviceLinkEvent } from './contract.ts';
import { Emitter } from '../emitter.ts';
import { type HandshakeError, asError } from './handshake.ts';
import type { RdpStream } from './rdp-stream.ts';

type Ended = Extract<ExpertLinkEvent | NoviceLinkEvent, { tag: 'ended' }>;

export interface LinkLifeParts {
  readonly stream: RdpStream;
  readonly clock: Clock;
  /** Called at most once, while in `handshake`: the connection was refused. */
  readonly refused: (error: HandshakeError) => void;
  /** Turns an exception or a lost socket during the handshake into the error that is reported. */
  readonly refusal: (cause: unknown) => HandshakeError;
  /** Sends the disconnect message that the handshake's progress allows. May throw. */
  readonly goodbye: (end: DisconnectReason) => void;
}

/**
 * One link from its handshake to its end, whatever engine drives it: refused during the handshake, `ended` afterwards, and either only once.
 * `State` are the states between the handshake and the end.
 */
export class LinkLife<State extends string, Event> {
  readonly events = new Emitter<Event | Ended>();
  state: 'handshake' | State | 'over' = 'handshake';
  private readonly parts: LinkLifeParts;
  private end: LinkEnd | undefined;
  private error: Error | undefined;
  private cancelDeadline: () => void = () => undefined;
  private cancelTick: () => void = () => undefined;

  constructor(parts: LinkLifeParts) {
    this.parts = parts;
  }

  /** Whether neither side has ended the link. */
  get running(): boolean {
    return this.state !== 'over' && this.end === undefined;
  }

  /** Sets the deadline, replacing an earlier one. */
  deadline(delayMs: number, passed: () => void): void {
    this.cancelDeadline();
    this.cancelDeadline = this.parts.clock.after(delayMs, passed);
  }

  metDeadline(): void {
    this.cancelDeadline();
  }

  /** Calls `tick` again and again until the link has ended; `nextMs` is asked each time how long until then. */
  every(nextMs: () => number, tick: () => void): void {
    this.cancelTick = this.parts.clock.after(nextMs(), () => {
      this.every(nextMs, tick);
      tick();
    });
  }

  /** Does what the other side or the clock has caused: whatever it throws ends this connection and no other. */
  contain(act: () => void): void {
    if (!this.running) return;
    try {
      act();
    } catch (error) {
      this.broken(error);
    }
  }

  broken(cause: unknown): void {
    if (this.state === 'handshake') this.refuse(this.parts.refusal(cause));
    else this.fail('protocolError', asError(cause));
  }

  refuse(error: HandshakeError): void {
    if (this.state !== 'handshake') return;
    this.abandon();
    this.parts.refused(error);
  }

  /** As {@link refuse}, but what has been written still goes out. */
  refuseAloud(error: HandshakeError): void {
    this.over();
    void this.parts.stream.finish();
    this.parts.refused(error);
  }

  /** Closes the link at once and reports nothing. */
  abandon(): void {
    this.over();
    this.parts.stream.destroy();
  }

  /** Our side ends it, unless it has ended: resolves when the socket is gone. */
  close(end: DisconnectReason): Promise<void> {
    this.goodbye(end);
    return this.parts.stream.finish();
  }

  /** As {@link close}, because of an error, which `ended` will tell. */
  fail(end: DisconnectReason, error: Error): void {
    this.error ??= error;
    void this.close(end);
  }

  /** Our engine has ended, through no fault of the other side. */
  engineFailed(error: Error): void {
    this.error ??= error;
    this.endedByPeer('engineFailed');
  }

  /** The other side has ended it, or is not there any more; whoever ended it first is believed. */
  endedByPeer(end: LinkEnd): void {
    this.end ??= end;
    if (end === 'peerGone') this.parts.stream.destroy();
    else void this.parts.stream.finish();
  }

  /** Called when the socket has closed. `unsaid` is the end to report when neither side has given one. */
  gone(error: Error | undefined, unsaid: LinkEnd = 'lost'): void {
    const state = this.state;
    this.over();
    if (state === 'over') return;
    if (state === 'handshake') {
      this.parts.refused(this.parts.refusal(error));
      return;
    }
    const cause = this.error ?? error;
    // The peer is told what there is a reason for on the wire; here it is known better.
    const refused = this.end === 'protocolError' && cause instanceof ProtocolError && cause.code === 'REFUSED';
    this.events.finish({
      tag: 'ended',
      end: refused ? 'incompatible' : (this.end ?? unsaid),
      ...(cause === undefined ? {} : { error: cause }),
    });
  }

  private goodbye(end: DisconnectReason): void {
    if (!this.running) return;
    this.end = end;
    try {
      this.parts.goodbye(end);
    } catch {
      // No disconnect message can be sent in this state; the socket is closed all the same.
    }
  }

  private over(): void {
    this.state = 'over';
    this.cancelTick();
    this.cancelDeadline();
  }
}
