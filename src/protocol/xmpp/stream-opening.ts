import { ProtocolError } from '../bytes/errors.ts';
import { escapeXml } from '../xml/xml.ts';
import type { Framed } from './framer.ts';
import { NS } from './namespaces.ts';
import { childOf, element, type Stanza, writeStanza } from './stanza.ts';
import { SignInError, XmppStreamError } from './stream-error.ts';

/** `<stream:stream …>` of a client. The own address is left out: it is nobody's business before TLS, and SASL says it afterwards. */
export function streamHeader(domain: string): string {
  return `<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}' version='1.0' to='${escapeXml(domain)}'>`;
}

export const STREAM_END = '</stream:stream>';

/** What a stream says next, where it is none of the opening's business. Throws ProtocolError, XmppStreamError. */
export function spoken(framed: Framed): Stanza {
  switch (framed.tag) {
    case 'header':
      throw new ProtocolError('ILLEGAL_TRANSITION', 'Stream', 'a stanza', 'an opening tag');
    case 'end':
      throw new ProtocolError('ILLEGAL_TRANSITION', 'Stream', 'a stanza', 'the end');
    case 'passedOver':
      throw framed.error;
    case 'stanza':
      if (framed.stanza.name === 'error' && framed.stanza.xmlns === NS.streams) throw new XmppStreamError(framed.stanza);
      return framed.stanza;
  }
}

export type OpeningStep =
  | { readonly tag: 'wait' }
  | { readonly tag: 'send'; readonly text: string }
  /** TLS begins now, and a new stream in it. */
  | { readonly tag: 'secure' }
  | { readonly tag: 'features'; readonly features: Stanza };

/**
 * The beginning of one stream (RFC 6120 section 4.2) after `streamHeader` has been sent: its opening tag, its features, and STARTTLS
 * (section 5) where it is not protected yet. Throws ProtocolError, XmppStreamError, SignInError `notProtected`.
 */
export class StreamOpening {
  private readonly isSecure: boolean;
  private state: 'header' | 'features' | 'proceed' | 'open' = 'header';

  constructor(isSecure: boolean) {
    this.isSecure = isSecure;
  }

  receive(framed: Framed): OpeningStep {
    if (this.state === 'header') {
      if (framed.tag !== 'header') throw new ProtocolError('UNEXPECTED', 'Stream', 'an opening tag', framed.tag);
      const { name, xmlns, attributes } = framed.header;
      if (name !== 'stream' || xmlns !== NS.streams) throw new ProtocolError('UNEXPECTED', 'Stream.header', 'stream', name);
      // A server without a version has no features (RFC 6120 section 4.7.5), so no TLS either; an error comes next, perhaps.
      if (!/^[1-9]/.test(attributes['version'] ?? '') && !this.isSecure) throw new SignInError('notProtected', 'an XMPP before 1.0');
      this.state = 'features';
      return { tag: 'wait' };
    }
    const stanza = spoken(framed);
    if (this.state === 'features' && stanza.name === 'features' && stanza.xmlns === NS.streams) return this.features(stanza);
    if (this.state === 'proceed' && stanza.xmlns === NS.tls) {
      if (stanza.name !== 'proceed') throw new SignInError('notProtected', 'STARTTLS failed');
      this.state = 'open';
      return { tag: 'secure' };
    }
    throw new ProtocolError('ILLEGAL_TRANSITION', 'Stream', this.state, stanza.name.slice(0, 32));
  }

  private features(features: Stanza): OpeningStep {
    if (this.isSecure) {
      this.state = 'open';
      return { tag: 'features', features };
    }
    if (childOf(features, 'starttls', NS.tls) === undefined) throw new SignInError('notProtected', 'no STARTTLS');
    this.state = 'proceed';
    return { tag: 'send', text: writeStanza(element('starttls', NS.tls)) };
  }
}
