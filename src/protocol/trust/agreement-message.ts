import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode } from '../bytes/text.ts';

/**
 * What two sides say to agree on a key, as one line of words: `met` the two know each other's key (Noise KK, then frames), `code` a run of
 * CPace with its number, `again` the last code was wrong and here begins another run.
 */
export type AgreementMessage =
  | { readonly tag: 'met'; readonly bytes: Uint8Array }
  | { readonly tag: 'code' | 'again'; readonly run: number; readonly parts: readonly Uint8Array[] };

const MAX_RUN = 9;
const MAX_PARTS = 3;

export function writeAgreement(message: AgreementMessage): string {
  if (message.tag === 'met') return `met ${base64Encode(message.bytes)}`;
  return [message.tag, message.run, ...message.parts.map(base64Encode)].join(' ');
}

/** Throws ProtocolError MALFORMED, UNEXPECTED, OUT_OF_RANGE. */
export function readAgreement(text: string): AgreementMessage {
  const [tag, ...words] = text.split(' ');
  switch (tag) {
    case 'met':
      if (words.length !== 1) throw new ProtocolError('MALFORMED', 'Agreement.met', '1 word', words.length);
      return { tag, bytes: base64Decode(words[0] ?? '', 'Agreement.met') };
    case 'code':
    case 'again': {
      const [run = '', ...parts] = words;
      if (!/^[1-9]$/.test(run)) throw new ProtocolError('OUT_OF_RANGE', 'Agreement.run', `1..${MAX_RUN}`, `${run.length} characters`);
      if (parts.length === 0 || parts.length > MAX_PARTS)
        throw new ProtocolError('MALFORMED', 'Agreement.parts', `1..${MAX_PARTS}`, parts.length);
      return { tag, run: Number(run), parts: parts.map((part) => base64Decode(part, 'Agreement.part')) };
    }
    default:
      throw new ProtocolError('UNEXPECTED', 'Agreement', 'met, code or again', `${text.length} other characters`);
  }
}
