import type { AgainNovice } from '../../protocol/assistance/again-channels.ts';
import type { SessionConnection } from '../../protocol/assistance/status.ts';
import type { Search } from '../../protocol/assistance/reconnection.ts';
import type { HostPort } from '../../protocol/host-port.ts';
import type { LinkEnd, NoviceEndpoint, NoviceLink } from '../connection/contract.ts';
import type { RandomBytes } from '../../protocol/trust/random.ts';
import type { AssistanceParts } from './contract.ts';
import { type Courier, RaceByLetters } from './race-by-letters.ts';
import type { Scope } from './scope.ts';
import { BetterWay, knownWays } from './better-way.ts';
import { isLost, RunningSearch } from './search.ts';
import { StandingEndpoint } from './standing-endpoint.ts';

export interface NoviceReturnParts extends Pick<AssistanceParts, 'clock' | 'connection' | 'network'> {
  /** The session's. */
  readonly scope: Scope;
  /** The expert of this session has come on another connection. */
  readonly arrived: (link: NoviceLink) => void;
  readonly random: RandomBytes;
  /** Nobody holds anything that another connection would take away. */
  readonly mayMove: () => boolean;
  readonly changed: () => void;
  readonly gaveUp: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * The novice's part in finding each other again (docs/decisions/0047): from the yes on a door stands open that only the expert of this session knows,
 * and when the connection is missing this side calls where the expert was last.
 */
export class NoviceReturn {
  private readonly parts: NoviceReturnParts;
  private readonly search: RunningSearch;
  private readonly better: BetterWay;
  private readonly standing: StandingEndpoint<NoviceEndpoint>;
  private current: SessionConnection | undefined;
  private channel: AgainNovice | undefined;
  private theirs: readonly HostPort[] | undefined;
  private able = false;
  private courier: Courier | undefined;
  private letters: RaceByLetters<NoviceEndpoint> | undefined;

  constructor(parts: NoviceReturnParts) {
    this.parts = parts;
    const { clock, changed, gaveUp, network, onError, scope } = parts;
    this.standing = new StandingEndpoint({
      network,
      open: (before) => this.openEndpoint(before),
      close: (endpoint) => endpoint.close(),
      opened: (endpoint) => {
        this.follow(endpoint);
        this.write();
        this.expect();
        this.sayDoor();
        if (this.now !== undefined) this.tryAll();
      },
      isWanted: () => true,
      onError,
    });
    this.search = new RunningSearch(clock, {
      tryAll: () => this.tryAll(),
      tryMessenger: () => this.letters?.begin(),
      settled: () => this.letters?.settle(),
      changed,
      gaveUp,
    });
    this.better = new BetterWay(clock, () => {
      if (this.able && this.now === undefined && parts.mayMove()) this.tryAll();
    });
    scope.add(() => this.search.stop());
    scope.add(() => this.better.stop());
    if (network !== undefined) scope.add(network.onChange(() => this.onNetwork()));
  }

  /** What carries letters to the expert while there is no connection. */
  use(courier: Courier): void {
    this.courier = courier;
    this.write();
  }

  /** While the expert is missing. */
  get now(): Search | undefined {
    return this.search.now;
  }

  /** The session goes over this connection from here on. `typed`: so much has come of what the expert typed before. */
  over(connection: SessionConnection, channel: AgainNovice, typed: number): void {
    this.current = connection;
    this.channel = channel;
    channel.tell({
      able: () => {
        this.able = true;
        channel.sayDone(typed);
        if (this.standing.now === undefined) void this.standing.open();
        else this.sayDoor();
      },
      addresses: (addresses) => {
        this.theirs = addresses;
        this.expect();
      },
    });
    this.search.tell({ tag: 'found' });
    this.better.follow(connection);
  }

  line(silent: boolean): void {
    if (this.able) this.search.tell({ tag: 'line', silent });
  }

  /** The connection has ended. False where that is what the expert wants, or their program cannot come again. */
  ended(end: LinkEnd): boolean {
    if (!this.able || !isLost(end)) return false;
    this.search.tell({ tag: 'lost' });
    return true;
  }

  private sayDoor(): void {
    const { channel } = this;
    const { now: endpoint } = this.standing;
    if (endpoint !== undefined) channel?.sayDoor({ sessionId: endpoint.sessionId, pin: endpoint.pin }, endpoint.ticket.addresses);
  }

  private expect(): void {
    const { theirs } = this;
    const { now: endpoint } = this.standing;
    if (theirs === undefined) return;
    endpoint?.expect({ addresses: theirs });
    endpoint?.moved({ addresses: theirs });
  }

  private tryAll(): void {
    const { parts } = this;
    const { now: endpoint } = this.standing;
    if (endpoint === undefined) void this.standing.open();
    else this.standing.keepUp();
    if (endpoint !== undefined) for (const way of knownWays(parts.connection.ways, 'novice')) endpoint.reach(way);
  }

  /** As soon as there is something to seal letters with. */
  private write(): void {
    const { courier, parts } = this;
    const { now: endpoint } = this.standing;
    if (courier === undefined || endpoint === undefined || this.letters !== undefined) return;
    const { sessionId, identity } = endpoint;
    const letters = new RaceByLetters({
      role: 'novice',
      clock: parts.clock,
      random: parts.random,
      ways: parts.connection.ways,
      wasRelayed: () => this.current?.relayed === true,
      courier,
      secret: sessionId,
      isSearching: () => this.now !== undefined,
      open: async () => {
        const options = { returning: true, sessionId, identity, reach: courier.reach };
        const racing = await parts.scope.open((signal) => parts.connection.openNovice(signal, options));
        if (racing !== undefined) this.follow(racing);
        return racing;
      },
      expect: (racing, ticket) => racing.expect(ticket),
      onError: parts.onError,
    });
    this.letters = letters;
    parts.scope.add(() => letters.stop());
  }

  private follow(endpoint: NoviceEndpoint): void {
    const { scope, arrived } = this.parts;
    scope.add(
      endpoint.onEvent((event) => {
        if (event.tag === 'presented') arrived(event.link);
      }),
    );
  }

  /** For the same expert as the one before. */
  private openEndpoint(before: NoviceEndpoint | undefined): Promise<NoviceEndpoint | undefined> {
    const { scope, connection } = this.parts;
    const same = before === undefined ? {} : { sessionId: before.sessionId, identity: before.identity };
    return scope.open((signal) => connection.openNovice(signal, { returning: true, wordless: true, ...same }));
  }

  private onNetwork(): void {
    if (!this.able) return;
    this.standing.keepUp();
    this.search.tell({ tag: 'networkChanged' });
  }
}
