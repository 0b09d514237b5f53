import type { Rate } from './rate-limit.ts';
import type { ReachingLimits } from './reaching.ts';

/** Bounds on what one peer, and all peers together, may use. */
export interface ServerLimits {
  readonly connections: number;
  readonly connectionsPerHost: number;
  /** New connections from one host. */
  readonly connecting: Rate;
  /** Wrong log-ins, for one account from one host and (four times as many) for one host. */
  readonly failedSignIns: Rate;
  /** Commands and messages on one connection; beyond it the connection ends with error 800. */
  readonly commands: Rate;
  /**
   * New connections that are taken from a host's allowance when one of its connections exceeded `commands`: flooding and reconnecting
   * makes it wait.
   */
  readonly floodPenalty: number;
  /** From the connection to the end of its log-in. */
  readonly signInDeadlineMs: number;
  /** How long a switchboard cookie or a log-in ticket is valid. */
  readonly cookieLifetimeMs: number;
  readonly switchboardsPerUser: number;
  readonly peoplePerSwitchboard: number;
  /** What one account may bring before another person. */
  readonly reaching: ReachingLimits;
  /** Bytes that may wait to be sent to one peer; above it the connection ends. */
  readonly unsentBytes: number;
}

export const SERVER_LIMITS: ServerLimits = {
  connections: 10_000,
  connectionsPerHost: 500,
  connecting: { burst: 200, perSecond: 20 },
  failedSignIns: { burst: 5, perSecond: 1 / 12 },
  commands: { burst: 300, perSecond: 30 },
  floodPenalty: 50,
  signInDeadlineMs: 30_000,
  cookieLifetimeMs: 60_000,
  switchboardsPerUser: 32,
  peoplePerSwitchboard: 16,
  // No person is as fast; what the other's own program makes of it is quieter still (main/interruptions.ts).
  reaching: {
    ring: { person: { burst: 40, perSecond: 1 / 4 }, together: { burst: 120, perSecond: 1 } },
    invitation: { person: { burst: 20, perSecond: 1 / 10 }, together: { burst: 60, perSecond: 1 / 3 } },
    listRequest: { person: { burst: 5, perSecond: 1 / 60 }, together: { burst: 60, perSecond: 1 / 10 } },
  },
  unsentBytes: 512 * 1024,
};
