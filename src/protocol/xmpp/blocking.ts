import { readJid, writeJid } from './jid.ts';
import { childrenOf, element, type Stanza } from './stanza.ts';

/** XEP-0191 */
export const BLOCKING = 'urn:xmpp:blocking';
const LIMIT = 5_000;

export function blockListRequest(): Stanza {
  return element('blocklist', BLOCKING);
}

export function writeBlocking(how: 'block' | 'unblock', address: string): Stanza {
  return element(how, BLOCKING, {}, element('item', BLOCKING, { jid: address }));
}

/** The people in a list of blocked addresses, or in a push. */
export function readBlocking(payload: Stanza | undefined): readonly string[] {
  if (payload?.xmlns !== BLOCKING) return [];
  return childrenOf(payload, 'item', BLOCKING)
    .slice(0, LIMIT)
    .flatMap(({ attributes }) => {
      const jid = readJid(attributes['jid']);
      return jid?.local === undefined || jid.resource !== undefined ? [] : [writeJid(jid)];
    });
}
