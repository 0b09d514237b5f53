import { LIST_NAMES, type ListLine, type ListName } from '../lists.ts';
import { isVisible, type PresenceCode } from '../presence.ts';

/** More list entries than any server keeps; a bound on a hostile one. */
const LIST_ENTRY_LIMIT = 5_000;

export interface ClientContact {
  readonly address: string;
  readonly friendlyName: string;
  readonly presence: PresenceCode;
}

/** The account's four lists, and who of the forward list is there, as the server tells them. Addresses are told apart in lower case. */
export class ContactLists {
  private readonly lists = Object.fromEntries(LIST_NAMES.map((name) => [name, new Map<string, string>()])) as Record<
    ListName,
    Map<string, string>
  >;
  private readonly presences = new Map<string, PresenceCode>();
  private entriesTold = 0;

  get contacts(): readonly ClientContact[] {
    return [...this.lists.FL].map(([address, friendlyName]) => ({ address, friendlyName, presence: this.presences.get(address) ?? 'FLN' }));
  }

  /** Address and name of everybody who has added us, and is neither allowed nor blocked. */
  get waiting(): readonly (readonly [string, string])[] {
    return [...this.lists.RL].filter(([address]) => this.isUndecided(address));
  }

  /** How many entries LST has brought. */
  get told(): number {
    return this.entriesTold;
  }

  isOn(list: ListName, address: string): boolean {
    return this.lists[list].has(address.toLowerCase());
  }

  /** Neither allowed nor blocked. */
  isUndecided(address: string): boolean {
    return !this.isOn('AL', address) && !this.isOn('BL', address);
  }

  /** An entry that LST brings. False where it is one too many. */
  tell(lists: readonly ListName[], { address, friendlyName }: NonNullable<ListLine['entry']>): boolean {
    this.entriesTold += 1;
    if (this.entriesTold > LIST_ENTRY_LIMIT) return false;
    for (const list of lists) this.lists[list].set(address, friendlyName);
    return true;
  }

  add(list: ListName, address: string, friendlyName: string): void {
    if (this.lists[list].size < LIST_ENTRY_LIMIT) this.lists[list].set(address.toLowerCase(), friendlyName);
  }

  remove(list: ListName, address: string): void {
    this.lists[list].delete(address.toLowerCase());
    if (list === 'FL') this.presences.delete(address.toLowerCase());
  }

  /** Where somebody is, and, where it is told, what they are called now. False where they are not on the forward list. */
  see(address: string, presence: PresenceCode, friendlyName: string | undefined): boolean {
    const key = address.toLowerCase();
    if (!this.lists.FL.has(key)) return false;
    if (isVisible(presence)) this.presences.set(key, presence);
    else this.presences.delete(key);
    if (friendlyName !== undefined) this.lists.FL.set(key, friendlyName);
    return true;
  }
}
