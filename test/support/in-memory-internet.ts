import type { ConnectionRoom } from '../../src/main/connection/contract.ts';
import type { NoDoor, WayId } from '../../src/protocol/assistance/status.ts';
import type { GraphicsSettings } from '../../src/protocol/rdp/graphics/contract.ts';
import type { FakeExpertLink, FakeNoviceLink } from './in-memory-link.ts';

/** What a test can do to a network without sockets (in-memory-connection.ts), and see of it. */
export interface InMemoryInternet {
  /** One computer's connection room. `host` is what its tickets say. */
  room(host: string): ConnectionRoom;
  /** Whether `from` reaches `to` now; all do without it. */
  reachable: (from: string, to: string) => boolean;
  /** From now on this computer is elsewhere: what it opens has the new address, and what it had open stays at the old one. */
  move(host: string, to: string): void;
  /** From reaching to both ends having the connection, by way. */
  connectMs: Readonly<Record<WayId, number>>;
  /** From a dial to its failure where nobody can be reached. */
  failMs: number;
  /** Ways that go through somebody else's server: they are there when this is true, and reach whoever is online. */
  relays: boolean;
  /** A message on an established connection. */
  latencyMs: number;
  /** The certificate differs from the ticket's pin on connections made this way. */
  wrongPin: ReadonlySet<WayId>;
  /** The next `open…` on this host fails. */
  failNextOpen(host: string): void;
  /** What `open…` on a host waits for. */
  opening: (host: string) => Promise<void>;
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
  /** The hosts that have got ready to be reached, one for each time. */
  readonly prepared: readonly string[];
  /** What the routers of these hosts say. */
  noDoor: Readonly<Record<string, NoDoor>>;
}
