import type { Clock } from '../../src/main/clock.ts';
import type {
  ConnectionErrorCode,
  ConnectionRoom,
  ExpectedNovice,
  ExpertEndpoint,
  ExpertEndpointEvent,
  ExpertOptions,
  LinkEnd,
  NoviceEndpoint,
  NoviceEndpointEvent,
  NoviceIdentity,
  NoviceOptions,
  RaceEvent,
} from '../../src/main/connection/contract.ts';
import { ConnectionError } from '../../src/main/connection/contract.ts';
import { WAYS } from '../../src/main/connection/ways/ways.ts';
import type { NoDoor, Role, SessionConnection, WayFailure, WayId } from '../../src/protocol/assistance/status.ts';
import { type WayPlan, type WayTicket, moreTelling, planOf } from '../../src/protocol/assistance/ways.ts';
import { NOTES_CHANNEL } from '../../src/protocol/rdp/channels/notes.ts';
import type { Channel } from '../../src/protocol/rdp/channels/contract.ts';
import type { GraphicsSettings } from '../../src/protocol/rdp/graphics/contract.ts';
import type { InMemoryInternet } from './in-memory-internet.ts';
import { FakeExpertLink, FakeNoviceLink, type Wire } from './in-memory-link.ts';
import { Emitter } from '../../src/main/emitter.ts';

/* TCP and TLS without either: two `ConnectionRoom`s on one virtual network. The expert decides which connection wins, as the real one does. */

const DEFAULT_CONNECT_MS = 20;
const PLANS: readonly WayPlan[] = WAYS.map(planOf);

export function createInMemoryInternet(clock: Clock): InMemoryInternet & { readonly noviceEndpoints: readonly FakeNoviceEndpoint[] } {
  return new Internet(clock);
}

class Internet implements InMemoryInternet {
  readonly clock: Clock;
  reachable: (from: string, to: string) => boolean = () => true;
  connectMs: Readonly<Record<WayId, number>> = {};
  failMs = 100;
  opening: (host: string) => Promise<void> = () => Promise.resolve();
  relays = false;
  latencyMs = 5;
  wrongPin: ReadonlySet<WayId> = new Set();
  channels: readonly string[] = ['encomsp', NOTES_CHANNEL];
  graphics: GraphicsSettings = {
    encoder: { name: 'planar', scrollCopies: false, skipAlpha: true, maxPduBytes: 16_000 },
    acknowledgement: 'marked',
  };
  readonly byPort = new Map<number, FakeNoviceEndpoint | FakeExpertEndpoint>();
  readonly noviceEndpoints: FakeNoviceEndpoint[] = [];
  readonly connections = new Set<FakeConnection>();
  readonly novices: FakeNoviceLink[] = [];
  readonly experts: FakeExpertLink[] = [];
  readonly prepared: string[] = [];
  noDoor: Readonly<Record<string, NoDoor>> = {};
  private readonly places = new Map<string, string>();
  private readonly failing = new Set<string>();
  private nextPort = 50_000;
  private nextSession = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  room(host: string): ConnectionRoom {
    return {
      ways: PLANS,
      prepare: () => void this.prepared.push(host),
      openNovice: (signal, options) =>
        this.open(host, signal, (place, port) => new FakeNoviceEndpoint(this, place, port, options?.sessionId ?? this.secret(), options)),
      openExpert: (options, signal) => this.open(host, signal, (place, port) => new FakeExpertEndpoint(this, place, port, options)),
    };
  }

  move(host: string, to: string): void {
    this.places.set(host, to);
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

  private secret(): Uint8Array {
    this.nextSession += 1;
    return new Uint8Array(32).fill(this.nextSession & 0xff).fill(0xaa, 0, 4);
  }

  private async open<T extends FakeNoviceEndpoint | FakeExpertEndpoint>(
    host: string,
    signal: AbortSignal,
    make: (place: string, port: number) => T,
  ): Promise<T> {
    await this.opening(host);
    if (this.failing.delete(host)) throw new ConnectionError('NO_PORT', 'no port');
    if (signal.aborted) throw new ConnectionError('ABORTED', 'aborted');
    this.nextPort += 1;
    const endpoint = make(this.places.get(host) ?? host, this.nextPort);
    this.byPort.set(this.nextPort, endpoint);
    signal.addEventListener('abort', () => void endpoint.close(), { once: true });
    return endpoint;
  }
}

/** One connection between the two, on a way. */
class FakeConnection implements Wire {
  readonly net: Internet;
  readonly by: WayId;
  readonly novice: FakeNoviceEndpoint;
  readonly expert: FakeExpertEndpoint;
  noviceLink: FakeNoviceLink | undefined;
  expertLink: FakeExpertLink | undefined;
  over = false;
  private readonly timers = new Set<() => void>();

