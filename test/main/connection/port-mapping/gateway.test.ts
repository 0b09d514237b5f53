import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { gatewayOf, macRouteIn, windowsRouteIn } from '../../../../src/main/connection/port-mapping/gateway.ts';

const info = (address: string, netmask = '255.255.255.0'): NetworkInterfaceInfo => ({
  address,
  netmask,
  family: 'IPv4',
  internal: false,
  mac: '',
  cidr: null,
});

describe('the router that packets to anywhere go to', () => {
  it('is read from what macOS prints', () => {
    const text =
      '   route to: default\ndestination: default\n       mask: default\n    gateway: 192.168.1.1\n  interface: en0\n      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>\n';
    expect(macRouteIn(text)).toEqual({ gateway: '192.168.1.1', over: { name: 'en0' } });
    expect(macRouteIn('route: writing to routing socket: not in table\n')).toBeUndefined();
    // Over a VPN there is a link and no address.
    expect(macRouteIn('    gateway: index: 22\n  interface: utun3\n')).toBeUndefined();
  });

  it('is read from what Windows prints, in any language, by the smallest metric', () => {
    const text =
      'Aktive Routen:\r\n     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik\r\n' +
      '          0.0.0.0          0.0.0.0      192.168.1.1     192.168.1.23     50\r\n' +
      '          0.0.0.0          0.0.0.0         10.0.0.1         10.0.0.7     25\r\n' +
      '        127.0.0.0        255.0.0.0   Auf Verbindung         127.0.0.1    331\r\n';
    expect(windowsRouteIn(text)).toEqual({ gateway: '10.0.0.1', over: { local: '10.0.0.7' } });
    expect(windowsRouteIn('===\r\n')).toBeUndefined();
  });

  it('comes with our address on its side', () => {
    const interfaces = { eth0: [info('10.8.0.2'), info('192.168.1.9')], wlan0: [info('192.168.1.10')] };
    expect(gatewayOf({ gateway: '192.168.1.1', over: { name: 'eth0' } }, interfaces)).toEqual({
      address: '192.168.1.1',
      local: '192.168.1.9',
    });
    expect(gatewayOf({ gateway: '172.16.0.1', over: { name: 'eth0' } }, interfaces)).toEqual({ address: '172.16.0.1', local: '10.8.0.2' });
    expect(gatewayOf({ gateway: '192.168.1.1', over: { local: '192.168.1.10' } }, interfaces)?.local).toBe('192.168.1.10');
    expect(gatewayOf({ gateway: '192.168.1.1', over: { local: '192.168.1.11' } }, interfaces)).toBeUndefined();
    expect(gatewayOf({ gateway: '192.168.1.1', over: { name: 'eth1' } }, interfaces)).toBeUndefined();
    expect(gatewayOf({ gateway: '999.1.1.1', over: { name: 'eth0' } }, interfaces)).toBeUndefined();
  });
});
