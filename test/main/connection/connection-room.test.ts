import { X509Certificate, randomBytes } from 'node:crypto';
import { type Socket, connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSessionCertificate } from '../../../src/main/connection/certificate.ts';
import { createConnectionRoom } from '../../../src/main/connection/connection-room.ts';
import type { HostPort } from '../../../src/protocol/host-port.ts';
import { TcpCarrier } from '../../../src/main/connection/ways/tcp/tcp-carrier.ts';
import { RdpClientLink } from '../../../src/main/connection/rdp-client-link.ts';
import { RdpServerLink } from '../../../src/main/connection/rdp-server-link.ts';
import { MAX_PENDING_A_GROUP } from '../../../src/main/connection/strangers/pending-connections.ts';
import { systemClock } from '../../../src/main/clock.ts';
import { until } from '../../support/programs.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type Expert, HOST, type Novice, Race, addressOf, connected, dial, has, openHandles, refusals, tags, ticketOf } from './race.ts';

let race: Race;
let handlesBefore: number;

beforeEach(() => {
  handlesBefore = openHandles();
  race = new Race();
});

afterEach(async () => {
  await race.end();
  // Whatever a test did, nothing of it is left open.
  await until(() => openHandles() <= handlesBefore, `sockets to go: ${process.getActiveResourcesInfo().join(' ')}`, 5_000);
});

async function both(): Promise<[Novice, Expert]> {
  return Promise.all([race.novice(), race.expert()]);
}

async function closedPort(): Promise<HostPort> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: HOST, port: address.port };
}

/** A server on loopback that does this with every connection. */
async function impostor(serve: (socket: Socket) => void): Promise<HostPort & { close(): void }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host: HOST,
    port: address.port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('the race', () => {
  it('reverse: the novice dials and is RDP and TLS server on the connection it made', async () => {
    const [novice, expert] = await both();
    expert.endpoint.expect(ticketOf(novice));
    dial(novice, expert.endpoint.ticket.addresses);
    const links = await connected(novice, expert);
    expect(links.novice.connection).toEqual({ by: 'reverse', address: `${HOST}:${addressOf(expert).port}` });
    expect(links.expert.connection.by).toBe('reverse');
    expect(has(expert.linkEvents, 'active')?.desktop).toEqual({ width: 640, height: 480 });
    expect(tags(expert.linkEvents).indexOf('presented')).toBeLessThan(tags(expert.linkEvents).indexOf('active'));
  });

  it('forward: the expert dials when the novice cannot reach its listener', async () => {
    const [novice, expert] = await both();
    expert.endpoint.expect(ticketOf(novice));
    dial(novice, [await closedPort()]);
    await until(() => has(novice.events, 'wayFailed'), 'the dial to fail');
    expect(refusals(novice.events)).toEqual(['SOCKET']);
    expert.endpoint.reach('forward');
    const links = await connected(novice, expert);
    expect([links.novice.connection.by, links.expert.connection.by]).toEqual(['forward', 'forward']);
  });

  it('a socket that comes before the novice ticket is held, then verified', async () => {
    const [novice, expert] = await both();
    dial(novice, expert.endpoint.ticket.addresses);
    await until(() => has(expert.events, 'attempt'), 'the attempt');
    expect(expert.link()).toBeUndefined();
    expert.endpoint.expect(ticketOf(novice));
    await connected(novice, expert);
  });

  it('both at once make one session, on which both ends agree, twelve times', async () => {
    for (let round = 0; round < 12; round += 1) {
      const [novice, expert] = await both();
      expert.endpoint.expect(ticketOf(novice));
      if (round % 2 === 0) expert.endpoint.reach('forward');
      dial(novice, expert.endpoint.ticket.addresses);
      if (round % 2 === 1) expert.endpoint.reach('forward');
      const links = await connected(novice, expert);
      expect(links.novice.connection.by).toBe(links.expert.connection.by);
      expect(tags(novice.events).filter((tag) => tag === 'presented')).toHaveLength(1);
      expect(tags(expert.events).filter((tag) => tag === 'verified')).toHaveLength(1);
      await links.expert.close();
      await until(() => has(novice.linkEvents, 'ended'), 'the novice to notice');
      expect(has(novice.linkEvents, 'ended')?.end).toBe('disconnected');
      expect(has(expert.linkEvents, 'ended')?.end).toBe('userRequested');
    }
  });

  it('twenty strangers at both listeners get nothing and stop nobody', async () => {
    const [novice, expert] = await both();
    const heard: Buffer[] = [];
    for (let index = 0; index < 20; index += 1) {
      for (const side of [novice, expert]) {
        const socket = await race.stranger(addressOf(side));
        socket.on('data', (chunk: Buffer) => heard.push(chunk));
        if (index % 3 === 1) socket.write(randomBytes(200));
        if (index % 3 === 2) socket.write(Buffer.from([3]));
      }
    }
    expert.endpoint.expect(ticketOf(novice));
    dial(novice, expert.endpoint.ticket.addresses);
    await connected(novice, expert);
    // What a stranger at the expert hears is at most the Connection Request that everyone gets; no certificate, no session id.
    for (const chunk of heard) expect(chunk.length).toBeLessThan(64);
    expect(Buffer.concat(heard).includes(Buffer.from(novice.endpoint.sessionId))).toBe(false);
    expect(Buffer.concat(heard).includes(Buffer.from(novice.endpoint.sessionId).toString('base64'), 0, 'utf16le')).toBe(false);
  });
});

