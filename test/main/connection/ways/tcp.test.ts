import { type Socket, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/main/clock.ts';
import type { ConnectionError } from '../../../../src/main/connection/contract.ts';
import type { HostPort } from '../../../../src/protocol/host-port.ts';
import { ownAddresses } from '../../../../src/main/connection/addresses/sources.ts';
import { prepareTcp } from '../../../../src/main/connection/ways/tcp/tcp.ts';
import { MAX_DIALS, dialAll } from '../../../../src/main/connection/ways/tcp/dialler.ts';
import { addressText } from '../../../../src/main/connection/ways/tcp/tcp-carrier.ts';
import { type Listener, openListener } from '../../../../src/main/connection/ways/tcp/listener.ts';
import { until } from '../../../support/programs.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const HOST = '127.0.0.1';
const opened: (Listener | Socket)[] = [];

afterEach(async () => {
  for (const thing of opened.splice(0)) {
    if ('destroy' in thing) thing.destroy();
    else await thing.close();
  }
});

async function listener(onSocket: (socket: Socket) => void = (socket) => opened.push(socket)): Promise<Listener> {
  const made = await openListener({ hosts: [HOST], signal: new AbortController().signal, onSocket });
  opened.push(made);
  return made;
}

async function closedPort(): Promise<number> {
  const made = await listener();
  await made.close();
  return portOf(made);
}

function portOf({ at: [first] }: Listener): number {
  return first?.port ?? 0;
}

function codeOfDialling(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    opened.push(socket);
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    socket.on('connect', () => resolve('connected'));
  });
}

interface Outcome {
  readonly sockets: HostPort[];
  readonly failures: { readonly target: HostPort; readonly error: ConnectionError }[];
}

function dial(
  addresses: readonly HostPort[],
  signal = new AbortController().signal,
  clock = systemClock,
): Outcome & { readonly count: number } {
  const outcome: Outcome = { sockets: [], failures: [] };
  const count = dialAll(addresses, {
    clock,
    signal,
    onSocket: (socket, target) => {
      opened.push(socket);
      outcome.sockets.push(target);
    },
    onFailure: (target, error) => outcome.failures.push({ target, error }),
  });
  return { ...outcome, count };
}

