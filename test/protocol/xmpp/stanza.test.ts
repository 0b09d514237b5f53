import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { NS } from '../../../src/protocol/xmpp/namespaces.ts';
import { childOf, childrenOf, element, readStanza, readStreamHeader, textOf, writeStanza } from '../../../src/protocol/xmpp/stanza.ts';
import { errorOf, resultOf, XmppStanzaError } from '../../../src/protocol/xmpp/stanza-error.ts';

const HEADER = `<stream:stream xmlns='jabber:client' xmlns:stream='${NS.streams}' id='a' from='example' version='1.0'>`;

describe('a stanza', () => {
  it('is read with its text and with the namespaces that the stream declared', () => {
    const { header, scope } = readStreamHeader(HEADER);
    expect([header.name, header.xmlns, header.attributes]).toEqual(['stream', NS.streams, { id: 'a', from: 'example', version: '1.0' }]);
    const read = readStanza(
      `<message to='a@b' xml:lang='en' x:y='z' xmlns:x='other'><body>one &lt; <![CDATA[<two>]]>\r\n</body><x:c a='1'/><stream:d/></message>`,
      scope,
    );
    expect(read).toEqual(
      element(
        'message',
        NS.client,
        { to: 'a@b', 'xml:lang': 'en' },
        element('body', NS.client, {}, 'one < <two>\n'),
        element('c', 'other', { a: '1' }),
        element('d', NS.streams),
      ),
    );
  });

  it.each(['<x:a/>', "<a><b xmlns:x='u'/><x:c/></a>"])('is refused with a prefix that nobody declared there: %s', (text) => {
    expect(() => readStanza(text)).toThrow(ProtocolError);
  });

  it('comes back as it was written', () => {
    const stanza = element(
      'iq',
      NS.client,
      { id: `1"'<&\n`, to: undefined },
      element('query', 'q', {}, 'a & b', element('item', 'q', { x: '' }), '\r\n\t]]>', element('other', NS.client)),
    );
    const { scope } = readStreamHeader(HEADER);
    expect(readStanza(writeStanza(stanza), scope)).toEqual(stanza);
    expect(readStanza(writeStanza(stanza, ''))).toEqual(stanza);
    expect(Object.keys(stanza.attributes)).toEqual(['id']);
  });

  it('gives its children by name and namespace, and its own text', () => {
    const stanza = element('a', 'n', {}, 'x', element('b', 'n', { i: '1' }), element('b', 'm', { i: '2' }), 'y');
    expect(childOf(stanza, 'b')?.attributes['i']).toBe('1');
    expect(childOf(stanza, 'b', 'm')?.attributes['i']).toBe('2');
    expect(childOf(stanza, 'c')).toBeUndefined();
    expect(childrenOf(stanza, undefined, 'm')).toHaveLength(1);
    expect(textOf(stanza)).toBe('xy');
    expect(textOf(undefined)).toBe('');
  });
});

describe('an answer', () => {
  const iq = element('iq', NS.client, { type: 'get', id: '7', from: 'a@b/c', to: 'd@e/f' }, element('query', 'q'));

  it('goes to whoever asked', () => {
    expect(resultOf(iq, element('query', 'q')).attributes).toEqual({ type: 'result', id: '7', to: 'a@b/c' });
    expect(resultOf(iq).children).toEqual([]);
  });

  it('that refuses says its condition, and is read again', () => {
    const refused = errorOf(iq, 'cancel', 'item-not-found', element('unknown-session', 'urn:xmpp:jingle:errors:1'));
    const read = new XmppStanzaError(readStanza(writeStanza(refused, '')));
    expect([read.condition, read.type]).toEqual(['item-not-found', 'cancel']);
    expect(read.error && childOf(read.error, 'unknown-session')).toBeDefined();
  });

  it('without a condition is an undefined one', () => {
    expect(new XmppStanzaError(element('iq', NS.client, { type: 'error' })).condition).toBe('undefined-condition');
  });
});
