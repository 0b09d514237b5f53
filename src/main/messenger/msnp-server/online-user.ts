import type { HostPort } from '../../../protocol/host-port.ts';
import { MSNP_ERROR } from '../../../protocol/msnp/error-codes.ts';
import type { ListEntry, ListName, ListSnapshot } from '../../../protocol/msnp/lists.ts';
import { isVisible, type PresenceCode } from '../../../protocol/msnp/presence.ts';
import type { NotificationServerMachine } from '../../../protocol/msnp/server/notification.ts';
import type { Answer, SeenContact, SignedInUser, SwitchboardTicket } from '../../../protocol/msnp/server/signed-in-user.ts';
import { CONTACT_LIMIT, GROUP_LIMIT, type AccountStore, type StoredAccount } from './account-store.ts';
import type { Reaching } from './reaching.ts';
import type { Switchboards } from './switchboards.ts';

type StoredList = 'allow' | 'block';
const STORED_LISTS: Readonly<Record<'AL' | 'BL', StoredList>> = { AL: 'allow', BL: 'block' };

/** The other users, as one user's lists need them. */
export interface UserDirectory {
  readonly store: AccountStore;
  readonly switchboards: Switchboards;
  readonly reaching: Reaching;
  /** The user signed in with `address`, if any. */
  user(address: string): OnlineUser | undefined;
  /** The live set of owners of forward lists that have `address`; whoever changes a forward list changes it. */
  reverseOf(address: string): Set<string>;
  renamed(): void;
  leave(user: OnlineUser): void;
}

/** One signed-in account and its lists. */
export class OnlineUser implements SignedInUser {
  readonly address: string;
  readonly machine: NotificationServerMachine;
  readonly endpoint: HostPort;
  private readonly directory: UserDirectory;
  private presence: PresenceCode = 'FLN';
  private clientId: string | undefined;

  constructor(directory: UserDirectory, address: string, machine: NotificationServerMachine, endpoint: HostPort) {
    this.directory = directory;
    this.address = address;
    this.machine = machine;
    this.endpoint = endpoint;
  }

  get friendlyName(): string {
    return this.account.friendlyName;
  }

  /** Whether `address` sees this user online: not hidden, not blocking `address`, and, under BLP BL, with `address` on the allow list. */
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
    // The lowest free id: a counter that only grows would leave the range that can be stored.
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
    // The account was removed while signed in. Its connection is about to be closed and gets empty lists until then.
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

  /** Applies a change of this user's forward list to the other's reverse list. Gives this user's new serial. */
  private changeReverse(change: 'ADD' | 'REM', address: string, forward: StoredAccount['forward']): number {
    const found = this.directory.store.find(address);
    const other = found === undefined ? undefined : { ...found, serial: found.serial + 1 };
    const serial = this.change({ forward }, [], other);
    const owners = this.directory.reverseOf(address);
    if (change === 'ADD') owners.add(this.address);
    else owners.delete(this.address);
    // Beyond the limit the list is right all the same, and is read when they sign in the next time.
    const told = change === 'REM' || this.directory.reaching.admit('listRequest', this.address, address);
    if (other !== undefined && told) this.directory.user(address)?.machine.reverseListChanged(change, other.serial, this);
    return serial;
  }

  /**
   * Stores the change (and `other` with it), and tells the `concerned` users when it changes whether they see this one. Gives the new
   * serial.
   */
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

  /** The signed-in users who have this one on their forward list. */
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
