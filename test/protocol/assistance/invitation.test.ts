import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encryptTicket } from '../../../src/protocol/assistance/assistance-crypto.ts';
import { formatConnectionString2, parseConnectionString2 } from '../../../src/protocol/assistance/connection-string-2.ts';
import {
  isPast,
  MAX_INVITATION_BYTES,
  needsPassword,
  type NewInvitation,
  openInvitation,
  readInvitation,
  writeInvitation,
} from '../../../src/protocol/assistance/invitation.ts';
import { formatInvitationFile, invitationOf } from '../../../src/protocol/assistance/invitation-file.ts';
import { parseXml } from '../../../src/protocol/xml/xml.ts';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { base64Encode, hexEncode, utf16Encode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { randomFrom } from './random.ts';

const PASSWORD = '48BJQ853X3B4';
const SESSION_ID = '+ULZ6ifjoCa6cGPMLQiGHRPwkg6VyJqGwxMnO6GcelwUh9a6/FBq3It5ADSndmLL';
const SHA1 = new Uint8Array(20).fill(0xa1);
const SHA256 = new Uint8Array(32).fill(0xa2);
const CERTIFICATE = Uint8Array.from({ length: 200 }, (_, index) => index);
const RC_TICKET = `65538,1,192.168.1.200:49230;169.254.6.170:49231;[fe80::1%12]:49231;pc-of-maria:49230,*,${SESSION_ID},*,*,${base64Encode(SHA1)}`;

/** Everything a recent Windows writes, and something that none does yet. */
const WINDOWS_10 = [
  `<E><A KH="${base64Encode(SHA1)}" KH2="sha256:${base64Encode(SHA256)}" ID="${SESSION_ID}"`,
  ` CE="${(base64Encode(CERTIFICATE).match(/.{1,64}/g) ?? []).join('&#xA;')}&#xA;" NEW="1"/>`,
  '<X/><C><T ID="1" SID="0"><L P="49230" N="192.168.1.200" U="ws://x"/><L P="49231" N="fe80::5%12"/><L P="49232" N="2001:db8::5%3"/>',
  '<L U="wss://only.example/x"/><Y/></T><Z/></C></E>\r\n',
].join('');

function fileText(attributes: string): string {
  return `<?xml version="1.0" encoding="Unicode" ?>\r\n<UPLOADINFO TYPE="Escalated"><UPLOADDATA ${attributes}/></UPLOADINFO>\r\n`;
}
const TYPE_2 = fileText(
  `USERNAME="maria" LHTICKET="${hexEncode(encryptTicket(WINDOWS_10, PASSWORD)).toUpperCase()}" RCTICKET="${RC_TICKET}" PassStub="WB^6HsrIaFmEpi" RCTICKETENCRYPTED="1" DtStart="1403972263" DtLength="14400" L="0" FUTURE="yes"`,
);
const TYPE_1 = fileText(
  `USERNAME="maria &amp; co" RCTICKET="${RC_TICKET}" PassStub="RT=0PvIndan52*" RCTICKETENCRYPTED="1" DtStart="1403972263" DtLength="60" L="0"`,
);

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return `${error.code} ${error.field}`;
    throw error;
  }
  return 'none';
}

