import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { loginResponse } from '../../../protocol/msnp/challenge.ts';
import { DIALECTS, type Dialect } from '../../../protocol/msnp/dialect.ts';
import type { Endpoint } from '../../../protocol/msnp/endpoint.ts';
import { MSNP_ERROR } from '../../../protocol/msnp/error-codes.ts';
import type { ListEntry, ListName, ListSnapshot } from '../../../protocol/msnp/lists.ts';
import { isVisible, type PresenceCode } from '../../../protocol/msnp/presence.ts';
import type {
  Answer,
  NotificationHost,
  NotificationServerMachine,
  SeenContact,
  SignedInUser,
  SwitchboardTicket,
} from '../../../protocol/msnp/server/notification.ts';
import { CONTACT_LIMIT, type AccountStore, type StoredAccount } from './account-store.ts';
import type { ServerLimits } from './limits.ts';
import { KeyedRateLimit } from './rate-limit.ts';
import { Tickets } from './tickets.ts';
import { Switchboards } from './switchboards.ts';

const md5Hex = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');

const GROUP_LIMIT = 30;

type StoredList = 'allow' | 'block';
const STORED_LISTS: Readonly<Record<'AL' | 'BL', StoredList>> = { AL: 'allow', BL: 'block' };

/** Who has an account, who is signed in, who sees whom. */
export class Directory {
  readonly store: AccountStore;
  readonly switchboards: Switchboards;
  private readonly online = new Map<string, OnlineUser>();
  /** Owner of a forward list entry by the one who is on it: everybody's reverse list. */
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
    this.switchboards = new Switchboards(
      clock,
      limits,
      (caller, callee, sessionId, cookie) => {
        const user = this.online.get(callee);
        if (this.store.find(callee) === undefined || user === undefined || !user.isSeenBy(caller.address))
          return { ok: false, error: MSNP_ERROR.notOnline };
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

  /** What the machine of one connection sees of us. `endpoint` is where that client reached us, `remoteHost` who it is. */
  hostFor(endpoint: Endpoint, remoteHost: string): NotificationHost {
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

  /** A ticket for whoever `knows` the account's access token; the log-in page asks. */
  issueTicket(address: string, remoteHost: string, knows: (accessToken: string) => boolean): string | undefined {
    return this.authenticate(address, remoteHost, knows) ? this.tickets.issue(address) : undefined;
  }

  /** The account is gone from the store: its owner is thrown out and nobody has it any more on their reverse list. */
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

  /* ---------- used by OnlineUser ---------- */

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
    endpoint: Endpoint,
    remoteHost: string,
  ): Answer<{ readonly user: SignedInUser }> {
    const right = this.authenticate(address, remoteHost, (accessToken) => {
      const expected = Buffer.from(loginResponse(md5Hex, challenge, accessToken));
      const given = Buffer.from(response);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
    return right ? this.admit(address, machine, endpoint) : { ok: false, error: MSNP_ERROR.authenticationFailed };
  }

  /** Whether they know the token, unless there have been too many who did not. */
  private authenticate(address: string, remoteHost: string, knows: (accessToken: string) => boolean): boolean {
    const key = `${remoteHost} ${address}`;
    if (!this.failures.peek(key) || !this.hostFailures.peek(remoteHost)) return false;
    const account = this.store.find(address);
    // Looked at for an unknown address too, so that the time tells nothing.
    const right = knows(account?.accessToken ?? 'nobody') && account !== undefined;
    if (!right) {
      this.failures.take(key);
      this.hostFailures.take(remoteHost);
    }
    return right;
  }

  private admit(address: string, machine: NotificationServerMachine, endpoint: Endpoint): Answer<{ readonly user: SignedInUser }> {
    this.accountAdded(address);
    this.online.get(address)?.machine.expel('OTH');
    const user = new OnlineUser(this, address, machine, endpoint);
    this.online.set(address, user);
    this.changed();
    return { ok: true, user };
  }
}

/** One signed-in account and its lists. */
class OnlineUser implements SignedInUser {
  readonly address: string;
  readonly machine: NotificationServerMachine;
  readonly endpoint: Endpoint;
  private readonly directory: Directory;
  private presence: PresenceCode = 'FLN';
  private clientId: string | undefined;

  constructor(directory: Directory, address: string, machine: NotificationServerMachine, endpoint: Endpoint) {
    this.directory = directory;
    this.address = address;
    this.machine = machine;
    this.endpoint = endpoint;
  }

  get friendlyName(): string {
    return this.account.friendlyName;
  }

  /** Online, not hidden, and neither blocked nor a stranger to one who lets only the allowed through (BLP). */
  isSeenBy(address: string): boolean {
    return isVisible(this.presence) && this.allows(address);
  }

  snapshot(): ListSnapshot {
    const { account } = this;
    const entry = (address: string, groups: readonly number[] = []): ListEntry => ({ address, friendlyName: this.nameOf(address), groups });
    return {
      serial: account.serial,
      prompt: account.prompt,
      privacy: account.privacy,
      groups: account.groups,
      lists: {
        FL: account.forward.map(({ address, groups }) => entry(address, groups)),
        AL: account.allow.map((address) => entry(address)),
        BL: account.block.map((address) => entry(address)),
        RL: [...this.directory.reverseOf(this.address)].map((address) => entry(address)),
      },
    };
  }

  setPresence(presence: PresenceCode, clientId?: string): void {
    this.clientId = clientId;
    this.showing(
      this.watchers(),
      () => {
        this.presence = presence;
      },
      true,
    );
  }

  contactsOnline(): readonly SeenContact[] {
    return this.account.forward.flatMap(({ address }) => {
      const contact = this.directory.user(address);
      return contact?.isSeenBy(this.address) === true ? [contact.seen()] : [];
    });
  }

  add(
    list: ListName,
    address: string,
    group: number,
  ): Answer<{ readonly serial: number; readonly friendlyName: string; readonly online?: SeenContact }> {
    const { account } = this;
    if (this.directory.store.find(address) === undefined || address === this.address) return { ok: false, error: MSNP_ERROR.noSuchUser };
    if (list === 'FL') return this.addForward(account, address, group);
    if (list === 'RL') return { ok: false, error: MSNP_ERROR.invalidParameter };
    const name = STORED_LISTS[list];
    if (account[name].includes(address)) return { ok: false, error: MSNP_ERROR.alreadyThere };
    if (account[name === 'allow' ? 'block' : 'allow'].includes(address)) return { ok: false, error: MSNP_ERROR.onOppositeList };
    if (account[name].length >= CONTACT_LIMIT) return { ok: false, error: MSNP_ERROR.listFull };
    const serial = this.change({ [name]: [...account[name], address] }, [address]);
    return { ok: true, serial, friendlyName: this.nameOf(address) };
  }

  remove(list: ListName, address: string, group: number | undefined): Answer<{ readonly serial: number }> {
    const { account } = this;
    if (list === 'FL') return this.removeForward(account, address, group);
    if (list === 'RL') return { ok: false, error: MSNP_ERROR.invalidParameter };
    const name = STORED_LISTS[list];
    if (!account[name].includes(address)) return { ok: false, error: MSNP_ERROR.notThere };
    return { ok: true, serial: this.change({ [name]: account[name].filter((other) => other !== address) }, [address]) };
  }

  rename(friendlyName: string): { readonly serial: number } {
    const serial = this.change({ friendlyName }, []);
    for (const watcher of this.watchers()) if (this.isSeenBy(watcher.address)) watcher.machine.contactChanged(this.seen());
    this.directory.renamed();
    return { serial };
  }

  setPrivacy(privacy: 'AL' | 'BL'): { readonly serial: number } {
    return { serial: this.change({ privacy }, this.directory.reverseOf(this.address)) };
  }

  setPrompt(prompt: 'A' | 'N'): { readonly serial: number } {
    return { serial: this.change({ prompt }, []) };
  }

  addGroup(name: string): Answer<{ readonly serial: number; readonly id: number }> {
    const { groups } = this.account;
    if (groups.length >= GROUP_LIMIT) return { ok: false, error: MSNP_ERROR.tooManyGroups };
    // The lowest that is free: what only ever grows would one day be no id that can be stored.
    let id = 1;
    while (groups.some((group) => group.id === id)) id += 1;
    return { ok: true, id, serial: this.change({ groups: [...groups, { id, name }] }, []) };
  }

  removeGroup(id: number): Answer<{ readonly serial: number }> {
    const { account } = this;
    if (id === 0) return { ok: false, error: MSNP_ERROR.groupZero };
    if (!account.groups.some((group) => group.id === id)) return { ok: false, error: MSNP_ERROR.noSuchGroup };
    if (account.forward.some((entry) => entry.groups.includes(id))) return { ok: false, error: MSNP_ERROR.groupNotEmpty };
    return { ok: true, serial: this.change({ groups: account.groups.filter((group) => group.id !== id) }, []) };
  }

  renameGroup(id: number, name: string): Answer<{ readonly serial: number }> {
    const { groups } = this.account;
    if (!groups.some((group) => group.id === id)) return { ok: false, error: MSNP_ERROR.noSuchGroup };
    return { ok: true, serial: this.change({ groups: groups.map((group) => (group.id === id ? { id, name } : group)) }, []) };
  }

  openSwitchboard(): SwitchboardTicket {
    return { endpoint: this.endpoint, cookie: this.directory.switchboards.newCookie(this.address) };
  }

  signedOut(): void {
    this.setPresence('FLN');
    this.directory.leave(this);
  }

  seen(): SeenContact {
    const presence = isVisible(this.presence) ? this.presence : 'FLN';
    const { address, friendlyName, clientId } = this;
    return { address, friendlyName, presence, ...(clientId === undefined ? {} : { clientId }) };
  }

  private get account(): StoredAccount {
    const account = this.directory.store.find(this.address);
    if (account !== undefined) return account;
    // Removed while signed in; the connection is about to be closed and only needs something harmless to look at.
    return {
      version: 1,
      address: this.address,
      friendlyName: this.address,
      accessToken: '',
      serial: 1,
      privacy: 'BL',
      prompt: 'A',
      groups: [],
      forward: [],
      allow: [],
      block: [],
    };
  }

  private nameOf(address: string): string {
    return this.directory.store.find(address)?.friendlyName ?? address;
  }

  private allows(address: string): boolean {
    const { account } = this;
    if (account.block.includes(address)) return false;
    return account.privacy === 'AL' || account.allow.includes(address);
  }

  private addForward(account: StoredAccount, address: string, group: number): ReturnType<OnlineUser['add']> {
    const there = account.forward.find((entry) => entry.address === address);
    if (there?.groups.includes(group) === true) return { ok: false, error: MSNP_ERROR.alreadyThere };
    if (!account.groups.some(({ id }) => id === group)) return { ok: false, error: MSNP_ERROR.noSuchGroup };
    if (there === undefined && account.forward.length >= CONTACT_LIMIT) return { ok: false, error: MSNP_ERROR.listFull };
    const others = account.forward.filter((entry) => entry !== there);
    const forward = [...others, { address, groups: [...(there?.groups ?? []), group] }];
    const serial = there === undefined ? this.changeReverse('ADD', address, forward) : this.change({ forward }, []);
    const contact = this.directory.user(address);
    return {
      ok: true,
      serial,
      friendlyName: this.nameOf(address),
      ...(contact?.isSeenBy(this.address) === true ? { online: contact.seen() } : {}),
    };
  }

  private removeForward(account: StoredAccount, address: string, group: number | undefined): Answer<{ readonly serial: number }> {
    const there = account.forward.find((entry) => entry.address === address);
    if (there === undefined || (group !== undefined && !there.groups.includes(group))) return { ok: false, error: MSNP_ERROR.notThere };
    const groups = group === undefined ? [] : there.groups.filter((id) => id !== group);
    const others = account.forward.filter((entry) => entry !== there);
    const serial =
      groups.length === 0 ? this.changeReverse('REM', address, others) : this.change({ forward: [...others, { address, groups }] }, []);
    return { ok: true, serial };
  }

  /** The other's reverse list follows from our forward list; its serial moves on with ours. */
  private changeReverse(change: 'ADD' | 'REM', address: string, forward: StoredAccount['forward']): number {
    const found = this.directory.store.find(address);
    const other = found === undefined ? undefined : { ...found, serial: found.serial + 1 };
    const serial = this.change({ forward }, [], other);
    const owners = this.directory.reverseOf(address);
    if (change === 'ADD') owners.add(this.address);
    else owners.delete(this.address);
    if (other !== undefined) this.directory.user(address)?.machine.reverseListChanged(change, other.serial, this);
    return serial;
  }

  /** Stores the change (and `other` with it), and shows those concerned what it does to our being seen. Gives the new serial. */
  private change(change: Partial<StoredAccount>, concerned: Iterable<string>, other?: StoredAccount): number {
    const serial = this.account.serial + 1;
    const addresses = new Set(concerned);
    const watchers = this.watchers().filter((watcher) => addresses.has(watcher.address));
    this.showing(
      watchers,
      () => this.directory.store.put({ ...this.account, ...change, serial }, ...(other === undefined ? [] : [other])),
      false,
    );
    return serial;
  }

  /** Those online who have us on their forward list. */
  private watchers(): readonly OnlineUser[] {
    return [...this.directory.reverseOf(this.address)].flatMap((address) => this.directory.user(address) ?? []);
  }

  private showing(watchers: readonly OnlineUser[], act: () => void, always: boolean): void {
    const before = watchers.map((watcher) => this.isSeenBy(watcher.address));
    act();
    watchers.forEach((watcher, index) => {
      const after = this.isSeenBy(watcher.address);
      if (after && (always || before[index] === false)) watcher.machine.contactChanged(this.seen());
      else if (!after && before[index] === true) watcher.machine.contactChanged({ ...this.seen(), presence: 'FLN' });
    });
  }
}
