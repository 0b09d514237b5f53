import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ShiftedClock } from '../../support/shifted-clock.ts';
import { md5Hex, until } from './raw-client.ts';
import { RawNetwork } from './raw-network.ts';

let net: RawNetwork;

beforeEach(async () => {
  net = await RawNetwork.open();
});
afterEach(() => net.close());

describe('MSNP server, as any client sees it', () => {
  it.each([
    [4, 'USR 4 OK ann@home Ann%20A'],
    [5, 'USR 4 OK ann@home Ann%20A'],
    [6, 'USR 4 OK ann@home Ann%20A 1'],
    [7, 'USR 4 OK ann@home Ann%20A 1'],
  ])('logs in by MD5 and sends the lists in the shape of MSNP%i', async (dialect, signedIn) => {
    await net.start();
    const bob = await net.user('bob@home', dialect);
    bob.send('ADD 5 FL ann@home ann@home', 'ADD 6 AL ann@home ann@home', 'ADD 7 BL cy@home cy@home');
    expect(await bob.lines(3)).toEqual([
      dialect === 7 ? 'ADD 5 FL 2 ann@home Ann%20A 0' : 'ADD 5 FL 2 ann@home Ann%20A',
      'ADD 6 AL 3 ann@home Ann%20A',
      'ADD 7 BL 4 cy@home Cy',
    ]);

    const ann = await net.client();
    ann.send(`VER 0 MSNP9 MSNP${dialect} MSNP4 CVR0`);
    expect(await ann.line()).toBe(dialect === 4 ? 'VER 0 MSNP4 CVR0' : `VER 0 MSNP${dialect} MSNP4 CVR0`);
    ann.send('INF 1');
    expect(await ann.line()).toBe('INF 1 MD5');
    ann.send('USR 2 MD5 I ANN@home');
    const challenge = /^USR 2 MD5 S (\S+)$/.exec(await ann.line())?.[1] ?? '';
    ann.send(`USR 4 MD5 S ${md5Hex(challenge + net.token('ann@home'))}`);
    expect(await ann.line()).toBe(signedIn);

    bob.send('SYN 8 0');
    const group = dialect === 7 ? ['LSG 8 4 1 1 0 Contacts 0'] : [];
    expect(await bob.lines(7 + group.length)).toEqual([
      'SYN 8 4',
      'GTC 8 4 A',
      'BLP 8 4 AL',
      ...group,
      dialect === 7 ? 'LST 8 FL 4 1 1 ann@home Ann%20A 0' : 'LST 8 FL 4 1 1 ann@home Ann%20A',
      'LST 8 AL 4 1 1 ann@home Ann%20A',
      'LST 8 BL 4 1 1 cy@home Cy',
      'LST 8 RL 4 0 0',
    ]);
    bob.send('SYN 9 4', 'PNG', 'CVR 10 0x0409 winnt 5.1 i386 MSMSGS 4.6.0073 MSMSGS', 'URL 11 INBOX');
    expect(await bob.lines(4)).toEqual([
      'SYN 9 4',
      'QNG',
      'CVR 10 4.6.0073 4.6.0073 4.6.0073 http://localhost/ http://localhost/',
      '502 11',
    ]);

    ann.send('CHG 5 NLN');
    expect(await ann.line()).toBe('CHG 5 NLN');
    if (dialect >= 6) {
      const salt = /^CHL 0 (\S+)$/.exec(await ann.line())?.[1] ?? '';
      ann.write(`QRY 6 msmsgs@msnmsgr.com 32\r\n${md5Hex(`${salt}Q1P7W2E4J9R8U3S5`)}`);
      expect(await ann.line()).toBe('QRY 6');
    }
    bob.send('CHG 12 BSY 0');
    expect(await bob.lines(2)).toEqual(['CHG 12 BSY 0', 'ILN 12 NLN ann@home Ann%20A']);
    if (dialect >= 6) expect(await bob.line()).toMatch(/^CHL 0 \S+$/);
    ann.send('CHG 7 AWY', 'REA 8 ann@home Ann%20%C3%89', 'CHG 9 HDN', 'CHG 10 NLN', 'OUT');
    expect(await ann.lines(4)).toEqual(['CHG 7 AWY', 'REA 8 3 ann@home Ann%20%C3%89', 'CHG 9 HDN', 'CHG 10 NLN']);
    expect(await bob.lines(5)).toEqual([
      'NLN AWY ann@home Ann%20A',
      'NLN AWY ann@home Ann%20%C3%89',
      'FLN ann@home',
      'NLN NLN ann@home Ann%20%C3%89',
      'FLN ann@home',
    ]);
    await ann.closed();
  });

  it('tells who is on the reverse list, and refuses what lists do not allow', async () => {
    await net.start();
    const ann = await net.online('ann@home');
    const bob = await net.online('bob@home');
    ann.send(
      'ADD 1 FL bob@home x',
      'ADD 2 FL bob@home x',
      'ADD 3 FL nobody@home x',
      'ADD 4 RL bob@home x',
      'ADD 5 BL bob@home x',
      'ADD 6 AL bob@home x',
    );
    expect(await ann.lines(7)).toEqual([
      'ADD 1 FL 2 bob@home Bob',
      'ILN 1 NLN bob@home Bob',
      '215 2',
      '205 3',
      '201 4',
      'ADD 5 BL 3 bob@home Bob',
      '219 6',
    ]);
    expect(await bob.line()).toBe('ADD 0 RL 2 ann@home Ann%20A');
    ann.send('REM 7 AL bob@home', 'REM 8 FL bob@home', 'BLP 9 XX', 'GTC 10 N', 'BLP 11 BL', 'LST 12 FL');
    expect(await ann.lines(6)).toEqual(['216 7', 'REM 8 FL 4 bob@home', '201 9', 'GTC 10 5 N', 'BLP 11 6 BL', 'LST 12 FL 6 0 0']);
    expect(await bob.line()).toBe('REM 0 RL 3 ann@home');
  });

  it('hides whoever blocks, and whoever lets only the allowed through', async () => {
    await net.start();
    const ann = await net.online('ann@home');
    const bob = await net.online('bob@home');
    ann.send('ADD 1 FL bob@home x');
    await ann.lines(2);
    await bob.line();
    bob.send('ADD 2 BL ann@home x', 'REM 3 BL ann@home', 'BLP 4 BL', 'ADD 5 AL ann@home x');
    await bob.lines(4);
    expect(await ann.lines(4)).toEqual(['FLN bob@home', 'NLN NLN bob@home Bob', 'FLN bob@home', 'NLN NLN bob@home Bob']);
  });

  it('keeps groups for MSNP7', async () => {
    await net.start();
    const ann = await net.user('ann@home', 7);
    ann.send(
      'ADG 1 Family%20A 0',
      'ADD 2 FL bob@home x 1',
      'ADD 3 FL cy@home x 9',
      'RMG 4 1',
      'REG 5 1 Kin 0',
      'REM 6 FL bob@home 1',
      'RMG 7 1',
      'RMG 8 0',
    );
    expect(await ann.lines(8)).toEqual([
      'ADG 1 2 Family%20A 1 0',
      'ADD 2 FL 3 bob@home Bob 1',
      '224 3',
      '226 4',
      'REG 5 4 1 Kin 0',
      'REM 6 FL 5 bob@home 1',
      'RMG 7 6 1',
      '230 8',
    ]);
  });

  it('gives a new group an id that can be read from the disk again, however many there have been', async () => {
    const account = net.store.find('ann@home');
    if (account === undefined) throw new Error('no account');
    net.store.put({ ...account, groups: [...account.groups, { id: 1, name: 'Kin' }, { id: 1000, name: 'Friends' }] });
    await net.start();
    const ann = await net.user('ann@home', 7);
    ann.send('ADG 1 Family 0');
    expect(await ann.line()).toBe('ADG 1 2 Family 2 0');
    net.store.close();
    expect(await net.store.open()).toEqual([]);
    expect(net.store.find('ann@home')?.groups.map(({ id }) => id)).toEqual([0, 1, 1000, 2]);
  });

  it('opens a switchboard, rings, carries messages and says goodbye', async () => {
    await net.start();
    const [ann, bob] = [await net.online('ann@home'), await net.online('bob@home')];
    ann.send('XFR 1 SB');
    const [, cookie = ''] = new RegExp(`^XFR 1 SB 127\\.0\\.0\\.1:${net.port} CKI (\\S+)$`).exec(await ann.line()) ?? [];
    const room = await net.client();
    room.write(`USR 1 ann@home ${cookie}\r\nMSG 2 A 2\r\nhi`);
    expect(await room.line()).toBe('USR 1 OK ann@home Ann%20A');
    expect(await room.line()).toBe('NAK 2');
    room.send('CAL 4 cy@home', 'CAL 5 bob@home', 'CAL 6 ann@home');
    const [offline, ringing, already] = await room.lines(3);
    expect([offline, already]).toEqual(['217 4', '215 6']);
    const sessionId = /^CAL 5 RINGING (\d+)$/.exec(ringing ?? '')?.[1] ?? '';
    const [, ring = ''] =
      new RegExp(`^RNG ${sessionId} 127\\.0\\.0\\.1:${net.port} CKI (\\S+) ann@home Ann%20A$`).exec(await bob.line()) ?? [];
    const place = await net.client();
    place.send(`ANS 1 bob@home ${ring} ${sessionId}`);
    expect(await place.lines(2)).toEqual(['IRO 1 1 1 ann@home Ann%20A', 'ANS 1 OK']);
    expect(await room.line()).toBe('JOI bob@home Bob');
    for (const [wish, answer] of [
      ['A', 'ACK 7'],
      ['N', undefined],
      ['U', undefined],
      ['S', undefined],
    ] as const) {
      room.write(`MSG 7 ${wish} 7\r\nhe\r\nllo`);
      expect(await place.line()).toBe('MSG ann@home Ann%20A 7');
      expect(await place.payload(7)).toBe('he\r\nllo');
      if (answer !== undefined) expect(await room.line()).toBe(answer);
    }
    place.send('OUT');
    expect(await room.line()).toBe('BYE bob@home');

    const again = await net.client();
    again.send(`ANS 1 bob@home ${ring} ${sessionId}`);
    expect(await again.line()).toBe('911 1');
    await again.closed();
    ann.send('OUT');
    await room.closed();
    await until(
      () => net.server.directory.switchboards.count === 0,
      () => 'the switchboard to go',
    );
  });

  it('gives switchboards to nobody who hides, and to nobody with another one’s or an old cookie', async () => {
    const clock = new ShiftedClock();
    await net.start({ cookieLifetimeMs: 30_000 }, { clock });
    const ann = await net.user('ann@home', 5);
    ann.send('XFR 1 SB', 'CHG 2 HDN', 'XFR 3 SB', 'CHG 4 NLN', 'XFR 5 SB', 'XFR 6 SB');
    const lines = await ann.lines(6);
    expect(lines.slice(0, 4)).toEqual(['913 1', 'CHG 2 HDN', '913 3', 'CHG 4 NLN']);
    const [mine = '', late = ''] = lines.slice(4).map((line) => line.split(' ')[5] ?? '');
    const thief = await net.client();
    thief.send(`USR 1 bob@home ${mine}`);
    expect(await thief.line()).toBe('911 1');
    clock.sleep(30_001);
    const slow = await net.client();
    slow.send(`USR 1 ann@home ${late}`);
    expect(await slow.line()).toBe('911 1');
  });

  it('signs the older connection out when an account signs in twice', async () => {
    await net.start();
    const first = await net.online('ann@home');
    const second = await net.online('ann@home');
    expect(await first.line()).toBe('OUT OTH');
    await first.closed();
    second.send('PNG');
    expect(await second.line()).toBe('QNG');
  });

  it('refuses a wrong challenge answer, an unknown user, and a second log-in', async () => {
    await net.start();
    const ann = await net.user('ann@home', 7);
    ann.send('CHG 1 NLN');
    await ann.lines(2);
    ann.write(`QRY 2 msmsgs@msnmsgr.com 32\r\n${'0'.repeat(32)}`);
    expect(await ann.line()).toBe('540 2');
    await ann.closed();
    expect(await (await net.client()).signIn(7, 'nobody@home', 'x')).toBe('911 4');
    const early = await net.client();
    early.send('VER 1 MSNP7', 'CHG 2 NLN');
    expect(await early.lines(2)).toEqual(['VER 1 MSNP7', '302 2']);
    const old = await net.client();
    old.send('VER 1 MSNP99');
    expect(await old.line()).toBe('VER 1 0');
    await old.closed();
  });
});
