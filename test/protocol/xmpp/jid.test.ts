import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { bareOf, domainOf, foldedJid, parseJid, readJid, resourceOf, writeJid } from '../../../src/protocol/xmpp/jid.ts';

describe('an address', () => {
  it.each([
    ['nora@example', { local: 'nora', domain: 'example', resource: undefined }],
    ['Nora@Example.ORG./Küche/2 @home', { local: 'nora', domain: 'example.org', resource: 'Küche/2 @home' }],
    ['guest.example', { local: undefined, domain: 'guest.example', resource: undefined }],
    ['proxy.example/123', { local: undefined, domain: 'proxy.example', resource: '123' }],
    ['müller@bücher.example', { local: 'müller', domain: 'bücher.example', resource: undefined }],
    ['a@[::1]/x', { local: 'a', domain: '[::1]', resource: 'x' }],
    ['a@192.0.2.1', { local: 'a', domain: '192.0.2.1', resource: undefined }],
  ])('%s', (text, parts) => {
    expect(parseJid(text)).toEqual(parts);
  });

  it.each([
    '',
    '@',
    'a@',
    '@b',
    'a@b/',
    'a b@c',
    'a@b c',
    'a@b@c',
    "a'@b",
    'a@b..c',
    'a@.b',
    'a\u200b@b',
    'a@b/\u0000',
    'a@b/\u202e',
    '/x',
  ])('is none: %j', (text) => {
    expect(() => parseJid(text)).toThrow(ProtocolError);
    expect(readJid(text)).toBeUndefined();
  });

  it('of more than 1,023 bytes a part is none', () => {
    expect(readJid(`${'ü'.repeat(511)}@b/${'r'.repeat(1023)}`)).toBeDefined();
    expect(readJid(`${'ü'.repeat(512)}@b`)).toBeUndefined();
    expect(readJid(`a@b/${'r'.repeat(1024)}`)).toBeUndefined();
  });

  it('is taken apart and folded', () => {
    expect([bareOf('A@B/c'), domainOf('A@B/c'), resourceOf('A@B/c'), resourceOf('a@b'), foldedJid('A@B/C')]).toEqual([
      'a@b',
      'b',
      'c',
      undefined,
      'a@b/C',
    ]);
  });

  it('stays the same when it is read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const jid = readJid(text);
        if (jid !== undefined) expect(parseJid(writeJid(jid))).toEqual(jid);
      }),
    );
  });
});
