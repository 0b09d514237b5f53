import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../../src/main/clock.ts';
import { LaneSignals } from '../../../../src/main/connection/lane-signals.ts';
import type { Way, WaySide } from '../../../../src/main/connection/ways/contract.ts';
import { lookupElsewhere } from '../../../../src/main/connection/ways/elsewhere-lookup.ts';
import { prepareRelay } from '../../../../src/main/connection/ways/relay/relay.ts';
import { prepareTcp } from '../../../../src/main/connection/ways/tcp/tcp.ts';
import { until } from '../../../support/programs.ts';

/** What whoever owns a name has it stand for. */
const names = vi.hoisted(() => new Map<string, readonly { readonly address: string; readonly family: number }[]>());
vi.mock('node:dns', async (original) => ({
  ...(await original<object>()),
  lookup: (name: string, _: unknown, done: (error: Error | null, found?: unknown) => void) =>
    queueMicrotask(() => done(names.has(name) ? null : new Error('no such name'), names.get(name))),
}));

const here = ['127.0.0.1', '127.9.9.9', '0.0.0.0', '::1', '::ffff:127.0.0.1', '::'];
const of = (address: string) => ({ address, family: address.includes(':') ? 6 : 4 });

describe('a name that the other side gave', () => {
  const found = (all: boolean) =>
    new Promise<unknown>((resolve) => lookupElsewhere('trap.example', { all }, (error, address) => resolve(error?.message ?? address)));

  it('stands for everybody’s addresses but those of this computer', async () => {
    names.set('trap.example', [...here, '192.0.2.7', '2001:db8::7'].map(of));
    expect(await found(true)).toEqual(['192.0.2.7', '2001:db8::7'].map(of));
    expect(await found(false)).toBe('192.0.2.7');
  });

  it.each([here, []])('stands for nothing where it leads nowhere else', async (...addresses) => {
    names.set('trap.example', addresses.map(of));
    expect(await found(true)).toBe('trap.example leads to nobody else');
    names.delete('trap.example');
    expect(await found(false)).toBe('no such name');
  });
});

describe('what listens on this computer alone', () => {
  const visits: Socket[] = [];
  const server = createServer((socket) => void visits.push(socket));
  beforeEach(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterEach(() => {
    for (const visit of visits.splice(0)) visit.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it.each([
    ['a ticket', prepareTcp, false],
    ['a proxy', prepareRelay, true],
  ] satisfies [string, Way['prepare'], boolean][])('is reached by no name in %s', async (_, prepare, offers) => {
    const { port } = server.address() as AddressInfo;
    names.set('trap.example', [of('127.0.0.1')]);
    const signals = new LaneSignals();
    const missed: string[] = [];
    const side: WaySide = {
      offers,
      clock: systemClock,
      signal: new AbortController().signal,
      listenHosts: () => ['192.0.2.1'],
      addresses: { addressesOf: () => Promise.reject(new Error('not asked')) },
      signals,
      found: ({ duplex }) => void duplex.destroy(),
      missed: (address) => void missed.push(address),
      exhausted: () => undefined,
    };
    const way = await prepare(side);
    if (offers) signals.hear(`at trap.example:${port} ${'a'.repeat(40)}`);
    else way.reach({ addresses: [{ host: 'trap.example', port }] });
    await until(() => missed.length > 0 || visits.length > 0, 'the name to be tried');
    expect([missed, visits.length]).toEqual([[`trap.example:${port}`], 0]);
    await way.close();
  });
});
