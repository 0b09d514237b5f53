import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { type Framed, MAX_STANZA, StanzaFramer } from '../../../src/protocol/xmpp/framer.ts';
import { NS } from '../../../src/protocol/xmpp/namespaces.ts';
import { element } from '../../../src/protocol/xmpp/stanza.ts';

const PROLOG = "<?xml version='1.0'?>";
const HEADER = `<stream:stream xmlns='jabber:client' xmlns:stream='${NS.streams}' id="a>'/" version='1.0'>`;
const BODY = `<body a='/>"' b="'"><![CDATA[ ]]]]><![CDATA[></body>]]>&gt;</body>`;
const STREAM = `${PROLOG}\n${HEADER}<message to='a@b'>${BODY}<c/></message> \n<r xmlns='${NS.management}'/><iq/></stream:stream >`;

function framed(chunks: readonly string[]): Framed[] {
  const framer = new StanzaFramer();
  return chunks.flatMap((chunk) => [...framer.push(chunk)]);
}

/** Everything after an opened stream. */
function inside(text: string): Framed[] {
  return framed([HEADER, text]).slice(1);
}

function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return `${error.code} ${error.field}`;
    throw error;
  }
  return 'accepted';
}

const WHOLE: Framed[] = [
  {
    tag: 'header',
    header: element('stream', NS.streams, { id: "a>'/", version: '1.0' }),
  },
  {
    tag: 'stanza',
    stanza: element(
      'message',
      NS.client,
      { to: 'a@b' },
      element('body', NS.client, { a: '/>"', b: "'" }, ' ]]></body>>'),
      element('c', NS.client),
    ),
  },
  { tag: 'stanza', stanza: element('r', NS.management) },
  { tag: 'stanza', stanza: element('iq', NS.client) },
  { tag: 'end' },
];

describe('a stream', () => {
  it('is its opening tag, stanzas and its end', () => {
    expect(framed([STREAM])).toEqual(WHOLE);
  });

  it('is the same in whatever chunks', () => {
    expect(framed([...STREAM])).toEqual(WHOLE);
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length)), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        expect(framed(places.slice(1).map((to, index) => STREAM.slice(places[index], to)))).toEqual(WHOLE);
      }),
      { numRuns: 50 },
    );
  });

  it('says nothing after its end', () => {
    expect(inside('</stream:stream><iq/>')).toEqual([{ tag: 'end' }]);
  });

  it.each([
    ['a DOCTYPE', '<!DOCTYPE a><a/>', 'REFUSED Stream.markup'],
    ['a comment in a stanza', '<a><!-- x --></a>', 'REFUSED Stream.markup'],
    ['a processing instruction', '<?php?>', 'REFUSED Stream.markup'],
    ['CDATA between stanzas', '<![CDATA[x]]>', 'REFUSED Stream.markup'],
    ['text between stanzas', ' x <a/>', 'UNEXPECTED Stream.text'],
    ['a tag in a tag', '<a <b/>', 'MALFORMED Stream.tag'],
  ])('with %s cannot be read on', (_, text, error) => {
    expect(errorOf(() => inside(text))).toBe(error);
  });

  it.each([
    ['two prologs', `${PROLOG}${PROLOG}`, 'REFUSED Stream.markup'],
    ['a stylesheet', '<?xml-stylesheet ?>', 'REFUSED Stream.prolog'],
    ['a prolog without an end', `<?xml ${'x'.repeat(300)}`, 'REFUSED Stream.prolog'],
    ['a long prolog', `<?xml ${'x'.repeat(300)}?>`, 'REFUSED Stream.prolog'],
    ['text', 'HTTP/1.1 400 Bad Request', 'UNEXPECTED Stream.text'],
    ['an empty stream', '<stream/>', 'UNEXPECTED Stream.header'],
    ['an end', '</stream>', 'UNEXPECTED Stream.header'],
    ['a prefix that nobody declared', '<stream:stream>', 'MALFORMED XML.prefix'],
    ['a tag without an end', `<stream a='${'x'.repeat(5000)}`, 'TOO_LARGE Stream.header'],
  ])('cannot begin with %s', (_, text, error) => {
    expect(errorOf(() => framed([text]))).toBe(error);
  });
});

describe('a stanza', () => {
  it.each([
    ['names a prefix that nobody declared', '<message><x:y/></message>', 'MALFORMED'],
    ['is closed by another name', '<message><a></b></message>', 'MALFORMED'],
    ['has an entity of its own', '<message>&x;</message>', 'REFUSED'],
    ['is deeper than anybody writes', `<message>${'<a>'.repeat(40)}${'</a>'.repeat(40)}</message>`, 'TOO_LARGE'],
    ['is too long', `<message a='${'x'.repeat(MAX_STANZA)}'/>`, 'TOO_LARGE'],
    ['is made of too many elements', `<message>${'<a/>'.repeat(20_000)}</message>`, 'TOO_LARGE'],
  ])('that %s is passed over, and the next one is read', (_, text, code) => {
    const [passed, next] = inside(`${text}<iq/>`);
    expect(passed).toMatchObject({ tag: 'passedOver', name: 'message', error: { code } });
    expect(next).toEqual({ tag: 'stanza', stanza: element('iq', NS.client) });
  });

  it('without an end keeps no more than one may have', () => {
    const framer = new StanzaFramer();
    expect([...framer.push(HEADER)]).toHaveLength(1);
    for (let pushed = 0; pushed < 64; pushed += 1)
      expect([...framer.push(`${pushed === 0 ? '<a>' : ''}${'x'.repeat(MAX_STANZA / 8)}`)]).toEqual([]);
    const kept = (framer as unknown as { parts: string[] }).parts.reduce((sum, part) => sum + part.length, 0);
    expect(kept).toBeLessThanOrEqual(MAX_STANZA);
    expect([...framer.push('</a><iq/>')]).toMatchObject([{ tag: 'passedOver', name: 'a' }, { tag: 'stanza' }]);
  });
});