describe('Connection String 2', () => {
  it('is read with everything Windows puts into it', () => {
    expect(parseConnectionString2(WINDOWS_10)).toEqual({
      keyHashes: [
        { algorithm: 'sha1', hash: SHA1 },
        { algorithm: 'sha256', hash: SHA256 },
      ],
      certificate: CERTIFICATE,
      raSessionId: SESSION_ID,
      listening: [
        { host: '192.168.1.200', port: 49230, uri: 'ws://x' },
        { host: 'fe80::5', scope: '12', port: 49231 },
        { host: '2001:db8::5', scope: '3', port: 49232 },
      ],
    });
  });

  it('is read back as it was written', () => {
    const listening = fc.array(fc.record({ host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()), port: fc.integer({ min: 1, max: 65535 }) }), {
      maxLength: 32,
    });
    fc.assert(
      fc.property(listening, fc.uint8Array({ minLength: 1, maxLength: 48 }), (places, id) => {
        const parts = {
          keyHashes: [{ algorithm: 'sha512' as const, hash: new Uint8Array(64) }],
          raSessionId: base64Encode(id),
          listening: places,
        };
        expect(parseConnectionString2(formatConnectionString2(parts))).toEqual(parts);
      }),
    );
  });

  it('is written as Windows writes it', () => {
    const text = formatConnectionString2({
      keyHashes: [
        { algorithm: 'sha1', hash: SHA1 },
        { algorithm: 'sha256', hash: SHA256 },
      ],
      raSessionId: 'aWQ=',
      listening: [{ host: '192.168.1.200', port: 49230 }],
    });
    expect(text).toBe(
      `<E><A KH="${base64Encode(SHA1)}" KH2="sha256:${base64Encode(SHA256)}" ID="aWQ="/><C><T ID="1" SID="0"><L P="49230" N="192.168.1.200"/></T></C></E>\r\n`,
    );
  });

  it.each([
    ['another root', '<F/>', 'UNEXPECTED ConnectionString2'],
    ['no session id', '<E><A KH=""/></E>', 'MALFORMED ConnectionString2.ID'],
    ['a short KH', '<E><A KH="AAAA" ID="x"/></E>', 'OUT_OF_RANGE ConnectionString2.KH'],
    ['a short KH2', '<E><A KH2="sha256:AAAA" ID="x"/></E>', 'OUT_OF_RANGE ConnectionString2.KH'],
    ['a CE that is none', '<E><A CE="%" ID="x"/></E>', 'MALFORMED ConnectionString2.CE'],
    ['an entity', '<!DOCTYPE E [<!ENTITY x SYSTEM "file:///etc/hostname">]><E><A ID="&x;"/></E>', 'REFUSED XML.markup'],
    ['a book', `<E><A ID="${'x'.repeat(0x8000)}"/></E>`, 'TOO_LARGE ConnectionString2'],
  ])('is refused with %s', (_, text, why) => {
    expect(failure(() => parseConnectionString2(text))).toBe(why);
  });
});