it.each([
  [{ standing: false }, 'ec'],
  [{ standing: true }, 'rsa'],
])('the key of an endpoint that is %o: %s', async (options, kind) => {
  const { endpoint } = await race.novice(options);
  expect(new X509Certificate(endpoint.certificate).publicKey.asymmetricKeyType).toBe(kind);
});

describe('what listens', () => {
  const dialled = (target: HostPort): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(target.port, target.host);
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      socket.on('connect', () => {
        socket.destroy();
        resolve('connected');
      });
    });

  it('is nothing, of either side, once one connection has won', async () => {
    const [novice, expert] = await both();
    const listening = [addressOf(novice), addressOf(expert)];
    expect(await Promise.all(listening.map(dialled))).toEqual(['connected', 'connected']);
    expert.endpoint.expect(ticketOf(novice));
    dial(novice, expert.endpoint.ticket.addresses);
    await connected(novice, expert);
    expect(await Promise.all(listening.map(dialled))).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });

  it.skipIf(process.platform !== 'linux')('is what the ticket names [skipped elsewhere: only Linux has all of 127.0.0.0/8]', async () => {
    const room = createConnectionRoom({ clock: systemClock, includeLoopback: true, interfaces: () => ({}) });
    const endpoint = await room.openNovice(race.abort.signal);
    const [named, ...more] = endpoint.ticket.addresses;
    expect([named?.host, more]).toEqual(['127.0.0.1', []]);
    const port = named?.port ?? 0;
    expect(await dialled({ host: '127.0.0.1', port })).toBe('connected');
    expect(await dialled({ host: '127.0.0.2', port })).toBe('ECONNREFUSED');
    await endpoint.close();
  });

  it('lets in so many at once, and closes the others before it says or remembers anything', async () => {
    const still = new Race(new VirtualClock());
    try {
      const expert = await still.expert();
      for (let index = 0; index < 50; index += 1) {
        const socket = await still.stranger(addressOf(expert));
        socket.resume();
        // 32 at once from one place, and no time goes by.
        if (index >= 32) await until(() => socket.closed, 'the socket to be gone');
      }
      expect(tags(expert.events).filter((tag) => tag === 'attempt')).toHaveLength(32);
    } finally {
      await still.end();
    }
  });

  it('begins TLS with a few at once, and with the others when it is their turn', async () => {
    const clock = new VirtualClock();
    const slow = new Race(clock);
    try {
      const novice = await slow.novice();
      let secure = 0;
      for (let index = 0; index < 10; index += 1) {
        const socket = await slow.stranger(addressOf(novice));
        socket.write(Buffer.from('030000130ee000000000000100080001000000', 'hex'));
        await new Promise<void>((resolve) => {
          socket.once('data', () => resolve());
          socket.once('close', () => resolve());
        });
        const tls = connectTls({ socket, rejectUnauthorized: false });
        tls.on('error', () => undefined);
        tls.on('secureConnect', () => (secure += 1));
        // The time does not go by: those of the first eight that go are no way to get more than eight handshakes.
        if (index < 8) await until(() => secure === index + 1, 'TLS');
      }
      expect(secure).toBe(8);
      await clock.advance(50);
      await until(() => secure === 9, 'the next one');
    } finally {
      await slow.end();
    }
  });
});

