import type { SessionConnection } from '../../protocol/assistance/status.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { RdpClientMachine, RdpClientOutput } from '../../protocol/rdp/client/contract.ts';
import { RdpClient } from '../../protocol/rdp/client/rdp-client.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { Clock } from '../clock.ts';
import { ConnectionError, type ExpertLink, type ExpertLinkEvent, type LinkEnd, type LinkTraffic } from './contract.ts';
import { HANDSHAKE_DEADLINE_MS, SILENCE } from './deadlines.ts';
import type { ExpertLinkOptions } from './expert-engine.ts';
import { type Candidate, type HandshakeError, asHandshakeError } from './handshake.ts';
import { LinkLife } from './link-life.ts';
import { MachineDriver } from './machine-driver.ts';
import { Pulse } from './pulse.ts';
import { RdpStream } from './rdp-stream.ts';

/** The desktop size that the client asks for; the novice's server answers with its own. */
const WISHED_DESKTOP = { width: 1280, height: 720 } as const;
const US_KEYBOARD = 0x0409;
/** The password field that [MS-RA] clients send when there is no password. */
const NO_PASSWORD = '*';

type State = 'verified' | 'presented';

/** Our own RDP client on one socket. A candidate until the certificate has proved to be the pinned one, a link afterwards. */
export class RdpClientLink implements ExpertLink, Candidate {
  private readonly options: ExpertLinkOptions;
  private readonly clock: Clock;
  private readonly machine: RdpClientMachine;
  private readonly stream: RdpStream;
  private readonly pulse: Pulse;
  private readonly life: LinkLife<State, ExpertLinkEvent>;
  private readonly driver: MachineDriver<RdpClientOutput>;
  private isReading = true;

  constructor(options: ExpertLinkOptions) {
    this.options = options;
    this.clock = options.clock;
    this.machine = new RdpClient({
      workingDir: options.workingDir,
      userName: options.userName,
      password: NO_PASSWORD,
      alternateShell: NO_PASSWORD,
      clientName: 'RINGBACK',
      desktop: WISHED_DESKTOP,
      keyboardLayout: US_KEYBOARD,
      channels: { list: options.channels, openPort: (channel) => this.driver.portOf(this.machine, channel) },
      silence: SILENCE,
    });
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
      refusal: (cause) => this.refusal(cause),
      goodbye: () => this.driver.request(() => this.machine.disconnect()),
    });
    this.driver = new MachineDriver({
      stream: this.stream,
      clock: options.clock,
      contain: (act) => this.life.contain(act),
      perform: (output) => this.perform(output),
    });
    this.life.deadline(HANDSHAKE_DEADLINE_MS, () => {
      const error = new ConnectionError('DEADLINE', `the handshake took more than ${HANDSHAKE_DEADLINE_MS} ms`);
      if (this.life.state === 'handshake') this.refuse(error);
      else this.life.fail('timeout', error);
    });
    this.life.every(
      () => this.pulse.nextMs(),
      () => this.tick(),
    );
    this.stream.start();
    this.driver.drive(() => this.machine.start(this.clock.monotonicMs()));
  }

  /** As it is known now: that a router has opened a door is heard a moment later. */
  get connection(): SessionConnection {
    return this.options.connection;
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
    this.answer(() => this.machine.acknowledgeFrame(frameId));
  }

  setDisplayWanted(wanted: boolean): void {
    this.answer(() => this.machine.setDisplayWanted(wanted));
  }

  refresh(areas: readonly Rect[]): void {
    this.answer(() => this.machine.refresh(areas));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.driver.whenIdle(() => resolve(this.life.close('userRequested'))));
  }

  abandon(): void {
    this.life.abandon();
  }

  refuse(error: HandshakeError): void {
    this.life.refuse(error);
  }

  setReading(reading: boolean): void {
    this.stream.setReading(reading);
    this.isReading = reading;
    this.machine.unread(this.clock.monotonicMs());
  }

  private receive(bytes: Uint8Array): void {
    const nowMs = this.clock.monotonicMs();
    this.pulse.heard(nowMs);
    this.driver.drive(() => this.machine.receive(bytes, nowMs));
  }

  private tick(): void {
    if (!this.isReading) this.machine.unread(this.clock.monotonicMs());
    this.driver.drive(() => this.machine.tick(this.clock.monotonicMs(), this.stream.line.progress().owedMs));
  }

  /** What the other side's pictures bring about: one that sends them and reads no answers ends the connection. */
  private answer(outputs: () => RdpClientOutput[]): void {
    if (this.life.state === 'presented' && this.life.running) this.driver.drive(outputs);
  }

  /** What our own side asks for: its mistakes are thrown back at it. */
  private send(outputs: () => RdpClientOutput[]): void {
    if (this.life.state === 'presented' && this.life.running) this.driver.request(outputs);
  }

  /** Before TLS the only thing a server can be refused for is not going on to TLS. */
  private refusal(error: unknown): HandshakeError {
    if (this.stage === 0 && error instanceof ProtocolError) {
      if (error.code === 'REFUSED')
        return new ConnectionError('OTHER_SECURITY', 'the other side insists on another kind of security than TLS', { cause: error });
      return new ConnectionError('NOT_TLS', 'the other side did not answer with TLS', { cause: error });
    }
    return asHandshakeError(error, this.stream.upgrading);
  }

  private perform(output: Exclude<RdpClientOutput, { readonly tag: 'send' | 'suspended' }>): void {
    switch (output.tag) {
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
    this.life.contain(() => {
      this.life.state = 'verified';
      if (this.options.verified(this)) this.driver.request(() => this.machine.tlsEstablished(this.clock.monotonicMs()));
      else this.abandon();
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
