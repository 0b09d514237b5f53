import { type Server, type Socket, connect, createServer } from 'node:net';
import { TLSSocket, connect as connectTls } from 'node:tls';
import { Duplex } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../../src/main/clock.ts';
import { type SessionCertificate, createSessionCertificate } from '../../../src/main/connection/certificate.ts';
import { KEEP_ALIVE_AFTER_MS } from '../../../src/main/connection/deadlines.ts';
import { RdpStream } from '../../../src/main/connection/rdp-stream.ts';
import { TcpCarrier } from '../../../src/main/connection/ways/tcp/tcp-carrier.ts';
import type { Carrier } from '../../../src/main/connection/ways/contract.ts';
import { MemoryDuplex } from '../../support/memory-duplex.ts';
import { until } from '../../support/programs.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const CONNECTION_REQUEST = Buffer.from('0300000b06e00000000000', 'hex');
const CONNECTION_CONFIRM = Buffer.from('0300000b06d00000000000', 'hex');

let certificate: SessionCertificate;
const sockets: Socket[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  certificate = await createSessionCertificate(Date.UTC(2026, 10, 22, 12), 'ecdsa');
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const dialled = connect(address.port, '127.0.0.1');
  dialled.on('error', () => undefined);
  const other = await accepted;
  sockets.push(dialled, other);
  return [dialled, other];
}

function carried(stream: Socket | MemoryDuplex): Carrier {
  if (!(stream instanceof MemoryDuplex)) return new TcpCarrier(stream);
  return { duplex: stream, address: 'memory', remote: 'memory', traffic: stream.traffic };
}

interface Watched {
  readonly stream: RdpStream;
  readonly chunks: Uint8Array[];
  readonly ends: (Error | undefined)[];
}

function watched(
  socket: Socket | MemoryDuplex,
  onBytes: (stream: RdpStream, bytes: Uint8Array) => void = () => undefined,
  clock: Clock = systemClock,
): Watched {
  const chunks: Uint8Array[] = [];
  const ends: (Error | undefined)[] = [];
  const stream: RdpStream = new RdpStream(carried(socket), clock, {
    bytes: (bytes) => {
      chunks.push(bytes.slice());
      onBytes(stream, bytes);
    },
    gone: (error) => ends.push(error),
  });
  stream.start();
  return { stream, chunks, ends };
}

/** A server stream that answers the first PDU and asks for TLS. */
function tlsServer(socket: Socket | MemoryDuplex): Watched & { ready: () => boolean } {
  let ready = false;
  const made = watched(socket, (stream) => {
    if (stream.secure) return;
    stream.write(CONNECTION_CONFIRM);
    stream.acceptTls(certificate.secureContext, () => (ready = true));
  });
  return { ...made, ready: () => ready };
}

/** Two ends inside TLS, each of which has been sent its first bytes. */
async function insideTls(): Promise<{ readonly client: Watched; readonly server: Watched }> {
  const [clientSocket, serverSocket] = await socketPair();
  const server = tlsServer(serverSocket);
  const client = watched(clientSocket, (stream) => {
    if (!stream.secure) stream.connectTls(() => stream.write(Buffer.from('ready')));
  });
  client.stream.write(CONNECTION_REQUEST);
  await until(() => server.chunks.length === 2, 'bytes inside TLS');
  return { client, server };
}

/** Sends everything it is given glued to `first`, so that one TCP segment holds plain bytes and a ClientHello. */
class GluedDuplex extends Duplex {
  private glue: Buffer | undefined;
  private readonly socket: Socket;
  constructor(socket: Socket, glue: Buffer, skip: number) {
    super();
    this.socket = socket;
    this.glue = glue;
    let left = skip;
    socket.on('data', (chunk: Buffer) => {
      const rest = chunk.subarray(Math.min(left, chunk.length));
      left -= chunk.length - rest.length;
      if (rest.length > 0) this.push(rest);
    });
  }
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const bytes = this.glue === undefined ? chunk : Buffer.concat([this.glue, chunk]);
    this.glue = undefined;
    this.socket.write(bytes, done);
  }
}

