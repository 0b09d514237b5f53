import { childOf, childrenOf, element, type Stanza, textOf } from './stanza.ts';

/** Our own: descriptions and context data of an invitation, whatever it invites to. */
export const ASSISTANCE = 'urn:ringback:assistance:1';
/** XEP-0166 */
export const JINGLE = 'urn:xmpp:jingle:1';

/** Why an invitation or a session is over, in the Rendezvous API's words. */
export type ReasonCode = 'FAIL' | 'FTTIMEOUT' | 'OUTBANDCANCEL' | 'REJECT' | 'REJECT_NOT_INSTALLED' | 'TIMEOUT';

/** What a program that does not know our codes makes of them (XEP-0166 section 7.4). */
const CONDITIONS: Readonly<Record<ReasonCode, string>> = {
  FAIL: 'general-error',
  FTTIMEOUT: 'timeout',
  OUTBANDCANCEL: 'cancel',
  REJECT: 'decline',
  REJECT_NOT_INSTALLED: 'unsupported-applications',
  TIMEOUT: 'expired',
};

const MEANINGS: ReadonlyMap<string, ReasonCode> = new Map(
  Object.entries({
    busy: 'REJECT',
    cancel: 'OUTBANDCANCEL',
    decline: 'REJECT',
    expired: 'TIMEOUT',
    success: 'OUTBANDCANCEL',
    timeout: 'TIMEOUT',
    'unsupported-applications': 'REJECT_NOT_INSTALLED',
    'unsupported-transports': 'REJECT_NOT_INSTALLED',
  } as const),
);

/** `gone`: the program leaves the messenger. */
export type Reason = ReasonCode | 'gone';

export function writeReason(reason: Reason): Stanza {
  if (reason === 'gone') return element('reason', JINGLE, {}, element('gone', JINGLE));
  return element('reason', JINGLE, {}, element(CONDITIONS[reason], JINGLE), element('code', ASSISTANCE, {}, reason));
}

/** The reason in a message or an action; `otherwise` where it says none that we know. */
export function readReason(parent: Stanza, otherwise: ReasonCode): Reason {
  const reason = childOf(parent, 'reason', JINGLE);
  if (reason === undefined) return otherwise;
  if (childOf(reason, 'gone', JINGLE) !== undefined) return 'gone';
  const code = textOf(childOf(reason, 'code', ASSISTANCE));
  if (Object.hasOwn(CONDITIONS, code)) return code as ReasonCode;
  const condition = childrenOf(reason, undefined, JINGLE).find(({ name }) => name !== 'text')?.name ?? '';
  return MEANINGS.get(condition) ?? otherwise;
}