describe('the expert refuses', () => {
  it('another certificate than the pinned one, before it has said anything inside TLS', async () => {
    const expert = await race.expert();
    const certificate = await createSessionCertificate(Date.UTC(2026, 10, 22, 12), 'ecdsa');
    let presented = 0;
    const server = await impostor((socket) => {
      const link = new RdpServerLink({
        carrier: new TcpCarrier(socket),
        connection: { by: 'forward', address: 'test' },
        certificate,
        clock: systemClock,
        admits: () => (presented += 1) > 0,
        presented: () => undefined,
        refused: () => undefined,
      });
      void link.gone;
    });
    expert.endpoint.expect({ addresses: [server], sessionId: randomBytes(32), pin: randomBytes(32) });
    expert.endpoint.reach('forward');
    await until(() => has(expert.events, 'wayFailed'), 'the refusal');
    server.close();
    expect(refusals(expert.events)).toEqual(['PIN_MISMATCH']);
    expect(expert.link()).toBeUndefined();
    expect(presented).toBe(0);
  });

  it.each([
    ['plain RDP security', 'OTHER_SECURITY', '030000130ed000000000000200080000000000'],
    ['no negotiation at all', 'OTHER_SECURITY', '0300000b06d00000000000'],
    ['a server that insists on NLA', 'OTHER_SECURITY', '030000130ed000000000000300080005000000'],
    ['garbage', 'NOT_TLS', '485454502f312e3120343030'],
    ['TLS that is none', 'NOT_TLS', '030000130ed000000000000200080001000000485454502f312e3120343030'],
  ])('%s', async (_, code, answer) => {
    const expert = await race.expert();
    const server = await impostor((socket) => socket.once('data', () => socket.write(Buffer.from(answer, 'hex'))));
    expert.endpoint.expect({ addresses: [server], sessionId: randomBytes(32), pin: randomBytes(32) });
    expert.endpoint.reach('forward');
    await until(() => has(expert.events, 'wayFailed'), 'the refusal');
    server.close();
    expect(refusals(expert.events)).toEqual([code]);
    if (code === 'OTHER_SECURITY') expect(expert.events).toContainEqual({ tag: 'wayFailed', by: 'forward', failure: 'otherSecurity' });
  });
});

describe('the novice refuses', () => {
  async function present(novice: Novice, sessionId: Uint8Array): Promise<string> {
    const socket = await race.stranger(addressOf(novice));
    return new Promise((resolve) => {
      const link = new RdpClientLink({
        carrier: new TcpCarrier(socket),
        connection: { by: 'forward', address: 'test' },
        clock: systemClock,
        userName: 'x',
        workingDir: Buffer.from(sessionId).toString('base64'),
        trusts: () => true,
        channels: [],
        verified: (verified) => {
          verified.onEvent((event) => event.tag === 'ended' && resolve(event.end));
          return true;
        },
        refused: (error) => resolve(error.code),
      });
      void link.gone;
    });
  }

  it('a wrong and an empty session id, and goes on waiting for the right one', async () => {
    const [novice, expert] = await both();
    expect(await present(novice, randomBytes(32))).toBe('lost');
    expect(await present(novice, new Uint8Array(0))).toBe('lost');
    expect(refusals(novice.events)).toEqual(['WRONG_SESSION_ID', 'WRONG_SESSION_ID']);
    expect(novice.link()).toBeUndefined();
    expert.endpoint.expect(ticketOf(novice));
    expert.endpoint.reach('forward');
    await connected(novice, expert);
  });

  it('the same session id a second time', async () => {
    const novice = await race.novice();
    const outcomes = Promise.race([present(novice, novice.endpoint.sessionId), present(novice, novice.endpoint.sessionId)]);
    expect(['lost', 'SOCKET', 'NOT_TLS']).toContain(await outcomes);
    await until(() => novice.link(), 'the first');
    expect(tags(novice.events).filter((tag) => tag === 'presented')).toHaveLength(1);
    const late = await race.stranger(addressOf(novice));
    await until(() => late.destroyed, 'the listener to be gone');
  });

  it.each([
    ['plain RDP security', 'insists on plain RDP security', '030000130ee000000000000100080000000000'],
    ['no negotiation at all', 'insists on plain RDP security', '0300000b06e00000000000'],
    ['NLA alone', 'insists on NLA', '030000130ee000000000000100080002000000'],
  ])('%s', async (_, words, request) => {
    const novice = await race.novice();
    const socket = await race.stranger(addressOf(novice));
    const answer: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => answer.push(chunk));
    socket.write(Buffer.from(request, 'hex'));
    await until(() => has(novice.events, 'refused'), 'the refusal');
    await until(() => socket.closed, 'the end');
    expect(refusals(novice.events)).toEqual(['OTHER_SECURITY']);
    expect(novice.events.map((event) => (event.tag === 'refused' ? event.error.message : '')).join('')).toContain(words);
    expect(Buffer.concat(answer).length).toBeLessThan(64);
  });

  it('a stranger with TLS who says nothing more', async () => {
    const clock = new VirtualClock();
    const slow = new Race(clock);
    try {
      const novice = await slow.novice();
      const socket = await slow.stranger(addressOf(novice));
      socket.write(Buffer.from('030000130ee000000000000100080001000000', 'hex'));
      await new Promise<void>((resolve) => socket.once('data', () => resolve()));
      const tls = connectTls({ socket, rejectUnauthorized: false });
      tls.on('error', () => undefined);
      await new Promise<void>((resolve) => tls.once('secureConnect', () => resolve()));
      await clock.advance(9_999);
      expect(refusals(novice.events)).toEqual([]);
      await clock.advance(1);
      expect(refusals(novice.events)).toEqual(['DEADLINE']);
      await until(() => tls.destroyed, 'the socket to be gone');
      await novice.endpoint.close();
      expect(clock.pendingTimers).toBe(0);
    } finally {
      await slow.end();
    }
  });
});

