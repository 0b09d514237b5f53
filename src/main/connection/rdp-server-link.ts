import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { SessionConnection } from '../../protocol/assistance/status.ts';
import type { Channel, ChannelPort } from '../../protocol/rdp/channels/contract.ts';
import type { DesktopLayout } from '../../protocol/rdp/desktop-layout.ts';
import type { GraphicsUpdate } from '../../protocol/rdp/graphics/contract.ts';
import type { PointerShape } from '../../protocol/rdp/pointer-shape.ts';
import type { DisconnectReason } from '../../protocol/rdp/pdu/disconnect-reasons.ts';
import type { RdpServerMachine, RdpServerOutput } from '../../protocol/rdp/server/contract.ts';
import { RdpServer } from '../../protocol/rdp/server/rdp-server.ts';
import type { Clock } from '../clock.ts';
import type { SessionCertificate } from './certificate.ts';
import { ConnectionError, type LineState, type LinkTraffic, type NoviceLink, type NoviceLinkEvent } from './contract.ts';
import { ACTIVATION_DEADLINE_MS, HANDSHAKE_DEADLINE_MS, SILENCE } from './deadlines.ts';
import { type Candidate, type HandshakeError, type HandshakeOutcome, asHandshakeError } from './handshake.ts';
import { LinkLife } from './link-life.ts';
import { MachineDriver } from './machine-driver.ts';
import { Pulse } from './pulse.ts';
import { RdpStream } from './rdp-stream.ts';
import type { TlsTurns } from './strangers/tls-turns.ts';
import type { Carrier } from './ways/contract.ts';

export interface ServerLinkOptions extends HandshakeOutcome {
  readonly carrier: Carrier;
  readonly connection: SessionConnection;
  readonly certificate: SessionCertificate;
  readonly clock: Clock;
  /** Where it must wait for its turn to begin TLS; at once without. */
  readonly turns?: TlsTurns;
  /** Is this the session id, and the first time? True lets the peer in: `presented` follows. */
  readonly admits: (workingDir: string) => boolean;
  readonly presented: (link: NoviceLink) => void;
}

type State = 'presented' | 'admitted' | 'active';

/** The RDP server on one socket: RDP and TLS *server* whoever dialled. A candidate first, a link once the session id has been presented. */
export class RdpServerLink implements NoviceLink, Candidate {
  private readonly options: ServerLinkOptions;
  private readonly clock: Clock;
  private readonly machine: RdpServerMachine = new RdpServer({ silence: SILENCE });
  private readonly stream: RdpStream;
  private readonly pulse: Pulse;
  private readonly life: LinkLife<State, NoviceLinkEvent>;
  private readonly driver: MachineDriver<RdpServerOutput>;
  private arrived = 0;
  /** Behind the oldest question that has not been answered, as a place in the stream; undefined when all have been. */
  private questionEnd: number | undefined;

  constructor(options: ServerLinkOptions) {
    this.options = options;
    this.clock = options.clock;
    this.stream = new RdpStream(options.carrier, options.clock, {
      ...(options.turns === undefined ? {} : { turns: options.turns }),
      bytes: (bytes) => this.receive(bytes),
      gone: (error) => {
        const fault = this.driver.end(this.machine);
        this.life.gone(error ?? fault);
      },
    });
    this.pulse = new Pulse(options.clock, () => this.traffic);
    this.life = new LinkLife({
      stream: this.stream,
      clock: options.clock,
      refused: options.refused,
      refusal: (cause) => asHandshakeError(cause, this.stream.upgrading),
      goodbye: (reason) => this.driver.request(() => this.machine.disconnect(reason)),
    });
    this.driver = new MachineDriver({
      stream: this.stream,
      clock: options.clock,
      contain: (act) => this.life.contain(act),
      perform: (output) => this.perform(output),
    });
    this.life.deadline(HANDSHAKE_DEADLINE_MS, () => {
      this.refuse(new ConnectionError('DEADLINE', `no session id in ${HANDSHAKE_DEADLINE_MS} ms`));
    });
    this.life.every(
      () => this.pulse.nextMs(),
      () => this.tick(),
    );
    this.stream.start();
  }

  /** As it is known now: that a router has opened a door is heard a moment later. */
  get connection(): SessionConnection {
    return this.options.connection;
  }

  get onEvent(): NoviceLink['onEvent'] {
    return this.life.events.on;
  }

  get traffic(): LinkTraffic {
    return this.stream.traffic;
  }

  get line(): LineState {
    return this.stream.line.state;
  }

  get gone(): Promise<void> {
    return this.stream.gone;
  }

  get stage(): number {
    return this.stream.stage;
  }

