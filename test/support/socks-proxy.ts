import { type Server, type Socket, createServer } from 'node:net';
import type { RelayHost, ReachServices } from '../../src/main/reach-services.ts';
import { createHash } from 'node:crypto';

/* A proxy as XEP-0065 has it, in this process: two connections under one name, joined when they are activated. */

export class SocksProxy {
  /** What it does wrong: says nothing, refuses, or hangs up as soon as it is asked. */
  mood: 'kind' | 'mute' | 'refuses' | 'hangsUp' = 'kind';
  readonly asked: string[] = [];
  readonly relay: RelayHost;
  private readonly waiting = new Map<string, Socket[]>();
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(server: Server, relay: RelayHost) {
    this.server = server;
    this.relay = relay;
    server.on('connection', (socket) => this.serve(socket));
  }

  static async open(host = '127.0.0.1'): Promise<SocksProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new SocksProxy(server, { jid: `proxy.example/${address.port}`, host, port: address.port });
  }

  /** Connections that are open. */
  get open(): number {
    return this.sockets.size;
  }

  /** What a server with these proxies offers somebody. */
  static offering(ownAddress: string, ...proxies: readonly SocksProxy[]): ReachServices {
    return {
      ownAddress,
      iceServers: async () => [],
      relays: async () => proxies.map(({ relay }) => relay),
      activate: async ({ jid }, sid, target) => {
        const proxy = proxies.find(({ relay }) => relay.jid === jid);
        proxy?.join(createHash('sha1').update(`${sid}${ownAddress}${target}`).digest('hex'));
      },
    };
  }

  join(name: string): void {
    const [one, other] = this.waiting.get(name) ?? [];
    if (one === undefined || other === undefined) throw new Error('not both are there');
    one.pipe(other).pipe(one);
    // A pipe whose end is gone reads no more, so it would never hear that the other has gone as well.
    one.once('close', () => other.destroySoon());
    other.once('close', () => one.destroySoon());
  }

  /** As a server that is switched off. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    if (this.mood === 'hangsUp') return void socket.destroy();
    if (this.mood === 'mute') return void socket.resume();
    const greeted = (): void => void socket.write(Uint8Array.of(5, 0));
    const asked = (bytes: Buffer): void => {
      // What comes before the other one is there waits for it.
      socket.pause();
      const name = bytes.subarray(5, 45).toString();
      this.asked.push(name);
      if (this.mood === 'refuses') return void socket.write(Uint8Array.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0));
      this.waiting.set(name, [...(this.waiting.get(name) ?? []), socket]);
      // In two pieces, as a network may have it.
      socket.write(Uint8Array.of(5, 0, 0));
      setImmediate(() => socket.write(Uint8Array.from([3, 40, ...bytes.subarray(5, 45), 0, 0])));
    };
    socket.once('data', (bytes) => {
      greeted();
      if (bytes.length > 3) asked(bytes.subarray(3));
      else socket.once('data', asked);
    });
  }
}
