import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { newAccount } from '../../../src/main/messenger/msnp-server/account-store.ts';
import type { ServerLimits } from '../../../src/main/messenger/msnp-server/limits.ts';
import { MsnpServer, type MsnpServerOptions } from '../../../src/main/messenger/msnp-server/server.ts';
import { SqliteAccountStore } from '../../../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { RawClient } from './raw-client.ts';

/** The embedded server on loopback with three accounts, and clients without any of our code. After `close` nothing of it is left. */
export class RawNetwork {
  readonly directory: string;
  /** Open, and closed at the end; a test may close and open it. */
  readonly store: SqliteAccountStore;
  readonly storeErrors: unknown[] = [];
  private readonly tokens = new Map<string, string>();
  private readonly closing: (() => unknown)[] = [];
  private running: MsnpServer | undefined;

  private constructor(directory: string) {
    this.directory = directory;
    this.store = new SqliteAccountStore(directory);
  }

  /** The accounts `ann@home` ("Ann A"), `bob@home` ("Bob") and `cy@home` ("Cy"); no server yet. */
  static async open(): Promise<RawNetwork> {
    const network = new RawNetwork(await mkdtemp(join(tmpdir(), 'ringback-')));
    await network.store.open();
    for (const [address, name] of [
      ['ann@home', 'Ann A'],
      ['bob@home', 'Bob'],
      ['cy@home', 'Cy'],
    ] as const) {
      const account = newAccount(address, name);
      network.tokens.set(address, account.accessToken);
      await network.store.create(account);
    }
    return network;
  }

  get server(): MsnpServer {
    if (this.running === undefined) throw new Error('no server');
    return this.running;
  }

  get port(): number {
    return this.server.addresses[0]?.port ?? 0;
  }

  token(address: string): string {
    return this.tokens.get(address) ?? '';
  }

  async start(limits: Partial<ServerLimits> = {}, options: Pick<MsnpServerOptions, 'clock' | 'dialects' | 'identity'> = {}): Promise<void> {
    const { store } = this;
    const onStoreError = (error: unknown): void => void this.storeErrors.push(error);
    this.running = await MsnpServer.start({ hosts: ['127.0.0.1'], port: 0, store, limits, onStoreError, ...options });
  }

  /** A listener of a test's own; gives its port. */
  async listen(server: Server): Promise<number> {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    this.later(() => new Promise((resolve) => void server.close(resolve)));
    return (server.address() as AddressInfo).port;
  }

  /** Before the server goes, the last first. */
  later(close: () => unknown): void {
    this.closing.push(close);
  }

  /** `from` as in RawClient. */
  async client(from?: string, port = this.port): Promise<RawClient> {
    const one = await RawClient.open(port, from);
    this.later(() => one.close());
    return one;
  }

  /** Signed in, nothing more. */
  async user(address: string, dialect = 7): Promise<RawClient> {
    const one = await this.client();
    expect(await one.signIn(dialect, address, this.token(address))).toMatch(/^USR 4 OK/);
    return one;
  }

  /** Signed in and online; from MSNP6 on, CHL comes next. */
  async online(address: string, dialect = 5): Promise<RawClient> {
    const one = await this.user(address, dialect);
    one.send('CHG 9 NLN');
    expect(await one.line()).toBe('CHG 9 NLN');
    return one;
  }

  /** Opens a switchboard, from XFR to USR OK. */
  async switchboard(owner: RawClient, address: string): Promise<RawClient> {
    owner.send('XFR 50 SB');
    const cookie = (await owner.line()).split(' ')[5] ?? '';
    const room = await this.client();
    room.send(`USR 1 ${address} ${cookie}`);
    expect(await room.line()).toMatch(/^USR 1 OK/);
    return room;
  }

  /** Answers the next RNG; gives the seat and what came before ANS OK. */
  async answer(one: RawClient, address: string): Promise<[RawClient, string[]]> {
    const [, sessionId = '', , , cookie = ''] = (await one.line()).split(' ');
    const seat = await this.client();
    seat.send(`ANS 1 ${address} ${cookie} ${sessionId}`);
    const before: string[] = [];
    for (let line = await seat.line(); line !== 'ANS 1 OK'; line = await seat.line()) before.push(line);
    return [seat, before];
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0).reverse()) await close();
    await this.running?.stop();
    this.store.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A notification server that signs anybody in by MD5 and keeps no lists; `answer` gives what it says to a command, undefined for the usual. */
export function scriptedServer(answer: (name: string, transactionId: string, args: readonly string[]) => string | undefined): Server {
  const usual = (name: string, id: string, args: readonly string[]): string => {
    if (name === 'VER') return `VER ${id} MSNP7 CVR0`;
    if (name === 'INF') return `INF ${id} MD5`;
    if (name === 'USR') return args[1] === 'I' ? `USR ${id} MD5 S 1` : `USR ${id} OK ann@home Ann 1`;
    if (name === 'SYN') return `SYN ${id} 0`;
    if (name === 'CHG') return `CHG ${id} ${args[0]}`;
    return '';
  };
  return createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const line of bytes.toString().split('\r\n').filter(Boolean)) {
        const [name = '', id = '', ...args] = line.split(' ');
        const said = answer(name, id, args) ?? usual(name, id, args);
        if (said !== '') socket.write(`${said}\r\n`);
      }
    });
  });
}
