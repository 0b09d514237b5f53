import { describe, expect, it } from 'vitest';
import { defaultInterfaceIn } from '../../../../src/main/connection/addresses/default-route.ts';

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const row = (name: string, destination: string, metric: number, mask: string): string =>
  `${name}\t${destination}\t010200C0\t0003\t0\t0\t${metric}\t${mask}\t0\t0\t0   \n`;

describe('the default route', () => {
  it('goes over the interface with the smallest metric', () => {
    const table = `${HEAD}${row('wlan0', '00000000', 600, '00000000')}${row('enp3s0', '00000000', 100, '00000000')}`;
    expect(defaultInterfaceIn(`${table}${row('docker0', '000011AC', 0, '0000FFFF')}`)).toBe('enp3s0');
  });

  it('is not there without one to anywhere', () => {
    expect(defaultInterfaceIn(`${HEAD}${row('eth0', '000200C0', 0, '00FFFFFF')}`)).toBeUndefined();
    // Half of everywhere, as VPNs have it.
    expect(defaultInterfaceIn(`${HEAD}${row('tun0', '00000000', 0, '00000080')}`)).toBeUndefined();
    expect(defaultInterfaceIn('')).toBeUndefined();
  });
});
