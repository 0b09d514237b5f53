import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decryptTicket,
  encryptTicket,
  generatePassStub,
  generatePassword,
  likeliestPassword,
  isPassStub,
  passOf,
  PASSWORD_ALPHABET,
  PASSWORD_CHARS,
  passwordsMeant,
  sameBytes,
  ticketKey,
} from '../../../src/protocol/assistance/assistance-crypto.ts';
import { formatExpertBlob, parseExpertBlob } from '../../../src/protocol/assistance/expert-blob.ts';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { hexEncode } from '../../../src/protocol/bytes/text.ts';
import { randomFrom } from './random.ts';

describe('the password of an invitation', () => {
  it.each([
    ['Password1', 'RT=0PvIndan52*', '3c9cae0bce7ab15c8aac01d676045edf3ffaf092e2de368a2017e68a0ded7c90'],
    ['48BJQ853X3B4', 'WB^6HsrIaFmEpi', '777dfaae9028124dd02ede8014221b4ad1f4ec138539d733ac767895b2d857d9'],
  ])('gives PASS for %s and %s', (password, stub, pass) => {
    expect(hexEncode(passOf(password, stub))).toBe(pass);
  });

  it('gives the key of LHTICKET', () => {
    expect(hexEncode(ticketKey('48BJQ853X3B4'))).toBe('e88f838e6bdd430345ac6d2e6e7e28db');
  });

  it('opens what it closed, and with another password shows that it is another', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ minLength: 1 }), (inner, password) => {
        const text = `<E>${inner.replaceAll('\0', '')}</E>`;
        const ticket = encryptTicket(text, password);
        expect(decryptTicket(ticket, password)).toBe(text);
        let other: string | undefined;
        try {
          other = decryptTicket(ticket, `${password}!`);
        } catch (error) {
          expect(error).toMatchObject({ code: 'REFUSED' });
        }
        expect(other).not.toBe(text);
      }),
    );
  });

  it('is sixteen characters nobody mishears, each drawn from all', () => {
    const passwords = Array.from({ length: 200 }, (_, seed) => generatePassword(randomFrom(seed)));
    for (const password of passwords) expect(password).toMatch(new RegExp(`^[${PASSWORD_ALPHABET}]{${PASSWORD_CHARS}}$`));
    expect(new Set(passwords.join('')).size).toBe(PASSWORD_ALPHABET.length);
    expect(PASSWORD_CHARS * Math.log2(PASSWORD_ALPHABET.length)).toBeGreaterThan(59);
    for (const alike of ['BCDEGPTVZ3', 'FSX', 'AJK8', 'MN', 'QU', '59', 'O0', 'IL1'])
      expect(Array.from(alike).filter((character) => PASSWORD_ALPHABET.includes(character)).length, alike).toBeLessThanOrEqual(1);
    expect(new Set(passwords).size).toBe(200);
  });

  it('may be typed in small letters and in groups', () => {
    expect(passwordsMeant('cfhk mqrw-y246–79cf')).toEqual(['cfhk mqrw-y246–79cf', 'cfhkmqrwy24679cf', 'CFHKMQRWY24679CF']);
    expect(passwordsMeant('CFHKMQRWY24679CF')).toEqual(['CFHKMQRWY24679CF']);
    expect(likeliestPassword('cfhk mqrw y246 79cf')).toBe('CFHKMQRWY24679CF');
    for (const own of ['Blue Sky', 'cfhk', 'abcd efgh ijkl mnop']) expect(likeliestPassword(own)).toBe(own);
  });

  it('draws every character equally often', () => {
    let next = 0;
    const counts = new Map<string, number>();
    for (let round = 0; round < 256; round += 1)
      for (const character of generatePassword(() => Uint8Array.of(next++ & 0xff))) counts.set(character, (counts.get(character) ?? 0) + 1);
    const values = [...counts.values()];
    expect(Math.max(...values) - Math.min(...values)).toBeLessThanOrEqual(1);
  });

  it('has a PassStub of the given alphabets, never with an ampersand', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const stub = generatePassStub(randomFrom(seed));
      expect(stub).toMatch(/^[A-Za-z0-9*_][!@#$^*()\-+=][0-9][A-Z][a-z][A-Za-z0-9*_]{9}$/);
      expect(isPassStub(stub)).toBe(true);
    }
  });

  it.each(['RT=0PvIndan52*', 'WB^6HsrIaFmEpi', 'a&1Aaaaaaaaaaa'])('takes the PassStub %s for one', (stub) =>
    expect(isPassStub(stub)).toBe(true),
  );
  it.each(['', 'RT=0PvIndan52', 'RT=0PvIndan52**', 'RT=0PvIndan5é*', 'RT=0 vIndan52*'])('does not take %j for one', (stub) =>
    expect(isPassStub(stub)).toBe(false),
  );

  it('compares whole values', () => {
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    for (const other of [[], [1], [1, 3], [2, 2], [1, 2, 0]]) expect(sameBytes(Uint8Array.from(other), Uint8Array.of(1, 2))).toBe(false);
  });
});

describe('the expert blob', () => {
  const pass = passOf('48BJQ853X3B4', 'WB^6HsrIaFmEpi');

  it('is written as captured', () => {
    expect(formatExpertBlob({ name: 'novice', pass })).toBe(`11;NAME=novice69;PASS=${hexEncode(pass).toUpperCase()}`);
  });

  it('gives back any name, whatever it contains', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 256 }), (name) => {
        expect(parseExpertBlob(formatExpertBlob({ name, pass }))).toEqual({ name, pass });
      }),
    );
    expect(parseExpertBlob(formatExpertBlob({ name: '69;PASS=x', pass })).name).toBe('69;PASS=x');
  });

  it.each(['', 'x', '11;NAME=novice', '999;NAME=novice', '6;PASS=0', `69;PASS=${'G'.repeat(64)}`, '-1;PASS=', '5;PASS='])(
    'refuses %j',
    (text) => {
      expect(() => parseExpertBlob(text)).toThrow(ProtocolError);
    },
  );

  it('answers any text with a blob or a typed error, which tells nothing of it', () => {
    fc.assert(
      fc.property(fc.string(), (noise) => {
        try {
          parseExpertBlob(`${noise.length + 8};SECRET=§${noise}`);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          expect(String(error)).not.toContain('§');
        }
      }),
    );
  });
});