  admit(desktop: DesktopLayout, channels: readonly Channel[] = []): void {
    if (this.life.state !== 'presented') return;
    this.life.state = 'admitted';
    this.life.deadline(ACTIVATION_DEADLINE_MS, () => {
      this.life.fail('timeout', new ConnectionError('DEADLINE', `no active session in ${ACTIVATION_DEADLINE_MS} ms`));
    });
    const openPort = (channel: Channel): ChannelPort => this.driver.portOf(this.machine, channel);
    this.driver.drive(() => this.machine.admit(desktop, { list: channels, openPort }));
  }

  async sendGraphics(updates: readonly GraphicsUpdate[]): Promise<void> {
    if (!this.life.running) throw new ConnectionError('SOCKET', 'the session is over');
    await this.driver.sendAll(() => this.machine.sendGraphics(updates), 'picture');
  }

  sendPointerShape(shape: PointerShape | null, onlyKnown = false): number {
    let bytes = 0;
    this.sendWhileActive(() => {
      const outputs = this.machine.sendPointerShape(shape, onlyKnown);
      for (const output of outputs) if (output.tag === 'send') bytes += output.bytes.length;
      return outputs;
    });
    return bytes;
  }

  sendPointerPosition(x: number, y: number): void {
    this.sendWhileActive(() => this.machine.sendPointerPosition(x, y));
  }

  resize(desktop: DesktopLayout): void {
    this.sendWhileActive(() => this.machine.resize(desktop));
  }

  close(reason: DisconnectReason): Promise<void> {
    return new Promise((resolve) => this.driver.whenIdle(() => resolve(this.life.close(reason))));
  }

  abandon(): void {
    this.life.abandon();
  }

  refuse(error: HandshakeError): void {
    this.life.refuse(error);
  }

  private receive(bytes: Uint8Array): void {
    const nowMs = this.clock.monotonicMs();
    this.pulse.heard(nowMs);
    this.driver.drive(() => this.machine.receive(bytes, nowMs));
  }

  /** A picture that still stands before our question keeps the answer away, and as long as it moves somebody takes it. */
  private tick(): void {
    const { line } = this.stream;
    const { arrived, owedMs } = line.progress();
    if (this.questionEnd !== undefined && arrived > this.arrived && arrived < this.questionEnd)
      this.machine.moving(this.clock.monotonicMs());
    this.arrived = arrived;
    this.driver.drive(() => this.machine.tick(this.clock.monotonicMs(), owedMs));
    this.questionEnd ??= line.end;
  }

  /** Pointer and size change with the desktop, which does not wait for the peer: what comes while it is reactivating is dropped. */
  private sendWhileActive(outputs: () => RdpServerOutput[]): void {
    if (this.life.state !== 'active' || !this.life.running) return;
    this.driver.request(() => {
      try {
        return outputs();
      } catch (error) {
        if (error instanceof ProtocolError && error.code === 'ILLEGAL_TRANSITION') return [];
        throw error;
      }
    });
  }

  private perform(output: Exclude<RdpServerOutput, { readonly tag: 'send' | 'suspended' }>): void {
    switch (output.tag) {
      case 'startTls':
        this.stream.acceptTls(this.options.certificate.secureContext, () =>
          this.driver.drive(() => this.machine.tlsEstablished(this.clock.monotonicMs())),
        );
        return;
      case 'clientInfo':
        this.present(output.info.workingDir);
        return;
      case 'closed':
        this.closedByMachine(output.reason);
        return;
      case 'active':
        if (this.life.state !== 'admitted' && this.life.state !== 'active') return;
        this.life.state = 'active';
        this.life.metDeadline();
        this.life.events.emit(output);
        return;
      case 'roundTrip':
        this.questionEnd = undefined;
        if (this.life.state !== 'over') this.life.events.emit(output);
        return;
      default:
        if (this.life.state !== 'over') this.life.events.emit(output);
    }
  }

  private present(workingDir: string): void {
    if (this.life.state !== 'handshake') return;
    if (!this.options.admits(workingDir)) {
      this.refuse(new ConnectionError('WRONG_SESSION_ID', 'the session id is missing, wrong or already used'));
      return;
    }
    this.life.state = 'presented';
    this.life.metDeadline();
    this.options.presented(this);
  }

  private closedByMachine(reason: Extract<RdpServerOutput, { tag: 'closed' }>['reason']): void {
    if (this.life.state === 'over') return;
    if (this.life.state === 'handshake') {
      const error =
        reason === 'plainRdp' || reason === 'nla'
          ? new ConnectionError(
              'OTHER_SECURITY',
              `the other side insists on ${reason === 'nla' ? 'NLA, which takes an account' : 'plain RDP security'}`,
            )
          : new ConnectionError('SOCKET', `the connection ended during the handshake: ${reason}`);
      // The refusal itself (RDP_NEG_FAILURE) has to go out.
      this.life.refuseAloud(error);
      return;
    }
    this.life.endedByPeer(reason === 'peerGone' ? 'peerGone' : 'disconnected');
  }
}
