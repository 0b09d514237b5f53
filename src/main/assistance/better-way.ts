import type { Role, SessionConnection, WayId } from '../../protocol/assistance/status.ts';
import type { WayPlan } from '../../protocol/assistance/ways.ts';
import type { Clock } from '../clock.ts';

/** A relayed session looks for a direct way so soon after it has begun, and so often again. */
const FIRST_AFTER_MS = 10_000;
const EVERY_MS = 60_000;

/** The ways on which this side reaches where the other is known to be: nothing has to be said for them. */
export function knownWays(ways: readonly WayPlan[], role: Role): readonly WayId[] {
  return ways.filter(({ offeredBy, signals }) => offeredBy !== role && signals !== true).map(({ id }) => id);
}

/** Reminds of a session that goes through somebody else's server that there may be a direct way by now. */
export class BetterWay {
  private readonly clock: Clock;
  private readonly look: () => void;
  private cancel: () => void = () => undefined;

  constructor(clock: Clock, look: () => void) {
    this.clock = clock;
    this.look = look;
  }

  /** The session goes over this connection from here on. */
  follow({ relayed }: SessionConnection): void {
    this.cancel();
    if (relayed === true) this.wait(FIRST_AFTER_MS);
  }

  stop(): void {
    this.cancel();
  }

  private wait(ms: number): void {
    this.cancel = this.clock.after(ms, () => {
      this.wait(EVERY_MS);
      this.look();
    });
  }
}
