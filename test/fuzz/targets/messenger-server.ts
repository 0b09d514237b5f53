import { createHash } from 'node:crypto';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { Clock } from '../../../src/main/clock.ts';
import {
  type AccountStore,
  newAccount,
  STORED_ACCOUNT,
  type StoredAccount,
} from '../../../src/main/messenger/msnp-server/account-store.ts';
import { Directory } from '../../../src/main/messenger/msnp-server/directory.ts';
import { SERVER_LIMITS } from '../../../src/main/messenger/msnp-server/limits.ts';
import { TicketPage } from '../../../src/main/messenger/msnp-server/login-page.ts';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { loginResponse } from '../../../src/protocol/msnp/challenge.ts';
import { CommandDecoder, encodeCommand, LINE_LIMIT_SIGNED_IN } from '../../../src/protocol/msnp/framing.ts';
import {
  NEXUS_PATH,
  readAuthenticationInfo,
  readAuthorization,
  readPassportUrls,
  writeAuthenticationInfo,
  writeAuthorization,
  writePassportUrls,
} from '../../../src/protocol/msnp/passport.ts';
import { type NotificationHost, NotificationServerMachine } from '../../../src/protocol/msnp/server/notification.ts';
import { type SwitchboardHost, SwitchboardServerMachine } from '../../../src/protocol/msnp/server/switchboard.ts';
import { joined } from '../mutations.ts';
import { anyChunks, BrokenRule, shown, type Target } from '../rules.ts';

const TOKEN = 'abcde-fghjk-mnpqr-stuvw';
const CHALLENGE = '1013928519';
const TICKET = 't=1&p=1';
const COOKIE = 'cookie';
const PEOPLE = ['ann@home', 'bob@home', 'cy@home'];
const ENDPOINT = { host: '127.0.0.1', port: 1863 };
/** About as many commands as the server takes at once (`SERVER_LIMITS.commands`); read four times over, and everything told compared. */
const BURST_BYTES = 4 * 1024;
const STILL: Clock = { now: () => 0, monotonicMs: () => 0, after: () => () => undefined };

const lines = (...text: string[]): Uint8Array => utf8Encode(text.map((line) => `${line}\r\n`).join(''));
const md5Hex = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');
const RESPONSE = loginResponse(md5Hex, CHALLENGE, TOKEN);

/** Keeps accounts as the database would give them back: one that it could not read again must never get there. */
function memoryStore(): AccountStore {
  const accounts = new Map<string, StoredAccount>();
  for (const address of PEOPLE) accounts.set(address, { ...newAccount(address, address), accessToken: TOKEN });
  return {
    open: async () => [],
    list: () => [...accounts.values()],
    find: (address) => accounts.get(address),
    create: async () => undefined,
    put: (...changed) => {
      for (const account of changed) {
        const { error } = STORED_ACCOUNT.safeParse(account);
        if (error !== undefined) throw new BrokenRule(`an account that cannot be read again: ${error.message}`);
        accounts.set(account.address, account);
      }
    },
    remove: async () => undefined,
    refresh: () => ({ added: [], removed: [] }),
    close: () => undefined,
  };
}

/** Only who has an account is ever given a cookie. */
const isGood = (address: string, cookie: string): boolean => cookie === COOKIE && PEOPLE.includes(address);

/** The real directory, but for what it draws by chance. */
function directory(): { readonly all: Directory; readonly host: NotificationHost; readonly boards: SwitchboardHost } {
  const all = new Directory(memoryStore(), STILL, SERVER_LIMITS, () => undefined);
  const real = all.hostFor(ENDPOINT, '192.0.2.1');
  const { switchboards } = all;
  return {
    all,
    host: {
      ...real,
      newChallenge: () => CHALLENGE,
      signInWithTicket: (address, ticket, machine) =>
        real.signInWithTicket(address, ticket === TICKET ? (all.issueTicket(address, '192.0.2.1', () => true) ?? ticket) : ticket, machine),
    },
    boards: {
      open: (address, cookie, machine) =>
        switchboards.open(address, isGood(address, cookie) ? switchboards.newCookie(address) : cookie, machine),
      answer: (address, cookie, sessionId, machine) =>
        switchboards.answer(address, isGood(address, cookie) ? switchboards.newCookie(address, sessionId) : cookie, sessionId, machine),
    },
  };
}

