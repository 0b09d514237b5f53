import { readJid, writeJid } from './jid.ts';
import { childrenOf, element, type Stanza } from './stanza.ts';

const ROSTER = 'jabber:iq:roster';
/** More people than anybody has; what a server sends beyond is passed over. */
const ITEM_LIMIT = 5_000;
const NAME_LIMIT = 129;

/** Who sees whom (RFC 6121 section 2.1.2.5): `to`, we see them; `from`, they see us. */
export type Subscription = 'none' | 'to' | 'from' | 'both';

/** One line of the list that the server keeps. */
export interface RosterItem {
  /** Bare, lower case. */
  readonly address: string;
  /** As somebody of this account has called them. */
  readonly name: string | undefined;
  readonly subscription: Subscription;
  /** We have asked to see them, and they have not answered yet. */
  readonly asked: boolean;
}

/** What a push says of one line. */
export type RosterChange = RosterItem | { readonly address: string; readonly removed: true };

const SUBSCRIPTIONS: ReadonlySet<string> = new Set<Subscription>(['none', 'to', 'from', 'both']);

export function rosterRequest(): Stanza {
  return element('query', ROSTER);
}

/** Adds a line or changes its name. */
export function rosterSet(address: string, name?: string): Stanza {
  return element('query', ROSTER, {}, element('item', ROSTER, { jid: address, name }));
}

export function rosterRemove(address: string): Stanza {
  return element('query', ROSTER, {}, element('item', ROSTER, { jid: address, subscription: 'remove' }));
}

export function isRoster(payload: Stanza | undefined): payload is Stanza {
  return payload?.name === 'query' && payload.xmlns === ROSTER;
}

/** The lines of a list or of a push. What is no person's (a gateway, a room) or makes no sense is passed over. */
export function readRoster(query: Stanza): readonly RosterChange[] {
  const changes = childrenOf(query, 'item', ROSTER).slice(0, ITEM_LIMIT).map(change);
  return changes.filter((one) => one !== undefined);
}

function change({ attributes }: Stanza): RosterChange | undefined {
  const jid = readJid(attributes['jid']);
  if (jid?.local === undefined || jid.resource !== undefined) return undefined;
  const address = writeJid(jid);
  const subscription = attributes['subscription'] ?? 'none';
  if (subscription === 'remove') return { address, removed: true };
  if (!SUBSCRIPTIONS.has(subscription)) return undefined;
  const name = attributes['name']?.trim().slice(0, NAME_LIMIT);
  return {
    address,
    name: name === '' ? undefined : name,
    subscription: subscription as Subscription,
    asked: attributes['ask'] === 'subscribe',
  };
}
