import { formatConnectionString, parseConnectionString } from '../../../src/protocol/assistance/connection-string.ts';
import {
  addressRank,
  formatTicketAddress,
  parseTicketAddress,
  type TicketAddress,
} from '../../../src/protocol/assistance/ticket-address.ts';
import { formatExpertTicket, formatNoviceTicket, parseExpertTicket, parseNoviceTicket } from '../../../src/protocol/assistance/ticket.ts';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { decoding, type Target } from '../rules.ts';

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

interface Addressed {
  readonly addresses: readonly TicketAddress[];
}

/** Writing sorts addresses and leaves out what nobody can reach, so only what is written in that order comes back the same. */
function inOrder(ticket: Addressed): boolean {
  const ranks = ticket.addresses.map((address) => addressRank(address));
  return (
    new Set(ticket.addresses.map(formatTicketAddress)).size === ranks.length &&
    ranks.every((rank, at) => rank !== undefined && rank >= (ranks[at - 1] ?? 0))
  );
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
    formatTicketAddress,
  ),
];