  constructor(net: Internet, by: WayId, novice: FakeNoviceEndpoint, expert: FakeExpertEndpoint) {
    this.net = net;
    this.by = by;
    this.novice = novice;
    this.expert = expert;
    net.connections.add(this);
    novice.connections.add(this);
    expert.connections.add(this);
    this.later(() => {
      novice.heard({ tag: 'attempt', by, address: expert.address });
      if (!this.over) expert.arrived(this);
    }, net.connectMs[by] ?? DEFAULT_CONNECT_MS);
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
    if (!this.shut()) return;
    this.noviceLink?.ended(forNovice);
    this.expertLink?.ended(forExpert);
    if (this.noviceLink === undefined) this.novice.lost(this, 'SOCKET');
    if (this.expertLink === undefined) this.expert.lost(this, 'SOCKET');
  }

  /** One side closes it because the other is not who it should be. */
  refuse(side: Role, code: 'PIN_MISMATCH' | 'WRONG_SESSION_ID'): void {
    if (!this.shut()) return;
    if (side === 'novice') this.novice.lost(this, code);
    else this.expert.lost(this, code);
    this.expertLink?.ended('lost');
    if (side === 'expert') this.novice.lost(this, 'SOCKET');
  }

  private shut(): boolean {
    if (this.over) return false;
    this.over = true;
    for (const cancel of this.timers) cancel();
    this.net.connections.delete(this);
    this.novice.connections.delete(this);
    this.expert.connections.delete(this);
    return true;
  }

  /** The connection as that side has it. */
  seenFrom(side: Role): SessionConnection {
    const address = side === 'novice' ? this.expert.address : this.novice.address;
    return { by: this.by, address, ...(PLANS.some(({ id, proxied }) => id === this.by && proxied) ? { relayed: true } : {}) };
  }
}

/** What both ends share: a ticket, reaching for the other side, putting away. */
abstract class FakeEndpoint<Ticket extends WayTicket, Event> {
  readonly net: Internet;
  readonly ticket: WayTicket;
  readonly noDoor: NoDoor | undefined;
  readonly connections = new Set<FakeConnection>();
  readonly emitter = new Emitter<Event | RaceEvent>();
  over = false;
  protected theirs: Ticket | undefined;
  private readonly role: Role;
  readonly host: string;
  private readonly port: number;
  private readonly timers = new Set<() => void>();
  /** What is still being tried on each way that this side reaches, and what went wrong. */
  private readonly tries = new Map<WayId, { left: number; failure?: WayFailure }>();

  constructor(role: Role, net: Internet, host: string, port: number) {
    this.role = role;
    this.net = net;
    this.host = host;
    this.port = port;
    this.ticket = { addresses: [{ host, port }] };
    this.noDoor = net.noDoor[host];
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  onEvent(listener: (event: Event | RaceEvent) => void): () => void {
    return this.emitter.on(listener);
  }

  expect(ticket: Ticket): void {
    if (!this.over) this.theirs ??= ticket;
  }

  moved(ticket: WayTicket): void {
    if (this.theirs !== undefined) this.theirs = { ...this.theirs, ...ticket };
  }

  reach(way: WayId): void {
    const { theirs, net } = this;
    if (theirs === undefined || this.over) return;
    const plan = PLANS.find(({ id }) => id === way);
    const relayed = plan?.signals === true;
    if (plan === undefined || (relayed && !net.relays)) return this.heard({ tag: 'wayFailed', by: way, failure: 'unavailable' });
    const { addresses } = theirs;
    this.tries.set(way, { left: addresses.length });
    if (addresses.length === 0) this.heard({ tag: 'wayFailed', by: way, failure: 'unreachable' });
    for (const { host, port } of addresses) {
      const target = net.byPort.get(port);
      if (target?.host === host && (relayed || net.reachable(this.host, host)) && this.connect(way, target)) continue;
      const cancel = net.clock.after(net.failMs, () => {
        this.timers.delete(cancel);
        this.refused(way, `${host}:${port}`, 'SOCKET', 'unreachable');
      });
      this.timers.add(cancel);
    }
  }

  /** No way here has anything to say. */
  signal(): void {}

  heard(event: RaceEvent): void {
    if (!this.over) this.emitter.emit(event);
  }

  /** A connection that is no link has ended. */
  lost(connection: FakeConnection, code: ConnectionErrorCode): void {
    this.refused(connection.by, connection.seenFrom(this.role).address, code, code === 'SOCKET' ? 'broken' : 'stranger');
  }

  close(): Promise<void> {
    this.shut(undefined);
    return Promise.resolve();
  }

  /** False when that is nobody to connect to. */
  protected abstract connect(way: WayId, target: FakeNoviceEndpoint | FakeExpertEndpoint): boolean;

  /** Closes all but this connection and what is a link. */
  protected shut(keep: FakeConnection | undefined): void {
    this.over = true;
    this.net.byPort.delete(this.port);
    for (const cancel of this.timers) cancel();
    this.timers.clear();
    for (const connection of this.connections) {
      const link = this.role === 'novice' ? connection.noviceLink : connection.expertLink;
      if (connection !== keep && link === undefined) connection.end('lost', 'lost');
    }
  }

  private refused(by: WayId, address: string, code: ConnectionErrorCode, failure: WayFailure): void {
    this.heard({ tag: 'refused', by, address, error: new ConnectionError(code, 'refused'), failure });
    const tries = this.tries.get(by);
    if (tries === undefined) return;
    tries.left -= 1;
    tries.failure = moreTelling(tries.failure, failure);
    if (tries.left === 0) this.heard({ tag: 'wayFailed', by, failure: tries.failure });
  }
}

class FakeNoviceEndpoint extends FakeEndpoint<WayTicket, NoviceEndpointEvent> implements NoviceEndpoint {
  readonly pin: Uint8Array;
  readonly certificate: Uint8Array;
  readonly sessionId: Uint8Array;
  private readonly standing: boolean;
  private readonly returning: boolean;
  private taken = false;

