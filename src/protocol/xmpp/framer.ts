import { ProtocolError } from '../bytes/errors.ts';
import { readStanza, readStreamHeader, type Scope, type Stanza } from './stanza.ts';

/** Bound on one stanza, in characters; servers let through 64 to 512 kB. */
export const MAX_STANZA = 0x4_0000;
/** Bound on the stream's opening tag. */
const MAX_HEADER = 4096;
const MAX_PROLOG = 256;
const CDATA = '<![CDATA[';
const CDATA_END = ']]>';

/** What a stream says, one by one. */
export type Framed =
  | { readonly tag: 'header'; readonly header: Stanza }
  | { readonly tag: 'stanza'; readonly stanza: Stanza }
  /** An element that the reader does not take: the stream goes on without it. `name` as it was written. */
  | { readonly tag: 'passedOver'; readonly name: string; readonly error: ProtocolError }
  | { readonly tag: 'end' };

/** What the next character is part of: text, a tag, a quoted value (which quote ends it), CDATA. */
type Place = 'text' | 'tag' | '"' | "'" | 'cdata';

/**
 * Cuts the text of one stream (RFC 6120 section 4) into its opening tag, whole stanzas and its end. Looks at every character once, whatever
 * the chunks; keeps no more than one stanza. A stanza that is too long or cannot be read is passed over, because anybody may have sent it.
 * Throws ProtocolError when the stream itself makes no sense (REFUSED for markup that RFC 6120 section 11.1 forbids); it cannot be read on
 * after that.
 */
export class StanzaFramer {
  /** What the opening tag declared; undefined before it. */
  private scope: Scope | undefined;
  private place: Place = 'text';
  /** How many elements are open, the stream's own included. */
  private depth = 0;
  /** Of the current tag: whether it is an end tag, and the last character before what comes. */
  private isEndTag = false;
  private previous = '';
  /** Not yet looked at: less than it takes to know what begins here. */
  private rest = '';
  /** The current element as far as it was looked at; nothing more is kept where it is too long. */
  private parts: string[] = [];
  private length = 0;
  private isInElement = false;
  private isComplete = false;
  private hasBegun = false;
  private hasEnded = false;

  /** Takes decoded text and gives what is complete. Lazily, as whatever comes may end the stream: iterate to the end before the next `push`. */
  push(text: string): Iterable<Framed> {
    return { [Symbol.iterator]: () => this.frames(text) };
  }

  private *frames(text: string): Generator<Framed, void> {
    const all = this.rest + text;
    this.rest = '';
    let at = 0;
    while (at < all.length && !this.hasEnded) {
      const to = this.step(all, at);
      if (to === undefined) {
        this.rest = all.slice(at);
        return;
      }
      if (this.isInElement) this.keep(all.slice(at, to));
      at = to;
      if (this.isComplete) yield this.complete();
    }
  }

  /** Looks at what comes next and says up to where; undefined where more is needed to know what it is. */
  private step(all: string, at: number): number | undefined {
    switch (this.place) {
      case 'text':
        return all[at] === '<' ? this.markup(all, at) : this.text(all, at);
      case 'tag':
        return this.tag(all, at);
      case 'cdata':
        return this.cdata(all, at);
      default:
        return this.value(all, at, this.place);
    }
  }

  private text(all: string, at: number): number {
    const found = all.indexOf('<', at);
    const end = found < 0 ? all.length : found;
    if (this.depth <= 1 && /[^ \t\r\n]/.test(all.slice(at, end)))
      throw new ProtocolError('UNEXPECTED', 'Stream.text', 'nothing between stanzas', `${end - at} characters`);
    return end;
  }

  private markup(all: string, at: number): number | undefined {
    const mark = all[at + 1];
    if (mark === undefined) return undefined;
    if (mark === '?' && !this.hasBegun) return this.prolog(all, at);
    if (mark === '!' && this.depth > 1 && CDATA.startsWith(all.slice(at, at + CDATA.length))) {
      if (all.length - at < CDATA.length) return undefined;
      this.place = 'cdata';
      return at + CDATA.length;
    }
    if (mark === '!' || mark === '?') throw new ProtocolError('REFUSED', 'Stream.markup', 'elements only', all.slice(at, at + 12));
    this.hasBegun = true;
    this.isInElement = true;
    this.place = 'tag';
    this.isEndTag = mark === '/';
    this.previous = '';
    return at + 2;
  }

  private prolog(all: string, at: number): number | undefined {
    const end = all.indexOf('?>', at);
    const isLong = (end < 0 ? all.length : end) - at > MAX_PROLOG;
    if (end < 0 && !isLong) return undefined;
    if (isLong || !/^<\?xml[ \t\r\n]/.test(all.slice(at, end)))
      throw new ProtocolError('REFUSED', 'Stream.prolog', 'a prolog', all.slice(at, at + 12));
    this.hasBegun = true;
    return end + 2;
  }

  private tag(all: string, at: number): number {
    const mark = /["'<>]/g;
    mark.lastIndex = at;
    const found = mark.exec(all);
    const end = found?.index ?? all.length;
    if (end > at) this.previous = all[end - 1] as string;
    switch (found?.[0]) {
      case undefined:
        return end;
      case '<':
        throw new ProtocolError('MALFORMED', 'Stream.tag', 'a tag without <', all.slice(end, end + 12));
      case '>':
        this.place = 'text';
        if (this.isEndTag) this.depth -= 1;
        else if (this.previous !== '/') this.depth += 1;
        this.isComplete = this.depth <= 1;
        return end + 1;
      default:
        this.place = found?.[0] as Place;
        return end + 1;
    }
  }

  private value(all: string, at: number, quote: string): number {
    const end = all.indexOf(quote, at);
    if (end < 0) return all.length;
    this.place = 'tag';
    this.previous = quote;
    return end + 1;
  }

  private cdata(all: string, at: number): number | undefined {
    const end = all.indexOf(CDATA_END, at);
    if (end >= 0) {
      this.place = 'text';
      return end + CDATA_END.length;
    }
    // The last two characters may begin the end.
    const known = all.length - (CDATA_END.length - 1);
    return known > at ? known : undefined;
  }

  private keep(part: string): void {
    this.length += part.length;
    if (this.scope === undefined && this.length > MAX_HEADER)
      throw new ProtocolError('TOO_LARGE', 'Stream.header', `<= ${MAX_HEADER} characters`, this.length);
    if (this.length <= MAX_STANZA) this.parts.push(part);
  }

  /** An element is whole, or the stream has been opened or closed. */
  private complete(): Framed {
    const text = this.parts.join('');
    const { length } = this;
    this.parts = [];
    this.length = 0;
    this.isInElement = false;
    this.isComplete = false;
    if (this.scope === undefined) return this.opened(text);
    if (this.depth === 1) return this.stanza(text, length);
    this.hasEnded = true;
    return { tag: 'end' };
  }

  private opened(text: string): Framed {
    if (this.depth !== 1) throw new ProtocolError('UNEXPECTED', 'Stream.header', 'an open stream', text.slice(0, 32));
    const { header, scope } = readStreamHeader(text);
    this.scope = scope;
    return { tag: 'header', header };
  }

  private stanza(text: string, length: number): Framed {
    try {
      if (length > MAX_STANZA) throw new ProtocolError('TOO_LARGE', 'Stanza', `<= ${MAX_STANZA} characters`, length);
      return { tag: 'stanza', stanza: readStanza(text, this.scope) };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { tag: 'passedOver', name: /^<([^\s/>]{1,64})/.exec(text)?.[1] ?? '', error };
    }
  }
}
