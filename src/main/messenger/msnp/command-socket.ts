import { connect, type Socket } from 'node:net';
import type { Clock } from '../../clock.ts';
import type { HostPort } from '../../../protocol/host-port.ts';
import { CommandDecoder, type Command } from '../../../protocol/msnp/framing.ts';

const CONNECT_DEADLINE_MS = 10_000;
/** The socket is destroyed when the server has not closed it this long after OUT. */
const LINGER_MS = 500;

export interface CommandSocketListener {
  connected(): void;
  command(command: Command): void;
  /** Once, unless `end` or `destroy` was called here. `error` is what broke it, a ProtocolError where the server spoke nonsense. */
  lost(error: Error | undefined, wasConnected: boolean): void;
}

/** A TCP connection that speaks commands. Begins to connect when made. */
export class CommandSocket {
  readonly decoder = new CommandDecoder('client');
  /** Resolves when the socket has closed. */
  readonly closed: Promise<void>;
  private readonly socket: Socket;
  private readonly clock: Clock;
  private readonly listener: CommandSocketListener;
  private readonly cancelDeadline: () => void;
  private finished = false;
  private isConnected = false;
  private problem: Error | undefined;

  constructor(endpoint: HostPort, clock: Clock, listener: CommandSocketListener) {
    this.clock = clock;
    this.listener = listener;
    this.socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true, keepAlive: true });
    this.cancelDeadline = clock.after(CONNECT_DEADLINE_MS, () => this.fail(new Error('no answer')));
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.cancelDeadline();
        resolve();
        if (!this.finished) this.fail(undefined);
      });
    });
    this.socket.once('connect', () => {
      this.cancelDeadline();
      this.isConnected = true;
      if (!this.finished) listener.connected();
    });
    this.socket.on('error', (error) => {
      this.problem ??= error;
    });
    this.socket.on('data', (bytes: Buffer) => this.receive(bytes));
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
    this.listener.lost(error ?? this.problem, this.isConnected);
  }
}
