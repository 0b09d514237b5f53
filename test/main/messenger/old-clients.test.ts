import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { md5Hex } from './raw-client.ts';
import { RawNetwork } from './raw-network.ts';

/* Transcripts of what clients of the time say, word by word, and what they must hear. */

let net: RawNetwork;

beforeEach(async () => {
  net = await RawNetwork.open();
  await net.start();
});
afterEach(() => net.close());

describe('a client of the time', () => {
  it('signs in as Windows Messenger 4.6 does', async () => {
    const ann = await net.client();
    ann.send('VER 0 MSNP7 MSNP6 MSNP5 MSNP4 CVR0');
    expect(await ann.line()).toBe('VER 0 MSNP7 MSNP6 MSNP5 MSNP4 CVR0');
    ann.send('CVR 1 0x0409 winnt 5.1 i386 MSMSGS 4.6.0082 MSMSGS', 'INF 2', 'USR 3 MD5 I ann@home');
    const [version, method, challenge = ''] = await ann.lines(3);
    expect([version, method]).toEqual(['CVR 1 4.6.0082 4.6.0082 4.6.0082 http://localhost/ http://localhost/', 'INF 2 MD5']);
    ann.send(`USR 4 MD5 S ${md5Hex((challenge.split(' ')[4] ?? '') + net.token('ann@home'))}`);
    expect(await ann.line()).toBe('USR 4 OK ann@home Ann%20A 1');
    // All at once and without waiting for answers, TrIDs as they come, and lines that end in LF.
    ann.write('SYN 5 0\nCHG 6 NLN\r\nURL 7 INBOX\r\nURL 8 FOLDERS\r\nPRP 9 PHH 1\r\nSND 10 x@y.z\r\n');
    expect(await ann.lines(14)).toEqual([
      'SYN 5 1',
      'GTC 5 1 A',
      'BLP 5 1 AL',
      'LSG 5 1 1 1 0 Contacts 0',
      'LST 5 FL 1 0 0',
      'LST 5 AL 1 0 0',
      'LST 5 BL 1 0 0',
      'LST 5 RL 1 0 0',
      'CHG 6 NLN',
      expect.stringMatching(/^CHL 0 \S+$/),
      '502 7',
      '502 8',
      '502 9',
      '502 10',
    ]);
    // More arguments than anybody needs, and a percent sign that is none.
    ann.send(
      'CHG 11 IDL 0 x y',
      'REA 12 ann@home 100%%zz%4 extra',
      'ADD 13 FL bob@home bob@home 0 x y',
      'REM 14 FL bob@home',
      'GTC 15 N z',
      'BLP 16 BL z',
      'XFR 17 SB z',
    );
    expect(await ann.lines(7)).toEqual([
      'CHG 11 IDL 0',
      'REA 12 2 ann@home 100%25%25zz%254',
      'ADD 13 FL 3 bob@home Bob 0',
      'REM 14 FL 4 bob@home',
      'GTC 15 5 N',
      'BLP 16 6 BL',
      expect.stringMatching(/^XFR 17 SB 127\.0\.0\.1:\d+ CKI \w+$/),
    ]);
    ann.send('OUT');
    await ann.closed();
  });

  it('may say more than anybody needs wherever it likes', async () => {
    const ann = await net.online('ann@home', 5);
    ann.send('ADD 1 FL bob@home bob@home x', 'REM 2 FL bob@home x', 'ADD 3 AL bob@home bob@home x', 'REM 4 AL bob@home x');
    expect(await ann.lines(4)).toEqual([
      'ADD 1 FL 2 bob@home Bob',
      'REM 2 FL 3 bob@home',
      'ADD 3 AL 4 bob@home Bob',
      'REM 4 AL 5 bob@home',
    ]);
    const cy = await net.online('cy@home', 7);
    await cy.line();
    cy.send('ADD 1 AL bob@home bob@home x', 'REM 2 AL bob@home x', 'ADD 3 FL bob@home bob@home x');
    expect(await cy.lines(3)).toEqual(['ADD 1 AL 2 bob@home Bob', 'REM 2 AL 3 bob@home', '201 3']);
  });

  it.each([
    ['VER 0 MSNP5 MSNP4', 'VER 0 MSNP5 MSNP4'],
    ['VER 0 CVR0 MSNP2 MSNP3', 'VER 0 MSNP3 MSNP2 CVR0'],
    ['VER 0 msnp7 MSNP99 cvr0', 'VER 0 MSNP7 CVR0'],
    ['VER 0 MSNP8 MSNP7 MSNP6 CVR0', 'VER 0 MSNP8 MSNP7 MSNP6 CVR0'],
    ['VER 0 CVR0', 'VER 0 0'],
  ])('hears to %j: %j', async (offer, reply) => {
    const one = await net.client();
    one.send(offer);
    expect(await one.line()).toBe(reply);
  });

  it('keeps groups, also in what it is told afterwards, and hears why not', async () => {
    const ann = await net.online('ann@home', 7);
    await ann.line();
    ann.send(
      'ADG 1 Kin 0',
      'REG 2 0 All 0',
      'ADD 3 FL bob@home bob@home 1',
      'ADD 4 FL bob@home bob@home 1',
      'ADD 5 FL bob@home bob@home',
      'REM 6 FL bob@home 7',
    );
    expect(await ann.lines(6)).toEqual([
      'ADG 1 2 Kin 1 0',
      'REG 2 3 0 All 0',
      'ADD 3 FL 4 bob@home Bob 1',
      '215 4',
      'ADD 5 FL 5 bob@home Bob 0',
      '216 6',
    ]);
    ann.send('REG 7 9 x 0', 'RMG 8 9', 'RMG 9 1', 'ADG 10', 'LST 11 FL', 'ADD 12 RL bob@home x', 'ADD 13 FL nobody@home x');
    expect(await ann.lines(7)).toEqual(['224 7', '224 8', '226 9', '209 10', 'LST 11 FL 5 1 1 bob@home Bob 1,0', '201 12', '205 13']);
    const old = await net.online('cy@home', 5);
    old.send('ADG 1 Kin 0', 'PNG');
    expect(await old.lines(2)).toEqual(['502 1', 'QNG']);
  });

  it('is challenged from MSNP6 on, by either product, and thrown out for a wrong answer', async () => {
    for (const [product, key] of [
      ['msmsgs@msnmsgr.com', 'Q1P7W2E4J9R8U3S5'],
      ['PROD0038W!61ZTF9', 'VT6PX?UQTM4WM%YR'],
    ] as const) {
      const ann = await net.online('ann@home', 6);
      const salt = (await ann.line()).split(' ')[2] ?? '';
      ann.write(`QRY 20 ${product} 32\r\n${md5Hex(salt + key)}`);
      expect(await ann.line()).toBe('QRY 20');
      ann.write(`QRY 21 ${product} 32\r\n${md5Hex(salt + key)}`);
      expect(await ann.line()).toBe('540 21');
      await ann.closed();
    }
  });
});

