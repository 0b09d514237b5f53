import type { SessionConnection } from '../../protocol/assistance/status.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { RdpClientMachine, RdpClientOutput } from '../../protocol/rdp/client/contract.ts';
import { ENCOMSP_CHANNEL } from '../../protocol/rdp/channels/encomsp.ts';
import { REMDESK_CHANNEL, REMDESK_CHANNEL_OPTIONS } from '../../protocol/rdp/channels/remdesk.ts';
import { RdpClient } from '../../protocol/rdp/client/rdp-client.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { Clock } from '../clock.ts';
import { ConnectionError, type ExpertLink, type ExpertLinkEvent, type LinkEnd, type LinkTraffic } from './contract.ts';
import { HANDSHAKE_DEADLINE_MS, PEER_GONE_AFTER_MS, TICK_MS } from './deadlines.ts';
import type { ExpertLinkOptions } from './expert-engine.ts';
import { type Candidate, type HandshakeError, asHandshakeError } from './handshake.ts';
import { LinkLife } from './link-life.ts';
import { RdpStream } from './rdp-stream.ts';

/** Only a wish: the novice's desktop has the size it has. */
const WISHED_DESKTOP = { width: 1280, height: 720 } as const;
const US_KEYBOARD = 0x0409;
/** CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_ENCRYPT_RDP ([MS-RDPBCGR] 2.2.1.3.4.1). */
const CHANNEL_OPTIONS = 0xc000_0000;
/** What [MS-RA] clients send where there is no password. */
const NO_PASSWORD = '*';

type State = 'verified' | 'presented';

/** Our own RDP client on one socket. A candidate until the certificate has proved to be the pinned one, a link afterwards. */
export class RdpClientLink implements ExpertLink, Candidate {
  readonly connection: SessionConnection;
  readonly hasChannels = true;
  private readonly options: ExpertLinkOptions;
  private readonly clock: Clock;
  private readonly machine: RdpClientMachine;
  private readonly stream: RdpStream;
  private readonly life: LinkLife<State, ExpertLinkEvent>;

  constructor(options: ExpertLinkOptions) {
    this.options = options;
    this.clock = options.clock;
    this.connection = options.connection;
    this.machine = new RdpClient({
      workingDir: options.workingDir,
      userName: options.userName,
      password: NO_PASSWORD,
      alternateShell: NO_PASSWORD,
      clientName: 'RINGBACK',
      desktop: WISHED_DESKTOP,
      keyboardLayout: US_KEYBOARD,
      channels: [
        { name: ENCOMSP_CHANNEL, options: CHANNEL_OPTIONS },
        ...(options.remdesk ? [{ name: REMDESK_CHANNEL, options: REMDESK_CHANNEL_OPTIONS }] : []),
      ],
      peerGoneAfterMs: PEER_GONE_AFTER_MS,
    });
    this.stream = new RdpStream(options.socket, options.clock, {
      bytes: (bytes) => this.drive(() => this.machine.receive(bytes, this.clock.now())),
      gone: (error) => this.life.gone(error),
    });
    this.life = new LinkLife({
      stream: this.stream,
      clock: options.clock,
      refused: options.refused,
      refusal: (cause) => this.refusal(cause),
      goodbye: () => this.apply(this.machine.disconnect()),
    });
    this.life.deadline(HANDSHAKE_DEADLINE_MS, () => {
      const error = new ConnectionError('DEADLINE', `the handshake took more than ${HANDSHAKE_DEADLINE_MS} ms`);
      if (this.life.state === 'handshake') this.refuse(error);
      else this.life.fail('timeout', error);
    });
    this.life.every(TICK_MS, () => this.drive(() => this.machine.tick(this.clock.now())));
    this.stream.start();
    this.drive(() => this.machine.start(this.clock.now()));
  }

  get onEvent(): ExpertLink['onEvent'] {
    return this.life.events.on;
  }

  get traffic(): LinkTraffic {
    return this.stream.traffic;
  }

  get gone(): Promise<void> {
    return this.stream.gone;
  }

  get stage(): number {
    return this.stream.stage;
  }

  sendInput(events: readonly InputEvent[]): void {
    this.send(() => this.machine.sendInput(events));
  }

  acknowledgeFrame(frameId: number): void {
    this.send(() => this.machine.acknowledgeFrame(frameId));
  }

  setDisplayWanted(wanted: boolean): void {
    this.send(() => this.machine.setDisplayWanted(wanted));
  }

  refresh(areas: readonly Rect[]): void {
    this.send(() => this.machine.refresh(areas));
  }

  sendChannel(name: string, data: Uint8Array): void {
    this.send(() => this.machine.sendChannel(name, data));
  }

  close(): Promise<void> {
    return this.life.close('userRequested');
  }

  abandon(): void {
    this.life.abandon();
  }

  refuse(error: HandshakeError): void {
    this.life.refuse(error);
  }

  /** What our own side asks for: its mistakes (an unknown channel) are thrown back at it. */
  private send(outputs: () => RdpClientOutput[]): void {
    if (this.life.state === 'presented' && this.life.running) this.apply(outputs());
  }

  private drive(outputs: () => RdpClientOutput[]): void {
    this.life.contain(() => this.apply(outputs()));
  }

  /** Before TLS the only thing a server can be refused for is not going on to TLS. */
  private refusal(error: unknown): HandshakeError {
    if (this.stage === 0 && error instanceof ProtocolError) {
      return new ConnectionError('NOT_TLS', 'the other side did not answer with TLS', { cause: error });
    }
    return asHandshakeError(error, this.stream.upgrading);
  }

  private apply(outputs: readonly RdpClientOutput[]): void {
    this.stream.together(() => {
      for (const output of outputs) this.one(output);
    });
  }

  private one(output: RdpClientOutput): void {
    switch (output.tag) {
      case 'send':
        this.stream.write(output.bytes);
        return;
      case 'startTls':
        this.stream.connectTls((der) => this.verify(der));
        return;
      case 'presented':
        if (this.life.state !== 'verified') return;
        this.life.state = 'presented';
        this.life.metDeadline();
        this.life.events.emit(output);
        return;
      case 'closed':
        this.closedByMachine(output.reason);
        return;
      default:
        if (this.life.state !== 'over') this.life.events.emit(output);
    }
  }

  private verify(der: Uint8Array): void {
    if (this.life.state !== 'handshake') return;
    if (!this.options.trusts(der)) {
      this.refuse(new ConnectionError('PIN_MISMATCH', 'the certificate is not the one in the ticket'));
      return;
    }
    // A throwing listener must not leave a verified connection that nobody owns.
    this.drive(() => {
      this.life.state = 'verified';
      if (this.options.verified(this)) return this.machine.tlsEstablished(this.clock.now());
      this.abandon();
      return [];
    });
  }

  private closedByMachine(reason: LinkEnd): void {
    if (this.life.state === 'over') return;
    if (this.life.state === 'handshake') {
      this.refuse(
        this.stage === 0
          ? new ConnectionError('NOT_TLS', 'the other side did not answer with TLS')
          : new ConnectionError('SOCKET', `the connection ended during the handshake: ${reason}`),
      );
      return;
    }
    this.life.endedByPeer(reason);
  }
}
