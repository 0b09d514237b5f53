import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy on loopback that can be cut, or go silent without closing anything. */
export class Proxy {
  readonly server: Server;
  private readonly sockets = new Set<Socket>();
  /** Everything that has been passed on to clients. */
  answers = '';
  /** Changes what is passed on, in either direction; as Latin-1, so that every byte is a character. */
  rewrite: ((text: string, toClient: boolean) => string) | undefined;
  private isCut = false;
  private isSilent = false;

  private constructor(port: number, host: string) {
    this.server = createServer((client) => {
      if (this.isCut) return void client.destroy();
      const upstream = connect(port, host);
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.sockets.add(from);
        from.on('data', (bytes) => {
          if (this.isSilent) return;
          if (to === client) this.answers += bytes.toString();
          to.write(this.rewrite === undefined ? bytes : Buffer.from(this.rewrite(bytes.toString('latin1'), to === client), 'latin1'));
        });
        from.on('error', () => {});
        from.once('close', () => {
          this.sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  static async open(port: number, host = '127.0.0.1'): Promise<Proxy> {
    const proxy = new Proxy(port, host);
    await new Promise<void>((resolve) => void proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Both halves of each connection. */
  get connections(): number {
    return this.sockets.size;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  restore(): void {
    this.isCut = false;
    this.isSilent = false;
  }

  silence(): void {
    this.isSilent = true;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => void this.server.close(resolve));
  }
}
