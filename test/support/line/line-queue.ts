/* One direction of a line: every packet is late by as much as was asked for, some are lost, and no more wait than fit. */

export interface QueueQuality {
  /** Of each packet, in milliseconds. */
  readonly delayMs: number;
  /** Of all packets, 0 to 1. */
  readonly loss: number;
  /** Nothing comes through, as if there were nobody at the other end. What is on its way is lost as well. */
  readonly silent: boolean;
}

export interface QueueCounts {
  readonly carried: number;
  readonly lost: number;
  /** Came while too much was waiting. */
  readonly overflowed: number;
}

interface Waiting {
  readonly packet: Uint8Array;
  readonly cameMs: number;
  readonly dueMs: number;
}

/** What waits at most, in bytes: half a second at 100 Mbit/s. */
export const MOST_WAITING_BYTES = 6 * 1024 * 1024;
/** So many of the newest packets tell how late they were. */
const MEASURED = 4_096;
/** A queue that has given so many is made shorter. */
const COMPACT_AFTER = 1_024;

/** Times are milliseconds of a clock that only goes forward. */
export class LineQueue {
  private quality: QueueQuality;
  private readonly random: () => number;
  private waiting: Waiting[] = [];
  private first = 0;
  private bytes = 0;
  private lastDueMs = 0;
  private readonly lateMs: number[] = [];
  private counts = { carried: 0, lost: 0, overflowed: 0 };

  /** `random`: from 0 to below 1. */
  constructor(quality: QueueQuality, random: () => number) {
    this.quality = quality;
    this.random = random;
  }

  get told(): QueueCounts {
    return { ...this.counts };
  }

  /** How late the newest packets were, in milliseconds, the least late first. */
  get measured(): readonly number[] {
    return this.lateMs.toSorted((a, b) => a - b);
  }

  /** From now on; what waits keeps its time, and packets never overtake each other. */
  become(quality: QueueQuality): void {
    this.quality = quality;
    this.lateMs.length = 0;
    if (quality.silent) this.loseAll();
  }

  /** Takes a packet, which is not to be changed afterwards. */
  came(packet: Uint8Array, nowMs: number): void {
    const { delayMs, loss, silent } = this.quality;
    if (silent || (loss > 0 && this.random() < loss)) this.counts.lost += 1;
    else if (this.bytes + packet.length > MOST_WAITING_BYTES) this.counts.overflowed += 1;
    else {
      this.lastDueMs = Math.max(this.lastDueMs, nowMs + delayMs);
      this.waiting.push({ packet, cameMs: nowMs, dueMs: this.lastDueMs });
      this.bytes += packet.length;
    }
  }

  /** When the next packet is due; undefined while none waits. */
  get nextMs(): number | undefined {
    return this.waiting[this.first]?.dueMs;
  }

  /** The next packet, if its time has come. */
  due(nowMs: number): Uint8Array | undefined {
    const next = this.waiting[this.first];
    if (next === undefined || next.dueMs > nowMs) return undefined;
    this.first += 1;
    this.bytes -= next.packet.length;
    if (this.first >= COMPACT_AFTER || this.first === this.waiting.length) {
      this.waiting = this.waiting.slice(this.first);
      this.first = 0;
    }
    this.counts.carried += 1;
    if (this.lateMs.length === MEASURED) this.lateMs.shift();
    this.lateMs.push(nowMs - next.cameMs);
    return next.packet;
  }

  private loseAll(): void {
    this.counts.lost += this.waiting.length - this.first;
    this.waiting = [];
    this.first = 0;
    this.bytes = 0;
  }
}

/** The same numbers every time (mulberry32), so that a run with loss can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
