/* A router on a loopback address of its own: PCP and NAT-PMP on UDP 5351, SSDP on 1900, HTTP on any port. Each part can be left out, or lie. */
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { encodeNatPmpAnswer } from '../../../../src/protocol/port-mapping/nat-pmp.ts';
import { decodePcpMap, encodePcpAnswer, PORT_CONTROL_PORT } from '../../../../src/protocol/port-mapping/pcp.ts';
import { SSDP_PORT } from '../../../../src/protocol/port-mapping/ssdp.ts';
import type { Gateway } from '../../../../src/main/connection/port-mapping/contract.ts';

/** The loopback network has an address for each router; Linux and Windows answer at all of them. */
export const needsLoopbackNetwork = process.platform === 'darwin' ? 'addresses in 127.0.0.0/8' : undefined;

let routers = 0;

export interface FakeOptions {
  readonly speaks: readonly ('pcp' | 'natPmp' | 'upnp')[];
  /** 9.9.9.9 when left out. */
  readonly outside?: string;
  /** Of UPnP: 1 when left out. */
  readonly version?: 1 | 2;
  /** The code that the router refuses a mapping with; undefined grants it. `attempt` counts from 1. */
  readonly refuses?: (attempt: number, request: ReadonlyMap<string, string>) => number | undefined;
  /** Gets the answer to each AddPortMapping, which waits until it is called. */
  readonly holds?: (answer: () => void) => void;
  /** Another LOCATION than its own. */
  readonly location?: string;
  /** Answers each HTTP request in its stead. */
  readonly http?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Sees each datagram to 5351 first; true when it has dealt with it. */
  readonly datagramFrom?: (port: number, host: string) => boolean;
  readonly datagram?: (bytes: Uint8Array, answer: (bytes: Uint8Array) => void) => boolean;
}

/** What it has been asked, in words: `map 40000>40000 600`, `unmap 40000`, `GET /root.xml`. */
export class FakeRouter {
  readonly gateway: Gateway;
  readonly asked: string[] = [];
  /** External port to `address:port` inside. */
  readonly open = new Map<number, string>();
  readonly nonces = new Map<number, string>();
  private readonly options: FakeOptions;
  private readonly sockets: Socket[] = [];
  private server: Server | undefined;
  private httpPort = 0;
  private attempts = 0;
  private answering = true;

  private constructor(options: FakeOptions) {
    routers += 1;
    const host = `127.${30 + (process.pid % 200)}.${routers >> 8}.${(routers & 0xff) + 1}`;
    // Both must be addresses that no other test listens on; what a home has is said by `local`.
    this.gateway = { address: host, local: host.replace(/^127\.(\d+)/, (_, second: string) => `127.${Number(second) === 29 ? 28 : 29}`) };
    this.options = options;
  }

  static async start(options: FakeOptions): Promise<FakeRouter> {
    const router = new FakeRouter(options);
    if (options.speaks.includes('upnp')) await router.serveUpnp();
    if (options.speaks.some((protocol) => protocol !== 'upnp') || options.datagram !== undefined)
      await router.bind(PORT_CONTROL_PORT, (bytes, answer) => router.onPortControl(bytes, answer));
    return router;
  }

  /** Says nothing any more. */
  silence(): void {
    this.answering = false;
  }
  speakAgain(): void {
    this.answering = true;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.close();
    this.server?.closeAllConnections();
    if (this.server !== undefined) await promisify(this.server.close.bind(this.server))();
  }

