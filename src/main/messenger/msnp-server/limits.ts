import type { Rate } from './rate-limit.ts';

/** What the server lets one peer, and all of them, take. */
export interface ServerLimits {
  readonly connections: number;
  readonly connectionsPerHost: number;
  /** New connections from one host. */
  readonly connecting: Rate;
  /** Wrong log-ins, for one account from one host and (four times as many) for one host. */
  readonly failedSignIns: Rate;
  /** Commands and messages on one connection; beyond it the connection ends with error 800. */
  readonly commands: Rate;
  /** Connections that a host has fewer after one of them was ended for that: who floods and comes again soon has to wait. */
  readonly floodPenalty: number;
  /** Until signed in. */
  readonly signInDeadlineMs: number;
  /** Until a switchboard cookie is of no use. */
  readonly cookieLifetimeMs: number;
  readonly switchboardsPerUser: number;
  readonly peoplePerSwitchboard: number;
  /** What may wait for a peer that does not read. */
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
