import { createHash } from 'node:crypto';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { formatHostPort } from '../../../src/protocol/host-port.ts';
import { parseEndpoint } from '../../../src/protocol/msnp/endpoint.ts';
import { CommandDecoder, encodeCommand, LINE_LIMIT_SIGNED_IN } from '../../../src/protocol/msnp/framing.ts';
import { decodeFriendlyName, encodeFriendlyName } from '../../../src/protocol/msnp/friendly-name.ts';
import { type InvitationMessage, readInvitation, writeInvitation } from '../../../src/protocol/msnp/invitation.ts';
import { readListLine } from '../../../src/protocol/msnp/lists.ts';
import { readMessage } from '../../../src/protocol/msnp/message.ts';
import { formatContextLine, isMarked, parseContextLine } from '../../../src/protocol/rendezvous/context-line.ts';
import { formatFeatures, parseFeatures } from '../../../src/protocol/rendezvous/features.ts';
import { contextLines, PartAssembly } from '../../../src/protocol/rendezvous/parts.ts';
import { NotificationClientMachine } from '../../../src/protocol/msnp/client/notification.ts';
import { SwitchboardClientMachine } from '../../../src/protocol/msnp/client/switchboard.ts';
import { joined } from '../mutations.ts';
import { anyChunks, BrokenRule, decoding, type Target } from '../rules.ts';
import { asPieces, pieces } from './rdp.ts';

const md5Hex = (text: string): string => createHash('md5').update(text).digest('hex');
const lines = (...text: string[]): Uint8Array => utf8Encode(text.map((line) => `${line}\r\n`).join(''));

const INVITE = {
  command: 'INVITE',
  cookie: '12345',
  sessionId: '{4D3B1A2C-0000-4000-8000-000000000000}',
  applicationGuid: '{56b994a7-380f-410b-9985-c809d78c1bdc}',
  applicationName: 'Remote Assistance',
} as const;
const INVITATIONS: readonly InvitationMessage[] = [
  INVITE,
  {
    command: 'ACCEPT',
    cookie: '12345',
    from: 'INVITEE',
    ipAddress: '192.168.1.2',
    contextData: '65538,1,192.168.1.2:3389,*,c2Vzc2lvbg==,*,*,*',
  },
  { command: 'ACCEPT', cookie: '12345', from: 'INVITER', features: '1;parts;pake=ristretto255' },
  { command: 'CANCEL', cookie: '12345', code: 'REJECT_NOT_INSTALLED' },
  { command: 'CONTEXT', cookie: '12345', contextData: '65538,1,10.0.0.1:3389,*,c2Vzc2lvbg==,*,*,*' },
];

const SIGN_IN = lines(
  'VER 0 MSNP7 MSNP6 CVR0',
  'INF 1 MD5',
  'USR 2 MD5 S 1013928519.693957190',
  'USR 3 OK ann@home Ann%20A 1',
  'SYN 4 17',
  'GTC 4 17 A',
  'BLP 4 17 AL',
  'LST 4 FL 17 1 1 bob@home Bob 0',
  'LST 4 AL 17 1 1 bob@home Bob',
  'LST 4 BL 17 0 0',
  'LST 4 RL 17 1 2 bob@home Bob',
  'LST 4 RL 17 2 2 cy@home Cy',
  'CHG 5 NLN',
  'ILN 5 NLN bob@home Bob',
);
const SIGNED_IN = joined(
  SIGN_IN,
  lines(
    'CHL 0 15570131571988941333',
    'NLN BSY bob@home Bob',
    'FLN bob@home',
    'ADD 0 RL 18 dan@home Dan',
    'REM 0 RL 19 dan@home',
    'REA 6 20 ann@home Ann',
    'RNG 11752013 127.0.0.1:1863 CKI 849102291.520491113 bob@home Bob',
    'XFR 7 SB 127.0.0.1:1863 CKI 17262740.1050826919',
    'QNG',
    '911 8',
    'OUT OTH',
  ),
);
const SWITCHBOARD = joined(
  lines('USR 1 OK ann@home Ann', 'CAL 2 RINGING 11752013', 'JOI bob@home Bob', 'IRO 1 1 1 cy@home Cy', 'ACK 3', 'NAK 4'),
  encodeCommand('MSG', ['bob@home', 'Bob'], writeInvitation(INVITE)),
  lines('BYE bob@home', 'BYE cy@home 1', '217 2'),
);

/** One machine and what it decides for the decoder, as its socket drives them. What goes out is kept with what is told. */
function notificationClient(): (chunk: Uint8Array) => readonly unknown[] {
  const decoder = new CommandDecoder('client');
  let told: unknown[] = [];
  const machine = new NotificationClientMachine({
    address: 'ann@home',
    accessToken: 'token',
    logIn: 'md5',
    presence: 'NLN',
    md5Hex,
    send: (bytes) => told.push(utf8Decode(bytes)),
    report: (event) => told.push(event),
    decoder,
  });
  machine.start();
  return (chunk) => {
    told = [];
    for (const command of decoder.push(chunk)) machine.receive(command);
    return told;
  };
}

function switchboardClient(): (chunk: Uint8Array) => readonly unknown[] {
  const decoder = new CommandDecoder('client');
  decoder.lineLimit = LINE_LIMIT_SIGNED_IN;
  let told: unknown[] = [];
  const machine = new SwitchboardClientMachine(
    { tag: 'call', address: 'ann@home', cookie: '1.2', peer: 'bob@home' },
    (bytes) => told.push(utf8Decode(bytes)),
    (event) => told.push(event),
  );
  machine.start();
  return (chunk) => {
    told = [];
    for (const command of decoder.push(chunk)) machine.receive(command);
    return told;
  };
}

