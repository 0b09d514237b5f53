import type { Socket } from 'node:net';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { SessionConnection } from '../../protocol/assistance/status.ts';
import type { GraphicsUpdate, PointerShape, Size } from '../../protocol/rdp/graphics/contract.ts';
import type { RdpDisconnectReason, RdpServerMachine, RdpServerOutput } from '../../protocol/rdp/server/contract.ts';
import { RdpServer } from '../../protocol/rdp/server/rdp-server.ts';
import type { Clock } from '../clock.ts';
import type { SessionCertificate } from './certificate.ts';
import { ConnectionError, type LinkEnd, type LinkTraffic, type NoviceLink, type NoviceLinkEvent } from './contract.ts';
import { ACTIVATION_DEADLINE_MS, HANDSHAKE_DEADLINE_MS, PEER_GONE_AFTER_MS, TICK_MS } from './deadlines.ts';
import { Events } from './events.ts';
import { type Candidate, type HandshakeError, type HandshakeOutcome, asError, asHandshakeError } from './handshake.ts';
import { RdpStream } from './rdp-stream.ts';

export interface ServerLinkOptions extends HandshakeOutcome {
  readonly socket: Socket;
  readonly connection: SessionConnection;
  readonly certificate: SessionCertificate;
  readonly clock: Clock;
  /** Is this the session id, and the first time? True lets the peer in: `presented` follows. */
  readonly admits: (workingDir: string) => boolean;
  readonly presented: (link: NoviceLink) => void;
}

type State = 'handshake' | 'presented' | 'admitted' | 'active' | 'over';

/** The RDP server on one socket: RDP and TLS *server* whoever dialled. A candidate first, a link once the session id has been presented. */
export class RdpServerLink implements NoviceLink, Candidate {
  readonly connection: SessionConnection;
  readonly #options: ServerLinkOptions;
  readonly #clock: Clock;
  readonly #machine: RdpServerMachine = new RdpServer({ peerGoneAfterMs: PEER_GONE_AFTER_MS });
  readonly #stream: RdpStream;
  readonly #events = new Events<NoviceLinkEvent>();
  #state: State = 'handshake';
  #end: LinkEnd | undefined;
  #error: Error | undefined;
  #cancelTick: () => void = () => undefined;
  #cancelDeadline: () => void;

