import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { hexDecode, hexEncode } from '../../../src/protocol/bytes/text.ts';
import {
  decodeNatPmpAnswer,
  encodeNatPmpAddress,
  encodeNatPmpAnswer,
  encodeNatPmpMap,
} from '../../../src/protocol/port-mapping/nat-pmp.ts';
import { decodePcpAnswer, decodePcpMap, encodePcpAnnounce, encodePcpAnswer, encodePcpMap } from '../../../src/protocol/port-mapping/pcp.ts';

const bytes = (hex: string) => hexDecode(hex.replaceAll(' ', ''), 'vector');
const NONCE = bytes('00010203 04050607 08090a0b');

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('PCP', () => {
  const request = {
    nonce: NONCE,
    internalPort: 40_000,
    externalPort: 40_000,
    externalAddress: '0.0.0.0',
    clientAddress: '192.168.1.9',
    lifetime: 600,
  };

  it('asks for a mapping as RFC 6887 writes it: header, nonce, TCP, ports, addresses as IPv6', () => {
    expect(hexEncode(encodePcpMap(request))).toBe(
      ['02010000 00000258 00000000000000000000ffffc0a80109', '000102030405060708090a0b 06000000 9c409c40 00000000000000000000ffff00000000']
        .join('')
        .replaceAll(' ', ''),
    );
    expect(decodePcpMap(encodePcpMap(request))).toEqual(request);
    expect(hexEncode(encodePcpAnnounce('10.0.0.1'))).toBe('020000000000000000000000000000000000ffff0a000001');
  });

  it('reads what is granted', () => {
    const answer = bytes(
      `02810000 00000258 00000011 000000000000000000000000 ${hexEncode(NONCE)} 06000000 9c409c41 00000000000000000000ffff09090909`,
    );
    expect(decodePcpAnswer(answer)).toEqual({
      version: 2,
      result: 0,
      lifetime: 600,
      epoch: 17,
      mapping: { nonce: NONCE, internalPort: 40_000, externalPort: 40_001, externalAddress: '9.9.9.9' },
    });
    // Options behind are passed over.
    expect(decodePcpAnswer(Uint8Array.from([...answer, 3, 0, 0, 0])).mapping?.externalPort).toBe(40_001);
  });

  it('understands a gateway that knows NAT-PMP only, in eight bytes', () => {
    expect(decodePcpAnswer(bytes('0081 0001 00000005'))).toMatchObject({ version: 0, result: 1 });
    expect(decodePcpAnswer(bytes('0181'))).toMatchObject({ version: 1, result: 1 });
  });

  it.each([
    ['a request', '0201 0000 00000258', 'UNEXPECTED'],
    ['half an answer', '0281 0000 00000258', 'TRUNCATED'],
    [
      'an answer for UDP',
      `02810000 00000258 00000011 ${'00'.repeat(12)} ${'00'.repeat(12)} 11000000 9c409c41 ${'00'.repeat(16)}`,
      'UNEXPECTED',
    ],
    ['another opcode', `02820000 00000258 00000011 ${'00'.repeat(60)}`, 'UNEXPECTED'],
    ['nothing', '', 'TRUNCATED'],
    ['more than a datagram of PCP', `0281${'00'.repeat(1_100)}`, 'TOO_LARGE'],
  ])('refuses %s', (_, hex, code) => {
    expect(codeOf(() => decodePcpAnswer(bytes(hex)))).toBe(code);
  });

  it('gives back what was written, IPv6 too', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const port = fc.integer({ min: 0, max: 65_535 });
    const address = fc.oneof(
      fc.tuple(byte, byte, byte, byte).map((octets) => octets.join('.')),
      fc.constantFrom('2a00:1450:4001:0:0:0:0:8', 'fe80:0:0:0:1:2:3:4'),
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        port,
        port,
        address,
        byte,
        (nonce, internalPort, externalPort, externalAddress, result) => {
          const answer = { version: 2, result, lifetime: 7, epoch: 9, mapping: { nonce, internalPort, externalPort, externalAddress } };
          expect(decodePcpAnswer(encodePcpAnswer(answer))).toEqual(answer);
        },
      ),
    );
  });
});

describe('NAT-PMP', () => {
  it('asks as RFC 6886 writes it', () => {
    expect(hexEncode(encodeNatPmpAddress())).toBe('0000');
    expect(hexEncode(encodeNatPmpMap({ internalPort: 40_000, externalPort: 40_000, lifetime: 600 }))).toBe('000200009c409c4000000258');
  });

  it('reads addresses, mappings and refusals', () => {
    expect(decodeNatPmpAnswer(bytes('0080 0000 00000005 09090909'))).toEqual({ tag: 'address', result: 0, epoch: 5, address: '9.9.9.9' });
    const mapping = { tag: 'mapping', result: 0, epoch: 5, internalPort: 40_000, externalPort: 40_001, lifetime: 600 } as const;
    expect(decodeNatPmpAnswer(bytes('0082 0000 00000005 9c40 9c41 00000258'))).toEqual(mapping);
    expect(decodeNatPmpAnswer(encodeNatPmpAnswer(mapping))).toEqual(mapping);
    expect(decodeNatPmpAnswer(bytes('0082 0002'))).toMatchObject({ tag: 'mapping', result: 2 });
    expect(decodeNatPmpAnswer(bytes('0080 0003 00000005'))).toMatchObject({ tag: 'address', result: 3 });
  });

  it.each([
    ['PCP', '0281 0000', 'UNEXPECTED'],
    ['a request', '0002 0000 9c40 9c40 00000258', 'UNEXPECTED'],
    ['an answer for UDP', '0081 0000 00000005 9c40 9c41 00000258', 'UNEXPECTED'],
    ['half a mapping', '0082 0000 00000005 9c40', 'TRUNCATED'],
    ['more than an answer', `0080 0000 00000005 ${'00'.repeat(20)}`, 'TOO_LARGE'],
  ])('refuses %s', (_, hex, code) => {
    expect(codeOf(() => decodeNatPmpAnswer(bytes(hex)))).toBe(code);
  });
});