  private async bind(port: number, on: (bytes: Uint8Array, answer: (bytes: Uint8Array) => void) => void): Promise<void> {
    const socket = createSocket('udp4');
    this.sockets.push(socket);
    socket.on('message', (bytes, from) => {
      if (!this.answering || this.options.datagramFrom?.(from.port, from.address) === true) return;
      on(new Uint8Array(bytes), (answer) => socket.send(answer, from.port, from.address));
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: this.gateway.address, port, exclusive: true }, resolve);
    });
  }

  private onPortControl(bytes: Uint8Array, answer: (bytes: Uint8Array) => void): void {
    const { speaks, outside = '9.9.9.9', refuses, datagram } = this.options;
    if (datagram?.(bytes, answer) === true) return;
    const [version, opcode] = bytes;
    if (version === 2 && !speaks.includes('pcp')) {
      this.asked.push('version');
      return answer(Uint8Array.from([0, 0x80 | (opcode ?? 0), 0, 1, 0, 0, 0, 1]));
    }
    if (version === 2 && opcode === 0) {
      this.asked.push('announce');
      return answer(encodePcpAnswer({ version: 2, result: 0, lifetime: 0, epoch: 1 }));
    }
    if (version === 2) {
      const request = decodePcpMap(bytes);
      const nonce = Buffer.from(request.nonce).toString('hex');
      const { internalPort, lifetime, clientAddress } = request;
      const wished = request.externalPort;
      this.note(internalPort, wished, lifetime);
      const result = lifetime === 0 ? undefined : refuses?.(this.attempts, new Map());
      const mine = this.nonces.get(internalPort);
      if (mine !== undefined && mine !== nonce)
        return answer(encodePcpAnswer({ version: 2, result: 2, lifetime: 0, epoch: 1, mapping: request }));
      if (lifetime === 0) this.shut(internalPort);
      else if (result === undefined) {
        this.open.set(wished, `${clientAddress}:${internalPort}`);
        this.nonces.set(internalPort, nonce);
      }
      const mapping = { nonce: request.nonce, internalPort, externalPort: wished, externalAddress: outside };
      return answer(encodePcpAnswer({ version: 2, result: result ?? 0, lifetime, epoch: 1, mapping }));
    }
    if (!speaks.includes('natPmp')) return;
    if (opcode === 0) {
      this.asked.push('address');
      return answer(encodeNatPmpAnswer({ tag: 'address', result: 0, epoch: 1, address: outside }));
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [internalPort, externalPort, lifetime] = [view.getUint16(4), view.getUint16(6), view.getUint32(8)];
    this.note(internalPort, externalPort, lifetime);
    const result = lifetime === 0 ? 0 : (refuses?.(this.attempts, new Map()) ?? 0);
    if (lifetime === 0) this.shut(internalPort);
    else if (result === 0) this.open.set(externalPort, `${this.gateway.local}:${internalPort}`);
    answer(encodeNatPmpAnswer({ tag: 'mapping', result, epoch: 1, internalPort, externalPort, lifetime }));
  }

  private note(internal: number, external: number, lifetime: number): void {
    if (lifetime > 0) this.attempts += 1;
    this.asked.push(lifetime === 0 ? `unmap ${internal}` : `map ${external}>${internal} ${lifetime}`);
  }

  private shut(internalPort: number): void {
    this.nonces.delete(internalPort);
    for (const [external, inside] of this.open) if (inside.endsWith(`:${internalPort}`)) this.open.delete(external);
  }

  private async serveUpnp(): Promise<void> {
    const server = createServer((request, response) => {
      if (!this.answering) return;
      this.asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      if (this.options.http === undefined) void this.onHttp(request, response);
      else this.options.http(request, response);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, this.gateway.address, resolve));
    const address = server.address();
    this.httpPort = typeof address === 'object' && address !== null ? address.port : 0;
    const { version = 1, location = `http://${this.gateway.address}:${this.httpPort}/root.xml` } = this.options;
    const kind = `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`;
    await this.bind(SSDP_PORT, (bytes, answer) => {
      const target = /^ST: (.*)\r$/m.exec(Buffer.from(bytes).toString())?.[1];
      if (target === kind) answer(new Uint8Array(Buffer.from(`HTTP/1.1 200 OK\r\nST: ${target}\r\nLOCATION: ${location}\r\n\r\n`)));
    });
  }

  private async onHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { version = 1, outside = '9.9.9.9', refuses } = this.options;
    const type = `urn:schemas-upnp-org:service:WANIPConnection:${version}`;
    if (request.method === 'GET') {
      response.end(
        `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceList><device><serviceList><service><serviceType>${type}</serviceType><controlURL>/ctl</controlURL></service></serviceList></device></deviceList></device></root>`,
      );
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const action = /#(\w+)"$/.exec(String(request.headers['soapaction']))?.[1] ?? '';
    const given = new Map([...body.matchAll(/<(New\w+)>([^<]*)</g)].map(([, name = '', value = '']) => [name, value]));
    const answered = (inside: string): void => {
      response.setHeader('Content-Type', 'text/xml');
      response.end(`<s:Envelope xmlns:s="s"><s:Body>${inside}</s:Body></s:Envelope>`);
    };
    const done = (values: Readonly<Record<string, string>> = {}): void =>
      answered(
        `<u:${action}Response>${Object.entries(values)
          .map(([name, value]) => `<${name}>${value}</${name}>`)
          .join('')}</u:${action}Response>`,
      );
    const fault = (code: number): void => {
      response.statusCode = 500;
      answered(`<s:Fault><detail><UPnPError><errorCode>${code}</errorCode></UPnPError></detail></s:Fault>`);
    };
    const external = Number(given.get('NewExternalPort'));
    const inside = `${given.get('NewInternalClient')}:${given.get('NewInternalPort')}`;
    if (action === 'GetExternalIPAddress') return done({ NewExternalIPAddress: outside });
    if (action === 'DeletePortMapping') {
      this.asked.push(`unmap ${external}`);
      return this.open.delete(external) ? done() : fault(714);
    }
    if (action === 'GetSpecificPortMappingEntry') {
      const [client = '', port = ''] = this.open.get(external)?.split(':') ?? [];
      return client === '' ? fault(714) : done({ NewInternalClient: client, NewInternalPort: port, NewPortMappingDescription: 'Ringback' });
    }
    if (action !== 'AddPortMapping' && !(action === 'AddAnyPortMapping' && version === 2)) return fault(401);
    this.attempts += 1;
    this.asked.push(`map ${external}>${given.get('NewInternalPort')} ${given.get('NewLeaseDuration')}`);
    const refusal = refuses?.(this.attempts, given);
    if (refusal !== undefined) return fault(refusal);
    const port = action === 'AddAnyPortMapping' && this.open.has(external) && this.open.get(external) !== inside ? external + 1 : external;
    this.open.set(port, inside);
    const answer = (): void => done(action === 'AddAnyPortMapping' ? { NewReservedPort: String(port) } : {});
    if (this.options.holds === undefined) answer();
    else this.options.holds(answer);
  }
}
