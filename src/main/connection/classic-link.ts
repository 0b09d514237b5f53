// oxlint-disable-next-line typescript/triple-slash-reference -- a package without types: its declaration is ambient, so there is nothing to import
/// <reference path="./node-rdpjs.d.ts" />
import rdp, { type ClassicBitmap, type ClassicClient, type Field } from 'node-rdpjs';
import core from 'node-rdpjs/lib/core/index.js';
import structures from 'node-rdpjs/lib/protocol/pdu/data.js';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { SessionConnection } from '../../protocol/assistance/status.ts';
import { readLicence } from '../../protocol/rdp/client/licensing.ts';
import { encodeBitmapUpdate } from '../../protocol/rdp/pdu/bitmap-update.ts';
import { CAPSTYPE_INPUT } from '../../protocol/rdp/pdu/capabilities/input.ts';
import { INFO } from '../../protocol/rdp/pdu/client-info.ts';
import { meaningOfErrorInfo, meaningOfUltimatum } from '../../protocol/rdp/pdu/disconnect-reasons.ts';
import { FAST_PATH_UPDATE } from '../../protocol/rdp/pdu/fast-path-output.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import { Silence } from '../../protocol/rdp/silence.ts';
import { classicInput } from './classic-input.ts';
import { ConnectionError, type ExpertLink, type ExpertLinkEvent, type LinkEnd, type LinkTraffic } from './contract.ts';
import { HANDSHAKE_DEADLINE_MS, SILENCE, TICK_MS } from './deadlines.ts';
import type { ExpertLinkOptions } from './expert-engine.ts';
import { type Candidate, type HandshakeError, asError } from './handshake.ts';
import { LinkLife } from './link-life.ts';
import { RdpStream } from './rdp-stream.ts';

const WISHED_DESKTOP = { width: 1280, height: 720 } as const;
/** RNS_UD_CS_WANT_32BPP_SESSION ([MS-RDPBCGR] 2.2.1.3.2). */
const WANT_32BPP_SESSION = 0x0002;
/** CAPSTYPE_GENERAL (2.2.7.1.1): has the server's support of Suppress Output. */
const CAPSTYPE_GENERAL = 1;
/** CAPSTYPE_BITMAP (2.2.7.1.2): has the size of the server's desktop. */
const CAPSTYPE_BITMAP = 2;
const MAX_DESKTOP_SIDE = 16_384;
const PDUTYPE2_SET_ERROR_INFO = 47;
/** T.125 DomainMCSPDU choice, in the upper six bits of the first byte. */
const DISCONNECT_PROVIDER_ULTIMATUM = 8;
/** MCS Disconnect Provider Ultimatum, rn-user-requested, in X.224 Data in TPKT (2.2.2.3): node-rdpjs just hangs up. */
const DISCONNECT_ULTIMATUM = Uint8Array.of(0x03, 0x00, 0x00, 0x09, 0x02, 0xf0, 0x80, 0x21, 0x80);
/** Input events in one PDU. */
const MAX_INPUT_BATCH = 64;

type State = 'verified' | 'presented';

/**
 * The second engine: node-rdpjs on the same connected socket. Its transport layer is replaced by {@link RdpStream}, because
 * its own accepts any certificate; so the pin stands between its TLS and its MCS, and whatever it throws is caught here.
 * It has no channels, no pointer shapes and no round trip measure.
 */
export class ClassicLink implements ExpertLink, Candidate {
  readonly connection: SessionConnection;
  private readonly options: ExpertLinkOptions;
  private readonly client: ClassicClient;
  private readonly stream: RdpStream;
  private readonly life: LinkLife<State, ExpertLinkEvent>;
  private readonly silence = new Silence(SILENCE);
  /** The novice's desktop, from the active session on. */
  private desktop: Size | undefined;
  private licenceRefused = false;
  /** What Set Error Info or the ultimatum's reason said, which node-rdpjs reads past. */
  private announced: LinkEnd | undefined;

