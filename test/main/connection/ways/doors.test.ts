import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/main/clock.ts';
import type { AddressSource, KnownAddress } from '../../../../src/main/connection/addresses/contract.ts';
import { LaneSignals } from '../../../../src/main/connection/lane-signals.ts';
import type { Carrier } from '../../../../src/main/connection/ways/contract.ts';
import { readDoors, writeDoors } from '../../../../src/main/connection/ways/tcp/doors.ts';
import { prepareTcp } from '../../../../src/main/connection/ways/tcp/tcp.ts';
import { until } from '../../../support/programs.ts';

describe('a door that a router has opened', () => {
  it('is told as it stands in the ticket, eight at most', () => {
    const doors = [
      { host: '203.0.113.7', port: 5_000 },
      { host: '2001:db8::7', port: 5_000 },
    ];
    expect(readDoors(writeDoors(doors))).toEqual(new Set(['203.0.113.7:5000', '[2001:db8::7]:5000']));
    expect(readDoors('something else')).toEqual(new Set());
    expect(readDoors(`doors ${Array.from({ length: 20 }, (_, n) => n).join(' ')}`).size).toBe(8);
  });

  it.each<KnownAddress['origin']>(['own', 'mapped'])('the side that calls knows of it, also when it hears it late: %s', async (origin) => {
    const source: AddressSource = {
      addressesOf: async (at) => ({ addresses: at.map((each) => ({ ...each, origin })), close: async () => undefined }),
    };
    const [here, there] = [new LaneSignals(), new LaneSignals()];
    const found: Carrier[] = [];
    const side = {
      clock: systemClock,
      signal: new AbortController().signal,
      listenHosts: () => ['127.0.0.1'],
      addresses: source,
      found: (carrier: Carrier) => void found.push(carrier),
      missed: () => undefined,
      exhausted: () => undefined,
    };
    const listening = await prepareTcp({ ...side, offers: true, signals: here });
    const dialling = await prepareTcp({ ...side, offers: false, signals: there });
    dialling.reach(listening.adds);
    await until(() => found.length === 2, 'both ends');
    expect(found.map(({ mapped }) => mapped)).toEqual([false, false]);
    here.open((text) => there.hear(text));
    expect(found.filter(({ mapped }) => mapped)).toHaveLength(origin === 'mapped' ? 1 : 0);
    for (const { duplex } of found) duplex.destroy();
    await Promise.all([listening.close(), dialling.close()]);
  });
});
