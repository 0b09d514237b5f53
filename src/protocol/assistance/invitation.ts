import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode } from '../bytes/text.ts';
import type { HostPort } from '../host-port.ts';
import { parseXml } from '../xml/xml.ts';
import { decodeXmlBytes } from '../xml/xml-encoding.ts';
import {
  decryptTicket,
  encryptTicket,
  generatePassStub,
  likeliestPassword,
  passOf,
  passwordsMeant,
  type RandomBytes,
} from './assistance-crypto.ts';
import { formatConnectionString, parseForeignConnectionString } from './connection-string.ts';
import { type ConnectionString2, formatConnectionString2, type KeyHash, parseConnectionString2 } from './connection-string-2.ts';
import { formatInvitationFile, type InvitationFile, type InvitationFileType, invitationOf } from './invitation-file.ts';
import { addressRank } from './ticket-address.ts';

/** Every kind of invitation a person may be handed: a `.msrcIncident`, or one of the two connection strings alone. */
export type InvitationDocument =
  | { readonly tag: 'file'; readonly file: InvitationFile }
  | { readonly tag: 'connectionString1'; readonly text: string }
  | { readonly tag: 'connectionString2'; readonly text: string };

/** What the expert needs to connect. */
export interface OpenInvitation {
  /** Who asks for help, as the file says. */
  readonly userName: string;
  /** At most eight; without those that no computer has, and without scoped ones, which only the novice's computer can use. */
  readonly addresses: readonly HostPort[];
  /** As text: the ids of other programs need not be base64. */
  readonly raSessionId: string;
  /** Commitments to the novice's key; any one that fits is enough. */
  readonly keyHashes: readonly KeyHash[];
  readonly certificate?: Uint8Array;
  /** Proof of the password for `remdesk`. */
  readonly pass?: Uint8Array;
  readonly rcTicket?: string;
}

/** Larger files are no invitations. */
export const MAX_INVITATION_BYTES = 0x4_0000;
/** A file must not make its reader scan a network. */
const MAX_ADDRESSES = 8;

/** Reads what can be read without the password. Throws ProtocolError as the parsers do. */
export function readInvitation(input: Uint8Array): InvitationDocument {
  if (input.length > MAX_INVITATION_BYTES)
    throw new ProtocolError('TOO_LARGE', 'Invitation', `<= ${MAX_INVITATION_BYTES} bytes`, input.length);
  // Mail programs and editors put blanks and byte order marks around it.
  const text = decodeXmlBytes(input).replaceAll(/^[\s\ufeff]+|[\s\0]+$/g, '');
  if (/^\d+,/.test(text)) return { tag: 'connectionString1', text };
  const root = parseXml(text);
  return root.name === 'E' ? { tag: 'connectionString2', text } : { tag: 'file', file: invitationOf(root) };
}

/** Whether the person must be asked for a password. */
export function needsPassword(document: InvitationDocument): boolean {
  return document.tag === 'file' && (document.file.hasPassword || document.file.lhTicket !== undefined);
}

/**
 * Whether nobody can have made it who does not know its password: the key of the computer to connect to is encrypted with it (type 2). Anybody
 * could have made every other one, with any name in it and a computer of their own behind it.
 */
export function bindsPassword(document: InvitationDocument): boolean {
  return document.tag === 'file' && document.file.lhTicket !== undefined;
}

/** Whether the time in the file is over. The novice's program decides by its own record, whatever the file says. */
export function isPast(document: InvitationDocument, nowMs: number): boolean {
  const valid = document.tag === 'file' ? document.file.valid : undefined;
  return valid !== undefined && nowMs > valid.fromMs + valid.minutes * 60_000;
}

/**
 * `password` as it was typed: it is tried as it stands, without gaps and in capitals ({@link passwordsMeant}), so that the novice hears of one
 * try only. Throws ProtocolError REFUSED `LHTICKET` for a wrong password (type 2 shows it; with type 1 only the novice can tell), OUT_OF_RANGE
 * when no address is left, and as the parsers do.
 */
export function openInvitation(document: InvitationDocument, password: string): OpenInvitation {
  switch (document.tag) {
    case 'connectionString1':
      return { userName: '', rcTicket: document.text, ...fromConnectionString1(document.text) };
    case 'connectionString2':
      return { userName: '', ...fromConnectionString2(parseConnectionString2(document.text)) };
    case 'file': {
      const { userName, passStub, rcTicket, lhTicket } = document.file;
      const { meant, connecting } =
        lhTicket === undefined
          ? { meant: likeliestPassword(password), connecting: fromConnectionString1(rcTicket ?? '') }
          : fromBothTickets(lhTicket, rcTicket, password);
      return {
        userName,
        ...(passStub === undefined ? {} : { pass: passOf(meant, passStub) }),
        ...(rcTicket === undefined ? {} : { rcTicket }),
        ...connecting,
      };
    }
  }
}

/** Throws REFUSED for a wrong password: what it decrypts to is no connection string. */
function decrypted(lhTicket: Uint8Array, password: string): ConnectionString2 {
  const text = decryptTicket(lhTicket, password);
  if (!text.trimStart().startsWith('<')) throw new ProtocolError('REFUSED', 'LHTICKET', 'the right password', 'another one');
  return parseConnectionString2(text);
}

