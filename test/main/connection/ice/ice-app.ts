import { app, BrowserWindow, webContents } from 'electron';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect as connectSocket, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { systemClock as clock } from '../../../../src/main/clock.ts';
import { createSessionCertificate, pinOf } from '../../../../src/main/connection/certificate.ts';
import { RdpStream } from '../../../../src/main/connection/rdp-stream.ts';
import type { Carrier } from '../../../../src/main/connection/ways/contract.ts';
import { IceAttempt } from '../../../../src/main/connection/ways/ice/ice-attempt.ts';
import type { IcePage, OpenIcePage, TrustedHost } from '../../../../src/main/connection/ways/ice/contract.ts';
import { TcpCarrier } from '../../../../src/main/connection/ways/tcp/tcp-carrier.ts';
import { WINDOW_BYTES } from '../../../../src/main/connection/ways/ice/ice-duplex.ts';
import { pageServers } from '../../../../src/main/connection/ways/ice/servers.ts';
import { createIcePages } from '../../../../src/main/shell/ice-page.ts';
import { PAGES } from '../../../../src/main/shell/web-security.ts';
import type { IcePageServer } from '../../../../src/protocol/ice/page-messages.ts';
import { readIceWords, writeIceWords } from '../../../../src/protocol/ice/words.ts';
import { until } from '../../../support/programs.ts';
import { appPages } from '../../../support/app-pages.ts';

/* A small Electron application for ice-pages.test.ts with the real pages, windows and their session: for each line on its input it does one thing with two ends of a connection, and says what it saw. */

const folder = process.env['RINGBACK_TEST_FOLDER'] ?? '';

export interface Side {
  readonly servers?: readonly IcePageServer[];
  readonly relayOnly?: boolean;
  /** Uses nothing but its server, and could. */
  readonly forceRelay?: boolean;
  readonly trusted?: readonly TrustedHost[];
}

export type IceOrder =
  | { readonly do: 'connect'; readonly sides: readonly [Side, Side] }
  /** TCP between two addresses of this computer, to compare with. */
  | { readonly do: 'connectTcp' }
  | { readonly do: 'exchange'; readonly bytes: number }
  | { readonly do: 'sleepyReader'; readonly bytes: number }
  | { readonly do: 'end' }
  | { readonly do: 'frames'; readonly count: number; readonly bytes: number; readonly everyMs: number }
  | { readonly do: 'crash' }
  | { readonly do: 'drop' }
  | { readonly do: 'page'; readonly script: string };

interface End {
  readonly carrier: Carrier;
}

let open: OpenIcePage;
let ends: readonly [End, End] | readonly [] = [];

async function main(): Promise<void> {
  const windows = await appPages(folder);
  open = createIcePages(windows, clock);
  say({ tag: 'ready' });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say({ tag: 'did', ...(await carryOut(JSON.parse(line) as IceOrder)) });
    } catch (error) {
      say({ tag: 'did', error: String(error) });
    }
  }
  app.exit(0);
}

function both(): readonly [End, End] {
  const [one, other] = ends;
  if (one === undefined || other === undefined) throw new Error('nothing is connected');
  return [one, other];
}

function carryOut(order: IceOrder): Promise<object> {
  switch (order.do) {
    case 'connect':
      return connect(order.sides);
    case 'connectTcp':
      return connectTcp();
    case 'exchange':
      return exchange(order.bytes);
    case 'sleepyReader':
      return sleepyReader(order.bytes);
    case 'end':
      return halfClose();
    case 'frames':
      return frames(order);
    case 'crash':
      return crash();
    case 'drop':
      return drop();
    case 'page':
      return inPage(order.script);
  }
}

async function connect(sides: readonly [Side, Side]): Promise<object> {
  for (const { carrier } of ends) carrier.duplex.destroy();
  await windowsGone();
  const startedMs = performance.now();
  const pages = await Promise.all(sides.map(({ relayOnly = false, trusted = [] }) => open({ relayOnly, trusted })));
  const pagesMs = performance.now() - startedMs;
  const words: string[] = [];
  const attempts: IceAttempt[] = [];
  const carriers = await Promise.all(
    sides.map(
      ({ servers = [], relayOnly = false, forceRelay = relayOnly }, index) =>
        new Promise<Carrier>((resolve, reject) => {
          attempts[index] = new IceAttempt({
            clock,
            page: pages[index] as IcePage,
            offers: index === 0,
            relayOnly: forceRelay,
            servers: pageServers(servers),
            say: (said) => {
              for (const text of writeIceWords(said)) {
                words.push(text);
                // As over a messenger: both attempts are there before the first word comes.
                queueMicrotask(() => attempts[1 - index]?.heard(readIceWords(text)));
              }
            },
            found: resolve,
            failed: (error) => reject(new Error(`${String(error)}; said: ${words.join(' ')}`)),
          });
        }),
    ),
  );
  ends = carriers.map((carrier) => ({ carrier })) as unknown as [End, End];
  for (const { carrier } of ends) carrier.duplex.on('error', () => undefined);
  return {
    pagesMs,
    openMs: performance.now() - startedMs,
    relayed: carriers.map(({ relayed }) => relayed),
    addresses: carriers.map(({ address }) => address),
    words: words.join(' '),
  };
}

