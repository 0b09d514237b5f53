import { describe, expect, it } from 'vitest';
import { defaultRouteIn } from '../../../../src/main/connection/addresses/default-route.ts';

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const row = (name: string, destination: string, metric: number, mask: string): string =>
  `${name}\t${destination}\t010200C0\t0003\t0\t0\t${metric}\t${mask}\t0\t0\t0   \n`;

describe('the default route', () => {
  it('goes over the interface with the smallest metric', () => {
    const table = `${HEAD}${row('wlan0', '00000000', 600, '00000000')}${row('enp3s0', '00000000', 100, '00000000')}`;
    expect(defaultRouteIn(`${table}${row('docker0', '000011AC', 0, '0000FFFF')}`)).toEqual({ name: 'enp3s0', gateway: '192.0.2.1' });
  });

  it('may have no gateway, over a VPN', () => {
    expect(defaultRouteIn(`${HEAD}tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n`)).toEqual({ name: 'tun0' });
  });

  it('is not there without one to anywhere', () => {
    expect(defaultRouteIn(`${HEAD}${row('eth0', '000200C0', 0, '00FFFFFF')}`)).toBeUndefined();
    // Half of everywhere, as VPNs have it.
    expect(defaultRouteIn(`${HEAD}${row('tun0', '00000000', 0, '00000080')}`)).toBeUndefined();
    expect(defaultRouteIn('')).toBeUndefined();
  });
});
