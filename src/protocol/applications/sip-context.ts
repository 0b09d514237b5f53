/* Capabilities of voice and video: the Context-Data of their invitations. */
import { ProtocolError } from '../bytes/errors.ts';

/** SIP_A and SIP_V. */
export type SipCapability = 'audio' | 'video';

const SIP_WORDS: Readonly<Record<SipCapability, string>> = { audio: 'SIP_A', video: 'SIP_V' };

/** `Requested` and, in an INVITE only, `Capabilities` of who sends it. */
export interface SipContext {
  readonly requested: readonly SipCapability[];
  readonly capabilities?: readonly SipCapability[];
}

/** `Requested:SIP_A,SIP_V,;Capabilities:SIP_A,SIP_V,;` — audio first, a comma after every word, a semicolon after every list. */
export function writeSipContext({ requested, capabilities }: SipContext): string {
  const list = (name: string, words: readonly SipCapability[]): string =>
    `${name}:${(['audio', 'video'] as const)
      .filter((word) => words.includes(word))
      .map((word) => `${SIP_WORDS[word]},`)
      .join('')};`;
  return list('Requested', requested) + (capabilities === undefined ? '' : list('Capabilities', capabilities));
}

/** More would be no capability string of any client. */
const SIP_CONTEXT_LIMIT = 300;

/**
 * Reads it, whatever the case, the order and the blanks, and without the last comma or semicolon. Words that are not known are ignored.
 * Throws MALFORMED without a `Requested` list that asks for audio or video, TOO_LARGE above 300 characters.
 */
export function readSipContext(text: string): SipContext {
  if (text.length > SIP_CONTEXT_LIMIT)
    throw new ProtocolError('TOO_LARGE', 'Context-Data', `at most ${SIP_CONTEXT_LIMIT} characters`, text.length);
  const lists = new Map<string, readonly SipCapability[]>();
  for (const part of text.split(';')) {
    const colon = part.indexOf(':');
    const name = part.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (name === '' || lists.has(name)) continue;
    const words = part
      .slice(colon + 1)
      .split(',')
      .map((word) => word.trim().toUpperCase());
    lists.set(
      name,
      (['audio', 'video'] as const).filter((word) => words.includes(SIP_WORDS[word])),
    );
  }
  const requested = lists.get('requested');
  const capabilities = lists.get('capabilities');
  if (requested === undefined || requested.length === 0)
    throw new ProtocolError('MALFORMED', 'Context-Data', 'Requested:SIP_A,; or Requested:SIP_A,SIP_V,;', `${text.length} characters`);
  return { requested, ...(capabilities === undefined ? {} : { capabilities }) };
}
