import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket, connect as connectTls } from 'node:tls';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { Clock } from '../clock.ts';
import { readDirectly } from '../direct-reads.ts';
import { ConnectionError, type LinkTraffic } from './contract.ts';
import { CLOSE_DEADLINE_MS } from './deadlines.ts';
import { Line, type LineStream } from './line.ts';
import { asError } from './handshake.ts';
import type { OutboxWire } from './outbox.ts';
import type { TlsTurns } from './strangers/tls-turns.ts';
import type { Carrier, SystemView } from './ways/contract.ts';

/** Bound on a PDU before TLS. Only X.224 Connection Request and Confirm travel there, far below this even with a cookie. */
const MAX_PLAIN_PDU_BYTES = 1024;
const TPKT_VERSION = 3;
const TPKT_HEADER_BYTES = 4;

export interface RdpStreamHandlers {
  /** Called with one whole TPKT before TLS and with any chunk after. */
  readonly bytes: (bytes: Uint8Array) => void;
  /** Once. The socket is gone; `error` is why, if there was an error. */
  readonly gone: (error: Error | undefined) => void;
  /** Where TLS waits for its turn; what the other side sends meanwhile stays in the system. */
  readonly turns?: TlsTurns;
}

interface DrainWaiter {
  readonly write: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * One carrier that speaks RDP: X.224 in plain, then TLS inside the same stream, as server or client whoever dialled.
 * Never reads past the PDU that asked for TLS, so nothing of the TLS handshake gets lost.
 */
export class RdpStream implements LineStream, OutboxWire {
  private readonly carrier: Carrier;
  private readonly raw: Duplex;
  private readonly clock: Clock;
  private readonly handlers: RdpStreamHandlers;
  private readonly waiters: DrainWaiter[] = [];
  private tls: TLSSocket | undefined;
  private leaveQueue: () => void = () => undefined;
  private plain: Buffer = Buffer.alloc(0);
  private phase: 'plain' | 'upgrading' | 'tls' = 'plain';
  private error: Error | undefined;
  private writes = 0;
  private written = 0;
  private unsent = 0;
  private taken = 0;
  /** What the connection carries. */
  readonly line: Line;
  private finishing: Promise<void> | undefined;
  readonly gone: Promise<void>;
  private isGone = false;

  constructor(carrier: Carrier, clock: Clock, handlers: RdpStreamHandlers) {
    const { duplex } = carrier;
    this.carrier = carrier;
    this.raw = duplex;
    this.clock = clock;
    this.handlers = handlers;
    this.line = new Line(this, clock);
    let settle: () => void = () => undefined;
    this.gone = new Promise((resolve) => (settle = resolve));
    carrier.tune?.();
    duplex.on('error', this.failed);
    const closed = (): void => {
      if (this.isGone) return;
      this.isGone = true;
      this.leaveQueue();
      this.tls?.destroy();
      this.line.close();
      for (const waiter of this.waiters.splice(0))
        waiter.reject(new ConnectionError('SOCKET', 'the connection is closed', { cause: this.error }));
      settle();
      handlers.gone(this.error);
    };
    duplex.once('close', closed);
    if (duplex.closed) queueMicrotask(closed);
  }

  /** Starts reading. */
  start(): void {
    if (this.raw.destroyed) return;
    this.raw.on('data', this.plainBytes);
    this.raw.resume();
  }

  get traffic(): LinkTraffic {
    return this.carrier.traffic;
  }

  /** Bytes written that the kernel has not taken yet. */
  get unsentBytes(): number {
    return this.unsent;
  }

  get takenBytes(): number {
    return this.taken;
  }

  get roomBytes(): number {
    return this.line.roomBytes;
  }

  look(): SystemView | undefined {
    return this.carrier.look?.();
  }

  /** Writes in order; `taken` when the kernel has all of it. Ignored once closing. */
  write(bytes: Uint8Array, taken?: () => void): void {
    const wire = this.tls ?? this.raw;
    if (this.isGone || this.finishing !== undefined || wire.destroyed || bytes.length === 0) return;
    this.writes += 1;
    this.unsent += bytes.length;
    wire.write(bytes, (error) => {
      // A failed write ends the socket, which rejects the promises that wait.
      if (error) return;
      this.unsent -= bytes.length;
      this.taken += bytes.length;
      this.oneWritten();
      taken?.();
      this.line.taken();
    });
  }

  /** False: what comes stays in the kernel, and so in time with whoever sends it. Only inside TLS; {@link finish} reads on. */
  setReading(reading: boolean): void {
    if (this.phase !== 'tls' || this.finishing !== undefined) return;
    if (reading) this.tls?.resume();
    else this.tls?.pause();
  }

  /** Bundles what `run` writes into as few segments as possible. */
  together(run: () => void): void {
    const wire = this.tls ?? this.raw;
    wire.cork();
    try {
      run();
    } finally {
      wire.uncork();
    }
  }

  /** Resolves when the carrier has taken everything written so far; rejects when the socket goes first. */
  drained(): Promise<void> {
    if (this.isGone || this.finishing !== undefined) return Promise.reject(new ConnectionError('SOCKET', 'the connection is closed'));
    if (this.written === this.writes) return Promise.resolve();
    return new Promise((resolve, reject) => this.waiters.push({ write: this.writes, resolve, reject }));
  }

  /** TLS server from here on. `ready` runs after the handshake; decrypted bytes go to the handlers. */
  acceptTls(secureContext: SecureContext, ready: () => void): void {
    this.upgrade((raw) => {
      const tls = new TLSSocket(raw, { isServer: true, secureContext });
      tls.once('secure', () => this.secured(ready));
      return tls;
    });
  }

