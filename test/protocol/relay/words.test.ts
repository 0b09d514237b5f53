import { describe, expect, it } from 'vitest';
import { type RelayWord, readRelayWord, writeRelayWord } from '../../../src/protocol/relay/words.ts';
import { SOCKS_GREETING, socksMethodLength, socksReplyLength, socksRequest } from '../../../src/protocol/relay/socks5.ts';

const name = '0123456789abcdef0123456789abcdef01234567';

describe('what the two sides of a relayed connection say', () => {
  it.each<RelayWord>([
    { tag: 'at', proxy: { host: 'proxy.example', port: 7777 }, name },
    { tag: 'at', proxy: { host: '2001:db8::1', port: 1 }, name },
    { tag: 'here', name },
    { tag: 'no', name },
    { tag: 'open', name },
    { tag: 'yours' },
    { tag: 'none' },
  ])('there and back: $tag', (word) => {
    expect(readRelayWord(writeRelayWord(word))).toEqual(word);
  });

  it.each([
    '',
    'hello',
    'at',
    `at proxy.example ${name}`,
    `at proxy.example:0 ${name}`,
    `at 0.0.0.0:1 ${name}`,
    `at 224.0.0.1:1 ${name}`,
    'at proxy.example:1',
    `at proxy.example:1 ${name.slice(1)}`,
    `at proxy.example:1 ${name.toUpperCase()}`,
    `at proxy.example:1 ${name} more`,
    'here',
    `here ${name}0`,
    'yours please',
  ])('%j is refused', (text) => {
    expect(() => readRelayWord(text)).toThrow(expect.objectContaining({ name: 'ProtocolError' }));
  });
});

describe('SOCKS5', () => {
  it('asks for a stream by its name (RFC 1928, XEP-0065)', () => {
    expect([...SOCKS_GREETING]).toEqual([5, 1, 0]);
    const request = [...socksRequest(name)];
    expect(request.slice(0, 5)).toEqual([5, 1, 0, 3, 40]);
    expect(String.fromCharCode(...request.slice(5, 45))).toBe(name);
    expect(request.slice(45)).toEqual([0, 0]);
  });

  it.each([
    [[], undefined],
    [[5], undefined],
    [[5, 0], 2],
    [[5, 0, 9], 2],
  ])('the answer to the greeting %j', (bytes, length) => {
    expect(socksMethodLength(Uint8Array.from(bytes))).toBe(length);
  });

  it.each([
    [[5, 0, 0], undefined],
    [[5, 0, 0, 1, 0, 0, 0, 0, 0], undefined],
    [[5, 0, 0, 1, 0, 0, 0, 0, 0, 0], 10],
    [[5, 0, 0, 4, ...Array<number>(18).fill(0)], 22],
    [[5, 0, 0, 3], undefined],
    [[5, 0, 0, 3, 2, 97, 98, 0], undefined],
    [[5, 0, 0, 3, 2, 97, 98, 0, 0, 7], 9],
  ])('the reply %j', (bytes, length) => {
    expect(socksReplyLength(Uint8Array.from(bytes))).toBe(length);
  });

  it.each([
    [[4, 0], 'UNEXPECTED'],
    [[5, 1], 'REFUSED'],
    [[5, 0, 0, 2], 'UNEXPECTED'],
  ])('the reply %j is refused: %s', (bytes, code) => {
    expect(() => socksReplyLength(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    [[4, 0], 'UNEXPECTED'],
    [[5, 255], 'REFUSED'],
  ])('the answer %j is refused: %s', (bytes, code) => {
    expect(() => socksMethodLength(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code }));
  });
});
