import { readJid, writeJid } from './jid.ts';
import { NS } from './namespaces.ts';
import { childOf, element, type Stanza, textOf } from './stanza.ts';

/** XEP-0172 */
const NICK = 'http://jabber.org/protocol/nick';
/** XEP-0379: by which whoever made a link knows that it was theirs. */
const NAME_LIMIT = 129;

/** How available somebody is. */
export type Show = 'online' | 'busy' | 'away';

/** What a program says of what it can (XEP-0115): `ver` stands for a list that is asked for once. */
export interface CapabilityHash {
  readonly node: string;
  readonly ver: string;
  readonly hash: string;
}

export type PresenceStanza =
  | {
      readonly tag: 'available';
      /** Folded, with the resource. */
      readonly from: string;
      readonly show: Show;
      /** −128 to 127 */
      readonly priority: number;
      readonly nick: string | undefined;
      readonly capabilities: CapabilityHash | undefined;
    }
  /** Of one resource, or of all of them where the address is bare. */
  | { readonly tag: 'unavailable'; readonly from: string }
  | {
      readonly tag: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';
      /** Bare. */
      readonly from: string;
      readonly nick: string | undefined;
      /** The token of a link of ours (XEP-0379), where they came by one. */
      readonly token: string | undefined;
    };

const SHOWS: ReadonlyMap<string, Show> = new Map(Object.entries({ chat: 'online', away: 'away', xa: 'away', dnd: 'busy' } as const));

/** Undefined for what is no person's, makes no sense, or is an error or a probe. */
export function readPresence(stanza: Stanza): PresenceStanza | undefined {
  const jid = readJid(stanza.attributes['from']);
  if (jid?.local === undefined) return undefined;
  const from = writeJid(jid);
  const { type } = stanza.attributes;
  switch (type) {
    case undefined:
      if (jid.resource === undefined) return undefined;
      return {
        tag: 'available',
        from,
        show: SHOWS.get(textOf(childOf(stanza, 'show', NS.client)).trim()) ?? 'online',
        priority: priorityOf(textOf(childOf(stanza, 'priority', NS.client))),
        nick: nickIn(stanza),
        capabilities: capabilitiesIn(stanza),
      };
    case 'unavailable':
      return { tag: 'unavailable', from };
    case 'subscribe':
    case 'subscribed':
    case 'unsubscribe':
    case 'unsubscribed': {
      const token = childOf(stanza, 'preauth', NS.preAuthentication)?.attributes['token'];
      return { tag: type, from: writeJid({ ...jid, resource: undefined }), nick: nickIn(stanza), token };
    }
    default:
      return undefined;
  }
}

/** Our own; to everybody who may see us, or to one address. */
export function writePresence(own: {
  readonly show: Show;
  readonly nick: string;
  readonly capabilities: CapabilityHash;
  readonly to?: string;
}): Stanza {
  const { node, ver, hash } = own.capabilities;
  return element(
    'presence',
    NS.client,
    { to: own.to },
    ...(own.show === 'online' ? [] : [element('show', NS.client, {}, own.show === 'busy' ? 'dnd' : 'away')]),
    element('c', NS.capabilities, { hash, node, ver }),
    writeNick(own.nick),
  );
}

export function writeUnavailable(to?: string): Stanza {
  return element('presence', NS.client, { type: 'unavailable', to });
}

/** `token`: of the link by which we came to them. */
export function writeSubscription(
  type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed',
  to: string,
  { nick, token }: { readonly nick?: string; readonly token?: string } = {},
): Stanza {
  return element(
    'presence',
    NS.client,
    { type, to },
    ...(nick === undefined ? [] : [writeNick(nick)]),
    ...(token === undefined ? [] : [element('preauth', NS.preAuthentication, { token })]),
  );
}

export function writeNick(nick: string): Stanza {
  return element('nick', NICK, {}, nick);
}

/** What they call themselves; one line, cut where it is too long. */
export function nickIn(stanza: Stanza): string | undefined {
  const nick = textOf(childOf(stanza, 'nick', NICK))
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return nick === '' ? undefined : Array.from(nick).slice(0, NAME_LIMIT).join('');
}

function priorityOf(text: string): number {
  return /^\s*[+-]?\d{1,3}\s*$/.test(text) ? Math.max(-128, Math.min(127, Number(text))) : 0;
}

function capabilitiesIn(stanza: Stanza): CapabilityHash | undefined {
  const { node, ver, hash } = childOf(stanza, 'c', NS.capabilities)?.attributes ?? {};
  if (node === undefined || ver === undefined || hash === undefined) return undefined;
  return node.length + ver.length + hash.length > 512 ? undefined : { node, ver, hash };
}
