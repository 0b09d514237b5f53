import { ProtocolError } from '../bytes/errors.ts';
import { type HostPort, formatHostPort } from '../host-port.ts';
import { inTicketOrder, parseTicketAddress } from './ticket-address.ts';

/** Context data of the messengers of the time holds this many characters. */
export const MAX_TICKET_CHARS = 300;
/** A ticket must not make its reader scan a network. */
const MAX_TICKET_ADDRESSES = 8;

/** Connection String 1 ([MS-RAI] 2.2.1): `65538,1,<addresses>,*,<RASessionID>,*,*,<protocolSpecificParms>`. */
export interface ConnectionString {
  readonly addresses: readonly HostPort[];
  /** RASessionID, as text (base64). */
  readonly raSessionId: string;
  /** As text; `*` when there is none. */
  readonly protocolSpecificParms: string;
}

const PROTOCOL_VERSION = '65538';
const PROTOCOL_TYPE = '1';
/** Stands where addresses would, of a side that can be reached through others only. */
const NOWHERE = '*';

/** Whether the text says of itself that it is a Connection String 1, by its protocolVersion. */
export function isConnectionString(text: string): boolean {
  return text.startsWith(`${PROTOCOL_VERSION},`);
}

function fixed(fields: readonly string[], index: number, name: string, expected: string): void {
  const got = fields[index] ?? '';
  // The error does not quote the other text, which may be somebody's password.
  if (got !== expected) throw new ProtocolError('UNEXPECTED', `ConnectionString1.${name}`, expected, `${got.length} other characters`);
}

/** Strict: exactly eight fields, none (`*`) to eight addresses (repeated ones once). Throws ProtocolError TOO_LARGE, MALFORMED, UNEXPECTED, OUT_OF_RANGE, REFUSED. */
export function parseConnectionString(text: string): ConnectionString {
  if (text.length > MAX_TICKET_CHARS)
    throw new ProtocolError('TOO_LARGE', 'ConnectionString1', `<= ${MAX_TICKET_CHARS} characters`, text.length);
  if (!/^[\x21-\x7e]+$/.test(text)) throw new ProtocolError('MALFORMED', 'ConnectionString1', 'visible ASCII', 'other characters');
  const fields = text.split(',');
  if (fields.length !== 8) throw new ProtocolError('MALFORMED', 'ConnectionString1', '8 fields', fields.length);
  fixed(fields, 0, 'protocolVersion', PROTOCOL_VERSION);
  fixed(fields, 1, 'protocolType', PROTOCOL_TYPE);
  fixed(fields, 3, 'assistantAccountPwd', '*');
  fixed(fields, 5, 'RASessionName', '*');
  fixed(fields, 6, 'RASessionPwd', '*');
  const [, , machineAddressList = '', , raSessionId = '', , , protocolSpecificParms = ''] = fields;
  const parts = machineAddressList === NOWHERE ? [] : machineAddressList.split(';');
  if (parts.length > MAX_TICKET_ADDRESSES) {
    throw new ProtocolError('OUT_OF_RANGE', 'ConnectionString1.machineAddressList', `<= ${MAX_TICKET_ADDRESSES} addresses`, parts.length);
  }
  const addresses = [...new Set(parts)].map(parseTicketAddress);
  if (raSessionId === '') throw new ProtocolError('MALFORMED', 'ConnectionString1.RASessionID', 'base64', 'nothing');
  if (protocolSpecificParms === '')
    throw new ProtocolError('MALFORMED', 'ConnectionString1.protocolSpecificParms', 'base64 or *', 'nothing');
  return { addresses, raSessionId, protocolSpecificParms };
}

/**
 * At most 300 characters and eight addresses: what does not fit is left out from the end of {@link inTicketOrder}.
 * Throws ProtocolError OUT_OF_RANGE when no usable address is left; where there were none and that `may` be so, it says so (`*`).
 */
export function formatConnectionString(parts: ConnectionString, may: 'beNowhere' | 'notBeNowhere' = 'notBeNowhere'): string {
  const render = (list: readonly string[]): string =>
    `${PROTOCOL_VERSION},${PROTOCOL_TYPE},${list.length === 0 ? NOWHERE : list.join(';')},*,${parts.raSessionId},*,*,${parts.protocolSpecificParms}`;
  const chosen: string[] = [];
  for (const text of inTicketOrder(parts.addresses).map(formatHostPort)) {
    if (chosen.length === MAX_TICKET_ADDRESSES) break;
    if (render([...chosen, text]).length <= MAX_TICKET_CHARS) chosen.push(text);
  }
  if (chosen.length === 0 && (parts.addresses.length > 0 || may === 'notBeNowhere'))
    throw new ProtocolError('OUT_OF_RANGE', 'ConnectionString1.machineAddressList', 'one usable address', parts.addresses.length);
  return render(chosen);
}

/** Windows' own strings have longer ids and more addresses than a messenger carries. */
const MAX_FOREIGN_CHARS = 4096;

/**
 * What follows the Connection String 1 `own` at the beginning of `text`, undefined where another one stands there. Addresses do not count:
 * people put their router's in (it is what guides tell them), and neither do gaps, which mail programs make.
 */
export function afterConnectionString(text: string, own: string): string | undefined {
  const head = `${PROTOCOL_VERSION},${PROTOCOL_TYPE},`;
  const tail = own.slice(own.indexOf(',', head.length));
  const addresses = passed(text, 0, head);
  const end = addresses === undefined ? -1 : text.indexOf(',', addresses);
  if (end < 0 || end > MAX_FOREIGN_CHARS) return undefined;
  const rest = passed(text, end, tail);
  return rest === undefined ? undefined : text.slice(rest);
}

/** The place behind `expected`, which stands at `from` but for gaps; undefined where it does not. */
function passed(text: string, from: number, expected: string): number | undefined {
  let at = from;
  for (const character of expected) {
    while (/\s/.test(text.charAt(at))) at += 1;
    if (text.charAt(at) !== character) return undefined;
    at += 1;
  }
  return at;
}

const MAX_FOREIGN_ADDRESSES = 32;

/**
 * A Connection String 1 that another program wrote: addresses that cannot be used here (scoped, malformed, nobody's) are left out, what
 * stands in the fields we do not need is theirs. Throws ProtocolError TOO_LARGE, MALFORMED, UNEXPECTED.
 */
export function parseForeignConnectionString(text: string): ConnectionString {
  if (text.length > MAX_FOREIGN_CHARS)
    throw new ProtocolError('TOO_LARGE', 'ConnectionString1', `<= ${MAX_FOREIGN_CHARS} characters`, text.length);
  const fields = text.trim().split(',');
  if (fields.length < 8) throw new ProtocolError('MALFORMED', 'ConnectionString1', '8 fields', fields.length);
  fixed(fields, 0, 'protocolVersion', PROTOCOL_VERSION);
  fixed(fields, 1, 'protocolType', PROTOCOL_TYPE);
  const [, , machineAddressList = '', , raSessionId = '', , , protocolSpecificParms = ''] = fields;
  if (!/^[\x21-\x7e]{1,256}$/.test(raSessionId))
    throw new ProtocolError('MALFORMED', 'ConnectionString1.RASessionID', 'a session id', `${raSessionId.length} characters`);
  const addresses = machineAddressList.split(';', MAX_FOREIGN_ADDRESSES).flatMap((part) => {
    try {
      return [parseTicketAddress(part)];
    } catch (error) {
      if (error instanceof ProtocolError) return [];
      throw error;
    }
  });
  return { addresses, raSessionId, protocolSpecificParms };
}
