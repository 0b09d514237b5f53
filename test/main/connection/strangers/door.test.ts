import { describe, expect, it } from 'vitest';
import { Door } from '../../../../src/main/connection/strangers/door.ts';
import { networkGroup } from '../../../../src/main/connection/strangers/network-group.ts';
import { TlsTurns } from '../../../../src/main/connection/strangers/tls-turns.ts';
import { TokenBucket } from '../../../../src/main/connection/strangers/token-bucket.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

describe('groups of addresses', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:7::', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['window sill', 'window sill'],
    ['', ''],
  ])('%s is of %s', (remote, group) => {
    expect(networkGroup(remote)).toBe(group);
  });
});

describe('a token bucket', () => {
  it('lets a number through at once, then so many a second, and saves up no more than that', () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 4 }, 1_000);
    const taken = (nowMs: number): number => Array.from({ length: 9 }, () => bucket.take(nowMs)).filter(Boolean).length;
    expect([taken(1_000), bucket.waitMs(1_000)]).toEqual([2, 250]);
    expect([taken(1_249), taken(1_250), taken(1_500)]).toEqual([0, 1, 1]);
    expect(taken(99_000)).toBe(2);
  });
});

describe('the door', () => {
  it('a flood from one place costs nobody else', () => {
    const door = new Door(0);
    let inside = 0;
    for (let nowMs = 0; nowMs < 10_000; nowMs += 1) if (door.admits('192.0.2.1', nowMs)) inside += 1;
    // 32 at once and 10 in each of 10 seconds.
    expect(inside).toBeGreaterThan(120);
    expect(inside).toBeLessThanOrEqual(132);
    expect(door.admits('198.51.100.7', 10_000)).toBe(true);
  });

  it('10,000 from as many places in ten seconds are bounded together', () => {
    const door = new Door(0);
    let inside = 0;
    for (let index = 0; index < 10_000; index += 1) if (door.admits(`10.0.${index >> 8}.${index & 255}`, index)) inside += 1;
    expect(inside).toBeGreaterThan(600);
    expect(inside).toBeLessThanOrEqual(128 + 500);
  });
});

describe('turns for TLS', () => {
  it('come at once for a few, then twenty a second, and leave no timer', async () => {
    const clock = new VirtualClock();
    const turns = new TlsTurns(clock);
    let begun = 0;
    for (let index = 0; index < 100; index += 1) turns.request('192.0.2.1', () => (begun += 1));
    expect(begun).toBe(8);
    await clock.advance(1_000);
    expect(begun).toBe(28);
    await clock.advance(10_000);
    expect([begun, clock.pendingTimers]).toEqual([100, 0]);
  });

  it('who comes for the first time goes before a crowd', async () => {
    const clock = new VirtualClock();
    const turns = new TlsTurns(clock);
    for (let index = 0; index < 100; index += 1) turns.request('192.0.2.1', () => undefined);
    let peer = false;
    turns.request('2001:db8::1', () => (peer = true));
    await clock.advance(49);
    expect(peer).toBe(false);
    await clock.advance(1);
    expect(peer).toBe(true);
    turns.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('who leaves is not called, and the last to leave stops the clock', async () => {
    const clock = new VirtualClock();
    const turns = new TlsTurns(clock);
    let begun = 0;
    const leave = Array.from({ length: 10 }, () => turns.request('192.0.2.1', () => (begun += 1)));
    for (const each of leave) each();
    await clock.advance(1_000);
    expect([begun, clock.pendingTimers]).toEqual([8, 0]);
  });
});
