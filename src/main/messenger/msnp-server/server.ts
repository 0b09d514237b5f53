import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { systemClock, type Clock } from '../../clock.ts';
import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import type { Dialect } from '../../../protocol/msnp/dialect.ts';
import type { HostPort } from '../../../protocol/host-port.ts';
import { MSNP_ERROR } from '../../../protocol/msnp/error-codes.ts';
import { CommandDecoder, encodeCommand, type Command } from '../../../protocol/msnp/framing.ts';
import { NotificationServerMachine } from '../../../protocol/msnp/server/notification.ts';
import { SwitchboardServerMachine } from '../../../protocol/msnp/server/switchboard.ts';
import { StorageError, type AccountStore } from './account-store.ts';
import { Directory } from './directory.ts';
import { TicketPage } from './login-page.ts';
import { SERVER_LIMITS, type ServerLimits } from './limits.ts';
import { createPageIdentity, type PageIdentity } from './page-identity.ts';
import { KeyedRateLimit, RateLimit } from './rate-limit.ts';

/** Interval of the sweep for other processes' accounts, overdue log-ins and silent clients. */
const SWEEP_INTERVAL_MS = 1_000;
/** A connection whose peer has not closed its end after this is destroyed. */
const LINGER_MS = 1_000;
/**
 * A client that pings is gone when it is silent for four times the longest of the last intervals, but not before the first and not after
 * the second of these. Clients of the time ping now and then, or twice in a row: fewer intervals tell nothing.
 */
const PING_INTERVALS = 3;
const SILENCE_MIN_MS = 10_000;
const SILENCE_MAX_MS = 180_000;

export interface MsnpServerOptions {
  readonly hosts: readonly string[];
  /** TCP port, the same on all hosts; 0 takes a free one. */
  readonly port: number;
  readonly store: AccountStore;
  readonly clock?: Clock;
  readonly limits?: Partial<ServerLimits>;
  /** What it proves itself with over TLS; a fresh one, for as long as it runs, where it is left out. */
  readonly identity?: PageIdentity;
  /** Clients on other computers may come without TLS, as programs of the time do. From this computer they always may. */
  readonly plain?: boolean;
  /** MSNP versions to speak; all by default. */
  readonly dialects?: readonly Dialect[];
  /** An account came, went, signed in or out, or changed its name. */
  readonly onChange?: () => void;
  /** The store could not be written or read. The client was answered with an error, and the server goes on with what is in memory. */
  readonly onStoreError?: (error: unknown) => void;
}

/**
 * Notification server and switchboard on one TCP port. A connection is what its first command says: VER opens a
 * notification connection, USR with a cookie or ANS a switchboard. One port is what the owner of a firewall has to open, and
 * what XFR and RNG name is simply the address the client has reached us at, so it is right behind any name or interface.
 */
export class MsnpServer {
  readonly directory: Directory;
  private readonly page: TicketPage;
  private readonly secureContext: Promise<SecureContext>;
  private readonly options: MsnpServerOptions;
  private readonly clock: Clock;
  private readonly limits: ServerLimits;
  private readonly connecting: KeyedRateLimit;
  private readonly servers: Server[] = [];
  private readonly connections = new Set<Connection>();
  private readonly perHost = new Map<string, number>();
  private endpoints: readonly HostPort[] = [];
  private cancelSweep: () => void = () => {};
  private stopped = false;

  private constructor(options: MsnpServerOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.limits = { ...SERVER_LIMITS, ...options.limits };
    this.connecting = new KeyedRateLimit(this.clock, this.limits.connecting);
    this.directory = new Directory(options.store, this.clock, this.limits, () => options.onChange?.(), options.dialects);
    this.page = new TicketPage((address, remoteHost, knows) => this.directory.issueTicket(address, remoteHost, knows));
    this.secureContext = contextOf(options.identity ?? createPageIdentity(this.clock.now()));
    // Told to each connection that asks for it.
    this.secureContext.catch(() => {});
  }

  /** Listens on every host; the store must be open. Rejects with the socket's error and then leaves nothing listening. */
  static async start(options: MsnpServerOptions): Promise<MsnpServer> {
    const server = new MsnpServer(options);
    try {
      let { port } = options;
      for (const host of options.hosts) {
        const endpoint = await server.listen(host, port);
        port = endpoint.port;
        server.endpoints = [...server.endpoints, endpoint];
      }
    } catch (error) {
      await server.stop();
      throw error;
    }
    server.scheduleSweep();
    return server;
  }