  /**
   * TLS client from here on. `ready` gets the server's certificate (DER) after the handshake and before anything else
   * is sent or read: it is the caller who believes it or not. Empty when there is none.
   */
  connectTls(ready: (der: Uint8Array) => void): void {
    this.upgrade((raw) => {
      // Chain checks are off: the certificate is self-signed for a single session, and the pin identifies it.
      const tls: TLSSocket = connectTls({
        socket: raw,
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
        minVersion: 'TLSv1.2',
      });
      tls.once('secureConnect', () => {
        const der = tls.getPeerX509Certificate()?.raw ?? new Uint8Array(0);
        this.secured(() => ready(new Uint8Array(der)));
      });
      return tls;
    });
  }

  get secure(): boolean {
    return this.phase === 'tls';
  }

  /** How far it has come: 0 plain, 1 TLS handshake, 2 inside TLS. */
  get stage(): number {
    return { plain: 0, upgrading: 1, tls: 2 }[this.phase];
  }

  /** True from the request for TLS on: an error now is one of TLS. */
  get upgrading(): boolean {
    return this.phase === 'upgrading';
  }

  /** Sends what is pending, says goodbye, and is gone within {@link CLOSE_DEADLINE_MS} whatever the peer does. */
  finish(): Promise<void> {
    if (this.finishing === undefined) {
      this.finishing = this.gone;
      if (!this.isGone) {
        const cancel = this.clock.after(CLOSE_DEADLINE_MS, () => this.destroy());
        void this.gone.then(cancel);
        const wire = this.tls ?? this.raw;
        if (wire.destroyed) this.destroy();
        else {
          wire.end();
          // The other side's goodbye may be behind what was left unread.
          if (this.phase === 'tls') wire.resume();
        }
      }
    }
    return this.finishing;
  }

  /** Gone at once; unsent bytes are lost. */
  destroy(): void {
    this.tls?.destroy();
    this.raw.destroy();
  }

  private readonly failed = (error: Error): void => {
    this.error ??= error;
    this.destroy();
  };

  private readonly plainBytes = (chunk: Buffer): void => {
    this.plain = this.plain.length === 0 ? chunk : Buffer.concat([this.plain, chunk]);
    while (this.phase === 'plain' && this.plain.length > 0 && !this.raw.destroyed) {
      const size = plainPduSize(this.plain);
      if (size === undefined) return;
      if (size instanceof ProtocolError) {
        this.failed(size);
        return;
      }
      const pdu = this.plain.subarray(0, size);
      this.plain = this.plain.subarray(size);
      this.handlers.bytes(pdu);
    }
  };

  private upgrade(wrap: (raw: Duplex) => TLSSocket): void {
    const raw = this.raw;
    if (this.phase !== 'plain' || raw.destroyed) return;
    this.phase = 'upgrading';
    raw.off('data', this.plainBytes);
    raw.pause();
    // `bytes` is called in the middle of the loop over `plain`: what the loop has not handed out belongs to TLS.
    if (this.plain.length > 0) raw.unshift(this.plain);
    this.plain = Buffer.alloc(0);
    void this.wrapWhenDrained(raw, wrap);
  }

  private async wrapWhenDrained(raw: Duplex, wrap: (raw: Duplex) => TLSSocket): Promise<void> {
    try {
      await this.drained();
    } catch {
      return;
    }
    const { turns } = this.handlers;
    if (turns === undefined) this.wrapNow(raw, wrap);
    else this.leaveQueue = turns.request(this.carrier.remote, () => this.wrapNow(raw, wrap));
  }

  private wrapNow(raw: Duplex, wrap: (raw: Duplex) => TLSSocket): void {
    if (raw.destroyed || this.finishing !== undefined) return;
    let tls: TLSSocket;
    try {
      tls = wrap(raw);
    } catch (error) {
      return this.failed(asError(error));
    }
    this.tls = tls;
    tls.on('error', this.failed);
    tls.once('close', () => raw.destroy());
  }

  private secured(ready: () => void): void {
    this.phase = 'tls';
    ready();
    const tls = this.tls;
    if (tls === undefined || tls.destroyed) return;
    readDirectly(tls);
    tls.on('data', (chunk: Buffer) => this.handlers.bytes(chunk));
  }

  private oneWritten(): void {
    this.written += 1;
    while (this.waiters[0] !== undefined && this.waiters[0].write <= this.written) this.waiters.shift()?.resolve();
  }
}

/** Size of the first TPKT; undefined while that cannot be told or it is not all there. What is no TPKT, or a long one, is refused at once. */
function plainPduSize(bytes: Buffer): number | undefined | ProtocolError {
  const version = bytes[0] as number;
  if (version !== TPKT_VERSION) return new ProtocolError('UNEXPECTED', 'tpktHeader.version', TPKT_VERSION, version);
  if (bytes.length < TPKT_HEADER_BYTES) return undefined;
  const size = bytes.readUInt16BE(2);
  if (size < TPKT_HEADER_BYTES) return new ProtocolError('OUT_OF_RANGE', 'tpktHeader.length', `>= ${TPKT_HEADER_BYTES}`, size);
  if (size > MAX_PLAIN_PDU_BYTES)
    return new ProtocolError('TOO_LARGE', 'tpktHeader.length', `<= ${MAX_PLAIN_PDU_BYTES} bytes before TLS`, size);
  return bytes.length < size ? undefined : size;
}
