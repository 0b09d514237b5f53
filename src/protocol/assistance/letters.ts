/* What the two of a session write to each other over a messenger while they have no connection: sealed under what only they know. */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode, utf8Decode, utf8Encode } from '../bytes/text.ts';
import { formatHostPort, type HostPort } from '../host-port.ts';
import type { RandomBytes } from '../trust/random.ts';
import { derived } from '../trust/sealed.ts';
import type { Role, WayId } from './status.ts';
import { parseTicketAddress } from './ticket-address.ts';

/** How context data of this kind is marked. */
export const LETTER_KIND = 'again';

const NONCE_BYTES = 24;
const KEY_BYTES = 32;
const MAX_ADDRESSES = 16;
const ADDRESSES = /^(call|answer) ([1-9]\d{0,8}) (\S*)$/;
const SIGNAL = /^signal ([1-9]\d{0,8}) ([1-9]\d{0,8}) ([a-z][a-z0-9-]{0,23}) (.*)$/s;
const SALT = new Uint8Array();

export type Letter =
  /** The novice's: it looks for the expert, who is to call. */
  | { readonly tag: 'missing' }
  /** The expert's: where it is to be found, for one more race, by its number. */
  | { readonly tag: 'call'; readonly race: number; readonly addresses: readonly HostPort[] }
  /** The novice's, to that. */
  | { readonly tag: 'answer'; readonly race: number; readonly addresses: readonly HostPort[] }
  /** What a way says to its other side in that race; `count` grows. */
  | { readonly tag: 'signal'; readonly race: number; readonly count: number; readonly way: WayId; readonly text: string };

/** One side's letters. Each stands alone: any of them may be lost. */
export class Letters {
  private readonly own: Uint8Array;
  private readonly theirs: Uint8Array;
  private readonly random: RandomBytes;

  /** `secret`: what only the two of this session have. */
  constructor(role: Role, secret: Uint8Array, random: RandomBytes) {
    const keyOf = (of: Role): Uint8Array => derived(secret, SALT, `letters of the ${of}`, KEY_BYTES);
    this.own = keyOf(role);
    this.theirs = keyOf(role === 'novice' ? 'expert' : 'novice');
    this.random = random;
  }

  seal(letter: Letter): string {
    const nonce = this.random(NONCE_BYTES);
    const frame = xchacha20poly1305(this.own, nonce).encrypt(utf8Encode(written(letter)));
    return base64Encode(Uint8Array.from([...nonce, ...frame]));
  }

  /** Throws ProtocolError: it is not the other side's, or makes no sense. */
  open(text: string): Letter {
    const bytes = base64Decode(text, 'Letter');
    let plain: Uint8Array;
    try {
      plain = xchacha20poly1305(this.theirs, bytes.subarray(0, NONCE_BYTES)).decrypt(bytes.subarray(NONCE_BYTES));
    } catch {
      throw new ProtocolError('REFUSED', 'Letter.frame', 'one of this session', 'another one');
    }
    return read(utf8Decode(plain));
  }
}

function written(letter: Letter): string {
  switch (letter.tag) {
    case 'missing':
      return letter.tag;
    case 'call':
    case 'answer':
      return `${letter.tag} ${letter.race} ${letter.addresses.slice(0, MAX_ADDRESSES).map(formatHostPort).join(';')}`;
    case 'signal':
      return `signal ${letter.race} ${letter.count} ${letter.way} ${letter.text}`;
  }
}

function read(text: string): Letter {
  if (text === 'missing') return { tag: 'missing' };
  const [, tag, race, list = ''] = ADDRESSES.exec(text) ?? [];
  if (tag !== undefined)
    return {
      tag: tag as 'call' | 'answer',
      race: Number(race),
      addresses: list === '' ? [] : list.split(';').slice(0, MAX_ADDRESSES).map(parseTicketAddress),
    };
  const [, ofRace, count, way, words = ''] = SIGNAL.exec(text) ?? [];
  if (way === undefined) throw new ProtocolError('MALFORMED', 'Letter', 'a letter', `${text.length} other characters`);
  return { tag: 'signal', race: Number(ofRace), count: Number(count), way, text: words };
}
