import { Duplex } from 'node:stream';
import { ProtocolError } from '../../../../protocol/bytes/errors.ts';
import { type IceControl, readIceControl, writeIceControl } from '../../../../protocol/ice/control.ts';
import { MAX_CHUNK_BYTES } from '../../../../protocol/ice/page-messages.ts';
import type { Clock } from '../../../clock.ts';
import { ConnectionError, type LinkTraffic } from '../../contract.ts';
import type { SystemView } from '../contract.ts';

/** So far ahead of what the other side's program has taken either side may be: a data channel has no back-pressure of its own. */
export const WINDOW_BYTES = 4 * 1024 * 1024;
/** So much lies with the page and has not gone to the browser, which takes as much again. */
export const MOST_POSTED_BYTES = 512 * 1024;
/** What has come is told after so many bytes, and of less after so long. */
const TELL_AFTER_BYTES = 64 * 1024;
const TELL_AFTER_MS = 10;
/** Messages that the program has not read: what an empty one costs is not in the window. */
const MOST_UNREAD = 65_536;
/** A pair of addresses changes a few times, at the beginning. */
const MOST_HELLOS = 64;

export interface IceDuplexParts {
  readonly clock: Clock;
  /** To the page. Not called after `closed`. */
  readonly post: (channel: 'data' | 'control', bytes: Uint8Array) => void;
  /** The other side has said whether it sends through a server. */
  readonly hello: (relayed: boolean) => void;
  /** Called once, when the stream is destroyed. `flush`: both sides have said their end, and the last word of this side may still be under way. */
  readonly closed: (flush: boolean) => void;
}

/**
 * A stream over two data channels: bytes on one, what has come and where it ends on the other. It waits for a slow reader as TCP does, half-closes, and
 * knows what has arrived.
 */
export class IceDuplex extends Duplex {
  private readonly parts: IceDuplexParts;
  private readonly inbox: Uint8Array[] = [];
  private wanted = false;
  private outgoing: { readonly bytes: Uint8Array; at: number; readonly done: () => void } | undefined;
  /** Places in what this side sends: given to the page, gone to the browser, come to the other side, taken by its program. */
  private posted = 0;
  private sent = 0;
  private arrived = 0;
  private accepted = 0;
  /** Places in what the other side sends. */
  private received = 0;
  private taken = 0;
  private told = { received: 0, taken: 0 };
  private cancelTelling: (() => void) | undefined;
  private hellos = 0;
  private theirEnd: number | undefined;
  private endTold = false;
  private ourEnd: 'none' | 'said' | 'known' = 'none';
  private finished: (() => void) | undefined;
  private probe: { readonly place: number; readonly atMs: number } | undefined;
  private minRoundTripMs = 0;
  /** When the other side last had nothing to acknowledge, or acknowledged something. */
  private signMs = 0;

  constructor(parts: IceDuplexParts) {
    super({ allowHalfOpen: false });
    this.parts = parts;
  }

  get traffic(): LinkTraffic {
    return { bytesSent: this.posted, bytesReceived: this.received };
  }

  look(): SystemView {
    const queuedBytes = this.posted - this.arrived;
    return {
      acknowledgedBytes: this.arrived,
      queuedBytes,
      minRoundTripMs: this.minRoundTripMs,
      owedMs: queuedBytes > 0 ? this.parts.clock.monotonicMs() - this.signMs : 0,
    };
  }

  sayHello(relayed: boolean): void {
    this.say({ tag: 'hello', relayed });
  }

  /** Bytes of the other side. */
  dataCame(bytes: Uint8Array): void {
    if (this.destroyed) return;
    this.received += bytes.length;
    if (this.received - this.told.taken > WINDOW_BYTES)
      return this.refuse('IceDuplex.data', `<= ${WINDOW_BYTES} bytes ahead`, this.received);
    if (this.received > (this.theirEnd ?? Number.POSITIVE_INFINITY))
      return this.refuse('IceDuplex.data', 'nothing behind the end', this.received);
    if (this.inbox.length >= MOST_UNREAD) return this.refuse('IceDuplex.data', `<= ${MOST_UNREAD} messages unread`, this.inbox.length);
    this.inbox.push(bytes);
    this.handOut();
  }

