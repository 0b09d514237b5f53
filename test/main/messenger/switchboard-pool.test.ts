import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SwitchboardLink } from '../../../src/main/messenger/msnp/switchboard-link.ts';
import { SwitchboardPool, type SwitchboardClient } from '../../../src/main/messenger/msnp/switchboard-pool.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/* A switchboard server that lets everybody in, has everybody join, and counts who is there. */
let server: Server;
let clock: VirtualClock;
let pool: SwitchboardPool;
let blocked: string[];
let sockets: Set<Socket>;

beforeEach(async () => {
  const here = new Set<Socket>();
  sockets = here;
  server = createServer((socket) => {
    here.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => here.delete(socket));
    socket.on('data', (data) => {
      for (const [, command = '', transaction = '', who = ''] of data.toString().matchAll(/^(\w{3}) (\d+) (\S+)/gm)) {
        if (command === 'USR') socket.write(`USR ${transaction} OK ${who} Ann\r\n`);
        if (command === 'ANS') socket.write(`IRO ${transaction} 1 1 bob@home Bob\r\nANS ${transaction} OK\r\n`);
        if (command === 'CAL') socket.write(`CAL ${transaction} RINGING 7\r\nJOI ${who} Bob\r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  clock = new VirtualClock();
  blocked = [];
  pool = new SwitchboardPool({
    clock,
    address: 'ann@home',
    request: async () => ({ endpoint: endpoint(), cookie: '1.2' }),
    isBlocked: (address) => blocked.includes(address),
    destination: (named) => (named.host === '127.0.0.1' ? { endpoint: named, line: { tag: 'plain' } } : undefined),
  });
});
afterEach(async () => {
  await pool.close();
  server.close();
});

const endpoint = () => ({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
const ring = (address = 'bob@home') => ({ sessionId: '7', endpoint: endpoint(), cookie: '1.2', address });
const say = (socket: Socket, text: string): void => void socket.write(`MSG bob@home Bob ${text.length}\r\n${text}`);
/** However it ends. */
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => void socket.once('close', () => resolve()));
/** Somebody who is there, once somebody is. */
const guest = async (): Promise<Socket> => {
  for (;;) {
    const [socket] = sockets;
    if (socket !== undefined) return socket;
    await once(server, 'connection');
  }
};
class Listening implements SwitchboardClient {
  readonly heard: string[] = [];
  readonly over: string[] = [];
  link: SwitchboardLink | undefined;
  private readonly wanted: string;
  private next: () => void = () => {};
  constructor(wanted: string) {
    this.wanted = wanted;
    pool.serve(this);
  }
  received(link: SwitchboardLink, _from: string, _name: string, payload: Uint8Array): boolean {
    const text = Buffer.from(payload).toString();
    if (!text.startsWith(this.wanted)) return false;
    this.heard.push(text);
    this.link = link;
    this.next();
    return true;
  }
  ended(_link: SwitchboardLink, why: string): void {
    this.over.push(why);
    this.next();
  }
  something(): Promise<void> {
    return new Promise((resolve) => {
      this.next = resolve;
    });
  }
}

describe('the pool of switchboards', () => {
  it('leaves a switchboard with its last hold, whoever has it, and not before', async () => {
    const one = await pool.call('bob@home');
    await one.link.joined;
    const two = pool.hold(one.link);
    one.release();
    one.release();
    expect(one.link.say('bob@home', new Uint8Array(1))).toBeUndefined();
    expect(sockets.size).toBe(1);
    const socket = await guest();
    const gone = closed(socket);
    two.release();
    await gone;
    await one.link.closed;
    // What is released when the switchboard is no more is released in peace.
    pool.hold(one.link).release();
  });

  it('offers what is said to each client in turn, until one takes it', async () => {
    const [first, second] = [new Listening('a'), new Listening('')];
    pool.rung(ring());
    const socket = await guest();
    await once(socket, 'data');
    const heard = second.something();
    say(socket, 'abc');
    say(socket, 'xyz');
    await heard;
    expect([first.heard, second.heard]).toEqual([['abc'], ['xyz']]);
    const told = second.something();
    socket.write('BYE bob@home\r\n');
    await told;
    expect([first.over, second.over]).toEqual([['left'], ['left']]);
  });

  it('leaves a switchboard that somebody called us into and nobody took hold of; one that is held it keeps', async () => {
    const client = new Listening('');
    pool.rung(ring());
    const socket = await guest();
    await once(socket, 'data');
    const heard = client.something();
    say(socket, 'abc');
    await heard;
    const hold = pool.hold(client.link as SwitchboardLink);
    await clock.advance(60_000);
    expect(socket.readyState).toBe('open');
    const gone = closed(socket);
    hold.release();
    await gone;
    pool.rung(ring());
    const silent = await guest();
    await once(silent, 'data');
    const left = closed(silent);
    await clock.advance(60_000);
    await left;
  });

  it('answers no ring of those who are blocked, nor more than leave room for calls, and none when closed', async () => {
    blocked = ['bob@home'];
    pool.rung(ring());
    blocked = [];
    for (let index = 0; index < 40; index += 1) pool.rung(ring(`someone${index}@home`));
    const calls = await Promise.allSettled(Array.from({ length: 10 }, () => pool.call('bob@home')));
    expect(calls.map(({ status }) => status)).toEqual([...Array(8).fill('fulfilled'), ...Array(2).fill('rejected')]);
    await pool.close();
    pool.rung(ring());
    await expect(pool.call('bob@home')).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('does not dial where the call is not wanted any more', async () => {
    const refusal = new Error('not wanted');
    await expect(
      pool.call('bob@home', () => {
        throw refusal;
      }),
    ).rejects.toBe(refusal);
    expect(sockets.size).toBe(0);
  });
});
