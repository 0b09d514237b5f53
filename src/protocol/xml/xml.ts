import { ProtocolError } from '../bytes/errors.ts';
import { decodeXmlBytes } from './xml-encoding.ts';

/**
 * An element's name, attributes and children. Text between elements is checked and dropped, because most formats have none; where it is
 * kept, `Text` is `string` and it stands among the children.
 */
export interface XmlElement<Text extends string = never> {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (XmlElement<Text> | Text)[];
}

/** Bound on a document; real ones have a few kilobytes. */
export const MAX_XML_BYTES = 0x4_0000;
const MAX_DEPTH = 16;
const MAX_ELEMENTS = 1024;
/** Of what is sent between programs: a roster is one element, with a few for each contact. */
const MAX_TEXT_DEPTH = 32;
const MAX_TEXT_ELEMENTS = 16_384;
const MAX_ATTRIBUTES = 64;
const CDATA = '<![CDATA[';

const NAME = /[A-Za-z_:][\w:.-]{0,63}/y;
const SPACE = /[ \t\r\n]*/y;
/** XML 1.0 Char; a lone surrogate is none. */
const ILLEGAL = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const PREDEFINED: ReadonlyMap<string, string> = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));

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
  return new Scanner<never>(checked(input), { maxDepth: MAX_DEPTH, maxElements: MAX_ELEMENTS, kept: undefined }).document();
}

/** As `parseXml`, with the text among the children, CDATA as text, and room for more. Throws as `parseXml` does. */
export function parseXmlWithText(input: string): XmlElement<string> {
  const rules = { maxDepth: MAX_TEXT_DEPTH, maxElements: MAX_TEXT_ELEMENTS, kept: (text: string) => text };
  return new Scanner<string>(checked(input), rules).document();
}

function checked(input: string | Uint8Array): string {
  if (input.length > MAX_XML_BYTES) throw new ProtocolError('TOO_LARGE', 'XML', `<= ${MAX_XML_BYTES} bytes`, input.length);
  const text = typeof input === 'string' ? input.replace(/^\ufeff/, '') : decodeXmlBytes(input);
  const illegal = ILLEGAL.exec(text);
  if (illegal !== null) throw malformed('character', 'an XML character', `U+${(illegal[0].codePointAt(0) ?? 0).toString(16)}`);
  return text;
}

interface OpenElement<Text extends string> {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: (XmlElement<Text> | Text)[];
}

interface Rules<Text extends string> {
  readonly maxDepth: number;
  readonly maxElements: number;
  /** Makes a child of text; undefined where text is dropped and CDATA refused. */
  readonly kept: ((text: string) => Text) | undefined;
}

class Scanner<Text extends string> {
  private readonly text: string;
  private readonly rules: Rules<Text>;
  private at = 0;
  private elements = 0;

  constructor(text: string, rules: Rules<Text>) {
    this.text = text;
    this.rules = rules;
  }

  document(): XmlElement<Text> {
    this.prolog();
    const open: OpenElement<Text>[] = [];
    let root: XmlElement<Text> | undefined;
    while (this.at < this.text.length) {
      if (this.text[this.at] !== '<') this.content(open.at(-1));
      else if (this.rules.kept !== undefined && this.text.startsWith(CDATA, this.at)) this.cdata(open.at(-1));
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
  private content(inside: OpenElement<Text> | undefined): void {
    const next = this.text.indexOf('<', this.at);
    const end = next < 0 ? this.text.length : next;
    // Line ends (XML 1.0 2.11): those written as such are LF, those written as entities stay.
    const content = unescaped(this.text.slice(this.at, end).replace(/\r\n?/g, '\n'));
    if (inside === undefined && /[^ \t\r\n]/.test(content)) throw malformed('document', 'nothing outside the root element', content);
    this.keep(inside, content);
    this.at = end;
  }

  private cdata(inside: OpenElement<Text> | undefined): void {
    if (inside === undefined) throw malformed('document', 'nothing outside the root element', CDATA);
    const from = this.at + CDATA.length;
    this.skipPast(']]>', 'CDATA');
    this.keep(inside, this.text.slice(from, this.at - 3).replace(/\r\n?/g, '\n'));
  }

  /** Text beside text is one. */
  private keep(inside: OpenElement<Text> | undefined, text: string): void {
    const { kept } = this.rules;
    if (inside === undefined || kept === undefined || text === '') return;
    const last = inside.children.at(-1);
    if (typeof last === 'string') inside.children[inside.children.length - 1] = kept(last + text);
    else inside.children.push(kept(text));
  }

  /** Reads one tag. Gives the element when it is an empty root; otherwise the element is left open or added to its parent. */
  private element(open: OpenElement<Text>[]): XmlElement<Text> | undefined {
    const { maxDepth, maxElements } = this.rules;
    this.at += 1;
    this.elements += 1;
    if (this.elements > maxElements) throw new ProtocolError('TOO_LARGE', 'XML.elements', `<= ${maxElements}`, this.elements);
    const element: OpenElement<Text> = { name: this.name(), attributes: this.attributes(), children: [] };
    if (this.text.startsWith('/>', this.at)) {
      this.at += 2;
      return adopt(element, open);
    }
    this.expect('>');
    open.push(element);
    if (open.length > maxDepth) throw new ProtocolError('TOO_LARGE', 'XML.depth', `<= ${maxDepth}`, open.length);
    return undefined;
  }

  private close(open: OpenElement<Text>[]): XmlElement<Text> | undefined {
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

function adopt<Text extends string>(element: OpenElement<Text>, open: readonly OpenElement<Text>[]): XmlElement<Text> | undefined {
  const parent = open.at(-1);
  parent?.children.push(element);
  return parent === undefined ? element : undefined;
}

function unescaped(raw: string): string {
  return raw.replace(/&([^;&]{0,10};?)/g, (_, body: string) => {
    const named = PREDEFINED.get(body.slice(0, -1));
    if (body.endsWith(';') && named !== undefined) return named;
    const number = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));$/.exec(body);
    if (number === null) throw new ProtocolError('REFUSED', 'XML.entity', 'a predefined or numeric entity', body);
    const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
    const character = code <= 0x10_ffff ? String.fromCodePoint(code) : '\0';
    if (ILLEGAL.test(character)) throw malformed('entity', 'an XML character', body);
    return character;
  });
}

/** Escapes text for an attribute value in double quotes, or between tags. Characters that XML cannot hold are left out. */
export function escapeXml(text: string): string {
  return text.replace(new RegExp(ILLEGAL.source, 'gu'), '').replace(/[&<>"'\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}
