import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { loginResponse } from '../../../protocol/msnp/challenge.ts';
import { DIALECTS, type Dialect } from '../../../protocol/msnp/dialect.ts';
import type { HostPort } from '../../../protocol/host-port.ts';
import { MSNP_ERROR } from '../../../protocol/msnp/error-codes.ts';
import type { NotificationHost, NotificationServerMachine } from '../../../protocol/msnp/server/notification.ts';
import type { Answer, SignedInUser } from '../../../protocol/msnp/server/signed-in-user.ts';
import type { AccountStore } from './account-store.ts';
import type { ServerLimits } from './limits.ts';
import { OnlineUser, type UserDirectory } from './online-user.ts';
import { Reaching } from './reaching.ts';
import { KeyedRateLimit } from './rate-limit.ts';
import { Tickets } from './tickets.ts';
import { Switchboards } from './switchboards.ts';

const md5Hex = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');

/** The users of one server: accounts, who is signed in, and who sees whose presence. */
export class Directory implements UserDirectory {
  readonly store: AccountStore;
  readonly switchboards: Switchboards;
  readonly reaching: Reaching;
  private readonly online = new Map<string, OnlineUser>();
  /** Everybody's reverse list: by address, the owners of the forward lists that have it. */
  private readonly reverse = new Map<string, Set<string>>();
  private readonly failures: KeyedRateLimit;
  private readonly hostFailures: KeyedRateLimit;
  private readonly changed: () => void;
  private readonly tickets: Tickets;
  private readonly dialects: readonly Dialect[];

  constructor(store: AccountStore, clock: Clock, limits: ServerLimits, changed: () => void, dialects: readonly Dialect[] = DIALECTS) {
    this.store = store;
    this.dialects = dialects;
    this.tickets = new Tickets(clock, limits);
    this.changed = changed;
    this.failures = new KeyedRateLimit(clock, limits.failedSignIns);
    this.hostFailures = new KeyedRateLimit(clock, { burst: limits.failedSignIns.burst * 4, perSecond: limits.failedSignIns.perSecond * 4 });
    this.reaching = new Reaching(clock, limits.reaching);
    this.switchboards = new Switchboards(
      clock,
      limits,
      this.reaching,
      (caller, callee, sessionId, cookie) => {
        const user = this.online.get(callee);
        if (this.store.find(callee) === undefined || user === undefined || !user.isSeenBy(caller.address))
          return { ok: false, error: MSNP_ERROR.notOnline };
        if (!this.reaching.admit('ring', caller.address, callee)) return { ok: false, error: MSNP_ERROR.tooFast };
        user.machine.ring(sessionId, { endpoint: user.endpoint, cookie }, caller);
        return { ok: true };
      },
      (address) => this.store.find(address)?.friendlyName ?? address,
    );
    for (const account of store.list()) this.accountAdded(account.address);
  }

  isOnline(address: string): boolean {
    return this.online.has(address);
  }

  /**
   * The host of one connection's machine. `endpoint` is the local address that the client dialled, `remoteHost` the client's IP address.
   */
  hostFor(endpoint: HostPort, remoteHost: string): NotificationHost {
    return {
      md5Hex,
      newChallenge: () => randomBytes(10).toString('hex'),
      dialects: this.dialects,
      signIn: (address, challenge, response, machine) => this.signIn(address, challenge, response, machine, endpoint, remoteHost),
      signInWithTicket: (address, ticket, machine) => {
        if (!this.tickets.redeem(address, ticket) || this.store.find(address) === undefined) {
          return { ok: false, error: MSNP_ERROR.authenticationFailed };
        }
        return this.admit(address, machine, endpoint);
      },
    };
  }

  accountAdded(address: string): void {
    for (const { address: contact } of this.store.find(address)?.forward ?? []) this.reverseOf(contact).add(address);
  }

  /** Issues a log-in ticket when `knows` accepts the account's access token; undefined when it does not, or after too many failures. */
  issueTicket(address: string, remoteHost: string, knows: (accessToken: string) => boolean): string | undefined {
    return this.authenticate(address, remoteHost, knows) ? this.tickets.issue(address) : undefined;
  }

  /** After an account was removed from the store: signs its owner out and takes the address off every reverse list. */
  accountRemoved(address: string): void {
    for (const owner of this.reverseOf(address)) {
      this.online.get(owner)?.machine.contactChanged({ address, friendlyName: address, presence: 'FLN' });
    }
    this.online.get(address)?.machine.expel('SSD');
    for (const owners of this.reverse.values()) owners.delete(address);
  }

  expelAll(): void {
    for (const user of Array.from(this.online.values())) user.machine.expel('SSD');
  }

  /* ---------- UserDirectory ---------- */

  reverseOf(address: string): Set<string> {
    const owners = this.reverse.get(address) ?? new Set<string>();
    this.reverse.set(address, owners);
    return owners;
  }

  user(address: string): OnlineUser | undefined {
    return this.online.get(address);
  }

  leave(user: OnlineUser): void {
    if (this.online.get(user.address) !== user) return;
    this.online.delete(user.address);
    this.switchboards.evict(user.address);
    this.changed();
  }

  renamed(): void {
    this.changed();
  }

  private signIn(
    address: string,
    challenge: string,
    response: string,
    machine: NotificationServerMachine,
    endpoint: HostPort,
    remoteHost: string,
  ): Answer<{ readonly user: SignedInUser }> {
    const right = this.authenticate(address, remoteHost, (accessToken) => {
      const expected = Buffer.from(loginResponse(md5Hex, challenge, accessToken));
      const given = Buffer.from(response);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
    return right ? this.admit(address, machine, endpoint) : { ok: false, error: MSNP_ERROR.authenticationFailed };
  }

  /** Whether `knows` accepts the account's token; false without asking after too many failures of this host or account. */
  private authenticate(address: string, remoteHost: string, knows: (accessToken: string) => boolean): boolean {
    const key = `${remoteHost} ${address}`;
    if (!this.failures.peek(key) || !this.hostFailures.peek(remoteHost)) return false;
    const account = this.store.find(address);
    // `knows` also runs for an unknown address, so that the answer takes the same time.
    const right = knows(account?.accessToken ?? 'nobody') && account !== undefined;
    if (!right) {
      this.failures.take(key);
      this.hostFailures.take(remoteHost);
    }
    return right;
  }

  private admit(address: string, machine: NotificationServerMachine, endpoint: HostPort): Answer<{ readonly user: SignedInUser }> {
    this.accountAdded(address);
    this.online.get(address)?.machine.expel('OTH');
    const user = new OnlineUser(this, address, machine, endpoint);
    this.online.set(address, user);
    this.changed();
    return { ok: true, user };
  }
}