  constructor(options: ExpertLinkOptions) {
    this.options = options;
    this.connection = options.connection;
    this.stream = new RdpStream(options.carrier, options.clock, {
      ...(options.turns === undefined ? {} : { turns: options.turns }),
      bytes: (bytes) => this.receive(bytes),
      gone: (error) => {
        this.refuse(this.cut(error));
        this.life.gone(error, this.announced);
      },
    });
    this.life = new LinkLife({
      stream: this.stream,
      clock: options.clock,
      refused: options.refused,
      refusal: (cause) =>
        new ConnectionError(this.stream.secure ? 'SOCKET' : 'NOT_TLS', 'the RDP handshake failed', { cause: asError(cause) }),
      goodbye: () => {
        if (this.life.state === 'presented') this.stream.write(DISCONNECT_ULTIMATUM);
      },
    });
    this.client = rdp.createClient({
      userName: options.userName,
      password: '*',
      alternateShell: '*',
      workingDir: options.workingDir,
      screen: WISHED_DESKTOP,
      locale: 'en',
      // node-rdpjs hands tiles on undecoded; the viewer's worker decodes them.
      decompress: false,
      logLevel: 'ERROR',
    });
    this.attach();
    this.life.deadline(HANDSHAKE_DEADLINE_MS, () => {
      const error = new ConnectionError('DEADLINE', `the handshake took more than ${HANDSHAKE_DEADLINE_MS} ms`);
      if (this.life.state === 'handshake') this.refuse(error);
      else this.life.fail('timeout', error);
    });
    this.life.every(TICK_MS, () => this.listen(options.clock.monotonicMs()));
    this.stream.start();
    this.contained(() => this.client.x224.connect());
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
    if (this.desktop === undefined || !this.life.running) return;
    const records = events.flatMap(classicInput);
    this.contained(() => {
      for (let at = 0; at < records.length; at += MAX_INPUT_BATCH)
        this.client.global.sendInputEvents(records.slice(at, at + MAX_INPUT_BATCH));
    });
  }

  /** Suppress Output ([MS-RDPBCGR] 2.2.11.3), where the server takes it: when the picture is wanted again it comes whole. */
  setDisplayWanted(wanted: boolean): void {
    const desktop = this.desktop;
    const general = this.client.global.serverCapabilities[CAPSTYPE_GENERAL]?.obj;
    if (desktop === undefined || general?.['suppressOutputSupport']?.value !== 1) return;
    const pdu = structures.supressOutputDataPDU();
    pdu.obj.allowDisplayUpdates.value = wanted ? 1 : 0;
    const { right, bottom } = pdu.obj.desktopRect.obj;
    right.value = desktop.width - 1;
    bottom.value = desktop.height - 1;
    this.contained(() => this.client.global.sendDataPDU(pdu));
  }

  /* node-rdpjs has no frame markers, and its Refresh Rect throws. */
  acknowledgeFrame(): void {}
  refresh(): void {}