describe('deadlines and ends', () => {
  it('holds a socket without a ticket for ten seconds', async () => {
    const clock = new VirtualClock();
    const slow = new Race(clock);
    try {
      const expert = await slow.expert();
      const socket = await slow.stranger(addressOf(expert));
      await until(() => has(expert.events, 'attempt'), 'the attempt');
      await clock.advance(10_000);
      expect(refusals(expert.events)).toEqual(['DEADLINE']);
      socket.resume();
      await until(() => socket.closed, 'the socket to be gone');
      expect(clock.pendingTimers).toBe(0);
    } finally {
      await slow.end();
    }
  });

  it('never holds more sockets than its bound', async () => {
    const expert = await race.expert();
    const strangers: Socket[] = [];
    for (let index = 0; index < 30; index += 1) {
      const socket = await race.stranger(addressOf(expert));
      socket.resume();
      strangers.push(socket);
    }
    await until(() => strangers.filter(({ closed }) => !closed).length <= MAX_PENDING_A_GROUP, 'the others to be closed');
  });

  it('says within two seconds that the other side has stopped answering, and ends after a minute', async () => {
    const clock = new VirtualClock();
    const quiet = new Race(clock);
    try {
      const [novice, expert] = await Promise.all([quiet.novice(), quiet.expert()]);
      expert.endpoint.expect(ticketOf(novice));
      dial(novice, expert.endpoint.ticket.addresses);
      await connected(novice, expert);
      // Real bytes need real time, so seconds pass one by one until both have measured a round trip.
      await until(async () => {
        await clock.advance(1_000);
        return has(novice.linkEvents, 'roundTrip') !== undefined;
      }, 'a round trip');
      // From here the wire is silent: time passes without the event loop ever reading a socket.
      await clock.advance(2_000);
      expect(has(novice.linkEvents, 'line')).toEqual({ tag: 'line', silent: true });
      expect(has(novice.linkEvents, 'ended')).toBeUndefined();
      await clock.advance(58_500);
      // Whose minute is over first gives up; to the other the connection is lost by that.
      await until(() => has(novice.linkEvents, 'ended') !== undefined && has(expert.linkEvents, 'ended') !== undefined, 'both ends');
      const ends = [has(novice.linkEvents, 'ended')?.end, has(expert.linkEvents, 'ended')?.end];
      expect(ends).toContain('peerGone');
      for (const end of ends) expect(['peerGone', 'lost']).toContain(end);
    } finally {
      await quiet.end();
    }
  });

  it('tells the expert why: denied', async () => {
    const [novice, expert] = await both();
    expert.endpoint.expect(ticketOf(novice));
    dial(novice, expert.endpoint.ticket.addresses);
    const link = await until(() => novice.link(), 'the novice');
    await until(() => has(expert.linkEvents, 'presented'), 'the expert');
    await link.close('denied');
    await link.close('denied');
    const ended = await until(() => has(expert.linkEvents, 'ended'), 'the end');
    expect(ended.end).toBe('denied');
    expect(has(novice.linkEvents, 'ended')?.end).toBe('denied');
    expect(has(expert.linkEvents, 'active')).toBeUndefined();
    await expect(link.sendGraphics([])).rejects.toMatchObject({ code: 'SOCKET' });
  });

  it('tells the expert why: stopped by the novice', async () => {
    const [novice, expert] = await both();
    expert.endpoint.expect(ticketOf(novice));
    dial(novice, expert.endpoint.ticket.addresses);
    const links = await connected(novice, expert);
    await links.novice.close('userRequested');
    const ended = await until(() => has(expert.linkEvents, 'ended'), 'the end');
    expect(ended.end).toBe('userRequested');
  });

  it('a channel and graphics get across, and the numbers grow', async () => {
    const [novice, expert] = await both();
    expert.endpoint.expect(ticketOf(novice));
    dial(novice, expert.endpoint.ticket.addresses);
    const links = await connected(novice, expert);
    await Promise.all([expert.channel.port?.send([Uint8Array.of(1, 2, 3)]), novice.channel.port?.send([Uint8Array.of(4, 5)])]);
    links.expert.sendInput([{ tag: 'pointerMove', x: 10, y: 20 }]);
    await until(() => novice.channel.heard.length > 0 && expert.channel.heard.length > 0, 'channel data');
    expect(novice.channel.heard).toEqual([Uint8Array.of(1, 2, 3)]);
    expect(expert.channel.heard).toEqual([Uint8Array.of(4, 5)]);
    const input = await until(() => has(novice.linkEvents, 'input'), 'input');
    expect(input.events).toEqual([{ tag: 'pointerMove', x: 10, y: 20 }]);
    expect(links.novice.traffic.bytesSent).toBeGreaterThan(1_000);
    expect(links.expert.traffic.bytesReceived).toBeGreaterThan(1_000);
  });

  it('a pointer gets across, and how much of the line that takes is told', async () => {
    const [novice, expert] = await both();
    expert.endpoint.expect(ticketOf(novice));
    dial(novice, expert.endpoint.ticket.addresses);
    const links = await connected(novice, expert);
    const shape = { width: 24, height: 24, hotX: 1, hotY: 2, pixels: new Uint8Array(24 * 24 * 4).fill(255) };
    await until(() => has(novice.linkEvents, 'active'), 'the session');
    expect(links.novice.sendPointerShape(shape, true)).toBe(0);
    expect(links.novice.sendPointerShape(shape)).toBeGreaterThan(shape.pixels.length);
    const again = links.novice.sendPointerShape(shape, true);
    expect(again).toBeGreaterThan(0);
    expect(again).toBeLessThan(16);
    await until(() => expert.linkEvents.filter(({ tag }) => tag === 'pointerShape').length === 2, 'both');
    expect(
      expert.linkEvents.filter(({ tag }) => tag === 'pointerShape').map((event) => ('shape' in event ? event.shape : undefined)),
    ).toEqual([shape, shape]);
  });
});

