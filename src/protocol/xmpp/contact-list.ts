import { bareOf, readJid, writeJid } from './jid.ts';
import { type CapabilityHash, type PresenceStanza, type Show, writeSubscription } from './presence.ts';
import type { RosterChange, RosterItem } from './roster.ts';
import type { Stanza } from './stanza.ts';

/** More devices of one person than anybody has. */
const DEVICE_LIMIT = 32;
/** Of people who are on no list: requests that wait, and guests. */
const STRANGER_LIMIT = 256;
/** As often the server's list is told in one sign-in what one contact calls themselves. Names are shown as they come; whoever changes theirs all day costs no more. */
const NAME_LIMIT = 8;

/** One program of somebody that is signed in. */
export interface Device {
  /** Folded, with the resource. */
  readonly jid: string;
  readonly show: Show;
  readonly priority: number;
  readonly capabilities: CapabilityHash | undefined;
}

export interface KnownContact {
  readonly address: string;
  readonly name: string;
  readonly show: Show | 'offline';
}

export type ContactListOutput =
  | { readonly tag: 'send'; readonly stanza: Stanza }
  /** The list is another one now, or looks otherwise. */
  | { readonly tag: 'changed' }
  /** Somebody who is not on the list wants to see us. */
  | { readonly tag: 'listed'; readonly address: string; readonly name: string }
  /** The list has no name for them yet, or the one that they had before. */
  | { readonly tag: 'name'; readonly address: string; readonly name: string }
  /** A program has signed in, or says something else of itself. */
  | { readonly tag: 'came'; readonly device: Device }
  /** A program, or every one of an address that is bare, has signed out. */
  | { readonly tag: 'left'; readonly jid: string };

export interface ContactListOptions {
  /** Our bare address. */
  readonly own: string;
  /** What we call ourselves now. */
  readonly nick: () => string;
  /** Whether a link of ours had this token, and is used up by it (XEP-0379): they need not wait for a person. */
  readonly welcomes: (token: string, address: string) => boolean;
}

/**
 * Who is on the list of an account, who sees whom, and which of their programs are signed in (RFC 6121). Whom we have put on the list ourselves
 * may see us; anybody else is told of. No I/O.
 */
export class ContactList {
  private readonly options: ContactListOptions;
  private readonly items = new Map<string, RosterItem>();
  private readonly devices = new Map<string, Map<string, Device>>();
  /** What people call themselves, by address. */
  private readonly nicks = new Map<string, string>();
  /** How often the server's list was to learn a name, by address. */
  private readonly renamings = new Map<string, number>();
  /** Those who wait for an answer. */
  private readonly waiting = new Set<string>();
  private readonly blocked = new Set<string>();

  constructor(options: ContactListOptions) {
    this.options = options;
  }

  get contacts(): readonly KnownContact[] {
    return [...this.items.keys()].map((address) => ({ address, name: this.nameOf(address), show: this.showOf(address) }));
  }

  has(address: string): boolean {
    return this.items.has(address);
  }

  isBlocked(address: string): boolean {
    return this.blocked.has(address);
  }

  /** Whether their presence is told to us: where it is not, nothing can be said of who is there. */
  sees(address: string): boolean {
    const subscription = this.items.get(address)?.subscription;
    return subscription === 'to' || subscription === 'both';
  }

  /** They have not said yet whether they let themselves be seen. */
  isUnanswered(address: string): boolean {
    return this.items.get(address)?.asked === true && !this.sees(address);
  }

  itemOf(address: string): RosterItem | undefined {
    return this.items.get(address);
  }

  isWaiting(address: string): boolean {
    return this.waiting.has(address);
  }

  devicesOf(address: string): readonly Device[] {
    return [...(this.devices.get(address)?.values() ?? [])];
  }

  /** What they call themselves, else as the list has them, else the name in their address. */
  nameOf(address: string): string {
    return this.nicks.get(address) ?? this.items.get(address)?.name ?? readJid(address)?.local ?? address;
  }

  /** The whole list, as it is at sign-in. */
  loaded(changes: readonly RosterChange[], blocked: readonly string[]): void {
    for (const change of changes) this.apply(change);
    for (const address of blocked) this.blocked.add(address);
  }

  pushed(changes: readonly RosterChange[]): readonly ContactListOutput[] {
    for (const change of changes) this.apply(change);
    return changes.length === 0 ? [] : [{ tag: 'changed' }];
  }

  block(address: string): void {
    this.blocked.add(address);
    this.answered(address);
  }

  unblock(address: string): void {
    this.blocked.delete(address);
  }