describe('listener', () => {
  it('takes a random port above 1024 and lets it go', async () => {
    const made = await listener();
    expect(portOf(made)).toBeGreaterThan(1024);
    await made.close();
    await made.close();
    expect(await codeOfDialling(HOST, portOf(made))).toBe('ECONNREFUSED');
  });

  it.skipIf(process.platform !== 'linux')(
    'listens on the addresses it is given and on no other, at one port [skipped elsewhere: only Linux has all of 127.0.0.0/8]',
    async () => {
      const { signal } = new AbortController();
      const made = await openListener({
        hosts: ['127.0.0.1', '203.0.113.1', '127.0.0.2'],
        signal,
        onSocket: (socket) => opened.push(socket),
      });
      opened.push(made);
      const port = portOf(made);
      expect(made.at).toEqual([
        { host: '127.0.0.1', port },
        { host: '127.0.0.2', port },
      ]);
      expect(await codeOfDialling('127.0.0.2', port)).toBe('connected');
      expect(await codeOfDialling('127.0.0.3', port)).toBe('ECONNREFUSED');
      await made.close();
      expect(await codeOfDialling('127.0.0.2', port)).toBe('ECONNREFUSED');
    },
  );

  it('does not open when stopped before, and says so when it cannot listen', async () => {
    await expect(openListener({ hosts: [HOST], signal: AbortSignal.abort(), onSocket: () => undefined })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    await expect(
      openListener({ hosts: ['203.0.113.1'], signal: new AbortController().signal, onSocket: () => undefined }),
    ).rejects.toMatchObject({ code: 'NO_PORT' });
  });
});

describe('dialling', () => {
  it('reports every connection made and every one not made', async () => {
    const [one, two] = [await listener(), await listener()];
    const closed = await closedPort();
    const outcome = dial([
      { host: HOST, port: closed },
      { host: HOST, port: portOf(one) },
      { host: HOST, port: portOf(two) },
      { host: HOST, port: 70_000 },
    ]);
    expect(outcome.count).toBe(4);
    await until(() => outcome.sockets.length === 2 && outcome.failures.length === 2, 'all four');
    expect(outcome.sockets.map(({ port }) => port).sort()).toEqual([portOf(one), portOf(two)].sort());
    expect(outcome.failures.map(({ error }) => error.code)).toEqual(['SOCKET', 'SOCKET']);
  });

  it('dials no address twice and no more than its bound', () => {
    const stop = new AbortController();
    const many = Array.from({ length: 30 }, (_, index) => ({ host: HOST, port: 20_000 + index }));
    const clock = new VirtualClock();
    expect(dial([...many, ...many], stop.signal, clock).count).toBe(MAX_DIALS);
    expect(dial([many[0] as HostPort, many[0] as HostPort], stop.signal, clock).count).toBe(1);
    stop.abort();
    expect(clock.pendingTimers).toBe(0);
  });

  it('staggers the dials and stops them all at once', async () => {
    const made = await listener();
    const clock = new VirtualClock();
    const stop = new AbortController();
    const other = await listener();
    const outcome = dial(
      [
        { host: HOST, port: portOf(made) },
        { host: HOST, port: portOf(other) },
      ],
      stop.signal,
      clock,
    );
    await until(() => outcome.sockets.length === 1, 'the first');
    expect(outcome.sockets[0]?.port).toBe(portOf(made));
    stop.abort();
    await clock.advance(1_000);
    expect(outcome.sockets).toHaveLength(1);
    expect(outcome.failures).toHaveLength(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up on an address after its deadline', async () => {
    const clock = new VirtualClock();
    // Virtual time runs out before the kernel has answered at all.
    const outcome = dial([{ host: HOST, port: await closedPort() }], new AbortController().signal, clock);
    await clock.advance(8_000);
    expect(outcome.failures.map(({ error }) => error.code)).toEqual(['DEADLINE']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('writes addresses as people read them', () => {
    expect(addressText({ host: '::ffff:10.0.0.1', port: 5 })).toBe('10.0.0.1:5');
    expect(addressText({ host: 'fd00::1', port: 5 })).toBe('[fd00::1]:5');
    expect(addressText({ host: 'host.example', port: 5 })).toBe('host.example:5');
  });
});

describe('what a way over TCP listens on', () => {
  const side = (more: object) => ({
    offers: true,
    clock: systemClock,
    signal: new AbortController().signal,
    listenHosts: () => [HOST],
    addresses: { addressesOf: ownAddresses.addressesOf },
    signals: { send: () => undefined, onMessage: () => undefined },
    found: () => undefined,
    missed: () => undefined,
    exhausted: () => undefined,
    ...more,
  });

  it('is the port that a person has chosen; where that is taken it is said, and another one is used', async () => {
    const port = await closedPort();
    const taken: number[] = [];
    const ownPort = { wished: () => port, taken: (wished: number) => taken.push(wished) };
    const first = await prepareTcp(side({ ownPort }));
    expect([first.adds.addresses, taken]).toEqual([[{ host: HOST, port }], []]);
    const second = await prepareTcp(side({ ownPort }));
    expect(second.adds.addresses[0]?.port).not.toBe(port);
    expect(taken).toEqual([port]);
    await Promise.all([first.close(), second.close()]);
  });

  it('stays reachable from elsewhere as long as a connection lives that has come', async () => {
    let closed = 0;
    const addressesOf = (listening: readonly HostPort[]) =>
      Promise.resolve({ addresses: listening.map((at) => ({ ...at, origin: 'mapped' })), close: async () => void (closed += 1) });
    const arrived: { readonly duplex: { destroy(): void } }[] = [];
    const way = await prepareTcp(side({ addresses: { addressesOf }, found: (carrier: (typeof arrived)[number]) => arrived.push(carrier) }));
    const { port } = way.adds.addresses[0] ?? { port: 0 };
    await codeOfDialling(HOST, port);
    await until(() => arrived.length === 1, 'the connection');
    await way.close();
    expect(closed).toBe(0);
    expect(await codeOfDialling(HOST, port)).toBe('ECONNREFUSED');
    for (const { duplex } of arrived) duplex.destroy();
    await until(() => closed === 1, 'the end of the last one');

    const unused = await prepareTcp(side({ addresses: { addressesOf } }));
    await unused.close();
    expect(closed).toBe(2);
  });
});

describe('what a ticket of the other side may have us dial', () => {
  /** Which of `hosts` are dialled by a computer that listens on `own`. */
  async function dialled(own: string, hosts: readonly string[]): Promise<string[]> {
    const { port } = (await listener()).at[0] ?? { port: 0 };
    const reached: string[] = [];
    const ended = Promise.withResolvers<void>();
    const way = await prepareTcp({
      offers: false,
      clock: systemClock,
      signal: new AbortController().signal,
      listenHosts: () => [own],
      addresses: { addressesOf: () => Promise.reject(new Error('not asked')) },
      signals: { send: () => undefined, onMessage: () => undefined },
      found: ({ address, duplex }) => {
        reached.push(address);
        duplex.destroy();
      },
      missed: (address) => reached.push(address),
      exhausted: ended.resolve,
    });
    way.reach({ addresses: hosts.map((host) => ({ host, port })) });
    await ended.promise;
    await way.close();
    return reached.map((address) => address.replace(/:\d+$/, ''));
  }

  it('is nothing on this computer alone, where this computer has other addresses', async () => {
    expect(await dialled('192.0.2.1', ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST.'])).toEqual([]);
  });

  it('is another program on this computer, where it has no other address', async () => {
    expect(await dialled('127.0.0.1', ['127.0.0.1'])).toEqual(['127.0.0.1']);
  });
});
