import { Emitter } from '../../src/main/emitter.ts';
import type { Clock } from '../../src/main/clock.ts';
import type {
  ConnectionRoom,
  ExpertEndpoint,
  ExpertEndpointEvent,
  HostPort,
  LinkEnd,
  NoviceEndpoint,
  NoviceEndpointEvent,
} from '../../src/main/connection/contract.ts';
import { ConnectionError } from '../../src/main/connection/contract.ts';
import type { Channel } from '../../src/protocol/rdp/channels/contract.ts';
import type { ConnectedBy, SessionConnection } from '../../src/protocol/assistance/status.ts';
import type { GraphicsSettings } from '../../src/protocol/rdp/graphics/contract.ts';
import { FakeExpertLink, FakeNoviceLink, type Wire } from './in-memory-link.ts';

/* TCP and TLS without either: two `ConnectionRoom`s on one virtual network. The expert decides which connection wins, as the real one does. */

export interface InMemoryInternet {
  /** One computer's connection room. `host` is what its tickets say. */
  room(host: string): ConnectionRoom;
  /** Whether `from` reaches `to` now; all do without it. */
  reachable: (from: string, to: string) => boolean;
  /** From a dial to both ends having the connection, by who dialled. */
  connectMs: Record<ConnectedBy, number>;
  /** From a dial to its failure where nobody can be reached. */
  failMs: number;
  /** A message on an established connection. */
  latencyMs: number;
  /** The certificate differs from the ticket's pin on connections made this way. */
  wrongPin: ReadonlySet<ConnectedBy>;
  /** The next `open…` on this host fails. */
  failNextOpen(host: string): void;
  /** Open listeners, sockets (links and connections under way): zero when all is put away. */
  readonly listeners: number;
  readonly sockets: number;
  /** Sessions that both sides believed in since the start. */
  readonly sessions: number;
  /** Cuts the cable: both ends of every link see `end` (`lost` at once, `peerGone` as after silence). */
  cut(end?: 'lost' | 'peerGone'): void;
  /** The channels that get through: an old program, or an engine without them, has none. */
  channels: readonly string[];
  graphics: GraphicsSettings;
  readonly novices: readonly FakeNoviceLink[];
  readonly experts: readonly FakeExpertLink[];
}

const PIN = new Uint8Array(32).fill(0x50);

export function createInMemoryInternet(clock: Clock): InMemoryInternet & { readonly noviceEndpoints: readonly FakeNoviceEndpoint[] } {
  return new Internet(clock);
}

class Internet implements InMemoryInternet {
  readonly clock: Clock;
  reachable: (from: string, to: string) => boolean = () => true;
  connectMs: Record<ConnectedBy, number> = { reverse: 20, forward: 20 };
  failMs = 100;
  latencyMs = 5;
  wrongPin: ReadonlySet<ConnectedBy> = new Set();
  channels: readonly string[] = ['encomsp'];
  graphics: GraphicsSettings = { codec: 'planar', scrollCopies: false, skipAlpha: true, frameMarkers: true, maxPduBytes: 16_000 };
  readonly byPort = new Map<number, FakeNoviceEndpoint | FakeExpertEndpoint>();
  readonly noviceEndpoints: FakeNoviceEndpoint[] = [];
  readonly expertEndpoints: FakeExpertEndpoint[] = [];
  readonly connections = new Set<FakeConnection>();
  readonly novices: FakeNoviceLink[] = [];
  readonly experts: FakeExpertLink[] = [];
  readonly failing = new Set<string>();
  private nextPort = 50_000;
  private nextSession = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  room(host: string): ConnectionRoom {
    return {
      openNovice: (signal) => this.open(host, signal, (port) => new FakeNoviceEndpoint(this, host, port, this.sessionId())),
      openExpert: ({ channels = [] }, signal) => this.open(host, signal, (port) => new FakeExpertEndpoint(this, host, port, channels)),
    };
  }

  failNextOpen(host: string): void {
    this.failing.add(host);
  }