describe('conversations of the time', () => {
  it('carry typing, chat and invitations of any client byte by byte, with every kind of acknowledgement', async () => {
    const [ann, bob] = [await net.online('ann@home'), await net.online('bob@home', 7)];
    await bob.line();
    const room = await net.switchboard(ann, 'ann@home');
    room.send('CAL 2 bob@home');
    expect(await room.line()).toMatch(/^CAL 2 RINGING \d+$/);
    const [seat] = await net.answer(bob, 'bob@home');
    await room.line();
    const typing = 'MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: ann@home\r\n\r\n\r\n';
    const chat =
      'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=MS%20Sans%20Serif; EF=; CO=0; CS=0; PF=0\r\n\r\nhow are you';
    const invite = 'MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\nInvitation-Command: INVITE\r\n\r\n';
    for (const [index, [wish, text, reply]] of (
      [
        ['U', typing],
        ['N', chat],
        ['A', chat, 'ACK'],
        ['S', invite],
        ['D', invite, 'ACK'],
      ] as const
    ).entries()) {
      room.write(`MSG ${10 + index} ${wish} ${text.length}\r\n${text}`);
      expect(await seat.line()).toBe(`MSG ann@home Ann%20A ${text.length}`);
      expect(await seat.payload(text.length)).toBe(text);
      if (reply !== undefined) expect(await room.line()).toBe(`${reply} ${10 + index}`);
    }
    room.write('MSG 20 X 2\r\nhi');
    room.write(`MSG 21 N 1664\r\n${'x'.repeat(1664)}`);
    expect(await room.line()).toBe('201 20');
    expect(await seat.line()).toBe('MSG ann@home Ann%20A 1664');
    seat.close();
    expect(await room.line()).toBe('BYE bob@home');
    // Nobody there: not delivered, for whoever wants to know.
    for (const wish of ['A', 'N', 'S', 'U']) room.write(`MSG 3${wish === 'U' ? 9 : 0} ${wish} 2\r\nhi`);
    room.send('PNG');
    expect(await room.lines(4)).toEqual(['NAK 30', 'NAK 30', 'NAK 30', 'QNG']);
  });

  it('take a third, who hears who is there, and everybody hears everybody', async () => {
    const [ann, bob, cy] = [await net.online('ann@home'), await net.online('bob@home'), await net.online('cy@home')];
    const room = await net.switchboard(ann, 'ann@home');
    room.send('CAL 2 bob@home');
    await room.line();
    const [second, first] = await net.answer(bob, 'bob@home');
    expect([first, await room.line()]).toEqual([['IRO 1 1 1 ann@home Ann%20A'], 'JOI bob@home Bob']);
    second.send('CAL 2 cy@home');
    expect(await second.line()).toMatch(/^CAL 2 RINGING/);
    const [third, there] = await net.answer(cy, 'cy@home');
    expect(there).toEqual(['IRO 1 1 2 ann@home Ann%20A', 'IRO 1 2 2 bob@home Bob']);
    expect([await room.line(), await second.line()]).toEqual(['JOI cy@home Cy', 'JOI cy@home Cy']);
    third.write('MSG 3 A 2\r\nhi');
    for (const one of [room, second]) expect([await one.line(), await one.payload(2)]).toEqual(['MSG cy@home Cy 2', 'hi']);
    expect(await third.line()).toBe('ACK 3');
    second.send('OUT');
    expect([await room.line(), await third.line()]).toEqual(['BYE bob@home', 'BYE bob@home']);
    room.send('CAL 4 bob@home');
    expect(await room.line()).toMatch(/^CAL 4 RINGING/);
    expect((await net.answer(bob, 'bob@home'))[1]).toEqual(['IRO 1 1 2 ann@home Ann%20A', 'IRO 1 2 2 cy@home Cy']);
  });

  it('are not opened with who has blocked, hides, is a stranger to a closed list, or is nobody', async () => {
    const [ann, bob] = [await net.online('ann@home'), await net.online('bob@home')];
    const room = await net.switchboard(ann, 'ann@home');
    const called = async (id: number, address = 'bob@home'): Promise<string> => {
      room.send(`CAL ${id} ${address}`);
      return room.line();
    };
    bob.send('ADD 1 BL ann@home x');
    await bob.line();
    expect(await called(2)).toBe('217 2');
    bob.send('REM 2 BL ann@home', 'CHG 3 HDN');
    await bob.lines(2);
    expect(await called(3)).toBe('217 3');
    bob.send('CHG 4 NLN', 'BLP 5 BL');
    await bob.lines(2);
    expect(await called(4)).toBe('217 4');
    bob.send('ADD 6 AL ann@home x');
    await bob.line();
    expect(await called(5)).toMatch(/^CAL 5 RINGING/);
    expect([await called(6, 'nobody@home'), await called(7, 'no-address'), await called(8, 'ann@home')]).toEqual([
      '217 6',
      '208 7',
      '215 8',
    ]);
  });

  it('end with the sign-in they belong to: the same account elsewhere', async () => {
    const [ann, bob] = [await net.online('ann@home'), await net.online('bob@home')];
    bob.send('ADD 1 FL ann@home x');
    await bob.lines(2);
    await ann.line();
    const room = await net.switchboard(ann, 'ann@home');
    room.send('CAL 2 bob@home');
    await room.line();
    const [seat] = await net.answer(bob, 'bob@home');
    const again = await net.online('ann@home');
    expect(await ann.line()).toBe('OUT OTH');
    await Promise.all([ann.closed(), room.closed()]);
    expect(await seat.line()).toBe('BYE ann@home');
    // Offline for a moment and back, or back at once: the last word is that she is there.
    expect((await bob.lines(2)).at(-1)).toBe('NLN NLN ann@home Ann%20A');
    again.send('PNG');
    expect(await again.line()).toBe('QNG');
  });
});
