import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { Urgency } from '../../protocol/rdp/channels/contract.ts';
import type { Clock } from '../clock.ts';

/**
 * What is in the socket cannot be overtaken any more, so only so much is put there before the kernel has taken what went before, and no more
 * than the line carries in little time ({@link OutboxWire.roomBytes}): a picture may fill a quick line, and what may take its time goes only
 * when the kernel has all that went before, a slice at a time.
 */
const AHEAD_BYTES = { picture: 256 * 1024, bulk: 0 } as const;
/** Nobody tells when bytes arrive at the other side: it is looked for this often while something waits for room. */
const LOOK_AGAIN_MS = 5;
const SLICE_BYTES = { picture: 64 * 1024, bulk: 32 * 1024 } as const;
/**
 * While anything else is going on, bulk rests so long after each slice: it is not only the line that is shared but also the processors at both
 * ends. Three to six megabytes a second are left to it (docs/measurements.md), which is more than most lines have.
 */
const BULK_REST_MS = 5;
/** Something else is going on when a PDU that is not bulk has been sent within this time. */
const BUSY_MS = 250;
/**
 * Bound on the waiting bytes of each urgency. A sender that awaits its promises stays far below it; what it sends when nothing waits is bounded
 * by whoever made it, a picture by its desktop.
 */
const MAX_WAITING_BYTES: Readonly<Record<Urgency, number>> = { control: 4 << 20, picture: 64 << 20, bulk: 8 << 20 };

export interface OutboxWire {
  /** Bytes written that the kernel has not taken yet. */
  readonly unsentBytes: number;
  /** How many bytes more may be written ahead of what is urgent, by what the line carries. */
  readonly roomBytes: number;
  /** `taken` runs when the kernel has taken them. */
  write(bytes: Uint8Array, taken?: () => void): void;
}

/** PDUs that were given at once. */
interface Batch {
  readonly pdus: readonly Uint8Array[];
  /** How many of them have been written. */
  written: number;
  readonly taken: (() => void) | undefined;
}

/**
 * Stands between a protocol machine and its socket: the session's own PDUs and control first, pictures next, bulk last. Only whole PDUs change
 * places, and those of one urgency never do.
 */
export class Outbox {
  private readonly wire: OutboxWire;
  private readonly waiting: Record<Urgency, Batch[]> = { control: [], picture: [], bulk: [] };
  private readonly waitingBytes: Record<Urgency, number> = { control: 0, picture: 0, bulk: 0 };
  private readonly clock: Clock;
  private suspended = false;
  private flowing = false;
  private busyUntilMs = Number.NEGATIVE_INFINITY;
  private cancelRest: (() => void) | undefined;
  private cancelLook: (() => void) | undefined;

  constructor(wire: OutboxWire, clock: Clock) {
    this.wire = wire;
    this.clock = clock;
  }

  /** The connection is over: nothing goes any more. */
  close(): void {
    this.suspended = true;
    this.cancelRest?.();
    this.cancelLook?.();
  }

  /** A PDU of the session itself: waits for nothing. Throws `TOO_LARGE` when the other side takes nothing any more. */
  sendNow(bytes: Uint8Array): void {
    this.check('control', bytes.length);
    this.waitingBytes.control += bytes.length;
    this.busyUntilMs = this.clock.monotonicMs() + BUSY_MS;
    this.wire.write(bytes, () => {
      this.waitingBytes.control -= bytes.length;
      this.flow();
    });
  }

  /** Whole PDUs that may wait; `taken` when the kernel has all of them. Throws `TOO_LARGE`, and sends none, where too much waits already. */
  send(pdus: readonly Uint8Array[], urgency: Urgency, taken?: () => void): void {
    let byteLength = 0;
    for (const pdu of pdus) byteLength += pdu.length;
    this.check(urgency, byteLength);
    this.waitingBytes[urgency] += byteLength;
    if (pdus.length === 0) taken?.();
    else this.waiting[urgency].push({ pdus, written: 0, taken });
    this.flow();
  }

  /** The session is being reactivated: graphics of the old one go before it, everything else waits until {@link resume}. */
  suspend(): void {
    this.write('picture', Number.POSITIVE_INFINITY);
    this.suspended = true;
  }

  resume(): void {
    this.suspended = false;
    this.flow();
  }

  /** As much as may go now. Called again whenever the kernel has taken something. */
  readonly flow = (): void => {
    if (this.suspended || this.flowing) return;
    this.flowing = true;
    try {
      this.write('control', Number.POSITIVE_INFINITY);
      while (this.waiting.picture.length > 0 && this.wire.unsentBytes < AHEAD_BYTES.picture) if (!this.writeWhereRoom('picture')) return;
      if (this.waiting.picture.length === 0 && this.wire.unsentBytes <= AHEAD_BYTES.bulk && this.cancelRest === undefined) this.writeBulk();
    } finally {
      this.flowing = false;
    }
  };

  private writeBulk(): void {
    if (this.waiting.bulk.length === 0 || !this.writeWhereRoom('bulk')) return;
    if (this.clock.monotonicMs() >= this.busyUntilMs) return;
    this.cancelRest = this.clock.after(BULK_REST_MS, () => {
      this.cancelRest = undefined;
      this.flow();
    });
  }

  /** A slice, at most as much as there is room for; false, and looked at again soon, where there is none. */
  private writeWhereRoom(urgency: 'picture' | 'bulk'): boolean {
    const { roomBytes } = this.wire;
    if (roomBytes > 0) {
      this.write(urgency, Math.min(SLICE_BYTES[urgency], roomBytes));
      return true;
    }
    this.cancelLook ??= this.clock.after(LOOK_AGAIN_MS, () => {
      this.cancelLook = undefined;
      this.flow();
    });
    return false;
  }

  private check(urgency: Urgency, byteLength: number): void {
    const waiting = this.waitingBytes[urgency];
    const bytes = waiting + byteLength;
    if (waiting > 0 && bytes > MAX_WAITING_BYTES[urgency])
      throw new ProtocolError('TOO_LARGE', `what waits to be sent (${urgency})`, `<= ${MAX_WAITING_BYTES[urgency]} bytes`, bytes);
  }

  /** Writes whole PDUs of at most `limit` bytes together, and at least one if there is one; in one piece, so that TLS makes few records of them. */
  private write(urgency: Urgency, limit: number): void {
    const queue = this.waiting[urgency];
    const slice: Uint8Array[] = [];
    const finished: Batch[] = [];
    let byteLength = 0;
    for (let [batch] = queue; batch !== undefined; [batch] = queue) {
      const pdu = batch.pdus[batch.written] as Uint8Array;
      if (slice.length > 0 && byteLength + pdu.length > limit) break;
      slice.push(pdu);
      byteLength += pdu.length;
      batch.written += 1;
      if (batch.written < batch.pdus.length) continue;
      finished.push(batch);
      queue.shift();
    }
    if (slice.length === 0) return;
    if (urgency !== 'bulk') this.busyUntilMs = this.clock.monotonicMs() + BUSY_MS;
    this.wire.write(joined(slice), () => {
      this.waitingBytes[urgency] -= byteLength;
      for (const { taken } of finished) taken?.();
      this.flow();
    });
  }
}

/** All parts in a row; without copying them where they lie so in memory, as the PDUs of one frame do. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? new Uint8Array(0);
  let end = first.byteOffset;
  for (const { buffer, byteOffset, length } of parts) {
    if (buffer !== first.buffer || byteOffset !== end) return Buffer.concat(parts);
    end += length;
  }
  return new Uint8Array(first.buffer, first.byteOffset, end - first.byteOffset);
}
