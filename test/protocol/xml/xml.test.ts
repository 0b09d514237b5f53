import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { utf16Encode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { escapeXml, MAX_XML_BYTES, parseXml } from '../../../src/protocol/xml/xml.ts';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'accepted';
}

function swapped(bytes: Uint8Array): Uint8Array {
  return bytes.map((_, index) => bytes[index ^ 1] as number);
}

const DOCUMENT = '<?xml version="1.0" encoding="Unicode"?>\r\n<a b="é &amp; &#xA;&#x1F600;">\r\n <!-- <c/> --><d e=\'"\'/>text\r\n</a>\r\n';

describe('reading XML', () => {
  it.each([
    ['text', DOCUMENT],
    ['text with a byte order mark', `\ufeff${DOCUMENT}`],
    ['UTF-8', utf8Encode(DOCUMENT)],
    ['UTF-8 with a byte order mark', utf8Encode(`\ufeff${DOCUMENT}`)],
    ['UTF-16', utf16Encode(DOCUMENT)],
    ['UTF-16 with a byte order mark', utf16Encode(`\ufeff${DOCUMENT}`)],
    ['UTF-16, big end first', swapped(utf16Encode(DOCUMENT))],
    ['UTF-16, big end first, with a byte order mark', swapped(utf16Encode(`\ufeff${DOCUMENT}`))],
  ])('gives elements and attributes from %s', (_, input) => {
    const root = parseXml(input);
    expect(root.name).toBe('a');
    expect(root.attributes.get('b')).toBe('é & \n😀');
    expect(root.children.map(({ name, attributes }) => [name, attributes.get('e')])).toEqual([['d', '"']]);
  });

  it('reads a line break inside a value as a space, and one written as an entity as itself', () => {
    expect(parseXml('<a b="1\r\n2\t3&#13;&#10;4"/>').attributes.get('b')).toBe('1 2 3\r\n4');
  });

  it.each([
    ['an external entity (CVE-2018-0878)', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a b="&x;"/>', 'REFUSED'],
    ['a DOCTYPE alone', '<!DOCTYPE a><a/>', 'REFUSED'],
    ['a DOCTYPE in lower case', '<!doctype a><a/>', 'REFUSED'],
    ['an ENTITY inside', '<a><!ENTITY x "y"></a>', 'REFUSED'],
    ['a parameter entity', '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/">%x;]><a/>', 'REFUSED'],
    ['an entity nobody declared', '<a b="&x;"/>', 'REFUSED'],
    ['an entity by the name of what every object has', '<a b="&toString;"/>', 'REFUSED'],
    ['an entity in text', '<a>&x;</a>', 'REFUSED'],
    ['an ampersand alone', '<a b="1 & 2"/>', 'REFUSED'],
    ['CDATA', '<a><![CDATA[x]]></a>', 'REFUSED'],
    ['a processing instruction', '<a><?php x?></a>', 'REFUSED'],
    ['a second prolog', '<?xml version="1.0"?><?xml version="1.0"?><a/>', 'REFUSED'],
    ['a stylesheet', '<?xml-stylesheet href="x"?><a/>', 'REFUSED'],
    ['NUL', '<a b="\0"/>', 'MALFORMED'],
    ['NUL as an entity', '<a b="&#0;"/>', 'MALFORMED'],
    ['a surrogate as an entity', '<a b="&#xD800;"/>', 'MALFORMED'],
    ['more than Unicode as an entity', '<a b="&#x110000;"/>', 'MALFORMED'],
    ['an attribute twice', '<a b="1" b="2"/>', 'MALFORMED'],
    ['a value without quotes', '<a b=1/>', 'MALFORMED'],
    ['a value without end', '<a b="1/>', 'MALFORMED'],
    ['a tag in a value', '<a b="<c/>"/>', 'MALFORMED'],
    ['crossed tags', '<a><b></a></b>', 'MALFORMED'],
    ['an open root', '<a><b/>', 'MALFORMED'],
    ['two roots', '<a/><b/>', 'MALFORMED'],
    ['text before the root', 'x<a/>', 'MALFORMED'],
    ['text after the root', '<a/>x', 'MALFORMED'],
    ['attributes that touch', '<a b="1"c="2"/>', 'MALFORMED'],
    ['a comment without end', '<a/><!-- ', 'MALFORMED'],
    ['nothing', '', 'MALFORMED'],
    ['half a UTF-16 unit', Uint8Array.from([0xff, 0xfe, 0x3c]), 'MALFORMED'],
    ['depth', '<a>'.repeat(17) + '</a>'.repeat(17), 'TOO_LARGE'],
    ['breadth', `<a>${'<b/>'.repeat(1024)}</a>`, 'TOO_LARGE'],
    ['attributes without end', `<a ${Array.from({ length: 65 }, (_, index) => `b${index}=""`).join(' ')}/>`, 'TOO_LARGE'],
    ['size', `<a b="${'x'.repeat(MAX_XML_BYTES)}"/>`, 'TOO_LARGE'],
  ])('refuses %s', (_, input, code) => {
    expect(codeOf(() => parseXml(input))).toBe(code);
  });

  it('gives back any text that was escaped into an attribute', () => {
    const legal = fc.string({ unit: 'grapheme' }).filter((text) => !/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text));
    fc.assert(
      fc.property(legal, (text) => {
        expect(parseXml(`<a b="${escapeXml(text)}"/>`).attributes.get('b')).toBe(text);
      }),
    );
  });

  it('answers any bytes with a document or a typed error', () => {
    const fragment = fc.constantFrom(
      '<',
      '>',
      '/',
      '<a',
      '</a>',
      '&',
      ';',
      '#',
      'x41',
      '"',
      "'",
      '=',
      ' ',
      '<!--',
      '-->',
      '<?xml ',
      '?>',
      '<!',
      'é',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 40 }), (parts) => void codeOf(() => parseXml(parts.join('')))),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void codeOf(() => parseXml(bytes))),
      { numRuns: 1_000 },
    );
  });
});
