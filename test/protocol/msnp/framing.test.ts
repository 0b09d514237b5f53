import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { CommandDecoder, encodeCommand, type Command, type Reader } from '../../../src/protocol/msnp/framing.ts';
import type { Dialect } from '../../../src/protocol/msnp/dialect.ts';

const bytes = (text: string): Uint8Array => utf8Encode(text);
const decode = (chunks: readonly Uint8Array[], reader: Reader = 'server', dialect?: Dialect): Command[] => {
  const decoder = new CommandDecoder(reader);
  decoder.dialect = dialect;
  return chunks.flatMap((chunk) => [...decoder.push(chunk)]);
};
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'none';
};

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019@.%-_:é诺'), minLength: 1, maxLength: 12 });
const plain = fc.record({ name: fc.constantFrom('VER', 'USR', 'LST', 'ADD', '217'), args: fc.array(word, { maxLength: 6 }) });
const message = fc.record({
  name: fc.constant('MSG'),
  args: fc.array(word, { maxLength: 3 }),
  payload: fc.uint8Array({ maxLength: 1664 }),
});
const stream = fc.array(fc.oneof(plain, message), { maxLength: 8 });
const encodeAll = (commands: readonly Command[]): Uint8Array => {
  const parts = commands.map(({ name, args, payload }) => encodeCommand(name, args, payload));
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

describe('command framing', () => {
  it('splits lines at CR LF and at LF, and knows payloads', () => {
    expect(decode([bytes('VER 0 MSNP7 CVR0\r\nINF 1\nMSG 2 N 5\r\na\r\nb\nOUT\r\n')])).toEqual([
      { name: 'VER', args: ['0', 'MSNP7', 'CVR0'] },
      { name: 'INF', args: ['1'] },
      { name: 'MSG', args: ['2', 'N'], payload: bytes('a\r\nb\n') },
      { name: 'OUT', args: [] },
    ]);
  });

  it('gives the same commands whole, byte by byte, and in any chunks', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat({ max: 400 }), { maxLength: 20 }), (commands, cuts) => {
        const all = encodeAll(commands);
        expect(decode([all])).toEqual(commands);
        expect(decode(Array.from(all, (byte) => Uint8Array.of(byte)))).toEqual(commands);
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(all.slice(at, at + cut));
          at = Math.min(all.length, at + cut);
        }
        expect(decode([...chunks, all.slice(at)])).toEqual(commands);
      }),
      { numRuns: 60 },
    );
  });

  it('never hangs and throws nothing but ProtocolError on arbitrary bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.constantFrom<Reader>('client', 'server'),
        (chunks, reader) => {
          codeOf(() => decode(chunks, reader));
        },
      ),
    );
  });

  it('lets what a command changes count for the next one in the same chunk', () => {
    const decoder = new CommandDecoder('client');
    const seen: Command[] = [];
    for (const command of decoder.push(bytes('VER 0 MSNP7\r\nNOT 3\r\nabcQNG\r\n'))) {
      seen.push(command);
      if (command.name === 'VER') decoder.dialect = 7;
    }
    expect(seen.map(({ name, payload }) => [name, payload?.length])).toEqual([
      ['VER', undefined],
      ['NOT', 3],
      ['QNG', undefined],
    ]);
  });

  it('has a payload table for each reader: a QRY has one to the server and none to the client', () => {
    expect(decode([bytes('QRY 3 x 2\r\nab')], 'server')).toEqual([{ name: 'QRY', args: ['3', 'x'], payload: bytes('ab') }]);
    expect(decode([bytes('QRY 3\r\nOUT\r\n')], 'client')).toEqual([
      { name: 'QRY', args: ['3'] },
      { name: 'OUT', args: [] },
    ]);
    expect(decode([bytes('NOT 2\r\nOUT\r\n')], 'client', 4)).toHaveLength(2);
  });

  it.each([
    ['a payload of 1665 bytes', 'MSG 1 N 1665\r\n', 'TOO_LARGE'],
    ['a negative length', 'MSG 1 N -1\r\n', 'MALFORMED'],
    ['a length that is no number', 'MSG 1 N NaN\r\n', 'MALFORMED'],
    ['no length', 'MSG\r\n', 'MALFORMED'],
    ['a huge length', 'MSG 1 N 9999999999999\r\n', 'MALFORMED'],
    ['a line of 1025 bytes', `VER ${'x'.repeat(1021)}\r\n`, 'TOO_LARGE'],
    ['a long line without an end', 'x'.repeat(1030), 'TOO_LARGE'],
    ['a long name', 'GET / HTTP/1.1\r\nHello\r\n', 'MALFORMED'],
    ['a control character', 'VER 0 \u0000\r\n', 'MALFORMED'],
  ])('refuses %s', (_, text, code) => {
    expect(codeOf(() => decode([bytes(text)]))).toBe(code);
  });

  it('takes exactly 1664 bytes and exactly 1 KiB', () => {
    expect(decode([bytes(`MSG 1 N 1664\r\n${'x'.repeat(1664)}`)])[0]?.payload).toHaveLength(1664);
    expect(decode([bytes(`VER ${'x'.repeat(1020)}\r\n`)])[0]?.args[0]).toHaveLength(1020);
  });

  it('does not write what would be two commands', () => {
    for (const bad of ['a b', 'a\r\nOUT', '', 'a\n']) expect(codeOf(() => encodeCommand('ADD', [bad]))).toBe('MALFORMED');
  });
});