  /** The addresses that are listened on. */
  get addresses(): readonly HostPort[] {
    return this.endpoints;
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** Sends OUT SSD to every user and resolves when no socket is open. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelSweep();
    this.directory.expelAll();
    const closed = this.servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const connection of Array.from(this.connections)) connection.close();
    await Promise.all(closed);
  }

  private listen(host: string, port: number): Promise<HostPort> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 }, (socket) => this.connected(socket));
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', reject);
        server.on('error', () => {});
        this.servers.push(server);
        const address = server.address();
        resolve({ host, port: typeof address === 'object' && address !== null ? address.port : port });
      });
    });
  }

  private connected(socket: Socket): void {
    const remoteHost = plainHost(socket.remoteAddress);
    const open = this.perHost.get(remoteHost) ?? 0;
    const full = this.connections.size >= this.limits.connections || open >= this.limits.connectionsPerHost;
    if (this.stopped || full || !this.connecting.take(remoteHost)) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, remoteHost, {
      directory: this.directory,
      page: this.page,
      secureContext: this.secureContext,
      plain: this.options.plain === true || isLoopback(remoteHost),
      clock: this.clock,
      limits: this.limits,
      onStoreError: (error) => this.options.onStoreError?.(error),
      onFlood: () => this.connecting.spend(remoteHost, this.limits.floodPenalty),
    });
    this.connections.add(connection);
    this.perHost.set(remoteHost, open + 1);
    socket.once('close', () => {
      this.connections.delete(connection);
      const left = (this.perHost.get(remoteHost) ?? 1) - 1;
      if (left > 0) this.perHost.set(remoteHost, left);
      else this.perHost.delete(remoteHost);
    });
  }

  private scheduleSweep(): void {
    this.cancelSweep = this.clock.after(SWEEP_INTERVAL_MS, () => {
      for (const connection of Array.from(this.connections)) connection.checkTime();
      try {
        this.refresh();
      } catch (error) {
        this.options.onStoreError?.(error);
      }
      this.scheduleSweep();
    });
  }

  private refresh(): void {
    const { added, removed } = this.options.store.refresh();
    for (const address of removed) this.directory.accountRemoved(address);
    for (const address of added) this.directory.accountAdded(address);
    if (added.length + removed.length > 0) this.options.onChange?.();
  }
}

/** What a connection needs of the server. */
interface ConnectionServices {
  readonly directory: Directory;
  readonly page: TicketPage;
  readonly secureContext: Promise<SecureContext>;
  /** Whether MSNP may be spoken without TLS. */
  readonly plain: boolean;
  readonly clock: Clock;
  readonly limits: ServerLimits;
  readonly onStoreError: (error: StorageError) => void;
  readonly onFlood: () => void;
}

/** First bytes of a TLS record with a handshake, and of `GET`; no command of MSNP begins with either. */
const TLS_HANDSHAKE = 0x16;
const HTTP_GET = 0x47;

async function contextOf(identity: PageIdentity | Promise<PageIdentity>): Promise<SecureContext> {
  return createSecureContext({ ...(await identity), minVersion: 'TLSv1.2' });
}

/** One socket, with the machine that its first command asked for. */
class Connection {
  /** What is read from and written to: the socket, or TLS on it. */
  private socket: Socket;
  private readonly remoteHost: string;
  /** The local address that the client dialled. */
  private readonly endpoint: HostPort;
  private readonly services: ConnectionServices;
  private readonly clock: Clock;
  private readonly limits: ServerLimits;
  private readonly decoder = new CommandDecoder('server');
  private readonly commands: RateLimit;
  private readonly connectedAtMs: number;
  private machine: NotificationServerMachine | SwitchboardServerMachine | undefined;
  private closing = false;
  private heardAtMs: number;
  private pingedAtMs: number | undefined;
  private readonly pingIntervalsMs: number[] = [];

  constructor(socket: Socket, remoteHost: string, services: ConnectionServices) {
    this.socket = socket;
    this.remoteHost = remoteHost;
    this.endpoint = { host: plainHost(socket.localAddress), port: socket.localPort ?? 0 };
    this.services = services;
    this.clock = services.clock;
    this.limits = services.limits;
    this.commands = new RateLimit(this.clock, this.limits.commands);
    this.connectedAtMs = this.clock.monotonicMs();
    this.heardAtMs = this.connectedAtMs;
    this.listen((bytes) => (bytes[0] === TLS_HANDSHAKE ? void this.secure(bytes) : this.begin(bytes, this.services.plain)));
    socket.once('close', () => this.machine?.closed());
  }

