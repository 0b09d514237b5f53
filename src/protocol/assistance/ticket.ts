import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode } from '../bytes/text.ts';
import type { HostPort } from '../host-port.ts';
import { formatConnectionString, isConnectionString, parseConnectionString } from './connection-string.ts';

export const TICKET_ID_BYTES = 32;
const PIN_BYTES = 32;
/** Stands where an id would: there is one, and it is not sent. */
const DERIVED = '*';

/** Step 3 of KB 306298: where the expert listens. `id` only tells tickets apart: the expert has no server key. */
export interface ExpertTicket {
  readonly addresses: readonly HostPort[];
  /** 32 random bytes. */
  readonly id: Uint8Array;
}

/** Step 4: where the novice listens, what the expert must present (RASessionID) and what it must see (SHA-256 of the certificate). */
export interface NoviceTicket {
  readonly addresses: readonly HostPort[];
  /** RASessionID, 32 random bytes. */
  readonly sessionId: Uint8Array;
  /** SHA-256 of the DER certificate of the novice's RDP server, 32 bytes. */
  readonly pin: Uint8Array;
}

/** How context data with a ticket in it is marked. */
export const TICKET_KIND = 'ticket';

/** Whether context data is a ticket, well-formed or not. Unmarked it is one when it begins as Connection String 1 does, which today's programs send. */
export function isTicket({ data, kind }: { readonly data: string; readonly kind?: string }): boolean {
  return kind === undefined ? isConnectionString(data) : kind === TICKET_KIND;
}

function bytesOf(text: string, length: number, field: string): Uint8Array {
  const bytes = base64Decode(text, field);
  if (bytes.length !== length) throw new ProtocolError('OUT_OF_RANGE', field, `${length} bytes`, bytes.length);
  return bytes;
}

/** May name no address, where the ways have more to say. Throws ProtocolError as `formatConnectionString` does. */
export function formatExpertTicket({ addresses, id }: ExpertTicket): string {
  return formatConnectionString({ addresses, raSessionId: base64Encode(id), protocolSpecificParms: '*' }, 'beNowhere');
}

/** Throws ProtocolError as `parseConnectionString` does; a key hash in an expert ticket is UNEXPECTED. */
export function parseExpertTicket(text: string): ExpertTicket {
  const { addresses, raSessionId, protocolSpecificParms } = parseConnectionString(text);
  if (protocolSpecificParms !== '*') throw new ProtocolError('UNEXPECTED', 'ExpertTicket.protocolSpecificParms', '*', 'a key hash');
  return { addresses, id: bytesOf(raSessionId, TICKET_ID_BYTES, 'ExpertTicket.RASessionID') };
}

/** Throws ProtocolError as `formatConnectionString` does. */
export function formatNoviceTicket(ticket: NoviceTicket): string {
  return formatConnectionString({
    addresses: ticket.addresses,
    raSessionId: base64Encode(ticket.sessionId),
    protocolSpecificParms: base64Encode(ticket.pin),
  });
}

/** Throws ProtocolError as `parseConnectionString` does; the pin must be there (no pin, no trust). */
export function parseNoviceTicket(text: string): NoviceTicket {
  const { addresses, raSessionId, protocolSpecificParms } = parseConnectionString(text);
  return {
    addresses,
    sessionId: bytesOf(raSessionId, TICKET_ID_BYTES, 'NoviceTicket.RASessionID'),
    pin: bytesOf(protocolSpecificParms, PIN_BYTES, 'NoviceTicket.protocolSpecificParms'),
  };
}

/** A novice ticket that travels sealed: its RASessionID is derived on both sides, so that it is nowhere to be read. It may name no address. */
export function formatSealedNoviceTicket({ addresses, pin }: Omit<NoviceTicket, 'sessionId'>): string {
  return formatConnectionString({ addresses, raSessionId: DERIVED, protocolSpecificParms: base64Encode(pin) }, 'beNowhere');
}

/** Throws ProtocolError as `parseNoviceTicket` does. `sessionId`: the derived one. */
export function parseSealedNoviceTicket(text: string, sessionId: Uint8Array): NoviceTicket {
  const { addresses, raSessionId, protocolSpecificParms } = parseConnectionString(text);
  if (raSessionId !== DERIVED)
    throw new ProtocolError('UNEXPECTED', 'NoviceTicket.RASessionID', DERIVED, `${raSessionId.length} characters`);
  return { addresses, sessionId, pin: bytesOf(protocolSpecificParms, PIN_BYTES, 'NoviceTicket.protocolSpecificParms') };
}

/** Ids of tickets already used, as base64; oldest first. Plain data, kept by the caller. */
export type SeenTickets = readonly string[];

/** Ids remembered; the oldest is forgotten. Random 256-bit ids never repeat by chance. */
export const MAX_SEEN_TICKETS = 512;

/** A ticket whose id has been used before, in this session or an earlier one. */
export function isReplay(seen: SeenTickets, id: Uint8Array): boolean {
  return seen.includes(base64Encode(id));
}

/** `seen` with this id added, bounded to {@link MAX_SEEN_TICKETS}. */
export function rememberTicket(seen: SeenTickets, id: Uint8Array): SeenTickets {
  const text = base64Encode(id);
  return seen.includes(text) ? seen : [...seen, text].slice(-MAX_SEEN_TICKETS);
}

/**
 * Checks beyond the ticket's text: it has come in time and has not been used.
 * Connection String 1 has no room for a time, so the waiting side enforces its own deadline. Throws ProtocolError REFUSED.
 */
export function checkTicketUse(id: Uint8Array, seen: SeenTickets, nowMs: number, deadlineMs: number): void {
  if (nowMs > deadlineMs) throw new ProtocolError('REFUSED', 'ticket', 'a ticket in time', 'an expired ticket');
  if (isReplay(seen, id)) throw new ProtocolError('REFUSED', 'ticket.RASessionID', 'a fresh ticket', 'a replayed ticket');
}