/** Lines of context data, a second apart: what is held stays within its bounds, and what comes out was in it. */
function assemble(input: Uint8Array): void {
  const assembly = new PartAssembly();
  const said = pieces(input).map((piece) => utf8Decode(piece));
  const longest = said.reduce((sum, line) => sum + line.length, 0);
  said.forEach((line, second) => {
    if (!isMarked(line)) return;
    try {
      const { kind, part, text } = parseContextLine(line);
      const whole = part === undefined ? text : assembly.receive({ kind, part, text }, second * 1_000);
      if (whole !== undefined && (whole.length > longest || utf8Encode(whole).length > 4_096))
        throw new BrokenRule('longer than what came');
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
    if (assembly.expire(second * 1_000).length > 4) throw new BrokenRule('more messages under way than are held');
  });
  assembly.expire(Number.POSITIVE_INFINITY);
  if (assembly.nextDeadlineMs !== undefined) throw new BrokenRule('something is still waited for');
}

function commands(reader: 'client' | 'server'): (input: Uint8Array) => void {
  return anyChunks(() => {
    const decoder = new CommandDecoder(reader);
    decoder.dialect = 7;
    return (chunk) => [...decoder.push(chunk)];
  });
}

export const MESSENGER_TARGETS: readonly Target[] = [
  {
    name: 'msnp-server-commands',
    seeds: () => [
      lines('VER 1 MSNP7 CVR0', 'INF 2', 'USR 3 MD5 I ann@home'),
      joined(encodeCommand('MSG', [4, 'A'], writeInvitation(INVITE)), lines('PNG')),
      encodeCommand('QRY', [5, 'msmsgs@msnmsgr.com'], utf8Encode('a'.repeat(32))),
    ],
    check: commands('server'),
  },
  {
    name: 'msnp-client-commands',
    seeds: () => [SIGNED_IN, SWITCHBOARD, encodeCommand('NOT', [], utf8Encode('<x/>'))],
    check: commands('client'),
  },
  {
    name: 'msnp-notification-client',
    // Read four times over, and everything told compared.
    maxBytes: 16 * 1024,
    seeds: () => [
      SIGN_IN,
      SIGNED_IN,
      lines('VER 0 MSNP5 CVR0', 'INF 1 MD5', 'XFR 2 NS 127.0.0.1:1864'),
      lines('VER 0 0'),
      lines('VER 0 MSNP7', 'INF 1 MD5', '911 2'),
    ],
    check: anyChunks(notificationClient),
  },
  {
    name: 'msnp-switchboard-client',
    // Read four times over, and everything told compared.
    maxBytes: 16 * 1024,
    seeds: () => [SWITCHBOARD],
    check: anyChunks(switchboardClient),
  },
  {
    name: 'invitation-message',
    maxBytes: 16 * 1024,
    seeds: () => INVITATIONS.map(writeInvitation),
    check: decoding(readInvitation, writeInvitation),
  },
  { name: 'message', maxBytes: 16 * 1024, seeds: () => INVITATIONS.map(writeInvitation), check: decoding(readMessage) },
  {
    name: 'features-line',
    maxBytes: 1_024,
    seeds: () => ['1', '1;parts', ' 2 ; parts;key=ab+/=;from-next-year'].map(utf8Encode),
    check: decoding(
      (input) => parseFeatures(utf8Decode(input)),
      (features) => utf8Encode(formatFeatures(features)),
    ),
  },
  {
    name: 'context-line',
    maxBytes: 1_024,
    seeds: () => ['!ticket 65538,1,x', '!sealed;7:2/3  ab ', '!k '].map(utf8Encode),
    check: decoding(
      (input) => parseContextLine(utf8Decode(input)),
      (line) => utf8Encode(formatContextLine(line)),
    ),
  },
  {
    name: 'context-parts',
    maxBytes: 16 * 1024,
    seeds: () => [
      asPieces(contextLines('sealed', 'x'.repeat(900), 1).map(utf8Encode)),
      asPieces([...contextLines('a', 'ü'.repeat(400), 1), ...contextLines('b', 'y'.repeat(400), 2)].map(utf8Encode)),
      asPieces(['!a;1:1/2 x', '!a;1:1/2 x', '!a;1:2/2 y', '!a;2:1/3 z', '!a b', 'bare'].map(utf8Encode)),
    ],
    check: assemble,
  },
  {
    name: 'list-line',
    maxBytes: LINE_LIMIT_SIGNED_IN,
    seeds: () => [utf8Encode('4 FL 17 1 1 bob@home Bob 0,1'), utf8Encode('bob@home Bob 11 0'), utf8Encode('4 RL 17 0 0')],
    check: (input) => void readListLine(utf8Decode(input).split(' ')),
  },
  {
    name: 'endpoint',
    maxBytes: LINE_LIMIT_SIGNED_IN,
    seeds: () => ['127.0.0.1:1863', '[::1]:1863', 'messenger.home'].map(utf8Encode),
    check: decoding(
      (input) => parseEndpoint(utf8Decode(input)),
      (endpoint) => utf8Encode(formatHostPort(endpoint)),
    ),
  },
  {
    name: 'friendly-name',
    maxBytes: LINE_LIMIT_SIGNED_IN,
    seeds: () => [utf8Encode('Ann%20A%C3%A4'), utf8Encode('Bob'), utf8Encode('%zz%')],
    check: decoding(
      (input) => decodeFriendlyName(utf8Decode(input)),
      (name) => utf8Encode(encodeFriendlyName(name)),
    ),
  },
];
