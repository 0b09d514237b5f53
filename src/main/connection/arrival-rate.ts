/** No more than a segment on its way beyond the round trip is no queue: it is acknowledged only with the next one. This large where nobody tells. */
const SEGMENT_BYTES = 1_448;
/** Nor is what is late by less than this, and by this part of a round trip: a busy computer reads its socket so late. */
const NO_QUEUE = { ms: 10, roundTrips: 1 / 16 } as const;
/** What is later than this stands in a queue for certain, and the rate is what arrives; what is less late may be, and the line carries that at least. */
const SURE_MS = 50;
/** What is older by this counts a third. */
const MEMORY_MS = 400;
/** So long the line has to have been busy before its rate is believed; and so long with a queue for certain before it is believed to be less than it was. */
const BELIEVED_MS = 20;
const SLOWER_MS = 120;
/** A line on which nothing has arrived for so long beyond a round trip has lost something or is down, which says nothing about its rate. */
const STALLED_MS = 200;
/** The present round trip is the shortest of this time, in two halves: a way may become longer. */
const HALF_MS = 5_000;
/** A router that counts bytes lets so many pass at once after a pause, whatever it carries: they prove nothing. */
const AT_ONCE_BYTES = 4_096;
/** And so much later than it happened a look may see something; of the round trip, by so much it may vary. */
const LATE_LOOK_MS = 20;
const VARIES_BY = 1 / 4;
/** By how much more is tried: the first time after a queue, and at most. */
const GROWTH = { first: 1.25, most: 2 } as const;
/** No line is slower, whatever was measured: else it would never be tried again. */
const LEAST_BYTES_PER_MS = 1;

const NOT_BUSY = { atMs: 0, ms: 0, sureMs: 0, bytes: 0 };

interface Place {
  readonly atMs: number;
  readonly bytes: number;
}

/** What is known of a stream at one moment. */
export interface LineLook {
  readonly atMs: number;
  /** Of all bytes so far. */
  readonly writtenBytes: number;
  readonly arrivedBytes: number;
  /** The shortest round trip so far and the usual one now, in milliseconds. */
  readonly minRoundTripMs: number;
  readonly roundTripMs: number;
  /** The largest segment; loopback's are 64 kB. */
  readonly segmentBytes?: number | undefined;
}

/**
 * How many bytes a line carries, from what was written and what has arrived when. What was written a round trip ago and has not arrived stands in
 * a queue; while there is one, what arrives is what the line carries. While there is none it may carry more than it does: then only as much is known
 * as was tried, and more is tried whenever half of what may be ahead came through without a queue; carefully first where a queue showed the rate before.
 */
export class ArrivalRate {
  private readonly aheadMs: number;
  /** What had been written when, back to one round trip ago. */
  private written: Place[] = [];
  private last: (LineLook & { readonly queuedBytes: number }) | undefined;
  private movedMs = 0;
  private busy = NOT_BUSY;
  private rate: number | undefined;
  /** A queue has shown it. */
  private isKnown = false;
  private growth: number = GROWTH.most;
  /** Since when, and since which place, there has been no queue, and what had arrived then. */
  private free: (Place & { readonly arrivedBytes: number }) | undefined;
  /** For how long the line has been carrying something since then. */
  private carryingMs = 0;
  /** For how long it has carried nothing since it last did. */
  private pauseMs = 0;
  private halves = { untilMs: 0, before: Number.POSITIVE_INFINITY, now: Number.POSITIVE_INFINITY };

  /** `aheadMs`: so much of it is kept on its way beyond the round trip. */
  constructor(aheadMs: number) {
    this.aheadMs = aheadMs;
  }

  /** Undefined before anything is known. */
  get bytesPerMs(): number | undefined {
    return this.rate;
  }

  /** A queue has shown the rate; else it is only what has been tried. */
  get isShown(): boolean {
    return this.isKnown;
  }

  /** What stands in a queue on its way, by the last look. */
  get queuedBytes(): number {
    return this.last?.queuedBytes ?? 0;
  }

  /** Something has been written, up to this place in all that was. */
  wrote(place: Place): void {
    const newest = this.written.at(-1);
    if (newest === undefined || newest.bytes < place.bytes) this.written.push(place);
  }

  /** `aheadBytes`: what may be on its way. */
  look(look: LineLook, aheadBytes: number): void {
    const { last } = this;
    if (last !== undefined && look.atMs < last.atMs) return;
    if (last !== undefined) this.carryingMs += this.carriedMs(last, look);
    const tried = this.remember(look);
    const queuedBytes = Math.max(0, tried - look.arrivedBytes);
    if (last === undefined || look.arrivedBytes !== last.arrivedBytes) this.movedMs = look.atMs;
    const segmentBytes = look.segmentBytes ?? SEGMENT_BYTES;
    const isQueue = queuedBytes > segmentBytes;
    const isSure = isQueue && this.lateMs(look) >= SURE_MS;
    const isMeasured = last !== undefined && isQueue && last.queuedBytes > segmentBytes;
    if (isMeasured) this.measure(last, look, isSure);
    // Before the first queue nothing is known, and what is a little late is no reason to go slowly; nor is a queue that is gone at the next look.
    if (isSure || (isMeasured && this.isKnown)) this.free = undefined;
    else if (!isQueue || !this.isKnown) this.grow(look, tried, aheadBytes);
    this.last = { ...look, queuedBytes };
  }