  /** They have been answered, or wait no more. Of whoever has not come onto the list nothing is kept. */
  answered(address: string): void {
    this.waiting.delete(address);
    if (!this.items.has(address)) this.nicks.delete(address);
  }

  heard(presence: PresenceStanza): readonly ContactListOutput[] {
    const address = bareOf(presence.from);
    if (address === this.options.own || this.blocked.has(address)) return [];
    switch (presence.tag) {
      case 'available':
        return this.available(address, presence);
      case 'unavailable':
        return this.unavailable(address, presence.from);
      case 'subscribe':
        return this.asked(address, presence.nick, presence.token);
      case 'unsubscribe':
        this.answered(address);
        return [];
      case 'subscribed':
      case 'unsubscribed':
        return [];
    }
  }

  private available(address: string, presence: PresenceStanza & { readonly tag: 'available' }): readonly ContactListOutput[] {
    const known = this.items.has(address);
    if (!known && !this.devices.has(address) && this.devices.size >= this.items.size + STRANGER_LIMIT) return [];
    const devices = this.devices.get(address) ?? new Map<string, Device>();
    if (!devices.has(presence.from) && devices.size >= DEVICE_LIMIT) return [];
    const { from: jid, show, priority, capabilities, nick } = presence;
    const device = { jid, show, priority, capabilities };
    devices.set(jid, device);
    this.devices.set(address, devices);
    return [...(known ? this.named(address, nick) : []), ...(known ? [{ tag: 'changed' } as const] : []), { tag: 'came', device }];
  }

  private unavailable(address: string, from: string): readonly ContactListOutput[] {
    const devices = this.devices.get(address);
    if (from === address) devices?.clear();
    else devices?.delete(from);
    if (devices?.size === 0) this.devices.delete(address);
    return [...(this.items.has(address) ? [{ tag: 'changed' } as const] : []), { tag: 'left', jid: from }];
  }

  /** Whom we have asked ourselves, or who came by a link of ours, may see us; we see them in return. */
  private asked(address: string, nick: string | undefined, token: string | undefined): readonly ContactListOutput[] {
    const item = this.items.get(address);
    if (item === undefined && (token === undefined || !this.options.welcomes(token, address))) {
      if (this.waiting.size >= STRANGER_LIMIT) return [];
      this.waiting.add(address);
      // They have a name from the moment on that they are put on the list.
      if (nick !== undefined) this.nicks.set(address, nick);
      return [{ tag: 'listed', address, name: nick ?? readJid(address)?.local ?? address }];
    }
    const sees = item?.subscription === 'to' || item?.subscription === 'both' || item?.asked === true;
    const ask: readonly ContactListOutput[] = sees
      ? []
      : [{ tag: 'send', stanza: writeSubscription('subscribe', address, { nick: this.options.nick() }) }];
    return [{ tag: 'send', stanza: writeSubscription('subscribed', address) }, ...ask, ...this.named(address, nick)];
  }

  /** The server's list learns what they call themselves, so that they have a name while they are away too; one that a person gave stays. */
  private named(address: string, nick: string | undefined): readonly ContactListOutput[] {
    const before = this.nicks.get(address);
    const listed = this.items.get(address)?.name;
    if (nick === undefined || (nick === before && listed !== undefined)) return [];
    this.nicks.set(address, nick);
    const ours = listed === undefined || listed === before;
    const told = this.renamings.get(address) ?? 0;
    if (!ours || listed === nick || told >= NAME_LIMIT) return [{ tag: 'changed' }];
    this.renamings.set(address, told + 1);
    return [{ tag: 'changed' }, { tag: 'name', address, name: nick }];
  }

  private apply(change: RosterChange): void {
    if ('removed' in change) {
      this.items.delete(change.address);
      this.renamings.delete(change.address);
      this.nicks.delete(change.address);
      return;
    }
    this.items.set(change.address, change);
    if (change.subscription === 'from' || change.subscription === 'both') this.waiting.delete(change.address);
  }

  /** Of the programs with the highest priority, the one that is most there. */
  private showOf(address: string): Show | 'offline' {
    const devices = this.devicesOf(address);
    const highest = Math.max(...devices.map(({ priority }) => priority));
    const shows = devices.filter(({ priority }) => priority === highest).map(({ show }) => show);
    return (['online', 'busy', 'away'] as const).find((show) => shows.includes(show)) ?? 'offline';
  }
}

/** The bare address that a person has typed; undefined where it is none. */
export function typedAddress(text: string): string | undefined {
  const jid = readJid(text.trim());
  return jid?.local === undefined || jid.resource !== undefined ? undefined : writeJid(jid);
}
