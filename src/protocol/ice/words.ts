import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode } from '../bytes/text.ts';
import { type IceCandidate, checkedCandidate, mayBeTried } from './candidate.ts';
import { type IceDescription, checkedDescription } from './description.ts';

/** What the two sides of the way say to each other, over the messenger. */
export type IceWord =
  /** Begins; the other side answers. */
  | ({ readonly tag: 'offer' } & IceDescription)
  | ({ readonly tag: 'answer' } & IceDescription)
  | { readonly tag: 'candidate'; readonly candidate: IceCandidate }
  /** No further candidates. */
  | { readonly tag: 'end' }
  /** The way cannot be had on this side. */
  | { readonly tag: 'no' };

/** More than any computer has; one with many networks has a dozen. */
export const MAX_CANDIDATES = 40;
/** What a way may say at once. */
const MAX_CHARS = 2_900;
const MAX_WORDS = MAX_CANDIDATES + 4;

/**
 * Ringback's own (docs/decisions/0045): `word *( ";" word )`, where a word is `offer,UFRAG,PWD,FINGERPRINT`, `answer,…`, `at,KIND,ADDRESS,PORT,PRIORITY`,
 * `end` or `no`. Words that are not known are passed over, and so are addresses that nobody should send to. Throws ProtocolError.
 */
export function readIceWords(text: string): readonly IceWord[] {
  if (text.length > MAX_CHARS) throw new ProtocolError('TOO_LARGE', 'IceWords', `<= ${MAX_CHARS} characters`, text.length);
  const words = text.split(';', MAX_WORDS + 1);
  if (words.length > MAX_WORDS) throw new ProtocolError('TOO_LARGE', 'IceWords', `<= ${MAX_WORDS} words`, words.length);
  return words.flatMap(readWord);
}

/** Printable ASCII without blanks, in as few texts as they take. Throws ProtocolError for what `readIceWords` would refuse. */
export function writeIceWords(words: readonly IceWord[]): readonly string[] {
  const texts: string[] = [];
  for (const word of words) {
    const text = writeWord(word);
    const longer = texts.length === 0 ? text : `${texts.at(-1)};${text}`;
    if (texts.length > 0 && longer.length <= MAX_CHARS) texts[texts.length - 1] = longer;
    else texts.push(text);
  }
  for (const text of texts) readIceWords(text);
  return texts;
}

function readWord(word: string): readonly IceWord[] {
  const [tag = '', ...fields] = word.split(',', 6);
  const [one = '', two = '', three = '', four = ''] = fields;
  if (tag === 'offer' || tag === 'answer') {
    checkFields(word, fields, 3);
    return [{ tag, ...checkedDescription({ ufrag: one, pwd: two, fingerprint: base64Decode(three, 'IceWords.fingerprint') }) }];
  }
  if (tag === 'at') {
    checkFields(word, fields, 4);
    const candidate = checkedCandidate(one, two, three, four);
    return mayBeTried(candidate) ? [{ tag: 'candidate', candidate }] : [];
  }
  return word === 'end' || word === 'no' ? [{ tag: word }] : [];
}

function checkFields(word: string, fields: readonly string[], count: number): void {
  if (fields.length !== count) throw new ProtocolError('MALFORMED', 'IceWords', `${count} fields`, `${word.length} characters`);
}

function writeWord(word: IceWord): string {
  if (word.tag === 'end' || word.tag === 'no') return word.tag;
  if (word.tag === 'candidate') {
    const { kind, address, port, priority } = word.candidate;
    return ['at', kind, address, port, priority].join(',');
  }
  return [word.tag, word.ufrag, word.pwd, base64Encode(word.fingerprint)].join(',');
}
