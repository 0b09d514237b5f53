import { childOf, childrenOf, element, type Stanza } from './stanza.ts';

/** XEP-0030 */
export const DISCO_INFO = 'http://jabber.org/protocol/disco#info';
const DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
const DATA_FORMS = 'jabber:x:data';
const LIMIT = 256;

/** What an entity is and can. */
export interface DiscoInfo {
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
  /** It says more than `verificationString` covers. */
  readonly extended: boolean;
}

export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly lang: string;
  readonly name: string;
}

export function infoRequest(node?: string): Stanza {
  return element('query', DISCO_INFO, { node });
}

export function itemsRequest(): Stanza {
  return element('query', DISCO_ITEMS);
}

/** Undefined where it is none. */
export function readInfo(query: Stanza | undefined): DiscoInfo | undefined {
  if (query?.name !== 'query' || query.xmlns !== DISCO_INFO) return undefined;
  return {
    identities: childrenOf(query, 'identity', DISCO_INFO)
      .slice(0, LIMIT)
      .map(({ attributes }) => ({
        category: attributes['category'] ?? '',
        type: attributes['type'] ?? '',
        lang: attributes['xml:lang'] ?? '',
        name: attributes['name'] ?? '',
      })),
    features: childrenOf(query, 'feature', DISCO_INFO)
      .slice(0, LIMIT)
      .flatMap(({ attributes }) => attributes['var'] ?? []),
    extended: childOf(query, 'x', DATA_FORMS) !== undefined,
  };
}

export function writeInfo({ identities, features }: Omit<DiscoInfo, 'extended'>, node: string | undefined): Stanza {
  return element(
    'query',
    DISCO_INFO,
    { node },
    ...identities.map(({ category, type, lang, name }) =>
      element('identity', DISCO_INFO, { category, type, 'xml:lang': lang === '' ? undefined : lang, name }),
    ),
    ...features.map((feature) => element('feature', DISCO_INFO, { var: feature })),
  );
}

/** The addresses of what a server has beside itself. */
export function readItems(query: Stanza | undefined): readonly string[] {
  if (query?.name !== 'query' || query.xmlns !== DISCO_ITEMS) return [];
  return childrenOf(query, 'item', DISCO_ITEMS)
    .slice(0, LIMIT)
    .flatMap(({ attributes }) => attributes['jid'] ?? []);
}

/** XEP-0115 section 5.1, without forms: what a program's `ver` is the hash of. Sorted by code units, as bytes of UTF-8 are below U+10000. */
export function verificationString({ identities, features }: Omit<DiscoInfo, 'extended'>): string {
  const lines = [
    ...identities.map(({ category, type, lang, name }) => `${category}/${type}/${lang}/${name}`).toSorted(byCodeUnit),
    ...features.toSorted(byCodeUnit),
  ];
  return lines.map((line) => `${line}<`).join('');
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
