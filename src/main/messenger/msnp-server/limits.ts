import type { Rate } from './rate-limit.ts';

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
  unsentBytes: 512 * 1024,
};
