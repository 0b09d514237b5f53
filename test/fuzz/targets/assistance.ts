import { decodeAgain, encodeAgain } from '../../../src/protocol/assistance/again-messages.ts';
import { formatConnectionString, parseConnectionString } from '../../../src/protocol/assistance/connection-string.ts';
import { inTicketOrder, parseTicketAddress } from '../../../src/protocol/assistance/ticket-address.ts';
import { formatExpertTicket, formatNoviceTicket, parseExpertTicket, parseNoviceTicket } from '../../../src/protocol/assistance/ticket.ts';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { formatConnectionString2, parseConnectionString2 } from '../../../src/protocol/assistance/connection-string-2.ts';
import { formatExpertBlob, parseExpertBlob } from '../../../src/protocol/assistance/expert-blob.ts';
import { formatInvitationFile, invitationOf } from '../../../src/protocol/assistance/invitation-file.ts';
import { isPast, needsPassword, openInvitation, readInvitation, writeInvitation } from '../../../src/protocol/assistance/invitation.ts';
import { Letters } from '../../../src/protocol/assistance/letters.ts';
import { RemdeskExpert } from '../../../src/protocol/assistance/remdesk-expert.ts';
import { RemdeskNovice } from '../../../src/protocol/assistance/remdesk-novice.ts';
import { type HostPort, formatHostPort } from '../../../src/protocol/host-port.ts';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { decodeRemdesk, encodeRemdesk, type RemdeskMessage } from '../../../src/protocol/rdp/channels/remdesk.ts';
import { parseXml } from '../../../src/protocol/xml/xml.ts';
import { BrokenRule, decoding, type Target } from '../rules.ts';
import { asPieces, pieces } from './rdp.ts';

const ADDRESSES = [
  { host: '192.168.1.2', port: 3389 },
  { host: '2001:db8::1', port: 49_152 },
  { host: 'desk.home', port: 50_000 },
];
const ID = Uint8Array.from({ length: 32 }, (_, index) => index * 7);

function text<T>(name: string, parse: (text: string) => T, seeds: readonly string[], format?: (value: T) => string | undefined): Target {
  const encode = (value: T): Uint8Array | undefined => {
    const written = format?.(value);
    return written === undefined ? undefined : utf8Encode(written);
  };
  return { name, seeds: () => seeds.map(utf8Encode), check: decoding((input) => parse(utf8Decode(input)), encode) };
}

const letters = (role: 'novice' | 'expert'): Letters => new Letters(role, ID, (count) => new Uint8Array(count));

const PASSWORD = 'ABCDEFGHJKMN';
const STRING_2 = {
  keyHashes: [
    { algorithm: 'sha1', hash: ID.slice(0, 20) },
    { algorithm: 'sha256', hash: ID },
  ],
  raSessionId: 'c2Vzc2lvbg==',
  listening: [...ADDRESSES, { host: 'fe80::1', scope: '3', port: 3389 }],
} as const;
const FILES = ([1, 2] as const).map((type) =>
  utf8Encode(
    writeInvitation(
      {
        type,
        userName: 'Grace & Ada',
        password: PASSWORD,
        addresses: ADDRESSES.slice(0, 2),
        sessionId: ID,
        pin: ID,
        sha1: ID.slice(0, 20),
        fromMs: 1_700_000_000_000,
        minutes: 60,
      },
      (count) => Uint8Array.from({ length: count }, (_, index) => index * 37),
    ).text,
  ),
);
const REMDESK: readonly RemdeskMessage[] = [
  { tag: 'remoteControlDesktop', connectionString: '65538,1,10.0.0.1:3389,*,x,*,*,*' },
  { tag: 'result', code: 41 },
  { tag: 'authenticate', text: '65538\0' + formatExpertBlob({ name: 'Grace', pass: ID }) },
  { tag: 'serverAnnounce' },
  { tag: 'disconnect' },
  { tag: 'versionInfo', major: 1, minor: 2 },
  { tag: 'isConnected' },
  { tag: 'verifyPassword', expertBlob: formatExpertBlob({ name: 'Grace', pass: ID }) },
  { tag: 'expertOnVista', pass: ID },
  { tag: 'noviceName', name: 'Ada' },
  { tag: 'expertName', name: 'Grace' },
  { tag: 'token', token: ID },
];

