import type { NetworkInterfaceInfo } from 'node:os';
import { expect, it } from 'vitest';
import { NetworkWatch } from '../../../src/main/connection/network-watch.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const at = (address: string): NetworkInterfaceInfo => ({
  address,
  netmask: '255.255.255.0',
  family: 'IPv4',
  mac: '00:00:00:00:00:00',
  internal: false,
  cidr: null,
});

it('looks once a second, as each begins, and at nothing but the addresses', async () => {
  const clock = new VirtualClock();
  await clock.advance(300);
  const looks: number[] = [];
  const watch = new NetworkWatch({
    clock,
    interfaces: () => {
      looks.push(clock.now() % 1_000);
      return { eth0: [at('192.0.2.7')] };
    },
    defaultInterface: () => {
      throw new Error('the routes are of no use');
    },
  });
  const off = watch.onChange(() => undefined);
  looks.length = 0;
  await clock.advance(60_000);
  expect(looks).toEqual(Array<number>(60).fill(0));
  off();
});

it('tells of other addresses and of sleep, looks only while somebody listens, and leaves no timer', async () => {
  const clock = new VirtualClock();
  let interfaces = { eth0: [at('192.0.2.7')] };
  const watch = new NetworkWatch({ clock, interfaces: () => interfaces, defaultInterface: () => undefined });
  expect(clock.pendingTimers).toBe(0);
  let told = 0;
  const off = watch.onChange(() => (told += 1));
  const alsoOff = watch.onChange(() => undefined);
  await clock.advance(5_000);
  expect(told).toBe(0);

  interfaces = { eth0: [at('198.51.100.7')] };
  await clock.advance(1_000);
  expect([told, watch.addresses()]).toEqual([1, ['198.51.100.7']]);
  await clock.advance(5_000);
  expect(told).toBe(1);

  // It slept for a quarter of an hour between two looks.
  clock.putClock(900_000);
  await clock.advance(1_000);
  expect(told).toBe(2);
  watch.woken();
  expect(told).toBe(3);

  off();
  alsoOff();
  expect(clock.pendingTimers).toBe(0);
  watch.woken();
  expect(told).toBe(3);
});
