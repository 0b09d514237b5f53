import type { NoDoor, Role, SessionConnection, WayFailure, WayId } from '../../protocol/assistance/status.ts';
import type { WayTicket } from '../../protocol/assistance/ways.ts';
import type { Clock } from '../clock.ts';
import type { ReachServices } from '../reach-services.ts';
import type { AddressSource } from './addresses/contract.ts';
import { ConnectionError, type RaceEvent } from './contract.ts';
import type { Candidate, HandshakeError, HandshakeOutcome } from './handshake.ts';
import { HeldCarrier, discard } from './held-carrier.ts';
import { Lane } from './lane.ts';
import { mayReach } from './reachable.ts';
import { RelayPatience } from './relay-patience.ts';
import { Door } from './strangers/door.ts';
import { type PendingConnection, PendingConnections } from './strangers/pending-connections.ts';
import { TlsTurns } from './strangers/tls-turns.ts';
import type { Carrier, OwnPort, Way } from './ways/contract.ts';

export interface RaceParts {
  readonly role: Role;
  readonly clock: Clock;
  /** The ways that this side takes part in. */
  readonly ways: readonly Way[];
  readonly addresses: AddressSource;
  readonly listenHosts: () => readonly string[];
  readonly ownPort?: OwnPort | undefined;
  readonly reach?: ReachServices | undefined;
  /** The person keeps the address of this computer private. */
  readonly hidden?: boolean;
  readonly tell: (event: RaceEvent) => void;
  readonly relayedAtOnce?: boolean | undefined;
  /** The expert's, beside that of the carrier itself. */
  readonly patienceMs?: ((remote: string) => number) | undefined;
}

/** A carrier that may become the link. */
interface Contender {
  readonly carrier: Carrier;
  readonly by: WayId;
  /** Where it must wait for its turn to begin TLS; what this side reached itself need not. */
  readonly turns?: TlsTurns;
}

interface ContenderOutcome extends HandshakeOutcome {
  /** The handshake has succeeded: the candidate is a link from here on and no longer the race's. */
  readonly left: () => void;
}

/** Starts the handshake of an engine on the contender. */
export type StartHandshake = (contender: Contender, outcome: ContenderOutcome) => Candidate;

/** All connections of one endpoint before one of them has won (docs/decisions/0001): ways, what is held, handshakes, until all are closed. */
export class Race {
  private readonly parts: RaceParts;
  private readonly lanes: readonly Lane[];
  private readonly door: Door;
  private readonly strangers = new PendingConnections();
  private readonly turns: TlsTurns;
  private readonly patience: RelayPatience;
  private readonly held = new Map<HeldCarrier, () => void>();
  private readonly candidates = new Set<Candidate>();
  private readonly stop = new AbortController();
  private start: StartHandshake | undefined;
  private theirs: WayTicket | undefined;
  private closing: Promise<void> | undefined;

  constructor(parts: RaceParts) {
    this.parts = parts;
    this.door = new Door(parts.clock.monotonicMs());
    this.turns = new TlsTurns(parts.clock);
    this.patience = new RelayPatience(parts.clock, () => this.enterHeld());
    this.lanes = parts.ways.map((way) => new Lane(way, way.offeredBy === parts.role));
  }

  get over(): boolean {
    return this.closing !== undefined;
  }

  /** What the ways that this side offers add to its ticket; complete once opened. */
  get ticket(): WayTicket {
    const parts = this.lanes.flatMap(({ id, offers, adds }) => (offers && adds !== undefined ? [{ id, ...adds }] : []));
    const notes = parts.flatMap(({ id, note }) => (note === undefined ? [] : [[id, note] as const]));
    return {
      addresses: parts.flatMap(({ addresses }) => addresses),
      ...(notes.length === 0 ? {} : { notes: Object.fromEntries(notes) }),
    };
  }

  /** Why no router lets anybody in to what waits to be reached; known once opened. */
  get noDoor(): NoDoor | undefined {
    return this.lanes.find(({ noDoor }) => noDoor !== undefined)?.noDoor;
  }