  get listeners(): number {
    return this.byPort.size;
  }
  get sockets(): number {
    return this.connections.size;
  }
  get sessions(): number {
    return this.novices.filter((link) => link.wasActive).length;
  }

  cut(end: 'lost' | 'peerGone' = 'lost'): void {
    for (const connection of this.connections) connection.end(end, end);
  }

  private sessionId(): Uint8Array {
    this.nextSession += 1;
    return new Uint8Array(32).fill(this.nextSession & 0xff).fill(0xaa, 0, 4);
  }

  private async open<T extends FakeNoviceEndpoint | FakeExpertEndpoint>(
    host: string,
    signal: AbortSignal,
    make: (port: number) => T,
  ): Promise<T> {
    await Promise.resolve();
    if (this.failing.delete(host)) throw new ConnectionError('NO_PORT', 'no port');
    if (signal.aborted) throw new ConnectionError('ABORTED', 'aborted');
    this.nextPort += 1;
    const endpoint = make(this.nextPort);
    this.byPort.set(this.nextPort, endpoint);
    return endpoint;
  }
}

/** One TCP connection between the two. */
class FakeConnection implements Wire {
  readonly net: Internet;
  readonly by: ConnectedBy;
  readonly novice: FakeNoviceEndpoint;
  readonly expert: FakeExpertEndpoint;
  noviceLink: FakeNoviceLink | undefined;
  expertLink: FakeExpertLink | undefined;
  over = false;
  private readonly timers = new Set<() => void>();

  constructor(net: Internet, by: ConnectedBy, novice: FakeNoviceEndpoint, expert: FakeExpertEndpoint) {
    this.net = net;
    this.by = by;
    this.novice = novice;
    this.expert = expert;
    net.connections.add(this);
    novice.connections.add(this);
    expert.connections.add(this);
    this.later(() => expert.arrived(this), net.connectMs[by]);
  }

  /** What is on the wire; gone with the connection. */
  later(run: () => void, delayMs = this.net.latencyMs): void {
    if (this.over) return;
    const cancel = this.net.clock.after(delayMs, () => {
      this.timers.delete(cancel);
      run();
    });
    this.timers.add(cancel);
  }

  end(forNovice: LinkEnd, forExpert: LinkEnd): void {
    if (this.over) return;
    this.over = true;
    for (const cancel of this.timers) cancel();
    this.net.connections.delete(this);
    this.novice.connections.delete(this);
    this.expert.connections.delete(this);
    this.noviceLink?.ended(forNovice);
    this.expertLink?.ended(forExpert);
  }

  address(of: { readonly host: string; readonly port: number }): SessionConnection {
    return { by: this.by, address: `${of.host}:${of.port}` };
  }
}

class FakeNoviceEndpoint implements NoviceEndpoint {
  readonly net: Internet;
  readonly host: string;
  readonly port: number;
  readonly pin = PIN;
  readonly certificate = PIN;
  readonly sessionId: Uint8Array;
  readonly addresses: readonly HostPort[];
  readonly connections = new Set<FakeConnection>();
  private readonly emitter = new Emitter<NoviceEndpointEvent>();
  private readonly timers = new Set<() => void>();

  constructor(net: Internet, host: string, port: number, sessionId: Uint8Array) {
    this.net = net;
    this.host = host;
    this.port = port;
    this.sessionId = sessionId;
    this.addresses = [{ host, port }];
    net.noviceEndpoints.push(this);
  }

  onEvent(listener: (event: NoviceEndpointEvent) => void): () => void {
    return this.emitter.on(listener);
  }

  dial(addresses: readonly HostPort[]): void {
    for (const { host, port } of addresses) {
      const target = this.net.byPort.get(port);
      if (target instanceof FakeExpertEndpoint && target.host === host && this.net.reachable(this.host, host)) {
        new FakeConnection(this.net, 'reverse', this, target);
        this.emitter.emit({ tag: 'attempt', by: 'reverse', address: `${host}:${port}` });
      } else {
        const cancel = this.net.clock.after(this.net.failMs, () => {
          this.timers.delete(cancel);
          this.emitter.emit({ tag: 'dialFailed' });
        });
        this.timers.add(cancel);
      }
    }
  }