interface Machine {
  readonly machine: { receive(command: { readonly name: string; readonly args: readonly string[] }): void };
  readonly decoder: CommandDecoder;
}

/** What goes to one person, cookies of the switchboards left out. */
function lineTo(name: string, told: unknown[]): { send(bytes: Uint8Array): void; close(): void } {
  return {
    send: (bytes) => told.push(`${name} ${utf8Decode(bytes).replaceAll(/\b[0-9a-f]{32}\b/g, '(cookie)')}`),
    close: () => told.push(`${name} closed`),
  };
}

function signedIn(address: string, host: NotificationHost, told: unknown[]): void {
  const decoder = new CommandDecoder('server');
  const machine = new NotificationServerMachine(host, lineTo(address, told), decoder);
  for (const command of decoder.push(signIn(7, address, 'CHG 5 NLN', 'ADD 6 FL ann@home Ann 0'))) machine.receive(command);
}

/** Whatever a peer says, the machine has an answer: only the bytes can be wrong. */
function answering(open: (told: unknown[]) => Machine): (chunk: Uint8Array) => readonly unknown[] {
  const told: unknown[] = [];
  const { machine, decoder } = open(told);
  return (chunk) => {
    told.length = 0;
    for (const command of decoder.push(chunk)) {
      try {
        machine.receive(command);
      } catch (error) {
        throw new BrokenRule(`${shown(command)}: ${String(error)}`, { cause: error });
      }
    }
    return [...told];
  };
}

function notificationServer(): (chunk: Uint8Array) => readonly unknown[] {
  return answering((told) => {
    const { host } = directory();
    const decoder = new CommandDecoder('server');
    signedIn('bob@home', host, told);
    return { machine: new NotificationServerMachine(host, lineTo('peer', told), decoder), decoder };
  });
}

function switchboardServer(): (chunk: Uint8Array) => readonly unknown[] {
  return answering((told) => {
    const { host, boards } = directory();
    for (const address of PEOPLE) signedIn(address, host, told);
    const first = new CommandDecoder('server');
    const cy = new SwitchboardServerMachine(boards, lineTo('cy', told));
    for (const command of first.push(lines(`USR 1 cy@home ${COOKIE}`))) cy.receive(command);
    const decoder = new CommandDecoder('server');
    decoder.lineLimit = LINE_LIMIT_SIGNED_IN;
    return { machine: new SwitchboardServerMachine(boards, lineTo('peer', told)), decoder };
  });
}

function signIn(dialect: number, address: string, ...more: string[]): Uint8Array {
  return dialect >= 8
    ? lines(`VER 1 MSNP${dialect} CVR0`, `USR 2 TWN I ${address}`, `USR 3 TWN S ${TICKET}`, ...more)
    : lines(`VER 1 MSNP${dialect} CVR0`, 'INF 2', `USR 3 MD5 I ${address}`, `USR 4 MD5 S ${RESPONSE}`, ...more);
}

const SERVED = [
  'CVR 5 0x0409 win 4.10 i386 MSMSGS 4.7.2009 WindowsMessenger',
  'SYN 6 0',
  'CHG 7 NLN 0',
  'ADD 8 FL bob@home Bob 0',
  'ADG 9 Friends 0',
  'ADD 10 FL bob@home Bob 1',
  'REM 11 FL bob@home 1',
  'REG 12 1 Family 0',
  'RMG 13 1',
  'ADD 14 BL cy@home Cy',
  'REM 15 BL cy@home',
  'REA 16 ann@home Ann%20A',
  'BLP 17 BL',
  'GTC 18 N',
  'LST 19 FL',
  'XFR 20 SB',
  'SYN 21 3',
  'PNG',
];

/** Headers of HTTP as they come in: name, value, CR LF. */
const request = (path: string, ...headers: string[]): Uint8Array => lines(`GET ${path} HTTP/1.1`, 'Host: messenger.home', ...headers, '');
const AUTHORIZATION = writeAuthorization('ann@home', TOKEN, 'lc=1033,id=507');