async function connectTcp(): Promise<object> {
  for (const { carrier } of ends) carrier.duplex.destroy();
  await windowsGone();
  const server = createServer({ noDelay: true });
  const came = once(server, 'connection') as Promise<[Socket]>;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dialled = connectSocket({ host: '127.0.0.1', port, noDelay: true });
  const [[accepted]] = await Promise.all([came, once(dialled, 'connect')]);
  server.close();
  ends = [{ carrier: new TcpCarrier(accepted) }, { carrier: new TcpCarrier(dialled, { dialled: { host: '127.0.0.1', port } }) }];
  for (const { carrier } of ends) carrier.duplex.on('error', () => undefined);
  return {};
}

/** Random bytes both ways at once. */
async function exchange(size: number): Promise<object> {
  const startedMs = performance.now();
  const same = await Promise.all([pass(0, size), pass(1, size)]);
  return { same: same.every(Boolean), ms: performance.now() - startedMs, traffic: ends.map(({ carrier }) => carrier.traffic) };
}

async function pass(from: 0 | 1, size: number): Promise<boolean> {
  const sent = createHash('sha256');
  const got = createHash('sha256');
  const { duplex: writer } = both()[from].carrier;
  const { duplex: reader } = both()[from === 0 ? 1 : 0].carrier;
  const arrived = new Promise<void>((resolve, reject) => {
    let left = size;
    const take = (chunk: Buffer): void => {
      got.update(chunk);
      left -= chunk.length;
      if (left > 0) return;
      reader.off('data', take);
      resolve();
    };
    reader.on('data', take);
    reader.once('close', () => reject(new Error('closed')));
  });
  for (let at = 0; at < size; ) {
    const chunk = randomBytes(Math.min(size - at, 100_000));
    at += chunk.length;
    sent.update(chunk);
    if (!writer.write(chunk)) await new Promise((resolve) => writer.once('drain', resolve));
  }
  await arrived;
  return sent.digest('hex') === got.digest('hex');
}

/** Nobody reads at one end until the other has come to a halt; then all of it arrives. */
async function sleepyReader(size: number): Promise<object> {
  const [{ carrier: writer }, { carrier: reader }] = both();
  reader.duplex.pause();
  let written = 0;
  const chunk = Buffer.alloc(64 * 1024, 7);
  const writing = (async () => {
    for (; written < size; written += chunk.length)
      await new Promise<void>((resolve, reject) => writer.duplex.write(chunk, (error) => (error ? reject(error) : resolve())));
  })();
  await until(() => writer.traffic.bytesSent >= WINDOW_BYTES && reader.traffic.bytesReceived === writer.traffic.bytesSent, 'a full window');
  // What is said the other way comes behind whatever else was still to come.
  const said = new Promise((resolve) => writer.duplex.once('data', resolve));
  reader.duplex.write('still here');
  await said;
  const halted = { written, came: reader.traffic.bytesReceived, memory: process.memoryUsage().rss };
  let read = 0;
  const all = new Promise<void>((resolve) => {
    reader.duplex.on('data', (bytes: Buffer) => {
      read += bytes.length;
      if (read === size) resolve();
    });
  });
  reader.duplex.resume();
  await Promise.all([writing, all]);
  return { halted, read };
}

async function halfClose(): Promise<object> {
  const seen: string[] = [];
  const [one, two] = both();
  const closed = Promise.all(
    [one, two].map(({ carrier: { duplex } }, index) => {
      duplex.on('error', (error) => seen.push(`error ${index}: ${error.message}`));
      duplex.on('end', () => seen.push(`end ${index}`));
      duplex.resume();
      return new Promise((resolve) => duplex.once('close', resolve));
    }),
  );
  const startedMs = performance.now();
  one.carrier.duplex.end('the last words');
  let last = '';
  two.carrier.duplex.on('data', (chunk: Buffer) => (last += chunk.toString()));
  await closed;
  const ms = performance.now() - startedMs;
  await windowsGone();
  return { seen, last, ms };
}

