import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { NotificationClientMachine, type NotificationClientEvent } from '../../../src/protocol/msnp/client/notification.ts';
import { SwitchboardClientMachine, type SwitchboardClientEvent } from '../../../src/protocol/msnp/client/switchboard.ts';
import { CommandDecoder } from '../../../src/protocol/msnp/framing.ts';

const md5Hex = (text: string): string => createHash('md5').update(text).digest('hex');

function notification() {
  const sent: string[] = [];
  const events: NotificationClientEvent[] = [];
  const decoder = new CommandDecoder('client');
  const machine = new NotificationClientMachine({
    address: 'ann@home',
    accessToken: '123456',
    presence: 'NLN',
    md5Hex,
    send: (bytes) => sent.push(utf8Decode(bytes)),
    report: (event) => events.push(event),
    decoder,
  });
  const hear = (...lines: string[]): void => {
    for (const command of decoder.push(utf8Encode(lines.map((line) => `${line}\r\n`).join('')))) machine.receive(command);
  };
  const logIn = (dialect: number): void => {
    machine.start();
    hear(`VER 0 MSNP${dialect} CVR0`, 'INF 1 MD5', 'USR 2 MD5 S 334f32368fadc20', 'USR 3 OK ann@home Ann%20A 1');
    sent.length = 0;
  };
  const tags = (): string[] => events.map(({ tag }) => tag);
  return { machine, sent, events, hear, logIn, tags };
}

const SEVEN = [
  'GTC 4 9 A',
  'BLP 4 9 AL',
  'PRP 4 9 PHH 1',
  'LSG 4 9 1 1 0 Other 0',
  'LST 4 FL 9 1 2 bob@home Bob 0',
  'BPR 4 9 bob@home PHH 1',
  'LST 4 FL 9 2 2 Cy@home Cy%20C 0,1',
  'LST 4 AL 9 1 1 bob@home Bob',
  'LST 4 BL 9 1 1 eve@home Eve',
  'LST 4 RL 9 1 3 bob@home Bob',
  'LST 4 RL 9 2 3 dee@home Dee',
  'LST 4 RL 9 3 3 eve@home Eve',
];

describe('a log-in by ticket', () => {
  const byTicket = () => {
    const sent: string[] = [];
    const events: NotificationClientEvent[] = [];
    const decoder = new CommandDecoder('client');
    const machine = new NotificationClientMachine({
      address: 'ann@home',
      accessToken: '123456',
      logIn: 'ticket',
      presence: 'NLN',
      md5Hex,
      send: (bytes) => sent.push(utf8Decode(bytes)),
      report: (event) => events.push(event),
      decoder,
    });
    const hear = (line: string): void => {
      for (const command of decoder.push(utf8Encode(`${line}\r\n`))) machine.receive(command);
    };
    machine.start();
    hear('VER 0 MSNP8 CVR0');
    hear('CVR 1 1 1 1 http://x/ http://x/');
    sent.length = 0;
    return { machine, sent, hear, tags: () => events.map(({ tag }) => tag) };
  };

  it.each(['USR 2 MD5 S 334f32368fadc20', 'USR 2 OK ann@home Ann 1 0'])('does not step down for one line of a server: %s', (line) => {
    const { sent, hear, tags } = byTicket();
    hear(line);
    expect([sent, tags()]).toEqual([[], ['unusable']]);
  });

  it('lets nobody in before the ticket has been shown', () => {
    const { machine, sent, hear, tags } = byTicket();
    hear('USR 2 TWN S lc=1');
    machine.presentTicket('t=1&p=1');
    hear('USR 3 OK ann@home Ann 1 0');
    expect([sent, tags()]).toEqual([['USR 3 TWN S t=1&p=1\r\n', 'SYN 4 0\r\n'], ['ticketWanted']]);
  });
});