  constructor(options: ServerLinkOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.connection = options.connection;
    this.#stream = new RdpStream(options.socket, options.clock, {
      bytes: (bytes) => this.#drive(() => this.#machine.receive(bytes, this.#clock.now())),
      gone: (error) => this.#gone(error),
    });
    this.#cancelDeadline = this.#clock.after(HANDSHAKE_DEADLINE_MS, () => {
      this.refuse(new ConnectionError('DEADLINE', `no session id in ${HANDSHAKE_DEADLINE_MS} ms`));
    });
    this.#tick();
    this.#stream.start();
  }

  readonly onEvent = this.#events.on;

  get traffic(): LinkTraffic {
    return this.#stream.traffic;
  }

  get gone(): Promise<void> {
    return this.#stream.gone;
  }

  get stage(): number {
    return this.#stream.secure ? 2 : this.#stream.upgrading ? 1 : 0;
  }

  admit(desktop: Size): void {
    if (this.#state !== 'presented') return;
    this.#state = 'admitted';
    this.#cancelDeadline = this.#clock.after(ACTIVATION_DEADLINE_MS, () => {
      this.#fail('timeout', new ConnectionError('DEADLINE', `no active session in ${ACTIVATION_DEADLINE_MS} ms`));
    });
    this.#drive(() => this.#machine.admit(desktop, this.#clock.now()));
  }

  async sendGraphics(updates: readonly GraphicsUpdate[]): Promise<void> {
    if (this.#state === 'over' || this.#end !== undefined) throw new ConnectionError('SOCKET', 'the session is over');
    this.#apply(this.#machine.sendGraphics(updates));
    await this.#stream.drained();
  }

  sendPointerShape(shape: PointerShape | null): void {
    this.#sendWhileActive(() => this.#machine.sendPointerShape(shape));
  }

  sendPointerPosition(x: number, y: number): void {
    this.#sendWhileActive(() => this.#machine.sendPointerPosition(x, y));
  }

  resize(desktop: Size): void {
    this.#sendWhileActive(() => this.#machine.resize(desktop));
  }

  sendChannel(name: string, data: Uint8Array): void {
    if (this.#state !== 'over' && this.#end === undefined) this.#apply(this.#machine.sendChannel(name, data));
  }

  close(reason: RdpDisconnectReason): Promise<void> {
    this.#goodbye(reason);
    return this.#stream.finish();
  }

  abandon(): void {
    this.#over();
    this.#stream.destroy();
  }

  refuse(error: HandshakeError): void {
    if (this.#state !== 'handshake') return;
    this.abandon();
    this.#options.refused(error);
  }

  /** Pointer and size change with the desktop, which does not wait for the peer: what comes while it is reactivating is dropped. */
  #sendWhileActive(outputs: () => RdpServerOutput[]): void {
    if (this.#state !== 'active' || this.#end !== undefined) return;
    try {
      this.#apply(outputs());
    } catch (error) {
      if (!(error instanceof ProtocolError && error.code === 'ILLEGAL_TRANSITION')) throw error;
    }
  }

  #tick(): void {
    this.#cancelTick = this.#clock.after(TICK_MS, () => {
      this.#tick();
      this.#drive(() => this.#machine.tick(this.#clock.now()));
    });
  }

  /** Runs the machine on something from outside: whatever it throws ends this connection and no other. */
  #drive(outputs: () => RdpServerOutput[]): void {
    if (this.#state === 'over' || this.#end !== undefined) return;
    try {
      this.#apply(outputs());
    } catch (error) {
      if (this.#state === 'handshake') this.refuse(asHandshakeError(error, this.#stream.upgrading));
      else this.#fail('protocolError', asError(error));
    }
  }

  #apply(outputs: readonly RdpServerOutput[]): void {
    this.#stream.together(() => {
      for (const output of outputs) this.#one(output);
    });
  }

  #one(output: RdpServerOutput): void {
    switch (output.tag) {
      case 'send':
        this.#stream.write(output.bytes);
        return;
      case 'startTls':
        this.#stream.acceptTls(this.#options.certificate.secureContext, () =>
          this.#drive(() => this.#machine.tlsEstablished(this.#clock.now())),
        );
        return;
      case 'clientInfo':
        this.#present(output.info.workingDir);
        return;
      case 'closed':
        this.#closedByMachine(output.reason);
        return;
      case 'active':
        if (this.#state !== 'admitted' && this.#state !== 'active') return;
        this.#state = 'active';
        this.#cancelDeadline();
        this.#events.emit(output);
        return;
      default:
        if (this.#state !== 'over') this.#events.emit(output);
    }
  }

  #present(workingDir: string): void {
    if (this.#state !== 'handshake') return;
    if (!this.#options.admits(workingDir)) {
      this.refuse(new ConnectionError('WRONG_SESSION_ID', 'the session id is missing, wrong or already used'));
      return;
    }
    this.#state = 'presented';
    this.#cancelDeadline();
    this.#options.presented(this);
  }

  #closedByMachine(reason: Extract<RdpServerOutput, { tag: 'closed' }>['reason']): void {
    if (this.#state === 'over') return;
    if (this.#state === 'handshake') {
      const error =
        reason === 'refused' && !this.#stream.secure
          ? new ConnectionError('NOT_TLS', 'the other side wants plain RDP security')
          : new ConnectionError('SOCKET', `the connection ended during the handshake: ${reason}`);
      this.#over();
      // The refusal itself (RDP_NEG_FAILURE) still goes out.
      void this.#stream.finish();
      this.#options.refused(error);
      return;
    }
    this.#end ??= reason === 'peerGone' ? 'peerGone' : reason === 'refused' ? 'protocolError' : 'disconnected';
    if (reason === 'peerGone') this.#stream.destroy();
    else void this.#stream.finish();
  }

  #goodbye(reason: RdpDisconnectReason): void {
    if (this.#state === 'over' || this.#end !== undefined) return;
    this.#end = reason;
    try {
      this.#apply(this.#machine.disconnect(reason));
    } catch {
      // It could not even say goodbye in this state: the socket goes all the same.
    }
  }

  #fail(reason: RdpDisconnectReason, error: Error): void {
    this.#error ??= error;
    this.#goodbye(reason);
    void this.#stream.finish();
  }

  #over(): void {
    this.#state = 'over';
    this.#cancelTick();
    this.#cancelDeadline();
  }

  #gone(error: Error | undefined): void {
    const state = this.#state;
    this.#over();
    if (state === 'over') return;
    if (state === 'handshake') {
      this.#options.refused(asHandshakeError(error, this.#stream.upgrading));
      return;
    }
    const cause = this.#error ?? error;
    this.#events.finish({ tag: 'ended', end: this.#end ?? 'lost', ...(cause === undefined ? {} : { error: cause }) });
  }
}