/** Frames one way inside pinned TLS, each answered with a few bytes. */
async function frames({ count, bytes, everyMs }: Extract<IceOrder, { do: 'frames' }>): Promise<object> {
  const certificate = await createSessionCertificate(clock.now(), 'ecdsa');
  const [novice, expert] = both().map(({ carrier }) => carrier) as [Carrier, Carrier];
  let pinned = false;
  const errors: string[] = [];
  let got = 0;
  const answers: (() => void)[] = [];
  const ready = Promise.withResolvers<void>();
  const request = Buffer.from('0300000b06e00000000000', 'hex');
  const server = new RdpStream(novice, clock, {
    bytes: (chunk) => {
      if (server.secure) for (let at = 0; at < chunk.length; at += 1) answers.shift()?.();
      else {
        server.write(Buffer.from('0300000b06d00000000000', 'hex'));
        server.acceptTls(certificate.secureContext, () => undefined);
      }
    },
    gone: (error) => error && errors.push(String(error)),
  });
  const client = new RdpStream(expert, clock, {
    bytes: (chunk) => {
      if (!client.secure)
        return client.connectTls((der) => {
          pinned = Buffer.from(pinOf(der)).equals(Buffer.from(certificate.pin));
          ready.resolve();
        });
      const before = Math.floor(got / bytes);
      got += chunk.length;
      for (let frame = before; frame < Math.floor(got / bytes); frame += 1) client.write(Uint8Array.of(1));
    },
    gone: (error) => {
      if (error) errors.push(String(error));
      ready.reject(new Error('gone'));
    },
  });
  server.start();
  client.start();
  client.write(request);
  await ready.promise;
  const times: number[] = [];
  const frame = randomBytes(bytes);
  const startedMs = performance.now();
  for (let index = 0; index < count; index += 1) {
    const dueMs = startedMs + index * everyMs;
    await until(() => performance.now() >= dueMs, 'the time of the next frame');
    const atMs = performance.now();
    const answered = new Promise<void>((resolve) =>
      answers.push(() => {
        times.push(performance.now() - atMs);
        resolve();
      }),
    );
    server.together(() => server.write(frame));
    await server.drained();
    if (everyMs === 0) await answered;
  }
  await until(() => answers.length === 0, 'the last answer', 60_000);
  const tookMs = performance.now() - startedMs;
  const sorted = times.toSorted((a, b) => a - b);
  const view = server.look();
  const closing = performance.now();
  await Promise.all([server.finish(), client.finish()]);
  await windowsGone();
  return {
    pinned,
    errors,
    traffic: server.traffic,
    medianMs: sorted[Math.floor(sorted.length / 2)],
    p95Ms: sorted[Math.floor(sorted.length * 0.95)],
    megabytesPerSecond: (count * bytes) / 1_000 / tookMs,
    view,
    finishMs: performance.now() - closing,
  };
}

/** The process behind the first page is killed. */
async function crash(): Promise<object> {
  const seen: string[] = [];
  const [one, two] = both();
  one.carrier.duplex.on('error', ({ message }) => seen.push(message));
  const startedMs = performance.now();
  const gone = new Promise((resolve) => one.carrier.duplex.once('close', resolve));
  pageContents()[0]?.forcefullyCrashRenderer();
  await gone;
  const ms = performance.now() - startedMs;
  // The port says it before the window of the page has been put away.
  await until(() => pageContents().length === 1, 'one page to be left');
  const otherAlive = !two.carrier.duplex.destroyed;
  two.carrier.duplex.destroy();
  await windowsGone();
  return { seen, ms, otherAlive };
}

/** One side destroys its end. */
async function drop(): Promise<object> {
  const [one, two] = both();
  const startedMs = performance.now();
  const gone = new Promise((resolve) => two.carrier.duplex.once('close', resolve));
  two.carrier.duplex.resume();
  one.carrier.duplex.destroy();
  await gone;
  const ms = performance.now() - startedMs;
  await windowsGone();
  return { ms };
}

async function inPage(script: string): Promise<object> {
  const page = await open({ relayOnly: false, trusted: [] });
  const [contents] = pageContents();
  try {
    const result = (await contents?.executeJavaScript(script)) as unknown;
    return { result, url: contents?.getURL(), windows: BrowserWindow.getAllWindows().length };
  } finally {
    page.close();
  }
}

function pageContents(): Electron.WebContents[] {
  return webContents
    .getAllWebContents()
    .filter((contents) => !contents.isDestroyed() && contents.getURL() === PAGES.ice)
    .toSorted((a, b) => a.id - b.id);
}

async function windowsGone(): Promise<void> {
  await until(() => BrowserWindow.getAllWindows().length === 0, 'the pages to close');
}

function say(message: unknown): void {
  process.stdout.write(`@${JSON.stringify(message)}\n`);
}

process.env['ELECTRON_DISABLE_SECURITY_WARNINGS'] = '1';
main().catch((error: unknown) => {
  say({ tag: 'error', message: String(error) });
  app.exit(1);
});
