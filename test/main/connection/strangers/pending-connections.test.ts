import { describe, expect, it } from 'vitest';
import {
  MAX_PENDING,
  MAX_PENDING_A_GROUP,
  type PendingConnection,
  PendingConnections,
} from '../../../../src/main/connection/strangers/pending-connections.ts';

function house() {
  const evicted: string[] = [];
  const pending = new PendingConnections();
  const add = (remote: string, stage: number, name: string): PendingConnection => {
    const connection: PendingConnection = { remote, stage, evict: () => void evicted.push(name) };
    pending.add(connection);
    return connection;
  };
  return { evicted, pending, add };
}

describe('pending connections', () => {
  it('never holds more than its bound, in total and of one group', () => {
    const { pending, add } = house();
    for (let index = 0; index < 50; index += 1) add('192.0.2.1', 0, `a${index}`);
    expect(pending.size).toBe(MAX_PENDING_A_GROUP);
    for (let index = 0; index < 50; index += 1) add(`198.51.100.${index}`, 0, `r${index}`);
    expect(pending.size).toBe(MAX_PENDING);
  });

  it('one computer with a million IPv6 addresses is one group', () => {
    const { pending, add } = house();
    for (let index = 0; index < 50; index += 1) add(`2001:db8:1:2:${index.toString(16)}::9`, 0, `a${index}`);
    expect(pending.size).toBe(MAX_PENDING_A_GROUP);
  });

  it('closes whoever has got least far, whichever group has most inside', () => {
    const { evicted, add } = house();
    for (let index = 0; index < 5; index += 1) add('192.0.2.1', 2, `far${index}`);
    for (let index = 0; index < 5; index += 1) add('192.0.2.2', 1, `half${index}`);
    for (let index = 0; index < 5; index += 1) add(`198.51.100.${index}`, 2, `other${index}`);
    add('203.0.113.1', 0, 'silent');
    expect(evicted).toEqual([]);
    add('203.0.113.2', 0, 'next');
    expect(evicted).toEqual(['half0']);
    add('203.0.113.3', 0, 'after');
    expect(evicted).toEqual(['half0', 'silent']);
  });

  it('of equals the most crowded group loses one, its oldest first', () => {
    const { evicted, add } = house();
    add('203.0.113.9', 0, 'peer');
    for (let index = 0; index < 6; index += 1) add('192.0.2.1', 0, `crowd${index}`);
    for (let index = 0; index < 9; index += 1) add(`198.51.100.${index}`, 0, `other${index}`);
    add('203.0.113.1', 0, 'new');
    expect(evicted).toEqual(['crowd0']);
  });

  it('the newest keeps its place while all others have got further', () => {
    const { evicted, add } = house();
    for (let index = 0; index < MAX_PENDING; index += 1) add(`198.51.100.${index}`, 2, `tls${index}`);
    add('203.0.113.1', 0, 'peer');
    expect(evicted).toEqual(['tls0']);
    add('203.0.113.2', 0, 'stranger');
    expect(evicted).toEqual(['tls0', 'tls1']);
  });

  it('forgets what is removed', () => {
    const { evicted, pending, add } = house();
    pending.remove(add('192.0.2.1', 0, 'one'));
    expect([pending.size, evicted]).toEqual([0, []]);
  });
});
