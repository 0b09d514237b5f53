import { childOf, childrenOf, element, type Stanza, textOf } from './stanza.ts';
import { NS } from './namespaces.ts';

/** RFC 6120 section 8.3.2 */
export type StanzaErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/** The other end's answer that it will not (RFC 6120 section 8.3). The message is for technicians. */
export class XmppStanzaError extends Error {
  override readonly name = 'XmppStanzaError';
  /** RFC 6120 section 8.3.3, `undefined-condition` where none is said. */
  readonly condition: string;
  readonly type: string;
  /** What the other end says in words, which need not be true. */
  readonly text: string;
  /** The `error` element, for conditions of an application. */
  readonly error: Stanza | undefined;
  constructor(stanza: Stanza) {
    const error = childOf(stanza, 'error');
    const said = error === undefined ? undefined : childrenOf(error, undefined, NS.stanzaErrors);
    const condition = said?.find(({ name }) => name !== 'text')?.name ?? 'undefined-condition';
    super(`refused: ${condition}`);
    this.condition = condition;
    this.type = error?.attributes['type'] ?? 'cancel';
    this.text = textOf(said?.find(({ name }) => name === 'text'));
    this.error = error;
  }
}

/** The answer to an `iq` that succeeded. */
export function resultOf(iq: Stanza, payload?: Stanza): Stanza {
  const { id, from } = iq.attributes;
  return element('iq', NS.client, { type: 'result', id, to: from }, ...(payload === undefined ? [] : [payload]));
}

/** The answer to an `iq` (or another stanza) that is refused; `detail` is a condition of an application. */
export function errorOf(stanza: Stanza, type: StanzaErrorType, condition: string, detail?: Stanza): Stanza {
  const { id, from } = stanza.attributes;
  const said = element(condition, NS.stanzaErrors);
  const error = element('error', stanza.xmlns, { type }, ...(detail === undefined ? [said] : [said, detail]));
  return element(stanza.name, stanza.xmlns, { type: 'error', id, to: from }, error);
}
