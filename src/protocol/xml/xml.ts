import { ProtocolError } from '../bytes/errors.ts';
import { decodeXmlBytes } from './xml-encoding.ts';

/** An element's name, attributes and child elements. Text between elements is checked and dropped, because none of the formats has any. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
}

/** Bound on a document; real ones have a few kilobytes. */
export const MAX_XML_BYTES = 0x4_0000;
const MAX_DEPTH = 16;
const MAX_ELEMENTS = 1024;
const MAX_ATTRIBUTES = 64;

const NAME = /[A-Za-z_:][\w:.-]{0,63}/y;
const SPACE = /[ \t\r\n]*/y;
/** XML 1.0 Char; a lone surrogate is none. */
const ILLEGAL = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function malformed(field: string, expected: string, got: string): ProtocolError {
  return new ProtocolError('MALFORMED', `XML.${field}`, expected, got.slice(0, 32));
}

/**
 * The one reader for every XML input: elements and attributes, predefined and numeric entities, comments. No DTD, no entity of its own, no
 * CDATA and no processing instruction but the prolog exists here, so nothing can be fetched or multiplied (CVE-2018-0878).
 * Throws ProtocolError TOO_LARGE (size, depth, counts), REFUSED (`<!…`, `<?…`), MALFORMED.
 * @param input text, or bytes in UTF-8 or UTF-16 whatever the prolog says
 */
export function parseXml(input: string | Uint8Array): XmlElement {
  if (input.length > MAX_XML_BYTES) throw new ProtocolError('TOO_LARGE', 'XML', `<= ${MAX_XML_BYTES} bytes`, input.length);
  const text = typeof input === 'string' ? input.replace(/^\ufeff/, '') : decodeXmlBytes(input);
  const illegal = ILLEGAL.exec(text);
  if (illegal !== null) throw malformed('character', 'an XML character', `U+${(illegal[0].codePointAt(0) ?? 0).toString(16)}`);
  return new Scanner(text).document();
}

interface OpenElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
}

class Scanner {
  private readonly text: string;
  private at = 0;
  private elements = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): XmlElement {
    this.prolog();
    const open: OpenElement[] = [];
    let root: XmlElement | undefined;
    while (this.at < this.text.length) {
      if (this.text[this.at] !== '<') this.content(open.length > 0);
      else if (this.text.startsWith('<!--', this.at)) this.skipPast('-->', 'comment');
      else if (this.text.startsWith('</', this.at)) root = this.close(open) ?? root;
      else if (/[!?]/.test(this.text[this.at + 1] ?? ''))
        throw new ProtocolError('REFUSED', 'XML.markup', 'elements only', this.text.slice(this.at, this.at + 12));
      else {
        if (root !== undefined && open.length === 0) throw malformed('root', 'one root element', this.text.slice(this.at));
        root = this.element(open) ?? root;
      }
    }
    if (root === undefined || open.length > 0) throw malformed('end', 'a closed root element', open.at(-1)?.name ?? 'no element');
    return root;
  }

  private prolog(): void {
    if (/^<\?xml[ \t\r\n]/.test(this.text)) this.skipPast('?>', 'prolog');
  }

  private skipPast(end: string, field: string): void {
    const found = this.text.indexOf(end, this.at);
    if (found < 0) throw malformed(field, end, 'the end');
    this.at = found + end.length;
  }

  private space(): boolean {
    return this.token(SPACE) !== '';
  }

  private token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private name(): string {
    const name = this.token(NAME);
    if (name === undefined) throw malformed('name', 'a name', this.text.slice(this.at));
    return name;
  }

  private expect(character: string): void {
    if (!this.text.startsWith(character, this.at)) throw malformed('markup', character, this.text.slice(this.at));
    this.at += character.length;
  }

  /** Reads text up to the next markup. */
  private content(inside: boolean): void {
    const next = this.text.indexOf('<', this.at);
    const end = next < 0 ? this.text.length : next;
    const content = unescaped(this.text.slice(this.at, end));
    if (!inside && /[^ \t\r\n]/.test(content)) throw malformed('document', 'nothing outside the root element', content);
    this.at = end;
  }

  /** Reads one tag. Gives the element when it is an empty root; otherwise the element is left open or added to its parent. */
  private element(open: OpenElement[]): XmlElement | undefined {
    this.at += 1;
    this.elements += 1;
    if (this.elements > MAX_ELEMENTS) throw new ProtocolError('TOO_LARGE', 'XML.elements', `<= ${MAX_ELEMENTS}`, this.elements);
    const element: OpenElement = { name: this.name(), attributes: this.attributes(), children: [] };
    if (this.text.startsWith('/>', this.at)) {
      this.at += 2;
      return adopt(element, open);
    }
    this.expect('>');
    open.push(element);
    if (open.length > MAX_DEPTH) throw new ProtocolError('TOO_LARGE', 'XML.depth', `<= ${MAX_DEPTH}`, open.length);
    return undefined;
  }

  private close(open: OpenElement[]): XmlElement | undefined {
    this.at += 2;
    const name = this.name();
    this.space();
    this.expect('>');
    const element = open.pop();
    if (element === undefined || element.name !== name) throw malformed('endTag', `</${element?.name ?? ''}>`, name);
    return adopt(element, open);
  }

  private attributes(): ReadonlyMap<string, string> {
    const attributes = new Map<string, string>();
    while (this.space() && !/[/>]/.test(this.text[this.at] ?? '')) {
      const name = this.name();
      this.space();
      this.expect('=');
      this.space();
      const quote = this.text[this.at];
      if (quote !== '"' && quote !== "'") throw malformed('attribute', 'a quoted value', name);
      const end = this.text.indexOf(quote, this.at + 1);
      const raw = end < 0 ? '<' : this.text.slice(this.at + 1, end);
      if (raw.includes('<')) throw malformed('attribute', 'a value without <', name);
      if (attributes.has(name)) throw malformed('attribute', 'each attribute once', name);
      if (attributes.size >= MAX_ATTRIBUTES)
        throw new ProtocolError('TOO_LARGE', 'XML.attributes', `<= ${MAX_ATTRIBUTES}`, attributes.size + 1);
      // Attribute-value normalization (XML 1.0 3.3.3): line breaks as such are spaces, as entities they stay.
      attributes.set(name, unescaped(raw.replace(/\r\n|[\t\r\n]/g, ' ')));
      this.at = end + 1;
    }
    return attributes;
  }
}

function adopt(element: OpenElement, open: readonly OpenElement[]): XmlElement | undefined {
  const parent = open.at(-1);
  parent?.children.push(element);
  return parent === undefined ? element : undefined;
}

function unescaped(raw: string): string {
  return raw.replace(/&([^;&]{0,10};?)/g, (_, body: string) => {
    const named = PREDEFINED[body.slice(0, -1)];
    if (body.endsWith(';') && named !== undefined) return named;
    const number = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));$/.exec(body);
    if (number === null) throw new ProtocolError('REFUSED', 'XML.entity', 'a predefined or numeric entity', body);
    const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
    const character = code <= 0x10_ffff ? String.fromCodePoint(code) : '\0';
    if (ILLEGAL.test(character)) throw malformed('entity', 'an XML character', body);
    return character;
  });
}

/** Escapes text for an attribute value in double quotes. Characters that XML cannot hold are left out. */
export function escapeXml(text: string): string {
  return text.replace(new RegExp(ILLEGAL.source, 'gu'), '').replace(/[&<>"'\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}
