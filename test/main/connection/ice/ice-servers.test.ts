import { type Server, type Socket, connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IcePageServer } from '../../../../src/protocol/ice/page-messages.ts';
import type { Side } from './ice-app.ts';
import { type IceApp, needsIce, startIceApp } from '../../../support/ice-app.ts';
import { RawStream } from '../../../support/servers/raw-guest.ts';
import { type XmppServer, needsServers, startEjabberd } from '../../../support/xmpp-servers.ts';

const ice = needsIce();
const servers = needsServers();
const DOMAIN = 'home.example';
const address = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

/** As a guest is told them (XEP-0215). */
async function credentialsOf(server: XmppServer): Promise<{ readonly username: string; readonly credential: string }> {
  const guest = await RawStream.open(server, server.guestDomain);
  await guest.guest(server.guestDomain);
  const asked = `<iq type='get' id='s' to='${server.guestDomain}'><services xmlns='urn:xmpp:extdisco:2'/></iq>`;
  const told = await guest.ask(asked, /<\/iq>/);
  guest.close();
  return { username: /username='([^']+)'/.exec(told)?.[1] ?? '', credential: /password='([^']+)'/.exec(told)?.[1] ?? '' };
}

/** A proxy for CONNECT alone, as offices have it. */
class ConnectProxy {
  readonly asked: string[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    server.on('connection', (socket) => this.serve(socket));
  }

  static async start(): Promise<ConnectProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ConnectProxy(server);
  }

  get url(): string {
    const at = this.server.address();
    return `http://127.0.0.1:${at !== null && typeof at === 'object' ? at.port : 0}`;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (head: Buffer) => {
      const [, host = '', port = ''] = /^CONNECT ([^ :]+):(\d+) HTTP/.exec(head.toString('latin1')) ?? [];
      this.asked.push(`${host}:${port}`);
      const target = connect({ host: host === DOMAIN ? (address ?? '') : host, port: Number(port) }, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(target).pipe(socket);
      });
      this.sockets.add(target);
      target.on('error', () => socket.destroy());
      socket.on('close', () => target.destroy());
    });
  }
}

describe.skipIf(ice.skip || servers.skip)(servers.title(ice.title('ICE through servers')), () => {
  let server: XmppServer;
  let app: IceApp;
  let proxied: IceApp;
  let proxy: ConnectProxy;
  let credentials: { readonly username: string; readonly credential: string };

  beforeAll(async () => {
    server = await startEjabberd({ address: address ?? '', domain: DOMAIN, coturn: true });
    const args = [`--host-resolver-rules=MAP ${DOMAIN} ${address}`];
    proxy = await ConnectProxy.start();
    credentials = await credentialsOf(server);
    [app, proxied] = await Promise.all([
      startIceApp({ args }),
      startIceApp({ args, env: { https_proxy: proxy.url, http_proxy: proxy.url, no_proxy: '' } }),
    ]);
  });

  afterAll(async () => {
    await Promise.all([app?.close(), proxied?.close()]);
    proxy?.close();
    await server?.close();
  });

  const turn = (url: (ports: XmppServer['ports']) => string): IcePageServer => ({
    urls: url(server.ports),
    ...credentials,
  });
  const urls: readonly [string, (ports: XmppServer['ports']) => string][] = [
    ['coturn over UDP', ({ coturn }) => `turn:${address}:${coturn}?transport=udp`],
    ['coturn over TCP', ({ coturn }) => `turn:${address}:${coturn}?transport=tcp`],
    ['coturn over TLS', ({ coturnTls }) => `turns:${DOMAIN}:${coturnTls}?transport=tcp`],
    ['ejabberd over TCP', ({ stun }) => `turn:${address}:${stun}?transport=tcp`],
    ['ejabberd over TLS', ({ turns }) => `turns:${DOMAIN}:${turns}?transport=tcp`],
  ];

  /** What came of it; what went wrong is in the failure. */
  const connected = async (by: IceApp, sides: readonly [Side, Side]): Promise<Record<string, unknown>> => {
    const did = await by.tell({ do: 'connect', sides });
    expect(did['error']).toBeUndefined();
    return did;
  };

  it.each(urls)('carries a session by %s, and both sides know that it is relayed', { timeout: 150_000 }, async (_name, url) => {
    const side = { servers: [turn(url)], forceRelay: true, trusted: [{ host: DOMAIN, ca: server.ca }] };
    expect(await connected(app, [side, side])).toMatchObject({ relayed: [true, true] });
    expect(await app.tell({ do: 'frames', count: 20, bytes: 50_000, everyMs: 0 }, 90_000)).toMatchObject({ pinned: true, errors: [] });
  });

  it('knows that it is relayed where only the other side uses a server', async () => {
    const side = { servers: [turn(({ coturn }) => `turn:${address}:${coturn}?transport=tcp`)], forceRelay: true };
    expect(await connected(app, [side, {}])).toMatchObject({ relayed: [true, true] });
  });

  it('tells its outside address, which a STUN server sees', async () => {
    const side = { servers: [{ urls: `stun:${address}:${server.ports.coturn}` }] };
    expect(await connected(app, [side, side])).toMatchObject({ relayed: [false, false] });
  });

  it('does not believe a certificate that nobody has chosen to trust', async () => {
    const side = { servers: [turn(({ coturnTls }) => `turns:${DOMAIN}:${coturnTls}?transport=tcp`)], forceRelay: true };
    const other = { ...side, trusted: [{ host: 'elsewhere.example', ca: server.ca }] };
    expect(String((await app.tell({ do: 'connect', sides: [side, other] }))['error'])).toMatch(/ICE|pair|gone/);
  });

  it('names no address of this computer where everything is to go through a server', async () => {
    const side = { servers: [turn(({ coturn }) => `turn:${address}:${coturn}?transport=tcp`)], relayOnly: true };
    const { words, relayed } = await connected(app, [side, side]);
    expect(relayed).toEqual([true, true]);
    expect(String(words).match(/at,\w+/g)).toEqual(expect.arrayContaining(['at,relay']));
    expect(String(words)).not.toMatch(/at,(host|srflx|prflx)/);
  });

  it.each(urls.slice(1, 3))('goes by the system’s proxy: %s', async (_name, url) => {
    const side = { servers: [turn(url)], relayOnly: true, trusted: [{ host: DOMAIN, ca: server.ca }] };
    const before = proxy.asked.length;
    expect(await connected(proxied, [side, side])).toMatchObject({ relayed: [true, true] });
    const [, host, port] = /^turns?:([^:]+):(\d+)/.exec(url(server.ports)) ?? [];
    expect(proxy.asked.slice(before)).toEqual(expect.arrayContaining([`${host}:${port}`]));
  });
});
