import { describe, expect, it } from 'vitest';
import type { NetworkInterfaceInfo } from 'node:os';
import { MAX_ADDRESSES, ownAddress, rankOf, usableAddresses } from '../../../../src/main/connection/addresses/interfaces.ts';

function interfaces(...addresses: string[]) {
  const infos = addresses.map(
    (address): NetworkInterfaceInfo =>
      address.includes(':')
        ? { address, family: 'IPv6', internal: address === '::1', netmask: '', mac: '', cidr: null, scopeid: 0 }
        : { address, family: 'IPv4', internal: address.startsWith('127.'), netmask: '', mac: '', cidr: null },
  );
  return () => ({ lo: infos.filter(({ internal }) => internal), eth0: infos.filter(({ internal }) => !internal) });
}

describe('usable addresses', () => {
  it('puts global before private, IPv4 and IPv6 in turn, and leaves link-local and loopback out', () => {
    const given = interfaces('127.0.0.1', '::1', 'fe80::1', '169.254.3.4', 'fd00::5', '192.168.1.9', '2001:db8::7', '203.0.113.8');
    expect(usableAddresses({ interfaces: given })).toEqual(['203.0.113.8', '2001:db8::7', '192.168.1.9', 'fd00::5']);
  });

  it('gives loopback when there is nothing else, and last on request', () => {
    expect(usableAddresses({ interfaces: interfaces('127.0.0.1', '::1', 'fe80::1') })).toEqual(['127.0.0.1']);
    expect(usableAddresses({ interfaces: interfaces('10.0.0.1'), includeLoopback: true })).toEqual(['10.0.0.1', '127.0.0.1']);
  });

  it('names where this computer listens as its own, else the most useful one', () => {
    const given = { interfaces: interfaces('192.168.1.9', '203.0.113.8') };
    expect(ownAddress('10.1.2.3', given)).toBe('10.1.2.3');
    expect(ownAddress(undefined, given)).toBe('203.0.113.8');
    expect(ownAddress(undefined, { interfaces: interfaces('::1') })).toBe('127.0.0.1');
  });

  it('gives at most six, loopback among them', () => {
    const many = interfaces(...Array.from({ length: 10 }, (_, index) => `10.0.0.${index + 1}`));
    expect(usableAddresses({ interfaces: many })).toHaveLength(MAX_ADDRESSES);
    const withLoopback = usableAddresses({ interfaces: many, includeLoopback: true });
    expect(withLoopback).toHaveLength(MAX_ADDRESSES);
    expect(withLoopback.at(-1)).toBe('127.0.0.1');
  });

  it.each([
    ['172.16.0.1', 'private'],
    ['172.32.0.1', 'global'],
    ['100.64.0.1', 'private'],
    ['100.128.0.1', 'global'],
    ['0.0.0.0', undefined],
    ['224.0.0.1', undefined],
    ['fc00::1', 'private'],
    ['febf::1', undefined],
    ['ff02::1', undefined],
    ['::', undefined],
    ['2a00::1', 'global'],
  ])('%s is %s', (address, rank) => {
    expect(rankOf(address)).toBe(rank);
  });
});
