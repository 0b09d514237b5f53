import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import {
  asciiEncode,
  base64Decode,
  base64Encode,
  hexDecode,
  hexEncode,
  utf16Decode,
  utf16Encode,
  utf8Decode,
  utf8Encode,
} from '../../../src/protocol/bytes/text.ts';

/* The platform's own encodings are the judge: the tests have them, the protocol room does not. */
const bytes = fc.uint8Array({ maxLength: 60 });
const anyString = fc.string({ unit: 'binary', maxLength: 40 });

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return undefined;
};

describe('UTF-8', () => {
  it('encodes as the platform does', () => {
    fc.assert(
      fc.property(anyString, (text) => {
        expect(utf8Encode(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
    expect([...utf8Encode('\ud800x')]).toEqual([...new TextEncoder().encode('\ud800x')]);
  });

  it('comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        expect(utf8Decode(utf8Encode(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['overlong slash', [0xc0, 0xaf]],
    ['overlong three bytes', [0xe0, 0x80, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['cut short', [0xe2, 0x82]],
    ['a lone continuation', [0x80]],
  ])('never lets %s pass for text', (_, wire) => {
    const text = utf8Decode(Uint8Array.from(wire));
    expect(text).toContain('\ufffd');
    expect(text).not.toContain('/');
  });

  it('takes arbitrary bytes, and well-formed ones exactly as the platform does', () => {
    fc.assert(
      fc.property(bytes, (wire) => {
        const theirs = new TextDecoder('utf-8', { ignoreBOM: true }).decode(wire);
        const ours = utf8Decode(wire);
        if (!theirs.includes('\ufffd')) expect(ours).toBe(theirs);
        else expect(ours).toContain('\ufffd');
      }),
    );
  });
});

describe('UTF-16LE', () => {
  it('encodes as the platform does and comes back, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        const wire = utf16Encode(text);
        expect([...wire]).toEqual([...Buffer.from(text, 'utf16le')]);
        expect(utf16Decode(wire, 'text')).toBe(text);
      }),
    );
  });

  it('refuses half a code unit', () => {
    expect(codeOf(() => utf16Decode(Uint8Array.of(1, 2, 3), 'text'))).toBe('MALFORMED');
  });
});

describe('base64', () => {
  it('encodes as the platform does and comes back', () => {
    fc.assert(
      fc.property(bytes, (wire) => {
        const text = base64Encode(wire);
        expect(text).toBe(Buffer.from(wire).toString('base64'));
        expect(base64Decode(text, 'text')).toEqual(wire);
      }),
    );
  });

  it.each(['A', 'AA', 'AAA', 'AA=A', '====', 'AAAA=', 'AA-_', 'AA AA', 'AAAA\n', 'AB==', 'AAB='])(
    'refuses %j: one text for one value',
    (text) => {
      expect(codeOf(() => base64Decode(text, 'text'))).toBe('MALFORMED');
    },
  );

  it('accepts from arbitrary text only what it would have written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 24 }), (text) => {
        let decoded: Uint8Array | undefined;
        try {
          decoded = base64Decode(text, 'text');
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
        if (decoded !== undefined) expect(base64Encode(decoded)).toBe(text);
      }),
    );
  });
});

describe('hexadecimal and ASCII', () => {
  it('come back', () => {
    fc.assert(
      fc.property(bytes, (wire) => {
        expect(hexEncode(wire)).toBe(Buffer.from(wire).toString('hex'));
        expect(hexDecode(hexEncode(wire).toUpperCase(), 'text')).toEqual(wire);
      }),
    );
    expect([...asciiEncode('Az~', 'text')]).toEqual([0x41, 0x7a, 0x7e]);
  });

  it.each(['0', '0g', '0x', ' 00'])('refuses %j as hexadecimal', (text) => {
    expect(codeOf(() => hexDecode(text, 'text'))).toBe('MALFORMED');
  });

  it('refuses what is not ASCII', () => {
    expect(codeOf(() => asciiEncode('grüße', 'text'))).toBe('MALFORMED');
  });
});
