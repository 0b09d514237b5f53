import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readDirectly } from '../../src/main/direct-reads.ts';

const sockets: Socket[] = [];

/** Two ends of a connection on the loopback. */
async function connected(): Promise<{ readonly writer: Socket; readonly reader: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [writer] = (await accepted) as [Socket];
  await once(reader, 'connect');
  server.close();
  sockets.push(reader, writer);
  return { writer, reader };
}

afterEach(() => {
  vi.restoreAllMocks();
  for (const socket of sockets.splice(0)) socket.destroy();
});

describe('a socket that is read directly', () => {
  it('asks for no tick with what it reads', async () => {
    const { writer, reader } = await connected();
    readDirectly(reader);
    reader.on('data', () => undefined);
    writer.write('first');
    await once(reader, 'data');
    const ticks = vi.spyOn(process, 'nextTick');
    let asked = Number.NaN;
    reader.once('data', () => queueMicrotask(() => (asked = ticks.mock.calls.filter(([run]) => run.name === 'maybeReadMore_').length)));
    writer.write('second');
    await once(reader, 'data');
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(0);
  });

  it('gives everything in order and then its end, however often it is paused, and holds what it does not read', async () => {
    const { writer, reader } = await connected();
    readDirectly(reader);
    const sent = Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * 7) ^ (at >> 9));
    const chunks: Buffer[] = [];
    let paused = 0;
    let pausing = false;
    reader.on('data', (chunk: Buffer) => {
      expect(pausing).toBe(false);
      chunks.push(chunk);
      if (chunks.length % 3 !== 0) return;
      paused += 1;
      pausing = true;
      reader.pause();
      setTimeout(() => {
        pausing = false;
        reader.resume();
      }, 2);
    });
    const ended = once(reader, 'end');
    writer.end(sent);
    await ended;
    expect(paused).toBeGreaterThan(5);
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
  });

  it('holds what comes before anybody listens, and gives what comes behind something held after it', async () => {
    const stream = new Readable({ read: () => undefined });
    readDirectly(stream);
    stream.push(Buffer.from('first'));
    expect(stream.readableLength).toBe(5);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    // It has not begun to give what it holds.
    stream.push(Buffer.from('second'));
    expect(chunks).toEqual([]);
    stream.push(null);
    await once(stream, 'end');
    expect(Buffer.concat(chunks).toString()).toBe('firstsecond');
  });

  it('leaves what comes while it is paused with the system, beyond what a stream holds', async () => {
    const { writer, reader } = await connected();
    readDirectly(reader);
    let received = 0;
    reader.on('data', ({ length }: Buffer) => (received += length));
    reader.pause();
    const bytes = 32_000_000;
    let taken = false;
    writer.write(new Uint8Array(bytes), () => (taken = true));
    await vi.waitFor(() => expect(reader.readableLength).toBeGreaterThanOrEqual(reader.readableHighWaterMark));
    expect(received).toBe(0);
    expect(reader.readableLength).toBeLessThan(1_000_000);
    expect(taken).toBe(false);
    reader.resume();
    await vi.waitFor(() => expect(received).toBe(bytes), 10_000);
  });
});
