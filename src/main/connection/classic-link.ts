import type { SessionConnection } from '../../protocol/assistance/status.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import { connectionRequest, readConnectionConfirm } from '../../protocol/rdp/client/connection-initiation.ts';
import type { DisconnectReason } from '../../protocol/rdp/pdu/disconnect-reasons.ts';
import { FAST_PATH_UPDATE } from '../../protocol/rdp/pdu/fast-path-output.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import { Silence } from '../../protocol/rdp/silence.ts';
import { type FromEngine, parseAnswer, type ToEngine } from './classic-messages.ts';
import {
  ConnectionError,
  type EngineProcess,
  type ExpertLink,
  type ExpertLinkEvent,
  type LinkTraffic,
  type StartEngine,
} from './contract.ts';
import { HANDSHAKE_DEADLINE_MS, SILENCE, TICK_MS } from './deadlines.ts';
import type { ExpertLinkOptions } from './expert-engine.ts';
import { type Candidate, type HandshakeError, asError, asHandshakeError } from './handshake.ts';
import { LinkLife } from './link-life.ts';
import { RdpStream } from './rdp-stream.ts';

const TPKT_HEADER_BYTES = 4;
/** MCS Disconnect Provider Ultimatum, rn-user-requested, in X.224 Data in TPKT ([MS-RDPBCGR] 2.2.2.3): node-rdpjs just hangs up. */
const DISCONNECT_ULTIMATUM = Uint8Array.of(0x03, 0x00, 0x00, 0x09, 0x02, 0xf0, 0x80, 0x21, 0x80);
/** With more on its way to the engine nothing is read from the socket. */
const MOST_WAITING_BYTES = 1 << 20;
/** An engine that has not answered for so long hangs; it has been started by then, too. Sooner than the handshake is given up, so that it is named. */
export const ENGINE_DEADLINE_MS = 8_000;
/** What the expert did last (keys that were let go) still goes out when it ends, but nobody waits for it longer than this. */
const LAST_INPUT_MS = 250;

type State = 'verified' | 'presented';

/**
 * The second engine: node-rdpjs, in a process of its own that begins once the novice has proved to be the one who is meant. Here are the socket, TLS, the
 * pin, and what the engine may say ({@link parseAnswer}); its end, whatever the cause, is the end of this link and of nothing else.
 */
export class ClassicLink implements ExpertLink, Candidate {
  private readonly options: ExpertLinkOptions;
  private readonly startEngine: StartEngine;
  private readonly stream: RdpStream;
  private readonly life: LinkLife<State, ExpertLinkEvent>;
  private readonly silence = new Silence(SILENCE);
  private engine: EngineProcess | undefined;
  /** Bytes of each message that the engine has not answered yet, oldest first. */
  private readonly unanswered: number[] = [];
  private cancelAnswer: () => void = () => undefined;
  private whenAnswered: (() => void)[] = [];
  private confirm: Uint8Array = new Uint8Array(0);
  private isReading = true;
  private isActive = false;
  /** What Set Error Info or the ultimatum's reason said, which node-rdpjs reads past. */
  private announced: DisconnectReason | undefined;

  constructor(options: ExpertLinkOptions, startEngine: StartEngine) {
    this.options = options;
    this.startEngine = startEngine;
    this.stream = new RdpStream(options.carrier, options.clock, {
      ...(options.turns === undefined ? {} : { turns: options.turns }),
      bytes: (bytes) => this.receive(bytes),
      // What came last may say why.
      gone: (error) => this.onceAnswered(() => this.ended(error)),
    });
    this.life = new LinkLife({
      stream: this.stream,
      clock: options.clock,
      refused: options.refused,
      refusal: (cause) => this.refusal(cause),
      goodbye: () => {
        this.endEngine();
        if (this.life.state === 'presented') this.stream.write(DISCONNECT_ULTIMATUM);
      },
    });
    this.life.deadline(HANDSHAKE_DEADLINE_MS, () => {
      const error = new ConnectionError('DEADLINE', `the handshake took more than ${HANDSHAKE_DEADLINE_MS} ms`);
      if (this.life.state === 'handshake') this.refuse(error);
      else this.life.fail('timeout', error);
    });
    this.life.every(
      () => TICK_MS,
      () => this.listen(options.clock.monotonicMs()),
    );
    this.stream.start();
    this.stream.write(connectionRequest());
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
    if (this.isActive && this.life.running && events.length > 0) this.tell({ tag: 'input', events });
  }

  setDisplayWanted(wanted: boolean): void {
    if (this.isActive && this.life.running) this.tell({ tag: 'displayWanted', wanted });
  }

  /* node-rdpjs has no frame markers, and its Refresh Rect throws. */
  acknowledgeFrame(): void {}
  refresh(): void {}

