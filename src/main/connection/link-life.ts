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
  /** While in `handshake`, at most once: this connection is none. */
  readonly refused: (error: HandshakeError) => void;
  /** Something from the outside threw, or the socket went, during the handshake: how that is said. */
  readonly refusal: (cause: unknown) => HandshakeError;
  /** Says goodbye on the wire, as far as the handshake has come. May throw. */
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

  /** Neither side has ended it. */
  get running(): boolean {
    return this.state !== 'over' && this.end === undefined;
  }

  /** Takes the place of the deadline before. */
  deadline(delayMs: number, passed: () => void): void {
    this.cancelDeadline();
    this.cancelDeadline = this.parts.clock.after(delayMs, passed);
  }

  metDeadline(): void {
    this.cancelDeadline();
  }

  /** Until it is over. */
  every(periodMs: number, tick: () => void): void {
    this.cancelTick = this.parts.clock.after(periodMs, () => {
      this.every(periodMs, tick);
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

  /** Closes it at once and says nothing more to anybody. */
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

  /** The other side has ended it, or is not there any more; whoever ended it first is believed. */
  endedByPeer(end: LinkEnd): void {
    this.end ??= end;
    if (end === 'peerGone') this.parts.stream.destroy();
    else void this.parts.stream.finish();
  }

  /** The socket is gone. `unsaid`: the end where neither side has given one. */
  gone(error: Error | undefined, unsaid: LinkEnd = 'lost'): void {
    const state = this.state;
    this.over();
    if (state === 'over') return;
    if (state === 'handshake') {
      this.parts.refused(this.parts.refusal(error));
      return;
    }
    const cause = this.error ?? error;
    this.events.finish({ tag: 'ended', end: this.end ?? unsaid, ...(cause === undefined ? {} : { error: cause }) });
  }

  private goodbye(end: DisconnectReason): void {
    if (!this.running) return;
    this.end = end;
    try {
      this.parts.goodbye(end);
    } catch {
      // It could not even say goodbye in this state: the socket goes all the same.
    }
  }

  private over(): void {
    this.state = 'over';
    this.cancelTick();
    this.cancelDeadline();
  }
}