  constructor(net: Internet, host: string, port: number, secret: Uint8Array, options: NoviceOptions = {}) {
    super('novice', net, host, port);
    this.sessionId = secret;
    this.pin = options.identity?.pin ?? secret.map((byte) => byte ^ 0xff);
    this.certificate = this.pin;
    this.standing = options.standing ?? false;
    this.returning = options.returning ?? false;
    net.noviceEndpoints.push(this);
  }

  get identity(): NoviceIdentity {
    return { pin: this.pin };
  }

  /** A session id has come on this connection. */
  presented(connection: FakeConnection, sessionId: Uint8Array): void {
    if (this.over || this.taken || !same(sessionId, this.sessionId)) return connection.refuse('novice', 'WRONG_SESSION_ID');
    const link = new FakeNoviceLink(connection, connection.seenFrom('novice'));
    connection.noviceLink = link;
    this.net.novices.push(link);
    if (this.returning) {
      this.emitter.emit({ tag: 'presented', link });
      return;
    }
    if (!this.standing) {
      this.shut(connection);
      this.emitter.finish({ tag: 'presented', link });
      return;
    }
    this.taken = true;
    link.onEvent(({ tag }) => (this.taken &&= tag !== 'ended'));
    this.emitter.emit({ tag: 'presented', link });
  }

  protected connect(way: WayId, target: FakeNoviceEndpoint | FakeExpertEndpoint): boolean {
    if (!(target instanceof FakeExpertEndpoint)) return false;
    new FakeConnection(this.net, way, this, target);
    return true;
  }
}

class FakeExpertEndpoint extends FakeEndpoint<ExpectedNovice, ExpertEndpointEvent> implements ExpertEndpoint {
  private readonly held: FakeConnection[] = [];

  private readonly channels: readonly Channel[];
  private readonly patienceMs: (remote: string) => number;

  constructor(net: Internet, host: string, port: number, { channels = [], patienceMs = () => 0 }: ExpertOptions) {
    super('expert', net, host, port);
    this.channels = channels;
    this.patienceMs = patienceMs;
  }

  override expect(ticket: ExpectedNovice): void {
    super.expect(ticket);
    for (const connection of this.held.splice(0)) this.verify(connection);
  }

  /** The way has given a connection; the handshake is next. */
  arrived(connection: FakeConnection): void {
    this.heard({ tag: 'attempt', by: connection.by, address: connection.novice.address });
    const patienceMs = this.patienceMs(connection.novice.host);
    if (this.theirs === undefined) this.held.push(connection);
    else if (patienceMs > 0) connection.later(() => this.verify(connection), patienceMs);
    else this.verify(connection);
  }

  protected connect(way: WayId, target: FakeNoviceEndpoint | FakeExpertEndpoint): boolean {
    if (!(target instanceof FakeNoviceEndpoint)) return false;
    new FakeConnection(this.net, way, target, this);
    return true;
  }

  private verify(connection: FakeConnection): void {
    const { theirs } = this;
    if (this.over || connection.over || theirs === undefined || !('pin' in theirs)) return;
    const { novice, by } = connection;
    if (this.net.wrongPin.has(by) || !same(theirs.pin, novice.pin)) return connection.refuse('expert', 'PIN_MISMATCH');
    this.shut(connection);
    const link = new FakeExpertLink(connection, connection.seenFrom('expert'), this.channels);
    connection.expertLink = link;
    this.net.experts.push(link);
    this.emitter.finish({ tag: 'verified', link });
    connection.later(() => {
      link.emitter.emit({ tag: 'presented' });
      novice.presented(connection, theirs.sessionId);
    });
  }
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}
