import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { ServerLimits } from './limits.ts';

interface Ticket {
  readonly address: string;
  readonly expiresAtMs: number;
}

/** Tickets of the log-in page: each for one address, redeemable once, valid as long as a switchboard cookie. */
export class Tickets {
  private readonly clock: Clock;
  private readonly limits: ServerLimits;
  private readonly issued = new Map<string, Ticket>();

  constructor(clock: Clock, limits: ServerLimits) {
    this.clock = clock;
    this.limits = limits;
  }

  issue(address: string): string {
    const now = this.clock.monotonicMs();
    // The map is in the order of expiry, since all tickets live equally long.
    for (const [value, { expiresAtMs }] of this.issued) {
      if (expiresAtMs > now && this.issued.size < this.limits.connections) break;
      this.issued.delete(value);
    }
    const value = `t=${randomBytes(24).toString('hex')}&p=${randomBytes(24).toString('hex')}`;
    this.issued.set(value, { address, expiresAtMs: now + this.limits.cookieLifetimeMs });
    return value;
  }

  redeem(address: string, value: string): boolean {
    const ticket = this.issued.get(value);
    if (ticket?.address !== address) return false;
    this.issued.delete(value);
    return ticket.expiresAtMs > this.clock.monotonicMs();
  }
}
