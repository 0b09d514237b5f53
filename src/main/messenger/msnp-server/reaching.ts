import type { Clock } from '../../clock.ts';
import { KeyedRateLimit, type Rate } from './rate-limit.ts';

/**
 * What of one account reaches another person unasked. `ring`: into a conversation, with its first message; `invitation`: in one that is open
 * already; `listRequest`: that somebody has put them on their list.
 */
type Reach = 'ring' | 'invitation' | 'listRequest';

/** How often, to one person and to all together. */
export type ReachingLimits = Readonly<Record<Reach, { readonly person: Rate; readonly together: Rate }>>;

interface Buckets {
  readonly person: KeyedRateLimit;
  readonly together: KeyedRateLimit;
}

/** Who may reach whom how often, by account: a machine that signs in again or comes from another address has no new patience. */
export class Reaching {
  private readonly buckets: Readonly<Record<Reach, Buckets>>;

  constructor(clock: Clock, { ring, invitation, listRequest }: ReachingLimits) {
    const buckets = ({ person, together }: ReachingLimits[Reach]): Buckets => ({
      person: new KeyedRateLimit(clock, person),
      together: new KeyedRateLimit(clock, together),
    });
    this.buckets = { ring: buckets(ring), invitation: buckets(invitation), listRequest: buckets(listRequest) };
  }

  /** Counts one that is let through; what is refused is not counted, so that a flood does not lengthen its own time. */
  admit(reach: Reach, from: string, to: string): boolean {
    const pair = `${from} ${to}`;
    const { person, together } = this.buckets[reach];
    return together.peek(from) && person.take(pair) && together.take(from);
  }
}

/** Whether a message of a switchboard invites to something. */
export function invites(payload: Uint8Array): boolean {
  return /^invitation-command:[ \t]*invite[ \t]*$/im.test(Buffer.from(payload).toString('latin1').replaceAll('\r', ''));
}
