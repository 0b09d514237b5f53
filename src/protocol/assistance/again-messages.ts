import { ProtocolError } from '../bytes/errors.ts';
import { ByteReader } from '../bytes/reader.ts';
import { utf8Decode, utf8Encode } from '../bytes/text.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { formatHostPort, type HostPort } from '../host-port.ts';
import { parseTicketAddress } from './ticket-address.ts';

/** Ringback's own static channel, on which both sides say how they find each other again when the connection is gone (docs/decisions/0047). */
export const AGAIN_CHANNEL = 'RBAGAIN';

const KIND = { door: 1, addresses: 2, done: 3 } as const;
const HEADER_BYTES = 4;
const SECRET_BYTES = 32;
const MAX_ADDRESSES = 16;
const SEPARATOR = ';';
/** The longest message of this channel. */
export const AGAIN_MAX_BYTES = 8_192;

/** What lets the expert of this session in again, and nobody else: it is said inside the session only. */
export interface Door {
  /** RASessionID of every further connection of the session, 32 bytes. */
  readonly sessionId: Uint8Array;
  /** SHA-256 of the certificate that answers there, 32 bytes. */
  readonly pin: Uint8Array;
}

export type AgainMessage =
  /** The novice's; once on each connection. */
  | ({ readonly tag: 'door' } & Door)
  /** Where the side that says it is to be found from now on. */
  | { readonly tag: 'addresses'; readonly addresses: readonly HostPort[] }
  /** The novice's: so many presses and releases of keys have come in this session when this connection began. */
  | { readonly tag: 'done'; readonly inputs: number };

/** One message with its header: kind and length (with the header), both u16le. */
export function encodeAgain(message: AgainMessage): Uint8Array {
  const body = new ByteWriter(64);
  switch (message.tag) {
    case 'door':
      body.bytes(message.sessionId).bytes(message.pin);
      break;
    case 'addresses':
      body.bytes(utf8Encode(message.addresses.slice(0, MAX_ADDRESSES).map(formatHostPort).join(SEPARATOR)));
      break;
    case 'done':
      body.u32le(message.inputs >>> 0);
  }
  const bytes = body.finish();
  return new ByteWriter(HEADER_BYTES + bytes.length)
    .u16le(KIND[message.tag])
    .u16le(HEADER_BYTES + bytes.length)
    .bytes(bytes)
    .finish();
}

/** All that one message of the channel says. Kinds of later versions, and what those have added to a kind, are passed over. */
export function decodeAgain(data: Uint8Array): AgainMessage[] {
  const reader = new ByteReader(data);
  const messages: AgainMessage[] = [];
  while (reader.remaining > 0) {
    const kind = reader.u16le('Again.kind');
    const length = reader.u16le('Again.length');
    if (length < HEADER_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'Again.length', `>= ${HEADER_BYTES}`, length);
    const message = decodeBody(kind, reader.sub(length - HEADER_BYTES, 'Again.length'));
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

function decodeBody(kind: number, body: ByteReader): AgainMessage | undefined {
  switch (kind) {
    case KIND.door:
      return {
        tag: 'door',
        sessionId: body.view8(SECRET_BYTES, 'Again.door.sessionId').slice(),
        pin: body.view8(SECRET_BYTES, 'Again.door.pin').slice(),
      };
    case KIND.addresses:
      return { tag: 'addresses', addresses: addressesIn(utf8Decode(body.rest())) };
    case KIND.done:
      return { tag: 'done', inputs: body.u32le('Again.done.inputs') };
    default:
      return undefined;
  }
}

/** What nobody may be asked to dial is passed over, and the others count. */
function addressesIn(text: string): HostPort[] {
  return text
    .split(SEPARATOR)
    .slice(0, MAX_ADDRESSES)
    .flatMap((address) => {
      try {
        return [parseTicketAddress(address)];
      } catch (error) {
        if (error instanceof ProtocolError) return [];
        throw error;
      }
    });
}
