/**
 * Whether the server is still there. Silence means something only from a server that measures round trips again and again: other servers
 * measure a few times while connecting, or now and then, and have nothing to say while the desktop stands still.
 */
export class ServerPresence {
  private readonly goneAfterMs: number;
  private heardMs = 0;
  private lastTickMs: number | undefined;
  private lastMeasuredMs: number | undefined;
  private measures: 'connectTime' | 'continuous' | undefined;

  constructor(goneAfterMs: number) {
    this.goneAfterMs = goneAfterMs;
  }

  /** Anything at all came from the server. */
  heard(nowMs: number): void {
    this.heardMs = nowMs;
  }

  /** The server sent an RTT Measure Request of this kind ([MS-RDPBCGR] 2.2.14.1.1). A second one in time makes a habit of it. */
  measured(phase: 'connectTime' | 'continuous', nowMs: number): void {
    if (this.lastMeasuredMs !== undefined && nowMs - this.lastMeasuredMs <= this.goneAfterMs) this.measures = phase;
    this.lastMeasuredMs = nowMs;
  }

  /** True when a server that should have been heard has not been. A late tick (this computer slept) does not count against it. */
  isGone(nowMs: number, active: boolean): boolean {
    if (this.lastTickMs !== undefined && nowMs - this.lastTickMs > this.goneAfterMs) this.heardMs = nowMs;
    this.lastTickMs = nowMs;
    const watched = active ? this.measures === 'continuous' : this.measures !== undefined;
    return watched && nowMs - this.heardMs > this.goneAfterMs;
  }
}
