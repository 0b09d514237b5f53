import { describe, expect, it } from 'vitest';
import { hexDecode, hexEncode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { cpaceGenerator, cpaceKey, cpaceShared, cpaceSide } from '../../../src/protocol/trust/cpace.ts';

const hex = (text: string): Uint8Array => hexDecode(text, 'vector');
const scalar = (text: string): bigint => hex(text).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const no = (): Uint8Array => {
  throw new Error('not random');
};

/** draft-irtf-cfrg-cpace-21, test vectors of CPACE-RISTR255-SHA512. */
const input = {
  password: utf8Encode('Password'),
  channel: hex('6f630b425f726573706f6e6465720b415f696e69746961746f72'),
  session: hex('7e4b4791d6a8ef019b936c79fb7f2c57'),
};
const YA = 'd40fb265a7abeaee7939d91a585fe59f7053f982c296ec413c624c669308f87a';
const YB = '08bcf6e9777a9c313a3db6daa510f2d398403319c2341bd506a92e672eb7e307';
const A = scalar('da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08');
const B = scalar('d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d');

describe('CPace', () => {
  it('has the generator, the messages, the shared point and the key of the draft', () => {
    expect(hexEncode(cpaceGenerator(input))).toBe('a6fc82c3b8968fbb2e06fee81ca858586dea50d248f0c7ca6a18b0902a30b36b');
    expect(hexEncode(cpaceSide(input, no, A).message)).toBe(YA);
    expect(hexEncode(cpaceSide(input, no, B).message)).toBe(YB);
    const shared = cpaceShared(A, hex(YB));
    expect(hexEncode(shared)).toBe('e22b1ef7788f661478f3cddd4c600774fc0f41e6b711569190ff88fa0e607e09');
    expect(hexEncode(cpaceShared(B, hex(YA)))).toBe(hexEncode(shared));
    const key = cpaceKey({
      session: input.session,
      shared,
      began: { message: hex(YA), associated: utf8Encode('ADa') },
      answered: { message: hex(YB), associated: utf8Encode('ADb') },
    });
    expect(hexEncode(key)).toBe(
      '4c5469a16b2364c4b944ebc1a79e51d1674ad47db26e8718154f59faebfaa52d8346f30aa58377117eb20d527f2cbc5c76381f7fd372e89df8239f87f2e02ed1',
    );
  });

  it.each([
    ['the neutral element', '00'.repeat(32), 'REFUSED'],
    ['a negative field element', `01${'00'.repeat(31)}`, 'MALFORMED'],
    ['an encoding above the prime', 'ff'.repeat(32), 'MALFORMED'],
    ['too few bytes', '00'.repeat(31), 'MALFORMED'],
  ])('refuses %s', (_name, message, code) => {
    expect(() => cpaceShared(A, hex(message))).toThrow(expect.objectContaining({ code }));
  });

  it('differs with each part of what it is given', () => {
    const other = Uint8Array.of(1);
    const all = [input, ...(['password', 'channel', 'session'] as const).map((part) => ({ ...input, [part]: other }))];
    expect(new Set(all.map((each) => hexEncode(cpaceGenerator(each)))).size).toBe(all.length);
  });
});