describe('stopping', () => {
  it('before it begins', async () => {
    race.abort.abort();
    await expect(race.novice()).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(race.expert()).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('while the certificate is made', async () => {
    const opening = race.novice();
    race.abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it.each(['listening', 'dialling', 'held', 'handshake'] as const)('while %s leaves no socket and no listener', async (stage) => {
    const [novice, expert] = await both();
    if (stage !== 'listening')
      dial(novice, stage === 'dialling' ? [await closedPort(), addressOf(expert)] : expert.endpoint.ticket.addresses);
    if (stage === 'held' || stage === 'handshake') await until(() => has(expert.events, 'attempt'), 'the attempt');
    if (stage === 'handshake') expert.endpoint.expect(ticketOf(novice));
    race.abort.abort();
    await Promise.all([novice.endpoint.close(), expert.endpoint.close(), novice.endpoint.close()]);
    expect(novice.link()).toBeUndefined();
    await until(() => openHandles() <= handlesBefore, 'everything to be closed', 2_000);
    const after = await race.stranger(addressOf(novice));
    await until(() => after.destroyed, 'the listener to be gone');
  });

  it('a won race leaves exactly the one connection', async () => {
    const [novice, expert] = await both();
    expert.endpoint.expect(ticketOf(novice));
    dial(novice, expert.endpoint.ticket.addresses);
    expert.endpoint.reach('forward');
    const links = await connected(novice, expert);
    // Two ends of one connection, both in this process.
    await until(() => openHandles() <= handlesBefore + 2, 'the others to go', 2_000);
    await Promise.all([novice.endpoint.close(), expert.endpoint.close()]);
    links.expert.sendInput([{ tag: 'pointerMove', x: 1, y: 1 }]);
    await until(() => has(novice.linkEvents, 'input'), 'the link to live on');
  });
});
