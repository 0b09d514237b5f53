import { ProtocolError } from '../bytes/errors.ts';

/** A type of a D-Bus value. `struct` stands for a dictionary entry too, which is written in the same way. */
export type BusType =
  | { readonly tag: 'basic'; readonly code: BasicCode }
  | { readonly tag: 'array'; readonly of: BusType }
  | { readonly tag: 'struct'; readonly of: readonly BusType[] };

const BASIC = 'ybnqiuxtdsogv';
export type BasicCode = 'y' | 'b' | 'n' | 'q' | 'i' | 'u' | 'x' | 't' | 'd' | 's' | 'o' | 'g' | 'v';

/** The specification allows 32 arrays and 32 structs in each other; nothing that we speak comes near. */
const MAX_DEPTH = 16;
const MAX_SIGNATURE = 255;

/** D-Bus Specification, "Type System", Signature: the types of the values that follow each other. Throws ProtocolError. */
export function parseSignature(signature: string): readonly BusType[] {
  if (signature.length > MAX_SIGNATURE) throw new ProtocolError('TOO_LARGE', 'signature', MAX_SIGNATURE, signature.length);
  let at = 0;
  const one = (depth: number): BusType => {
    if (depth > MAX_DEPTH) throw new ProtocolError('TOO_LARGE', 'signature depth', MAX_DEPTH, depth);
    const code = signature.charAt(at);
    at += 1;
    if (code === 'a') return { tag: 'array', of: one(depth + 1) };
    if (code === '(' || code === '{') {
      const end = code === '(' ? ')' : '}';
      const of: BusType[] = [];
      while (at < signature.length && signature.charAt(at) !== end) of.push(one(depth + 1));
      if (at >= signature.length || of.length === 0) throw new ProtocolError('MALFORMED', 'signature', `types and ${end}`, signature);
      at += 1;
      return { tag: 'struct', of };
    }
    if (code === '' || !BASIC.includes(code)) throw new ProtocolError('MALFORMED', 'signature', 'a type', signature);
    return { tag: 'basic', code: code as BasicCode };
  };
  const types: BusType[] = [];
  while (at < signature.length) types.push(one(0));
  return types;
}

/** On which multiple of bytes, from the start of the message, a value of the type begins. */
export function alignmentOf(type: BusType): 1 | 2 | 4 | 8 {
  if (type.tag === 'struct') return 8;
  if (type.tag === 'array') return 4;
  switch (type.code) {
    case 'y':
    case 'g':
    case 'v':
      return 1;
    case 'n':
    case 'q':
      return 2;
    case 'x':
    case 't':
    case 'd':
      return 8;
    default:
      return 4;
  }
}
