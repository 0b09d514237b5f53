import { type Socket, connect, createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { SystemView } from '../../../../src/main/connection/ways/contract.ts';
import { tuneOnLinux } from '../../../../src/main/connection/ways/tcp/linux-tcp.ts';
import { until } from '../../../support/programs.ts';

const opened: { destroy(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.destroy();
});

/** A connection to whoever reads all that comes, and a look at what the system knows of it. */
async function looked(): Promise<{ readonly socket: Socket; readonly look: () => SystemView | undefined }> {
  const server = createServer((other) => {
    opened.push(other.resume());
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = connect(address.port, '127.0.0.1');
  opened.push(socket);
  await new Promise((resolve) => socket.once('connect', resolve));
  const look = tuneOnLinux(socket);
  if (look === undefined) throw new Error('the system tells nothing');
  return { socket, look };
}

it.skipIf(process.platform !== 'linux')(
  'what the system knows of a connection is of this one and of this moment [skipped elsewhere: only Linux tells]',
  async () => {
    const [one, two] = [await looked(), await looked()];
    const before = one.look();
    // The system counts what opened the connection as one byte.
    expect(before).toMatchObject({ acknowledgedBytes: 1, queuedBytes: 0, owedMs: 0 });
    one.socket.write(new Uint8Array(5_000));
    two.socket.write(new Uint8Array(300));
    await until(() => one.look()?.acknowledgedBytes === 5_001, '5000 bytes to be acknowledged');
    await until(() => two.look()?.acknowledgedBytes === 301, '300 bytes to be acknowledged');
    expect(one.look()).toMatchObject({ acknowledgedBytes: 5_001, queuedBytes: 0 });
    expect(one.look()?.segmentBytes).toBeGreaterThan(500);
    expect(before?.acknowledgedBytes).toBe(1);
    one.socket.destroy();
    expect(one.look()).toBeUndefined();
  },
);
