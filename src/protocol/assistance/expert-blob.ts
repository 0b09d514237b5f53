import { ProtocolError } from '../bytes/errors.ts';
import { hexDecode, hexEncode } from '../bytes/text.ts';
import { PASS_BYTES } from './assistance-crypto.ts';

/** The name that the expert gives itself, and its proof of the password. */
export interface ExpertBlob {
  readonly name: string;
  /** {@link PASS_BYTES} bytes. */
  readonly pass: Uint8Array;
}

const MAX_NAME_CHARS = 256;

function field(name: 'NAME' | 'PASS', value: string): string {
  const text = `${name}=${value}`;
  return `${text.length};${text}`;
}

/** expertBlob ([MS-RA] 2.2.1): `<length>;NAME=<name><length>;PASS=<hex>`. A name that is too long is cut. */
export function formatExpertBlob({ name, pass }: ExpertBlob): string {
  return field('NAME', name.slice(0, MAX_NAME_CHARS)) + field('PASS', hexEncode(pass).toUpperCase());
}

/** Throws ProtocolError MALFORMED, TOO_LARGE. The errors quote nothing of it: it is as good as a password. */
export function parseExpertBlob(text: string): ExpertBlob {
  const fields = new Map<string, string>();
  let rest = text;
  while (rest !== '') {
    const [head = '', digits = ''] = /^(\d{1,4});/.exec(rest) ?? [];
    const length = Number(digits);
    const entry = rest.slice(head.length, head.length + length);
    const equals = entry.indexOf('=');
    if (head === '' || entry.length !== length || equals < 0)
      throw new ProtocolError('MALFORMED', 'expertBlob', '<length>;KEY=value', `${rest.length} characters`);
    fields.set(entry.slice(0, equals), entry.slice(equals + 1));
    rest = rest.slice(head.length + length);
  }
  const name = fields.get('NAME') ?? '';
  if (name.length > MAX_NAME_CHARS) throw new ProtocolError('TOO_LARGE', 'expertBlob.NAME', `<= ${MAX_NAME_CHARS} characters`, name.length);
  const hex = fields.get('PASS');
  if (hex?.length !== 2 * PASS_BYTES)
    throw new ProtocolError('MALFORMED', 'expertBlob.PASS', `${PASS_BYTES} bytes`, hex?.length ?? 'nothing');
  return { name, pass: hexDecode(hex, 'expertBlob.PASS') };
}
