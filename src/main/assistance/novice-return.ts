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
  private endpoint: NoviceEndpoint | undefined;
  private current: SessionConnection | undefined;
  private channel: AgainNovice | undefined;
  private theirs: readonly HostPort[] | undefined;
  private opening = false;
  private able = false;
  private courier: Courier | undefined;
  private letters: RaceByLetters<NoviceEndpoint> | undefined;
  private openedOn: readonly string[] = [];

  constructor(parts: NoviceReturnParts) {
    this.parts = parts;
    const { clock, changed, gaveUp, network, scope } = parts;
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
        if (this.endpoint === undefined) void this.open();
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
    const { endpoint, channel } = this;
    if (endpoint !== undefined) channel?.sayDoor({ sessionId: endpoint.sessionId, pin: endpoint.pin }, endpoint.ticket.addresses);
  }

  private expect(): void {
    const { endpoint, theirs } = this;
    if (theirs === undefined) return;
    endpoint?.expect({ addresses: theirs });
    endpoint?.moved({ addresses: theirs });
  }

  private tryAll(): void {
    const { endpoint, parts } = this;
    if (endpoint === undefined || this.isElsewhere) void this.open();
    if (endpoint !== undefined) for (const way of knownWays(parts.connection.ways, 'novice')) endpoint.reach(way);
  }

  /** As soon as there is something to seal letters with. */
  private write(): void {
    const { courier, endpoint, parts } = this;
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

  /** Once more on the addresses of today, for the same expert. */
  private async open(): Promise<void> {
    const { parts, endpoint: before } = this;
    if (this.opening) return;
    this.opening = true;
    const on = parts.network?.addresses() ?? [];
    const same = before === undefined ? {} : { sessionId: before.sessionId, identity: before.identity };
    try {
      const endpoint = await parts.scope.open((signal) =>
        parts.connection.openNovice(signal, { returning: true, wordless: true, ...same }),
      );
      if (endpoint === undefined) return;
      this.endpoint = endpoint;
      this.openedOn = on;
      this.follow(endpoint);
      this.write();
      void before?.close();
      this.expect();
      this.sayDoor();
      if (this.now !== undefined) this.tryAll();
    } catch (error) {
      // Without a network there is nothing to listen on: it is tried again.
      parts.onError(error);
      return;
    } finally {
      this.opening = false;
    }
    // While it opened, another address has come.
    if (this.isElsewhere) void this.open();
  }

  /** This computer has an address on which nothing listens: what listens on one that has gone hears again when it is back. */
  private get isElsewhere(): boolean {
    return this.parts.network?.addresses().some((address) => !this.openedOn.includes(address)) === true;
  }

  private onNetwork(): void {
    if (!this.able) return;
    if (this.isElsewhere) void this.open();
    this.search.tell({ tag: 'networkChanged' });
  }
}
