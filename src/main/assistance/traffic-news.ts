import type { SessionTraffic } from '../../protocol/assistance/status.ts';

/** The two sides ask each other less than this while nothing happens, in bytes: as a total since the last telling, and as the difference of two seconds. */
const QUIET_BYTES = 4_096;
/** Round trip and age are never twice the same: what is nearer than this, and than this part, is. */
const NEAR = { ms: 2, part: 0.1 } as const;

/** Whether a session's figures have become others by what anybody reads. Whoever is not told takes them to be as they were told last. */
export class TrafficNews {
  private told: SessionTraffic | undefined;
  /** Bytes of the second that was told last, and of all that the second before had counted. */
  private toldSecondBytes = 0;
  private countedBytes = 0;

  /** To be called once a second; true when they are told now. */
  isNews(now: SessionTraffic): boolean {
    const bytes = now.bytesSent + now.bytesReceived;
    const secondBytes = bytes - this.countedBytes;
    this.countedBytes = bytes;
    const { told } = this;
    if (told !== undefined && !differs(told, now) && Math.abs(secondBytes - this.toldSecondBytes) < QUIET_BYTES) return false;
    this.told = now;
    this.toldSecondBytes = secondBytes;
    return true;
  }
}

function differs(told: SessionTraffic, now: SessionTraffic): boolean {
  const since = Math.abs(now.bytesSent - told.bytesSent) + Math.abs(now.bytesReceived - told.bytesReceived);
  return (
    since >= QUIET_BYTES ||
    Math.round(told.framesPerSecond) !== Math.round(now.framesPerSecond) ||
    !isNear(told.roundTripMs, now.roundTripMs) ||
    !isNear(told.pictureAgeMs, now.pictureAgeMs)
  );
}

function isNear(before: number | undefined, now: number | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  return Math.abs(now - before) < Math.max(NEAR.ms, before * NEAR.part);
}