describe('notification client', () => {
  it('logs in by MD5, in these words', () => {
    const { machine, sent, hear } = notification();
    machine.start();
    hear('VER 0 MSNP7 CVR0', 'INF 1 MD5', 'USR 2 MD5 S 334f32368fadc20', 'USR 3 OK ann@home Ann%20A 1');
    expect(sent).toEqual([
      'VER 0 MSNP7 MSNP6 MSNP5 MSNP4 CVR0\r\n',
      'INF 1\r\n',
      'USR 2 MD5 I ann@home\r\n',
      'USR 3 MD5 S 818adf46a555996dadd88a4f967cd7c2\r\n',
      'SYN 4 0\r\n',
    ]);
  });

  it.each([
    ['MSNP7', 7, ['SYN 4 9', ...SEVEN]],
    ['MSNP4 to 6', 5, ['SYN 4 9', ...SEVEN.filter((line) => !/^(LSG|BPR|PRP)/.test(line)).map((line) => line.replace(/ 0(,1)?$/, ''))]],
    [
      'MSNP8',
      7,
      [
        'SYN 4 9 4 1',
        'GTC A',
        'BLP AL',
        'LSG 0 Other 0',
        'LST bob@home Bob 11 0',
        'LST Cy@home Cy%20C 1 0,1',
        'LST dee@home Dee 8',
        'LST eve@home Eve 12',
      ],
    ],
  ])('takes the contact list in the shape of %s', (_, dialect, lines) => {
    const { machine, sent, hear, logIn, tags, events } = notification();
    logIn(dialect);
    hear(...lines.slice(0, -1));
    expect(sent).toEqual([]);
    hear(lines.at(-1) ?? '');
    expect(sent).toEqual(['CHG 5 NLN\r\n']);
    hear('CHG 5 NLN', 'ILN 5 AWY bob@home Bobby', 'NLN PHN cy@home Cy');
    expect(machine.contacts).toEqual([
      { address: 'bob@home', friendlyName: 'Bobby', presence: 'AWY' },
      { address: 'cy@home', friendlyName: 'Cy', presence: 'PHN' },
    ]);
    expect(events.filter(({ tag }) => tag === 'addedBy')).toEqual([{ tag: 'addedBy', address: 'dee@home', friendlyName: 'Dee' }]);
    expect([machine.isOn('BL', 'EVE@home'), machine.isOn('RL', 'bob@home'), machine.isOn('AL', 'dee@home')]).toEqual([true, true, false]);
    hear('FLN bob@home');
    expect(machine.contacts[0]?.presence).toBe('FLN');
    expect(tags()).toContain('signedIn');
  });

  it('takes empty lists', () => {
    const { sent, hear, logIn } = notification();
    logIn(7);
    hear('SYN 4 1', ...['FL', 'AL', 'BL', 'RL'].map((list) => `LST 4 ${list} 1 0 0`));
    expect(sent).toEqual(['CHG 5 NLN\r\n']);
  });

  it('follows a referral, and tells a refusal from a broken server', () => {
    for (const [line, event] of [
      ['XFR 2 NS [::1]:99 0 [::1]:99', { tag: 'referral', endpoint: { host: '::1', port: 99 } }],
      ['911 2', { tag: 'wrongCredentials' }],
      ['205 2', { tag: 'wrongCredentials' }],
      ['500 2', { tag: 'unusable', problem: 'error 500' }],
      ['OUT SSD', { tag: 'dismissed' }],
      ['OUT OTH', { tag: 'displaced' }],
    ] as const) {
      const { machine, hear, events } = notification();
      machine.start();
      hear('VER 0 MSNP5 CVR0', 'INF 1 MD5', line, 'USR 2 MD5 S x');
      expect(events).toEqual([event]);
    }
  });

  it('answers challenges, and lets TrID 0 commands and payloads interleave', () => {
    const { sent, hear, logIn, tags, events, machine } = notification();
    logIn(7);
    hear('MSG Hotmail Hotmail 4', 'a\r\n');
    hear('SYN 4 2', 'LST 4 FL 2 0 0', 'CHL 0 15570131571988941333', 'LST 4 AL 2 0 0', 'LST 4 BL 2 0 0', 'LST 4 RL 2 0 0', 'CHG 6 NLN');
    expect(sent[0]).toBe(`QRY 5 msmsgs@msnmsgr.com 32\r\n${md5Hex('15570131571988941333Q1P7W2E4J9R8U3S5')}`);
    expect(tags()).toEqual(['signedIn', 'contacts']);
    hear(
      'ADD 0 RL 3 gil@home Gil',
      'RNG 17 127.0.0.1:1863 CKI 123.4 Gil@home Gil%20G',
      'XFR 8 SB 127.0.0.1:1863 CKI 99',
      '217 9',
      'QRY 5',
      'QNG',
      'ZZZ 1',
    );
    expect(events.slice(2)).toEqual([
      { tag: 'addedBy', address: 'gil@home', friendlyName: 'Gil' },
      {
        tag: 'rung',
        sessionId: '17',
        endpoint: { host: '127.0.0.1', port: 1863 },
        cookie: '123.4',
        address: 'gil@home',
        friendlyName: 'Gil G',
      },
      { tag: 'switchboard', transactionId: '8', endpoint: { host: '127.0.0.1', port: 1863 }, cookie: '99' },
      { tag: 'refused', transactionId: '9', code: 217 },
      { tag: 'pong' },
    ]);
    machine.leave();
    hear('NLN NLN gil@home Gil');
    expect(events).toHaveLength(7);
  });
});

describe('switchboard client', () => {
  it('enters, calls, and knows who is there', () => {
    const sent: string[] = [];
    const events: SwitchboardClientEvent[] = [];
    const decoder = new CommandDecoder('client');
    const machine = new SwitchboardClientMachine(
      { tag: 'call', address: 'ann@home', cookie: '7', peer: 'bob@home' },
      (bytes) => sent.push(utf8Decode(bytes)),
      (event) => events.push(event),
    );
    machine.start();
    const hear = (text: string): void => {
      for (const command of decoder.push(utf8Encode(text))) machine.receive(command);
    };
    hear(
      'USR 1 OK ann@home Ann\r\nCAL 2 RINGING 5\r\nJOI Bob@home Bob%20B\r\nMSG bob@home Bob 2\r\nhiACK 3\r\nNAK 4\r\n217 2\r\nBYE bob@home 1\r\nBYE bob@home\r\n',
    );
    expect(sent).toEqual(['USR 1 ann@home 7\r\n', 'CAL 2 bob@home\r\n']);
    expect(events.map(({ tag }) => tag)).toEqual(['seated', 'joined', 'message', 'acknowledged', 'acknowledged', 'refused', 'left']);
    expect(events.slice(5)).toEqual([
      { tag: 'refused', step: 'call', code: 217 },
      { tag: 'left', address: 'bob@home', idle: true },
    ]);
    expect(machine.others).toEqual([]);
  });
});
