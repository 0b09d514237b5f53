import type { AgainExpertTold } from '../../protocol/assistance/again-channels.ts';
import type { Door } from '../../protocol/assistance/again-messages.ts';
import type { Search } from '../../protocol/assistance/reconnection.ts';
import type { SessionConnection } from '../../protocol/assistance/status.ts';
import type { HostPort } from '../../protocol/host-port.ts';
import type { ExpertEndpoint, ExpertLink, ExpertLinkEvent, ExpertOptions, LinkEnd } from '../connection/contract.ts';
import type { RandomBytes } from '../../protocol/trust/random.ts';
import type { AssistanceParts } from './contract.ts';
import { type Courier, RaceByLetters } from './race-by-letters.ts';
import type { Scope } from './scope.ts';
import { BetterWay, knownWays } from './better-way.ts';
import { isLost, RunningSearch } from './search.ts';
import { StandingEndpoint } from './standing-endpoint.ts';
import type { ExpertChannels } from './session-channels.ts';

/** From the novice's certificate to an active connection; after that another one is tried. */
const ACTIVE_DEADLINE_MS = 6_000;

/** So long a new connection waits for the silent one: TCP tries again after as long as the hole was, and every six seconds in a long one. */
const SAME_LINE_MS = 2_500;
/** A line that has just come back is not given up for a call that was begun before. */
const BACK_HOLDS_MS = 5_000;

/** Another connection of the session, which may carry it from here on. */
export interface NextConnection {
  readonly link: ExpertLink;
  readonly channels: ExpertChannels;
  readonly active: Extract<ExpertLinkEvent, { tag: 'active' }>;
}

export interface ExpertReturnParts extends Pick<AssistanceParts, 'clock' | 'connection' | 'engine' | 'network' | 'userName'> {
  /** The session's. */
  readonly scope: Scope;
  readonly random: RandomBytes;
  /** Fresh ones for one more connection. */
  readonly channels: () => ExpertChannels;
  /** The novice has let this side in on another connection. */
  readonly arrived: (next: NextConnection) => void;
  /** From here on this side can find the novice again. */
  readonly ready: () => void;
  /** There is no connection any more. */
  readonly lost: () => void;
  /** The novice has ended the session on a connection that had not been taken yet. */
  readonly refused: (end: Extract<ExpertLinkEvent, { tag: 'ended' }>) => void;
  /** Nobody holds anything that another connection would take away. */
  readonly mayMove: () => boolean;
  readonly changed: () => void;
  readonly gaveUp: () => void;
  readonly onError: (error: unknown) => void;
}

interface Opened {
  readonly endpoint: ExpertEndpoint;
  readonly channels: ExpertChannels;
}