describe('an RDP connection on a socket', () => {
  it.each([1, 3, 1000])('hands out one whole TPKT at a time before TLS, fed %i bytes at a time', async (size) => {
    const [peer, socket] = await socketPair();
    const { chunks } = watched(socket);
    const bytes = Buffer.concat([CONNECTION_REQUEST, CONNECTION_CONFIRM]);
    for (let at = 0; at < bytes.length; at += size) {
      peer.write(bytes.subarray(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => chunks.length === 2, 'both PDUs');
    expect(chunks.map((chunk) => Buffer.from(chunk).toString('hex'))).toEqual([
      CONNECTION_REQUEST.toString('hex'),
      CONNECTION_CONFIRM.toString('hex'),
    ]);
  });

  it('has the system ask a peer that is silent: not every program answers our own questions', async () => {
    const [socket] = await socketPair();
    const keepAlive = vi.spyOn(socket, 'setKeepAlive');
    watched(socket);
    expect(keepAlive).toHaveBeenCalledExactlyOnceWith(true, KEEP_ALIVE_AFTER_MS);
  });

  it('loses nothing of a TLS handshake that came in the same segment as the request', async () => {
    const [peer, socket] = await socketPair();
    const { ready, chunks } = tlsServer(socket);
    const tls = connectTls({ socket: new GluedDuplex(peer, CONNECTION_REQUEST, CONNECTION_CONFIRM.length), rejectUnauthorized: false });
    tls.on('error', () => undefined);
    await new Promise<void>((resolve) => tls.once('secureConnect', () => resolve()));
    tls.write('inside');
    await until(() => ready() && chunks.length === 2, 'decrypted bytes');
    expect(Buffer.from(chunks[1] as Uint8Array).toString()).toBe('inside');
    tls.destroy();
  });

  it('gives the certificate before anything is sent, on the side that dialled and on the other', async () => {
    for (const swap of [false, true]) {
      const pair = await socketPair();
      const [clientSocket, serverSocket] = swap ? pair.toReversed() : pair;
      const server = tlsServer(serverSocket as Socket);
      let der: Uint8Array | undefined;
      const client = watched(clientSocket as Socket, (stream) => {
        if (!stream.secure)
          stream.connectTls((given) => {
            der = given;
            stream.write(Buffer.from('after the pin'));
          });
      });
      client.stream.write(CONNECTION_REQUEST);
      await until(() => server.chunks.length === 2, 'bytes inside TLS');
      expect(der).toEqual(certificate.der);
      expect(Buffer.from(server.chunks[1] as Uint8Array).toString()).toBe('after the pin');
      server.stream.write(new Uint8Array(500_000));
      await server.stream.drained();
      await until(() => client.chunks.slice(1).reduce((sum, chunk) => sum + chunk.length, 0) === 500_000, 'half a megabyte');
      expect(server.stream.traffic.bytesSent).toBeGreaterThan(500_000);
      expect(client.stream.traffic.bytesReceived).toBeGreaterThan(500_000);
      await Promise.all([client.stream.finish(), server.stream.finish()]);
    }
  });

  it('asks for no tick with what it reads inside TLS', async () => {
    const { client, server } = await insideTls();
    const ticks = vi.spyOn(process, 'nextTick');
    try {
      for (let count = 1; count <= 5; count += 1) {
        server.stream.write(Buffer.from('a picture'));
        await until(() => client.chunks.length === 1 + count, 'a picture');
      }
      const asked = ticks.mock.calls.filter(([run, stream]) => run.name === 'maybeReadMore_' && stream instanceof TLSSocket);
      expect(asked).toHaveLength(0);
    } finally {
      ticks.mockRestore();
    }
  });

  it('paces: drained waits while the other side does not read, and rejects when the socket goes', async () => {
    const [peer, socket] = await socketPair();
    const { stream } = watched(socket);
    peer.pause();
    let drained = false;
    for (let count = 0; count < 200; count += 1) stream.write(new Uint8Array(256 * 1024));
    const waiting = stream.drained().then(
      () => (drained = true),
      (error: { code: string }) => error.code,
    );
    let left = socket.writableLength;
    await until(() => {
      const before = left;
      left = socket.writableLength;
      return left === before && left > 0;
    }, 'the system to take no more');
    expect(drained).toBe(false);
    stream.destroy();
    expect(await waiting).toBe('SOCKET');
    await expect(stream.drained()).rejects.toMatchObject({ code: 'SOCKET' });
  });

  it('leaves with the sender what it does not read, takes it all later, and ends at once all the same', async () => {
    const { client, server } = await insideTls();
    client.stream.setReading(false);
    const arrived = (): number => client.chunks.slice(1).reduce((sum, chunk) => sum + chunk.length, 0);
    let drained = false;
    // More than the buffers between two sockets hold.
    for (let count = 0; count < 200; count += 1) server.stream.write(new Uint8Array(256 * 1024));
    void server.stream.drained().then(() => (drained = true));
    await vi.waitFor(() => expect(server.stream.traffic.bytesSent).toBeGreaterThan(0));
    // Writing goes the other way meanwhile, for long enough to have read something.
    for (let key = 1; key <= 100; key += 1) {
      client.stream.write(Buffer.from('a key'));
      await until(() => server.chunks.length === 2 + key, 'a key');
    }
    expect([drained, arrived()]).toEqual([false, 0]);
    client.stream.setReading(true);
    await until(() => drained && arrived() === 200 * 256 * 1024, 'everything');
    client.stream.setReading(false);
    server.stream.write(new Uint8Array(8 * 1024 * 1024));
    await Promise.all([client.stream.finish(), server.stream.finish()]);
    expect([client.ends, server.ends]).toEqual([[undefined], [undefined]]);
  });

  it('is gone a second after goodbye though the peer never closes', async () => {
    const server = createServer({ allowHalfOpen: true });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.on('connection', (socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.resume();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const socket = connect(address.port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    const clock = new VirtualClock();
    const { stream, ends } = watched(socket, undefined, clock);
    const finished = stream.finish();
    await clock.advance(999);
    // Had it been destroyed, the end would come before a connection that is only made now.
    await socketPair();
    expect(ends).toHaveLength(0);
    await clock.advance(1);
    await finished;
    expect(ends).toEqual([undefined]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses to collect a long PDU in plain', async () => {
    const [peer, socket] = await socketPair();
    const { ends, chunks } = watched(socket);
    peer.write(Buffer.from('0300ffff', 'hex'));
    await until(() => ends.length === 1, 'the end');
    expect(ends[0]).toMatchObject({ code: 'TOO_LARGE' });
    expect(chunks).toHaveLength(0);
  });

  it('survives garbage in place of TLS, on both sides', async () => {
    const [peer, socket] = await socketPair();
    const server = tlsServer(socket);
    peer.write(Buffer.concat([CONNECTION_REQUEST, Buffer.from('GET / HTTP/1.1\r\n\r\n')]));
    await until(() => server.ends.length === 1, 'the server to give up');
    expect(server.ends[0]).toBeInstanceOf(Error);

    const [other, dialled] = await socketPair();
    const client = watched(dialled, (stream) => {
      if (!stream.upgrading) stream.connectTls(() => undefined);
    });
    other.write(Buffer.concat([CONNECTION_CONFIRM, Buffer.from('no TLS here, sorry')]));
    await until(() => client.ends.length === 1, 'the client to give up');
    expect(client.ends[0]).toBeInstanceOf(Error);
  });

  it('refuses TLS below 1.2', async () => {
    const [peer, socket] = await socketPair();
    const server = tlsServer(socket);
    peer.write(CONNECTION_REQUEST);
    await new Promise<void>((resolve) => peer.once('data', () => resolve()));
    const tls: TLSSocket = connectTls({
      socket: peer,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const failed = new Promise((resolve) => tls.once('error', resolve));
    await failed;
    await until(() => server.ends.length === 1, 'the server to give up');
    expect(server.ready()).toBe(false);
  });
});

describe('an RDP connection on a stream that is no socket', () => {
  /** Both ends inside TLS. */
  async function secured(clock: Clock = systemClock) {
    const [near, far] = MemoryDuplex.pair();
    const server = tlsServer(near);
    let der: Uint8Array | undefined;
    const client = watched(far, (stream) => !stream.secure && stream.connectTls((given) => (der = given)), clock);
    client.stream.write(CONNECTION_REQUEST);
    await until(() => server.ready() && client.stream.secure, 'TLS on both ends');
    expect(der).toEqual(certificate.der);
    return { server, client, near, far };
  }
  const received = ({ chunks }: Watched): number => chunks.slice(1).reduce((sum, chunk) => sum + chunk.length, 0);

  it('goes from X.224 to TLS inside it, and counts what goes over the wire', async () => {
    const { server, client } = await secured();
    server.stream.write(new Uint8Array(500_000));
    await server.stream.drained();
    await until(() => received(client) === 500_000, 'half a megabyte');
    expect(server.stream.traffic.bytesSent).toBeGreaterThan(500_000);
    expect(client.stream.traffic.bytesReceived).toBe(server.stream.traffic.bytesSent);
  });

  it('paces: drained waits while the other side does not read', async () => {
    const { server, client, far } = await secured();
    far.pause();
    let drained = false;
    for (let count = 0; count < 40; count += 1) server.stream.write(new Uint8Array(64 * 1024));
    void server.stream.drained().then(() => (drained = true));
    const before = received(client);
    await until(() => server.stream.traffic.bytesSent > 64 * 1024, 'the first bytes');
    expect(drained).toBe(false);
    far.resume();
    await until(() => drained && received(client) === before + 40 * 64 * 1024, 'all of it');
  });

  it('is gone on both ends when one has said goodbye, without its deadline', async () => {
    const clock = new VirtualClock();
    const { server, client } = await secured(clock);
    client.stream.write(Buffer.from('goodbye'));
    await client.stream.finish();
    await until(() => server.ends.length === 1 && client.ends.length === 1, 'both ends');
    expect([...server.ends, ...client.ends]).toEqual([undefined, undefined]);
    expect(Buffer.from(server.chunks.at(-1) as Uint8Array).toString()).toBe('goodbye');
    expect(clock.pendingTimers).toBe(0);
  });

  it('is gone on both ends when one breaks', async () => {
    const { server, client } = await secured();
    client.stream.destroy();
    await until(() => server.ends.length === 1 && client.ends.length === 1, 'both ends');
    await expect(server.stream.drained()).rejects.toMatchObject({ code: 'SOCKET' });
  });
});

it('TLS that cannot even begin ends this connection, and is nobody’s surprise', async () => {
  const [there, here] = await socketPair();
  const { ends } = watched(here, (stream) => stream.acceptTls({ context: undefined }, () => undefined));
  there.write(CONNECTION_REQUEST);
  await until(() => ends.length === 1, 'the end');
  expect(ends[0]).toBeInstanceOf(Error);
});
