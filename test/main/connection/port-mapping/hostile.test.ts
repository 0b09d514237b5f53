/* A router is a stranger too, and so is whoever plays one in the same network. */
import { createSocket } from 'node:dgram';
import { createServer, type ServerResponse } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import type { KnownAddresses } from '../../../../src/main/connection/addresses/contract.ts';
import { PortMapping } from '../../../../src/main/connection/port-mapping/port-mapping.ts';
import { encodePcpAnswer } from '../../../../src/protocol/port-mapping/pcp.ts';
import { GATEWAY_SEARCHES } from '../../../../src/protocol/port-mapping/ssdp.ts';
import { ShiftedClock } from '../../../support/shifted-clock.ts';
import { type FakeOptions, FakeRouter, needsLoopbackNetwork } from './fake-router.ts';

const PORT = 40_000;
const skip = needsLoopbackNetwork !== undefined;
const title = (text: string): string => (skip ? `${text} [skipped: needs ${needsLoopbackNetwork}]` : text);

const closing: (() => Promise<void>)[] = [];

async function listenAt(options: FakeOptions): Promise<{ readonly router: FakeRouter; readonly known: KnownAddresses }> {
  const router = await FakeRouter.start(options);
  const mapping = new PortMapping({
    clock: new ShiftedClock(),
    gateway: () => Promise.resolve(router.gateway),
    enabled: () => true,
    record: { kept: [], keep: () => undefined },
  });
  closing.push(async () => {
    await mapping.close();
    await router.close();
  });
  return { router, known: await mapping.addressesOf([{ host: router.gateway.local, port: PORT }]) };
}

// Each waits for a router that there is none of.
describe(title('a router that lies'), { concurrent: true, skip }, () => {
  afterAll(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it('sends nobody to another computer, by LOCATION or by a redirect', async () => {
    const visits: string[] = [];
    const victim = createServer((request, response) => {
      visits.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => victim.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => victim.close(() => resolve())));
    const address = victim.address();
    const target = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/admin`;
    const elsewhere = await listenAt({ speaks: ['upnp'], location: target });
    const redirecting = await listenAt({ speaks: ['upnp'], http: (_, response) => response.writeHead(302, { Location: target }).end() });
    for (const { known } of [elsewhere, redirecting]) expect(known.noDoor).toBe('noRouter');
    expect(redirecting.router.asked).toContain('GET /root.xml');
    expect(visits).toEqual([]);
  });

  it.each([
    ['a description that does not come', { http: () => undefined }],
    ['a description that is none', { http: (_, response) => void response.end('<root><device></root>') }],
    ['a description with an entity', { http: (_, response) => void response.end('<!DOCTYPE r [<!ENTITY x "y">]><root>&x;</root>') }],
    ['headers without end', { http: (request) => void request.socket.write(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(5_000)}`) }],
    ['no HTTP at all', { http: (request) => void request.socket.end('hello\r\n\r\n') }],
  ] satisfies [string, Omit<FakeOptions, 'speaks'>][])('gets nowhere with %s', async (_, options) => {
    const { known } = await listenAt({ speaks: ['upnp'], ...options });
    expect([known.addresses, known.noDoor]).toEqual([[], 'noRouter']);
  });

  it('is not listened to without end', async () => {
    let written = (): number => 0;
    const { known } = await listenAt({
      speaks: ['upnp'],
      http: (_, response) => {
        written = endless(response);
      },
    });
    expect(known.noDoor).toBe('noRouter');
    // What the two systems hold of it on the way is more than what is read.
    expect(written()).toBeGreaterThan(65_536);
    expect(written()).toBeLessThan(16 * 1024 * 1024);
  });

  it.each([
    ['nonsense', Uint8Array.from([2, 0x81, 7])],
    ['nothing', new Uint8Array()],
    ['far too much', new Uint8Array(2_000).fill(0x81)],
    ['another version', Uint8Array.from([9, 0x81, 0, 1])],
  ])('is not heard with %s', async (_, bytes) => {
    const { known } = await listenAt({ speaks: ['pcp'], datagram: (_request, answer) => (answer(bytes), true) });
    expect(known.noDoor).toBe('noRouter');
  });

  it('is believed about our own mapping only: its nonce and its port', async () => {
    const other = { nonce: new Uint8Array(12), internalPort: PORT, externalPort: 1_234, externalAddress: '9.9.9.9' };
    const { known } = await listenAt({
      speaks: ['pcp'],
      datagram: (bytes, answer) => {
        if (bytes[1] !== 1) return false;
        answer(encodePcpAnswer({ version: 2, result: 0, lifetime: 600, epoch: 1, mapping: other }));
        return true;
      },
    });
    expect(known.addresses).toEqual([]);
  });

  it('is the gateway and nobody else: what another computer answers is not heard', async () => {
    const stranger = createSocket('udp4');
    await new Promise<void>((resolve) => stranger.bind({ address: '127.0.0.1', port: 0 }, resolve));
    closing.push(() => new Promise((resolve) => stranger.close(() => resolve())));
    let told = 0;
    const { router, known } = await listenAt({
      speaks: ['pcp'],
      datagramFrom: (port, host) => {
        told += 1;
        stranger.send(encodePcpAnswer({ version: 2, result: 0, lifetime: 0, epoch: 1 }), port, host);
        return true;
      },
    });
    expect(told).toBeGreaterThan(0);
    expect([known.noDoor, router.open.size]).toEqual(['noRouter', 0]);
  });

  it('is the gateway and nobody else: no description of another computer is fetched', async () => {
    const visits: string[] = [];
    const web = createServer((request, response) => {
      visits.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const address = web.address();
    const place = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/d.xml`;
    const stranger = createSocket('udp4');
    await new Promise<void>((resolve) => stranger.bind({ address: '127.0.0.1', port: 0 }, resolve));
    closing.push(async () => {
      await new Promise<void>((resolve) => stranger.close(() => resolve()));
      await new Promise((resolve) => web.close(resolve));
    });
    let told = 0;
    const { known } = await listenAt({
      speaks: ['upnp'],
      datagramFrom: (port, host) => {
        told += 1;
        stranger.send(`HTTP/1.1 200 OK\r\nST: ${GATEWAY_SEARCHES[0]}\r\nLOCATION: ${place}\r\n\r\n`, port, host);
        return true;
      },
    });
    expect(told).toBeGreaterThan(0);
    expect([known.noDoor, visits]).toEqual(['noRouter', []]);
  });
});

/** Says how many bytes the other side has let it write. */
function endless(response: ServerResponse): () => number {
  const piece = '<root>'.padEnd(65_536);
  let written = 0;
  const more = (): void => {
    let goesOn = true;
    while (goesOn && !response.destroyed) {
      written += piece.length;
      goesOn = response.write(piece);
    }
  };
  response.on('drain', more);
  more();
  return () => written;
}
