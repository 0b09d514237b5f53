/* As little of a client as shows what a server does: TLS from the first byte, text out, text in. */
import { type TLSSocket, connect } from 'node:tls';
import { until } from '../programs.ts';
import type { XmppServer } from '../xmpp-servers.ts';

export class RawStream {
  private readonly socket: TLSSocket;
  private heard = '';

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (this.heard += text));
    socket.on('error', () => socket.destroy());
  }

  /** A stream to `domain` on the server; its certificate is checked. */
  static async open(server: XmppServer, domain: string): Promise<RawStream> {
    const socket = connect({ host: server.host, port: server.ports.directTls, servername: domain, ca: server.ca });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return new RawStream(socket);
  }

  /** Says `text` and waits for an answer that looks like `answer`. Gives everything heard since. */
  async ask(text: string, answer: RegExp): Promise<string> {
    this.heard = '';
    this.socket.write(text);
    await until(
      () => answer.test(this.heard),
      () => `${answer} after ${text}; heard ${this.heard}`,
    );
    return this.heard;
  }

  /** What the server offers before anybody has signed in. */
  begin(domain: string): Promise<string> {
    const header = `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
    return this.ask(header, /<\/stream:features>/);
  }

  /** Signs in as a guest and gives the full address. */
  async guest(domain: string): Promise<string> {
    await this.begin(domain);
    await this.ask("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>", /<success/);
    await this.begin(domain);
    const bound = await this.ask("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", /<\/iq>/);
    return /<jid>([^<]+)<\/jid>/.exec(bound)?.[1] ?? '';
  }

  close(): void {
    this.socket.destroy();
  }
}