  attempt(connection: FakeConnection): void {
    this.emitter.emit({ tag: 'attempt', by: connection.by, address: `${connection.expert.host}:1` });
  }

  /** The session id has come on this connection. */
  presented(connection: FakeConnection): void {
    this.shut(connection);
    const link = new FakeNoviceLink(connection, connection.address(connection.expert));
    connection.noviceLink = link;
    this.net.novices.push(link);
    this.emitter.emit({ tag: 'presented', link });
  }

  close(): Promise<void> {
    this.shut(undefined);
    return Promise.resolve();
  }

  private shut(keep: FakeConnection | undefined): void {
    this.net.byPort.delete(this.port);
    for (const cancel of this.timers) cancel();
    this.timers.clear();
    for (const connection of this.connections) {
      if (connection !== keep && connection.noviceLink === undefined) connection.end('lost', 'lost');
    }
  }
}

class FakeExpertEndpoint implements ExpertEndpoint {
  readonly net: Internet;
  readonly channels: readonly Channel[];
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly HostPort[];
  readonly connections = new Set<FakeConnection>();
  private readonly emitter = new Emitter<ExpertEndpointEvent>();
  private readonly timers = new Set<() => void>();
  private readonly held: FakeConnection[] = [];
  private ticket: Parameters<ExpertEndpoint['expect']>[0] | undefined;
  private over = false;

  constructor(net: Internet, host: string, port: number, channels: readonly Channel[]) {
    this.channels = channels;
    this.net = net;
    this.host = host;
    this.port = port;
    this.addresses = [{ host, port }];
    net.expertEndpoints.push(this);
  }

  onEvent(listener: (event: ExpertEndpointEvent) => void): () => void {
    return this.emitter.on(listener);
  }

  expect(ticket: Parameters<ExpertEndpoint['expect']>[0]): void {
    this.ticket = ticket;
    for (const connection of this.held.splice(0)) this.verify(connection);
  }

  forward(): void {
    for (const { host, port } of this.ticket?.addresses ?? []) {
      const target = this.net.byPort.get(port);
      if (target instanceof FakeNoviceEndpoint && target.host === host && this.net.reachable(this.host, host)) {
        const connection = new FakeConnection(this.net, 'forward', target, this);
        target.attempt(connection);
      } else {
        const cancel = this.net.clock.after(this.net.failMs, () => {
          this.timers.delete(cancel);
          this.emitter.emit({ tag: 'dialFailed' });
        });
        this.timers.add(cancel);
      }
    }
  }

  /** TCP and TLS are up on this connection. */
  arrived(connection: FakeConnection): void {
    if (this.over) return connection.end('lost', 'lost');
    if (connection.by === 'reverse') this.emitter.emit({ tag: 'attempt', by: 'reverse', address: `${connection.novice.host}:1` });
    if (this.ticket === undefined) this.held.push(connection);
    else this.verify(connection);
  }

  private verify(connection: FakeConnection): void {
    if (this.over || connection.over) return;
    if (this.net.wrongPin.has(connection.by)) {
      this.emitter.emit({
        tag: 'refused',
        by: connection.by,
        address: 'x:1',
        error: new ConnectionError('PIN_MISMATCH', 'another certificate'),
      });
      connection.end('lost', 'lost');
      return;
    }
    this.shut(connection);
    const link = new FakeExpertLink(connection, connection.address(connection.novice), this.channels);
    connection.expertLink = link;
    this.net.experts.push(link);
    this.emitter.emit({ tag: 'verified', link });
    connection.later(() => {
      link.emitter.emit({ tag: 'presented' });
      connection.novice.presented(connection);
    });
  }

  close(): Promise<void> {
    this.shut(undefined);
    return Promise.resolve();
  }

  private shut(keep: FakeConnection | undefined): void {
    this.over = true;
    this.net.byPort.delete(this.port);
    for (const cancel of this.timers) cancel();
    this.timers.clear();
    for (const connection of this.connections) {
      if (connection !== keep && connection.expertLink === undefined) connection.end('lost', 'lost');
    }
  }
}