/**
 * The encrypted ticket, and the addresses of the plain one after its own: the plain one is where people write their router's address in.
 * The key's hash comes from the encrypted ticket alone, so that an address gains nobody anything.
 */
function fromBothTickets(
  lhTicket: Uint8Array,
  rcTicket: string | undefined,
  password: string,
): { readonly meant: string; readonly connecting: Connecting } {
  const { meant, connectionString } = decryptedAsMeant(lhTicket, password);
  const further = rcTicket === undefined ? [] : addressesOf(rcTicket);
  const listening = [...connectionString.listening, ...further];
  return { meant, connecting: fromConnectionString2({ ...connectionString, listening }) };
}

function decryptedAsMeant(lhTicket: Uint8Array, typed: string): { readonly meant: string; readonly connectionString: ConnectionString2 } {
  let refused: unknown;
  for (const meant of passwordsMeant(typed)) {
    try {
      return { meant, connectionString: decrypted(lhTicket, meant) };
    } catch (error) {
      if (!(error instanceof ProtocolError && error.code === 'REFUSED')) throw error;
      refused ??= error;
    }
  }
  throw refused;
}

/** None where it cannot be read: the other ticket counts. */
function addressesOf(rcTicket: string): readonly HostPort[] {
  try {
    return parseForeignConnectionString(rcTicket).addresses;
  } catch (error) {
    if (error instanceof ProtocolError) return [];
    throw error;
  }
}

type Connecting = Pick<OpenInvitation, 'addresses' | 'raSessionId' | 'keyHashes' | 'certificate'>;

function fromConnectionString1(text: string): Connecting {
  const { addresses, raSessionId, protocolSpecificParms } = parseForeignConnectionString(text);
  return { addresses: usable(addresses), raSessionId, keyHashes: keyHashOf(protocolSpecificParms) };
}

/** Field 8: 20 bytes of SHA-1 in Windows' strings, 32 of SHA-256 in ours. */
function keyHashOf(text: string): KeyHash[] {
  if (text === '*' || text === '') return [];
  const hash = base64Decode(text, 'ConnectionString1.protocolSpecificParms');
  if (hash.length === 20) return [{ algorithm: 'sha1', hash }];
  return hash.length === 32 ? [{ algorithm: 'sha256', hash }] : [];
}

function fromConnectionString2({ listening, raSessionId, keyHashes, certificate }: ConnectionString2): Connecting {
  const addresses = listening.map(({ host, port }) => ({ host, port }));
  return { addresses: usable(addresses), raSessionId, keyHashes, ...(certificate === undefined ? {} : { certificate }) };
}

function usable(addresses: readonly HostPort[]): readonly HostPort[] {
  const dialable = addresses.filter((address) => addressRank(address) !== undefined);
  const found = dialable
    .filter(({ host, port }, index) => dialable.findIndex((other) => other.host === host && other.port === port) === index)
    .slice(0, MAX_ADDRESSES);
  if (found.length === 0) throw new ProtocolError('OUT_OF_RANGE', 'Invitation.addresses', 'one usable address', addresses.length);
  return found;
}

/** What goes into an invitation file of ours. */
export interface NewInvitation {
  readonly type: InvitationFileType;
  readonly userName: string;
  readonly password: string;
  readonly addresses: readonly HostPort[];
  /** RASessionID, 32 random bytes. */
  readonly sessionId: Uint8Array;
  /** SHA-256 of the novice's certificate (DER): KH2, and field 8 of Connection String 1. */
  readonly pin: Uint8Array;
  /** SHA-1 of the same: KH, which older programs insist on being there. */
  readonly sha1: Uint8Array;
  readonly fromMs: number;
  readonly minutes: number;
}

export interface WrittenInvitation {
  /** To be saved as UTF-8. */
  readonly text: string;
  /** What the right password gives; what the novice compares with. */
  readonly pass: Uint8Array;
  readonly rcTicket: string;
}

/** Writes a `.msrcIncident`. Throws ProtocolError as `formatConnectionString` does. */
export function writeInvitation(invitation: NewInvitation, random: RandomBytes): WrittenInvitation {
  const { type, password, addresses, pin, fromMs, minutes, userName } = invitation;
  const passStub = generatePassStub(random);
  const raSessionId = base64Encode(invitation.sessionId);
  const rcTicket = formatConnectionString({ addresses, raSessionId, protocolSpecificParms: base64Encode(pin) });
  const keyHashes: KeyHash[] = [
    { algorithm: 'sha1', hash: invitation.sha1 },
    { algorithm: 'sha256', hash: pin },
  ];
  const lhTicket =
    type === 2 ? { lhTicket: encryptTicket(formatConnectionString2({ keyHashes, raSessionId, listening: addresses }), password) } : {};
  // In type 2 the plain ticket would show everybody who finds the file what the password protects.
  const plain = type === 1 ? { rcTicket } : {};
  const file: InvitationFile = { userName, ...plain, ...lhTicket, hasPassword: true, passStub, valid: { fromMs, minutes } };
  return { text: formatInvitationFile(file), pass: passOf(password, passStub), rcTicket };
}
