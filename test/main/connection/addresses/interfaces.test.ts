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
  it('puts one of each kind first, and leaves link-local and loopback out', () => {
    const given = interfaces('127.0.0.1', '::1', 'fe80::1', '169.254.3.4', 'fd00::5', '192.168.1.9', '2001:db8::7', '203.0.113.8');
    expect(usableAddresses({ interfaces: given })).toEqual(['203.0.113.8', '192.168.1.9', '2001:db8::7', 'fd00::5']);
  });

  it('names the one private IPv4 beside seven IPv6 addresses that privacy extensions keep', () => {
    const kept = [1, 2, 3, 4, 5, 6, 7].map((n) => `2001:db8:1:2::${n}`);
    expect(usableAddresses({ interfaces: interfaces(...kept, '192.168.178.23') }).slice(0, 3)).toEqual([
      '192.168.178.23',
      kept[0],
      kept[1],
    ]);
  });

  it('after the best of each kind come second helpings, and bridges of containers and virtual machines last', () => {
    const named = (all: Readonly<Record<string, readonly string[]>>) => () =>
      Object.fromEntries(Object.entries(all).map(([name, addresses]) => [name, interfaces(...addresses)().eth0]));
    const all = named({
      docker0: ['172.17.0.1'],
      wlan0: ['192.168.2.7'],
      tailscale0: ['100.101.102.103', 'fd7a:115c:a1e0::1'],
      'br-1f2e3d': ['172.18.0.1', '2001:db8:9::1'],
      enp3s0: ['192.168.1.9', '2001:db8:1:2::3', '2001:db8:1:2::4'],
    });
    expect(usableAddresses({ interfaces: all, defaultInterface: () => 'enp3s0' })).toEqual([
      '192.168.1.9',
      '2001:db8:1:2::3',
      '100.101.102.103',
      '192.168.2.7',
      '2001:db8:1:2::4',
      'fd7a:115c:a1e0::1',
    ]);
    // Without a route to go by: the order of the system's list.
    expect(usableAddresses({ interfaces: all, defaultInterface: () => undefined })[0]).toBe('192.168.2.7');
    // What this computer's own connection goes over is no bridge to a machine inside it.
    const bridged = named({ 'br-lan': ['192.168.1.9'], eth1: ['10.0.0.1'] });
    expect(usableAddresses({ interfaces: bridged, defaultInterface: () => 'br-lan' })).toEqual(['192.168.1.9', '10.0.0.1']);
    const only = named({ docker0: ['172.17.0.1'] });
    expect(usableAddresses({ interfaces: only, defaultInterface: () => undefined })).toEqual(['172.17.0.1']);
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
