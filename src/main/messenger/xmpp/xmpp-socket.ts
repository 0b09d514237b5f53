import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import type { ServerCertificate } from '../../../facts/server.ts';
import { type Framed, StanzaFramer } from '../../../protocol/xmpp/framer.ts';
import type { ChannelBinding } from '../../../protocol/xmpp/scram.ts';
import { STREAM_END } from '../../../protocol/xmpp/stream-opening.ts';
import type { Clock } from '../../clock.ts';
import { MessengerError } from '../contract.ts';
import { channelBindingsOf } from './channel-bindings.ts';
import { hostOf } from './discovery.ts';
import { trustContext } from './trust-context.ts';
import type { XmppServer } from './stream-contract.ts';

const CONNECT_DEADLINE_MS = 10_000;
/** How long a server may take to end the stream after us. */
const LINGER_MS = 2_000;

export interface XmppSocketListener {
  /** TCP is there, and TLS is not. */
  connected(): void;
  /** TLS is there, and the certificate is the domain's. */
  secured(bindings: readonly ChannelBinding[], certificate: ServerCertificate): void;
  framed(framed: Framed): void;
  /** Once, unless `end` or `destroy` was called here: a MessengerError where it is known what is wrong, a ProtocolError where the server spoke nonsense. */
  lost(error: Error): void;
}

export interface XmppSocketOptions {
  readonly server: XmppServer;
  /** The address's: what the certificate must be for, whatever was dialled. */
  readonly domain: string;
  readonly ca: string | undefined;
  readonly clock: Clock;
  /** For a name that a server gave. */
  readonly lookup: LookupFunction | undefined;
}

/** A connection that carries streams of XML, over TLS from its first byte or from `secure` on. Begins to connect when made. */
export class XmppSocket {
  private readonly options: XmppSocketOptions;
  private readonly listener: XmppSocketListener;
  private socket: Socket;
  private framer = new StanzaFramer();
  private decoder = new StringDecoder('utf8');
  private cancelDeadline: () => void;
  private phase: 'connecting' | 'handshake' | 'open' = 'connecting';
  private isFinished = false;
  /** The server has ended the stream. */
  private isEndedByServer = false;
  private reachedAddress = '';
  private readonly whenClosed: Promise<void>;
  private tellClosed = (): void => {};

  constructor(options: XmppSocketOptions, listener: XmppSocketListener) {
    const { host, port, tls } = options.server;
    this.options = options;
    this.listener = listener;
    this.whenClosed = new Promise((resolve) => {
      this.tellClosed = resolve;
    });
    this.cancelDeadline = options.clock.after(CONNECT_DEADLINE_MS, () => this.fail(new MessengerError('UNREACHABLE', 'no answer')));
    const { lookup } = options;
    this.socket = connect({ host, port, noDelay: true, keepAlive: true, ...(lookup === undefined ? {} : { lookup }) });
    this.listen();
    this.socket.once('connect', () => {
      this.reachedAddress = (this.socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
      if (tls === 'direct') return this.secure();
      this.cancelDeadline();
      this.phase = 'open';
      this.listener.connected();
    });
  }

  /** Resolves when the socket has closed. */
  get closed(): Promise<void> {
    return this.whenClosed;
  }

  /** The other end's IP address, empty before it is connected. */
  get remoteAddress(): string {
    return this.reachedAddress;
  }

  /** Begins a stream: what comes from now on belongs to it. */
  open(header: string): void {
    this.framer = new StanzaFramer();
    this.write(header);
  }

  write(text: string): void {
    if (!this.isFinished && this.socket.writable) this.socket.write(text);
  }

  /** Begins TLS on the socket. What came after the word that led here, unprotected, is not read. */
  secure(): void {
    const { domain, ca, clock, server } = this.options;
    const plain = this.socket;
    plain.removeAllListeners();
    plain.on('error', () => undefined);
    const name = hostOf(domain);
    this.phase = 'handshake';
    this.decoder = new StringDecoder('utf8');
    this.framer = new StanzaFramer();
    this.cancelDeadline();
    this.cancelDeadline = clock.after(CONNECT_DEADLINE_MS, () => this.fail(new MessengerError('UNREACHABLE', 'no TLS in time')));
    const socket = connectTls({
      socket: plain,
      secureContext: trustContext(ca),
      // Looked at in `verified`, so that it can be said whose certificate it is.
      rejectUnauthorized: false,
      checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(server.tls === 'direct' ? { ALPNProtocols: ['xmpp-client'] } : {}),
    });
    this.socket = socket;
    this.listen();
    socket.once('secureConnect', () => this.verified(socket));
  }

  /**
   * Ends the stream and lets what was sent go out; closed within two seconds. The connection goes once the server has ended the stream as well (RFC 6120
   * section 4.4): a server that finds it closed may throw away what it has not read yet, our goodbye and the end of the stream among it, and take us
   * for somebody whose line broke.
   */
  end(): void {
    if (this.isFinished) return;
    if (this.phase !== 'open') return this.destroy();
    this.write(STREAM_END);
    this.isFinished = true;
    const cancel = this.options.clock.after(LINGER_MS, () => this.socket.destroy());
    this.socket.once('close', cancel);
    if (this.isEndedByServer) this.socket.end();
  }

  destroy(): void {
    this.isFinished = true;
    this.cancelDeadline();
    this.socket.destroy();
  }

  private verified(socket: TLSSocket): void {
    if (this.isFinished) return;
    const certificate = socket.getPeerX509Certificate();
    if (!socket.authorized || certificate === undefined) {
      const reason = String(socket.authorizationError);
      return this.fail(new MessengerError('WRONG_KEY', `${certificate?.fingerprint256 ?? 'no certificate'}: ${reason}`));
    }
    this.cancelDeadline();
    this.phase = 'open';
    this.listener.secured(channelBindingsOf(socket, certificate), {
      subject: namedIn(certificate.subject) ?? namedIn(certificate.subjectAltName?.replaceAll(', ', '\n')) ?? '',
      issuer: namedIn(certificate.issuer) ?? '',
      validUntilMs: Date.parse(certificate.validTo),
      sha256: certificate.fingerprint256,
    });
  }

  private listen(): void {
    let problem: Error | undefined;
    const { socket } = this;
    socket.on('error', (error) => {
      problem ??= error;
    });
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.once('close', () => {
      this.tellClosed();
      this.fail(this.lossOf(problem));
    });
  }

  private receive(bytes: Buffer): void {
    const { framer } = this;
    try {
      for (const framed of framer.push(this.decoder.write(bytes))) {
        if (framed.tag === 'end') this.isEndedByServer = true;
        if (!this.isFinished) this.listener.framed(framed);
        if (this.framer !== framer) return;
      }
      if (this.isFinished && this.isEndedByServer) this.socket.end();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private lossOf(problem: Error | undefined): MessengerError {
    const message = problem?.message ?? 'closed';
    if (this.phase === 'connecting') return new MessengerError('UNREACHABLE', message, { cause: problem });
    if (this.phase === 'handshake') return new MessengerError('NOT_PROTECTED', message, { cause: problem });
    return new MessengerError('CONNECTION_LOST', message, { cause: problem });
  }

  private fail(error: Error): void {
    if (this.isFinished) return;
    this.destroy();
    this.listener.lost(error);
  }
}

/** The common name of a distinguished name, or the first name in it. */
function namedIn(name: string | undefined): string | undefined {
  const lines = name?.split('\n') ?? [];
  const found = lines.find((line) => line.startsWith('CN=')) ?? lines[0];
  return found?.replace(/^[A-Za-z]+[=:]/, '');
}