  setReading(reading: boolean): void {
    this.stream.setReading(reading);
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

  /** node-rdpjs answers no questions, and what the novice's program says tells nothing: only its system can be judged. */
  private listen(nowMs: number): void {
    if (this.life.state !== 'presented') return;
    const news = this.silence.judge(nowMs, { measured: false, owedMs: this.stream.line.progress().owedMs });
    if (news === 'over') this.life.endedByPeer('peerGone');
    else if (news !== undefined) this.life.events.emit({ tag: 'line', silent: news === 'silent' });
  }

  private attach(): void {
    const client = this.client;
    client.mcs.clientCoreData.obj.earlyCapabilityFlags.value |= WANT_32BPP_SESSION;
    client.sec.infos.obj.flag.value |= INFO.maximizeShell;
    // node-rdpjs adds keyboardFunctionKey once more under this misspelt name: four bytes too many in TS_INPUT_CAPABILITYSET (2.2.7.1.6).
    const input = client.global.clientCapabilities[CAPSTYPE_INPUT]?.obj ?? {};
    Object.defineProperty(input, 'keyboardrFunctionKey', {
      set: (field: Field) => {
        input['keyboardFunctionKey'] = field;
      },
    });
    const receiveLicense = client.sec.recvLicense.bind(client.sec);
    client.sec.recvLicense = (stream) => {
      const step = readLicence(Uint8Array.from(stream.buffer.subarray(stream.offset)));
      if (step.tag === 'done') return receiveLicense(stream);
      if (this.licenceRefused) throw new ProtocolError('REFUSED', 'SERVER_LICENSE_REQUEST', 'one', 'another');
      this.licenceRefused = true;
      client.sec.transport.send('global', new core.type.BinaryString(Buffer.from(step.data)));
      client.sec.transport.once('global', (next) => client.sec.recvLicense(next));
    };
    client.bufferLayer.send = (message) => this.stream.write(message.toStream().buffer);
    client.bufferLayer.startTLS = (ready) => this.stream.connectTls((der) => this.verify(der, ready));
    // node-rdpjs calls this after MCS Disconnect Provider Ultimatum and Shutdown Denied.
    client.bufferLayer.close = () => this.life.endedByPeer(this.announced ?? 'disconnected');
    // node-rdpjs's own listener runs before this one and has sent Client Info.
    client.mcs.on('connect', () => {
      if (this.life.state !== 'verified') return;
      this.life.state = 'presented';
      this.life.metDeadline();
      this.life.events.emit({ tag: 'presented' });
    });
    const readDataPdu = client.global.readDataPDU.bind(client.global);
    client.global.readDataPDU = (message) => {
      if (message.obj.shareDataHeader.obj.pduType2.value === PDUTYPE2_SET_ERROR_INFO) {
        this.announced = meaningOfErrorInfo(message.obj.pduData.obj['errorInfo']?.value ?? 0);
      }
      readDataPdu(message);
    };
    const receiveMcs = client.mcs.recv.bind(client.mcs);
    client.mcs.recv = (stream) => {
      const [first = 0, second = 0] = stream.buffer.subarray(stream.offset, stream.offset + 2);
      if (first >> 2 === DISCONNECT_PROVIDER_ULTIMATUM)
        this.announced ??= meaningOfUltimatum(((first & 3) << 1) | (second >> 7), this.desktop !== undefined);
      receiveMcs(stream);
    };
    client.on('connect', () => this.activated());
    client.on('bitmap', (bitmap) => this.bitmap(bitmap));
    client.on('error', (error) => this.life.broken(error));
  }

  private activated(): void {
    const capability = this.client.global.serverCapabilities[CAPSTYPE_BITMAP]?.obj;
    const width = capability?.['desktopWidth']?.value ?? 0;
    const height = capability?.['desktopHeight']?.value ?? 0;
    if (width < 1 || height < 1 || width > MAX_DESKTOP_SIDE || height > MAX_DESKTOP_SIDE) {
      throw new ProtocolError('OUT_OF_RANGE', 'TS_BITMAP_CAPABILITYSET.desktopWidth', `1..${MAX_DESKTOP_SIDE}`, `${width}x${height}`);
    }
    this.desktop = { width, height };
    this.life.events.emit({ tag: 'active', desktop: this.desktop });
  }

  /** Encodes the rectangle again, which copies its pixels: node-rdpjs reuses their memory after this event. */
  private bitmap(bitmap: ClassicBitmap): void {
    if (this.life.state !== 'presented') return;
    const data = encodeBitmapUpdate([{ ...bitmap, compressed: Boolean(bitmap.isCompress) }]);
    this.life.events.emit({ tag: 'graphics', graphics: { tag: 'update', updateCode: FAST_PATH_UPDATE.bitmap, data } });
  }

  private receive(bytes: Uint8Array): void {
    const plain = this.stage === 0;
    this.contained(() => this.client.bufferLayer.recv(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    // node-rdpjs does not report a server that chooses plain RDP security; only the answer that starts TLS is let on.
    if (plain && this.stage === 0) this.refuse(new ConnectionError('NOT_TLS', 'the other side did not answer with TLS'));
  }

  private verify(der: Uint8Array, ready: () => void): void {
    if (this.life.state !== 'handshake') return;
    if (!this.options.trusts(der)) {
      this.refuse(new ConnectionError('PIN_MISMATCH', 'the certificate is not the one in the ticket'));
      return;
    }
    this.contained(() => {
      this.life.state = 'verified';
      if (this.options.verified(this)) ready();
      else this.abandon();
    });
  }

  /** Runs code of node-rdpjs. Anything it throws, strings and undefined included, ends this connection and no other. */
  private contained(run: () => void): void {
    this.life.contain(() => this.stream.together(run));
  }

  /** The socket has gone during the handshake: what was wrong about its last bytes, if anything was. */
  private cut(cause: Error | undefined): HandshakeError {
    const notTls = cause instanceof ProtocolError || (this.stream.upgrading && cause !== undefined);
    return new ConnectionError(notTls ? 'NOT_TLS' : 'SOCKET', 'the connection was closed during the handshake', { cause });
  }
}