  setReading(reading: boolean): void {
    this.isReading = reading;
    this.read();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        resolve(this.life.close('userRequested'));
      };
      const cancel = this.options.clock.after(LAST_INPUT_MS, () => this.endEngine());
      this.onceAnswered(end);
    });
  }

  abandon(): void {
    this.endEngine();
    this.life.abandon();
  }

  refuse(error: HandshakeError): void {
    this.life.refuse(error);
  }

  /** node-rdpjs answers no questions, and what the novice's program says tells nothing: only its system can be judged. */
  private listen(nowMs: number): void {
    if (this.life.state !== 'presented') return;
    const news = this.silence.judge(nowMs, { measured: false, owedMs: this.stream.line.progress().owedMs });
    if (news === 'over') this.life.endedByPeer('peerGone');
    else if (news !== undefined) this.life.events.emit({ tag: 'line', silent: news === 'silent' });
  }

  private receive(bytes: Uint8Array): void {
    if (this.stage > 0) {
      this.tell({ tag: 'bytes', bytes });
      return;
    }
    this.life.contain(() => {
      readConnectionConfirm(bytes.subarray(TPKT_HEADER_BYTES));
      this.confirm = Uint8Array.from(bytes);
      this.stream.connectTls((der) => this.verify(der));
    });
  }

  private verify(der: Uint8Array): void {
    if (this.life.state !== 'handshake') return;
    if (!this.options.trusts(der)) {
      this.refuse(new ConnectionError('PIN_MISMATCH', 'the certificate is not the one in the ticket'));
      return;
    }
    this.life.contain(() => {
      this.life.state = 'verified';
      if (this.options.verified(this)) this.begin();
      else this.abandon();
    });
  }

  /* ---------- the engine ---------- */

  private begin(): void {
    const engine = this.startEngine();
    this.engine = engine;
    const mine = (): boolean => this.engine === engine;
    engine.onMessage((message) => {
      if (mine()) this.life.contain(() => this.answered(message));
    });
    engine.onGone((why) => {
      if (mine()) this.engineFailed(why);
    });
    const { userName, workingDir } = this.options;
    this.tell({ tag: 'start', confirm: this.confirm, userName, workingDir });
  }

  private tell(message: ToEngine): void {
    if (this.engine === undefined || !this.life.running) return;
    this.unanswered.push(message.tag === 'bytes' ? message.bytes.length : 0);
    if (this.unanswered.length === 1) this.expectAnswer();
    this.engine.post(message);
    this.read();
  }

  private expectAnswer(): void {
    this.cancelAnswer();
    this.cancelAnswer = this.options.clock.after(ENGINE_DEADLINE_MS, () => this.engineFailed(`no answer for ${ENGINE_DEADLINE_MS} ms`));
  }

  private answered(message: unknown): void {
    const outputs = parseAnswer(message);
    if (outputs === undefined || this.unanswered.shift() === undefined) {
      this.engineFailed('an answer that is none');
      return;
    }
    this.stream.together(() => {
      for (const output of outputs) this.perform(output);
    });
    if (this.unanswered.length > 0) {
      this.expectAnswer();
      this.read();
      return;
    }
    this.cancelAnswer();
    this.read();
    this.answeredAll();
  }

  private perform(output: FromEngine): void {
    if (!this.life.running) return;
    switch (output.tag) {
      case 'write':
        this.stream.write(output.bytes);
        return;
      case 'presented':
        if (this.life.state !== 'verified') return;
        this.life.state = 'presented';
        this.life.metDeadline();
        this.life.events.emit({ tag: 'presented' });
        return;
      case 'active':
        this.isActive = true;
        this.life.events.emit({ tag: 'active', desktop: output.desktop });
        return;
      case 'update':
        if (this.life.state !== 'presented') return;
        this.life.events.emit({ tag: 'graphics', graphics: { tag: 'update', updateCode: FAST_PATH_UPDATE.bitmap, data: output.data } });
        return;
      case 'announced':
        this.announced = output.end;
        return;
      case 'closed':
        this.life.endedByPeer(this.announced ?? 'disconnected');
        return;
      case 'broken':
        this.life.broken(
          output.refused ? new ProtocolError('REFUSED', 'the classic engine', 'what it does', output.text) : new Error(output.text),
        );
    }
  }

  /** The engine's own fault, and never the other side's word. */
  private engineFailed(why: string): void {
    this.endEngine();
    if (this.life.state === 'over') return;
    this.life.engineFailed(new Error(`the classic engine: ${why}`));
  }

  private endEngine(): void {
    const { engine } = this;
    this.engine = undefined;
    this.cancelAnswer();
    this.unanswered.length = 0;
    engine?.kill();
    this.answeredAll();
  }

  /** Runs once the engine has answered all that it was told, or is no more. */
  private onceAnswered(run: () => void): void {
    if (this.unanswered.length === 0) run();
    else this.whenAnswered.push(run);
  }

  private answeredAll(): void {
    for (const run of this.whenAnswered.splice(0)) run();
  }

  private read(): void {
    const waiting = this.unanswered.reduce((sum, bytes) => sum + bytes, 0);
    this.stream.setReading(this.isReading && waiting < MOST_WAITING_BYTES);
  }

  private ended(error: Error | undefined): void {
    this.life.gone(error, this.announced);
    this.endEngine();
  }

  /** Before TLS the only thing a server can be refused for is not going on to TLS. */
  private refusal(error: unknown): HandshakeError {
    if (this.stage === 0 && error instanceof ProtocolError) {
      if (error.code === 'REFUSED')
        return new ConnectionError('OTHER_SECURITY', 'the other side insists on another kind of security than TLS', { cause: error });
      return new ConnectionError('NOT_TLS', 'the other side did not answer with TLS', { cause: error });
    }
    return asHandshakeError(error === undefined ? error : asError(error), this.stream.upgrading);
  }
}
