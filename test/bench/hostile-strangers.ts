/* Hostile connections to one listener. They dial loopback only. */
import { randomBytes } from 'node:crypto';
import { type Socket, connect } from 'node:net';
import { Duplex } from 'node:stream';
import { type TLSSocket, connect as connectTls } from 'node:tls';
import { systemClock } from '../../src/main/clock.ts';
import { RdpClientLink } from '../../src/main/connection/rdp-client-link.ts';
import { TcpCarrier } from '../../src/main/connection/ways/tcp/tcp-carrier.ts';

export const ATTACKS = ['silence', 'drip', 'tlsSilence', 'hugeRecords', 'wrongId', 'tlsFlood', 'knocking'] as const;
export type Attack = (typeof ATTACKS)[number];

export interface AttackOrder {
  readonly attack: Attack;
  readonly port: number;
  /** In all. */
  readonly connections: number;
  /** At a time; each is made anew as soon as it has been closed. */
  readonly atOnce: number;
  /** It is over after this, however many there have been. */
  readonly limitMs: number;
  /** From so many addresses of 127.0.0.0/8; only Linux has them all. */
  readonly hosts: number;
}

export interface AttackReport {
  readonly made: number;
  readonly refused: number;
  readonly elapsedMs: number;
}

/** X.224 Connection Request that asks for TLS. */
const CONNECTION_REQUEST = Buffer.from('030000130ee000000000000100080001000000', 'hex');
const DRIP_MS = 1_000;
/** Who is not closed within this is given up. */
const PATIENCE_MS = 12_000;

/** What a client says first, so that a flood of handshakes costs the attacker nothing. */
function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const wire = new Duplex({ read: () => undefined, write: (chunk: Buffer) => resolve(chunk) });
    connectTls({ socket: wire, rejectUnauthorized: false }).on('error', () => undefined);
  });
}

function afterConfirm(socket: Socket, next: () => void): void {
  socket.write(CONNECTION_REQUEST);
  socket.once('data', next);
}

function secured(socket: Socket, next: (tls: TLSSocket) => void): void {
  afterConfirm(socket, () => {
    const tls = connectTls({ socket, rejectUnauthorized: false });
    tls.on('error', () => socket.destroy());
    tls.once('secureConnect', () => next(tls));
  });
}

type Behaviour = (socket: Socket, hello: Buffer) => void;

const BEHAVIOURS: Readonly<Record<Attack, Behaviour>> = {
  silence: () => undefined,
  drip: (socket) => {
    let sent = 0;
    const timer = setInterval(() => socket.write(CONNECTION_REQUEST.subarray(sent, (sent += 1))), DRIP_MS);
    socket.once('close', () => clearInterval(timer));
  },
  tlsSilence: (socket) => secured(socket, () => undefined),
  hugeRecords: (socket, hello) => {
    const kind = Math.floor(Math.random() * 4);
    // A TPKT of 64 KiB, a handshake record that is as long as one may say, an X.224 that is none, and megabytes inside TLS.
    if (kind === 0) socket.write(Buffer.concat([Buffer.from([3, 0, 0xff, 0xff]), randomBytes(0xffff)]));
    else if (kind === 1)
      afterConfirm(socket, () => socket.write(Buffer.concat([hello.subarray(0, 3), Buffer.from([0xff, 0xff]), randomBytes(0xffff)])));
    else if (kind === 2) socket.write(randomBytes(65_536));
    else secured(socket, (tls) => tls.write(Buffer.concat([Buffer.from([3, 0, 0xff, 0xff]), randomBytes(2_000_000)])));
  },
  wrongId: (socket) => {
    void new RdpClientLink({
      carrier: new TcpCarrier(socket, { dialled: { host: '127.0.0.1', port: 1 } }),
      connection: { by: 'forward', address: 'hostile' },
      clock: systemClock,
      userName: 'x'.repeat(200),
      workingDir: randomBytes(32).toString('base64'),
      trusts: () => true,
      channels: [],
      verified: () => true,
      refused: () => undefined,
    }).gone;
  },
  tlsFlood: (socket, hello) => afterConfirm(socket, () => socket.write(hello, () => setTimeout(() => socket.destroy(), 50))),
  knocking: (socket) => socket.destroy(),
};

export async function attack({ attack: kind, port, connections, atOnce, limitMs, hosts }: AttackOrder): Promise<AttackReport> {
  const hello = await clientHello();
  const startedAt = performance.now();
  const alive = new Set<Socket>();
  let begun = 0;
  let made = 0;
  let refused = 0;
  await new Promise<void>((resolve) => {
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      clearTimeout(limit);
      for (const socket of alive) socket.destroy();
      resolve();
    };
    const limit = setTimeout(end, limitMs);
    const next = (): void => {
      if (ended) return;
      if (begun >= connections) {
        if (alive.size === 0) end();
        return;
      }
      const host = begun % hosts;
      const localAddress = hosts === 1 ? '127.0.0.1' : `127.7.${1 + Math.floor(host / 250)}.${1 + (host % 250)}`;
      begun += 1;
      const socket = connect({ host: '127.0.0.1', port, localAddress });
      alive.add(socket);
      const patience = setTimeout(() => socket.destroy(), PATIENCE_MS);
      socket.on('error', () => undefined);
      socket.once('connect', () => {
        made += 1;
        if (kind !== 'wrongId') socket.resume();
        BEHAVIOURS[kind](socket, hello);
      });
      socket.once('close', (hadError) => {
        clearTimeout(patience);
        if (hadError) refused += 1;
        alive.delete(socket);
        setImmediate(next);
      });
    };
    for (let index = 0; index < atOnce; index += 1) next();
  });
  return { made, refused, elapsedMs: performance.now() - startedAt };
}
