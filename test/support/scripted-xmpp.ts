/* A server of XMPP that does what a test tells it, right or wrong. Real sockets, real TLS, and as much of a server as signing in takes. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createHash, X509Certificate } from 'node:crypto';
import { createSecureContext, TLSSocket } from 'node:tls';
import { StanzaFramer } from '../../src/protocol/xmpp/framer.ts';
import { NS } from '../../src/protocol/xmpp/namespaces.ts';
import { isStanzaName, type Stanza, textOf } from '../../src/protocol/xmpp/stanza.ts';
import { ScramServer } from '../protocol/xmpp/scram-server.ts';
import { makeServerCertificate } from './servers/certificates.ts';

export interface Behaviour {
  startTls: boolean;
  /** Said in the same piece as `proceed`, before TLS. */
  afterProceed: string;
  /** Channel bindings that it names and has. */
  bindings: readonly string[];
  /** Said in the same piece as its last answer, when the stream begins or is taken up again. */
  afterLastAnswer: string;
  /** Instead of features, inside TLS; or before it. */
  streamError: string | undefined;
  errsBeforeTls: boolean;
  /** Streams that can be taken up again. */
  resumes: boolean;
  /** How long it says that it keeps them, in seconds. */
  keepsS: number;
  /** Says nothing at all. */
  isSilent: boolean;
  /** Answers `<r/>`. */
  acknowledges: boolean;
  /** Ends the stream and the connection where the client ends the stream. */
  ends: boolean;
  /** How what it says is cut into pieces. */
  pieces: (bytes: Buffer) => readonly Buffer[];
}

export class ScriptedConnection {
  socket: Socket;
  /** Everything that the client said, before and inside TLS. */
  heard = '';
  readonly stanzas: Stanza[] = [];
  /** `<a h/>` of the client. */
  readonly acknowledged: number[] = [];
  private readonly server: ScriptedXmpp;
  private framer = new StanzaFramer();
  private scram: ScramServer | undefined;
  private isSignedIn = false;

  constructor(server: ScriptedXmpp, socket: Socket) {
    this.server = server;
    this.socket = socket;
    this.listen();
  }

  say(text: string): void {
    for (const piece of this.server.behaviour.pieces(Buffer.from(text))) if (this.socket.writable) this.socket.write(piece);
  }

  private listen(): void {
    this.socket.on('error', () => {});
    this.socket.on('data', (bytes: Buffer) => {
      this.heard += bytes.toString();
      if (this.server.behaviour.isSilent) return;
      const { framer } = this;
      for (const framed of framer.push(bytes.toString())) {
        if (framed.tag === 'header') this.opened();
        if (framed.tag === 'end' && this.server.behaviour.ends) this.socket.end('</stream:stream>');
        if (framed.tag === 'stanza') this.element(framed.stanza);
        if (this.framer !== framer) return;
      }
    });
  }

  private opened(): void {
    const { behaviour } = this.server;
    this.say(`<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}' id='1' version='1.0'>`);
    if (behaviour.streamError !== undefined && behaviour.errsBeforeTls !== this.socket instanceof TLSSocket)
      return this.say(`<stream:error>${behaviour.streamError}</stream:error></stream:stream>`);
    const plus = behaviour.bindings.length > 0 ? '<mechanism>SCRAM-SHA-256-PLUS</mechanism>' : '';
    const types = behaviour.bindings.map((type) => `<channel-binding type='${type}'/>`).join('');
    const sasl = `<mechanisms xmlns='${NS.sasl}'>${plus}<mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-256</mechanism></mechanisms><sasl-channel-binding xmlns='${NS.channelBindings}'>${types}</sasl-channel-binding>`;
    const inside = this.isSignedIn ? `<bind xmlns='${NS.bind}'/><sm xmlns='${NS.management}'/>` : sasl;
    const before = behaviour.startTls ? `<starttls xmlns='${NS.tls}'/>` : sasl;
    this.say(`<stream:features>${this.socket instanceof TLSSocket ? inside : before}</stream:features>`);
  }