  /**
   * Opens every way; the signal closes the race from then on. Rejects with the ConnectionError of the first way when none that this side offers can be
   * had, and with ABORTED when the signal is aborted meanwhile; nothing is open then.
   */
  async open(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => void this.close(), { once: true });
    const opened = await Promise.allSettled(this.lanes.map((lane) => this.openLane(lane)));
    if (signal.aborted || this.over) {
      await this.close();
      throw new ConnectionError('ABORTED', 'stopped before it had begun', { cause: signal.reason });
    }
    const offered = opened.filter((_, index) => this.lanes[index]?.offers);
    const refused = offered.find((result) => result.status === 'rejected');
    if (refused === undefined || offered.some(({ status }) => status === 'fulfilled')) return;
    await this.close();
    throw refused.reason;
  }

  /** The other side's ticket has come: `reach` goes by it. False when one has come before or the race is over. */
  expect(theirs: WayTicket): boolean {
    if (this.theirs !== undefined || this.over) return false;
    this.theirs = theirs;
    const { listenHosts, relayedAtOnce, hidden = false } = this.parts;
    const own = hidden ? [] : listenHosts();
    this.patience.start(relayedAtOnce !== true && theirs.addresses.some((address) => mayReach(address, own)));
    for (const { id, signals } of this.lanes) signals.open((text) => this.parts.tell({ tag: 'signal', by: id, text }));
    return true;
  }

  /** The other side is to be found elsewhere by now. */
  moved(theirs: WayTicket): void {
    if (this.theirs !== undefined && !this.over) this.theirs = theirs;
  }

  /** Starts the handshakes of held carriers, and of every later one when it comes. */
  begin(start: StartHandshake): void {
    this.start = start;
    this.enterHeld();
  }

  /** This side's part on a way that the other one offers, once it has been told where. */
  reach(way: WayId): void {
    const { theirs } = this;
    if (theirs === undefined || this.over) return;
    const lane = this.lanes.find(({ id }) => id === way);
    const note = theirs.notes?.[way];
    const reached = lane?.reach({ addresses: theirs.addresses, ...(note === undefined ? {} : { note }) }) ?? false;
    if (reached) return;
    this.parts.tell({ tag: 'wayFailed', by: way, failure: 'unavailable' });
    if (lane !== undefined) this.noMoreOf(lane);
  }

  /** The other side's way says something; one that there is not here, or no more, hears nothing. */
  signal(way: WayId, text: string): void {
    const lane = this.lanes.find(({ id }) => id === way);
    if (lane === undefined || this.over || lane.hear(text)) return;
    this.refused(lane, '', new ConnectionError('SOCKET', 'the way failed over what it heard'), 'broken');
  }

  /** What people are told of a connection on a carrier of this race. */
  told({ address, relayed, mapped }: Carrier, by: WayId): SessionConnection {
    const there = this.theirs?.addresses.length === 0 ? 'there' : undefined;
    const hidden = relayed === true ? (this.parts.hidden === true ? 'here' : there) : undefined;
    return { by, address, ...(relayed ? { relayed } : {}), ...(mapped ? { mapped } : {}), ...(hidden === undefined ? {} : { hidden }) };
  }

  /** Ends the race. Resolves when every way and every losing connection are closed. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    this.stop.abort();
    this.turns.close();
    this.patience.close();
    for (const held of this.held.keys()) discard(held.release());
    this.held.clear();
    const losers = [...this.candidates];
    this.candidates.clear();
    for (const loser of losers) loser.abandon();
    await Promise.all([...this.lanes.map((lane) => lane.close(this.parts.clock)), ...losers.map(({ gone }) => gone)]);
  }

  private async openLane(lane: Lane): Promise<void> {
    const { clock, addresses, listenHosts, ownPort, reach, hidden = false } = this.parts;
    const side = {
      clock,
      addresses,
      listenHosts,
      ownPort,
      reach,
      hidden,
      signal: this.stop.signal,
      found: (carrier: Carrier) => this.found(lane, carrier),
      missed: (address: string, error: ConnectionError) => this.refused(lane, address, error, 'unreachable'),
    };
    await lane.open(side, () => this.laneOver(lane));
    // A way that is prepared after the end is closed again.
    if (this.over) await lane.close(clock);
  }

  private found(lane: Lane, carrier: Carrier): void {
    const { tell, clock } = this.parts;
    if (this.over || (lane.offers && !this.door.admits(carrier.remote, clock.monotonicMs()))) return discard(carrier);
    lane.entered();
    tell({ tag: 'attempt', by: lane.id, address: carrier.address });
    const waitMs = this.parts.patienceMs?.(carrier.remote) ?? 0;
    if (this.start === undefined || waitMs > 0 || !this.mayBegin(lane, carrier)) this.hold(lane, carrier, waitMs);
    else this.enter(lane, carrier, this.start);
  }

  /** The expert decides who wins, so it is the expert who waits for something better. */
  private mayBegin({ relays }: Lane, { relayed }: Carrier): boolean {
    return relayed !== true || this.parts.role === 'novice' || this.patience.allows(relays);
  }

  private enterHeld(): void {
    for (const enter of this.held.values()) enter();
  }

  private hold(lane: Lane, carrier: Carrier, waitMs: number): void {
    const enter = (): void => {
      // Of one that has broken just now, `held` hears in a moment.
      if (held.waits || this.start === undefined || !this.mayBegin(lane, carrier) || carrier.duplex.destroyed) return;
      gone();
      held.release();
      this.enter(lane, carrier, this.start);
    };
    const held = new HeldCarrier({
      carrier,
      clock: this.parts.clock,
      waitMs,
      ready: enter,
      refused: (error) => {
        gone();
        this.lost(lane, carrier, error);
      },
    });
    const gone = (): void => {
      this.held.delete(held);
      this.strangers.remove(held);
    };
    this.held.set(held, enter);
    if (lane.offers) this.strangers.add(held);
  }

  /** Enters a carrier into the race. */
  private enter(lane: Lane, carrier: Carrier, start: StartHandshake): void {
    let candidate: Candidate | undefined;
    let gone = false;
    const pending: PendingConnection = {
      remote: carrier.remote,
      get stage() {
        return candidate?.stage ?? 0;
      },
      evict: () => candidate?.refuse(new ConnectionError('ABORTED', 'made room for another connection')),
    };
    const left = (): void => {
      gone = true;
      if (candidate !== undefined) this.candidates.delete(candidate);
      this.strangers.remove(pending);
    };
    // What this side reached itself is bounded by the ticket.
    if (lane.offers) this.strangers.add(pending);
    candidate = start(
      { carrier, by: lane.id, ...(lane.offers ? { turns: this.turns } : {}) },
      {
        left,
        refused: (error) => {
          left();
          this.lost(lane, carrier, error);
        },
      },
    );
    if (!gone) this.candidates.add(candidate);
  }

  private lost(lane: Lane, { address }: Carrier, error: HandshakeError): void {
    if (this.over) return;
    const isStranger = error.code === 'PIN_MISMATCH' || error.code === 'WRONG_SESSION_ID';
    const otherSecurity = error.code === 'OTHER_SECURITY' ? 'otherSecurity' : 'broken';
    this.refused(lane, address, error, isStranger ? 'stranger' : otherSecurity);
    if (lane.left() && !lane.offers) this.laneOver(lane);
  }

  private refused(lane: Lane, address: string, error: HandshakeError, failure: WayFailure): void {
    if (this.over) return;
    lane.refused(failure);
    this.parts.tell({ tag: 'refused', by: lane.id, address, error, failure });
  }

  private laneOver(lane: Lane): void {
    if (this.over) return;
    this.parts.tell({ tag: 'wayFailed', by: lane.id, failure: lane.outcome });
    this.noMoreOf(lane);
  }

  private noMoreOf(lane: Lane): void {
    lane.over = true;
    if (lane.relays === 'proxy') this.patience.proxyFailed();
    else if (lane.reachesDirectly && this.lanes.every(({ reachesDirectly, over }) => over || !reachesDirectly))
      this.patience.directFailed();
  }
}
