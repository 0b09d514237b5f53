import { describe, expect, it } from 'vitest';
import {
  MAX_PENDING,
  MAX_PENDING_A_REMOTE,
  type PendingConnection,
  PendingConnections,
} from '../../../src/main/connection/pending-connections.ts';

function connection(remote: string, stage: number, evicted: string[], name: string): PendingConnection {
  return { remote, stage, evict: () => void evicted.push(name) };
}

describe('pending connections', () => {
  it('never holds more than its bound, in total and of one remote', () => {
    const evicted: string[] = [];
    const pending = new PendingConnections();
    for (let index = 0; index < 50; index += 1) pending.add(connection('a', 0, evicted, `a${index}`));
    expect(pending.size).toBe(MAX_PENDING_A_REMOTE);
    for (let index = 0; index < 50; index += 1) pending.add(connection(`r${index}`, 0, evicted, `r${index}`));
    expect(pending.size).toBe(MAX_PENDING);
  });

  it('makes room by closing the oldest that has got least far, of the most crowded remote', () => {
    const evicted: string[] = [];
    const pending = new PendingConnections();
    pending.add(connection('peer', 2, evicted, 'peer'));
    pending.add(connection('crowd', 2, evicted, 'far'));
    for (let index = 0; index < 5; index += 1) pending.add(connection('crowd', 0, evicted, `c${index}`));
    pending.add(connection('other', 0, evicted, 'other'));
    expect(evicted).toEqual([]);
    pending.add(connection('new', 0, evicted, 'new'));
    expect(evicted).toEqual(['c0']);
    pending.add(connection('newer', 0, evicted, 'newer'));
    expect(evicted).toEqual(['c0', 'c1']);
  });

  it('forgets what is removed', () => {
    const evicted: string[] = [];
    const pending = new PendingConnections();
    const one = connection('a', 0, evicted, 'one');
    pending.add(one);
    pending.remove(one);
    expect(pending.size).toBe(0);
  });
});
