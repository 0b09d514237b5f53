import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { until, type RawClient } from './raw-client.ts';
import { RawNetwork } from './raw-network.ts';

let net: RawNetwork;

beforeEach(async () => {
  net = await RawNetwork.open();
});
afterEach(() => net.close());

describe('what a hostile or broken peer can do', () => {
  it.each([
    ['noise', randomBytes(4000)],
    ['a browser', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['TLS', Buffer.concat([Buffer.from('1603010100010000fc0303', 'hex'), randomBytes(252)])],
    ['a line without an end', 'x'.repeat(5000)],
    ['a payload too long', 'USR 1 ann@home x\r\nMSG 1 N 1665\r\n'],
    ['a negative length', 'QRY 1 x -1\r\n'],
    ['RDP', Buffer.from('030000130ee000000000000100080003000000', 'hex')],
  ])('ends that connection only: %s', async (_, bytes) => {
    await net.start();
    const ann = await net.online('ann@home');
    const bad = await net.client();
    bad.write(bytes);
    if (bytes.length < 30) bad.write('\r\n');
    await bad.closed();
    ann.send('PNG');
    expect(await ann.line()).toBe('QNG');
  });

  it('survives garbage in every command of a signed-in user', async () => {
    await net.start();
    const ann = await net.online('ann@home');
    for (const name of ['SYN', 'LST', 'CHG', 'ADD', 'REM', 'REA', 'BLP', 'GTC', 'XFR', 'CVR', 'URL', 'ADG']) {
      for (const rest of ['', ' 1', ' 1 %', ' 1 FL', ' 1 FL %%%', ' 1 AL -1 x NaN', ' x y z w v u t']) ann.send(`${name}${rest}`);
    }
    ann.send('PNG');
    await until(
      () => ann.text.endsWith('QNG\r\n'),
      () => `QNG; ${ann.text.slice(-200)}`,
    );
    const bob = await net.online('bob@home');
    bob.send('PNG');
    expect(await bob.line()).toBe('QNG');
  });

  it('limits commands: 800 and the end', async () => {
    await net.start({ commands: { burst: 10, perSecond: 0 } });
    const ann = await net.client();
    ann.send('VER 1 MSNP7', ...Array.from({ length: 20 }, () => 'PNG'));
    await ann.closed();
    expect(ann.text).toBe(`VER 1 MSNP7\r\n${'QNG\r\n'.repeat(9)}800 0\r\n`);
  });

  it('lets who floods wait before they come again, and nobody else', async () => {
    await net.start({ commands: { burst: 10, perSecond: 0 }, connecting: { burst: 8, perSecond: 0 }, floodPenalty: 3 });
    for (let flood = 0; flood < 2; flood += 1) {
      const one = await net.client();
      one.send('VER 1 MSNP7', ...Array.from({ length: 20 }, () => 'PNG'));
      await one.closed();
      expect(one.text.endsWith('800 0\r\n')).toBe(true);
    }
    // Eight at once, two of them used, three each lost: none is left.
    await (await net.client()).closed();
    const other = await net.client('127.0.0.2');
    other.send('VER 1 MSNP7');
    expect(await other.line()).toBe('VER 1 MSNP7');
  });

  it('reads no more from a connection that it has ended for flooding', async () => {
    await net.start({ commands: { burst: 10, perSecond: 0 } });
    const socket = connect(net.port, '127.0.0.1');
    socket.on('error', () => {});
    const noise = Buffer.from('PNG\r\n'.repeat(100_000));
    let taken = 0;
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.write('VER 1 MSNP7\r\n');
      for (let round = 0; round < 60; round += 1)
        socket.write(noise, (error) => {
          if (error === null || error === undefined) taken += 1;
        });
    });
    // 30 MB are more than all buffers on the way hold.
    expect(taken).toBeLessThan(40);
    const ann = await net.online('ann@home');
    ann.send('PNG');
    expect(await ann.line()).toBe('QNG');
  });

  it('limits wrong log-ins for one account, and not for another', async () => {
    await net.start({ failedSignIns: { burst: 3, perSecond: 0 } });
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await (await net.client()).signIn(7, 'ann@home', 'wrong')).toBe('911 4');
    expect(await (await net.client()).signIn(7, 'ann@home', net.token('ann@home'))).toBe('911 4');
    expect(await (await net.client()).signIn(7, 'bob@home', net.token('bob@home'))).toBe('USR 4 OK bob@home Bob 1');
  });

  it('limits connections, at once and over time', async () => {
    await net.start({ connectionsPerHost: 2 });
    const [first] = [await net.client(), await net.client()];
    await (await net.client()).closed();
    first.close();
    await until(
      () => net.server.connectionCount === 1,
      () => 'one connection',
    );
    const next = await net.client();
    next.send('VER 1 MSNP7');
    expect(await next.line()).toBe('VER 1 MSNP7');
    await net.server.stop();
    await net.start({ connecting: { burst: 1, perSecond: 0 } });
    const only = await net.client();
    await (await net.client()).closed();
    only.send('VER 1 MSNP7');
    expect(await only.line()).toBe('VER 1 MSNP7');
  });

  it('lets no more people into a switchboard than it has seats, however many were called', async () => {
    await net.start({ peoplePerSwitchboard: 2 });
    const [ann, bob, cy] = [await net.online('ann@home'), await net.online('bob@home'), await net.online('cy@home')];
    ann.send('XFR 1 SB');
    const room = await net.client();
    room.send(`USR 1 ann@home ${(await ann.line()).split(' ')[5]}`, 'CAL 2 bob@home', 'CAL 3 cy@home');
    await room.lines(3);
    const answers: string[] = [];
    for (const [one, address] of [
      [bob, 'bob@home'],
      [cy, 'cy@home'],
    ] as const) {
      const [, sessionId, , , cookie] = (await one.line()).split(' ');
      const seat = await net.client();
      seat.send(`ANS 1 ${address} ${cookie} ${sessionId}`);
      answers.push(await seat.line());
    }
    expect(answers).toEqual(['IRO 1 1 1 ann@home Ann%20A', '911 1']);
  });

  it('ends who used to ping and is silent, and not who pings now and then, or twice in a row', async () => {
    const clock = new VirtualClock();
    await net.start({}, { clock });
    const [steady, rare, silent] = [await net.online('ann@home'), await net.online('bob@home'), await net.online('cy@home')];
    const ping = async (one: RawClient): Promise<void> => {
      one.send('PNG');
      expect(await one.line()).toBe('QNG');
    };
    await ping(rare);
    await ping(rare);
    for (let second = 0; second < 30; second += 2) {
      await clock.advance(2_000);
      await ping(steady);
    }
    await ping(rare);
    expect(net.server.directory.isOnline('ann@home')).toBe(true);
    await clock.advance(9_000);
    await ping(rare);
    await clock.advance(3_000);
    await steady.closed();
    await ping(rare);
    await ping(silent);
  });

  it('does not wait for ever for a log-in', async () => {
    const clock = new VirtualClock();
    await net.start({}, { clock });
    const idle = await net.client();
    idle.send('VER 1 MSNP7');
    expect(await idle.line()).toBe('VER 1 MSNP7');
    const ann = await net.online('ann@home');
    await clock.advance(30_000);
    expect(net.server.connectionCount).toBe(2);
    await clock.advance(1_000);
    await idle.closed();
    ann.send('PNG');
    expect(await ann.line()).toBe('QNG');
  });
});
