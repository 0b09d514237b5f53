import { ProtocolError } from '../bytes/errors.ts';
import { type HostPort, formatHostPort } from '../host-port.ts';
import { parseTicketAddress } from '../assistance/ticket-address.ts';

/**
 * What the two sides of a relayed connection say to each other. `at`: at this proxy we could meet, under this name. `here`: connected there; `no`: not to
 * be reached from here. `open`: the proxy lets the bytes through. `yours`: none of mine will do, name one of yours; `none`: neither will mine.
 */
export type RelayWord =
  | { readonly tag: 'at'; readonly proxy: HostPort; readonly name: string }
  | { readonly tag: 'here' | 'no' | 'open'; readonly name: string }
  | { readonly tag: 'yours' | 'none' };

const NAME = /^[0-9a-f]{40}$/;

export function writeRelayWord(word: RelayWord): string {
  switch (word.tag) {
    case 'at':
      return `at ${formatHostPort(word.proxy)} ${word.name}`;
    case 'here':
    case 'no':
    case 'open':
      return `${word.tag} ${word.name}`;
    case 'yours':
    case 'none':
      return word.tag;
  }
}

/** Throws ProtocolError UNEXPECTED, MALFORMED; for where nobody's proxy is, as `parseTicketAddress` does. */
export function readRelayWord(text: string): RelayWord {
  const [tag, ...rest] = text.split(' ');
  switch (tag) {
    case 'at': {
      const [proxy = '', name] = counted(rest, 2);
      return { tag, proxy: parseTicketAddress(proxy), name: named(name) };
    }
    case 'here':
    case 'no':
    case 'open':
      return { tag, name: named(counted(rest, 1)[0]) };
    case 'yours':
    case 'none':
      counted(rest, 0);
      return { tag };
    default:
      throw new ProtocolError('UNEXPECTED', 'RelayWord', 'a word that is known', `${text.length} other characters`);
  }
}

function counted(words: readonly string[], count: number): readonly string[] {
  if (words.length !== count) throw new ProtocolError('MALFORMED', 'RelayWord', `${count} more words`, words.length);
  return words;
}

function named(name = ''): string {
  if (!NAME.test(name)) throw new ProtocolError('MALFORMED', 'RelayWord.name', '40 hexadecimal digits', `${name.length} characters`);
  return name;
}