  close(): void {
    if (this.closing) return;
    this.closing = true;
    this.socket.end();
    // A peer that never closes its end must not keep this one open.
    const cancel = this.clock.after(LINGER_MS, () => this.socket.destroy());
    this.socket.once('close', cancel);
  }

  checkTime(): void {
    const now = this.clock.monotonicMs();
    const overdue = this.machine?.signedIn !== true && now - this.connectedAtMs > this.limits.signInDeadlineMs;
    const silenceMs = Math.min(SILENCE_MAX_MS, Math.max(SILENCE_MIN_MS, ...this.pingIntervalsMs.map((intervalMs) => intervalMs * 4)));
    const silent = this.pingIntervalsMs.length === PING_INTERVALS && now - this.heardAtMs > silenceMs;
    if (overdue || silent) this.socket.destroy();
  }

  /** What the first bytes say decides about the rest. */
  private listen(first: (bytes: Buffer) => void): void {
    this.socket.on('error', () => {});
    this.socket.once('data', first);
  }

  /** TLS on the socket; what is in it begins anew. */
  private async secure(bytes: Buffer): Promise<void> {
    const { socket: raw } = this;
    raw.pause();
    raw.unshift(bytes);
    const secureContext = await this.services.secureContext.catch(() => undefined);
    if (secureContext === undefined || this.closing || raw.destroyed) return void raw.destroy();
    this.socket = new TLSSocket(raw, { isServer: true, secureContext });
    this.socket.once('close', () => raw.destroy());
    this.listen((inside) => this.begin(inside, true));
  }

  /** MSNP, or the log-in page: plain HTTP is for this computer only, because it carries the password in the clear. */
  private begin(bytes: Buffer, allowed: boolean): void {
    const { socket } = this;
    if (bytes[0] === HTTP_GET) {
      if (!(socket instanceof TLSSocket) && !isLoopback(this.remoteHost)) return void socket.destroy();
      socket.pause();
      socket.unshift(bytes);
      return this.services.page.serve(socket);
    }
    if (!allowed) return void socket.destroy();
    socket.on('data', (more: Buffer) => this.receive(more));
    this.receive(bytes);
  }

  private receive(bytes: Uint8Array): void {
    if (this.closing) return;
    this.heardAtMs = this.clock.monotonicMs();
    // Corked, so that many small answers become one write.
    this.socket.cork();
    try {
      for (const command of this.decoder.push(bytes)) {
        if (!this.commands.take()) {
          this.send(encodeCommand(String(MSNP_ERROR.tooFast), [0]));
          // Paused, so that the rest of the flood stays in the peer's buffers.
          this.socket.pause();
          this.services.onFlood();
          return this.close();
        }
        this.handle(command);
        if (this.closing) return;
      }
    } catch (error) {
      // Bad input ends the connection of the peer that sent it; any other error is a bug and is thrown on.
      this.socket.destroy();
      if (!(error instanceof ProtocolError)) throw error;
    } finally {
      this.socket.uncork();
    }
  }

  private handle(command: Command): void {
    if (command.name === 'PNG') {
      const now = this.clock.monotonicMs();
      if (this.pingedAtMs !== undefined) this.pingIntervalsMs.push(now - this.pingedAtMs);
      if (this.pingIntervalsMs.length > PING_INTERVALS) this.pingIntervalsMs.shift();
      this.pingedAtMs = now;
    }
    this.machine ??= this.machineFor(command);
    try {
      this.machine.receive(command);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      // The change was not stored, so it is answered with an error and not confirmed.
      this.send(encodeCommand(String(MSNP_ERROR.internal), [/^\d{1,10}$/.test(command.args[0] ?? '') ? (command.args[0] as string) : 0]));
      this.services.onStoreError(error);
    }
  }

  private machineFor(first: Command): NotificationServerMachine | SwitchboardServerMachine {
    const line = { send: (bytes: Uint8Array) => this.send(bytes), close: () => this.close() };
    if (first.name === 'USR' || first.name === 'ANS') return new SwitchboardServerMachine(this.services.directory.switchboards, line);
    return new NotificationServerMachine(this.services.directory.hostFor(this.endpoint, this.remoteHost), line, this.decoder);
  }

  private send(bytes: Uint8Array): void {
    if (this.socket.destroyed || this.socket.writableEnded) return;
    if (this.socket.writableLength + bytes.length > this.limits.unsentBytes) this.socket.destroy();
    else this.socket.write(bytes);
  }
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}

/** An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`) as the IPv4 address it stands for. */
function plainHost(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/i, '');
}
