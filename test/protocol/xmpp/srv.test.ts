import { describe, expect, it } from 'vitest';
import { serverNamed } from '../../../src/protocol/xmpp/server-name.ts';
import { inOrder, saysNone } from '../../../src/protocol/xmpp/srv.ts';

const record = (name: string, priority: number, weight: number) => ({ name, port: 5222, priority, weight });
const names = (records: readonly { readonly name: string }[]): string => records.map(({ name }) => name).join(' ');

describe('servers of a domain (RFC 2782)', () => {
  const RECORDS = [record('c', 20, 0), record('b', 10, 60), record('a', 10, 20), record('z', 10, 0)];

  it('are tried by priority, and among equals by chance', () => {
    expect(names(inOrder(RECORDS, () => 0))).toBe('z a b c');
    expect(names(inOrder(RECORDS, () => 0.999))).toBe('b a z c');
    expect(names(inOrder(RECORDS, () => 0.5))).toBe('b a z c');
    expect(names(inOrder(RECORDS, () => 0.2))).toBe('a b z c');
    expect(inOrder([], () => 0)).toEqual([]);
  });

  it('are drawn as often as their weights say', () => {
    let drawn = 0;
    const first = new Map<string, number>();
    for (let turn = 0; turn < 1000; turn += 1) {
      const [one] = inOrder(RECORDS, () => (drawn += 0.618034) % 1);
      first.set(one?.name ?? '', (first.get(one?.name ?? '') ?? 0) + 1);
    }
    expect(first.get('b')).toBeGreaterThan(600);
    expect(first.get('a')).toBeGreaterThan(150);
    expect(first.get('z') ?? 0).toBeLessThan(50);
  });

  it('are none where the root is named', () => {
    expect(saysNone([record('.', 0, 0)])).toBe(true);
    expect(saysNone([record('', 0, 0)])).toBe(true);
    expect(saysNone([record('.', 0, 0), record('a', 0, 0)])).toBe(false);
    expect(saysNone([])).toBe(false);
  });
});

describe('a server as it is named', () => {
  it.each([
    ['example.org', { host: 'example.org', port: 5222 }],
    ['example.org:443', { host: 'example.org', port: 443 }],
    ['[2001:db8::1]:5223', { host: '2001:db8::1', port: 5223 }],
    ['192.0.2.1', { host: '192.0.2.1', port: 5222 }],
  ])('%s', (text, server) => {
    expect(serverNamed(text, 5222)).toEqual(server);
  });

  it.each(['', ':1', 'a:0', 'a:65536', 'a b', '2001:db8::1', 'https://a', 'a/b', 'x'.repeat(300)])('is none: %j', (text) => {
    expect(serverNamed(text, 5222)).toBeUndefined();
  });
});
