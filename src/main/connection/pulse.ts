import type { Clock } from '../clock.ts';
import type { LinkTraffic } from './contract.ts';
import { QUIET_TICK_MS, TICK_MS } from './deadlines.ts';

/** A question, its answer and what is told of it take less than this between two ticks, in bytes of TLS either way. */
const QUESTION_BYTES = 300;
/** So long after anything more has passed, in milliseconds, the line counts as in use. */
const REST_MS = 2_000;
/** Nothing for so long, in milliseconds, is more than a question's time and what a timer is late: an answer is missing. */
const MISSING_MS = QUIET_TICK_MS + 150;
/** Ticks of a quiet line are no nearer than this while they move to where other timers wake the program as well. */
const LEAST_QUIET_MS = 300;

/**
 * How often a machine is told the time. Every quarter of a second while the line is in use, or an answer is missing: then silence is judged as
 * soon as ever. Every half second while only questions and answers pass, at the wall clock's half seconds, where session and network are looked at as well.
 */
export class Pulse {
  private readonly clock: Clock;
  private readonly traffic: () => LinkTraffic;
  private heardMs = Number.NEGATIVE_INFINITY;
  private usedMs: number;
  private bytes = 0;

  constructor(clock: Clock, traffic: () => LinkTraffic) {
    this.clock = clock;
    this.traffic = traffic;
    this.usedMs = clock.monotonicMs();
  }

  /** Anything has come from the other side. */
  heard(nowMs: number): void {
    this.heardMs = nowMs;
  }

  /** From this tick to the next, in milliseconds. To be called once a tick. */
  nextMs(): number {
    const nowMs = this.clock.monotonicMs();
    const { bytesSent, bytesReceived } = this.traffic();
    const bytes = bytesSent + bytesReceived;
    if (bytes - this.bytes > QUESTION_BYTES) this.usedMs = nowMs;
    this.bytes = bytes;
    if (nowMs - this.usedMs < REST_MS || nowMs - this.heardMs >= MISSING_MS) return TICK_MS;
    return Math.max(LEAST_QUIET_MS, QUIET_TICK_MS - (this.clock.now() % QUIET_TICK_MS));
  }
}