/** A connection without a network: what comes in is handed over at once, what goes out is kept. */
class Wire extends Duplex {
  readonly sent: string[] = [];

  override _read(): void {
    // Everything is pushed by hand.
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.sent.push(Buffer.from(chunk).toString('latin1'));
    done();
  }
}

/** Tickets go to the right token and nobody else, and every answer is HTTP. */
function logInPage(input: Uint8Array): void {
  const { all } = directory();
  const given: boolean[] = [];
  const page = new TicketPage((address, host, knows) => {
    const ticket = all.issueTicket(address, host, knows);
    given.push(ticket !== undefined);
    return ticket;
  });
  const wire = new Wire();
  page.serve(wire as unknown as Socket);
  wire.emit('data', Buffer.from(input));
  const sent = wire.sent.join('');
  wire.destroy();
  if (sent !== '' && !/^HTTP\/1\.1 \d{3} /.test(sent)) throw new BrokenRule(`answered ${shown(sent)}`);
  if (given.includes(true) && !Buffer.from(input).includes(TOKEN) && !Buffer.from(input).includes('%'))
    throw new BrokenRule('a ticket for nothing');
}

export const MESSENGER_SERVER_TARGETS: readonly Target[] = [
  {
    name: 'msnp-notification-server',
    maxBytes: BURST_BYTES,
    seeds: () => [
      ...[2, 5, 7, 8].map((dialect) => signIn(dialect, 'ann@home', ...SERVED)),
      joined(signIn(7, 'ann@home', 'CHG 5 NLN'), encodeCommand('QRY', [6, 'msmsgs@msnmsgr.com'], utf8Encode('a'.repeat(32)))),
      lines('VER 1 MSNP99'),
      signIn(7, 'cy@home', 'CHG 5 HDN', 'OUT'),
    ],
    check: anyChunks(notificationServer),
  },
  {
    name: 'msnp-switchboard-server',
    maxBytes: BURST_BYTES,
    seeds: () => [
      joined(
        lines(`USR 1 ann@home ${COOKIE}`, 'CAL 2 bob@home', 'PNG'),
        encodeCommand('MSG', [3, 'A'], utf8Encode('MIME-Version: 1.0\r\n\r\nhello')),
        lines('OUT'),
      ),
      joined(
        lines(`ANS 1 ann@home ${COOKIE} 1`),
        encodeCommand('MSG', [2, 'A'], utf8Encode('MIME-Version: 1.0\r\n\r\nhello')),
        encodeCommand('MSG', [3, 'U'], utf8Encode('x')),
        lines('CAL 4 cy@home'),
      ),
      lines('USR 1 ann@home 12.34'),
    ],
    check: anyChunks(switchboardServer),
  },
  {
    name: 'log-in-page',
    maxBytes: 16 * 1024,
    seeds: () => [
      request(NEXUS_PATH),
      request('/login2.srf', `Authorization: ${AUTHORIZATION}`),
      request('/login2.srf', 'Authorization: Passport1.4 sign-in=ann%40home,pwd=wrong'),
      request('/else?x=1', 'Connection: close'),
    ],
    check: logInPage,
  },
  {
    name: 'passport-headers',
    maxBytes: 16 * 1024,
    seeds: () => [AUTHORIZATION, writePassportUrls('messenger.home:1863'), writeAuthenticationInfo(TICKET)].map(utf8Encode),
    check: (input) => {
      const header = utf8Decode(input);
      readPassportUrls(header);
      const ticket = readAuthenticationInfo(header);
      if (ticket !== undefined && readAuthenticationInfo(writeAuthenticationInfo(ticket)) !== ticket)
        throw new BrokenRule(`the ticket ${shown(ticket)} is another one when written`);
      const given = readAuthorization(header);
      if (given === undefined) return;
      const again = readAuthorization(writeAuthorization(given.address, given.password, ''));
      if (again?.address !== given.address || again.password !== given.password)
        throw new BrokenRule(`written and read ${shown(again)}, was ${shown(given)}`);
    },
  },
];