describe('an invitation file of another program', () => {
  it.each([
    ['UTF-8', utf8Encode(TYPE_2)],
    ['UTF-16 with a byte order mark', utf16Encode(`\ufeff${TYPE_2}`)],
    ['UTF-16', utf16Encode(TYPE_2)],
  ])('of type 2 in %s is opened with the password', (_, bytes) => {
    const document = readInvitation(bytes);
    expect(needsPassword(document)).toBe(true);
    expect(openInvitation(document, PASSWORD)).toEqual({
      userName: 'maria',
      addresses: [
        { host: '192.168.1.200', port: 49230 },
        { host: '2001:db8::5', port: 49232 },
        // From the plain ticket.
        { host: '169.254.6.170', port: 49231 },
        { host: 'pc-of-maria', port: 49230 },
      ],
      raSessionId: SESSION_ID,
      keyHashes: [
        { algorithm: 'sha1', hash: SHA1 },
        { algorithm: 'sha256', hash: SHA256 },
      ],
      certificate: CERTIFICATE,
      pass: Uint8Array.from(Buffer.from('777dfaae9028124dd02ede8014221b4ad1f4ec138539d733ac767895b2d857d9', 'hex')),
      rcTicket: RC_TICKET,
    });
  });

  it('of type 2 shows a wrong password', () => {
    for (let guess = 0; guess < 50; guess += 1)
      expect(failure(() => openInvitation(readInvitation(utf8Encode(TYPE_2)), `wrong ${guess}`))).toBe('REFUSED LHTICKET');
  });

  it('of type 2 that was cut off is no invitation, whatever the password', () => {
    const ticket = hexEncode(encryptTicket(WINDOWS_10, PASSWORD));
    for (const text of [ticket.slice(0, -2), ticket.slice(0, 30)]) {
      const document = readInvitation(utf8Encode(fileText(`LHTICKET="${text}"`)));
      for (const password of [PASSWORD, 'wrong']) expect(failure(() => openInvitation(document, password))).toBe('MALFORMED LHTICKET');
    }
  });

  it('of type 1 is opened, scopes and link-local addresses left out', () => {
    const document = readInvitation(utf8Encode(TYPE_1));
    expect(needsPassword(document)).toBe(true);
    expect(openInvitation(document, 'Password1')).toEqual({
      userName: 'maria & co',
      addresses: [
        { host: '192.168.1.200', port: 49230 },
        { host: '169.254.6.170', port: 49231 },
        { host: 'pc-of-maria', port: 49230 },
      ],
      raSessionId: SESSION_ID,
      keyHashes: [{ algorithm: 'sha1', hash: SHA1 }],
      pass: Uint8Array.from(Buffer.from('3c9cae0bce7ab15c8aac01d676045edf3ffaf092e2de368a2017e68a0ded7c90', 'hex')),
      rcTicket: RC_TICKET,
    });
  });

  it('is past its time when it says so', () => {
    const document = readInvitation(utf8Encode(TYPE_1));
    expect(isPast(document, (1403972263 + 3600) * 1000)).toBe(false);
    expect(isPast(document, (1403972263 + 3600) * 1000 + 1)).toBe(true);
  });

  it.each([
    ['Connection String 1', `${RC_TICKET}\r\n`, 'connectionString1'],
    ['Connection String 2', WINDOWS_10, 'connectionString2'],
  ])('may be %s alone', (_, text, tag) => {
    for (const bytes of [utf8Encode(text), utf16Encode(`\ufeff${text}\0`)]) {
      const document = readInvitation(bytes);
      expect(document.tag).toBe(tag);
      expect(needsPassword(document)).toBe(false);
      const opened = openInvitation(document, '');
      expect(opened.raSessionId).toBe(SESSION_ID);
      expect(opened.pass).toBeUndefined();
      expect(opened.addresses[0]).toEqual({ host: '192.168.1.200', port: 49230 });
    }
  });

  it('names at most eight addresses to dial', () => {
    const many = Array.from({ length: 40 }, (_, index) => `10.0.0.${index + 1}:3389`).join(';');
    expect(openInvitation(readInvitation(utf8Encode(`65538,1,${many},*,id,*,*,*`)), '').addresses).toHaveLength(8);
  });

  it.each([
    ['no ticket', fileText('USERNAME="x"'), 'MALFORMED InvitationFile'],
    ['another document', '<html/>', 'UNEXPECTED InvitationFile'],
    ['a broken LHTICKET', fileText('LHTICKET="XY"'), 'MALFORMED InvitationFile.LHTICKET'],
    ['a broken PassStub', fileText('RCTICKET="x" PassStub="short"'), 'MALFORMED InvitationFile.PassStub'],
    ['a life that is none', fileText('RCTICKET="x" DtStart="0" DtLength="1e3"'), 'OUT_OF_RANGE InvitationFile.DtLength'],
    ['a date that is none', fileText('RCTICKET="x" DtStart="-1" DtLength="1"'), 'OUT_OF_RANGE InvitationFile.DtStart'],
    ['an entity', `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>${fileText('USERNAME="&x;"')}`, 'REFUSED XML.markup'],
    ['nothing', '', 'MALFORMED XML.end'],
    ['a film', ' '.repeat(MAX_INVITATION_BYTES + 1), 'TOO_LARGE Invitation'],
  ])('is refused with %s', (_, text, why) => {
    expect(failure(() => readInvitation(utf8Encode(text)))).toBe(why);
  });

  it.each([
    ['blanks before the prolog', (text: string) => `\r\n \t${text}`],
    ['a blank line between mark and prolog', (text: string) => `\ufeff\r\n${text}`],
    ['its tickets wrapped', (text: string) => text.replaceAll(/[0-9A-Za-z+/]{40}(?=[0-9A-Za-z+/]{8})/g, '$&\r\n   ')],
  ])('that came through a mail program is read all the same: %s', (_, touched) => {
    for (const [text, password] of [
      [TYPE_1, 'Password1'],
      [TYPE_2, PASSWORD],
    ] as const) {
      expect(touched(text)).not.toBe(text);
      for (const bytes of [utf8Encode(touched(text)), utf16Encode(touched(text))])
        expect(openInvitation(readInvitation(bytes), password)).toEqual(openInvitation(readInvitation(utf8Encode(text)), password));
    }
  });

  it.each(['2147483647', '525601', '99999999999999999999'])('that is good for %s minutes is good for a year', (minutes) => {
    const document = readInvitation(utf8Encode(fileText(`RCTICKET="x" DtStart="0" DtLength="${minutes}"`)));
    expect(document).toMatchObject({ file: { valid: { minutes: 525_600 } } });
  });

  it('with the router\u2019s address in the plain ticket is dialled there', () => {
    const routed = RC_TICKET.replace(/^65538,1,[^,]*/, '65538,1,203.0.113.9:3389');
    const type1 = openInvitation(readInvitation(utf8Encode(TYPE_1.replace(RC_TICKET, routed))), 'Password1');
    expect(type1.addresses).toEqual([{ host: '203.0.113.9', port: 3389 }]);
    const type2 = openInvitation(readInvitation(utf8Encode(TYPE_2.replace(RC_TICKET, routed))), PASSWORD);
    expect(type2.addresses).toContainEqual({ host: '203.0.113.9', port: 3389 });
    expect(type2.keyHashes).toEqual(openInvitation(readInvitation(utf8Encode(TYPE_2)), PASSWORD).keyHashes);
  });

  it('is opened by its password in small letters and in groups', () => {
    const typed = PASSWORD.toLowerCase().replaceAll(/(.{4})/g, '$1 ');
    expect(openInvitation(readInvitation(utf8Encode(TYPE_2)), typed)).toEqual(openInvitation(readInvitation(utf8Encode(TYPE_2)), PASSWORD));
  });

  it('is refused without an address anyone could dial', () => {
    expect(failure(() => openInvitation(readInvitation(utf8Encode('65538,1,[fe80::1%2]:1;0.0.0.0:5;x,*,id,*,*,*')), ''))).toBe(
      'OUT_OF_RANGE Invitation.addresses',
    );
  });

  it('answers any bytes with an invitation or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void failure(() => openInvitation(readInvitation(bytes), ''))),
      { numRuns: 1_000 },
    );
    const original = utf8Encode(TYPE_2);
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = original.slice();
        damaged[at] = value;
        failure(() => openInvitation(readInvitation(damaged), PASSWORD));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('an invitation file of ours', () => {
  const NEW: NewInvitation = {
    type: 2,
    userName: 'Maria "Mia" <m@x> & Söhne',
    password: PASSWORD,
    addresses: [
      { host: '192.0.2.7', port: 49_200 },
      { host: '2001:db8::7', port: 49_200 },
    ],
    sessionId: new Uint8Array(32).fill(7),
    pin: SHA256,
    sha1: SHA1,
    fromMs: 1_403_972_263_000,
    minutes: 60,
  };

  it.each([1, 2] as const)('of type %i is opened with the password', (type) => {
    const written = writeInvitation({ ...NEW, type }, randomFrom(1));
    const document = readInvitation(utf8Encode(written.text));
    const opened = openInvitation(document, PASSWORD);
    expect(opened.addresses).toEqual(expect.arrayContaining([...NEW.addresses]));
    expect(opened).toMatchObject({ userName: NEW.userName, raSessionId: base64Encode(NEW.sessionId), pass: written.pass });
    expect(opened.keyHashes).toContainEqual({ algorithm: 'sha256', hash: SHA256 });
    expect(isPast(document, NEW.fromMs + 3_600_000)).toBe(false);
    expect(isPast(document, NEW.fromMs + 3_600_001)).toBe(true);
  });

  it('of type 2 shows nothing to who finds it', () => {
    const { text } = writeInvitation(NEW, randomFrom(2));
    for (const secret of [PASSWORD, '192.0.2.7', base64Encode(NEW.sessionId), base64Encode(SHA256), 'RCTICKET="'])
      expect(text).not.toContain(secret);
  });

  it('has a fresh PassStub each time', () => {
    const stub = (seed: number) => invitationOf(parseXml(writeInvitation(NEW, randomFrom(seed)).text)).passStub;
    expect(stub(1)).not.toBe(stub(2));
  });

  it('is read back as it was written', () => {
    const file = { userName: '', rcTicket: 'x', hasPassword: false, passStub: 'RT=0PvIndan52*', valid: { fromMs: 5_000, minutes: 0 } };
    expect(invitationOf(parseXml(formatInvitationFile(file)))).toEqual(file);
  });
});
