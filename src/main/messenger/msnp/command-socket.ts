import { connect, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../../clock.ts';
import type { HostPort } from '../../../protocol/host-port.ts';
import { CommandDecoder, type Command } from '../../../protocol/msnp/framing.ts';
import { MessengerError } from '../contract.ts';
import { keyOf } from '../messenger-key.ts';
import type { Line } from './line.ts';

const CONNECT_DEADLINE_MS = 10_000;
/** The socket is destroyed when the server has not closed it this long after OUT. */
const LINGER_MS = 500;

export interface CommandSocketListener {
  connected(): void;
  command(command: Command): void;
  /** Once, unless `end` or `destroy` was called here. `error` is what broke it, a ProtocolError where the server spoke nonsense. */
  lost(error: Error | undefined, wasConnected: boolean): void;
}

/** Where a connection goes, and over what. */
export interface Destination {
  readonly endpoint: HostPort;
  readonly line: Line;
  /** For a name that the messenger gave. */
  readonly lookup?: LookupFunction;
}

/** A TCP connection that speaks commands, inside TLS where the line says so. Begins to connect when made. */
export class CommandSocket {
  readonly decoder = new CommandDecoder('client');
  /** Resolves when the socket has closed. */
  readonly closed: Promise<void>;
  private readonly socket: Socket;
  private readonly isTls: boolean;
  private readonly clock: Clock;
  private readonly listener: CommandSocketListener;
  private readonly cancelDeadline: () => void;
  private finished = false;
  private isConnected = false;
  private shownKey: string | undefined;
  private reachedAddress = '';
  private problem: Error | undefined;

  constructor({ endpoint: { host, port }, line, lookup }: Destination, clock: Clock, listener: CommandSocketListener) {
    this.clock = clock;
    this.listener = listener;
    this.isTls = line.tag === 'tls';
    const to = { host, port, noDelay: true, keepAlive: true, ...(lookup === undefined ? {} : { lookup }) };
    // The certificate is its own; what counts is its key. Below 1.3, an exporter may be the same on two connections (RFC 9266, section 3).
    this.socket = line.tag === 'tls' ? connectTls({ ...to, rejectUnauthorized: false, minVersion: 'TLSv1.3' }) : connect(to);
    this.cancelDeadline = clock.after(CONNECT_DEADLINE_MS, () => this.fail(new Error('no answer')));
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.cancelDeadline();
        resolve();
        if (!this.finished) this.fail(undefined);
      });
    });
    this.socket.once('connect', () => {
      this.isConnected = true;
      this.reachedAddress = (this.socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
      if (line.tag === 'plain') this.ready();
    });
    this.socket.once('secureConnect', () => {
      const certificate = (this.socket as TLSSocket).getPeerX509Certificate();
      this.shownKey = certificate === undefined ? '' : keyOf(certificate);
      if (line.tag === 'tls' && line.key !== undefined && this.shownKey !== line.key)
        return this.fail(new MessengerError('WRONG_KEY', 'another messenger answers'));
      this.ready();
    });
    this.socket.on('error', (error) => {
      this.problem ??= error;
    });
    this.socket.on('data', (bytes: Buffer) => this.receive(bytes));
  }

  /** The key that the other end has shown; undefined without TLS. */
  get key(): string | undefined {
    return this.shownKey;
  }

  /** The other end's IP address, empty before it is connected. */
  get remoteAddress(): string {
    return this.reachedAddress;
  }

  /** Ours as the server sees it, empty before it is connected. */
  get localAddress(): string {
    return this.socket.localAddress ?? '';
  }

  send(bytes: Uint8Array): void {
    if (!this.finished && !this.socket.destroyed) this.socket.write(bytes);
  }

  /** Lets what was sent go out, then closes, within half a second. */
  end(): void {
    if (this.finished) return;
    this.finished = true;
    if (!this.isConnected) {
      this.socket.destroy();
      return;
    }
    this.socket.end();
    const cancel = this.clock.after(LINGER_MS, () => this.socket.destroy());
    this.socket.once('close', cancel);
  }

  destroy(): void {
    this.finished = true;
    this.socket.destroy();
  }

  private ready(): void {
    this.cancelDeadline();
    if (!this.finished) this.listener.connected();
  }

  private receive(bytes: Uint8Array): void {
    if (this.finished) return;
    try {
      for (const command of this.decoder.push(bytes)) {
        this.listener.command(command);
        if (this.finished) return;
      }
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private fail(error: Error | undefined): void {
    if (this.finished) return;
    this.finished = true;
    this.socket.destroy();
    // A messenger that ends a connection over TLS before there is any knows none.
    const unsecured = this.isTls && this.isConnected && this.shownKey === undefined;
    this.listener.lost(error ?? (unsecured ? new MessengerError('NOT_PROTECTED', 'no TLS') : this.problem), this.isConnected);
  }
}
