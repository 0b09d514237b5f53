import { ProtocolError } from '../bytes/errors.ts';
import { hexDecode, hexEncode } from '../bytes/text.ts';
import { escapeXml, type XmlElement } from '../xml/xml.ts';
import { isPassStub } from './assistance-crypto.ts';

/** Type 1 is Windows XP's, type 2 that of Vista and later. */
export type InvitationFileType = 1 | 2;

/** `.msrcIncident` ([MS-RAI] section 6), nothing decrypted. */
export interface InvitationFile {
  /** Who asks for help, as it says itself. */
  readonly userName: string;
  /** RCTICKET: Connection String 1, plain text even where RCTICKETENCRYPTED is 1. */
  readonly rcTicket?: string;
  /** LHTICKET: Connection String 2, encrypted with the password. Makes it type 2. */
  readonly lhTicket?: Uint8Array;
  /** RCTICKETENCRYPTED: a password is needed. */
  readonly hasPassword: boolean;
  readonly passStub?: string;
  /** DtStart and DtLength. */
  readonly valid?: { readonly fromMs: number; readonly minutes: number };
}

const MAX_USER_NAME_CHARS = 256;
const MAX_TICKET_CHARS = 0x1_0000;
/** A year. Programs that mean "for ever" write more. */
const MAX_MINUTES = 525_600;

/** The invitation in an XML document. Throws ProtocolError MALFORMED or UNEXPECTED for what is none. Unknown attributes are passed over. */
export function invitationOf(root: XmlElement): InvitationFile {
  const data = root.children.find(({ name }) => name === 'UPLOADDATA');
  if (root.name !== 'UPLOADINFO' || data === undefined)
    throw new ProtocolError('UNEXPECTED', 'InvitationFile', 'UPLOADINFO with UPLOADDATA', root.name);
  const { attributes } = data;
  const rcTicket = ticket(attributes, 'RCTICKET');
  const lhTicket = ticket(attributes, 'LHTICKET');
  if (rcTicket === undefined && lhTicket === undefined)
    throw new ProtocolError('MALFORMED', 'InvitationFile', 'RCTICKET or LHTICKET', 'neither');
  const passStub = bounded(attributes, 'PassStub', MAX_TICKET_CHARS);
  if (passStub !== undefined && !isPassStub(passStub))
    throw new ProtocolError('MALFORMED', 'InvitationFile.PassStub', '14 characters', `${passStub.length} characters`);
  const fromSeconds = number(attributes, 'DtStart', Number.MAX_SAFE_INTEGER / 1000);
  const minutes = number(attributes, 'DtLength', Number.POSITIVE_INFINITY);
  return {
    userName: (attributes.get('USERNAME') ?? '').slice(0, MAX_USER_NAME_CHARS),
    ...(rcTicket === undefined ? {} : { rcTicket }),
    ...(lhTicket === undefined ? {} : { lhTicket: hexDecode(lhTicket, 'InvitationFile.LHTICKET') }),
    hasPassword: attributes.get('RCTICKETENCRYPTED') === '1',
    ...(passStub === undefined ? {} : { passStub }),
    ...(fromSeconds === undefined || minutes === undefined
      ? {}
      : { valid: { fromMs: fromSeconds * 1000, minutes: Math.min(minutes, MAX_MINUTES) } }),
  };
}

/** A ticket has no gaps of its own: those that stand in it come from a mail program that wrapped the file. */
function ticket(attributes: ReadonlyMap<string, string>, name: string): string | undefined {
  return bounded(attributes, name, MAX_TICKET_CHARS)?.replaceAll(/\s/g, '') || undefined;
}

/** undefined where it is missing or empty. */
function bounded(attributes: ReadonlyMap<string, string>, name: string, max: number): string | undefined {
  const value = attributes.get(name);
  if (value !== undefined && value.length > max)
    throw new ProtocolError('TOO_LARGE', `InvitationFile.${name}`, `<= ${max} characters`, value.length);
  return value === '' ? undefined : value;
}

function number(attributes: ReadonlyMap<string, string>, name: string, max: number): number | undefined {
  const text = attributes.get(name);
  if (text === undefined || text === '') return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= max)) throw new ProtocolError('OUT_OF_RANGE', `InvitationFile.${name}`, `0..${max}`, text.slice(0, 32));
  return value;
}

/** The file's text in ASCII but for the user's name: to be written as UTF-8. */
export function formatInvitationFile({ userName, rcTicket, lhTicket, hasPassword, passStub, valid }: InvitationFile): string {
  const attributes: [string, string][] = [['USERNAME', userName.slice(0, MAX_USER_NAME_CHARS)]];
  if (lhTicket !== undefined) attributes.push(['LHTICKET', hexEncode(lhTicket).toUpperCase()]);
  if (rcTicket !== undefined) attributes.push(['RCTICKET', rcTicket]);
  attributes.push(['RCTICKETENCRYPTED', hasPassword ? '1' : '0']);
  if (passStub !== undefined) attributes.push(['PassStub', passStub]);
  if (valid !== undefined) attributes.push(['DtStart', String(Math.floor(valid.fromMs / 1000))], ['DtLength', String(valid.minutes)]);
  attributes.push(['L', '0']);
  const text = attributes.map(([name, value]) => `${name}="${escapeXml(value)}"`).join(' ');
  return `<?xml version="1.0"?>\r\n<UPLOADINFO TYPE="Escalated"><UPLOADDATA ${text}/></UPLOADINFO>\r\n`;
}
