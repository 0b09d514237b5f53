import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_TICKET_CHARS, formatConnectionString, parseConnectionString } from '../../../src/protocol/assistance/connection-string.ts';
import type { HostPort } from '../../../src/protocol/host-port.ts';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';

const ID = `${'A'.repeat(43)}=`;
const PIN = `${'w'.repeat(42)}8=`;
const string = (addresses: string, tail = `*,${ID},*,*,${PIN}`): string => `65538,1,${addresses},${tail}`;

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'no error';
  } catch (error) {
    return error instanceof ProtocolError ? error.code : `not typed: ${String(error)}`;
  }
}

describe('Connection String 1', () => {
  test('the example of the specification: IPv4, IPv6 and a name', () => {
    expect(parseConnectionString(string('10.1.2.3:49230;[2001:db8::1]:49230;novice.example.test:3389'))).toEqual({
      addresses: [
        { host: '10.1.2.3', port: 49_230 },
        { host: '2001:db8::1', port: 49_230 },
        { host: 'novice.example.test', port: 3_389 },
      ],
      raSessionId: ID,
      protocolSpecificParms: PIN,
    });
  });

  test('a repeated address counts once', () => {
    expect(parseConnectionString(string('10.1.2.3:5000;10.1.2.3:5000')).addresses).toHaveLength(1);
  });

  test.each([
    ['10.1.2.3:0', 'OUT_OF_RANGE'],
    ['10.1.2.3:65536', 'OUT_OF_RANGE'],
    ['10.1.2.3:999999', 'MALFORMED'],
    ['10.1.2.3', 'MALFORMED'],
    ['10.1.2.300:5000', 'MALFORMED'],
    ['010.1.2.3:5000', 'MALFORMED'],
    ['10.1.3:5000', 'MALFORMED'],
    ['0x7f.1:5000', 'MALFORMED'],
    ['0x7f000001:5000', 'MALFORMED'],
    ['2130706433:5000', 'MALFORMED'],
    ['2001:db8::1:5000', 'MALFORMED'],
    ['[fe80::1%eth0]:5000', 'MALFORMED'],
    ['[1::2::3]:5000', 'MALFORMED'],
    ['[1:2:3:4:5:6:7:8:9]:5000', 'MALFORMED'],
    ['[::12345]:5000', 'MALFORMED'],
    ['[]:5000', 'MALFORMED'],
    ['[10.0.0.1]:5000', 'MALFORMED'],
    ['-name.test:5000', 'MALFORMED'],
    ['a..b:5000', 'MALFORMED'],
    ['', 'MALFORMED'],
    ['10.0.0.1:5000;', 'MALFORMED'],
    ['0.0.0.0:5000', 'REFUSED'],
    ['0.1.2.3:5000', 'REFUSED'],
    ['[::]:5000', 'REFUSED'],
    ['[0:0:0:0:0:0:0:0]:5000', 'REFUSED'],
    ['224.0.0.1:5000', 'REFUSED'],
    ['239.255.255.255:5000', 'REFUSED'],
    ['255.255.255.255:5000', 'REFUSED'],
    ['[ff02::1]:5000', 'REFUSED'],
    ['[::ffff:224.0.0.1]:5000', 'REFUSED'],
    ['[::ffff:0.0.0.0]:5000', 'REFUSED'],
    ['[::ffff:ffff:ffff]:5000', 'REFUSED'],
  ])('address %s is %s', (address, code) => {
    expect(codeOf(() => parseConnectionString(string(address)))).toBe(code);
  });

  test.each([
    ['seven fields', `65538,1,10.0.0.1:5000,*,${ID},*,*`, 'MALFORMED'],
    ['nine fields', `${string('10.0.0.1:5000')},`, 'MALFORMED'],
    ['another version', string('10.0.0.1:5000').replace('65538', '65539'), 'UNEXPECTED'],
    ['another protocol', string('10.0.0.1:5000').replace(',1,', ',2,'), 'UNEXPECTED'],
    ['a password', string('10.0.0.1:5000', `secret,${ID},*,*,${PIN}`), 'UNEXPECTED'],
    ['nine addresses', string(Array.from({ length: 9 }, (_, n) => `10.0.0.${n + 1}:5000`).join(';')), 'OUT_OF_RANGE'],
    ['no session id', string('10.0.0.1:5000', `*,,*,*,${PIN}`), 'MALFORMED'],
    ['a line break', string('10.0.0.1:5000', `*,${ID},*,*,\r\n`), 'MALFORMED'],
    ['301 characters', string('10.0.0.1:5000').padEnd(301, 'A'), 'TOO_LARGE'],
    ['a letter from elsewhere', string('novicé.test:5000'), 'MALFORMED'],
  ])('%s', (_name, text, code) => {
    expect(codeOf(() => parseConnectionString(text))).toBe(code);
  });

  test('a password in a foreign ticket is not repeated in the error', () => {
    expect(() => parseConnectionString(string('10.0.0.1:5000', `secret,${ID},*,*,${PIN}`))).toThrow(/^(?!.*secret)/);
  });

  test('the least reachable addresses go first when it gets too long', () => {
    const long = (n: number): string => `2001:db8:1111:2222:3333:4444:5555:666${n}`;
    const addresses: HostPort[] = [
      { host: '127.0.0.1', port: 50_000 },
      { host: '::1', port: 50_000 },
      { host: 'fe80::1', port: 50_000 },
      { host: 'fe80::2%eth0', port: 50_000 },
      { host: 'fd00:1111:2222:3333:4444:5555:6666:7777', port: 50_000 },
      ...[1, 2, 3, 4, 5].map((n) => ({ host: long(n), port: 50_000 })),
      { host: '192.168.1.10', port: 50_000 },
      { host: '203.0.113.7', port: 50_000 },
    ];
    const text = formatConnectionString({ addresses, raSessionId: ID, protocolSpecificParms: PIN });
    const hosts = parseConnectionString(text).addresses.map(({ host }) => host);
    expect(text.length).toBeLessThanOrEqual(MAX_TICKET_CHARS);
    // One of each kind, and what still fits of second helpings.
    expect(hosts.slice(0, 4)).toEqual(['203.0.113.7', long(1), '192.168.1.10', 'fd00:1111:2222:3333:4444:5555:6666:7777']);
    expect(hosts).not.toContain('fe80::1');
    expect(hosts).not.toContain('::1');
  });

  test('the one private IPv4 stays in beside seven IPv6 addresses of one prefix', () => {
    const addresses = [
      ...[1, 2, 3, 4, 5, 6, 7].map((n) => ({ host: `2001:db8:1111:2222:3333:4444:5555:666${n}`, port: 50_000 })),
      { host: '192.168.178.23', port: 50_000 },
    ];
    const text = formatConnectionString({ addresses, raSessionId: ID, protocolSpecificParms: PIN });
    expect(parseConnectionString(text).addresses.map(({ host }) => host)).toContain('192.168.178.23');
  });

  test('loopback alone is enough for two programs on one computer', () => {
    const text = formatConnectionString({ addresses: [{ host: '127.0.0.1', port: 50_000 }], raSessionId: ID, protocolSpecificParms: '*' });
    expect(parseConnectionString(text).addresses).toEqual([{ host: '127.0.0.1', port: 50_000 }]);
  });

  test('no usable address is an error, not an empty ticket', () => {
    expect(
      codeOf(() => formatConnectionString({ addresses: [{ host: '0.0.0.0', port: 1 }], raSessionId: ID, protocolSpecificParms: '*' })),
    ).toBe('OUT_OF_RANGE');
  });

  const address = fc.record({
    host: fc.oneof(
      fc.ipV4().filter((host) => Number(host.split('.')[0]) > 0 && Number(host.split('.')[0]) < 224),
      fc.ipV6().filter((host) => !/^(?:f[ef]|[0:]+)/i.test(host)),
      fc.domain(),
    ),
    port: fc.integer({ min: 1, max: 65_535 }),
  });

  test('what is made can be read, is at most 300 characters and loses nothing that fits', () => {
    fc.assert(
      fc.property(fc.array(address, { minLength: 1, maxLength: 12 }), (addresses) => {
        const usable = addresses.filter(({ host }) => host.length < 100);
        fc.pre(usable.length > 0);
        const text = formatConnectionString({ addresses: usable, raSessionId: ID, protocolSpecificParms: PIN });
        const parsed = parseConnectionString(text);
        expect(text.length).toBeLessThanOrEqual(MAX_TICKET_CHARS);
        expect(parsed.raSessionId).toBe(ID);
        expect(parsed.protocolSpecificParms).toBe(PIN);
        for (const each of parsed.addresses) expect(usable).toContainEqual(each);
      }),
    );
  });

  test('arbitrary text gives a typed error or a connection string', () => {
    const near = fc.array(fc.oneof(fc.constantFrom('65538', '1', '*', ID, PIN, '10.0.0.1:5000', '[::1]:1', ';', ''), fc.string()), {
      maxLength: 9,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 400 }),
          near.map((parts) => parts.join(',')),
        ),
        (text) => {
          expect(codeOf(() => parseConnectionString(text))).toMatch(
            /^(?:no error|TRUNCATED|OUT_OF_RANGE|UNEXPECTED|MALFORMED|TOO_LARGE|REFUSED)$/,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
