import { isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scopeOf } from '../../src/protocol/ip-address.ts';

describe('whom an address reaches', () => {
  it.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['127.0.0.1', 'loopback'],
    ['127.255.0.9', 'loopback'],
    ['169.254.7.1', 'linkLocal'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.32.0.1', 'global'],
    ['192.168.1.20', 'private'],
    ['100.64.0.1', 'private'],
    ['224.0.0.251', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['192.0.2.7', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['9.9.9.9', 'global'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::192.168.1.1', 'private'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::9.9.9.9', 'global'],
    ['2002:c0a8:101::1', 'private'],
    ['2002:909:909::1', 'global'],
    ['fe80::1%eth0', 'linkLocal'],
    ['fd00::7', 'private'],
    ['ff02::fb', 'multicast'],
    ['2001:db8::7', 'reserved'],
    ['2a00:1450::7', 'global'],
  ])('%s is %s', (address, scope) => {
    expect(scopeOf(address)).toBe(scope);
  });

  it('is known for every address, and for nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain(), fc.constantFrom('127.1', '0x7f.1', '2130706433', '010.0.0.1', '1::2::3')),
        (text) => {
          expect(scopeOf(text) !== undefined).toBe(isIP(text) !== 0);
        },
      ),
    );
  });
});