  /** A message of the other side on the control channel. */
  controlCame(bytes: Uint8Array): void {
    if (this.destroyed) return;
    try {
      this.hearControl(readIceControl(bytes));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  /** The browser has taken more of what was posted. */
  pageSent(bytes: number): void {
    this.sent += bytes;
    if (this.sent > this.posted) return this.refuse('icePage.sent', `<= ${this.posted}`, this.sent);
    this.flow();
  }

  /** The connection is gone. That is no error once both sides have said their end. */
  gone(why: string): void {
    if (this.destroyed) return;
    if (this.theirEnd !== this.received || this.ourEnd === 'none') {
      this.destroy(new ConnectionError('SOCKET', `the data channels are gone: ${why}`));
      return;
    }
    this.ended();
  }

  override _read(): void {
    this.wanted = true;
    this.handOut();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.outgoing = { bytes: chunk, at: 0, done };
    this.flow();
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', done);
  }

  override _final(done: () => void): void {
    this.finished = done;
    this.ourEnd = 'said';
    this.say({ tag: 'end', total: this.posted });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.cancelTelling?.();
    this.inbox.length = 0;
    this.outgoing = undefined;
    this.parts.closed(error === null && this.ourEnd === 'known' && this.theirEnd === this.received);
    done(error);
  }

  private hearControl(control: IceControl): void {
    switch (control.tag) {
      case 'hello':
        this.hellos += 1;
        if (this.hellos > MOST_HELLOS) return this.refuse('IceControl.hello', `<= ${MOST_HELLOS}`, this.hellos);
        return this.parts.hello(control.relayed);
      case 'have':
        return this.acknowledged(control.received, control.taken);
      case 'end':
        if (this.theirEnd !== undefined || control.total < this.received)
          return this.refuse('IceControl.end', `one, >= ${this.received}`, control.total);
        this.theirEnd = control.total;
        return this.handOut();
      case 'ended':
        if (this.ourEnd !== 'said') return this.refuse('IceControl.ended', 'after our end', this.ourEnd);
        return this.ended();
    }
  }

  /** The other side has all that this one sent. */
  private ended(): void {
    const { finished } = this;
    this.ourEnd = 'known';
    this.finished = undefined;
    finished?.();
  }

  private acknowledged(received: number, taken: number): void {
    const moved = received > this.arrived || taken > this.accepted;
    if (!moved || received < this.arrived || taken < this.accepted || received > this.posted)
      return this.refuse('IceControl.have', `${this.arrived} to ${this.posted}`, received);
    this.arrived = received;
    this.accepted = taken;
    this.signMs = this.parts.clock.monotonicMs();
    if (this.probe !== undefined && received >= this.probe.place) {
      const roundTripMs = this.signMs - this.probe.atMs;
      this.minRoundTripMs = this.minRoundTripMs === 0 ? roundTripMs : Math.min(this.minRoundTripMs, roundTripMs);
      this.probe = undefined;
    }
    this.flow();
  }

  /** Gives the page as much of what is being written as page and other side take. */
  private flow(): void {
    while (this.outgoing !== undefined && !this.destroyed) {
      const { outgoing } = this;
      const left = outgoing.bytes.length - outgoing.at;
      const room = Math.min(
        MOST_POSTED_BYTES - (this.posted - this.sent),
        WINDOW_BYTES - (this.posted - this.accepted),
        MAX_CHUNK_BYTES,
        left,
      );
      if (left > 0 && room <= 0) return;
      if (left > 0) {
        const atMs = this.parts.clock.monotonicMs();
        if (this.posted === this.arrived) this.signMs = atMs;
        this.posted += room;
        this.probe ??= { place: this.posted, atMs };
        // A copy: posting a view sends all of the memory behind it.
        this.parts.post('data', new Uint8Array(outgoing.bytes.subarray(outgoing.at, outgoing.at + room)));
        outgoing.at += room;
      }
      if (outgoing.at === outgoing.bytes.length) {
        this.outgoing = undefined;
        outgoing.done();
      }
    }
  }

  /** Gives the reader what it wants, tells the other side, and ends where that has ended. */
  private handOut(): void {
    while (this.wanted) {
      const bytes = this.inbox.shift();
      if (bytes === undefined) break;
      this.taken += bytes.length;
      this.wanted = this.push(bytes);
    }
    this.tellSoon();
    if (this.theirEnd === this.received && this.inbox.length === 0) this.endHere();
  }

  private endHere(): void {
    if (this.endTold) return;
    this.endTold = true;
    this.tell();
    this.say({ tag: 'ended' });
    this.push(null);
  }

  private tellSoon(): void {
    const { received, taken, told } = this;
    const news = Math.max(received - told.received, taken - told.taken);
    if (news >= TELL_AFTER_BYTES) return this.tell();
    if (news > 0) this.cancelTelling ??= this.parts.clock.after(TELL_AFTER_MS, () => this.tell());
  }

  private tell(): void {
    this.cancelTelling?.();
    this.cancelTelling = undefined;
    const { received, taken, told } = this;
    if (received === told.received && taken === told.taken) return;
    this.told = { received, taken };
    this.say({ tag: 'have', received, taken });
  }

  private say(control: IceControl): void {
    if (!this.destroyed) this.parts.post('control', writeIceControl(control));
  }

  private refuse(field: string, expected: string, got: number | string): void {
    this.destroy(new ProtocolError('OUT_OF_RANGE', field, expected, got));
  }
}
