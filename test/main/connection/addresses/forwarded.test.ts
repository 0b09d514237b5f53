import { describe, expect, it } from 'vitest';
import { forwardedAddress } from '../../../../src/main/connection/addresses/forwarded.ts';
import { readTypedAddress } from '../../../../src/protocol/assistance/ticket-address.ts';

const LAN = { host: '192.168.1.9', port: 40_000 };
const told = async (typed: string, listening = LAN) =>
  (await forwardedAddress(() => typed).addressesOf([listening], new AbortController().signal)).addresses;

describe('an address that a person has typed', () => {
  it('is told with its port, or with the one that is listened on', async () => {
    expect(await told('home.example')).toEqual([{ host: 'home.example', port: 40_000, origin: 'mapped' }]);
    expect(await told('9.9.9.9:443')).toEqual([{ host: '9.9.9.9', port: 443, origin: 'mapped' }]);
    expect(await told('[2a00::1]:443')).toEqual([{ host: '2a00::1', port: 443, origin: 'mapped' }]);
    expect(await told('2a00::1')).toEqual([{ host: '2a00::1', port: 40_000, origin: 'mapped' }]);
  });

  it('is not told where there is none, or nobody else could reach what listens', async () => {
    expect(await told('')).toEqual([]);
    expect(await told('home.example', { host: '127.0.0.1', port: 40_000 })).toEqual([]);
  });

  it.each([
    '127.0.0.1',
    '[::1]:5',
    'localhost:5',
    '0.0.0.0',
    '224.0.0.1',
    'fe80::1',
    'a b',
    'http://home.example',
    'x:0',
    'x:65536',
    '1.2.3',
    ',',
  ])('is none: %j', (typed) => {
    expect(readTypedAddress(typed)).toBeUndefined();
  });
});
