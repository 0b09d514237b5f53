import type { Clock } from '../clock.ts';

/** The screen reports an injected position back within this time. */
const OWN_FOR_MS = 1_000;
const MAX_POSITIONS = 256;

/**
 * Remembers where the expert's own input has put the pointer lately: the screen reports these positions back, and telling them to the
 * expert would pull the pointer back to where it was a round trip ago.
 */
export class OwnPointer {
  private readonly clock: Clock;
  private readonly positions = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  moved(x: number, y: number): void {
    const key = `${x},${y}`;
    this.positions.delete(key);
    this.positions.set(key, this.clock.monotonicMs());
    if (this.positions.size > MAX_POSITIONS)
      for (const oldest of this.positions.keys()) {
        this.positions.delete(oldest);
        break;
      }
  }

  isOwn(x: number, y: number): boolean {
    const atMs = this.positions.get(`${x},${y}`);
    return atMs !== undefined && this.clock.monotonicMs() - atMs <= OWN_FOR_MS;
  }
}
