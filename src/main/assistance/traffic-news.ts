import type { SessionTraffic } from '../../protocol/assistance/status.ts';

/** The two sides ask each other less than this while nothing happens, in bytes: as a total since the last telling, and as the difference of two seconds. */
const QUIET_BYTES = 4_096;
/** Round trip and age are never twice the same: what is nearer than this, and than this part, is; and where nothing else is another, they are told so seldom. */
const NEAR = { ms: 5, part: 0.25 } as const;
const TIMES_EACH_SECONDS = 5;

/** Whether a session's figures have become others by what anybody reads. Whoever is not told takes them to be as they were told last. */
export class TrafficNews {
  private told: SessionTraffic | undefined;
  /** Bytes of the second that was told last, and of all that the second before had counted. */
  private toldSecondBytes = 0;
  private countedBytes = 0;
  private untoldSeconds = 0;

  /** To be called once a second; true when they are told now. */
  isNews(now: SessionTraffic): boolean {
    const bytes = now.bytesSent + now.bytesReceived;
    const secondBytes = bytes - this.countedBytes;
    this.countedBytes = bytes;
    this.untoldSeconds += 1;
    if (this.told !== undefined && !this.differs(this.told, now, secondBytes)) return false;
    this.told = now;
    this.toldSecondBytes = secondBytes;
    this.untoldSeconds = 0;
    return true;
  }

  private differs(told: SessionTraffic, now: SessionTraffic, secondBytes: number): boolean {
    const since = Math.abs(now.bytesSent - told.bytesSent) + Math.abs(now.bytesReceived - told.bytesReceived);
    if (since >= QUIET_BYTES || Math.abs(secondBytes - this.toldSecondBytes) >= QUIET_BYTES) return true;
    if (Math.round(told.framesPerSecond) !== Math.round(now.framesPerSecond)) return true;
    if (this.untoldSeconds < TIMES_EACH_SECONDS) return false;
    return !isNear(told.roundTripMs, now.roundTripMs) || !isNear(told.pictureAgeMs, now.pictureAgeMs);
  }
}

function isNear(before: number | undefined, now: number | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  return Math.abs(now - before) < Math.max(NEAR.ms, before * NEAR.part);
}