  /** Gives how much had been written when what arrives now was on its way at the latest. */
  private remember(look: LineLook): number {
    const { written } = this;
    this.wrote({ atMs: look.atMs, bytes: look.writtenBytes });
    const sinceMs = look.atMs - this.presentRoundTrip(look) * (1 + NO_QUEUE.roundTrips) - NO_QUEUE.ms;
    while (written[1] !== undefined && written[1].atMs <= sinceMs && written[1].bytes <= look.arrivedBytes) written.shift();
    return written.findLast(({ atMs }) => atMs <= sinceMs)?.bytes ?? look.arrivedBytes;
  }

  private presentRoundTrip({ atMs, roundTripMs, minRoundTripMs }: LineLook): number {
    const { halves } = this;
    if (atMs >= halves.untilMs) this.halves = { untilMs: atMs + HALF_MS, before: halves.now, now: Math.max(roundTripMs, minRoundTripMs) };
    else halves.now = Math.min(halves.now, Math.max(roundTripMs, minRoundTripMs));
    return Math.min(this.halves.before, this.halves.now);
  }

  /** By how much more than a round trip ago the oldest that has not arrived was written. */
  private lateMs(look: LineLook): number {
    const oldest = this.written.find(({ bytes }) => bytes > look.arrivedBytes);
    return oldest === undefined ? 0 : look.atMs - oldest.atMs - this.presentRoundTrip(look);
  }

  private measure(last: LineLook, look: LineLook, isSure: boolean): void {
    if (look.atMs - this.movedMs > STALLED_MS + look.minRoundTripMs) return;
    const ms = look.atMs - last.atMs;
    const kept = Math.exp(-(look.atMs - this.busy.atMs) / MEMORY_MS);
    this.busy = {
      atMs: look.atMs,
      ms: this.busy.ms * kept + ms,
      sureMs: this.busy.sureMs * kept + (isSure ? ms : 0),
      bytes: this.busy.bytes * kept + look.arrivedBytes - last.arrivedBytes,
    };
    if (this.busy.ms < BELIEVED_MS) return;
    const measured = this.busy.bytes / this.busy.ms;
    const isBelieved = this.rate === undefined || this.busy.sureMs >= SLOWER_MS;
    this.rate = Math.max(LEAST_BYTES_PER_MS, isBelieved ? 0 : (this.rate ?? 0), measured);
    if (!isBelieved) return;
    this.growth = GROWTH.first;
    this.isKnown ||= isSure;
  }

  /** For how long since the last look the line has been carrying; what it lets pass at once after a pause, it has saved up in that. */
  private carriedMs(last: LineLook, look: LineLook): number {
    const passedMs = look.atMs - last.atMs;
    const first = this.written.find(({ bytes }) => bytes > last.arrivedBytes);
    const sinceMs = first === undefined ? 0 : look.atMs - first.atMs - this.presentRoundTrip(look);
    const carryingMs = Math.min(passedMs, Math.max(0, sinceMs));
    this.pauseMs += passedMs - carryingMs;
    if (carryingMs === 0 && look.arrivedBytes === last.arrivedBytes) return 0;
    const savedMs = Math.min(this.pauseMs, AT_ONCE_BYTES / Math.max(LEAST_BYTES_PER_MS, this.rate ?? 0));
    this.pauseMs = 0;
    return savedMs + carryingMs;
  }

  private grow(look: LineLook, tried: number, aheadBytes: number): void {
    const { free } = this;
    const spanMs = look.minRoundTripMs + this.aheadMs;
    const more = (this.growth * aheadBytes) / spanMs;
    if (free === undefined) this.beginFree(look, tried);
    else if (this.isKnown) this.prove(look, tried, free, more);
    else if (tried - free.bytes >= aheadBytes / 2) this.become(more, look, tried);
    else if (look.atMs - free.atMs >= spanMs) this.beginFree(look, tried);
  }

  /**
   * Much may come through without a queue and be no more than the line carries: the rate that a queue has shown grows only where more arrives than it
   * lets arrive in the time in which the line carries, and by more than a router lets pass at once, a look is late by and the round trip may vary by.
   */
  private prove(look: LineLook, tried: number, free: Place & { readonly arrivedBytes: number }, more: number): void {
    const { rate = 0, carryingMs } = this;
    const arrived = look.arrivedBytes - free.arrivedBytes;
    const beyond = arrived - rate * carryingMs;
    if (beyond < -rate * LATE_LOOK_MS) return this.beginFree(look, tried);
    if (beyond <= AT_ONCE_BYTES + rate * (LATE_LOOK_MS + look.minRoundTripMs * VARIES_BY)) return;
    const proven = (arrived - AT_ONCE_BYTES) / Math.max(1, carryingMs);
    this.become(Math.min(proven * GROWTH.first, more), look, tried);
  }

  private become(bytesPerMs: number, look: LineLook, tried: number): void {
    this.rate = Math.max(this.rate ?? 0, bytesPerMs);
    this.growth = Math.min(GROWTH.most, this.growth * GROWTH.first);
    // What was measured before was less than it carries.
    this.busy = NOT_BUSY;
    this.beginFree(look, tried);
  }

  private beginFree({ atMs, arrivedBytes }: LineLook, bytes: number): void {
    this.free = { atMs, bytes, arrivedBytes };
    this.carryingMs = 0;
  }
}