const RC_TICKET = '65538,1,10.0.0.1:3389,*,x,*,*,*';
const BLOB = formatExpertBlob({ name: 'Grace', pass: ID });
const remdesk = (...messages: readonly RemdeskMessage[]): Uint8Array => asPieces(messages.map(encodeRemdesk));

/** Nobody is let in whose words do not hold the pass, and nothing is said after the end. */
function driveNovice(input: Uint8Array): void {
  for (const version of [1, 2] as const) {
    const machine = new RemdeskNovice({ version, pass: ID, rcTicket: RC_TICKET, usable: () => true });
    machine.start();
    let proved = false;
    let over = false;
    for (const data of pieces(input)) {
      proved ||= holdsPass(data);
      for (const output of machine.receive(data)) {
        if (over) throw new BrokenRule(`${output.tag} after the end`);
        if (output.tag === 'verified') {
          if (!proved) throw new BrokenRule(`version ${version}: verified without the password`);
          machine.answer(true);
        }
        over = output.tag === 'refused' || output.tag === 'disconnected';
      }
    }
    machine.expire();
  }
}

function holdsPass(data: Uint8Array): boolean {
  try {
    const message = decodeRemdesk(data);
    const blob = message?.tag === 'verifyPassword' ? message.expertBlob : message?.tag === 'authenticate' ? message.text : '';
    return blob.toLowerCase().includes(Buffer.from(ID).toString('hex'));
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

/** With and without what each version needs. */
function driveExpert(input: Uint8Array): void {
  for (const pass of [ID, undefined])
    for (const rcTicket of [RC_TICKET, undefined]) {
      const machine = new RemdeskExpert({ userName: 'Grace', pass, rcTicket });
      let over = false;
      for (const data of pieces(input))
        for (const output of machine.receive(data)) {
          if (over) throw new BrokenRule(`${output.tag} after the end`);
          if (output.tag === 'accepted' && pass === undefined) throw new BrokenRule('accepted without a proof');
          over = output.tag === 'rejected' || output.tag === 'disconnected';
        }
    }
}

/** What XML cannot hold is left out when it is written. */
function inOneLine(name: string): boolean {
  return /^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(name);
}

interface Addressed {
  readonly addresses: readonly HostPort[];
}

/** Writing sorts addresses and leaves out what nobody can reach, so only what is written in that order comes back the same. */
function inOrder(ticket: Addressed): boolean {
  const texts = ticket.addresses.map(formatHostPort);
  return inTicketOrder(ticket.addresses).map(formatHostPort).join() === texts.join();
}

const ifInOrder =
  <T extends Addressed>(format: (ticket: T) => string) =>
  (ticket: T): string | undefined =>
    inOrder(ticket) ? format(ticket) : undefined;

export const ASSISTANCE_TARGETS: readonly Target[] = [
  text(
    'connection-string-1',
    parseConnectionString,
    [formatConnectionString({ addresses: ADDRESSES, raSessionId: 'c2Vzc2lvbg==', protocolSpecificParms: '*' })],
    ifInOrder(formatConnectionString),
  ),
  text('expert-ticket', parseExpertTicket, [formatExpertTicket({ addresses: ADDRESSES, id: ID })], ifInOrder(formatExpertTicket)),
  text(
    'novice-ticket',
    parseNoviceTicket,
    [formatNoviceTicket({ addresses: ADDRESSES.slice(0, 1), sessionId: ID, pin: ID })],
    ifInOrder(formatNoviceTicket),
  ),
  text(
    'ticket-address',
    parseTicketAddress,
    ['192.168.1.2:3389', '[2001:db8::1]:49152', 'desk.home:50000', '[::ffff:1.2.3.4]:50000'],
    formatHostPort,
  ),
  text(
    'connection-string-2',
    parseConnectionString2,
    [formatConnectionString2(STRING_2), `<?xml version="1.0"?>${formatConnectionString2({ ...STRING_2, listening: [] })}`],
    // Windows' shape has no place for these.
    (string) =>
      string.certificate !== undefined || string.listening.some(({ uri }) => uri !== undefined)
        ? undefined
        : formatConnectionString2(string),
  ),
  {
    name: 'invitation-file',
    seeds: () => FILES,
    // Written without the fields that it has but does not need.
    check: decoding(
      (input) => invitationOf(parseXml(input)),
      (file) => (inOneLine(file.userName) ? utf8Encode(formatInvitationFile(file)) : undefined),
    ),
  },
  {
    name: 'invitation',
    seeds: () => [
      ...FILES,
      utf8Encode(formatConnectionString2(STRING_2)),
      utf8Encode(formatConnectionString({ addresses: ADDRESSES, raSessionId: 'c2Vzc2lvbg==', protocolSpecificParms: '*' })),
    ],
    check: (input) => {
      const document = readInvitation(input);
      needsPassword(document);
      isPast(document, 0);
      openInvitation(document, PASSWORD);
    },
  },
  { name: 'xml', seeds: () => [...FILES, utf8Encode('<a b="&amp;&#x20ac;"><!-- c --><d/>e</a>')], check: decoding(parseXml) },
  text('expert-blob', parseExpertBlob, [formatExpertBlob({ name: 'Grace', pass: ID })], formatExpertBlob),
  {
    name: 'remdesk',
    seeds: () => REMDESK.map(encodeRemdesk),
    check: decoding(decodeRemdesk, (message) => (message === undefined ? undefined : encodeRemdesk(message))),
  },
  {
    name: 'remdesk-novice',
    maxBytes: 16 * 1024,
    seeds: () => [
      remdesk({ tag: 'expertOnVista', pass: ID }, { tag: 'verifyPassword', expertBlob: BLOB }),
      remdesk(
        { tag: 'versionInfo', major: 1, minor: 1 },
        { tag: 'authenticate', text: `${RC_TICKET}\0${BLOB}` },
        { tag: 'remoteControlDesktop', connectionString: RC_TICKET },
      ),
      remdesk({ tag: 'versionInfo', major: 1, minor: 2 }, { tag: 'disconnect' }),
      remdesk({ tag: 'verifyPassword', expertBlob: formatExpertBlob({ name: 'Grace', pass: ID.toReversed() }) }),
    ],
    check: driveNovice,
  },
  {
    name: 'remdesk-expert',
    maxBytes: 16 * 1024,
    seeds: () => [
      remdesk({ tag: 'serverAnnounce' }, { tag: 'versionInfo', major: 1, minor: 2 }, { tag: 'result', code: 0 }),
      remdesk({ tag: 'versionInfo', major: 1, minor: 1 }, { tag: 'result', code: 0 }, { tag: 'result', code: 0 }, { tag: 'disconnect' }),
      remdesk({ tag: 'versionInfo', major: 1, minor: 2 }, { tag: 'result', code: 41 }),
    ],
    check: driveExpert,
  },
  {
    name: 'again-channel',
    seeds: () => [
      encodeAgain({ tag: 'door', sessionId: ID, pin: ID.toReversed() }),
      encodeAgain({ tag: 'addresses', addresses: ADDRESSES }),
      encodeAgain({ tag: 'done', inputs: 77 }),
    ],
    check: decoding(decodeAgain, (messages) => Uint8Array.from(messages.flatMap((message) => [...encodeAgain(message)]))),
  },
  {
    name: 'letter',
    seeds: () => [utf8Encode(letters('novice').seal({ tag: 'call', race: 1, addresses: ADDRESSES }))],
    check: decoding(
      (input) => letters('expert').open(utf8Decode(input)),
      (letter) => utf8Encode(letters('novice').seal(letter)),
    ),
  },
];