/** The expert's part in finding each other again (docs/decisions/0047): knocks at the novice's door, and listens itself meanwhile. */
export class ExpertReturn {
  /** For the channels of every connection. */
  readonly told: Pick<AgainExpertTold, 'door' | 'addresses'> = {
    door: (door) => this.onDoor(door),
    addresses: (addresses) => {
      this.theirs = addresses;
      this.expect();
    },
  };
  private readonly parts: ExpertReturnParts;
  private readonly search: RunningSearch;
  private readonly better: BetterWay;
  private door: Door | undefined;
  private theirs: readonly HostPort[] = [];
  private readonly standing: StandingEndpoint<Opened>;
  private candidate: ExpertLink | undefined;
  /** The connection before has ended while there was a candidate. */
  private endedMeanwhile = false;
  private current: ExpertChannels | undefined;
  private courier: Courier | undefined;
  private letters: RaceByLetters<ExpertEndpoint> | undefined;
  private currentConnection: SessionConnection | undefined;
  /** The addresses of this computer when the connection came about. */
  private currentOn: readonly string[] = [];
  private backAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ExpertReturnParts) {
    this.parts = parts;
    const { clock, changed, gaveUp, network, onError, scope } = parts;
    this.standing = new StandingEndpoint({
      network,
      open: () => this.openEndpoint({ wordless: true }),
      close: ({ endpoint }) => endpoint.close(),
      opened: () => {
        this.expect();
        this.sayAddresses();
        if (this.now !== undefined) this.tryAll();
      },
      isWanted: () => this.candidate === undefined,
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
      if (this.door !== undefined && this.now === undefined && parts.mayMove()) this.tryAll();
    });
    scope.add(() => this.search.stop());
    scope.add(() => this.better.stop());
    scope.add(() => this.candidate?.close());
    if (network !== undefined) scope.add(network.onChange(() => this.onNetwork()));
  }

  /** What carries letters to the novice while there is no connection. */
  use(courier: Courier): void {
    this.courier = courier;
    this.write();
  }

  /** While the novice is missing. */
  get now(): Search | undefined {
    return this.search.now;
  }

  /** The session goes over this connection, with these channels, from here on. */
  over(connection: SessionConnection, channels: ExpertChannels): void {
    this.current = channels;
    this.currentConnection = connection;
    this.currentOn = this.parts.network?.addresses() ?? [];
    this.sayAddresses();
    this.search.tell({ tag: 'found' });
    this.better.follow(connection);
  }

  line(silent: boolean): void {
    if (!silent) this.backAtMs = this.parts.clock.monotonicMs();
    if (this.door !== undefined) this.search.tell({ tag: 'line', silent });
  }

  /** The connection has ended. False where that is what the novice wants, or their program has shown no door. */
  ended(end: LinkEnd): boolean {
    if (this.door === undefined) return false;
    // The novice is just letting this side in on another one: that may have been the reason.
    if (this.candidate !== undefined) this.endedMeanwhile = true;
    else if (isLost(end)) this.miss();
    else return false;
    return true;
  }

  private onDoor(door: Door): void {
    if (this.door === undefined) this.parts.ready();
    this.door ??= door;
    this.write();
    if (this.standing.now === undefined) void this.standing.open();
  }

  /** As soon as there is something to seal letters with. */
  private write(): void {
    const { courier, door, parts } = this;
    if (courier === undefined || door === undefined || this.letters !== undefined) return;
    const letters = new RaceByLetters({
      role: 'expert',
      clock: parts.clock,
      random: parts.random,
      ways: parts.connection.ways,
      wasRelayed: () => this.currentConnection?.relayed === true,
      courier,
      secret: door.sessionId,
      isSearching: () => this.now !== undefined && this.candidate === undefined,
      open: async () =>
        (await this.openEndpoint({ reach: courier.reach, relayedAtOnce: this.currentConnection?.relayed === true }))?.endpoint,
      expect: (racing, ticket) => racing.expect({ ...door, ...ticket }),
      onError: parts.onError,
    });
    this.letters = letters;
    parts.scope.add(() => letters.stop());
  }

  private async openEndpoint(more: Partial<ExpertOptions>): Promise<Opened | undefined> {
    const { parts } = this;
    const channels = parts.channels();
    const options: ExpertOptions = {
      engine: parts.engine(),
      userName: parts.userName(),
      channels: channels.list,
      patienceMs: (remote) => this.patienceMs(remote),
      ...more,
    };
    const endpoint = await parts.scope.open((signal) => parts.connection.openExpert(options, signal));
    if (endpoint === undefined) return undefined;
    parts.scope.add(
      endpoint.onEvent((event) => {
        if (event.tag === 'verified') this.onVerified(event.link, channels);
      }),
    );
    return { endpoint, channels };
  }

  private sayAddresses(): void {
    const { current } = this;
    const { now: opened } = this.standing;
    if (opened !== undefined) current?.again.sayAddresses(opened.endpoint.ticket.addresses);
  }

  private expect(): void {
    const { door, theirs } = this;
    const { now: opened } = this.standing;
    if (door === undefined) return;
    opened?.endpoint.expect({ ...door, addresses: theirs });
    opened?.endpoint.moved({ addresses: theirs });
  }

  private tryAll(): void {
    const { parts } = this;
    const { now: opened } = this.standing;
    if (this.candidate !== undefined) return;
    if (opened === undefined) void this.standing.open();
    else this.standing.keepUp();
    if (opened !== undefined) for (const way of knownWays(parts.connection.ways, 'expert')) opened.endpoint.reach(way);
  }

  /** An endpoint finds one novice. Nobody is needed where nobody is missing. */
  private onVerified(link: ExpertLink, channels: ExpertChannels): void {
    if (this.standing.now?.channels === channels) this.standing.spend();
    if (this.candidate !== undefined || !this.isWanted(link.connection)) {
      void link.close();
      void this.standing.open();
      return;
    }
    this.candidate = link;
    this.endedMeanwhile = false;
    const { clock, scope, arrived, refused } = this.parts;
    let late = false;
    const cancel = clock.after(ACTIVE_DEADLINE_MS, () => {
      late = true;
      void link.close();
    });
    scope.add(cancel);
    const settled = (): void => {
      cancel();
      this.candidate = undefined;
      void this.standing.open();
    };
    const off = link.onEvent((event) => {
      if (event.tag === 'active') {
        off();
        settled();
        arrived({ link, channels, active: event });
      } else if (event.tag === 'ended') {
        settled();
        if (!late && !isLost(event.end)) refused(event);
        else if (this.endedMeanwhile) this.miss();
      }
    });
  }

  /**
   * Between the same two addresses the silent connection may come back now that the network has: it is the one that keeps control and what was typed.
   */
  private patienceMs(remote: string): number {
    const { search, currentConnection, currentOn, parts } = this;
    const currentAddress = currentConnection?.address ?? '';
    if (search.now === undefined || search.lost) return 0;
    const own = parts.network?.addresses();
    const isSame =
      (currentAddress.startsWith(`${remote}:`) || currentAddress.startsWith(`[${remote}]:`)) &&
      (own === undefined || currentOn.every((address) => own.includes(address)));
    return isSame ? SAME_LINE_MS : 0;
  }

  private miss(): void {
    this.parts.lost();
    this.search.tell({ tag: 'lost' });
  }

  /** While the novice is missing; where it goes direct at last; and where the novice calls, who misses this side then, unless the line has just come back. */
  private isWanted({ by, relayed }: SessionConnection): boolean {
    const { parts, currentConnection, backAtMs } = this;
    if (this.now !== undefined) return true;
    if (currentConnection?.relayed === true && relayed !== true) return parts.mayMove();
    const called = parts.connection.ways.some(({ id, offeredBy }) => id === by && offeredBy === 'expert');
    return called && parts.clock.monotonicMs() - backAtMs > BACK_HOLDS_MS;
  }

  private onNetwork(): void {
    if (this.door === undefined) return;
    this.standing.keepUp();
    this.search.tell({ tag: 'networkChanged' });
  }
}
