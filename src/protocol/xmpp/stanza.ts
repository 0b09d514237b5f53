import { ProtocolError } from '../bytes/errors.ts';
import { escapeXml, parseXmlWithText, type XmlElement } from '../xml/xml.ts';
import { NS } from './namespaces.ts';

/**
 * An element of a stream, its namespace resolved. Text is kept. Of the attributes, those without a prefix and those of XML itself
 * (`xml:lang`) are: nothing here needs others.
 */
export interface Stanza {
  readonly name: string;
  readonly xmlns: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Stanza | string)[];
}

/** What prefixes mean; `''` is the default namespace. */
export type Scope = ReadonlyMap<string, string>;

const OUTSIDE: Scope = new Map([
  ['', ''],
  ['xml', NS.xml],
]);

/** Attributes that are undefined are left out. */
export function element(
  name: string,
  xmlns: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly (Stanza | string)[]
): Stanza {
  const given = Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { name, xmlns, attributes: Object.fromEntries(given), children };
}

/** What is routed and counted (RFC 6120 section 8), unlike what belongs to the stream itself. */
export const isStanzaName = (name: string): boolean => name === 'message' || name === 'presence' || name === 'iq';

/** Any child element without a name, of any namespace without one. */
export function childrenOf(stanza: Stanza, name?: string, xmlns?: string): readonly Stanza[] {
  return stanza.children.filter(
    (child): child is Stanza =>
      typeof child !== 'string' && (name === undefined || child.name === name) && (xmlns === undefined || child.xmlns === xmlns),
  );
}

/** The first of `childrenOf`. */
export function childOf(stanza: Stanza, name?: string, xmlns?: string): Stanza | undefined {
  return childrenOf(stanza, name, xmlns)[0];
}

/** The text that stands in it directly; empty where there is none. */
export function textOf(stanza: Stanza | undefined): string {
  return stanza?.children.filter((child) => typeof child === 'string').join('') ?? '';
}

/** @param parentXmlns the default namespace where it is written to; a stream of clients has `jabber:client` */
export function writeStanza(stanza: Stanza, parentXmlns: string = NS.client): string {
  const { name, xmlns, attributes, children } = stanza;
  let text = `<${name}`;
  if (xmlns !== parentXmlns) text += ` xmlns="${escapeXml(xmlns)}"`;
  for (const [key, value] of Object.entries(attributes)) text += ` ${key}="${escapeXml(value)}"`;
  if (children.length === 0) return `${text}/>`;
  text += '>';
  for (const child of children) text += typeof child === 'string' ? escapeXml(child) : writeStanza(child, xmlns);
  return `${text}</${name}>`;
}

/**
 * Reads one element with what is in it.
 * @param scope what the elements around it declared; nothing by default
 * Throws ProtocolError as `parseXml` does, and MALFORMED for a prefix that nobody declared.
 */
export function readStanza(text: string, scope: Scope = OUTSIDE): Stanza {
  return resolved(parseXmlWithText(text), scope);
}

/** Reads a stream's opening tag: the element without children, and what it declared for everything inside. */
export function readStreamHeader(text: string): { readonly header: Stanza; readonly scope: Scope } {
  const name = /^<([^\s/>]+)/.exec(text)?.[1] ?? '';
  const read = parseXmlWithText(`${text}</${name}>`);
  const scope = scopeIn(read, OUTSIDE);
  return { header: resolved(read, OUTSIDE), scope };
}

function scopeIn({ attributes }: XmlElement<string>, outer: Scope): Scope {
  let scope: Map<string, string> | undefined;
  for (const [name, value] of attributes) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    scope ??= new Map(outer);
    scope.set(name.slice(6), value);
  }
  return scope ?? outer;
}

function resolved(read: XmlElement<string>, outer: Scope): Stanza {
  const scope = scopeIn(read, outer);
  const colon = read.name.indexOf(':');
  const xmlns = scope.get(colon < 0 ? '' : read.name.slice(0, colon));
  if (xmlns === undefined) throw new ProtocolError('MALFORMED', 'XML.prefix', 'a declared prefix', read.name.slice(0, 32));
  const attributes = [...read.attributes].filter(([name]) => name !== 'xmlns' && (!name.includes(':') || name.startsWith('xml:')));
  return {
    name: read.name.slice(colon + 1),
    xmlns,
    attributes: Object.fromEntries(attributes),
    children: read.children.map((child) => (typeof child === 'string' ? child : resolved(child, scope))),
  };
}