  private element(stanza: Stanza): void {
    const { behaviour } = this.server;
    switch (`${stanza.name} ${stanza.xmlns}`) {
      case `starttls ${NS.tls}`:
        this.say(`<proceed xmlns='${NS.tls}'/>${behaviour.afterProceed}`);
        return this.secure();
      case `auth ${NS.sasl}`:
      case `response ${NS.sasl}`:
        return this.sasl(stanza);
      case `enable ${NS.management}`:
        return this.say(
          `<enabled xmlns='${NS.management}' id='i' resume='${behaviour.resumes}' max='${behaviour.keepsS}'/>${behaviour.afterLastAnswer}`,
        );
      case `resume ${NS.management}`:
        this.server.resumed.push(stanza);
        return this.say(`<resumed xmlns='${NS.management}' previd='i' h='${this.server.counted}'/>${behaviour.afterLastAnswer}`);
      case `r ${NS.management}`:
        if (behaviour.acknowledges) this.say(`<a xmlns='${NS.management}' h='${this.server.counted}'/>`);
        return;
      case `a ${NS.management}`:
        this.acknowledged.push(Number(stanza.attributes['h']));
        return;
      default:
        this.stanza(stanza);
    }
  }

  private stanza(stanza: Stanza): void {
    if (stanza.attributes['id'] === 'bind') {
      const jid = `nora@${this.server.domain}/pc`;
      return this.say(`<iq type='result' id='bind'><bind xmlns='${NS.bind}'><jid>${jid}</jid></bind></iq>`);
    }
    this.stanzas.push(stanza);
    if (isStanzaName(stanza.name)) this.server.counted += 1;
  }

  private sasl(stanza: Stanza): void {
    const data = Buffer.from(textOf(stanza), 'base64').toString();
    const send = (name: string, text: string): void =>
      this.say(`<${name} xmlns='${NS.sasl}'>${Buffer.from(text).toString('base64')}</${name}>`);
    if (stanza.name === 'auth') {
      const type = /^p=([^,]+),/.exec(data)?.[1];
      const binding = type === undefined ? undefined : { type, bytes: this.bound(type) };
      this.scram = new ScramServer({ hash: 'SHA-256', password: 'pencil', ...(binding === undefined ? {} : { binding }) });
      return send('challenge', this.scram.challenge(data));
    }
    const final = this.scram?.final(data);
    if (final === undefined) return this.say(`<failure xmlns='${NS.sasl}'><not-authorized/></failure>`);
    this.isSignedIn = true;
    send('success', final);
    this.framer = new StanzaFramer();
  }

  private bound(type: string): Buffer {
    if (type === 'tls-server-end-point') return createHash('sha256').update(new X509Certificate(this.server.certificate.cert).raw).digest();
    return (this.socket as TLSSocket).exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  }

  private secure(): void {
    this.socket.removeAllListeners('data');
    this.framer = new StanzaFramer();
    this.socket = new TLSSocket(this.socket, { isServer: true, secureContext: createSecureContext(this.server.certificate) });
    this.listen();
  }
}

export class ScriptedXmpp {
  readonly domain: string;
  readonly connections: ScriptedConnection[] = [];
  /** `<resume/>`s that came. */
  readonly resumed: Stanza[] = [];
  /** Stanzas of the client, over all connections. */
  counted = 0;
  readonly behaviour: Behaviour = {
    startTls: true,
    afterProceed: '',
    bindings: [],
    afterLastAnswer: '',
    streamError: undefined,
    errsBeforeTls: false,
    resumes: true,
    keepsS: 60,
    isSilent: false,
    acknowledges: true,
    ends: true,
    pieces: (bytes) => [bytes],
  };
  readonly certificate: Awaited<ReturnType<typeof makeServerCertificate>>;
  private readonly server: Server;

  private constructor(domain: string, certificate: ScriptedXmpp['certificate']) {
    this.domain = domain;
    this.certificate = certificate;
    this.server = createServer({ noDelay: true }, (socket) => void this.connections.push(new ScriptedConnection(this, socket)));
  }

  /** @param names what its certificate is good for */
  static async open(domain = 'example', names: readonly string[] = [domain]): Promise<ScriptedXmpp> {
    const scripted = new ScriptedXmpp(domain, await makeServerCertificate(names));
    await new Promise<void>((resolve) => void scripted.server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get last(): ScriptedConnection | undefined {
    return this.connections.at(-1);
  }

  /** Without a goodbye. */
  cut(): void {
    for (const { socket } of this.connections) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => void this.server.close(resolve));
  }
}
