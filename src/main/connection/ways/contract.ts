import type { Duplex } from 'node:stream';
import type { NoDoor } from '../../../protocol/assistance/status.ts';
import type { TicketPart, WayPlan } from '../../../protocol/assistance/ways.ts';
import type { Clock } from '../../clock.ts';
import type { ReachServices } from '../../reach-services.ts';
import type { AddressSource } from '../addresses/contract.ts';
import type { ConnectionError, LinkTraffic } from '../contract.ts';

/** A stream of bytes to somebody who may be the other side: a socket, a data channel, a relayed connection. RDP and its TLS run inside. */
export interface Carrier {
  /** Has half-close (`end`), and `destroy` closes it at once. Its errors are handled by whoever has it. */
  readonly duplex: Duplex;
  /** The other side as people read it: `host:port` for a socket. */
  readonly address: string;
  /** The other side's address without port, by which unproven connections are counted. */
  readonly remote: string;
  /** Bytes on the wire so far, TLS included. */
  readonly traffic: LinkTraffic;
  /** Called once, when RDP begins on the carrier, to set options that only this kind of stream has. */
  tune?(): void;
  /** What the system knows of the stream at this moment; undefined where it does not tell. */
  look?(): SystemView | undefined;
  /** Its bytes go through somebody else's server, at this moment: the expert begins on it when nothing direct can come any more. */
  readonly relayed?: boolean;
  /** A router has opened a door for it, on the side that was called. */
  readonly mapped?: boolean;
}

/** What only the system knows of a stream, once its bytes have been handed over. */
export interface SystemView {
  /** Bytes that the other side's system has acknowledged since the connection began. */
  readonly acknowledgedBytes: number;
  /** Bytes handed over that it has not. */
  readonly queuedBytes: number;
  /** The shortest round trip so far, in milliseconds. */
  readonly minRoundTripMs: number;
  /** The usual one at present, in milliseconds, where it tells; 0 when nothing has been measured. */
  readonly roundTripMs?: number;
  /** The largest segment that it sends, in bytes, where it tells. */
  readonly segmentBytes?: number;
  /** For so long it has given no sign although it owes one (to data or to keep-alive), in milliseconds; 0 when it owes none. */
  readonly owedMs: number;
}

/** One way to connect: a line of the list in ways.ts. */
export interface Way extends WayPlan {
  /**
   * Opens what has to be open before this side's ticket goes out: on the side that offers, whatever waits to be reached; on the other side often
   * nothing. Rejects with ConnectionError where the way cannot be had here; the other ways go on.
   */
  prepare(side: WaySide): Promise<PreparedWay>;
}

/**
 * A way's own words, sealed under the key that both sides have: nobody between them reads or changes one. They come in the order in which they were said,
 * each once, or not at all. Between two that cannot do this, nothing is heard, and ways that need it are not reached.
 */
export interface WaySignals {
  /** At most {@link MAX_SIGNAL_BYTES} of UTF-8, else it throws ConnectionError. What is said before both tickets are there waits for them, {@link MAX_SIGNALS_KEPT} at most. */
  send(text: string): void;
  /** What came before there is a listener is kept for it, {@link MAX_SIGNALS_KEPT} at most. It is the other side's word: to be checked as a stranger's. */
  onMessage(listener: (text: string) => void): void;
}

/** The port that a person has their router pass on to this computer. */
export interface OwnPort {
  /** 0 for none. */
  readonly wished: () => number;
  /** It could not be had: something listens on another one. */
  readonly taken: (port: number) => void;
}

/** What a way is given to work with on one side of one race. */
export interface WaySide {
  /** True when this side waits to be reached, false when it reaches. */
  readonly offers: boolean;
  readonly clock: Clock;
  /** Aborted when the race is over or the way came too late: nothing is begun any more. */
  readonly signal: AbortSignal;
  /** The addresses of this computer to listen on, as they are now, most useful first. */
  readonly listenHosts: () => readonly string[];
  /** On which port, where that is free; any when left out. */
  readonly ownPort?: OwnPort | undefined;
  /** Where else what listens can be reached, and in which order a ticket says so. */
  readonly addresses: AddressSource;
  /** What this side's part of the way says to the other's, and hears of it. */
  readonly signals: WaySignals;
  /** What the messenger's server offers; undefined where there is no messenger, or none that offers anything. */
  readonly reach?: ReachServices | undefined;
  /** The other side is not to learn this computer's address: nothing is dialled that only the other side has named. */
  readonly hidden?: boolean;
  /** A carrier has come. From here on it belongs to the race, which closes it. May be called until `close`. */
  readonly found: (carrier: Carrier) => void;
  /** One attempt of `reach` came to nothing. */
  readonly missed: (address: string, error: ConnectionError) => void;
  /** After `reach`: nothing more will be found or missed. Not called once aborted. */
  readonly exhausted: () => void;
}

export interface PreparedWay {
  /** What this side's ticket says for this way. */
  readonly adds: TicketPart;
  /** Of what waits to be reached: why no router lets anybody in. */
  readonly noDoor?: NoDoor;
  /**
   * The other side's ticket is known and the way's time has come; only on the side that reaches. `exhausted` follows, perhaps within the call. Comes
   * again, perhaps with another ticket, when the two look for each other once more.
   */
  reach(theirs: TicketPart): void;
  /** Finds nothing more; what it has found lives on. Resolves when nothing else of it is open. Idempotent. */
  close(): Promise<void>;
}
